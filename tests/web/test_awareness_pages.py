"""知晓率 and the results of a survey, as a manager, an evaluator and an officer see them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from outreach.models.people import Region
from outreach.models.policies import Policy
from outreach.models.surveys import VolunteerAnswer
from outreach.surveys.instrument import standard_instrument
from outreach.surveys.intervals import wilson
from tests import town
from tests.surveys.results.built import MOMENT, STANDARD, Group, build
from tests.web.conftest import Installation
from tests.web.office import Office, open_office

TOWNS = [town.TOWN, "600101102", "600101103"]


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            rows = [
                {"code": code, "name": name, "level": "town", "parent": town.COUNTY, "dialect": ""}
                for code, name in zip(TOWNS[1:], ("柳溪镇", "云岭乡"), strict=True)
            ]
            connection.execute(insert(Region), rows)
        yield opened


def survey(office: Office, ref: str, *groups: Group, policy: str = "check", **columns: Any) -> int:
    with office.store.begin() as connection:
        key = connection.scalar(select(Policy.id).where(Policy.ref == policy))
        return build(connection, ref, groups, policy_id=key, **columns)


def in_towns(*aware: int, n: int = 120, **more: Any) -> list[Group]:
    return [Group(each, n, town=code, **more) for code, each in zip(TOWNS, aware, strict=True)]


def plain(html: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u202f", " ")


def test_before_anybody_was_asked_the_page_says_what_to_do(office: Office) -> None:
    for name in ("chen", "he", "zhou"):
        page = office.enter(name).get("/awareness")
        assert page.status_code == 200
        assert "还没有问过群众知不知道" in page.text
    assert "/surveys/new" in office.enter("he").get("/awareness").text
    assert "/surveys/new" not in office.enter("chen").get("/awareness").text


@pytest.mark.parametrize("path", ["/awareness", "/awareness.csv", "/surveys/s1/results", "/surveys/s1/results.csv"])  # fmt: skip
def test_workers_and_departments_see_none_of_it(office: Office, path: str) -> None:
    survey(office, "s1", Group(90, 120))
    for name in ("wu", "ke"):
        assert office.enter(name).get(path).status_code == 403


def test_every_policy_has_its_newest_figure_with_interval_n_month_and_way(office: Office) -> None:
    survey(office, "s1", Group(140, 200, asked_on=date(2026, 10, 1)))
    survey(office, "s2", Group(190, 200, more={"fictional": "unaware"}), wave=2)
    survey(office, "i1", Group(10, 20), policy="insure", mode="电话")
    page = plain(office.enter("chen").get("/awareness").text)
    assert "问过群众 2 项政策，1 项答的人够，有数" in page
    assert "95.0 % （91.0–97.3 %） 200 2026-11 入户 0.0 %" in page
    assert "交医保 样本不足 20 2026-11 电话" in page
    assert "同期其他原因也可能" in page
    assert "免费体检：历次调查" in page
    other = plain(office.enter("chen").get("/awareness?policy=insure").text)
    assert "交医保：历次调查" in other
    assert "无基线，不能说提高" in other
    assert office.enter("chen").get("/awareness?policy=nothing").status_code == 404


def test_a_survey_of_another_region_is_not_shown(office: Office) -> None:
    survey(office, "s1", Group(140, 200), region="610101")
    page = office.enter("chen")
    assert "还没有问过群众知不知道" in page.get("/awareness").text
    assert page.get("/surveys/s1/results").status_code == 404
    assert page.get("/surveys/s1/results.csv").status_code == 404


def test_results_stand_under_a_sentence_and_no_rate_is_alone(office: Office) -> None:
    survey(office, "s1", *in_towns(96, 60, 95, more={"fictional": "unaware", "satisfaction": "very"}), wave=1)  # fmt: skip
    html = office.enter("chen").get("/surveys/s1/results").text
    page = plain(html)
    assert "<h1>每 100 个该知道的人里，约 70 个知道</h1>" in html
    low, high = wilson(251, 360)
    assert f"{low * 100:.1f}–{high * 100:.1f} %，n = 360，2026-11 入户" in page
    assert "不得作为统计数据发布" in page
    assert "无基线，不能说提高" in page
    assert "调查还没有结束，数字会变" in page
    table = page[page.index("各乡镇") : page.index("样本去了哪里")]
    assert table.index("城关镇") < table.index("柳溪镇") < table.index("云岭乡")
    assert "落后" in table
    assert "满意 + 比较满意" in page
    assert "这一题没有人回答" in page


def test_few_answers_show_no_percentage_anywhere(office: Office) -> None:
    survey(office, "s1", Group(20, 29))
    page = plain(office.enter("chen").get("/surveys/s1/results").text)
    assert "答的人太少（n = 29），说不出多少人知道" in page
    figures = page[page.index("主要结果 回答率 100.0 %") + 20 :]
    assert "%" not in figures
    assert "%" not in plain(office.enter("chen").get("/awareness").text)


def test_nobody_answered_yet(office: Office) -> None:
    survey(office, "s1", Group(0, 0, missed=12))
    page = plain(office.enter("chen").get("/surveys/s1/results").text)
    assert "还没有人回答" in page
    assert "拒访 12 人" in page
    assert "每一题" not in page


def test_made_up_answers_say_so_before_any_figure(office: Office) -> None:
    survey(office, "s1", Group(140, 200), generated=True)
    for path in ("/awareness", "/surveys/s1/results"):
        html = office.enter("chen").get(path).text
        assert html.index("程序编的") < html.index("70.0")


def test_volunteers_stand_apart_without_an_interval(office: Office) -> None:
    key = survey(office, "s1", Group(140, 200))
    with office.store.begin() as connection:
        rows = [
            {"survey_id": key, "key": f"k{at}", "source": "qr", "answers": {"prompted": "aware"}, "at": MOMENT}
            for at in range(40)
        ]  # fmt: skip
        connection.execute(insert(VolunteerAnswer), rows)
    page = plain(office.enter("he").get("/surveys/s1/results").text)
    apart = page[page.index("自愿填答（不能推算全县）") : page.index("怎么来的")]
    assert "40 人自己来答的" in apart
    assert "%" not in apart
    assert "n = 200" in page


@pytest.mark.parametrize("kind", ["quiz", "experience"])
def test_a_quiz_and_the_experience_panel_have_counts_only(office: Office, kind: str) -> None:
    instrument = standard_instrument(kind, "免费体检")
    first = instrument.questions[0]
    group = Group(0, 60, more={first.code: first.options[0].code})
    survey(office, "q1", group, instrument=instrument)
    page = plain(office.enter("chen").get("/surveys/q1/results").text)
    assert "60 人自愿参加，只数人数，不能推算全县" in page
    assert "不具代表性" in page
    assert "%" not in page
    assert "还没有问过群众知不知道" in office.enter("chen").get("/awareness").text


def test_the_tables_are_files_without_small_cells(office: Office) -> None:
    survey(
        office,
        "s1",
        Group(140, 190, more={"satisfaction": "very"}),
        Group(0, 6, more={"satisfaction": "not"}),
        Group(0, 44, more={"satisfaction": "middle"}),
    )
    browser = office.enter("he")
    answer = browser.get("/surveys/s1/results.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    satisfied = {row[3]: row[5] for row in rows if row[0] == "satisfaction"}
    assert satisfied["不满意"] == "<10"
    assert satisfied["一般"] in ("44", "*")
    assert sorted(satisfied.values()).count("*") >= 1  # or 6 would follow by subtraction
    shown = [row for row in rows if row[0] == "prompted" and row[3] == "知道"]
    low, high = wilson(140, 240)
    assert shown[0][5:10] == ["140", "240", "0.583333", f"{low:.6f}", f"{high:.6f}"]
    waves = list(csv.reader(io.StringIO(browser.get("/awareness.csv").content.decode("utf-8-sig"))))
    assert [row[1] for row in waves[1:]] == ["s1"]


def test_text_in_a_file_does_not_run(office: Office) -> None:
    survey(office, "s1", Group(140, 200), title="=HYPERLINK(1)")
    text = office.enter("he").get("/awareness.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text


def test_two_surveys_of_one_day_are_both_in_the_row(office: Office) -> None:
    survey(office, "s1", Group(140, 200))
    survey(office, "s2", Group(150, 200))
    page = plain(office.enter("chen").get("/awareness?policy=check").text)
    assert "调查 s1" in page
    assert "调查 s2" in page
    assert "无基线" in page, "of the same days neither is the earlier one"


def test_a_survey_that_was_not_drawn_has_no_results(office: Office) -> None:
    survey(office, "s1", drawn_at=None)
    assert office.enter("chen").get("/surveys/s1/results").status_code == 409


def test_the_standard_questionnaire_is_shown_whole(office: Office) -> None:
    survey(office, "s1", Group(140, 200))
    html = office.enter("chen").get("/surveys/s1/results").text
    for question in STANDARD.questions:
        assert question.text.split("（")[0] in html
