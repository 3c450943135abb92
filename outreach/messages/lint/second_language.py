"""Money, dates and the official name also in the common language, in every other language and dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.messages import languages
from outreach.messages.findings import Finding
from outreach.messages.lint.draft import Example

_MONEY = re.compile(r"\d[\d.,]*元")
_DATE = re.compile(r"\d{1,2}月\d{1,2}日")


def _repeated(text: Example) -> Iterator[Finding]:
    if not languages.needs_reviewer(text.draft.language) or text.draft.kind in ("rhyme", "story"):
        return
    amounts = _absent(_MONEY, text.fact("policy.amount_text"), text.text)
    if amounts:
        yield text.whole("messages.common_amount_missing", amounts=amounts)
    # A short message has no room for the window; where it is told, the days stand in figures.
    dates = _absent(_DATE, text.fact("policy.window_text"), text.text)
    if dates and text.draft.channel != "sms":
        yield text.whole("messages.common_date_missing", dates=dates)
    official = text.fact("policy.official_name")
    if official and official not in text.text:
        yield text.whole("messages.common_name_missing", name=official)


def _absent(pattern: re.Pattern[str], fact: str, text: str) -> str:
    return "、".join(one for one in pattern.findall(fact) if one not in text)


RULES = (_repeated,)
