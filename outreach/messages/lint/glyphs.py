"""Characters that paper cannot print and phones cannot show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from outreach.messages.findings import Finding
from outreach.messages.lint.draft import Example

PRINTED = frozenset(["flyer", "group", "broadcast", "visit", "call"])
"""Leaflets and letters, the picture of a group's notice, the sheets that are read from."""
_NO_CHARACTER = {"Co", "Cn", "Cs"}
_LAST_OF_PLANE = 0xFFFF
_SHOWN = 12
"""Characters that a remark names; a text in a script without a font lacks nearly all."""


def _unassigned(text: Example) -> Iterator[Finding]:
    """Private use and unassigned code points: an empty box, or something else on every phone."""
    lost = [one for one in text.text if unicodedata.category(one) in _NO_CHARACTER]
    if lost:
        at = text.text.index(lost[0])
        yield text.at(
            "messages.unassigned_character", (at, at + 1), code_points=_code_points(lost), place=at + 1
        )  # fmt: skip


def _pictographs(text: Example) -> Iterator[Finding]:
    """Little pictures: two characters each in the bill, an empty box on an old phone."""
    if text.draft.channel != "sms":
        return
    found = [
        one for one in text.text if ord(one) > _LAST_OF_PLANE and unicodedata.category(one) == "So"
    ]
    if found:
        at = text.text.index(found[0])
        yield text.at(
            "messages.pictograph", (at, at + 1), characters=" ".join(dict.fromkeys(found))
        )


def _unprintable(text: Example) -> Iterator[Finding]:
    """By the fonts of the language's script; where this machine has none, that is what has to be said."""
    if text.draft.channel not in PRINTED:
        return
    # The typesetter behind them is large, and a short message needs none.
    from channels.flyer import fonts
    from channels.flyer.errors import FlyerError
    from channels.flyer.single import scripts

    try:
        missing = (
            fonts.missing if text.draft.chinese else scripts.typeface(text.draft.language).missing
        )
    except FlyerError as problem:
        yield Finding(problem.code, "warning", params=dict(problem.params), example=text.number)
        return
    lost = [one for one in missing(text.text) if unicodedata.category(one) not in _NO_CHARACTER]
    if lost:
        at = text.text.index(lost[0])
        yield text.at(
            "messages.missing_glyph", (at, at + 1), characters=" ".join(lost[:_SHOWN]), code_points=_code_points(lost)
        )  # fmt: skip


def _code_points(characters: Sequence[str]) -> str:
    shown = list(dict.fromkeys(characters))[:_SHOWN]
    return " ".join(f"U+{ord(character):04X}" for character in shown)


RULES = (_unassigned, _pictographs, _unprintable)
