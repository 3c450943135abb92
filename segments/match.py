"""One person and one rule: yes, no or unknown, with reasons and the days on which the answer changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from segments import vocabulary
from segments.fields import FIELDS
from segments.person import Person
from segments.reading import CHOICES, FIELD_NAMES, UNITS, read_clause, read_date
from segments.rules import Alternative, Clause, Rule
from segments.truth import (
    Answer,
    Truth,
    answer_on,
    either,
    fact_of,
    opposite,
    truth_of,
    way_holds,
)
from segments.turning import turns


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
    becomes, ends = turns(rule, person, on)
    return Match(answer_on(rule, person, on), met, failed, missing, rule.check, becomes, ends)


def _findings(rule: Rule, person: Person, on: date) -> tuple[tuple[Finding, ...], ...]:
    met: list[Finding] = []
    failed: list[Finding] = []
    missing: list[Finding] = []
    for clause in rule.all:
        truth = truth_of(clause, person, on)
        _pile(truth, met, failed, missing).append(_finding(clause, truth, person, on))
    if rule.any:
        truth = either(way_holds(one, person, on) for one in rule.any)
        _pile(truth, met, failed, missing).extend(_any_findings(rule, truth, person, on))
    for clause in rule.none:
        truth = opposite(truth_of(clause, person, on))
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
    fact = _said_fact(clause, person, on)
    text = said if truth else f"不符合“{said}”"
    when = f"{read_date(clause.day(on))}为" if clause.in_days else "现为"
    return Finding(f"{text}（{when}{fact}）" if fact else text, clause.field, fact, clause.source)


def _exclusion(clause: Clause, truth: Truth, person: Person, on: date) -> Finding:
    said = clause.text or read_clause(clause)
    if truth is None:
        return _missing(clause, said, person)
    text = f"没有“{said}”的情形" if truth else f"有“{said}”的情形，不包括在内"
    return Finding(text, clause.field, _said_fact(clause, person, on), clause.source)


def _missing(clause: Clause, said: str, person: Person) -> Finding:
    if clause.parameters:
        text = f"本地还没有填写“{'、'.join(clause.parameters)}”，不能判断：{said}"
    elif FIELDS[clause.field] in ("flags", "policy"):
        text = f"没有名单可以确认：{said}"
    elif clause.field == "members":
        text = f"家庭成员还不齐全，不能判断：{said}"
    else:
        text = f"缺少{'、'.join(_lacking(clause.field, person))}，不能判断：{said}"
    asked = vocabulary.mask(clause.operands or ()) if FIELDS[clause.field] == "flags" else 0
    unknown = vocabulary.codes(asked & ~person.circumstances_known)
    return Finding(text, clause.field, "", clause.source, unknown)


def _lacking(field: str, person: Person) -> list[str]:
    """The names of the facts without which a clause about a field cannot be decided."""
    needed = {"age": ("birth",), "birth_date": ("birth",), "retires_in": ("birth", "sex")}
    if field == "retires_in" and person.sex != "M":
        needed["retires_in"] += ("job_kind",)
    lacking = [name for name in needed.get(field, (field,)) if getattr(person, name) in ("", None)]
    return [FIELD_NAMES["birth_date" if name == "birth" else name] for name in lacking]


def _any_findings(rule: Rule, truth: Truth, person: Person, on: date) -> list[Finding]:
    if truth is False:
        return [Finding(f"不属于其中任何一项：{'、'.join(one.label for one in rule.any)}", "any")]
    open_ways = [one for one in rule.any if way_holds(one, person, on) is truth]
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
        if truth_of(clause, person, on) is truth
    ]


def _said_fact(clause: Clause, person: Person, on: date) -> str:
    """What is known, in words; what has no value of its own, and today's date, go without saying."""
    if FIELDS[clause.field] in ("flags", "policy") or clause.field == "today":
        return ""
    fact = fact_of(clause, person, on)
    if fact is None:
        return ""
    if clause.field == "age":
        return f"{fact}周岁" if fact >= 0 else "未出生"
    return CHOICES.get(fact, f"{fact}{UNITS.get(clause.field, '')}")
