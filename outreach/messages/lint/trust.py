"""Why anybody should believe it: who speaks, that it costs nothing, that no password is wanted."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example

AT_THE_DOOR = frozenset(["visit", "call"])


def _lines(text: Example) -> Iterator[Finding]:
    known = glossary()
    if not text.draft.chinese:
        return
    if not known["trust.words"].search(text.text):
        yield text.whole("messages.no_trust_line")
    elif not known["trust.secrets"].search(text.text):
        yield text.whole("messages.no_password_line")


def _office(text: Example) -> Iterator[Finding]:
    """A leaflet's sheet prints the office itself; everything else has to say who speaks."""
    office = text.fact("office")
    named = bool(text.uses & {"office", "signature"}) or bool(office and office in text.text)
    if text.draft.channel != "flyer" and not named:
        yield text.whole("messages.no_office")


def _name(text: Example) -> Iterator[Finding]:
    asked = text.draft.channel in AT_THE_DOOR and text.draft.chinese
    if asked and not glossary()["trust.says_name"].search(text.text):
        yield text.whole("messages.no_name_said")


RULES = (_lines, _office, _name)
