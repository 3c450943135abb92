"""Fieldwork from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from outreach import clock
from outreach.bootstrap import open_installation
from outreach.models.surveys import CallBack
from outreach.store import Store
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.taking import take
from tests.channels.flyer import reading
from tests.cli.conftest import Call
from tests.surveys.county import TODAY, VILLAGE
from tests.surveys.fieldwork.field import LI, OTHER_VILLAGE, QIAN, REF, SUN, build, entry, rows
from tests.surveys.fieldwork.test_assigning import looks_after


@pytest.fixture
def field(data: Path) -> Iterator[Store]:
    office = open_installation(data)
    with office.store.begin() as connection:
        build(connection, office.vault)
    yield office.store
    office.close()


def test_people_are_handed_out_and_the_messenger_is_named(call: Call, field: Store) -> None:
    with field.begin() as connection:
        looks_after(connection, rows(connection)[2]["person_id"], QIAN)
    told = call("survey", "assign", REF, "--to", QIAN, "--village", VILLAGE, "--as", LI, "--json")
    assert (told.status, told.data["people"], told.data["told"]) == (0, 4, [2])
    told = call("survey", "assign", REF, "--to", SUN, "--number", "5", "--number", "6")
    assert "2 人分给 sun某" in told.out
    assert "注意：qian某 给其中 1 人家里送过" in call("survey", "assign", REF, "--to", QIAN, "--village", VILLAGE).out  # fmt: skip
    assert call("survey", "assign", REF, "--to", "wei", "--village", VILLAGE, "--json").code == "fieldwork.no_interviewer"  # fmt: skip
    assert call("survey", "assign", REF, "--to", QIAN, "--number", "5", "--as", SUN, "--json").code == "access.not_allowed"  # fmt: skip


def test_progress_and_asking_again(call: Call, field: Store) -> None:
    with field.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
        given = [entry(1), entry(2), entry(2, answer="unaware"), entry(3, "refused")]
        take(connection, REF, given, QIAN, TODAY)
    told = call("survey", "progress", REF, "--json").data
    assert (told["whole"]["people"], told["whole"]["interviewed"], told["reserve"]) == (8, 2, 2)
    assert told["response"]["rr1"] == 2 / 8
    assert [one["number"] for one in told["set_aside"]] == [2]
    said = call("survey", "progress", REF).out
    assert "第 1 包 qian：要问 4，问到 2，问不到 1，还要去 1" in said
    assert "2 号有一份对不上的答卷" in said
    told = call("survey", "callback", REF, "--draw", "1", "--to", SUN, "--json").data
    assert told["drawn_now"] == [1, 2]
    with field.begin() as connection:
        row = {
            "respondent_id": rows(connection)[1]["id"], "on": TODAY, "result": "not_interviewed", "by": SUN,
            "at": clock.now(),
        }  # fmt: skip
        connection.execute(insert(CallBack).values(**row))
    assert "1 号没有人访问过（访问员 qian）" in call("survey", "callback", REF).out


def test_paper_is_written(call: Call, field: Store, tmp_path: Path) -> None:
    assert call("survey", "lists", REF, "--out", tmp_path / "l.pdf", "--json").code == "fieldwork.nothing_assigned"  # fmt: skip
    with field.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
        assign(connection, REF, SUN, [OTHER_VILLAGE])
    for name, sheets in (("lists", 8), ("cards", 2), ("form", 1)):
        out = tmp_path / f"{name}.pdf"
        told = call("survey", name, REF, "--out", out, "--office", "示范县统计办", "--phone", "0000-1234567", "--json")  # fmt: skip
        assert (told.status, told.data["sheets"]) == (0, sheets)
        assert "示范县统计办" in "".join("".join(reading.words(out.read_bytes())).split())
