"""Results in words: what residents may read, and what only those who work here see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from outreach.audiences.calculator import Result
from outreach.audiences.calculator.results import AHEAD
from outreach.messages.facts import documents_to_bring
from outreach.web.formats import long_day
from outreach.web.views.calculator import Answers, Found, Other

_UNSAID = ("today", "region", "hukou_region")
"""Fields whose facts are codes and dates that nobody asked for."""

_NEVER_PRINTED = ("later", "no")
_UNSURE_MARKS = ("M", "K")
"""Formulas that were worked out or are general knowledge."""


def for_residents(whose: str, results: Iterable[Result], on: date) -> Answers:
    """What fits, may fit, or will within 90 days. Everything else is only named: nobody reads that they may not."""
    listed = list(results)
    kept = [one for one in listed if one.tier not in _NEVER_PRINTED and not one.unlikely]
    others = [one for one in listed if one not in kept]
    return Answers(
        whose=whose,
        fitting=tuple(_found(one, on, all_days=False) for one in kept if not _open(one)),
        open=tuple(_found(one, on, all_days=False) for one in kept if _open(one)),
        others=tuple(Other(one.policy.plain_name, one.word("one_line")) for one in others),
    )


def for_workers(whose: str, results: Iterable[Result], on: date) -> Answers:
    """The same with every day ahead, and on the screen what does not fit and why."""
    listed = list(results)
    kept = [one for one in listed if one.tier != "no" and not one.unlikely]
    refused = [one for one in listed if one.tier == "no"]
    return Answers(
        whose=whose,
        fitting=tuple(_found(one, on, all_days=True) for one in _by_day(kept) if not _open(one)),
        open=tuple(_found(one, on, all_days=True) for one in kept if _open(one)),
        others=tuple(Other(one.policy.plain_name, "这个年龄一般不涉及，没有问") for one in listed if one.unlikely and one.tier != "no"),
        refused=tuple(Other(one.policy.plain_name, _why_not(one)) for one in refused),
    )  # fmt: skip


def _open(one: Result) -> bool:
    return one.match.answer == "unknown"


def _by_day(results: Sequence[Result]) -> list[Result]:
    """What comes later in the order in which it comes."""
    now = [one for one in results if one.tier != "later"]
    later = [one for one in results if one.tier == "later"]
    return now + sorted(later, key=lambda one: _begins(one) or date.max)


def _begins(one: Result) -> date | None:
    return one.match.becomes_true_on or one.opens


def _found(one: Result, on: date, *, all_days: bool) -> Found:
    return Found(
        name=one.policy.plain_name,
        tier=one.tier,
        words=one.words,
        amount=one.amount.text,
        reckoned=_reckoned(one),
        reasons=tuple(found.text for found in one.match.met if found.field not in _UNSAID),
        to_check=tuple(dict.fromkeys(_to_check(one))),
        bring=documents_to_bring(one.facts),
        how=tuple(one.facts.get("how_to_apply") or ()),
        where=one.word("where"),
        phone=one.phone,
        from_on=_from_on(one, on),
        until=_until(one, on, all_days=all_days),
        open=_open(one),
        far=not _near(one.match.ends_on, on),
        source=_source(one),
    )


def _reckoned(one: Result) -> str:
    if not one.amount.how:
        return ""
    unsure = "；按公开办法推算，以受理部门核定为准" if one.amount.mark in _UNSURE_MARKS else ""
    return f"{one.amount.how}{unsure}"


def _to_check(one: Result) -> Iterator[str]:
    """Conditions that are open: those that must hold, the ways of which one is enough, what a person checks."""
    ways: dict[str, list[str]] = {}
    labels = [way.label for way in one.policy.rule.any]
    for missing in one.match.missing:
        label = next((said for said in labels if missing.text.startswith(f"{said}：")), "")
        if label:
            ways.setdefault(label, []).append(_condition(missing.text))
        else:
            yield _condition(missing.text)
    each = [_way(label, conditions) for label, conditions in ways.items()]
    if each:
        yield each[0] if len(each) == 1 else f"有一项就行：{'，或'.join(each)}"
    yield from one.match.check


def _way(label: str, conditions: Sequence[str]) -> str:
    said = "、".join(conditions)
    return label if said == label else f"{label}（{said}）"


def _condition(text: str) -> str:
    """Only the condition: that a list is missing, or a figure not filled in, is nothing a resident can mend."""
    said = text.rsplit("：", 1)[-1]
    return re.sub(r"【[^】]*】", "本地标准", said)


def _from_on(one: Result, on: date) -> str:
    begins = _begins(one)
    return f"{long_day(begins)}起" if begins and begins > on else ""


def _until(one: Result, on: date, *, all_days: bool) -> str:
    ends = one.match.ends_on
    return f"到{long_day(ends)}为止" if ends and (all_days or _near(ends, on)) else ""


def _near(day: date | None, on: date) -> bool:
    return day is not None and day <= on + timedelta(days=AHEAD)


def _source(one: Result) -> str:
    source = one.facts.get("source")
    return str(source.get("title", "")) if isinstance(source, dict) else ""


def _why_not(one: Result) -> str:
    said = (
        finding.text.rpartition("（")[0]
        if finding.field in _UNSAID and finding.fact
        else finding.text
        for finding in one.match.failed
    )
    return "；".join(said)
