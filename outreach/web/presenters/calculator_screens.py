"""The next question as a screen of its own, with what belongs to it; and every fact on one form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from outreach.audiences.calculator import Question, Result, Told
from outreach.audiences.calculator.asking import makes_sense
from outreach.audiences.calculator.questions import (
    GROUPS,
    OPTIONS,
    group_of,
    having,
    question_words,
)
from outreach.audiences.calculator.told import CHOICES, NUMBERS, PLACES
from outreach.policies.schemas import PolicyView
from outreach.web.presenters.calculator import Person
from outreach.web.views.calculator import Form, Kind, Row, RowGroup, Screen
from outreach.web.views.common import Choice
from segments import vocabulary
from segments.fields import FIELDS

TOGETHER = 6
"""Circumstances of one kind that stand on one screen."""

_UNITS = {
    "income_month": "元",
    "household_size": "口人",
    "paid_months": "个月",
    "paid_months_running": "个月",
}
_HINTS = {
    "birth": "照身份证上填。只知道几岁，就只填周岁。",
    "hukou": "看户口簿上的地址。很多补贴在户口所在地办。",
    "residence": "说的是现在常住的地方，不是户口。",
    "hukou_type": "户口簿首页上写着。",
    "income_month": "全家一个月的收入加起来，除以人数。大概的数就行。",
    "household_size": "一起吃住、一起花钱的，都算。",
    "members": "一行一个，如 1960-03-01。",
}
_PRIVATE = frozenset({"income_month"})
_NOT_PRIVATE = frozenset({"stu", "emp", "mil", "mobility", "ins", "pension", "land"})
"""Kinds that nobody minds being asked."""


def screen(
    question: Question,
    told: Told,
    results: Sequence[Result],
    on: date,
    *,
    step: int,
    whose: str,
    place: str,
) -> Screen:
    """What is asked; circumstances bring along others of their kind that matter as well."""
    codes = _together(question.key, told, results, on) if "." in question.key else ()
    return Screen(
        key=question.key,
        title=_title(question.key, codes, place),
        kind=_kind(question.key, codes),
        choices=_choices(question.key, codes),
        codes=codes,
        hint=_HINTS.get(question.key, ""),
        unit=_UNITS.get(question.key, ""),
        private=_private(question.key),
        step=step,
        whose=whose,
        may=sum(one.tier in ("yes", "maybe", "soon") and not one.unlikely for one in results),
    )  # fmt: skip


def _together(key: str, told: Told, results: Sequence[Result], on: date) -> tuple[str, ...]:
    open_ = {code for one in results if not one.unlikely for code in one.asks if "." in code}
    mine = [
        one.code
        for one in vocabulary.CIRCUMSTANCES
        if one.code in open_
        and group_of(one.code) == group_of(key)
        and one.code not in told.unsure
        and makes_sense(one.code, told, on)
    ]
    rest = [code for code in mine if code != key][: TOGETHER - 1]
    return tuple(code for code in mine if code == key or code in rest) or (key,)


def _title(key: str, codes: Sequence[str], place: str) -> str:
    if len(codes) > 1:
        return f"{GROUPS[group_of(key)]}，有下面哪几项？"
    if key in PLACES and place:
        return question_words(key).replace("本地", place)
    return question_words(key)


def _kind(key: str, codes: Sequence[str]) -> Kind:
    if len(codes) > 1:
        return "ticks"
    if key in NUMBERS:
        return "number"
    kinds: dict[str, Kind] = {"birth": "birth", "members": "births"}
    return kinds.get(key, "choice")


def _choices(key: str, codes: Sequence[str]) -> tuple[Choice, ...]:
    if len(codes) > 1:
        return tuple(Choice(code, having(code)) for code in codes)
    if codes:
        return (Choice("yes", "是"), Choice("no", "不是"))
    return tuple(Choice(value, words) for value, words in OPTIONS.get(key, {}).items())


def _private(key: str) -> bool:
    return key in _PRIVATE or ("." in key and group_of(key) not in _NOT_PRIVATE)


def form(
    person: Person, told: Told, policies: Sequence[PolicyView], following: Question | None
) -> Form:
    """Every fact that a live policy reads, as far as it is known."""
    facts = person.told()
    codes = _read_by(policies)
    return Form(
        relation=person.relation,
        fields=_fields(facts, told),
        groups=tuple(_groups(codes, told, following)),
        places={
            key: facts[name]
            for key, name in PLACES.items()
            if facts.get(name) and len(facts[name]) > 2
        },
    )


def _read_by(policies: Sequence[PolicyView]) -> set[str]:
    """Circumstances that a live policy reads, here or where a region has filled them in."""
    return {
        str(code)
        for policy in policies
        for rule in (policy.rule, *(policy.rule_at(local.region) for local in policy.locals))
        for clause in rule.clauses()
        if FIELDS[clause.field] == "flags"
        for code in clause.operands or ()
    }


def _fields(facts: dict[str, object], told: Told) -> dict[str, str]:
    names = ("birth", "age", *CHOICES, *NUMBERS)
    found = {name: str(facts.get(name) if facts.get(name) is not None else "") for name in names}
    for key, name in PLACES.items():
        value = getattr(told.facts, name)
        found[key] = "" if not value else "elsewhere" if value == "99" else "here"
    return found


def _groups(codes: Collection[str], told: Told, following: Question | None) -> list[RowGroup]:
    groups = []
    for key, title in GROUPS.items():
        mine = [
            c.code for c in vocabulary.CIRCUMSTANCES if c.code in codes and group_of(c.code) == key
        ]
        rows = tuple(Row(code, having(code), _said(code, told)) for code in mine)
        asked = following is not None and group_of(following.key) == key and "." in following.key
        if rows:
            groups.append(RowGroup(title, rows, asked or any(row.value for row in rows)))
    return groups


def _said(code: str, told: Told) -> str:
    if not told.knows(code):
        return ""
    return "yes" if told.facts.circumstances & vocabulary.mask([code]) else "no"
