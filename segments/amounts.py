"""How much, or for how long, one person may claim: formulas that a policy names as `amount: {formula: …}`.

A formula answers from what is known and never guesses: where a fact is missing the answer is None, and the policy's
own `amount.text` stands. Whether the person may claim at all is the rule's matter, not the formula's. Each Amount
says where its formula comes from: mark W = found in stored pages, M = worked out from an example, K = general
knowledge, to be verified before it is printed, L = figures that a region filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from segments import vocabulary
from segments.person import Person, age_on
from segments.retirement import JOB_KINDS, add_months, months_until, retirement_day

CHILDCARE_STARTS = date(2025, 1, 1)
CHILDCARE_FIRST_BIRTH = date(2022, 1, 1)
CHILDCARE_MONTH_YUAN = 300
FIVE_YEARS = 60
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Amount:
    """`yuan` where the formula ends in money, else None; one sentence for the person; how it was reckoned; the mark."""

    yuan: int | None
    text: str
    basis: str
    mark: str


def childcare_months(birth: date) -> int:
    """Months for which the childcare subsidy is paid, 300 yuan each (育儿补贴制度实施方案, 28 July 2025).

    Born in 2025 or later: the full 36. Born 2022 to 2024: from January 2025 to the month of the third birthday, both
    included. Born before 2022: 0. Mark M: only "born in December 2023: 7,200 yuan" was found in a page.
    """
    if birth < CHILDCARE_FIRST_BIRTH:
        return 0
    until_third = (birth.year + 3 - CHILDCARE_STARTS.year) * 12 + birth.month
    return min(36, until_third)


def unemployment_months(paid_months: int) -> int:
    """The most months of unemployment benefit (社会保险法 articles 45–46; mark K).

    Paid for 1 to 5 years: 12; 5 to 10 years: 18; 10 years or more: 24; less than a year: 0.
    """
    limits = ((120, 24), (60, 18), (12, 12))
    return next((months for least, months in limits if paid_months >= least), 0)


def flex_si_months(on: date, retires: date) -> int:
    """The most months of the social-insurance subsidy for hard-to-employ people who begin to draw it on `on`.

    36, or until the legal retirement day where that is less than five years away; 0 once it is reached.
    Mark W (county pages of 2025); the retirement day is mark K. Graduates of the last two years: see GRADUATE_MONTHS.
    """
    return months_until(retires, on) if retires < add_months(on, FIVE_YEARS) else 36


GRADUATE_MONTHS = 24
"""The most months of the same subsidy for graduates of the last two years (mark W)."""


def amount_for(
    facts: Mapping[str, Any],
    person: Person,
    on: date,
    parameters: Mapping[str, Any] = _NONE,
) -> Amount | None:
    """What one person may claim under a policy; None when it names no formula or a fact is not known.

    `facts` are the policy's facts at the place (national ones overridden locally), `parameters` what the region
    filled in. Raises KeyError for a formula that is none of FORMULAS; reading a policy file refuses such a name.
    """
    amount = facts.get("amount") or {}
    name = amount.get("formula")
    return None if name is None else FORMULAS[name](amount, person, on, parameters)


def localised(national: Mapping[str, Any], local: Mapping[str, Any]) -> dict[str, Any]:
    """A region's own `amount` in place of the national one: its figures count, the way of reckoning stays, and with
    it the unit in which it reckons.

    A formula that carries a national figure (childcare) ends with that figure; a region may name its own.
    """
    kept = {} if national.get("formula") in _WITH_FIGURES else national
    stays = ("formula", "bands") if "formula" in local else ("formula", "bands", "unit")
    reckoning = stays if "formula" in kept else ()
    return {key: kept[key] for key in reckoning if key in kept} | dict(local)


def mistake(amount: Mapping[str, Any]) -> str:
    """Which key of `amount` no formula can use ('' = none): an unknown formula, or bands that are no bands."""
    name = amount.get("formula")
    if name is not None and (not isinstance(name, str) or name not in FORMULAS):
        return "formula"
    bands = amount.get("bands")
    if name != "age-bands":
        return "" if bands is None else "bands"
    return "" if isinstance(bands, list) and bands and all(map(_is_band, bands)) else "bands"


def _is_band(one: object) -> bool:
    return (
        isinstance(one, Mapping)
        and isinstance(one.get("age"), int)
        and isinstance(one.get("param"), str)
    )


_WITH_FIGURES = ("childcare-months",)

Formula = Callable[[Mapping[str, Any], Person, date, Mapping[str, Any]], Amount | None]


def _childcare(
    _amount: Mapping[str, Any], person: Person, _on: date, _parameters: Mapping[str, Any]
) -> Amount | None:
    months = 0 if person.birth is None else childcare_months(person.birth)
    if not months:
        return None
    yuan = months * CHILDCARE_MONTH_YUAN
    if person.birth is not None and person.birth >= CHILDCARE_STARTS:
        return Amount(yuan, f"您家孩子满3周岁前一共可领{yuan}元", "每年3600元，发到满3周岁", "M")
    basis = f"2025年1月到满3周岁的当月共{months}个月，每月{CHILDCARE_MONTH_YUAN}元"
    return Amount(yuan, f"您家孩子可领{yuan}元（按{months}个月折算）", basis, "M")


def _unemployment(
    _amount: Mapping[str, Any], person: Person, _on: date, _parameters: Mapping[str, Any]
) -> Amount | None:
    paid = person.paid_months
    months = 0 if paid is None else unemployment_months(paid)
    if not months:
        return None
    return Amount(None, f"最长可领{months}个月", f"累计缴费{paid}个月", "K")


def _flex_si(
    _amount: Mapping[str, Any], person: Person, on: date, _parameters: Mapping[str, Any]
) -> Amount | None:
    has = {code: bool(person.circumstances & vocabulary.mask([code])) for code in _WAYS}
    hard = _hard(person, on) if has["emp.hard"] else None
    graduate = Amount(None, f"最长可补{GRADUATE_MONTHS}个月", "离校2年内高校毕业生", "W")
    return hard or (graduate if has["emp.grad2"] else None)


_WAYS = ("emp.hard", "emp.grad2")


def _hard(person: Person, on: date) -> Amount | None:
    """Exact only when every retirement day that the known facts allow says the same."""
    days = _retirement_days(person)
    if not days:
        return None
    if min(days) >= add_months(on, FIVE_YEARS):
        return Amount(None, "最长可补36个月", "就业困难人员，距法定退休5年以上", "W")
    if len(days) > 1 or min(days) <= on:
        return None
    day, months = min(days), flex_si_months(on, min(days))
    text = f"可以补到法定退休，还有{months}个月（到{day.year}年{day.month}月）"
    return Amount(None, text, "就业困难人员，距法定退休不足5年", "K")


def _retirement_days(person: Person) -> set[date]:
    if person.birth is None:
        return set()
    sexes = (person.sex,) if person.sex else ("M", "F")
    kinds = (person.job_kind,) if person.job_kind else JOB_KINDS
    days = {retirement_day(person.birth, sex, kind) for sex in sexes for kind in kinds}
    return {day for day in days if day is not None}


def _age_bands(
    amount: Mapping[str, Any], person: Person, on: date, parameters: Mapping[str, Any]
) -> Amount | None:
    """`bands: [{age: 80, param: amount_80}, …]`: the highest band whose age is completed, paid per `unit`.

    Where the unit names neither month nor year nothing is said: a monthly sum is no yearly one.
    """
    if person.birth is None:
        return None
    age, bands = age_on(person.birth, on), sorted(amount["bands"], key=lambda one: int(one["age"]))
    reached = [one for one in bands if one["age"] <= age]
    yuan = parameters.get(reached[-1]["param"]) if reached else None
    per = _PER.get(str(amount.get("unit", ""))[-2:])
    if yuan is None or per is None:
        return None
    above = bands[len(reached)]["age"] - 1 if len(reached) < len(bands) else None
    said = (
        f"{reached[-1]['age']}周岁及以上" if above is None else f"{reached[-1]['age']}至{above}周岁"
    )
    return Amount(yuan, f"{per}{yuan}元", f"{said}的本地标准", "L")


_PER: Mapping[str, str] = MappingProxyType({"/月": "每月", "/年": "每年"})


FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "childcare-months": _childcare,
        "unemployment-months": _unemployment,
        "flex-si-months": _flex_si,
        "age-bands": _age_bands,
    }
)
"""The names that a policy may give as `amount.formula`."""
