"""Whose day it is: the condition over the register says what is said of each person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, delete, select

from outreach.audiences import moments, service
from outreach.models.people import Person as Row
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.policies.timing import closes_on, opens_on
from outreach.store import Store
from outreach.vault import Vault
from segments.parse import parse_rule
from segments.person import Person, birthday
from segments.rules import Rule
from tests import town
from tests.audiences.test_matching import LOCALS, housed, put, view
from tests.segments.strategies import BIRTHS, DAYS, people, rules, rules_about_time
from tests.town import COUNTY, EAST, TODAY, WEST

DAY = timedelta(days=1)
AGED = parse_rule({"all": [{"field": "age", "op": ">=", "value": 60}]})


@st.composite
def asked(draw: st.DrawFn) -> tuple[Rule, list[Person], date]:
    listed = draw(st.lists(people(), min_size=1, max_size=8))
    on = draw(st.sampled_from(DAYS))
    births = [one.birth for one in listed if one.birth is not None]
    rule = draw(rules_about_time(births[0], on)) if births else draw(rules())
    return rule, listed, on


def found(store: Store, condition: ColumnElement[bool], ids: list[int]) -> set[int]:
    with store.read() as connection:
        return {ids.index(one) for one in connection.scalars(select(Row.id).where(condition))}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=asked(), locals_=LOCALS, basis=st.sampled_from(("", "hukou")), home=st.sampled_from(("", "4312")),
    homes=st.lists(st.sampled_from((None, 1, 2)), min_size=8, max_size=8), complete=st.booleans(),
)  # fmt: skip
def test_the_day_is_the_one_that_a_match_tells(
    store: Store,
    asked: tuple[Rule, list[Person], date],
    locals_: list[LocalFacts],
    basis: str,
    home: str,
    homes: list[int | None],
    complete: bool,
) -> None:
    rule, listed, on = asked
    policy = view(rule, locals_, basis)
    listed = housed(listed, homes, complete)
    with store.begin() as connection:
        put(connection, listed, homes, complete)
        ids = list(connection.scalars(select(Row.id).order_by(Row.id)))
    first = [service.explain(policy, one, on, home) for one in listed]
    turns = {day for one in first for day in (one.becomes_true_on, one.ends_on) if day}
    for day in sorted({on, on + DAY, *turns})[:6]:
        if not date(2000, 1, 1) < day < date(2100, 1, 1):
            continue
        before = [service.explain(policy, one, day - DAY, home) for one in listed]
        then = [service.explain(policy, one, day, home) for one in listed]
        begins = {n for n, one in enumerate(before) if one.becomes_true_on == day}
        ends = {n for n, one in enumerate(then) if one.ends_on == day}
        assert found(store, moments.whose_day(policy, "becomes_true", day, home), ids) == begins
        assert found(store, moments.whose_day(policy, "ends_on", day, home), ids) == ends
    with store.begin() as connection:
        put(connection, [], homes, complete)


@pytest.mark.parametrize("age", [2, 18, 60, 63, 80])
def test_a_birthday_comes_once_in_the_year_also_of_who_was_born_on_29_february(
    store: Store, vault: Vault, age: int
) -> None:
    with store.begin() as connection:
        for birth in BIRTHS:
            town.add_person(connection, vault, birth=birth)
        town.add_person(connection, vault, birth=None)
        ids = list(connection.scalars(select(Row.id).order_by(Row.id)))
    policy = view(AGED)
    for birth in BIRTHS:
        day = birthday(birth, age)
        assert day is not None
        for near in (day - DAY, day, day + DAY):
            expected = {n for n, one in enumerate(BIRTHS) if birthday(one, age) == near}
            condition = moments.whose_day(policy, f"birthday{age}", near)
            assert found(store, condition, ids) == expected, (birth, near)


WINDOWED: dict[str, Any] = {"window": {"text": "年底", "from": "2026-12-01", "to": "2026-12-20"}}


def windowed(locals_: list[LocalFacts]) -> PolicyView:
    facts = {"plain_name": "某项政策", **WINDOWED}
    return PolicyView(1, "p", "live", 1, 1, "", facts, AGED, None, None, "", tuple(locals_))


def test_a_window_opens_for_each_place_on_its_own_day(store: Store, vault: Vault) -> None:
    own = LocalFacts(
        WEST, {}, {"window": {"text": "西村", "from": "2026-12-05", "to": "2026-12-20"}}
    )
    policy = windowed([own])
    with store.begin() as connection:
        connection.execute(delete(Row))
        for region in (EAST, WEST, COUNTY):
            town.add_person(connection, vault, region=region)
        ids = list(connection.scalars(select(Row.id).order_by(Row.id)))
    days = {
        ("window_from", date(2026, 12, 1)): {0, 2},
        ("window_from", date(2026, 12, 5)): {1},
        ("window_from", date(2026, 12, 2)): set(),
        ("window_to", date(2026, 12, 20)): {0, 1, 2},
        ("window_to", date(2026, 12, 21)): set(),
    }
    for (to, day), expected in days.items():
        assert found(store, moments.whose_day(policy, to, day), ids) == expected, (to, day)


@pytest.mark.parametrize(
    ("window", "opens", "closes"),
    [
        ({"from": "2026-12-01", "to": "2026-12-20"}, date(2026, 12, 1), date(2026, 12, 20)),
        ({"yearly": ["09-01", "02-28"]}, date(2026, 9, 1), date(2027, 2, 28)),
        ({"yearly": ["09-01", "02-29"]}, date(2026, 9, 1), date(2028, 2, 29)),
        ({"from": "2026-12-01"}, date(2026, 12, 1), None),
        ({"to": "2026-12-20"}, None, date(2026, 12, 20)),
        ({"text": "全年"}, None, None),
        (None, None, None),
    ],
)
def test_when_a_window_opens_and_closes(
    window: object, opens: date | None, closes: date | None
) -> None:
    days = [date(2026, 1, 1) + n * DAY for n in range(800)]
    if opens is None:
        assert not any(opens_on(window, day) for day in days)
    else:
        assert opens_on(window, opens)
        assert not any(opens_on(window, opens + n * DAY) for n in range(1, 300))
    if closes is None:
        assert not any(closes_on(window, day) for day in days)
    else:
        assert closes_on(window, closes)


@pytest.mark.parametrize(
    ("to", "days", "theirs", "fits_on", "ahead"),
    [
        ("becomes_true", -30, TODAY + 30 * DAY, TODAY + 30 * DAY, 30),
        ("becomes_true", 7, TODAY - 7 * DAY, TODAY, 0),
        ("birthday80", 0, TODAY, TODAY, 0),
        ("ends_on", -30, TODAY + 30 * DAY, TODAY, 0),
        ("window_to", -10, TODAY + 10 * DAY, TODAY, 0),
        ("window_from", -3, TODAY + 3 * DAY, TODAY + 3 * DAY, 3),
    ],
)
def test_before_a_beginning_one_has_to_fit_then_and_before_an_end_now(
    to: str, days: int, theirs: date, fits_on: date, ahead: int
) -> None:
    assert moments.asked_on(to, TODAY, days) == (theirs, fits_on)
    assert moments.days_ahead({"to": to, "days": days}) == ahead


def test_only_dates_that_there_are() -> None:
    for to in ("birthday1", "birthday60", "becomes_true", "ends_on", "window_from", "window_to"):
        assert moments.known(to)
    for to in ("birthday", "birthday0", "birthday999", "birthday-3", "wedding", ""):
        assert not moments.known(to)
