"""查政策: a few facts that nobody writes down, and what they mean under each live policy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from outreach.audiences.service import explain
from outreach.errors import Invalid
from outreach.messages import facts as fact_words
from outreach.policies.schemas import PolicyView
from outreach.web.formats import long_day
from outreach.web.views.calculator import CalculatorView, Found
from outreach.web.views.common import Choice
from segments import vocabulary
from segments.fields import FIELDS
from segments.match import Match
from segments.person import Person, cutoff_birth
from segments.rules import Rule

_AHEAD = 90
"""Days: what begins later than this is for workers, not for residents (product, eligibility)."""

_ELSEWHERE = "99"
"""A code that no region has: a household register that is certainly not here."""

_OLDEST = 130


@dataclass(frozen=True)
class Asked:
    """What somebody said of themselves: a birth date or an age, '' or 'yes'/'no' for the rest."""

    birth: date | None = None
    age: int | None = None
    sex: str = ""
    hukou: str = ""
    ticked: frozenset[str] = frozenset()


def read(birth: str, age: str, sex: str, hukou: str, ticked: Collection[str], on: date) -> Asked:
    """The form's words as facts; Invalid names the field. Neither birth date nor age is an error."""
    born, years = _date(birth, on), _years(age)
    if born is None and years is None:
        raise Invalid("web.age_needed")
    known = {one.code for one in vocabulary.CIRCUMSTANCES}
    return Asked(
        born,
        years,
        sex if sex in ("M", "F") else "",
        hukou if hukou in ("yes", "no") else "",
        frozenset(ticked) & known,
    )


def _date(text: str, on: date) -> date | None:
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("web.bad_choice", field="出生日期", value=text[:20]) from error
    if not on.year - _OLDEST <= found.year or found > on:
        raise Invalid("web.bad_choice", field="出生日期", value=text[:20])
    return found


def _years(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isdecimal() and int(text) <= _OLDEST):
        raise Invalid("web.bad_choice", field="周岁", value=text[:20])
    return int(text)


def asked_of(policies: Sequence[PolicyView]) -> tuple[Choice, ...]:
    """The circumstances that some live policy reads, in the order of the vocabulary."""
    wanted = {code for policy in policies for code in _circumstances(policy.rule)}
    return tuple(Choice(one.code, one.zh) for one in vocabulary.CIRCUMSTANCES if one.code in wanted)


def _circumstances(rule: Rule) -> set[str]:
    clauses = [*rule.all, *rule.none, *(clause for way in rule.any for clause in way.all)]
    return {
        str(value)
        for clause in clauses
        if FIELDS[clause.field] == "flags"
        for value in clause.operands or ()
    }


def shown(policies: Sequence[PolicyView]) -> list[PolicyView]:
    """What the public may see: live, and checked against its source by somebody."""
    return [one for one in policies if one.status == "live" and one.verified_by]


def answer(
    asked: Asked, policies: Sequence[PolicyView], on: date, home: str, place: str
) -> CalculatorView:
    """Every policy that fits or may fit, the likely ones first. Nobody is told that something does not fit."""
    choices = asked_of(policies)
    found, others = [], 0
    for policy in policies:
        matched = _match(asked, policy, on, home, {choice.value for choice in choices})
        soon = matched.becomes_true_on
        if matched.answer == "no" and not (soon and soon <= on + timedelta(days=_AHEAD)):
            others += 1
        else:
            found.append(_found(policy, matched, home, on))
    found.sort(key=lambda one: not one.likely)
    return CalculatorView(
        place=place,
        circumstances=choices,
        ticked=asked.ticked,
        birth=asked.birth.isoformat() if asked.birth else "",
        age="" if asked.age is None else str(asked.age),
        sex=asked.sex,
        hukou=asked.hukou,
        asked=True,
        found=tuple(found),
        others=others,
    )


def _match(
    asked: Asked, policy: PolicyView, on: date, home: str, questions: Collection[str]
) -> Match:
    """With an age alone the birth date lies within a year: where its two ends disagree, nothing is decided."""
    births = [asked.birth] if asked.birth else []
    if not births and asked.age is not None:
        births = [cutoff_birth(asked.age, on), cutoff_birth(asked.age + 1, on) + timedelta(days=1)]
    answers = [
        explain(policy, _person(asked, birth, home, questions), on, home) for birth in births
    ]
    if len({one.answer for one in answers}) == 1:
        return (
            answers[0] if asked.birth else replace(answers[0], becomes_true_on=None, ends_on=None)
        )
    without = explain(policy, _person(asked, None, home, questions), on, home)
    return replace(without, becomes_true_on=None, ends_on=None)


def _person(asked: Asked, birth: date | None, home: str, questions: Collection[str]) -> Person:
    """Circumstances that were asked and not ticked are absent; those that were not asked stay unknown."""
    absent = set(questions) - asked.ticked - _implied(asked.ticked)
    have, known = vocabulary.settle(asked.ticked, absent)
    hukou = {"yes": home, "no": _ELSEWHERE}.get(asked.hukou, "")
    return Person(
        birth=birth, sex=asked.sex, region=home, hukou_region=hukou, circumstances=have,
        circumstances_known=known,
    )  # fmt: skip


def _implied(ticked: Collection[str]) -> set[str]:
    """What follows from what was ticked cannot be absent at the same time."""
    have, _ = vocabulary.settle(ticked, ())
    return set(vocabulary.codes(have))


def _found(policy: PolicyView, matched: Match, home: str, on: date) -> Found:
    here: dict[str, Any] = policy.facts_at(home)
    soon, ends = matched.becomes_true_on, matched.ends_on
    likely = matched.answer == "yes" and not matched.check
    source = here.get("source") or {}
    return Found(
        name=fact_words.words(here.get("plain_name")),
        likely=likely,
        amount=_amount(policy, here, home),
        reasons=tuple(one.text for one in matched.met),
        to_check=(*(one.text for one in matched.missing), *matched.check),
        bring=fact_words.documents_to_bring(here),
        where=fact_words.words(here.get("where")),
        phone=fact_words.words(here.get("phone")) or "12345",
        from_on=f"{long_day(soon)}起" if soon and soon > on else "",
        until=f"到{long_day(ends)}为止" if ends and ends <= on + timedelta(days=_AHEAD) else "",
        source=str(source.get("title", "")) if isinstance(source, dict) else "",
    )


def _amount(policy: PolicyView, here: dict[str, Any], home: str) -> str:
    """Only a figure that somebody stands for; else the words 以当地标准为准."""
    if not policy.amount_filled(home):
        return "金额以当地标准为准"
    return fact_words.words(here.get("amount"))
