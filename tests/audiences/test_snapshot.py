"""The snapshot answers as SQL does and as one person's match does; every change of a fact makes it old."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, insert, select, text, update

from outreach.access.scope import Scope
from outreach.audiences import queries, service, snapshot
from outreach.audiences.facts import facts_of
from outreach.audiences.predicates import eligible, members
from outreach.audiences.snapshot import columns, keeping, leaves
from outreach.audiences.snapshot import index as snapshot_index
from outreach.models.people import Household, ImportRun, RegisterChange
from outreach.models.people import Person as Row
from outreach.people import lists, merging
from outreach.people import service as register
from outreach.people.intake.importer import import_file
from outreach.people.intake.undo import undo
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments.compile import compile_rule
from segments.fields import FIELDS, SEGMENT_ONLY
from segments.parse import parse_rule
from segments.person import Person
from segments.rules import Rule
from tests import town
from tests.people.office import id_number
from tests.segments.strategies import DAYS, people, rules

COLUMNS = [one.name for one in fields(Person) if one.name not in ("members", "about")]
COUNTRY = Scope()
FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def view(rule: Rule, locals_: tuple[LocalFacts, ...] = (), basis: str = "") -> PolicyView:
    said = {"plain_name": "某项政策", **({"region_basis": basis} if basis else {})}
    return PolicyView(1, "p", "live", 1, 1, "", said, rule, None, None, "", locals_)


LOCALS = st.lists(
    st.builds(
        lambda region, start, season: LocalFacts(
            region, {"start": start}, {"window": {"yearly": season}} if season else {}
        ),
        st.sampled_from(("43", "4312", "431226", "431226101001")),
        st.sampled_from((0, 18, 60, 80)),
        st.sampled_from((None, ["09-01", "02-28"])),
    ),
    max_size=3,
    unique_by=lambda local: local.region,
).map(tuple)
SITUATIONS = st.fixed_dictionaries(
    {
        "household_id": st.sampled_from((None, 1, 2)),
        "status": st.sampled_from(("active", "active", "active", "deceased", "moved")),
        "language": st.sampled_from(("", "ug", "yue-Hans")),
    }
)
WORLDS = st.lists(st.tuples(people(), SITUATIONS), max_size=12)


def put(connection: Connection, world: list[tuple[Person, dict[str, Any]]], complete: bool) -> None:
    """Nobody in the register but these; household 1 is complete or not, household 2 never is."""
    connection.execute(delete(Row))
    connection.execute(delete(Household))
    for number in (1, 2):
        house = {"id": number, "key": bytes([number]) * 16, "complete": complete and number == 1}
        connection.execute(insert(Household).values(house))
    moment = {"created_at": town.MORNING, "updated_at": town.MORNING}
    for one, more in world:
        facts = {name: getattr(one, name) for name in COLUMNS}
        connection.execute(insert(Row).values({**facts, **more, **moment}))


def asked(connection: Connection, **more: Any) -> Any:
    found = snapshot.current(connection, **more)
    assert found is not None
    return found


def selected(connection: Connection, pair: tuple[Any, Any]) -> list[set[int]]:
    return [
        set(connection.scalars(select(Row.id).where(Row.status == "active", which)))
        for which in pair
    ]


@FEW
@given(
    rule=rules(), world=WORLDS, on=st.sampled_from(DAYS), locals_=LOCALS, complete=st.booleans(),
    basis=st.sampled_from(("", "hukou", "residence")), home=st.sampled_from(("", "4312")),
    scope=st.sampled_from(("", "43", "431226", "431226101001G1")),
)  # fmt: skip
def test_it_answers_as_sql_and_as_each_persons_match(
    store: Store, rule: Rule, world: list[tuple[Person, dict[str, Any]]], on: date, locals_: Any, complete: bool,
    basis: str, home: str, scope: str,
) -> None:  # fmt: skip
    policy = view(rule, locals_, basis)
    with store.begin() as connection:
        put(connection, world, complete)
    with store.read() as connection:
        answers = asked(connection)
        found = answers.policy(policy, on, home=home)
        got = [set(answers.index.ids(one).tolist()) for one in (found.yes, found.maybe)]
        assert got == selected(connection, eligible(policy, on, home))
        for by, depth in (("", 9), ("region", 6), ("region", 12), ("age_band", 9), ("language", 9)):
            expected = queries.totals(connection, policy, scope, on, by, home=home, depth=depth)
            rows = answers.totals(policy, scope, on, by, home=home, depth=depth)
            assert [one for one in expected if any(one[1:])] == [
                one for one in rows if any(one[1:])
            ]
        active = list(connection.scalars(select(Row.id).where(Row.status == "active")))
        for number, facts in facts_of(connection, active).items():
            said = service.answer(policy, facts, on, home)
            assert (number in got[0], number in got[1]) == (said == "yes", said != "no")


@FEW
@given(rule=rules(), world=WORLDS, on=st.sampled_from(DAYS), complete=st.booleans())
def test_facts_about_policies_are_asked_in_sql(
    store: Store, rule: Rule, world: list[tuple[Person, dict[str, Any]]], on: date, complete: bool
) -> None:
    def about(fact: str, policy: str, day: date) -> Any:
        """Some lists: men have it, of women it is known that they have not; the day matters."""
        later = day > date(2025, 6, 1)
        return (Row.sex == "M", Row.sex != "F") if later else (Row.sex == fact, Row.sex == fact)

    with store.begin() as connection:
        put(connection, world, complete)
    with store.read() as connection:
        answers = asked(connection, about=about)
        found = answers.rule(rule, on)
        got = [set(answers.index.ids(one).tolist()) for one in (found.yes, found.maybe)]
        pair = compile_rule(rule, Row, on, about=about, members=members)
        assert got == selected(connection, pair)


def test_every_field_is_answered_here_or_in_sql() -> None:
    assert set(FIELDS) - leaves.HERE == SEGMENT_ONLY


@pytest.mark.parametrize(
    ("birth", "on", "fits"),
    [
        (date(1946, 11, 23), date(2026, 11, 23), True),
        (date(1946, 11, 24), date(2026, 11, 23), False),
        (date(1944, 2, 29), date(2024, 2, 28), False),
        (date(1944, 2, 29), date(2024, 2, 29), True),
        (date(1948, 2, 29), date(2028, 2, 28), False),
        (date(1945, 3, 1), date(2025, 2, 28), False),
        (date(2030, 1, 1), date(2026, 11, 23), False),
    ],
)
def test_the_edge_of_a_year_is_exact(
    store: Store, vault: Vault, birth: date, on: date, fits: bool
) -> None:
    rule = parse_rule({"all": [{"field": "age", "op": ">=", "value": 80}]})
    with store.begin() as connection:
        for day in (birth, date(birth.year, 1, 1), date(birth.year, 12, 31)):
            town.add_person(connection, vault, birth=day)
    with store.read() as connection:
        answers = asked(connection)
        fitting = answers.index.ids(answers.rule(rule, on).yes).tolist()
        assert (min(connection.scalars(select(Row.id))) in fitting) is fits


def test_an_empty_register_has_nobody(store: Store) -> None:
    with store.read() as connection:
        answers = asked(connection)
        for name in FIELDS:
            if name in ("age", "income_month", "members", "retires_in"):
                rule = parse_rule({"all": [{"field": name, "op": ">=", "value": 0}]})
                assert not answers.rule(rule, town.TODAY).maybe
        for by in ("region", "age_band", "language"):
            assert answers.totals(view(Rule()), "", town.TODAY, by) == []
        assert answers.totals(view(Rule()), "", town.TODAY) == [("", 0, 0, 0, 0)]


# -- when it has become old ------------------------------------------------------------------------------

LISTED = lists.ListFacts("income.dibao", town.COUNTY, town.TODAY, date(2027, 1, 1), "名单")


def mark(connection: Connection, person: int) -> None:
    register.mark_status(connection, COUNTRY, person, "deceased", town.MORNING)


def complete(connection: Connection, _person: int) -> None:
    lists.complete_list(connection, COUNTRY, LISTED)


def expire(connection: Connection, person: int) -> None:
    lists.expire_lists(lambda: nullcontext(connection), LISTED.on + timedelta(days=400))


def add(connection: Connection, _person: int) -> None:
    town.add_person(connection, Vault(b"k" * 32, {"k": b"k" * 64}))


def remove(connection: Connection, person: int) -> None:
    connection.execute(delete(Row).where(Row.id == person))


def take_out_and_put_back(connection: Connection, person: int) -> None:
    """With the same number, as an undo would."""
    row = dict(connection.execute(select(Row.__table__).where(Row.id == person)).mappings().one())
    remove(connection, person)
    connection.execute(insert(Row).values({**row, "sex": "F"}))


def finish_household(connection: Connection, _person: int) -> None:
    connection.execute(update(Household).values(complete=True))


def column(name: str, value: object) -> Callable[[Connection, int], None]:
    def change(connection: Connection, person: int) -> None:
        connection.execute(update(Row).where(Row.id == person).values({name: value}))

    return change


CHANGES = {
    "marking somebody": mark,
    "a complete list": complete,
    "the end of a list": expire,
    "a newcomer": add,
    "an erasure": remove,
    "an undo": take_out_and_put_back,
    "a household that is complete now": finish_household,
    **{
        f"a new {name}": column(name, value)
        for name, value in {
            "region": town.WEST, "hukou_region": town.WEST, "birth": town.CHILD, "sex": "F", "hukou_type": "rural",
            "circumstances_known": 3, "income_month": 9, "household_size": 2, "paid_months": 8, "household_id": 1,
            "paid_months_running": 7, "job_kind": "cadre", "language": "ug", "status": "moved",
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_a_fact_makes_it_old(
    store: Store, vault: Vault, change: Callable[[Connection, int], None]
) -> None:
    with store.begin() as connection:
        connection.execute(insert(Household).values(id=1, key=b"1" * 16))
        person = town.add_person(connection, vault)
        if change is expire:
            complete(connection, person)
    with store.read() as connection:
        before, first = keeping.version_of(connection), asked(connection).index
        assert asked(connection).index is first
    with store.begin() as connection:
        change(connection, person)
    with store.read() as connection:
        assert keeping.version_of(connection) != before
        assert asked(connection).index is not first


def test_an_import_its_undoing_and_a_merge_make_it_old(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    lines = ["姓名,身份证号,手机,现住地区"]
    lines += [
        f"{name},{id_number(date(1950, 1, n), n)},,{town.EAST}"
        for n, name in ((1, "张三"), (2, "李四"))
    ]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(lines), "utf-8")
    versions = []

    def look() -> None:
        with store.read() as connection:
            versions.append(keeping.version_of(connection))
            assert len(asked(connection).index.everybody) == people_now(connection)

    def people_now(connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(Row)) or 0

    look()
    import_file(path, begin=store.begin, vault=vault, today=town.TODAY, region=town.COUNTY)
    look()
    lines[1] = lines[1].replace(town.EAST, town.WEST)
    path.write_text("\n".join(lines), "utf-8")
    import_file(path, begin=store.begin, vault=vault, today=town.TODAY, region=town.COUNTY)
    look()
    with store.read() as connection:
        run = connection.scalar(select(func.max(ImportRun.id))) or 0
    undo(store.begin, run, "gan")
    look()
    with store.begin() as connection:
        kept = town.add_person(connection, vault, birth=date(1980, 1, 1))
        gone = town.add_person(connection, vault, birth=None)
    look()
    with store.begin() as connection:
        merging.merge(connection, COUNTRY, kept, gone, by="gan", reason="同一个人")
    look()
    assert len(set(versions)) == len(versions) == 6


def test_what_is_no_fact_leaves_it_as_it_is(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        person = town.add_person(connection, vault, "+8613800000101")
    with store.read() as connection:
        first = asked(connection).index
    with store.begin() as connection:
        register.close_phone(connection, COUNTRY, person, town.MORNING)
    with store.read() as connection:
        assert asked(connection).index is first


def test_a_transaction_that_writes_is_never_kept(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        town.add_person(connection, vault)
        assert snapshot.current(connection) is None


def test_several_who_ask_at_once_load_it_once(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[int] = []
    original = columns.load

    def load(connection: Connection) -> columns.Columns:
        loaded.append(1)
        return original(connection)

    monkeypatch.setattr(keeping, "load", load)
    with store.begin() as connection:
        town.add_person(connection, vault)

    def ask() -> None:
        with store.read() as connection:
            asked(connection).rule(Rule(), town.TODAY)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(loaded) == 1


def test_without_its_libraries_everything_is_asked_in_sql(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in [one for one in sys.modules if one.startswith("outreach.audiences.snapshot.")]:
        monkeypatch.delitem(sys.modules, name)
        parent, _, child = name.rpartition(".")
        monkeypatch.delattr(sys.modules[parent], child, raising=False)
    monkeypatch.setitem(sys.modules, "pyroaring", None)
    with store.read() as connection:
        assert snapshot.current(connection) is None
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_conditions_that_nobody_asks_any_more_are_given_up(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_index, "_ROOM", 0)
    monkeypatch.setattr(snapshot_index, "_ROOM_EACH", 100)
    with store.begin() as connection:
        for year in range(1930, 2020):
            town.add_person(connection, vault, birth=date(year, 5, 1))
    with store.read() as connection:
        answers = asked(connection)
        for age in (*range(90), *range(90)):
            rule = parse_rule({"all": [{"field": "age", "op": ">=", "value": age}]})
            found = answers.rule(rule, town.TODAY)
            assert len(found.yes) == sum(age <= 2026 - year for year in range(1930, 2020))
            assert answers.index._held <= answers.index._room
        assert 1 < len(answers.index._leaves) < 90


def test_notes_of_changes_are_folded_and_the_next_question_still_sees_the_register(
    store: Store, vault: Vault
) -> None:
    for number in range(3):
        with store.begin() as connection:
            town.add_person(connection, vault, language=f"x{number}")
    with store.read() as connection:
        before = snapshot.current(connection)
        assert before is not None
    with store.begin() as connection:
        assert queries.fold_changes(connection, most=5) == 0
        folded = queries.fold_changes(connection, most=1)
        left = connection.scalar(select(func.count()).select_from(RegisterChange))
    assert (folded > 0, left) == (store.dialect == "postgresql", 1)
    with store.begin() as connection:
        town.add_person(connection, vault)
    with store.read() as connection:
        now = snapshot.current(connection)
        assert now is not None
        assert now.index.size == before.index.size + 1
    keeping.forget()
