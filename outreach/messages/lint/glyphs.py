"""Characters that paper cannot print and phones cannot show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.lint.draft import Example

PRINTED = frozenset(["flyer", "group", "broadcast", "visit", "call"])
"""Leaflets and letters, the picture of a group's notice, the sheets that are read from."""
_NO_CHARACTER = {"Co", "Cn", "Cs"}


def _unassigned(text: Example) -> Iterator[Finding]:
    """Private use and unassigned code points: an empty box, or something else on every phone."""
    lost = dict.fromkeys(one for one in text.text if unicodedata.category(one) in _NO_CHARACTER)
    for character in lost:
        at = text.text.index(character)
        yield text.at(
            "messages.unassigned_character", (at, at + 1), code_point=f"U+{ord(character):04X}", place=at + 1
        )  # fmt: skip


def _unprintable(text: Example) -> Iterator[Finding]:
    if text.draft.channel not in PRINTED:
        return
    from channels.flyer import (
        fonts,
    )  # the typesetter behind it is large, and a short message needs none

    for character in fonts.missing(text.text):
        if unicodedata.category(character) not in _NO_CHARACTER:
            at = text.text.index(character)
            yield text.at(
                "messages.missing_glyph", (at, at + 1), character=character, code_point=f"U+{ord(character):04X}"
            )  # fmt: skip


RULES = (_unassigned, _unprintable)
