"""Somebody who is told "not yet" may have done it yesterday: the list has a date, and the done may ignore it."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example


def _follow_up(text: Example) -> Iterator[Finding]:
    known = glossary()
    told = known["follow_up.words"].search(text.text)
    if not (text.draft.follow_up or told):
        return
    span = told.span() if told else (0, 0)
    if "list_date" not in text.uses and not known["follow_up.date"].search(text.text):
        yield text.at("messages.follow_up_without_date", span)
    if not known["follow_up.ignore"].search(text.text):
        yield text.at("messages.follow_up_without_ignore", span)


RULES = (_follow_up,)
