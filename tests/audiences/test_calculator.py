"""查政策: invented families and what may be theirs, and what holds for all rules and all that can be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from outreach.audiences.calculator import (
    ELSEWHERE,
    Family,
    Member,
    Place,
    Question,
    Told,
    answers,
    as_facts,
    ask,
    benefits,
    family_answers,
    family_of,
    told_of,
)
from outreach.audiences.calculator.figures import UNFILLED
from outreach.audiences.calculator.results import matched, rule_for
from outreach.audiences.calculator.shipped import shipped
from outreach.audiences.calculator.weighing import state_of
from outreach.audiences.service import explain
from outreach.policies.schemas import LocalFacts, PolicyView
from segments import vocabulary
from segments.errors import FactsError
from segments.match import match
from segments.parse import parse_rule
from segments.person import Person
from segments.rules import Rule
from tests.audiences.interviews import PLACE, TODAY, county, interview, results
from tests.segments.catalogue import HOME
from tests.segments.strategies import BIRTHS, DAYS, PLACES, people, rules

COUNTY = county()
RURAL = {"hukou_type": "rural", "income_month": 2600}
EVERYBODY = {"resident-medical"}
FAMILIES: list[tuple[str, dict[str, Any], set[str], set[str], set[str]]] = [
    (
        "a woman of 82 with little income",
        {"birth": date(1944, 3, 1), "sex": "F", "hukou_type": "rural", "income_month": 1500},
        set(), {"elder-80", "phys-65", "public-rental", "resident-pension"} | EVERYBODY, set(),
    ),
    (
        "an old man on dibao who cannot look after himself",
        {"birth": date(1950, 3, 1), "sex": "M", "hukou_type": "rural", "income_month": 400, "income.dibao": True, "health.disabled": True, "health.disabled.severe": True, "ins.resident": True},
        {"medical-aid"},
        {"dibao", "elder-service", "ltc", "phys-65", "public-rental", "resident-pension", "tekun"} | EVERYBODY,
        {"elder-80"},
    ),
    (
        "a severely disabled man on dibao",
        {"birth": date(1985, 3, 1), "sex": "M", "hukou_type": "rural", "income_month": 500, "income.dibao": True, "dis.any": True, "dis.severe": True, "dis.limb": True},
        {"medical-aid"}, {"dibao", "dis-care", "dis-living", "public-rental", "tekun"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "an expectant mother with a job: for the child there is something once it is born",
        {"birth": date(1998, 3, 1), "sex": "F", **RURAL, "mat.pregnant": True, "ins.employee": True},
        set(), set(), {"elder-80", "phys-65"},
    ),
    (
        "a migrant worker who has come home",
        {"birth": date(1982, 3, 1), "sex": "M", **RURAL, "emp.migrant": True},
        set(), {"public-rental", "startup"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a student from a poor household: applications open in September",
        {"birth": date(2006, 3, 1), "sex": "F", "hukou_type": "rural", "income_month": 800, "stu.college": True, "stu.poor": True},
        set(), {"dibao-edge", "public-rental"} | EVERYBODY, {"student-aid", "elder-80", "phys-65"},
    ),
    (
        "a vocational student of a household lifted out of poverty",
        {"birth": date(2006, 3, 1), "sex": "M", **RURAL, "stu.college": True, "stu.hvoc": True, "rural.tuopin": True},
        set(), {"yulu"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "an orphan at school",
        {"birth": date(2014, 3, 1), "sex": "M", "hukou_type": "rural", "income_month": 300, "child.orphan": True, "stu.k12": True},
        {"medical-aid", "orphan"}, {"dibao", "public-rental", "tekun"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "the third child of a family, one year old",
        {"birth": date(2025, 12, 1), "sex": "F", **RURAL},
        set(), {"childcare-2025", "nursery"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a girl of 13",
        {"birth": date(2013, 3, 1), "sex": "F", **RURAL, "stu.k12": True},
        set(), {"hpv"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a woman of 48 who is hard to employ and pays for herself",
        {"birth": date(1978, 3, 1), "sex": "F", "hukou_type": "urban", "income_month": 2600, "job_kind": "worker", "paid_months": 120, "emp.hard": True, "emp.flex": True},
        set(), {"flex-si", "startup"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a registered unemployed man",
        {"birth": date(1990, 3, 1), "sex": "M", "hukou_type": "urban", "income_month": 2600, "paid_months": 70, "emp.unemployed": True},
        set(), {"unemp"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a veteran",
        {"birth": date(1999, 3, 1), "sex": "M", **RURAL, "mil.veteran": True},
        set(), {"startup", "veteran"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a child in the last year of kindergarten",
        {"birth": date(2021, 3, 1), "sex": "M", **RURAL, "stu.kindergarten": True},
        set(), {"preschool-free"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a father of two girls, 62",
        {"birth": date(1964, 3, 1), "sex": "M", **RURAL, "fp.twogirls": True},
        set(), {"fp-reward", "resident-pension"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a mother who lost her only child",
        {"birth": date(1972, 3, 1), "sex": "F", "hukou_type": "urban", "income_month": 2600, "fp.special": True},
        set(), {"fp-special"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "somebody from elsewhere who works here",
        {"birth": date(1990, 3, 1), "sex": "F", "hukou": ELSEWHERE, **RURAL, "emp.migrant": True},
        set(), {"public-rental", "startup"} | EVERYBODY, {"phys-65"},
    ),
    (
        "a household lifted out of poverty in an unsafe house",
        {"birth": date(1968, 3, 1), "sex": "M", **RURAL, "house.cd": True, "rural.tuopin": True},
        set(), {"rural-house"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "a child whom nobody cares for",
        {"birth": date(2016, 3, 1), "sex": "M", **RURAL, "child.defacto": True},
        set(), {"de-facto-orphan"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
    (
        "somebody seriously ill in a household just above dibao",
        {"birth": date(1976, 12, 20), "sex": "M", "hukou_type": "rural", "income_month": 700, "income.edge": True, "health.major": True},
        set(), {"dibao", "dibao-edge", "public-rental", "rigid-exp"} | EVERYBODY, {"elder-80", "phys-65"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("truth", "sure", "maybe", "later"),
    [pytest.param(*expected, id=name) for name, *expected in FAMILIES],
)
def test_what_may_be_theirs(
    truth: dict[str, Any], sure: set[str], maybe: set[str], later: set[str]
) -> None:
    found = [one for one in results(truth) if not one.unlikely]
    assert {one.policy.ref for one in found if one.tier == "yes"} == sure
    assert {one.policy.ref for one in found if one.tier == "maybe"} == maybe
    assert {one.policy.ref for one in found if one.tier in ("soon", "later")} == later


def of(ref: str, truth: dict[str, Any], on: date = TODAY) -> Any:
    return next(one for one in results(truth, on) if one.policy.ref == ref)


@pytest.mark.parametrize(
    ("ref", "truth", "text", "how"),
    [
        ("childcare-2025", {"birth": date(2023, 12, 1)}, "您家孩子可领7200元（按24个月折算）", "2025年1月到满3周岁的当月共24个月，每月300元"),
        ("childcare-2025", {"birth": date(2025, 12, 1)}, "您家孩子满3周岁前一共可领10800元", "每年3600元，发到满3周岁"),
        ("unemp", {"birth": date(1990, 3, 1), "paid_months": 70, "emp.unemployed": True}, "最长可领18个月", "累计缴费70个月"),
        ("elder-80", {"birth": date(1936, 3, 1)}, "每月200元", "90至99周岁的本地标准"),
        ("flex-si", {"birth": date(1985, 3, 1), "paid_months": 120, "emp.hard": True, "emp.flex": True}, "最长可补36个月", "就业困难人员"),
        ("hpv", {"birth": date(2013, 3, 1), "sex": "F"}, "免费接种2剂次双价HPV疫苗", ""),
    ],
)  # fmt: skip
def test_the_amount_is_reckoned_and_says_how(
    ref: str, truth: dict[str, Any], text: str, how: str
) -> None:
    amount = of(ref, truth).amount
    assert text in amount.text
    assert how in amount.how


def test_a_figure_that_nobody_stands_for_is_not_shown() -> None:
    facts = {"plain_name": "某津贴", "amount": {"status": "unverified", "text": "每月60元"}}
    policy = PolicyView(1, "p", "live", 1, 1, "", facts, parse_rule({}), None, None, "某人")
    assert answers([policy], Told(), TODAY, Place())[0].amount.text == UNFILLED


def test_an_age_reckons_an_amount_only_where_every_birthday_says_the_same() -> None:
    def amount(age: int, ref: str) -> str:
        told = told_of({"age": age}, TODAY, HOME)
        return next(one for one in answers(COUNTY, told, TODAY, PLACE) if one.policy.ref == ref).amount.text  # fmt: skip

    assert amount(85, "elder-80") == "每月100元"
    assert amount(0, "childcare-2025") == "您家孩子满3周岁前一共可领10800元"
    assert amount(2, "childcare-2025") == "每孩每年3600元，发到满3周岁"


def test_what_comes_within_ninety_days_is_soon_and_what_ends_says_when() -> None:
    soon = of("elder-80", {"birth": date(1946, 12, 20)})
    assert (soon.tier, soon.match.becomes_true_on) == ("soon", date(2026, 12, 20))
    assert of("elder-80", {"birth": date(1947, 2, 22)}).tier == "soon"
    assert of("elder-80", {"birth": date(1947, 2, 23)}).tier == "later"
    assert of("childcare-2025", {"birth": date(2023, 12, 1)}).match.ends_on == date(2026, 11, 30)


def test_who_can_apply_only_in_september_is_told_when_it_opens() -> None:
    poor = {"birth": date(2006, 3, 1), "stu.college": True, "stu.poor": True}
    assert of("student-aid", poor).match.becomes_true_on == date(2027, 9, 1)
    assert of("student-aid", poor, date(2026, 8, 1)).tier == "soon"
    assert of("student-aid", poor, date(2026, 9, 30)).tier == "maybe"
    unsure = of("student-aid", poor | {"stu.poor": None})
    assert (unsure.match.answer, unsure.opens, unsure.tier) == ("no", date(2027, 9, 1), "later")


def test_without_a_check_and_with_every_fact_it_can_be_applied_for() -> None:
    rule = parse_rule({"all": [{"field": "age", "op": ">=", "value": 60}]})
    plain = PolicyView(1, "p", "live", 1, 1, "", {"plain_name": "p"}, rule, None, None, "某人")
    checked = replace(plain, rule=replace(rule, check=("确有困难",)))
    told = told_of({"age": 70}, TODAY)
    assert [one.tier for one in answers([plain], told, TODAY, Place())] == ["yes"]
    assert [one.tier for one in answers([checked], told, TODAY, Place())] == ["maybe"]
    assert [one.tier for one in answers([plain], Told(), TODAY, Place())] == ["maybe"]


def test_what_somebody_tells_is_no_list_so_nobody_reads_that_they_may_apply() -> None:
    """Product §2: these words only where official lists bear out every clause."""
    facts = {"age": 70, "hukou": "here", "circumstances": ["income.dibao"]}
    told = told_of(facts, TODAY, HOME)
    found = answers(COUNTY, told, TODAY, PLACE)
    assert "yes" in {one.tier for one in found}
    assert {one.words for one in found if one.tier in ("yes", "maybe")} == {"可能符合，请核实"}


def test_an_age_says_no_birth_date_of_its_own() -> None:
    rule = parse_rule({"all": [
        {"field": "birth_date", "op": ">=", "value": "2011-11-10"},
        {"field": "age", "op": ">=", "value": 13},
    ]})  # fmt: skip
    at_13 = matched(rule, told_of({"age": 13}, TODAY), TODAY)
    assert at_13.answer == "yes"
    assert [one.text for one in at_13.met] == [
        "2011年11月10日及以后出生",
        "年满13周岁（现为13周岁）",
    ]
    at_15 = matched(rule, told_of({"age": 15}, TODAY), TODAY)
    assert at_15.answer == "unknown"
    assert [one.field for one in at_15.missing] == ["birth_date"]
    assert [one.text for one in at_15.met] == ["年满13周岁（现为15周岁）"]


# what can be told


@pytest.mark.parametrize(
    ("facts", "code", "key"),
    [
        ([], "segments.not_facts", ""),
        ({"ages": 3}, "segments.unknown_fact", "ages"),
        ({"age": "70"}, "calculator.bad_age", "age"),
        ({"age": True}, "calculator.bad_age", "age"),
        ({"age": 131}, "calculator.bad_age", "age"),
        ({"age": 60, "birth": "1950-01-01"}, "calculator.age_and_birth", "age"),
        ({"birth": "2027-01-01"}, "calculator.bad_birth", "birth"),
        ({"birth": "1850-01-01"}, "calculator.bad_birth", "birth"),
        ({"birth": "1950-13-01"}, "segments.bad_date_fact", "birth"),
        ({"hukou": "there"}, "calculator.bad_place_fact", "hukou"),
        ({"residence": "here", "region": HOME}, "calculator.told_twice", "residence"),
        ({"unsure": "sex"}, "segments.bad_list_fact", "unsure"),
        ({"unsure": ["shoe size"]}, "calculator.unknown_question", "unsure"),
        ({"income_month": -1}, "segments.bad_number_fact", "income_month"),
        ({"circumstances": ["dis.severe"], "not": ["dis.any"]}, "segments.contradiction", "circumstances"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_names_its_key(facts: object, code: str, key: str) -> None:
    with pytest.raises(FactsError) as raised:
        told_of(facts, TODAY, HOME)
    assert (raised.value.code, raised.value.key) == (code, key)


@pytest.mark.parametrize(
    ("data", "code", "key"),
    [
        ([], "calculator.not_household", ""),
        ({"members": [], "names": []}, "calculator.not_household", ""),
        ({"members": []}, "calculator.bad_household", "members"),
        ({"members": [{}] * 21}, "calculator.bad_household", "members"),
        ({"members": [{}], "complete": 1}, "calculator.bad_complete", "complete"),
        ({"members": [{"name": "张三"}]}, "calculator.not_member", "members[0]"),
        ({"members": [{}, {"relation": 3}]}, "calculator.bad_relation", "members[1].relation"),
        ({"members": [{}, {"facts": {"age": -1}}]}, "calculator.bad_age", "members[1].facts.age"),
        ({"members": [{}], "facts": {"age": -1}}, "calculator.bad_age", "facts.age"),
        ({"members": [{"facts": 3}]}, "segments.not_facts", "members[0].facts"),
    ],
)
def test_a_household_that_cannot_be_names_its_key(data: object, code: str, key: str) -> None:
    with pytest.raises(FactsError) as raised:
        family_of(data, TODAY, HOME)
    assert (raised.value.code, raised.value.key) == (code, key)


def test_what_excludes_each_other_is_not_asked() -> None:
    told = told_of({"circumstances": ["dis.g1"]}, TODAY)
    for code, truth in (("dis.severe", True), ("dis.g2", False), ("dis.g3", False)):
        assert told.knows(code)
        assert bool(told.facts.circumstances & vocabulary.mask([code])) is truth
    assert not told.knows("dis.limb")


# households


def household(**more: Any) -> dict[str, Any]:
    return {
        "facts": {"hukou": "here", "residence": "here", "income_month": 500},
        "members": [
            {"relation": "户主", "facts": {"birth": "1944-03-01", "sex": "F"}},
            {"relation": "孙女", "facts": {"birth": "2025-12-01", "hukou": "elsewhere"}},
        ],
        **more,
    }


def test_a_household_is_answered_member_by_member_and_together() -> None:
    family = family_of(household(), TODAY, HOME)
    each = family_answers(family, COUNTY, TODAY, PLACE)
    grandmother, child = ({one.policy.ref: one.tier for one in results} for results in each)
    assert grandmother["elder-80"] == "maybe"
    assert child["childcare-2025"] == "no", "the child is registered elsewhere"
    assert child["nursery"] == "maybe"
    together = {one.policy.ref: [number for number, _ in one.members] for one in benefits(each)}
    assert together["elder-80"] == [0]
    assert together["nursery"] == [1]
    assert together["resident-medical"] == [0, 1]
    assert "childcare-2025" not in together
    tiers = [one.tier for one in benefits(each)]
    assert tiers == sorted(tiers, key=("yes", "maybe", "soon").index)


def test_a_complete_household_is_counted() -> None:
    rule = parse_rule({"all": [{"field": "members", "op": ">=", "value": 1, "aged": [0, 2]},
                               {"field": "household_size", "op": "=", "value": 2}]})  # fmt: skip
    policy = PolicyView(1, "p", "live", 1, 1, "", {"plain_name": "p"}, rule, None, None, "某人")

    def tiers(**more: Any) -> list[str]:
        family = family_of(household(**more), TODAY, HOME)
        return [one.match.answer for (one,) in family_answers(family, [policy], TODAY, PLACE)]

    assert tiers() == ["unknown", "unknown"]
    assert tiers(complete=True) == ["yes", "yes"]
    family = family_of(household(), TODAY, HOME)
    asked = ask(family, [policy], TODAY, PLACE)
    assert asked is not None
    assert asked.member is None, "what all members share is asked once"


def test_one_question_for_a_household_settles_most_over_all_members() -> None:
    family = family_of({"members": [{}, {}, {"facts": {"birth": "1980-01-01"}}]}, TODAY, HOME)
    asked = ask(family, COUNTY, TODAY, PLACE)
    assert asked is not None
    assert (asked.key, asked.member) == ("birth", 0)


# what holds for everybody


def settled(rule: Rule) -> bool:
    """`exists` asks what is known, so more knowledge may well turn it round."""
    return not any(one.op == "exists" for one in rule.clauses())


@st.composite
def less(draw: st.DrawFn, person: Person) -> Told:
    """A part of what is true of a person."""
    keep = {
        name: getattr(person, name)
        for name in (
            "sex", "region", "hukou_region", "hukou_type", "income_month", "household_size", "paid_months",
            "paid_months_running", "job_kind", "members", "about",
        )
        if name == "about" or draw(st.booleans())
    }  # fmt: skip
    known = person.circumstances_known & draw(st.integers(0, (1 << 63) - 1))
    part = Person(**keep, circumstances=person.circumstances & known, circumstances_known=known)
    how = draw(st.sampled_from(("exact", "age", "nothing")))
    if how == "exact":
        return Told(replace(part, birth=person.birth))
    if how == "nothing" or person.birth is None:
        return Told(part)
    first, last = draw(st.integers(0, 500)), draw(st.integers(0, 500))
    born = (person.birth - timedelta(days=first), person.birth + timedelta(days=last))
    return Told(part, born)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(rules().filter(settled), people(), st.sampled_from(DAYS), st.data())
def test_more_answers_never_reverse_a_yes_or_a_no(
    rule: Rule, person: Person, on: date, data: st.DataObject
) -> None:
    told = data.draw(less(person))
    partly, fully = state_of(rule, told, on).answer, match(rule, person, on).answer
    assert partly in ("unknown", fully)
    assert matched(rule, told, on).answer == partly


@settings(deadline=None)
@given(rules(), people(), st.sampled_from(DAYS))
def test_with_every_fact_known_it_says_what_match_says(
    rule: Rule, person: Person, on: date
) -> None:
    assert matched(rule, Told(person), on) == match(rule, person, on)
    assert state_of(rule, Told(person), on).answer == match(rule, person, on).answer


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules().filter(settled), people(), st.sampled_from(DAYS), st.data())
def test_between_the_birth_dates_that_matter_nothing_changes(
    rule: Rule, person: Person, on: date, data: st.DataObject
) -> None:
    assume(person.birth)
    birth = data.draw(st.sampled_from(BIRTHS))
    born = (birth, birth + timedelta(days=data.draw(st.integers(0, 60))))
    without = replace(person, birth=None)
    days = ((born[0] + timedelta(days=n)) for n in range((born[1] - born[0]).days + 1))
    each = {match(rule, replace(without, birth=day), on).answer for day in days}
    found = state_of(rule, Told(without, born), on).answer
    assert found == (each.pop() if len(each) == 1 else "unknown")


HERE = st.sampled_from([place for place in PLACES if place.startswith(HOME)])


@pytest.mark.parametrize("home", ["", HOME])
@settings(deadline=None, max_examples=50)
@given(one=people(), region=HERE, hukou=HERE, on=st.sampled_from(DAYS))
def test_the_calculator_and_explain_agree(
    home: str, one: Person, region: str, hukou: str, on: date
) -> None:
    person = replace(one, region=region, hukou_region=hukou)
    told = Told(person)
    for said in answers(COUNTY, told, on, Place(HOME, home)):
        assert said.match.answer == explain(said.policy, person, on, home).answer, said.policy.ref


TOWN = f"{HOME}101"
TOWNS = {
    "dibao": {"dibao_line": 700}, "dibao-edge": {"dibao_line": 700, "edge_line": 1050}, "flex-si": {"paid_at_least": 12},
    "public-rental": {"income_limit": 1500},
}  # fmt: skip


def with_town(parameters: dict[str, dict[str, Any]], facts: dict[str, Any]) -> list[PolicyView]:
    """The county, and a town of it that has filled in other figures."""
    return [
        replace(
            one,
            locals=(
                *one.locals,
                LocalFacts(TOWN, parameters.get(one.ref, {}), facts, "某人", TODAY),
            ),
        )
        for one in COUNTY
    ]


@settings(deadline=None, max_examples=50)
@given(
    person=people(), on=st.sampled_from(DAYS), place=st.sampled_from((HOME, TOWN, f"{HOME}102")),
    income=st.sampled_from((599, 650, 700, 1000, 1600)),
)  # fmt: skip
def test_it_knows_no_more_of_the_place_than_explain_does(
    person: Person, on: date, place: str, income: int
) -> None:
    """Somebody of the county may live in the town that has its own figures."""
    told = Told(replace(person, region=place, hukou_region=place, income_month=income))
    for one in answers(with_town(TOWNS, {}), told, on, PLACE):
        found = explain(one.policy, told.facts, on, HOME)
        assert replace(one.match, missing=(), failed=()) == replace(found, missing=(), failed=()), (
            one.policy.ref
        )


def test_of_a_place_that_is_not_known_exactly_no_income_decides() -> None:
    def tier(place: str, income: int) -> str:
        told = told_of({"hukou_region": place, "income_month": income, "not": ["income.dibao", "income.edge"]}, TODAY)  # fmt: skip
        (found,) = (
            one for one in answers(with_town(TOWNS, {}), told, TODAY, PLACE) if one.policy.ref == "dibao"
        )  # fmt: skip
        return found.match.answer

    assert [tier(place, 650) for place in (HOME, TOWN, f"{HOME}102")] == ["unknown", "yes", "no"]
    assert [tier(HOME, income) for income in (599, 700)] == ["yes", "no"]


def test_a_town_s_figure_is_shown_in_the_town_and_nowhere_else() -> None:
    own = {"amount": {"status": "local", "text": "每月80元"}, "phone": "0745-1234567"}
    policies = with_town({"elder-80": {"amount_80": 300}}, own)

    def shown(place: str, ref: str) -> tuple[str, str]:
        told = told_of({"hukou_region": place, "birth": "1940-01-01"}, TODAY)
        (found,) = (one for one in answers(policies, told, TODAY, PLACE) if one.policy.ref == ref)
        return found.amount.text, found.phone

    assert shown(TOWN, "elder-80") == ("每月300元", "0745-1234567")
    assert shown(f"{HOME}102", "elder-80") == ("每月100元", "12345")
    assert shown(HOME, "elder-80") == (UNFILLED, "12345")
    assert shown(TOWN, "orphan") == ("每月80元", "0745-1234567")
    assert shown(HOME, "orphan") == (UNFILLED, "12345")


ANY_NUMBER = (0, 5, 6, 11, 12, 500, 599, 600, 601, 899, 900, 2000, 2001, 2499, 2500)


def replies(key: str) -> Iterator[Any]:
    if key == "birth":
        yield from (date(year, 6, 1) for year in range(1930, 2027))
        yield from BIRTHS[:-1]
    elif key in ("hukou", "residence"):
        yield from (HOME, ELSEWHERE)
    elif key in ("sex", "hukou_type", "job_kind"):
        yield from {"sex": "MF", "hukou_type": ("rural", "urban", "resident"), "job_kind": ("worker", "cadre")}[key]  # fmt: skip
    else:
        yield from (True, False) if "." in key else ANY_NUMBER


@st.composite
def half_told(draw: st.DrawFn) -> Told:
    facts: dict[str, Any] = {}
    for key, values in {
        "age": (2, 13, 45, 59, 70), "sex": ("M", "F"), "hukou": ("here", "elsewhere"), "residence": ("here",),
        "hukou_type": ("rural", "urban"), "income_month": (500, 700, 3000), "paid_months": (0, 70),
    }.items():  # fmt: skip
        if draw(st.booleans()):
            facts[key] = draw(st.sampled_from(values))
    codes = sorted({one.code for one in vocabulary.CIRCUMSTANCES if not one.implies and not one.excludes})  # fmt: skip
    facts["not"] = draw(st.lists(st.sampled_from(codes), max_size=40, unique=True))
    facts["unsure"] = draw(st.lists(st.sampled_from(["birth", "sex", "dis.any", "hukou"])))
    return told_of(facts, TODAY, HOME)


def asked(told: Told, policies: list[PolicyView]) -> Question | None:
    return ask(Family((Member("", told),)), policies, TODAY, PLACE)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(half_told(), st.randoms(use_true_random=False))
def test_the_next_question_changes_something_and_does_not_depend_on_the_order(
    told: Told, chance: Any
) -> None:
    question = asked(told, COUNTY)
    if question is None:
        return
    assert question.key not in told.unsure
    shuffled = list(COUNTY)
    chance.shuffle(shuffled)
    other = asked(told, shuffled)
    assert other is not None
    assert (other.key, other.touches) == (question.key, question.touches)

    def said(now: Told) -> list[Any]:
        found = [matched(rule_for(one, now, PLACE), now, TODAY) for one in COUNTY]
        return [(one.answer, one.missing) for one in found]

    before = said(told)
    possible = []
    for value in replies(question.key):
        try:
            possible.append(said(told.fact(question.key, value)))
        except FactsError:  # contradicts what was told
            continue
    assert any(after != before for after in possible)


def test_whoever_knows_nothing_is_asked_each_thing_once_and_then_left_alone() -> None:
    none = dict.fromkeys((one.code for one in vocabulary.CIRCUMSTANCES), None)
    told, questions = interview({**none, "hukou": None, "residence": None}, COUNTY)
    keys = [one.key for one in questions]
    assert len(keys) == len(set(keys))
    assert told.unsure == set(keys)
    assert {one.match.answer for one in answers(COUNTY, told, TODAY, PLACE)} == {"unknown", "no"}


def test_a_place_that_has_filled_in_nothing_is_not_asked_about_income() -> None:
    _, questions = interview({"birth": date(1980, 1, 1)}, shipped())
    assert "income_month" not in {one.key for one in questions}


@settings(deadline=None)
@given(half_told())
def test_what_was_told_can_be_handed_on_as_json(told: Told) -> None:
    assert told_of(as_facts(told, TODAY), TODAY, HOME) == told
