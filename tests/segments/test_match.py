"""One person, one rule: the answer, the reasons, and the days on which it changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.match import Match, match
from segments.parse import parse_rule
from segments.person import Person
from segments.truth import answer_on
from tests.segments.strategies import (
    BIRTHS,
    BITS,
    DAYS,
    WORKING,
    people,
    rules,
    rules_about_time,
)

TODAY = date(2026, 11, 23)
AGED = [{"field": "age", "op": ">=", "value": 80}]
TODDLER = [
    {"field": "age", "op": "<", "value": 3},
    {"field": "birth_date", "op": ">=", "value": "2022-01-01"},
]
HERE = [{"field": "hukou_region", "op": "within", "value": "431226"}]
POOR = [{"field": "circumstances", "op": "has", "value": "income.dibao"}]
DISABLED = [{"field": "circumstances", "op": "has", "value": "dis.any"}]


def of(rule: dict[str, Any], on: date = TODAY, **facts: Any) -> Match:
    return match(parse_rule(rule), Person.from_facts(facts), on)


@pytest.mark.parametrize(
    ("rule", "facts", "answer", "becomes", "ends"),
    [
        pytest.param({"all": AGED}, {"birth": "1946-11-23"}, "yes", None, None, id="80 today"),
        pytest.param({"all": AGED}, {"birth": "1946-11-24"}, "no", "2026-11-24", None, id="80 tomorrow"),
        pytest.param({"all": AGED}, {"birth": "1948-02-29"}, "no", "2028-02-29", None, id="leap day to leap year"),
        pytest.param(
            {"all": [{"field": "age", "op": ">=", "value": 18}]},
            {"birth": "2012-02-29"}, "no", "2030-03-01", None, id="leap day to a year without: 1 March",
        ),
        pytest.param({"all": AGED}, {}, "unknown", None, None, id="birth date not known"),
        pytest.param({"all": AGED + POOR}, {"birth": "1947-01-05"}, "no", None, None, id="later only unknown"),
        pytest.param({"all": TODDLER}, {"birth": "2023-11-24"}, "yes", None, "2026-11-23", id="three tomorrow"),
        pytest.param({"all": TODDLER}, {"birth": "2023-11-23"}, "no", None, None, id="three today: over for ever"),
        pytest.param({"all": TODDLER}, {"birth": "2024-02-29"}, "yes", None, "2027-02-28", id="toddler of 29 February"),
        pytest.param({"all": TODDLER}, {"birth": "2026-12-01"}, "no", "2026-12-01", "2029-11-30", id="not born yet"),
        pytest.param({"all": TODDLER + POOR}, {"birth": "2024-05-01"}, "unknown", None, "2027-04-30", id="unknown ends too"),
        pytest.param({"all": HERE}, {"region": "431226101", "hukou_region": "431227"}, "no", None, None, id="lives here, hukou elsewhere"),
        pytest.param({"all": HERE}, {"region": "44", "hukou_region": "431226101"}, "yes", None, None, id="lives elsewhere, hukou here"),
        pytest.param({"all": HERE}, {"hukou_region": "4312"}, "unknown", None, None, id="only the prefecture is known"),
        pytest.param({"all": HERE}, {"hukou_region": "4311"}, "no", None, None, id="another prefecture is enough"),
        pytest.param({"all": POOR}, {"not": ["income.dibao"]}, "no", None, None, id="on no complete list"),
        pytest.param({"none": POOR}, {}, "unknown", None, None, id="an exclusion is not known"),
        pytest.param({"none": POOR}, {"circumstances": ["低保"]}, "no", None, None, id="excluded"),
        pytest.param({"none": POOR}, {"not": ["低保"]}, "yes", None, None, id="known not to be excluded"),
        pytest.param({}, {}, "yes", None, None, id="a rule of nothing is for everybody"),
        pytest.param({"any": []}, {}, "yes", None, None, id="no alternatives ask nothing"),
        pytest.param({"any": [{"label": "一", "all": []}]}, {}, "yes", None, None, id="an alternative of nothing is met"),
        pytest.param(
            {"any": [{"label": "高龄", "all": AGED}, {"label": "低保", "all": POOR}]},
            {"birth": "1947-01-05"}, "unknown", "2027-01-05", None, id="unknown until another way opens",
        ),
        pytest.param(
            {"any": [{"label": "幼", "all": [{"field": "age", "op": "<", "value": 16}]}, {"label": "老", "all": AGED}]},
            {"birth": "2016-01-01"}, "yes", None, "2031-12-31", id="the stretch ends even if another comes",
        ),
        pytest.param({"all": AGED + DISABLED, "none": POOR}, {"birth": "1990-01-01", "not": ["dis.any"]}, "no", None, None, id="no stays no"),
    ],
)  # fmt: skip
def test_answers(
    rule: dict[str, Any], facts: dict[str, Any], answer: str, becomes: str | None, ends: str | None
) -> None:
    found = of(rule, **facts)
    shown = found.as_json()
    assert (found.answer, shown["becomes_true_on"], shown["ends_on"]) == (answer, becomes, ends)


def texts(found: Match) -> dict[str, list[str]]:
    return {
        pile: [one.text for one in getattr(found, pile)] for pile in ("met", "failed", "missing")
    }


def test_reasons_are_readable() -> None:
    rule = {
        "all": [{**AGED[0], "text": "年满80周岁", "source": "第二条"}, *HERE],
        "any": [{"label": "低保家庭", "all": POOR}, {"label": "残疾人", "all": DISABLED}],
        "none": [
            {
                "field": "circumstances",
                "op": "has",
                "value": "ins.employee",
                "text": "已参加职工医保",
            }
        ],
        "check": ["没有重复领取"],
    }
    found = of(rule, birth="1948-05-01", hukou_region="431226101", circumstances=["低保"])
    assert texts(found) == {
        "met": ["户籍在431226（现为431226101）", "低保家庭：属于低保对象"],
        "failed": ["不符合“年满80周岁”（现为78周岁）"],
        "missing": ["没有名单可以确认：已参加职工医保"],
    }
    assert found.failed[0].source == "第二条"
    assert (found.failed[0].field, found.failed[0].fact) == ("age", "78周岁")
    assert found.missing[0].circumstances == ("ins.employee",)
    assert found.check == ("没有重复领取",)
    other = match(
        parse_rule(rule), Person.from_facts({"not": ["低保", "残疾人", "职工医保"]}), TODAY
    )
    assert texts(other) == {
        "met": ["没有“已参加职工医保”的情形"],
        "failed": ["不属于其中任何一项：低保家庭、残疾人"],
        "missing": ["缺少出生日期，不能判断：年满80周岁", "缺少户籍地，不能判断：户籍在431226"],
    }
    assert json.loads(json.dumps(other.as_json()))["answer"] == "no"


def test_an_alternative_that_is_open_says_what_would_settle_it() -> None:
    found = of(
        {"any": [{"label": "低保家庭", "all": POOR}, {"label": "高龄", "all": AGED}]},
        birth="1990-01-01",
    )
    assert texts(found)["missing"] == ["低保家庭：没有名单可以确认：属于低保对象"]
    assert found.failed == ()


def test_an_open_parameter_is_unknown_until_the_region_fills_it_in() -> None:
    rule = parse_rule({"all": [{"field": "age", "op": ">=", "value": {"param": "start"}}]})
    person = Person(birth=date(1950, 1, 1))
    found = match(rule, person, TODAY)
    assert (found.answer, found.ends_on) == ("unknown", None)
    assert "start" in found.missing[0].text
    assert match(rule.bind({"start": 75}), person, TODAY).answer == "yes"
    assert match(rule.bind({"start": 80}), person, TODAY).becomes_true_on == date(2030, 1, 1)


@pytest.mark.parametrize(
    ("season", "on", "becomes", "ends"),
    [
        (["02-29", "02-29"], date(2026, 1, 1), date(2028, 2, 29), date(2028, 2, 29)),
        (["02-29", "02-29"], date(2096, 3, 1), date(2104, 2, 29), date(2104, 2, 29)),
        (["03-01", "02-28"], date(2026, 1, 1), None, date(2028, 2, 28)),
        (["02-29", "03-31"], date(2026, 1, 1), date(2026, 3, 1), date(2026, 3, 31)),
    ],
)
def test_a_season_about_29_february(
    season: list[str], on: date, becomes: date | None, ends: date
) -> None:
    rule = parse_rule({"all": [{"field": "today", "op": "yearly", "value": season}]})
    found = match(rule, Person(), on)
    assert (found.becomes_true_on, found.ends_on) == (becomes, ends)


@settings(max_examples=150, deadline=None)
@given(st.data(), people(), st.sampled_from((*BIRTHS, *WORKING)), st.sampled_from(DAYS))
def test_dates_agree_with_looking_at_every_day(
    data: st.DataObject, one: Person, birth: date, on: date
) -> None:
    rule, person = data.draw(rules_about_time(birth, on)), replace(one, birth=birth)
    answers = [answer_on(rule, person, on + timedelta(days=n)) for n in range(1200)]
    last = on + timedelta(days=len(answers) - 1)
    becomes = next((n for n, answer in enumerate(answers) if answer == "yes"), 0)
    start = next((n for n, answer in enumerate(answers) if answer != "no"), len(answers))
    end = next((n for n in range(start, len(answers)) if answers[n] == "no"), None)

    found = match(rule, person, on)
    seen_becomes = (
        found.becomes_true_on if found.becomes_true_on and found.becomes_true_on <= last else None
    )
    seen_ends = found.ends_on if found.ends_on and found.ends_on < last else None
    assert seen_becomes == (on + timedelta(days=becomes) if becomes else None)
    assert seen_ends == (None if end is None else on + timedelta(days=end - 1))


@settings(max_examples=200, deadline=None)
@given(rules(), people(), st.sampled_from(DAYS), st.sampled_from(BITS), st.booleans())
def test_more_knowledge_never_reverses_an_answer(
    rule: Any, person: Person, on: date, bit: int, value: bool
) -> None:
    """`exists` asks about the knowledge itself, so it is left out."""
    asked = replace(
        rule,
        all=tuple(one for one in rule.all if one.op != "exists"),
        any=(),
        none=tuple(one for one in rule.none if one.op != "exists"),
    )
    more = replace(
        person,
        birth=person.birth or BIRTHS[bit % len(BIRTHS)],
        sex=person.sex or "F",
        region=person.region or "431226101",
        circumstances_known=person.circumstances_known | 1 << bit,
        circumstances=person.circumstances
        | (1 << bit if value and not person.circumstances_known & 1 << bit else 0),
        income_month=500 if person.income_month is None else person.income_month,
        paid_months=6 if person.paid_months is None else person.paid_months,
        job_kind=person.job_kind or "worker",
        members=(date(2024, 2, 29),) if person.members is None else person.members,
    )
    before = answer_on(asked, person, on)
    assert before in ("unknown", answer_on(asked, more, on))


@settings(max_examples=200, deadline=None)
@given(rules(), people(), st.sampled_from(DAYS))
def test_reasons_bear_out_the_answer(rule: Any, person: Person, on: date) -> None:
    found = match(rule, person, on)
    expected = "no" if found.failed else "unknown" if found.missing else "yes"
    assert found.answer == expected
    assert all(one.text for one in (*found.met, *found.failed, *found.missing))


def test_an_open_parameter_is_called_by_its_name() -> None:
    rule = parse_rule({"all": [{"field": "income_month", "op": "<", "value": {"param": "line"}}]})
    found = match(rule, Person(), TODAY, {"line": "本地低保标准"})
    said = "本地还没有填写“本地低保标准”，不能判断：家庭人均月收入低于【本地低保标准】元"
    assert [one.text for one in found.missing] == [said]
