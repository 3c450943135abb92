"""What is read aloud: how long it takes, and what cannot be said as it is written. Asides are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.messages import measure
from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.limits import READING_SECONDS
from outreach.messages.schemas import SPOKEN

_PHONE = re.compile(r"(?<!\d)(0\d{2,3}[-— ]?\d{7,8}|1\d{10}|[48]00[- ]?\d{3}[- ]?\d{4})(?!\d)")
"""Telephone numbers are said figure by figure."""


def _time(text: Example) -> Iterator[Finding]:
    seconds = measure.reading_seconds(text.aloud)
    if text.draft.channel == "broadcast" and seconds > READING_SECONDS:
        yield text.whole("messages.reading_time", seconds=seconds, limit=READING_SECONDS)


def _signs(text: Example) -> Iterator[Finding]:
    if text.draft.channel not in SPOKEN or not text.draft.chinese:
        return
    known = glossary()
    aloud = text.aloud
    for phone in (text.fact("phone"), text.fact("policy.phone")):
        aloud = aloud.replace(phone, " " * len(phone)) if phone else aloud
    aloud = _PHONE.sub(lambda match: " " * len(match[0]), aloud)
    for name in ("span", "signs", "long_number", "abbreviation"):
        for match in known[f"spoken.{name}"].finditer(aloud):
            if not known["spoken.said"].fullmatch(match[0]):
                yield text.at("messages.not_read_aloud", match.span(), words=match[0])


RULES = (_time, _signs)
