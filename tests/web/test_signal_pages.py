"""12345 周数和办理数 on pages: a look before anything is written, wrong rows named, a corrected week in place of the first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from httpx2 import Response
from sqlalchemy import select

from outreach.models.signals import HotlineWeek, PolicyCount
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office

FIRST = "周,事项,件数\n2026-W47,免费体检,12\n2026-W46,免费体检,5\n2026-W47,噪音扰民,99\n"
CORRECTED = "周,事项,件数\n2026-W47,免费体检,15\n"
WRONG = "周,事项,件数\n2026-W47,免费体检,许多\n2026-W46,免费体检,5\n"
OUTCOME = "政策,地区,日期,应参保人数,已参保人数,参保率\n交医保,演示县,2026-11-20,1000,850,85%\n"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def hand_in(browser: Browser, content: bytes, name: str = "周报.csv", **form: str) -> Response:
    """Send the form as the page does."""
    data = {"form_token": browser.token("/account"), **form}
    return browser.post("/signals", data=data, files={"file": (name, content)})


def press(browser: Browser, address: str) -> Response:
    return browser.post(address, data={"form_token": browser.token("/account")})


def send(browser: Browser, text: str, kind: str = "hotline", **more: str) -> str:
    """Upload a file; the address of its preview."""
    answer = hand_in(browser, text.encode("gb18030"), kind=kind, **more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])  # fmt: skip


def calls(office: Office) -> list[int]:
    with office.store.read() as connection:
        return list(connection.scalars(select(HotlineWeek.calls).order_by(HotlineWeek.week)))


def test_a_week_is_looked_at_written_and_shown_with_its_bar(office: Office) -> None:
    zhou = office.enter("zhou")
    here = send(zhou, FIRST)
    look = plain(zhou.get(here).text)
    assert "新增 2" in look
    assert "噪音扰民" in look  # none of our policies, left alone
    assert calls(office) == []
    done = plain(press(zhou, f"{here}/confirm").text)
    assert "已经写入" in done
    assert calls(office) == [5, 12]
    page = zhou.get("/signals").text
    assert "免费体检" in plain(page)
    assert "12 周共 17 件" in plain(page)
    assert 'width="100.0%"' in page
    assert plain(page).count("没有报") == 10  # weeks that nobody reported are no noughts
    assert press(zhou, f"{here}/confirm").status_code == 404  # only once


def test_a_corrected_week_says_what_it_replaces(office: Office) -> None:
    zhou = office.enter("zhou")
    press(zhou, f"{send(zhou, FIRST)}/confirm")
    here = send(zhou, CORRECTED)
    look = plain(zhou.get(here).text)
    assert "改掉 1" in look
    assert "免费体检，600101，2026-11-16 起的一周 12 15" in look
    assert "改掉了的数" in plain(press(zhou, f"{here}/confirm").text)
    assert calls(office) == [5, 15]


def test_a_wrong_row_is_named_and_the_file_cannot_be_written(office: Office) -> None:
    zhou = office.enter("zhou")
    here = send(zhou, WRONG)
    look = zhou.get(here).text
    assert "“许多”不是件数" in plain(look)
    assert f"{here}/confirm" not in look
    press(zhou, f"{here}/confirm")
    assert calls(office) == []


def test_an_outcome_stands_on_the_page_of_results_beside_the_sentence(office: Office) -> None:
    zhou = office.enter("zhou")
    press(zhou, f"{send(zhou, OUTCOME, 'counts')}/confirm")
    with office.store.read() as connection:
        assert connection.execute(select(PolicyCount.n, PolicyCount.of)).all() == [(850, 1000)]
    page = plain(zhou.get("/results?policy=insure").text)
    assert "参保率" in page
    assert "85.0 %（850 / 1,000）" in page
    assert "播放量和发帖数不能证明知晓" in page


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        pytest.param("姓名,电话\n张三,1\n", {}, "没有认得的表头", id="no table of counts"),
        pytest.param(FIRST, {"year": "明年"}, "不是年份", id="no year"),
        pytest.param(FIRST, {"kind": "plays"}, "没有“plays”这种数", id="no kind"),
        pytest.param("", {}, "是空的", id="an empty file"),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_stays(
    office: Office, text: str, form: dict[str, str], words: str
) -> None:
    zhou = office.enter("zhou")
    data = {"kind": "hotline", "measure": "参保率", **form}
    answer = hand_in(zhou, text.encode(), "a.csv", **data)
    assert answer.status_code == 422
    assert words in plain(answer.text)
    assert 'value="参保率"' in answer.text


def test_who_may_look_and_who_may_import(office: Office) -> None:
    for name in ("chen", "he"):
        browser = office.enter(name)
        page = browser.get("/signals")
        assert page.status_code == 200
        assert "multipart" not in page.text
        answer = hand_in(browser, FIRST.encode(), kind="hotline")
        assert answer.status_code == 403  # fmt: skip
    assert office.enter("wu").get("/signals").status_code == 403
    dong = office.enter("dong")
    outside = hand_in(dong, FIRST.encode(), kind="hotline", region=town.WEST)
    assert outside.status_code == 403
    here = send(office.enter("zhou"), FIRST)
    assert dong.get(here).status_code == 404  # somebody else's file
