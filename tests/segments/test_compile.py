"""The rule in SQL says the same as the rule for one person, on both databases."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    create_engine,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
)

import segments.compile
from outreach.models.base import Code
from outreach.models.people import Person as PersonRow
from segments.compile import compile_rule
from segments.parse import parse_rule
from segments.person import Person
from segments.rules import Rule
from segments.truth import answer_on
from tests.segments.strategies import DAYS, Known, people, rules

PEOPLE = Table(
    "people",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("birth", Date),
    Column("sex", Text, nullable=False),
    Column("region", Code, nullable=False),
    Column("hukou_region", Code, nullable=False),
    Column("hukou_type", Text, nullable=False),
    Column("circumstances", BigInteger, nullable=False),
    Column("circumstances_known", BigInteger, nullable=False),
    Column("income_month", Integer),
    Column("household_size", Integer),
    Column("paid_months", Integer),
    Column("paid_months_running", Integer),
    Column("job_kind", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
)
MEMBERS = Table("members", PEOPLE.metadata, Column("of", Integer), Column("birth", Date))
SAID = Table(
    "said",
    PEOPLE.metadata,
    Column("of", Integer),
    Column("fact", Text),
    Column("policy", Text),
    Column("value", Boolean),
    Column("since", Date),
)


def about(fact: str, policy: str, on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What the lists say, as a room with tables would give it."""
    here = (SAID.c.of == PEOPLE.c.id, SAID.c.fact == fact, SAID.c.policy == policy)
    known = [*here, SAID.c.since <= on]
    return exists().where(*known, SAID.c.value), not_(exists().where(*known, not_(SAID.c.value)))


def members(after: date, until: date) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """The household, as a room with tables would give it."""
    mine = MEMBERS.c.of == PEOPLE.c.id
    born = (MEMBERS.c.birth > after, MEMBERS.c.birth <= until)
    count = select(func.count()).select_from(MEMBERS).where(mine, *born).scalar_subquery()
    unknown = exists().where(mine, MEMBERS.c.birth.is_(None))
    return and_(PEOPLE.c.complete, not_(unknown)), count


def rows(listed: list[Person]) -> dict[Table, list[dict[str, Any]]]:
    """What the tables hold of these people."""
    names = [column.name for column in PEOPLE.columns if column.name not in ("id", "complete")]
    return {
        PEOPLE: [
            {
                "id": n,
                "complete": one.members is not None,
                **{name: getattr(one, name) for name in names},
            }
            for n, one in enumerate(listed)
        ],
        MEMBERS: [
            {"of": n, "birth": born} for n, one in enumerate(listed) for born in one.members or ()
        ],
        SAID: [
            {"of": n, "fact": fact, "policy": policy, "value": value, "since": since}
            for n, one in enumerate(listed)
            if isinstance(one.about, Known)
            for fact, policy, value, since in one.about.said
        ],
    }


@pytest.fixture
def register(blank_engine: Engine) -> Iterator[Engine]:
    PEOPLE.metadata.create_all(blank_engine)
    yield blank_engine
    PEOPLE.metadata.drop_all(blank_engine)


def selected(
    engine: Engine, rule: Rule, listed: list[Person], on: date
) -> tuple[set[int], set[int], set[int]]:
    """Row numbers of who is certain, who is possible, and who is not possible."""
    certain, possible = compile_rule(rule, PEOPLE.c, on, about=about, members=members)
    with engine.begin() as connection:
        for table, held in rows(listed).items():
            connection.execute(delete(table))
            if held:
                connection.execute(insert(table), held)
        found = [
            set(connection.scalars(select(PEOPLE.c.id).where(each)))
            for each in (certain, possible, not_(possible))
        ]
    return found[0], found[1], found[2]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rule=rules(), listed=st.lists(people(), min_size=1, max_size=20), on=st.sampled_from(DAYS))
def test_sql_and_match_agree(register: Engine, rule: Rule, listed: list[Person], on: date) -> None:
    certain, possible, impossible = selected(register, rule, listed, on)
    answers = [answer_on(rule, one, on) for one in listed]
    assert certain == {n for n, answer in enumerate(answers) if answer == "yes"}
    assert possible == {n for n, answer in enumerate(answers) if answer != "no"}
    assert impossible == {n for n, answer in enumerate(answers) if answer == "no"}
    assert certain <= possible


EVERYBODY = [Person(), Person(birth=date(1946, 11, 23)), Person(sex="F", region="43")]


@pytest.mark.parametrize(
    ("data", "certain", "possible"),
    [
        pytest.param({}, {0, 1, 2}, {0, 1, 2}, id="a rule of nothing is for everybody"),
        pytest.param(
            {"any": [{"label": "一", "all": []}]},
            {0, 1, 2},
            {0, 1, 2},
            id="an alternative of nothing",
        ),
        pytest.param(
            {"all": [{"field": "age", "op": "<", "value": 0}]},
            set(),
            {0, 2},
            id="an age that nobody has",
        ),
        pytest.param(
            {"all": [{"field": "age", "op": ">=", "value": {"param": "x"}}]},
            set(),
            {0, 1, 2},
            id="open",
        ),
        pytest.param(
            {"all": [{"field": "sex", "op": "=", "value": "F"}]}, {2}, {0, 1, 2}, id="sex"
        ),
        pytest.param(
            {"all": [{"field": "region", "op": "within", "value": "431226"}]},
            set(),
            {0, 1, 2},
            id="place",
        ),
        pytest.param(
            {"all": [{"field": "region", "op": "within", "value": "44"}]},
            set(),
            {0, 1},
            id="elsewhere",
        ),
    ],
)
def test_edges(
    register: Engine, data: dict[str, Any], certain: set[int], possible: set[int]
) -> None:
    found = selected(register, parse_rule(data), EVERYBODY, date(2026, 11, 23))
    assert found[:2] == (certain, possible)


def test_lists_that_a_region_left_empty(register: Engine) -> None:
    """An empty list is nobody; where the fact itself is not known it stays unknown."""
    for field, nobody in (("age", {0, 2}), ("circumstances", set())):
        op = "in" if field == "age" else "has_any"
        rule = parse_rule({"all": [{"field": field, "op": op, "value": {"param": "x"}}]}).bind(
            {"x": []}
        )
        found = selected(register, rule, EVERYBODY, date(2026, 11, 23))
        assert found[:2] == (set(), nobody)
        assert [answer_on(rule, one, date(2026, 11, 23)) == "no" for one in EVERYBODY] == [
            n not in nobody for n in range(3)
        ]


def test_a_mapped_class_and_a_mapping_will_do_for_columns() -> None:
    rule = parse_rule({"all": [{"field": "age", "op": ">=", "value": 80}]})
    said = {
        str(compile_rule(rule, columns, date(2026, 11, 23))[0]).replace("people.", "person.")
        for columns in (PersonRow, PEOPLE.c, dict(PEOPLE.c.items()))
    }
    assert len(said) == 1


def test_exclusive_or_is_never_used() -> None:
    """SQLAlchemy renders it with a wrong precedence on SQLite."""
    assert ".bitwise_xor(" not in inspect.getsource(segments.compile)


UNSAID = Table(
    "unsaid",
    MetaData(),
    *(
        Column(one.name, one.type, primary_key=one.primary_key)
        for one in PEOPLE.columns
        if one.name != "complete"
    ),
)
"""The same columns, in which what is not known is NULL."""


@pytest.mark.parametrize(
    "clause",
    [
        {"field": "retires_in", "op": ">", "value": 0},
        {"field": "retires_in", "op": "exists", "value": True},
        {"field": "job_kind", "op": "=", "value": "worker"},
        {"field": "job_kind", "op": "exists", "value": False},
        {"field": "sex", "op": "in", "value": ["F"]},
        {"field": "hukou_type", "op": "=", "value": "rural"},
        {"field": "age", "op": "<", "value": 50},
        {"field": "income_month", "op": "<=", "value": 600},
    ],
    ids=str,
)
@pytest.mark.parametrize("part", ["all", "none"])
def test_null_says_the_same_as_an_empty_text(clause: dict[str, Any], part: str) -> None:
    rule = parse_rule({part: [clause]}, segment=True)
    people_ = [
        Person(birth=birth, sex=sex, job_kind=job)
        for birth in (None, date(1975, 1, 1), date(1960, 5, 2))
        for sex in ("", "F", "M")
        for job in ("", "worker")
    ]
    names = [column.name for column in UNSAID.columns if column.name != "id"]
    empty = {"region": "", "hukou_region": ""}
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        UNSAID.create(connection)
        rows_ = [
            {"id": n, **{name: getattr(one, name) or empty.get(name) for name in names}}
            for n, one in enumerate(people_)
        ]
        rows_ = [{**row, "circumstances": 0, "circumstances_known": 0} for row in rows_]
        connection.execute(insert(UNSAID), rows_)
        certain, possible = compile_rule(rule, UNSAID.c, date(2026, 1, 1))
        found = connection.execute(select(UNSAID.c.id, certain, possible)).all()
    engine.dispose()
    answers = [answer_on(rule, one, date(2026, 1, 1)) for one in people_]
    expected = [(n, one == "yes", one != "no") for n, one in enumerate(answers)]
    assert [tuple(row) for row in found] == expected
