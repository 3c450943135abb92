"""One person and one rule: yes, no or unknown, with reasons and the days on which the answer changes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from segments import regions, vocabulary
from segments.person import Person, age_on, birthday
from segments.reading import FIELD_NAMES, read_clause
from segments.rules import FIELDS, Alternative, Clause, Rule

Answer = Literal["yes", "no", "unknown"]
Truth = bool | None

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_CHOICES = {
    "M": "男",
    "F": "女",
    "rural": "农业户口",
    "urban": "非农业户口",
    "resident": "居民户口",
}


@dataclass(frozen=True)
class Finding:
    """One reason: the sentence, the field it is about, what is known of the person ('' = nothing), the source.

    `circumstances`: the codes that are not known, where they are what is missing.
    """

    text: str
    field: str
    fact: str = ""
    source: str = ""
    circumstances: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """The answer for a person on a day.

    `becomes_true_on`: the first later day on which the answer is yes, by the passing of time alone (None when it is
    yes already, or never will be). `ends_on`: the last day before the answer turns to no, of the stretch that the
    day lies in or else of the next one (None when it does not end, or there is none).
    """

    answer: Answer
    met: tuple[Finding, ...]
    failed: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    check: tuple[str, ...]
    becomes_true_on: date | None
    ends_on: date | None

    def as_json(self) -> dict[str, Any]:
        """The same as plain data, with dates as ISO text."""
        plain = asdict(self)
        for key in ("becomes_true_on", "ends_on"):
            plain[key] = plain[key] and plain[key].isoformat()
        return plain


def match(rule: Rule, person: Person, on: date) -> Match:
    """Compare the facts of a person with a rule on a day. What is not known never decides."""
    met, failed, missing = _findings(rule, person, on)
    becomes, ends = _dates(rule, person, on)
    return Match(answer_on(rule, person, on), met, failed, missing, rule.check, becomes, ends)


def answer_on(rule: Rule, person: Person, on: date) -> Answer:
    """The answer alone."""
    truth = _both(
        [
            *(_truth(clause, person, on) for clause in rule.all),
            *([_either(_way(one, person, on) for one in rule.any)] if rule.any else []),
            *(_opposite(_truth(clause, person, on)) for clause in rule.none),
        ]
    )
    return "unknown" if truth is None else "yes" if truth else "no"


def _both(truths: Iterable[Truth]) -> Truth:
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def _either(truths: Iterable[Truth]) -> Truth:
    return _opposite(_both(_opposite(truth) for truth in truths))


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _way(alternative: Alternative, person: Person, on: date) -> Truth:
    return _both(_truth(clause, person, on) for clause in alternative.all)


def _truth(clause: Clause, person: Person, on: date) -> Truth:
    values = clause.operands
    if values is None:
        return None
    if FIELDS[clause.field] == "flags":
        return _flags(clause.op, vocabulary.mask(values), person)
    fact = _fact(clause.field, person, on)
    if clause.op == "exists":
        return (fact is not None) is values[0]
    if FIELDS[clause.field] == "region":
        return _either(regions.within(fact or "", code) for code in values)
    return None if fact is None else _holds(clause, fact, values)


def _holds(clause: Clause, fact: Any, values: tuple[Any, ...]) -> bool:
    if clause.field == "age" and fact < 0:
        return False  # not born yet: no age at all
    if clause.op == "between":
        return bool(values[0] <= fact <= values[1])
    return fact in values if clause.op == "in" else _COMPARE[clause.op](fact, values[0])


def _flags(op: str, asked: int, person: Person) -> Truth:
    true = person.circumstances & asked
    known = person.circumstances_known & asked
    if op == "exists":
        return known == asked
    if op == "has_all":
        return True if true == asked else False if true != known else None
    return True if true else False if known == asked else None


def _fact(field: str, person: Person, on: date) -> Any:
    """What is known of the person, or None."""
    if field == "age":
        return None if person.birth is None else age_on(person.birth, on)
    value = getattr(person, "birth" if field == "birth_date" else field)
    return None if value == "" else value


def _findings(rule: Rule, person: Person, on: date) -> tuple[tuple[Finding, ...], ...]:
    met: list[Finding] = []
    failed: list[Finding] = []
    missing: list[Finding] = []
    for clause in rule.all:
        truth = _truth(clause, person, on)
        _pile(truth, met, failed, missing).append(_finding(clause, truth, person, on))
    if rule.any:
        truth = _either(_way(one, person, on) for one in rule.any)
        _pile(truth, met, failed, missing).extend(_any_findings(rule, truth, person, on))
    for clause in rule.none:
        truth = _opposite(_truth(clause, person, on))
        _pile(truth, met, failed, missing).append(_exclusion(clause, truth, person, on))
    return tuple(met), tuple(failed), tuple(dict.fromkeys(missing))


def _pile(
    truth: Truth, met: list[Finding], failed: list[Finding], missing: list[Finding]
) -> list[Finding]:
    return missing if truth is None else met if truth else failed


def _finding(clause: Clause, truth: Truth, person: Person, on: date) -> Finding:
    said = clause.text or read_clause(clause)
    if truth is None:
        return _missing(clause, said, person)
    fact = _said_fact(clause.field, person, on)
    text = said if truth else f"不符合“{said}”"
    return Finding(f"{text}（现为{fact}）" if fact else text, clause.field, fact, clause.source)


def _exclusion(clause: Clause, truth: Truth, person: Person, on: date) -> Finding:
    said = clause.text or read_clause(clause)
    if truth is None:
        return _missing(clause, said, person)
    text = f"没有“{said}”的情形" if truth else f"有“{said}”的情形，不包括在内"
    return Finding(text, clause.field, _said_fact(clause.field, person, on), clause.source)


def _missing(clause: Clause, said: str, person: Person) -> Finding:
    if clause.parameters:
        text = f"本地还没有填写“{'、'.join(clause.parameters)}”，不能判断：{said}"
    elif FIELDS[clause.field] == "flags":
        text = f"没有名单可以确认：{said}"
    else:
        fact = "birth_date" if clause.field == "age" else clause.field
        text = f"缺少{FIELD_NAMES[fact]}，不能判断：{said}"
    asked = vocabulary.mask(clause.operands or ()) if FIELDS[clause.field] == "flags" else 0
    unknown = vocabulary.codes(asked & ~person.circumstances_known)
    return Finding(text, clause.field, "", clause.source, unknown)


def _any_findings(rule: Rule, truth: Truth, person: Person, on: date) -> list[Finding]:
    if truth is False:
        return [Finding(f"不属于其中任何一项：{'、'.join(one.label for one in rule.any)}", "any")]
    open_ways = [one for one in rule.any if _way(one, person, on) is truth]
    return [
        replace(finding, text=f"{one.label}：{finding.text}")
        for one in open_ways
        for finding in _way_findings(one, truth, person, on)
    ]


def _way_findings(
    alternative: Alternative, truth: Truth, person: Person, on: date
) -> list[Finding]:
    if not alternative.all:
        return [Finding("没有其他条件", "any")]
    return [
        _finding(clause, truth, person, on)
        for clause in alternative.all
        if _truth(clause, person, on) is truth
    ]


def _said_fact(field: str, person: Person, on: date) -> str:
    fact = _fact(field, person, on)
    if fact is None or FIELDS[field] == "flags":
        return ""
    if field == "age":
        return f"{fact}周岁" if fact >= 0 else "未出生"
    unit = {"income_month": "元", "household_size": "人"}.get(field, "")
    return _CHOICES.get(fact, f"{fact}{unit}")


def _dates(rule: Rule, person: Person, on: date) -> tuple[date | None, date | None]:
    """Between two of the candidate days nothing changes, so looking at those days is exact."""
    answers = [(on, answer_on(rule, person, on))]
    answers += [(day, answer_on(rule, person, day)) for day in _candidates(rule, person, on)]
    becomes = next((day for day, answer in answers if answer == "yes"), None)
    in_stretch = False
    for day, answer in answers:
        if in_stretch and answer == "no":
            return (becomes if becomes != on else None), day - timedelta(days=1)
        in_stretch = in_stretch or answer != "no"
    return (becomes if becomes != on else None), None


def _candidates(rule: Rule, person: Person, on: date) -> list[date]:
    """The days after `on` on which a clause about age can change: birth, and birthdays at the thresholds."""
    birth = person.birth
    if birth is None:
        return []
    ages = {
        age
        for clause in rule.clauses()
        if clause.field == "age" and clause.op != "exists"
        for value in clause.operands or ()
        for age in (0, value, value + 1)
    }
    days = {birthday(birth, age) for age in ages}
    return sorted(day for day in days if day is not None and day > on)
