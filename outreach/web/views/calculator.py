"""What 查政策 shows: the questions, and the policies that may be for somebody."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Choice


@dataclass(frozen=True)
class Found:
    """One policy that somebody seems to fit (`likely`), or that has to be checked."""

    name: str
    likely: bool
    amount: str
    reasons: tuple[str, ...]
    to_check: tuple[str, ...]
    bring: str
    where: str
    phone: str
    from_on: str = ""  # in words: when it begins to fit
    until: str = ""  # in words: the last day
    source: str = ""


@dataclass(frozen=True)
class CalculatorView:
    """查政策. `others` counts the policies that do not fit; which ones is nobody's business."""

    place: str
    circumstances: tuple[Choice, ...]
    ticked: frozenset[str] = frozenset()
    birth: str = ""
    age: str = ""
    sex: str = ""
    hukou: str = ""
    problem: str = ""
    asked: bool = False
    found: tuple[Found, ...] = ()
    others: int = 0
