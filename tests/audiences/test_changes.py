"""Who is newly eligible since a day, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from outreach import clock
from outreach.audiences.changes.service import Span, newly_eligible
from outreach.models.people import (
    CircumstanceRecord,
    CompleteList,
    Household,
    ImportChange,
    ImportRun,
)
from outreach.models.people import Person as Row
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests import town
from tests.town import COUNTY, EAST, MORNING, TODAY

ZONE = ZoneInfo("Asia/Shanghai")
SINCE = date(2026, 11, 1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=ZONE)
LATELY = datetime(2026, 11, 10, 9, tzinfo=ZONE)
DIBAO = vocabulary.mask(["income.dibao"])


@pytest.fixture
def office(store: Store, vault: Vault) -> Iterator[Office]:
    with clock.fixed(LONG_AGO), store.begin() as connection:
        town.build(connection, vault)
        connection.execute(delete(Row))
        yield Office(connection, vault)


class Office:
    """One connection, people named by their language, policies, and what imports write down."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self.connection = connection
        self.vault = vault

    def person(self, name: str, at: datetime = LONG_AGO, **facts: Any) -> int:
        given = {"language": name, "created_at": at, "hukou_region": COUNTY, **facts}
        return town.add_person(self.connection, self.vault, **given)

    def load(self, at: datetime = LONG_AGO, **changes: Any) -> PolicyView:
        with clock.fixed(at):
            town.load(self.connection, {**town.CHECK, "id": "p", **changes})
        return policies.get(self.connection, "p")

    def run(self, at: datetime = LATELY) -> int:
        values = {"file_name": "名单.xlsx", "file_hash": "", "at": at}
        return int(
            self.connection.execute(
                insert(ImportRun).values(values).returning(ImportRun.id)
            ).scalar_one()
        )

    def imported(self, person: int, at: datetime = LATELY, **now: Any) -> None:
        """An import writes over a row, and writes down what stood there."""
        run = self.run(at)
        row = self.connection.execute(select(Row).where(Row.id == person)).mappings().one()
        before = {
            name: row[name].isoformat() if isinstance(row[name], date) else row[name]
            for name in now
        }
        change = {"import_id": run, "kind": "person", "row_id": person, "before": before, "at": at}
        self.connection.execute(insert(ImportChange).values(change))
        self.connection.execute(update(Row).where(Row.id == person).values(**now))

    def said(
        self,
        person: int,
        code: str,
        value: bool = True,
        at: datetime = LATELY,
        until: date | None = None,
    ) -> None:
        """A list said something of a circumstance, and the bits follow."""
        record = {
            "person_id": person,
            "code": code,
            "value": value,
            "source": "民政局",
            "valid_to": until,
            "at": at,
        }
        self.connection.execute(insert(CircumstanceRecord).values(record))
        true, known = vocabulary.settle([code]) if value else vocabulary.settle((), [code])
        row = self.connection.execute(
            select(Row.circumstances, Row.circumstances_known).where(Row.id == person)
        ).one()
        values = {"circumstances": (row[0] & ~known) | true, "circumstances_known": row[1] | known}
        self.connection.execute(update(Row).where(Row.id == person).values(**values))

    def complete(
        self, code: str, region: str, at: datetime, expires_on: date | None = None
    ) -> None:
        """A complete list: whoever is registered there and not on it is known not to have it."""
        listed = {
            "circumstance": code, "region": region, "on": at.date(), "expires_on": expires_on, "source": "医保局",
            "import_id": self.run(at),
        }  # fmt: skip
        self.connection.execute(insert(CompleteList).values(listed))
        closure = vocabulary.settle((), [code])[1]
        there = Row.region.startswith(region) & (Row.circumstances.bitwise_and(closure) == 0)
        known = Row.circumstances_known.bitwise_or(closure)
        self.connection.execute(update(Row).where(there).values(circumstances_known=known))

    def newly(
        self,
        view: PolicyView | None = None,
        since: date = SINCE,
        on: date = TODAY,
        home: str = COUNTY,
    ) -> dict[str, str]:
        shown = view or policies.get(self.connection, "p")
        found = newly_eligible(self.connection, shown, Span.between(since, on, ZONE, home))
        names = {row[0]: row[1] for row in self.connection.execute(select(Row.id, Row.language))}
        assert [one.person for one in found] == sorted(one.person for one in found)
        return {names[one.person]: one.why for one in found}


def rule(**parts: Any) -> dict[str, Any]:
    return {"rule": parts}


AT_80 = {"all": [{"field": "age", "op": ">=", "value": 80}]}


# -- time ------------------------------------------------------------------------------------------


def test_a_birthday_within_the_span(office: Office) -> None:
    office.load(rule=AT_80)
    births = {
        "on the first day": date(1946, 11, 1), "the day after": date(1946, 11, 2), "today": date(1946, 11, 23),
        "tomorrow": date(1946, 11, 24), "unknown": None, "long ago": date(1930, 1, 1),
    }  # fmt: skip
    for name, birth in births.items():
        office.person(name, birth=birth)
    office.person("dead", birth=date(1946, 11, 10), status="deceased")
    assert office.newly() == {"the day after": "birthday", "today": "birthday"}


def test_a_birthday_on_29_february(office: Office) -> None:
    office.load(rule={"all": [{"field": "age", "op": ">=", "value": 3}]})
    office.person("leap", birth=date(2024, 2, 29))
    assert office.newly(since=date(2027, 2, 1), on=date(2027, 2, 28)) == {}
    assert office.newly(since=date(2027, 2, 28), on=date(2027, 3, 1)) == {"leap": "birthday"}
    assert office.newly(since=date(2027, 3, 1), on=date(2027, 3, 2)) == {}


def test_a_window_that_opened(office: Office) -> None:
    office.load(rule=AT_80, window={"text": "11月10日起", "from": "2026-11-10", "to": "2026-12-31"})
    office.person("old", birth=date(1930, 1, 1))
    office.person("turned", birth=date(1946, 11, 20))
    assert office.newly() == {"old": "opened", "turned": "birthday"}
    assert office.newly(since=date(2026, 11, 11)) == {"turned": "birthday"}


# -- rule ------------------------------------------------------------------------------------------


def paid(field: str) -> dict[str, Any]:
    return {"all": [{"field": field, "op": ">=", "value": 6}]}


def paying(office: Office) -> None:
    for name, months, running in (
        ("both", 12, 6), ("in all", 6, 2), ("neither", 5, 5), ("unknown", None, None), ("running only known", None, 6),
        ("in all, running unknown", 9, None),
    ):  # fmt: skip
        office.person(name, paid_months=months, paid_months_running=running)


def test_from_six_months_running_to_six_months_in_all(office: Office) -> None:
    office.load(rule=paid("paid_months_running"))
    paying(office)
    assert office.newly() == {}
    office.load(at=LATELY, rule=paid("paid_months"))
    assert office.newly() == {"in all": "rule", "in all, running unknown": "rule"}
    assert office.newly(since=date(2026, 11, 11)) == {}


def test_a_history_that_is_taken_in_later_counts_from_the_days_that_it_names(
    office: Office,
) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=ZONE)
    office.load(
        at=now, rule=paid("paid_months_running"), valid_from="2020-01-01", valid_to="2026-11-14"
    )
    office.load(at=now, rule=paid("paid_months"), valid_from="2026-11-15")
    paying(office)
    assert office.newly(since=date(2026, 11, 14)) == {
        "in all": "rule",
        "in all, running unknown": "rule",
    }
    assert office.newly(since=date(2026, 11, 15)) == {}


def test_the_shipped_history_of_flexible_work(office: Office) -> None:
    """连续6个月 → 累计6个月: exactly those who have six months in all and not in a row."""
    folder = policies.starter_catalogue()[0].parent
    have, known = vocabulary.settle(["emp.flex", "emp.hard"], [])
    facts: dict[str, Any] = {
        "birth": date(1985, 1, 1),
        "sex": "M",
        "circumstances": have,
        "circumstances_known": known,
    }
    for name, months, running in (("both", 9, 6), ("in all", 9, 2), ("neither", 5, 5)):
        office.person(name, paid_months=months, paid_months_running=running, **facts)
    for at, file in ((LONG_AGO, "history/flex-si-v1.yaml"), (LATELY, "flex-si.yaml")):
        with clock.fixed(at):
            policies.load(office.connection, policies.read_file(folder / file))
            policies.fill_in(
                office.connection, "flex-si", COUNTY, parameters={"paid_at_least": 6}, on=at.date()
            )
    view = policies.get(office.connection, "flex-si")
    assert view.number == 2
    assert office.newly(view) == {"in all": "rule"}


def test_what_a_region_filled_in_lately_was_open_before(office: Office) -> None:
    office.load(
        parameters={"start": {"zh": "起始年龄", "type": "number"}},
        rule={"all": [{"field": "age", "op": ">=", "value": {"param": "start"}}]},
    )
    office.person("old", birth=date(1950, 1, 1))
    policies.fill_in(office.connection, "p", COUNTY, parameters={"start": 70}, on=LATELY.date())
    assert office.newly() == {"old": "rule"}
    assert office.newly(since=date(2026, 11, 11)) == {}


def test_before_the_first_version_nobody_was_eligible(office: Office) -> None:
    office.load(at=LATELY, rule=AT_80, valid_from="2026-11-10")
    office.person("old", birth=date(1930, 1, 1))
    assert office.newly() == {"old": "rule"}


# -- people ----------------------------------------------------------------------------------------

ON_DIBAO = {"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]}


def test_an_import_that_brings_a_circumstance(office: Office) -> None:
    office.load(rule=ON_DIBAO)
    had = office.person("had it", circumstances=DIBAO, circumstances_known=DIBAO)
    office.person("has it not", circumstances_known=DIBAO)
    gained = office.person("gained", circumstances_known=DIBAO)
    unknown = office.person("was unknown", circumstances_known=0)
    office.imported(had, income_month=300)
    office.imported(gained, circumstances=DIBAO)
    office.imported(unknown, circumstances=DIBAO, circumstances_known=DIBAO)
    assert office.newly() == {"gained": "import", "was unknown": "import"}
    assert office.newly(since=date(2026, 11, 11)) == {}
    assert office.newly(since=date(2026, 11, 10)) == {"gained": "import", "was unknown": "import"}


def test_a_list_that_an_office_handed_in(office: Office) -> None:
    office.load(rule=ON_DIBAO)
    fresh = office.person("fresh", circumstances_known=0)
    again = office.person("said again", circumstances_known=0)
    regained = office.person("regained", circumstances_known=0)
    office.said(again, "income.dibao", at=LONG_AGO)
    office.said(again, "income.dibao")
    office.said(regained, "income.dibao", at=LONG_AGO, until=date(2026, 10, 1))
    office.said(regained, "income.dibao")
    office.said(fresh, "income.dibao")
    assert office.newly() == {"fresh": "import", "regained": "import"}


def test_a_list_before_the_import_that_wrote_over_the_row(office: Office) -> None:
    """The row says how it was at the import; what a list had said a little earlier is undone as well."""
    office.load(rule=ON_DIBAO)
    person = office.person("listed, then imported", circumstances_known=0)
    office.said(person, "income.dibao", at=LATELY - timedelta(days=3))
    office.imported(person, circumstances_known=DIBAO | 1 << 62)
    before = office.person("imported, then listed", circumstances_known=0)
    office.imported(before, circumstances_known=1 << 62)
    office.said(before, "income.dibao", at=LATELY + timedelta(days=3))
    assert office.newly() == {"listed, then imported": "import", "imported, then listed": "import"}


def test_a_complete_list_turns_unknown_into_yes(office: Office) -> None:
    office.load(**rule(none=[{"field": "circumstances", "op": "has", "value": "ins.employee"}]))
    office.person("east", circumstances_known=0)
    office.person("elsewhere", circumstances_known=0, region="600102")
    office.person("known before", circumstances_known=0, region=town.WEST)
    office.complete("ins.employee", town.WEST, LONG_AGO)
    office.complete("ins.employee", COUNTY, LATELY)
    assert office.newly() == {"east": "import"}


def test_an_earlier_list_that_had_ended_by_then_does_not_count(office: Office) -> None:
    office.load(**rule(none=[{"field": "circumstances", "op": "has", "value": "ins.employee"}]))
    office.person("east", circumstances_known=0)
    office.complete("ins.employee", COUNTY, LONG_AGO, expires_on=date(2026, 10, 1))
    office.complete("ins.employee", COUNTY, LATELY)
    assert office.newly() == {"east": "import"}


def test_a_move_into_the_county(office: Office) -> None:
    office.load(rule=AT_80, region_basis="hukou")
    old: dict[str, Any] = {"birth": date(1930, 1, 1)}
    moved = office.person("moved", hukou_region="430101", **old)
    office.person("still away", hukou_region="430101", **old)
    back = office.person("back", status="moved", **old)
    settled = office.person("moved within", **old)
    office.imported(moved, hukou_region=COUNTY)
    office.imported(back, status="active")
    office.imported(settled, region=town.WEST)
    assert office.newly() == {"moved": "moved", "back": "moved"}


def test_new_in_the_register(office: Office) -> None:
    office.load(rule=AT_80)
    office.person("new", at=LATELY, birth=date(1930, 1, 1))
    office.person("new and young", at=LATELY, birth=date(1990, 1, 1))
    office.person(
        "of the first day", at=datetime(2026, 11, 1, 0, 0, 1, tzinfo=ZONE), birth=date(1930, 1, 1)
    )
    office.person(
        "of the day before", at=datetime(2026, 10, 31, 23, 59, tzinfo=ZONE), birth=date(1930, 1, 1)
    )
    office.person("new, and just turned 80", at=LATELY, birth=date(1946, 11, 20))
    assert office.newly() == {
        "new": "new", "of the first day": "new", "new, and just turned 80": "birthday",
    }  # fmt: skip


def test_a_corrected_birth_date_is_an_import_and_no_birthday(office: Office) -> None:
    office.load(rule=AT_80)
    wrong = office.person("was written as younger", birth=date(1964, 1, 1))
    blank = office.person("was blank", birth=None)
    turned = office.person("turned 80, and something else changed", birth=date(1946, 11, 5))
    office.imported(wrong, birth=date(1946, 1, 1))
    office.imported(blank, birth=date(1946, 1, 1))
    office.imported(turned, income_month=100)
    assert office.newly() == {
        "was written as younger": "import", "was blank": "import", "turned 80, and something else changed": "birthday",
    }  # fmt: skip


def test_of_two_changes_the_first_writing_over_counts(office: Office) -> None:
    office.load(rule=ON_DIBAO)
    twice = office.person("came, went, came", circumstances=DIBAO, circumstances_known=DIBAO)
    office.imported(twice, circumstances=0)
    office.imported(twice, at=LATELY + timedelta(days=1), circumstances=DIBAO)
    assert office.newly() == {}


HOME = {"all": [{"field": "members", "aged": [0, 2], "op": ">=", "value": 2}]}


def test_a_second_small_child_makes_the_household_eligible(office: Office) -> None:
    office.load(rule=HOME)
    for number, complete in ((1, True), (2, True), (3, False), (4, True)):
        house = {"id": number, "key": bytes([number]) * 16, "complete": complete}
        office.connection.execute(insert(Household).values(**house))
    child, baby = date(2025, 1, 1), date(2026, 1, 1)
    for home, name in ((1, "mother"), (2, "aunt"), (3, "unknown"), (4, "always")):
        office.person(name, household_id=home, birth=date(1990, 1, 1))
        office.person(f"child of {name}", household_id=home, birth=child)
    office.person("born", at=LATELY, household_id=1, birth=baby)
    office.person("born to unknown", at=LATELY, household_id=3, birth=baby)
    moved = office.person("moved child", household_id=4, birth=baby)
    office.person("twin", household_id=4, birth=baby)
    office.imported(moved, household_id=2)
    # the moved child lived with two others of that age before, so for it nothing changed
    assert office.newly() == {
        "mother": "import", "child of mother": "import", "born": "new", "aunt": "import", "child of aunt": "import",
    }  # fmt: skip


def test_a_scope_of_one_day_finds_nothing(office: Office) -> None:
    office.load(rule=AT_80)
    office.person("turns today", birth=date(1946, 11, 23))
    assert office.newly(since=TODAY) == {}
    assert office.newly(since=TODAY - timedelta(days=1)) == {"turns today": "birthday"}
    assert MORNING.date() == TODAY
    assert EAST.startswith(COUNTY)
