"""The shipped policies and named people: yes, no or unknown, the same for one person and in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    select,
)

from segments.compile import compile_rule
from segments.match import match
from segments.person import Person
from tests.segments.catalogue import CATALOGUE, rule_here, somebody
from tests.segments.policy_people import CASES, TODAY, Case


def named(one: Case) -> str:
    return f"{one[0]}: {one[1]}"


EACH = pytest.mark.parametrize("one", CASES, ids=named)


@EACH
def test_one_person(one: Case) -> None:
    policy, _, facts, on, answer = one
    assert match(rule_here(policy), somebody(facts), date.fromisoformat(on)).answer == answer


def test_every_policy_has_its_people_and_every_answer() -> None:
    asked = Counter(one[0] for one in CASES)
    assert set(asked) == set(CATALOGUE)
    assert min(asked.values()) >= 3
    for name in CATALOGUE:
        assert {one[4] for one in CASES if one[0] == name} == {"yes", "no", "unknown"}, name


PEOPLE = Table(
    "people",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(name, Text) for name in ("sex", "region", "hukou_region", "hukou_type", "job_kind")),
    *(Column(name, BigInteger) for name in ("circumstances", "circumstances_known")),
    *(Column(name, Integer) for name in ("income_month", "household_size")),
    *(Column(name, Integer) for name in ("paid_months", "paid_months_running")),
    Column("birth", Date),
)
FACTS = [column.name for column in PEOPLE.columns if column.name != "id"]


@pytest.fixture(scope="module")
def register() -> Iterator[Connection]:
    """Everybody of the table in one register, numbered as they stand."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        PEOPLE.metadata.create_all(connection)
        people = [somebody(one[2]) for one in CASES]
        rows = [
            {"id": n, **{name: getattr(one, name) for name in FACTS}}
            for n, one in enumerate(people)
        ]
        connection.execute(insert(PEOPLE), rows)
        yield connection
    engine.dispose()


@pytest.mark.parametrize("policy", CATALOGUE)
def test_the_whole_register_gets_the_same_answers_in_sql(register: Connection, policy: str) -> None:
    rule = rule_here(policy)
    people: list[Person] = [somebody(one[2]) for one in CASES]
    for on in sorted({date.fromisoformat(one[3]) for one in CASES}):
        certain, possible = compile_rule(rule, PEOPLE.c, on)
        yes = set(register.scalars(select(PEOPLE.c.id).where(certain)))
        maybe = set(register.scalars(select(PEOPLE.c.id).where(possible)))
        for number, person in enumerate(people):
            told = "yes" if number in yes else "unknown" if number in maybe else "no"
            assert told == match(rule, person, on).answer, (named(CASES[number]), on)
        assert yes <= maybe


HARD = {"circumstances": ["4050", "灵活就业"], "not": ["emp.grad2"]}


@pytest.mark.parametrize(
    ("policy", "facts", "becomes", "ends"),
    [
        pytest.param("childcare-2025", {"birth": "2023-11-24"}, None, "2026-11-23", id="three tomorrow"),
        pytest.param("childcare-2025", {"birth": "2024-02-29"}, None, "2027-02-28", id="born on 29 February"),
        pytest.param("childcare-2025", {"birth": "2027-01-10"}, "2027-01-10", "2030-01-09", id="not born yet"),
        pytest.param("childcare-2025", {"birth": "2023-11-23"}, None, None, id="over for ever"),
        pytest.param("preschool-free", {"birth": "2021-03-01"}, None, "2027-08-31", id="until the school year ends"),
        pytest.param("hpv", {"birth": "2013-11-24", "sex": "F"}, "2026-11-24", None, id="13 tomorrow"),
        pytest.param("hpv", {"birth": "2016-02-29", "sex": "F"}, "2029-03-01", None, id="13 in a year without 29 February"),
        pytest.param("elder-80", {"birth": "1946-12-31"}, "2026-12-31", None, id="80 in December"),
        pytest.param("phys-65", {"birth": "1962-05-01"}, "2027-05-01", None, id="65 in May"),
        pytest.param("resident-pension", {"birth": "1967-01-05", "not": ["pension.employee"]}, "2027-01-05", None, id="60 in January"),
        pytest.param("resident-pension", {"birth": "1967-01-05"}, None, None, id="60 in January, but the list is missing"),
        pytest.param("student-aid", {"circumstances": ["大学生", "贫困生"]}, "2027-09-01", "2027-09-30", id="the next September"),
        pytest.param("veteran", {"circumstances": ["退役军人"]}, None, "2027-12-31", id="until the policy ends"),
        pytest.param("orphan", {"birth": "2009-01-05", "circumstances": ["孤儿"], "not": ["stu.k12", "中职", "大学生"]}, None, "2027-01-04", id="18 in January, not at school"),
        pytest.param("orphan", {"birth": "2009-01-05", "circumstances": ["孤儿", "高中生"]}, None, None, id="18 in January, at school"),
        pytest.param("tekun", {"birth": "2011-01-05", "income_month": 0, "not": ["残疾证", "特困"]}, None, "2027-01-04", id="16 in January"),
        pytest.param("tekun", {"birth": "1967-01-05", "income_month": 0, "not": ["残疾证", "特困"]}, "2027-01-05", None, id="60 in January without income"),
        pytest.param("flex-si", {"birth": "1968-05-20", "sex": "M", "paid_months": 6, **HARD}, None, "2029-04-19", id="a man until he retires"),
        pytest.param("flex-si", {"birth": "1978-03-10", "sex": "F", "job_kind": "worker", "paid_months": 6, **HARD}, None, "2029-11-09", id="a woman worker until she retires"),
        pytest.param("fp-special", {"birth": "1978-01-01", "sex": "F", "circumstances": ["失独"]}, "2027-01-01", None, id="a mother turns 49"),
    ],
)  # fmt: skip
def test_the_days_on_which_it_changes(
    policy: str, facts: dict[str, Any], becomes: str | None, ends: str | None
) -> None:
    found = match(rule_here(policy), somebody(facts), date.fromisoformat(TODAY)).as_json()
    assert (found["becomes_true_on"], found["ends_on"]) == (becomes, ends)


def test_two_benefits_that_overlap_are_for_a_person_to_settle() -> None:
    both = somebody({"circumstances": ["特困", "残疾一级"]})
    found = match(rule_here("dis-care"), both, date.fromisoformat(TODAY))
    assert found.answer == "yes"
    assert "没有领取特困照料护理、工伤护理等同类待遇" in found.check
    assert CATALOGUE["dis-care"]["excludes"][0]["policy"] == "tekun"
    living = somebody({"circumstances": ["低保", "残疾一级"]})
    assert match(rule_here("dis-living"), living, date.fromisoformat(TODAY)).answer == "yes"
