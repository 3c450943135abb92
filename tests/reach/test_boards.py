"""Notice boards: what hangs where, what must come down and why, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, select

from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.models.access import AuditEntry
from outreach.policies import leaving, takedown
from outreach.policies import service as policies
from outreach.reach.boards import service
from outreach.reach.boards.schemas import Notice
from outreach.store import Store
from outreach.vault import Vault
from tests import town

ON = town.TODAY
EAST, WEST = Scope(town.EAST), Scope(town.WEST)


@pytest.fixture
def built(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def add(connection: Connection, name: str = "村口公告栏", region: str = town.EAST) -> int:
    return service.add(connection, Scope(), region, name, by="wu")


def notice(policy: str = "check", days: int = 30, version: str = "", on: date = ON) -> Notice:
    return Notice(policy, f"{policy}公告", ON + timedelta(days=days), on, version)


def hang(connection: Connection, board: int, what: Notice | None = None) -> int:
    return service.post(connection, Scope(), board, what or notice(), "wu")


def test_a_board_shows_what_hangs_there_and_what_came_down_last(built: Store) -> None:
    with built.begin() as connection:
        board = add(connection)
        first = hang(connection, board)
        assert service.take_down(connection, Scope(), first, ON, "wu")
        assert not service.take_down(connection, Scope(), first, ON, "wu")
        hang(connection, board, notice("insure"))
    with built.read() as connection:
        (shown,) = service.boards(connection, EAST, ON)
        assert not service.boards(connection, WEST, ON)
    assert [one.policy_name for one in shown.postings] == ["交医保"]
    assert shown.last is not None
    assert (shown.last.title, shown.last.taken_down_by, shown.last.why) == ("check公告", "wu", "")


@pytest.mark.parametrize(
    ("days", "due"),
    [(0, ""), (1, "expired"), (400, "expired")],
    ids=["on its last day it may hang", "the day after it must come down", "long after"],
)  # fmt: skip
def test_a_notice_expires_after_its_last_day(built: Store, days: int, due: str) -> None:
    with built.begin() as connection:
        hang(connection, add(connection), notice(days=0))
    with built.read() as connection:
        found = service.due(connection, EAST, ON + timedelta(days=days))
    assert [one.due for one in found] == ([due] if due else [])


def test_an_older_notice_about_the_same_policy_must_come_down_on_that_board_only(
    built: Store,
) -> None:
    with built.begin() as connection:
        here, there = add(connection), add(connection, "电梯间")
        old = hang(connection, here, notice(version="v1", on=ON - timedelta(days=3)))
        hang(connection, here, notice(version="v2"))
        hang(connection, there, notice(version="v1", on=ON - timedelta(days=3)))
    with built.begin() as connection:
        found = service.due(connection, EAST, ON)
        assert [(one.id, one.due) for one in found] == [(old, "replaced")]
        service.take_down(connection, Scope(), old, ON, "wu")
        assert not service.due(connection, EAST, ON)
        assert service.hang_again(connection, Scope(), old, "wu")
        assert [one.id for one in service.due(connection, EAST, ON)] == [old]


def test_a_policy_that_has_ended_takes_its_notices_down(built: Store, tmp_path: Path) -> None:
    with built.begin() as connection:
        hang(connection, add(connection))
        hang(connection, add(connection, "西村公告栏", town.WEST), notice("insure"))
        for ref in ("check", "insure"):
            leaving.withdraw(connection, ref, leaving.Exit(ON), "zhou", ON)
    with built.read() as connection:
        assert {one.due for one in service.due(connection, Scope(), ON)} == {"withdrawn"}
        view = policies.get(connection, "check")
        lines = takedown.out_there(connection, view, town.ZONE)
    assert [(one.village_name, one.place, one.what, one.n) for one in lines] == [
        ("东村", "村口公告栏", "公告", 1)
    ]
    path = tmp_path / "撤下清单.xlsx"
    takedown.write(lines, view, path, ON)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [row[1:5] for row in rows[4:]] == [["村口公告栏", "公告", 1.0, "张贴中"]]


def test_the_same_notice_twice_is_one_and_a_mistake_leaves_nothing(built: Store) -> None:
    with built.begin() as connection:
        board = add(connection)
        first = hang(connection, board)
        assert hang(connection, board) == first
        service.unpost(connection, Scope(), first, "wu")
        (shown,) = service.boards(connection, Scope(), ON)
        assert (shown.postings, shown.last) == ((), None)
        moves = [
            line["move"]
            for line in connection.scalars(select(AuditEntry.detail).order_by(AuditEntry.id))
            if "move" in line
        ]
    assert moves == ["add", "post", "unpost"]


def test_a_board_that_is_gone_is_not_listed_and_can_stand_again(built: Store) -> None:
    with built.begin() as connection:
        board = add(connection)
        posting = hang(connection, board)
        with pytest.raises(Conflict, match=r"boards\.not_empty"):
            service.remove(connection, Scope(), board, "wu")
        service.take_down(connection, Scope(), posting, ON, "wu", "damaged")
        service.remove(connection, Scope(), board, "wu")
        assert not service.boards(connection, Scope(), ON)
        with pytest.raises(Missing, match=r"boards\.no_board"):
            hang(connection, board)
        assert add(connection) == board


def test_what_cannot_be_is_refused_with_its_reason(built: Store) -> None:
    with built.begin() as connection:
        board = add(connection)
        with pytest.raises(Conflict, match=r"boards\.known"):
            add(connection, " 村口公告栏 ")
        with pytest.raises(Invalid, match=r"boards\.no_name"):
            add(connection, "  ")
        with pytest.raises(Missing, match=r"boards\.no_region"):
            add(connection, region="999999999999")
        with pytest.raises(Missing, match=r"boards\.no_policy"):
            hang(connection, board, notice("nothing"))
        with pytest.raises(Invalid, match=r"boards\.already_over"):
            hang(connection, board, notice(days=-1))
        posting = hang(connection, board)
        with pytest.raises(Invalid, match=r"boards\.no_reason"):
            service.take_down(connection, Scope(), posting, ON, "wu", "tired")
        with pytest.raises(Refused):
            service.take_down(connection, WEST, posting, ON, "xi")
        with pytest.raises(Refused):
            service.post(connection, WEST, board, notice(), "xi")
        with pytest.raises(Refused):
            service.add(connection, WEST, town.EAST, "别的", by="xi")


def test_the_cover_of_a_pile_says_what_to_bring_back(built: Store) -> None:
    with built.begin() as connection:
        board = add(connection)
        hang(connection, board, notice(days=0))
        hang(connection, board, notice("insure", days=0))
    later = ON + timedelta(days=1)
    with built.read() as connection:
        assert (
            service.takedown_words(connection, town.EAST, later)
            == "村口公告栏 2 张（过期或有新版）"
        )
        assert service.takedown_words(connection, town.WEST, later) == ""
