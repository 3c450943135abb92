"""Why a rule holds or not for one person: sentences in Chinese, one for each clause that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from segments import vocabulary
from segments.fields import FIELDS
from segments.person import Person
from segments.reading import CHOICES, FIELD_NAMES, UNITS, read_clause, read_date
from segments.rules import Alternative, Clause, Rule
from segments.truth import Truth, either, fact_of, opposite, truth_of, way_holds


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
class Case:
    """Who is asked about, on which day; `names` are words for regions, policies and parameters."""

    person: Person
    on: date
    names: Mapping[str, str] = field(default_factory=dict)


def findings(rule: Rule, case: Case) -> tuple[tuple[Finding, ...], ...]:
    """(met, failed, missing): the reasons for what `answer_on` says."""
    met: list[Finding] = []
    failed: list[Finding] = []
    missing: list[Finding] = []
    for clause in rule.all:
        truth = truth_of(clause, case.person, case.on)
        _pile(truth, met, failed, missing).append(_finding(clause, truth, case))
    if rule.any:
        truth = either(way_holds(one, case.person, case.on) for one in rule.any)
        _pile(truth, met, failed, missing).extend(_any_findings(rule, truth, case))
    for clause in rule.none:
        truth = opposite(truth_of(clause, case.person, case.on))
        _pile(truth, met, failed, missing).append(_exclusion(clause, truth, case))
    return tuple(met), tuple(failed), tuple(dict.fromkeys(missing))


def _pile(
    truth: Truth, met: list[Finding], failed: list[Finding], missing: list[Finding]
) -> list[Finding]:
    return missing if truth is None else met if truth else failed


def _finding(clause: Clause, truth: Truth, case: Case) -> Finding:
    said = clause.text or read_clause(clause, case.names)
    if truth is None:
        return _missing(clause, said, case)
    fact = _said_fact(clause, case)
    text = said if truth else f"不符合“{said}”"
    when = f"{read_date(clause.day(case.on))}为" if clause.in_days else "现为"
    return Finding(f"{text}（{when}{fact}）" if fact else text, clause.field, fact, clause.source)


def _exclusion(clause: Clause, truth: Truth, case: Case) -> Finding:
    said = clause.text or read_clause(clause, case.names)
    if truth is None:
        return _missing(clause, said, case)
    text = f"没有“{said}”的情形" if truth else f"有“{said}”的情形，不包括在内"
    return Finding(text, clause.field, _said_fact(clause, case), clause.source)


def _missing(clause: Clause, said: str, case: Case) -> Finding:
    if clause.parameters:
        open_ones = "、".join(case.names.get(name, name) for name in clause.parameters)
        text = f"本地还没有填写“{open_ones}”，不能判断：{said}"
    elif FIELDS[clause.field] in ("flags", "policy"):
        text = f"没有名单可以确认：{said}"
    elif clause.field == "members":
        text = f"家庭成员还不齐全，不能判断：{said}"
    else:
        text = f"缺少{'、'.join(_lacking(clause.field, case.person))}，不能判断：{said}"
    asked = vocabulary.mask(clause.operands or ()) if FIELDS[clause.field] == "flags" else 0
    unknown = vocabulary.codes(asked & ~case.person.circumstances_known)
    return Finding(text, clause.field, "", clause.source, unknown)


def _lacking(field: str, person: Person) -> list[str]:
    """The names of the facts without which a clause about a field cannot be decided."""
    needed = {"age": ("birth",), "birth_date": ("birth",), "retires_in": ("birth", "sex")}
    if field == "retires_in" and person.sex != "M":
        needed["retires_in"] += ("job_kind",)
    lacking = [name for name in needed.get(field, (field,)) if getattr(person, name) in ("", None)]
    return [FIELD_NAMES["birth_date" if name == "birth" else name] for name in lacking]


def _any_findings(rule: Rule, truth: Truth, case: Case) -> list[Finding]:
    if truth is False:
        return [Finding(f"不属于其中任何一项：{'、'.join(one.label for one in rule.any)}", "any")]
    open_ways = [one for one in rule.any if way_holds(one, case.person, case.on) is truth]
    return [
        replace(finding, text=f"{one.label}：{finding.text}")
        for one in open_ways
        for finding in _way_findings(one, truth, case)
    ]


def _way_findings(alternative: Alternative, truth: Truth, case: Case) -> list[Finding]:
    if not alternative.all:
        return [Finding("没有其他条件", "any")]
    return [
        _finding(clause, truth, case)
        for clause in alternative.all
        if truth_of(clause, case.person, case.on) is truth
    ]


def _said_fact(clause: Clause, case: Case) -> str:
    """What is known, in words; what has no value of its own, and today's date, go without saying."""
    if FIELDS[clause.field] in ("flags", "policy") or clause.field == "today":
        return ""
    fact = fact_of(clause, case.person, case.on)
    if fact is None:
        return ""
    if clause.field == "age":
        return f"{fact}周岁" if fact >= 0 else "未出生"
    return CHOICES.get(fact, f"{fact}{UNITS.get(clause.field, '')}")
