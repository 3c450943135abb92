"""How much and how long: the vectors of the sources, and that nothing is said where a fact is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import segments.policies
from segments.amounts import (
    FORMULAS,
    Amount,
    amount_for,
    childcare_months,
    flex_si_months,
    localised,
    mistake,
    unemployment_months,
)
from segments.person import Person, birthday
from segments.retirement import add_months

TODAY = date(2026, 11, 23)
FOLDER = Path(next(iter(segments.policies.__path__)))


def facts_of(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return facts


def amount(name: str, facts: dict[str, Any], on: date = TODAY, **parameters: int) -> Amount | None:
    return amount_for(facts_of(name), Person.from_facts(facts), on, parameters)


@pytest.mark.parametrize(
    ("birth", "months", "yuan"),
    [
        pytest.param("2021-12-31", 0, 0, id="before the first birth that counts"),
        pytest.param("2022-01-01", 1, 300, id="January 2022: one month"),
        pytest.param("2022-01-31", 1, 300, id="the day in the month is nothing"),
        pytest.param("2022-02-01", 2, 600, id="February 2022"),
        pytest.param("2023-01-15", 13, 3_900, id="January 2023"),
        pytest.param("2023-12-05", 24, 7_200, id="December 2023: the example of the press"),
        pytest.param("2024-02-29", 26, 7_800, id="born on 29 February"),
        pytest.param("2024-12-31", 36, 10_800, id="December 2024"),
        pytest.param("2025-01-01", 36, 10_800, id="the first child of the full subsidy"),
        pytest.param("2026-11-23", 36, 10_800, id="born today"),
    ],
)
def test_childcare(birth: str, months: int, yuan: int) -> None:
    assert childcare_months(date.fromisoformat(birth)) == months
    found = amount("childcare-2025", {"birth": birth})
    assert (found.yuan if found else 0) == yuan


def test_childcare_is_said_in_one_sentence() -> None:
    assert amount("childcare-2025", {"birth": "2023-12-05"}) == Amount(
        7200,
        "您家孩子可领7200元（按24个月折算）",
        "2025年1月到满3周岁的当月共24个月，每月300元",
        "M",
    )
    full = amount("childcare-2025", {"birth": "2025-06-01"})
    assert full is not None
    assert full.text == "您家孩子满3周岁前一共可领10800元"
    assert amount("childcare-2025", {}) is None


@given(st.dates(date(2022, 1, 1), date(2024, 12, 31)))
def test_childcare_counts_the_months_one_by_one(birth: date) -> None:
    third = birthday(birth, 3)
    assert third is not None
    months = [add_months(date(2025, 1, 1), n) for n in range(40)]
    counted = [m for m in months if (m.year, m.month) <= (birth.year + 3, birth.month)]
    assert childcare_months(birth) == len(counted)


@pytest.mark.parametrize(
    ("paid", "months"),
    [(0, 0), (11, 0), (12, 12), (59, 12), (60, 18), (119, 18), (120, 24), (400, 24)],
)
def test_unemployment(paid: int, months: int) -> None:
    assert unemployment_months(paid) == months
    found = amount("unemp", {"paid_months": paid})
    if months:
        expected = Amount(None, f"最长可领{months}个月", f"累计缴费{paid}个月", "K")
        assert found == expected
    else:
        assert found is None


def test_unemployment_without_the_months_says_nothing() -> None:
    assert amount("unemp", {}) is None


@pytest.mark.parametrize(
    ("retires", "months"),
    [
        pytest.param("2040-01-01", 36, id="far away"),
        pytest.param("2031-11-23", 36, id="five years to the day"),
        pytest.param("2031-11-22", 60, id="a day less than five years: until then"),
        pytest.param("2031-01-10", 50, id="a begun month counts"),
        pytest.param("2027-11-23", 12, id="one year"),
        pytest.param("2026-11-24", 1, id="tomorrow"),
        pytest.param("2026-11-23", 0, id="reached"),
    ],
)
def test_flexible_months(retires: str, months: int) -> None:
    assert flex_si_months(TODAY, date.fromisoformat(retires)) == months


HARD = {"circumstances": ["就业困难人员", "灵活就业"]}


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        pytest.param({**HARD, "birth": "1980-05-01", "sex": "男"}, "最长可补36个月", id="a man of 46"),
        pytest.param({**HARD, "birth": "1968-05-20", "sex": "男"}, "可以补到法定退休，还有29个月（到2029年4月）", id="a man of 58"),
        pytest.param({**HARD, "birth": "1979-01-10", "sex": "女", "job_kind": "worker"}, "可以补到法定退休，还有51个月（到2031年2月）", id="a woman worker of 47"),
        pytest.param({**HARD, "birth": "1979-01-10", "sex": "女", "job_kind": "cadre"}, "最长可补36个月", id="the same woman as a cadre"),
        pytest.param({**HARD, "birth": "1979-01-10", "sex": "女"}, None, id="the same woman, the kind of job not known"),
        pytest.param({**HARD, "birth": "1985-01-10", "sex": "女"}, "最长可补36个月", id="a woman of 41: every kind of job is far away"),
        pytest.param({**HARD, "birth": "1985-01-10"}, "最长可补36个月", id="even the sex is not needed"),
        pytest.param({**HARD, "birth": "1960-01-10", "sex": "男"}, None, id="retired"),
        pytest.param(HARD, None, id="no birth date"),
        pytest.param({"circumstances": ["应届毕业生"], "birth": "2003-01-01"}, "最长可补24个月", id="a graduate"),
        pytest.param({"circumstances": ["应届毕业生", "4050"], "birth": "2003-01-01"}, "最长可补36个月", id="a graduate who is hard to employ: the longer"),
        pytest.param({"birth": "1980-05-01", "sex": "男"}, None, id="no list says either"),
    ],
)  # fmt: skip
def test_flexible_subsidy_of_a_person(facts: dict[str, Any], text: str | None) -> None:
    found = amount("flex-si", facts)
    assert (found.text if found else None) == text
    assert found is None or found.yuan is None


@pytest.mark.parametrize(
    ("birth", "yuan", "basis"),
    [
        pytest.param("1946-11-24", None, "", id="80 tomorrow"),
        pytest.param("1946-11-23", 50, "80至89周岁的本地标准", id="80 today"),
        pytest.param("1936-11-24", 50, "80至89周岁的本地标准", id="90 tomorrow"),
        pytest.param("1936-11-23", 100, "90至99周岁的本地标准", id="90 today"),
        pytest.param("1926-11-23", 300, "100周岁及以上的本地标准", id="100 today"),
    ],
)
def test_bands_of_age(birth: str, yuan: int | None, basis: str) -> None:
    found = amount("elder-80", {"birth": birth}, amount_80=50, amount_90=100, amount_100=300)
    assert found == (None if yuan is None else Amount(yuan, f"每月{yuan}元", basis, "L"))


def test_a_band_that_the_region_has_not_filled_in_says_nothing() -> None:
    assert amount("elder-80", {"birth": "1930-01-01"}, amount_80=50) is None
    assert amount("elder-80", {}, amount_80=50) is None


def test_a_band_by_the_year() -> None:
    policy = {
        "amount": {"formula": "age-bands", "unit": "元/年", "bands": [{"age": 80, "param": "a"}]}
    }
    found = amount_for(policy, Person(birth=date(1940, 1, 1)), TODAY, {"a": 480})
    assert found == Amount(480, "每年480元", "80周岁及以上的本地标准", "L")


@pytest.mark.parametrize("unit", [None, "", "元", "元/季", "元/次"])
def test_a_band_is_said_by_the_month_or_by_the_year_and_never_guessed(unit: str | None) -> None:
    amount_ = {"formula": "age-bands", "bands": [{"age": 80, "param": "a"}], "unit": unit}
    person = Person(birth=date(1940, 1, 1))
    assert amount_for({"amount": amount_}, person, TODAY, {"a": 480}) is None


def test_a_policy_without_a_formula_has_no_amount_of_its_own() -> None:
    assert amount("hpv", {"birth": "2012-01-01"}) is None
    assert amount_for({}, Person(), TODAY) is None


def test_a_region_replaces_the_figures_and_keeps_the_reckoning() -> None:
    local = {"status": "local", "text": "按年龄分三档，每月50元起"}
    bands = facts_of("elder-80")["amount"]
    kept = {"formula": "age-bands", "bands": bands["bands"], "unit": "元/月"}
    assert localised(bands, local) == {**local, **kept}
    assert localised(bands, {**local, "unit": "元/年"})["unit"] == "元/年"
    assert localised(facts_of("childcare-2025")["amount"], local) == local
    own = {**local, "formula": "unemployment-months"}
    assert localised(facts_of("flex-si")["amount"], own) == own


@pytest.mark.parametrize(
    ("given_amount", "key"),
    [
        ({}, ""),
        ({"formula": None}, ""),
        ({"formula": "childcare-months"}, ""),
        ({"formula": "child-care"}, "formula"),
        ({"formula": ["childcare-months"]}, "formula"),
        ({"formula": "age-bands"}, "bands"),
        ({"formula": "age-bands", "bands": [{"age": "80", "param": "a"}]}, "bands"),
        ({"formula": "age-bands", "bands": [{"age": 80, "param": "a"}]}, ""),
        ({"bands": [{"age": 80, "param": "a"}]}, "bands"),
    ],
)
def test_a_mistake_names_its_key(given_amount: dict[str, Any], key: str) -> None:
    assert mistake(given_amount) == key


def test_every_formula_is_named_by_a_shipped_policy() -> None:
    named = {facts_of(file.stem)["amount"].get("formula") for file in FOLDER.glob("*.yaml")}
    assert named - {None} == set(FORMULAS)
