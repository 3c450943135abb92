"""How a policy ends: nothing goes out any more, those who were told are known, and what is out there is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, delete, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences.predicates import eligible
from outreach.campaigns import schedule
from outreach.campaigns import service as campaigns
from outreach.deliveries import queries as deliveries
from outreach.deliveries import settle
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery
from outreach.models.people import Person, Region
from outreach.models.policies import Reach
from outreach.policies import leaving, service, takedown, told_list
from outreach.policies.leaving import Exit
from outreach.runtime.sweep import sweep
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import COUNTY, EAST, MORNING, TODAY, WEST

NOTE = "免费体检从12月1日起停办，不再受理。"
TOMORROW = TODAY + timedelta(days=1)


@dataclass(frozen=True)
class Home:
    store: Store
    vault: Vault

    def end(self, on: date = TODAY, **order: Any) -> Any:
        with self.store.begin() as connection:
            return leaving.withdraw(connection, "check", Exit(on, NOTE, **order), "甲", TODAY)


@pytest.fixture
def home(store: Store, vault: Vault) -> Iterator[Home]:
    with clock.fixed(MORNING):
        with store.begin() as connection:
            town.build(connection, vault)
        yield Home(store, vault)


def people(connection: Connection) -> Sequence[int]:
    return list(connection.scalars(select(Person.id).order_by(Person.id)))


def test_an_end_has_a_day_a_note_and_a_successor(home: Home) -> None:
    view = home.end(successor="insure")
    assert (view.status, view.withdrawn_on, view.exit_note) == ("withdrawn", TODAY, NOTE)
    assert (view.successor, view.ended(TODAY)) == ("insure", True)


@pytest.mark.parametrize(
    ("order", "by", "error", "code"),
    [
        (Exit(TODAY), "", Invalid, "withdrawer_needed"),
        (Exit(TODAY, successor="check"), "甲", Invalid, "own_successor"),
        (Exit(TODAY, successor="nothing"), "甲", Missing, "unknown"),
        (Exit(TODAY, successor="insure"), "甲", Invalid, "successor_withdrawn"),
    ],
    ids=["nobody says so", "itself", "a policy that is not there", "one that has ended"],
)
def test_an_end_that_cannot_be_written_down(
    home: Home, order: Exit, by: str, error: type[Exception], code: str
) -> None:
    with home.store.begin() as connection:
        leaving.withdraw(connection, "insure", Exit(TODAY), "甲", TODAY)
        with pytest.raises(error, match=code):
            leaving.withdraw(connection, "check", order, by, TODAY)
        assert service.get(connection, "check").status == "live"


def test_what_has_ended_does_not_end_twice_and_a_day_ahead_can_be_moved(home: Home) -> None:
    assert home.end(TOMORROW).status == "live"
    assert home.end(TODAY + timedelta(days=9)).withdrawn_on == TODAY + timedelta(days=9)
    assert home.end(TODAY).status == "withdrawn"
    with pytest.raises(Conflict, match="already_withdrawn"):
        home.end(TOMORROW)


def test_until_its_last_day_it_is_in_force_and_then_the_rule_says_no(
    home: Home, tmp_path: Path
) -> None:
    home.end(TOMORROW)
    settings = Settings(data_dir=tmp_path)
    with home.store.read() as connection:
        view = service.get(connection, "check")
        counts = [
            len(connection.scalars(select(Person.id).where(eligible(view, day, COUNTY)[1])).all())
            for day in (TODAY, TOMORROW)
        ]
    assert (counts, view.valid_to, view.ended(TODAY), view.ended(TOMORROW)) == ([3, 0], TODAY, False, True)  # fmt: skip
    sweep(home.store, settings)
    with home.store.read() as connection:
        assert service.get(connection, "check").status == "live"
    with clock.fixed(MORNING + timedelta(days=1)):
        sweep(home.store, settings)
    with home.store.read() as connection:
        assert service.get(connection, "check").status == "withdrawn"


def test_nothing_is_submitted_and_what_waits_is_skipped_with_its_reason(home: Home) -> None:
    with home.store.begin() as connection:
        key = town.released(connection, policies=["check"])
    schedule.tick(home.store.begin, town.ZONE)
    home.end()
    assert town.carrier(home.store, home.vault, "sms").send_all() == []
    with home.store.read() as connection:
        assert deliveries.state_counts(connection, key)["skipped"] == 3
        assert [one["reason"] for one in deliveries.reasons(connection, key)] == ["withdrawn"]
    with home.store.begin() as connection:
        campaigns.create(connection, town.order(id="again"), "gan", COUNTY)
        with pytest.raises(Refused, match="policy_not_live"):
            campaigns.submit(connection, "again", "gan", TODAY)


# -- who was told ---------------------------------------------------------------------------------------


def tell(connection: Connection, policy: int, facts: dict[int, Sequence[str]]) -> None:
    connection.execute(delete(Reach))
    rows = [
        {
            "policy_id": policy,
            "person_id": person,
            "fact": fact,
            "on": TODAY - timedelta(days=number),
        }
        for person, told in facts.items()
        for number, fact in enumerate(told)
    ]
    connection.execute(insert(Reach), rows)


def test_everybody_who_was_told_counts_once_by_the_strongest_grade(home: Home) -> None:
    with home.store.begin() as connection:
        one, two, three, four = people(connection)
        check, insure = (service.get(connection, ref).id for ref in ("check", "insure"))
        tell(
            connection, check,
            {
                one: ["published", "delivered", "in_person", "aware"], two: ["published", "relayed"],
                three: ["published"], four: ["applied", "aware"],
            },
        )  # fmt: skip
        assert set(connection.scalars(leaving.told_of(check))) == {one, two, three}
        assert list(connection.scalars(leaving.told_of(insure))) == []
        counts = {one.village: one for one in leaving.told(connection, Scope(), check)}
        assert set(counts) == {EAST, WEST}
        east, west = counts[EAST], counts[WEST]
        assert (east.in_person, east.delivered, east.published, east.people) == (1, 0, 1, 2)
        assert (west.relayed, west.published, west.people) == (1, 0, 1)
        assert [one.village for one in leaving.told(connection, Scope(WEST), check)] == [WEST]


def test_the_list_of_the_told_has_masked_names_and_says_who_died(
    home: Home, tmp_path: Path
) -> None:
    out = tmp_path / "told.xlsx"
    with home.store.begin() as connection:
        one, two, *_ = people(connection)
        view = service.get(connection, "check")
        tell(connection, view.id, {one: ["published", "delivered"], two: ["in_person"]})
        connection.execute(update(Person).where(Person.id == two).values(status="deceased"))
        lines = told_list.rows(connection, Scope(), home.vault, view)
        assert [line[:4] for line in lines] == [
            (one, "东村", "张*", "已送达"),
            (two, "西村", "张*", "当面告知"),
        ]
        assert [line[5] for line in lines] == ["", "已故"]
    view = home.end()
    told_list.write(lines, view, out, TODAY)
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    assert [NOTE in str(sheet["A2"].value), sheet["C5"].value, sheet["F6"].value] == [
        True,
        "张*",
        "已故",
    ]
    assert list(tmp_path.glob(".*")) == []


# -- what is still out there ------------------------------------------------------------------------------


def out_there(home: Home) -> list[takedown.Out]:
    with home.store.read() as connection:
        return takedown.out_there(connection, service.get(connection, "check"), town.ZONE)


@pytest.fixture
def sent(home: Home) -> Home:
    """Sheets printed in a grid and a village, posts in both villages' groups, a broadcast played in the west."""
    with home.store.begin() as connection:
        grid = {
            "code": EAST + "01",
            "name": "一网格",
            "level": "grid",
            "parent": EAST,
            "dialect": "",
        }
        connection.execute(insert(Region).values(**grid))
        one, *_ = people(connection)
        connection.execute(update(Person).where(Person.id == one).values(region=EAST + "01"))
        town.add_account(connection, "broadcast", provider="manual")
        for policy in ("check", "insure", "bundle"):
            town.write_text(connection, f"broadcast/zh-Hans/{policy}", "乡亲们，看病有补助。")
        steps = [
            {"channel": "flyer", "policies": ["check"]}, {"channel": "group"}, {"channel": "broadcast"},
            {"channel": "flyer", "policies": ["insure"]},
        ]  # fmt: skip
        town.released(connection, steps=steps)
    schedule.tick(home.store.begin, town.ZONE)
    return home


def hand_out(home: Home, **states: str) -> None:
    """Outcomes by channel; deliveries that are not named stay planned."""
    with home.store.begin() as connection:
        rows = connection.execute(
            select(Delivery.id, Step.channel, Delivery.village).join(
                Step, Step.id == Delivery.step_id
            )
        ).all()
        changes = [
            settle.Change(row.id, 0, states[row.channel]) for row in rows if row.channel in states
        ]
        settle.apply(connection, changes)


def test_what_nobody_has_printed_or_posted_is_not_out(sent: Home) -> None:
    assert out_there(sent) == []
    hand_out(sent, flyer="refused", group="undelivered", broadcast="refused")
    assert out_there(sent) == []


def test_the_list_names_every_place_with_its_date(sent: Home, tmp_path: Path) -> None:
    hand_out(sent, flyer="accepted", group="accepted", broadcast="delivered")
    lines = out_there(sent)
    found = {(one.village_name, one.place, one.what, one.n, one.state) for one in lines}
    assert found == {
        ("东村", "一网格", "一户一单", 1, "已打印"),
        ("东村", "东村", "一户一单", 1, "已打印"),
        ("西村", "西村", "一户一单", 1, "已打印"),
        ("东村", f"{EAST}群", "群消息", 1, "已发"),
        ("西村", f"{WEST}群", "群消息", 1, "已发"),
        ("东村", "东村", "大喇叭稿", 1, "已播"),
        ("西村", "西村", "大喇叭稿", 1, "已播"),
    }
    assert {one.valid_until for one in lines} == {date(2027, 2, 28)}
    assert {(one.campaign, one.version, one.since) for one in lines} == {("winter", 1, TODAY)}
    view = sent.end()
    assert {one.valid_until for one in out_there(sent)} == {
        date(2027, 2, 28)
    }  # what is written on it
    path = tmp_path / "out.xlsx"
    takedown.write(lines, view, path, TODAY)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert (sheet.max_row, sheet["G5"].value.date(), "免费体检" in str(sheet["A1"].value)) == (11, date(2027, 2, 28), True)  # fmt: skip
    assert {row[2].value for row in sheet.iter_rows(min_row=5)} == {
        "一户一单",
        "群消息",
        "大喇叭稿",
    }


def test_other_policies_do_not_stand_on_it(sent: Home) -> None:
    hand_out(sent, flyer="delivered")
    with sent.store.read() as connection:
        insure = takedown.out_there(connection, service.get(connection, "insure"), town.ZONE)
        assert {one.campaign for one in insure} == {"winter"}
    assert sum(one.n for one in out_there(sent)) == 3
    assert sum(one.n for one in insure) == 3
