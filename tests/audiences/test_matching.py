"""A policy against the register: the sums, the parts, what a region fills in, and the frozen list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from outreach.audiences import queries, service
from outreach.audiences.facts import facts_of
from outreach.audiences.predicates import age_band
from outreach.campaigns import service as campaigns
from outreach.models.people import Household
from outreach.models.people import Person as Row
from outreach.policies import service as policies
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments.parse import parse_rule
from segments.person import Person, age_on, nothing_known
from segments.regions import ancestors
from segments.rules import Rule
from tests import town
from tests.segments.strategies import DAYS, people, rules
from tests.town import EAST, EMPLOYEE, TODAY, WEST


def view(rule: Rule, locals_: Sequence[LocalFacts] = (), basis: str = "") -> PolicyView:
    facts = {"plain_name": "某项政策", **({"region_basis": basis} if basis else {})}
    return PolicyView(
        1, "p", "live", 1, 1, "", facts, rule, None, None, "", tuple(locals_)
    )  # fmt: skip


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """Seven people: four of the town, a child of unknown insurance, somebody dead, somebody of unknown age."""
    with store.begin() as connection:
        town.build(connection, vault)
        town.add_person(connection, vault, birth=town.CHILD, circumstances_known=0, region=WEST)
        town.add_person(connection, vault, status="deceased")
        town.add_person(connection, vault, birth=None, region=town.TOWN, language="yue-Hans")
    return store


def counted(store: Store, ref: str, **more: Any) -> tuple[service.Answer, list[service.Answer]]:
    with store.read() as connection:
        return service.answers(connection, policies.get(connection, ref), TODAY, **more)


def test_likely_unknown_not_and_blocked_are_everybody(home: Store) -> None:
    total, parts = counted(home, "check")
    assert total.as_dict() == {"group": "", "likely": 3, "unknown": 1, "not": 2, "blocked": 1}
    assert parts == []
    total, _ = counted(home, "insure")
    assert (total.likely, total.unknown, total.not_, total.blocked) == (4, 1, 1, 1)


@pytest.mark.parametrize(
    ("by", "depth", "groups"),
    [
        ("region", 12, {town.TOWN: 1, EAST: 4, WEST: 2}),
        ("region", 6, {town.COUNTY: 7}),
        ("age_band", 9, {"": 1, "3-17": 1, "18-44": 1, "60-79": 4}),
        ("language", 9, {"": 6, "yue-Hans": 1}),
    ],
)
def test_parts_add_up_to_the_total(
    home: Store, by: str, depth: int, groups: dict[str, int]
) -> None:
    total, parts = counted(home, "check", by=by, depth=depth)
    sizes = {part.group: part.likely + part.unknown + part.not_ + part.blocked for part in parts}
    assert sizes == groups
    for field in ("likely", "unknown", "not_", "blocked"):
        assert sum(getattr(part, field) for part in parts) == getattr(total, field)


def test_a_scope_sees_its_own_people_only(home: Store) -> None:
    total, _ = counted(home, "check", scope=WEST)
    assert (total.likely, total.unknown, total.not_, total.blocked) == (1, 0, 1, 0)
    nobody, _ = counted(home, "check", scope="600199")
    assert (nobody.likely, nobody.unknown, nobody.not_, nobody.blocked) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (TODAY, "0-2"), (date(2023, 11, 24), "0-2"), (date(2023, 11, 23), "3-17"), (date(2008, 11, 24), "3-17"),
        (date(2008, 11, 23), "18-44"), (date(1981, 11, 23), "45-59"), (date(1966, 11, 24), "45-59"),
        (date(1966, 11, 23), "60-79"), (date(1946, 11, 24), "60-79"), (date(1946, 11, 23), "80+"),
        (date(1910, 1, 1), "80+"), (None, ""),
    ],
)  # fmt: skip
def test_age_bands_change_on_the_birthday(
    store: Store, vault: Vault, birth: date | None, band: str
) -> None:
    with store.begin() as connection:
        town.add_person(connection, vault, birth=birth)
        assert connection.scalars(select(age_band(TODAY))).one() == band


AGED = {
    **town.CHECK, "id": "aged", "parameters": {"start": {"zh": "起始年龄", "type": "number"}},
    "rule": {"all": [{"field": "age", "op": ">=", "value": {"param": "start"}}]},
}  # fmt: skip


def test_the_deepest_region_fills_the_parameter_in(home: Store) -> None:
    with home.begin() as connection:
        town.load(connection, AGED)
    assert counted(home, "aged")[0].unknown == 6  # nobody has said where it begins
    with home.begin() as connection:
        policies.fill_in(connection, "aged", town.COUNTY, parameters={"start": 20})
        policies.fill_in(connection, "aged", EAST, parameters={"start": 60})
        policies.fill_in(connection, "aged", WEST, facts={"where": "西村卫生室"})
    parts = {part.group: part for part in counted(home, "aged", by="region", depth=12)[1]}
    assert (parts[EAST].likely, parts[EAST].not_) == (2, 1)
    assert (parts[WEST].likely, parts[WEST].not_) == (1, 1)  # as the county says
    assert parts[town.TOWN].unknown == 1


def test_a_benefit_by_hukou_is_not_for_people_registered_elsewhere(home: Store) -> None:
    with home.begin() as connection:
        town.load(connection, {**town.CHECK, "region_basis": "hukou"})
        for number, code in enumerate(("430101", town.COUNTY, "60", ""), 1):
            town.add_person(
                connection,
                Vault(b"k" * 32, {"k": b"k" * 64}),
                hukou_region=code,
                language=f"x{number}",
            )
    parts = {part.group: part for part in counted(home, "check", home=town.COUNTY, by="language")[1]}  # fmt: skip
    assert [parts[f"x{number}"].as_dict() for number in (1, 2, 3, 4)] == [
        {"group": "x1", "likely": 0, "unknown": 0, "not": 1, "blocked": 0},
        {"group": "x2", "likely": 1, "unknown": 0, "not": 0, "blocked": 0},
        {"group": "x3", "likely": 0, "unknown": 1, "not": 0, "blocked": 0},
        {"group": "x4", "likely": 0, "unknown": 1, "not": 0, "blocked": 0},
    ]


# -- the frozen list -----------------------------------------------------------------------------------


def freeze(
    connection: Connection, key: int, **more: Any
) -> tuple[str, list[tuple[int, int, str, int]]]:
    views = policies.all_policies(connection, ["check", "insure"])
    digest = service.freeze(connection, key, views, town.COUNTY, TODAY, **more)
    return digest, list(queries.members(connection, key))


def test_the_list_says_of_each_whether_it_is_certain(home: Store) -> None:
    with home.begin() as connection:
        key = campaigns.create(connection, town.order(), "gan")
        _, personal = freeze(connection, key, general=False)
        _, general = freeze(connection, key, general=True)
        people_, rows = queries.sizes(connection, key)
    assert {certainty for _, _, certainty, _ in personal} == {"yes"}
    assert set(personal) < set(general)
    assert [certainty for _, _, certainty, _ in general].count("unknown") == 2
    assert people_ == 6  # everybody but the dead
    assert sum(rows.values()) == len(general)


def test_freezing_again_gives_the_same_list_and_hash(home: Store) -> None:
    with home.begin() as connection:
        key = campaigns.create(connection, town.order(), "gan")
        first = freeze(connection, key, general=True)
        assert freeze(connection, key, general=True) == first
        connection.execute(update(Row).where(Row.birth.is_(None)).values(birth=town.THIRTY))
        digest, members = freeze(connection, key, general=True)
    assert digest != first[0]
    assert len(members) == len(first[1]) - 1


# -- SQL and one person ----------------------------------------------------------------------------------

LOCALS = st.lists(
    st.builds(
        lambda region, start, facts: LocalFacts(region, {"start": start}, facts),
        st.sampled_from(("43", "4312", "431226", "431226101001")),
        st.sampled_from((0, 18, 60, 80)),
        st.sampled_from(
            (
                {},
                {"window": {"text": "秋冬", "yearly": ["09-01", "02-28"]}},
                {"window": {"from": "2025-03-01", "to": "2026-11-23"}},
                {"valid_to": "2025-02-28"},
            )
        ),
    ),
    max_size=3,
    unique_by=lambda local: local.region,
)


def housed(listed: list[Person], homes: list[int | None], complete: bool) -> list[Person]:
    """The people as a register can hold them: members are each other's, and nothing is known of policies."""
    births: dict[int | None, tuple[date | None, ...]] = {
        home: tuple(one.birth for one, mine in zip(listed, homes, strict=False) if mine == home)
        for home in (1, 2)
        if complete
    }
    return [
        replace(one, members=births.get(mine), about=nothing_known)
        for one, mine in zip(listed, homes, strict=False)
    ]


def put(
    connection: Connection, listed: list[Person], homes: list[int | None], complete: bool
) -> None:
    """Nobody in the register but these."""
    connection.execute(delete(Row))
    connection.execute(delete(Household))
    houses = [
        {"id": number, "key": bytes([number]) * 16, "complete": complete} for number in (1, 2)
    ]
    connection.execute(insert(Household), houses)
    moment = {"created_at": town.MORNING, "updated_at": town.MORNING}
    rows = [
        {**{name: getattr(one, name) for name in COLUMNS}, "household_id": mine, **moment}
        for one, mine in zip(listed, homes, strict=False)
    ]
    if rows:
        connection.execute(insert(Row), rows)


COLUMNS = [one.name for one in fields(Person) if one.name not in ("members", "about")]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rule=rules(), listed=st.lists(people(), min_size=1, max_size=12), on=st.sampled_from(DAYS), locals_=LOCALS,
    basis=st.sampled_from(("", "hukou", "residence")), home=st.sampled_from(("", "4312")),
    homes=st.lists(st.sampled_from((None, 1, 2)), min_size=12, max_size=12), complete=st.booleans(),
)  # fmt: skip
def test_the_sums_agree_with_each_persons_answer(
    store: Store,
    rule: Rule,
    listed: list[Person],
    on: date,
    locals_: list[LocalFacts],
    basis: str,
    home: str,
    homes: list[int | None],
    complete: bool,
) -> None:
    policy = view(rule, locals_, basis)
    listed = housed(listed, homes, complete)
    expected = {"yes": 0, "unknown": 0, "no": 0}
    for one in listed:
        expected[service.explain(policy, one, on, home).answer] += 1
    with store.begin() as connection:
        put(connection, listed, homes, complete)
        total, parts = service.answers(connection, policy, on, home=home, by="age_band")
        ids = connection.scalars(select(Row.id).order_by(Row.id)).all()
        read = facts_of(connection, ids)
        put(connection, [], homes, complete)
    assert [read[number] for number in ids] == listed
    assert (total.likely, total.unknown, total.not_) == tuple(expected.values())
    ages = [one.birth is not None and age_on(one.birth, on) >= 80 for one in listed]
    old = [part for part in parts if part.group == "80+"]
    assert sum(part.likely + part.unknown + part.not_ for part in old) == sum(ages)


def test_the_days_are_those_of_every_place_that_it_may_be() -> None:
    """A town opens later, and ends earlier, than the county around it."""
    rule = parse_rule({"all": [{"field": "age", "op": ">=", "value": 80}]})
    times = {"valid_from": "2027-03-01", "valid_to": "2027-10-31"}
    county = {"valid_from": "2027-01-01", "valid_to": "2027-12-31"}
    policy = view(rule, [
        LocalFacts("431226", {}, county), LocalFacts("431226101", {}, times),
    ], "hukou")  # fmt: skip
    facts = Person(birth=date(1940, 1, 1), hukou_region="431226")
    days = [TODAY + timedelta(days=number) for number in range(800)]
    each = [service.answer(policy, facts, day) for day in days]
    for on in (TODAY, date(2027, 1, 1), date(2027, 3, 1), date(2027, 11, 1), date(2028, 1, 1)):
        found = service.explain(policy, facts, on)
        later = list(zip(days, each, strict=True))[(on - TODAY).days :]
        yes = [day for day, answer in later if answer == "yes"]
        assert found.answer == later[0][1]
        assert found.becomes_true_on == (yes[0] if yes and yes[0] != on else None), on
        open_ = [day for day, answer in later if answer != "no"]
        assert found.ends_on == (open_[-1] if open_ else None), on


def test_employees_are_not_asked_to_insure_themselves(home: Store) -> None:
    with home.read() as connection:
        policy = policies.get(connection, "insure")
    told = service.explain(
        policy, Person(circumstances=EMPLOYEE, circumstances_known=EMPLOYEE), TODAY
    )
    assert (told.answer, bool(told.failed)) == ("no", True)


@settings(max_examples=150, deadline=None)
@given(
    rule=rules(), one=people(), on=st.sampled_from(DAYS), locals_=LOCALS,
    basis=st.sampled_from(("", "hukou", "residence")),
    place=st.sampled_from(("431226101001", "431226101001G1", "431226999", "44")),
)  # fmt: skip
def test_knowing_the_place_better_never_reverses_an_answer(
    rule: Rule, one: Person, on: date, locals_: list[LocalFacts], basis: str, place: str
) -> None:
    """`exists` asks about the knowledge itself, so it is left out."""
    everyone = tuple(each for each in rule.all if each.op != "exists")
    nobody = tuple(each for each in rule.none if each.op != "exists")
    policy = view(replace(rule, all=everyone, any=(), none=nobody), locals_, basis)
    answers = [
        service.explain(policy, replace(one, region=known, hukou_region=known), on).answer
        for known in (*ancestors(place), place)
    ]
    for before, after in pairwise(answers):
        assert before in ("unknown", after)
