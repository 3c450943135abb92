"""队伍 and 媒体和现场: households, training, duty; reports and events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import select

from outreach.models.policies import Reach
from outreach.models.work import Duty, HelperHousehold, PublicRecord, Training
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send
from tests.web.test_visit_pages import move_in

GRID = town.EAST + "01"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        move_in(opened)
        with opened.store.begin() as connection:
            town.released(connection)
        yield opened


def whose(office: Office) -> list[str]:
    with office.store.read() as connection:
        return sorted(connection.scalars(select(HelperHousehold.helper)))


def test_an_officer_gives_out_households_and_takes_them_back(office: Office) -> None:
    zhou = office.enter("zhou")
    page = zhou.get("/helpers").text
    assert ["城关镇东村" in page, "3 户" in page, "还没学：" in page] == [True] * 3
    answer = send(zhou, "/helpers/assign", helper="wu", region=GRID, place="1栋2单元")
    assert "n=2" in answer.headers["location"]
    assert whose(office) == ["wu", "wu"]
    assert "分了 2 户，现在一共 2 户。" in zhou.get(answer.headers["location"]).text
    assert send(zhou, "/helpers/assign", helper="wu", region="").status_code == 422
    assert send(zhou, "/helpers/assign", helper="xi", region=GRID).status_code == 422
    send(zhou, "/helpers/release", helper="wu")
    assert whose(office) == []


def test_a_sheet_is_taken_whole_or_not_at_all(office: Office, tmp_path: Path) -> None:
    zhou = office.enter("zhou")

    def hand_in(*rows: tuple[str, ...]) -> int:
        path = tmp_path / "list.xlsx"
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet()
            for at, row in enumerate((("政策明白人", "地区代码", "楼栋"), *rows)):
                page.write_row(at, 0, row)
        answer = zhou.post(
            "/helpers/list",
            data={"form_token": zhou.token("/account")},
            files={"file": ("list.xlsx", path.read_bytes())},
        )
        return answer.status_code

    assert hand_in(("wu", GRID, "1栋1单元"), ("nobody", GRID, "")) == 422
    assert whose(office) == []
    assert hand_in(("wu", GRID, "1栋1单元"), ("xi", town.WEST, "")) == 303
    assert whose(office) == ["wu", "xi"]


def test_training_and_duty_are_written_down(office: Office) -> None:
    zhou = office.enter("zhou")
    answer = send(zhou, "/helpers/trained", policy="check", on="2026-11-20", helper=["wu", "xi"])
    assert "登记了 2 人" in zhou.get(answer.headers["location"]).text
    turn = {"helper": "wu", "region": town.EAST, "on": "2026-11-24", "starts": "08:30", "ends": "12:00", "phone": "0100-1"}  # fmt: skip
    send(zhou, "/helpers/duty", **turn)
    assert ["08:30–12:00" in (page := zhou.get("/helpers").text), "0100-1" in page] == [True, True]
    with office.store.read() as connection:
        assert len(connection.scalars(select(Training.id)).all()) == 2
        [key] = connection.scalars(select(Duty.id)).all()
    send(zhou, f"/helpers/duty/{key}/remove")
    assert "08:30–12:00" not in zhou.get("/helpers").text


@pytest.mark.parametrize("who", ["wu", "chen", "ke"])
def test_only_an_officer_sees_the_team(office: Office, who: str) -> None:
    assert office.enter(who).get("/helpers").status_code == 403
    assert (
        send(office.enter(who), "/helpers/assign", helper="wu", region=GRID).status_code == 403
    )  # fmt: skip


def test_an_event_is_shown_with_its_head_count_and_reaches_nobody(office: Office) -> None:
    wu, path = office.enter("wu"), "/campaigns/winter/records"
    event = {"kind": "event", "title": "赶集宣讲", "where": "中心广场", "on": "2026-11-23", "headcount": "300"}  # fmt: skip
    assert send(wu, path, **event).status_code == 303
    page = office.enter("chen").get(path).text
    assert ["赶集宣讲" in page, "300 人到场" in page, "不计入触达" in page] == [True] * 3
    assert send(wu, path, **{**event, "headcount": "三百"}).status_code == 422
    with office.store.read() as connection:
        assert connection.scalars(select(Reach.fact)).all() == []
        [key] = connection.scalars(select(PublicRecord.id)).all()
    send(wu, f"/campaigns/records/{key}/undo")
    assert "赶集宣讲" not in wu.get(path).text
    assert office.enter("xi").get("/campaigns/nothing/records").status_code == 404


def test_who_answers_today_stands_on_the_page_of_questions_without_a_name(office: Office) -> None:
    turn = {"helper": "wu", "region": town.EAST, "on": "2026-11-23", "starts": "08:30", "ends": "12:00", "place": "服务大厅", "phone": "0100-1"}  # fmt: skip
    zhou = office.enter("zhou")
    send(zhou, "/helpers/duty", **turn)
    page = office.enter("wu").get("/calculator").text
    assert "今天值班，可以去问：服务大厅，08:30–12:00，0100-1" in page
    stranger = Browser(office.app)
    assert "服务大厅" not in stranger.get("/calculator").text  # another village's
    send(zhou, "/helpers/duty", **{**turn, "helper": "zhou", "region": town.COUNTY, "place": "政务大厅"})  # fmt: skip
    page = stranger.get("/calculator").text
    assert ["政务大厅" in page, "zhou" in page] == [True, False]
