"""调查 on pages: set up, reckoned, locked, drawn and sealed; for designers only, and with nobody's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select, update

from outreach.access.scope import Scope
from outreach.models.surveys import Respondent, Survey
from outreach.surveys import service
from outreach.surveys.panels import service as panels
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

FORM = {
    "kind": "awareness", "policy": "check", "title": "体检知晓率", "id": "first", "wave": "1", "mode": "入户",
    "region": town.COUNTY, "base": "likely", "strata": "", "allocation": "proportional", "within": "people",
    "size": "2", "reserve": "50", "seed": "2026-7", "weigh": "1", "opens_on": "2026-12-01", "closes_on": "2026-12-20",
}  # fmt: skip


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def words(answer: Response) -> str:
    """What the page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def set_up(browser: Browser, do: str = "create", **changes: str) -> Response:
    return send(browser, "/surveys/new", "/surveys/new", **{**FORM, **changes, "do": do})


def survey_of(office: Office, ref: str = "first") -> Any:
    with office.store.read() as connection:
        return service.get(connection, ref)


def test_an_evaluator_sets_up_draws_and_closes(office: Office) -> None:
    browser = office.enter("he")
    assert "还没有调查" in words(browser.get("/surveys"))
    made = set_up(browser)
    assert (made.status_code, made.headers["location"]) == (303, "/surveys/first")
    survey = survey_of(office)
    assert (survey["size"], survey["seed"], survey["created_by"]) == (2, "2026-7", "he")
    assert survey["design"]["rake"] == ["town", "sex", "band"]
    page = words(browser.get("/surveys/first"))
    assert survey["design_hash"] in page
    assert survey["instrument_hash"] in page
    assert "工作评估，未经统计部门审批，不得作为统计数据发布" in page
    assert "不能重抽" in words(browser.get("/surveys/first/draw"))
    assert send(browser, "/surveys/first/draw").status_code == 303
    page = words(browser.get("/surveys/first"))
    assert "样本已封存" in page
    assert survey_of(office)["frame_hash"] in page
    assert "没有登记进台账的人抽不到" in page
    assert send(browser, "/surveys/first/close").status_code == 303
    again = send(browser, "/surveys/first/close")
    assert (again.status_code, "已经结束访问" in words(again)) == (409, True)
    listed = words(browser.get("/surveys"))
    assert "体检知晓率" in listed
    assert "已结束访问" in listed


def test_while_sealed_no_page_says_who_is_drawn(office: Office) -> None:
    browser = office.enter("zhou")
    set_up(browser)
    send(browser, "/surveys/first/draw")
    with office.store.read() as connection:
        numbers = list(connection.scalars(select(Respondent.person_id)))
    assert len(numbers) == 3
    for path in ("/surveys", "/surveys/first", "/surveys/first/close", "/surveys/first/release"):
        page = browser.get(path)
        assert page.status_code == 200
        assert not re.search(r"/people/\d|138\*|1380000", page.text)


@pytest.mark.parametrize("name", ["wu", "xi", "ke", "chen"])
def test_who_delivers_or_signs_has_no_business_here(office: Office, name: str) -> None:
    set_up(office.enter("he"))
    browser = office.enter(name)
    for path in ("/surveys", "/surveys/new", "/surveys/first", "/surveys/first/draw"):
        assert browser.get(path).status_code == 403
    for path in ("/surveys/new", "/surveys/first/draw", "/surveys/first/close", "/surveys/first/release"):  # fmt: skip
        assert send(browser, path).status_code == 403
    assert survey_of(office)["drawn_at"] is None


def test_somebody_of_one_village_sees_the_survey_around_it_and_cannot_draw_it(office: Office) -> None:  # fmt: skip
    set_up(office.enter("he"))
    set_up(office.enter("he"), id="west", region=town.WEST, size="1")
    browser = office.enter("dong")
    listed = words(browser.get("/surveys"))
    assert listed.count("体检知晓率") == 1
    assert "抽样并封存" not in words(browser.get("/surveys/first"))
    assert send(browser, "/surveys/first/draw").status_code == 409
    assert browser.get("/surveys/west").status_code == 404
    assert set_up(browser, id="mine", region=town.WEST).status_code == 403
    assert set_up(browser, id="mine", region=town.EAST).status_code == 303


def test_the_reckoner_answers_on_the_page_and_fills_in_the_size(office: Office) -> None:
    browser = office.enter("he")
    found = set_up(
        browser, "size", ask="margin", margin="5", expected="50", response="100", policy=""
    )
    assert "抽 385 人" in words(found)
    assert re.search(r'name="size" value="385"', found.text)
    found = set_up(browser, "size", ask="difference", before="70", after="80", response="100", policy="")  # fmt: skip
    assert "每次调查抽 294 人" in words(found)
    found = set_up(browser, "size", ask="margin", margin="5", response="50")
    assert "名单里现在可以抽 3 人" in words(found)
    assert "总共没有这么多人" in words(found)
    wrong = set_up(browser, "size", ask="margin", margin="五")
    assert wrong.status_code == 422
    assert "“误差”填的“五”不是数字" in words(wrong)
    with office.store.read() as connection:
        assert service.list_surveys(connection) == []


def test_the_questions_are_shown_before_they_are_locked(office: Office) -> None:
    page = words(set_up(office.enter("he"), "look", permit_table="示调01表", permit_approval="示统制1号", permit_valid_until="2027-06-30"))  # fmt: skip
    assert "主要指标" in page
    assert "没有这项政策：说知道的人，什么都会说知道" in page
    assert "示调01表" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": ""}, "缺少 “抽多少人”"),
        ({"size": "0"}, "“抽多少人” 不能是"),
        ({"seed": ""}, "缺少 “种子”"),
        ({"id": "第一次"}, "“编号” 不能是“第一次”"),
        ({"id": "new"}, "“编号” 不能是“new”"),
        ({"closes_on": "2026-11-01"}, "“到哪天为止” 早于"),
        ({"strata": "town,sex", "per_village": "10"}, "只能按地方"),
        ({"policy": ""}, "缺少 “哪项政策”"),
        ({"panel": "1"}, "缺少 “接着哪一次”"),
        ({"size": "999999999999"}, "不是数字"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_the_words_of_the_form(
    office: Office, changes: dict[str, str], said: str
) -> None:
    answer = set_up(office.enter("he"), **changes)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="体检知晓率"' in answer.text


def test_a_batch_of_the_reserve_is_taken_up_once(office: Office) -> None:
    browser = office.enter("he")
    set_up(browser)
    send(browser, "/surveys/first/draw")
    page = browser.get("/surveys/first").text
    href = unescape(re.search(r'href="(/surveys/first/release[^"]+)"', page).group(1))  # type: ignore[union-attr]
    assert "全部都要访问" in words(browser.get(href))
    assert send(browser, href).status_code == 303
    assert survey_of(office)["drawn"] == 3
    assert send(browser, href).status_code == 409


def test_a_wave_follows_with_the_same_people(office: Office) -> None:
    browser = office.enter("he")
    set_up(browser)
    send(browser, "/surveys/first/draw")
    made = set_up(browser, id="second", wave="2", follows="first", panel="1", fresh="25", seed="b")
    assert made.status_code == 303
    survey = survey_of(office, "second")
    assert (survey["follows"], survey["panel"], survey["design"]["fresh"]) == ("first", True, 0.25)
    assert "再问同一批人" in words(browser.get("/surveys/second"))


def test_volunteers_and_quizzes_say_what_they_are(office: Office) -> None:
    with office.store.begin() as connection:
        panels.add(connection, "体验", 1, town.TODAY, "he", Scope())  # fmt: skip
    browser = office.enter("he")
    assert set_up(browser, kind="experience", group="体验", id="try").status_code == 303
    assert send(browser, "/surveys/try/draw").status_code == 303
    assert "不能推算其他人" in words(browser.get("/surveys/try"))
    assert set_up(browser, kind="quiz", id="quiz").status_code == 303
    page = words(browser.get("/surveys/quiz"))
    assert "答对多少不算知晓率" in page
    assert "抽样并封存" not in page


def test_what_was_changed_after_locking_is_said_and_offers_nothing(office: Office) -> None:
    browser = office.enter("he")
    set_up(browser)
    with office.store.begin() as connection:
        connection.execute(update(Survey).values(seed="chosen by hand"))
    page = words(browser.get("/surveys/first"))
    assert "和锁定时不一样了" in page
    assert "抽样并封存" not in page
    assert send(browser, "/surveys/first/draw").status_code == 409


def test_before_the_first_send_the_officer_is_asked_for_a_baseline(office: Office) -> None:
    office.write()
    browser = office.enter("zhou")
    page = browser.get("/campaigns/winter/check")
    assert "无基线，不能说提高" in words(page)
    assert 'href="/surveys/new?kind=awareness&amp;policy=check"' in page.text
    set_up(browser)
    send(browser, "/surveys/first/draw")
    with office.store.begin() as connection:
        asked = {"disposition": "completed", "asked_on": town.TODAY}
        connection.execute(update(Respondent).values(**asked))
    page = browser.get("/campaigns/winter/check")
    assert "policy=check" not in page.text
    assert "policy=insure" in page.text
