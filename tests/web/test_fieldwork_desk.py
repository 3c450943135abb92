"""进度: handing out, paper, asking again, sheets that come back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outreach import clock
from outreach.models.people import Person
from outreach.people.reading.spreadsheet import read_sheets
from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork import service
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.taking import take
from outreach.surveys.schemas import Line
from outreach.web.app import create_app
from tests import town
from tests.surveys.county import TODAY, VILLAGE, answered
from tests.surveys.fieldwork.field import (
    LI,
    OTHER_VILLAGE,
    QIAN,
    REF,
    SUN,
    build,
    draw,
    entry,
    rows,
)
from tests.surveys.fieldwork.test_assigning import looks_after
from tests.web import conftest
from tests.web.conftest import Browser, Installation
from tests.web.test_fieldwork_pages import Field

HERE = f"/fieldwork/{REF}"


@pytest.fixture
def field(installation: Installation) -> Iterator[Field]:
    with clock.fixed(town.MORNING):
        with installation.store.begin() as connection:
            build(connection, installation.vault, conftest.hashed())
        yield Field(installation.store, create_app(replace(installation, demo=True)))


def send(browser: Browser, path: str, **fields: Any) -> Any:
    return browser.post(f"{HERE}/{path}", data={"form_token": browser.token("/account"), **fields})


def assigned(field: Field) -> list[str]:
    with field.store.read() as connection:
        return [row["assigned"] for row in rows(connection).values()]


def test_villages_are_handed_out_and_the_messenger_is_named(field: Field) -> None:
    browser = field.enter(LI)
    with field.store.begin() as connection:
        looks_after(connection, rows(connection)[2]["person_id"], QIAN)
    answer = send(browser, "assign", account=QIAN, village=[VILLAGE, OTHER_VILLAGE])
    assert answer.headers["location"] == f"{HERE}/progress?said=assigned&n=8"
    assert assigned(field) == [QIAN] * 8 + [""] * 2
    text = browser.get(answer.headers["location"]).text
    assert "8 人分出去了" in text
    assert "qian某 既是访问员，又给样本里 1 人的家里送过" in text
    assert "第 1 包" in text
    assert "备用样本 2 人" in text


def test_numbers_go_before_villages_and_can_be_taken_back(field: Field) -> None:
    browser = field.enter(LI)
    send(browser, "assign", account=SUN, village=[VILLAGE], numbers="1、3-4，7")
    assert assigned(field) == [SUN, "", SUN, SUN, "", "", SUN, "", "", ""]
    assert send(browser, "assign", account="", numbers="3").headers["location"].endswith("said=back&n=1")  # fmt: skip
    assert assigned(field)[2] == ""


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"account": QIAN}, 422, "没有抽中的人"),
        ({"account": QIAN, "numbers": "一、二"}, 422, "编号“一”看不懂"),
        ({"account": QIAN, "numbers": "1-99999999"}, 422, "看不懂"),
        ({"account": "wei", "village": [VILLAGE]}, 404, "没有能做访问员的账号 wei"),
    ],
    ids=["nobody", "no numbers", "too many", "a worker"],
)
def test_what_cannot_be_handed_out_is_said_on_the_page(
    field: Field, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = send(field.enter(LI), "assign", **fields)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert set(assigned(field)) == {""}


def test_call_backs_are_drawn_for_somebody_else_and_counted(field: Field) -> None:
    with field.store.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
        take(connection, REF, [entry(n) for n in (1, 2, 3, 4)], QIAN, TODAY)
    browser = field.enter(LI)
    answer = send(browser, "call-backs", percent="50", account=SUN)
    assert answer.headers["location"] == f"{HERE}/progress?said=drawn&n=2#again"
    assert "抽了 2 份，问过 0 份" in browser.get(f"{HERE}/progress").text
    assert send(browser, "call-backs", percent="0", account=SUN).status_code == 422


@pytest.mark.parametrize("name", ["lists.pdf", "questionnaire.pdf", "cards.pdf"])
def test_paper_comes_as_a_pdf(field: Field, name: str) -> None:
    with field.store.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
    answer = send(field.enter(LI), name, office="示范县统计办", phone="0000-1234567")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_an_evaluator_hands_out_and_sees_no_name(field: Field, add_user: Any) -> None:
    add_user("he", "evaluator")
    browser = field.enter("he")
    assert send(browser, "assign", account=QIAN, village=[VILLAGE]).status_code == 303
    text = browser.get(f"{HERE}/progress").text
    assert "老人" not in text
    assert "由宣传干事打印" in text
    assert send(browser, "lists.pdf").status_code == 403
    assert send(browser, "sheet.xlsx").status_code == 403
    assert browser.get(HERE).status_code == 403


def test_an_officer_of_another_place_sees_and_hands_out_nobody(field: Field, add_user: Any) -> None:
    add_user("yuan", "officer", "990102")
    browser = field.enter("yuan")
    assert "问到 0 / 0 人" in browser.get(f"{HERE}/progress").text
    assert send(browser, "assign", account=QIAN, village=[VILLAGE]).status_code == 422
    assert set(assigned(field)) == {""}
    sheet = send(browser, "sheet.xlsx")
    assert b"xl/" in sheet.content
    assert len(_rows(sheet.content)) == 2  # marks and column names


def _rows(data: bytes) -> list[list[str]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        return read_sheets(Path(file.name))[0].rows


# -- sheets that come back ------------------------------------------------------------------------------


def filled(field: Field, tmp_path: Path, *lines: Line, ref: str = REF) -> Path:
    path = tmp_path / f"{ref}.xlsx"
    with field.store.read() as connection:
        service.write_answers(connection, ref, path, lines)
    return path


def upload(browser: Browser, path: Path) -> Any:
    files = {"file": (path.name, path.read_bytes())}
    data = {"form_token": browser.token("/account")}
    return browser.post(f"{HERE}/upload", data=data, files=files)


def test_good_rows_go_in_and_wrong_ones_come_back(field: Field, tmp_path: Path) -> None:
    browser = field.enter(LI)
    bad = Line(2, disposition=Disposition.REFUSED, answers={"prompted": "aware"}, asked_on=TODAY)
    answer = upload(browser, filled(field, tmp_path, answered(1), bad, answered(9)))
    assert answer.status_code == 200
    assert "登记 1 行" in answer.text
    assert "第 4 行" in answer.text
    assert "结果是“拒访”，却填了回答" in answer.text
    assert "编号“9”不在样本里" in answer.text
    link = answer.text.split('href="/fieldwork/wave-1/upload/')[1].split('"')[0]
    back = browser.get(f"{HERE}/upload/{link}")
    assert back.status_code == 200
    table = _rows(back.content)
    assert [row[0] for row in table[2:]] == ["2", "9"]
    assert table[1][-1] == "错误"
    assert field.enter(QIAN).get(f"{HERE}/upload/{link}").status_code == 403
    with field.store.read() as connection:
        assert rows(connection)[1]["disposition"] == "completed"


def test_the_same_sheet_again_and_one_that_was_filled_further(field: Field, tmp_path: Path) -> None:
    browser = field.enter(LI)
    path = filled(field, tmp_path, answered(1), Line(2))
    assert "其中有变动 1 行" in upload(browser, path).text
    assert "其中有变动 0 行" in upload(browser, path).text
    more = filled(field, tmp_path, answered(1), answered(2))
    assert "其中有变动 1 行" in upload(browser, more).text


@pytest.mark.parametrize("case", ["closed", "other", "none", "no sheet"])
def test_what_is_no_sheet_of_this_survey_is_refused_in_words(
    field: Field, tmp_path: Path, case: str
) -> None:
    browser = field.enter(LI)
    path = filled(field, tmp_path, answered(1))
    if case == "closed":
        field.change(closed_at=town.MORNING)
        assert browser.get(f"{HERE}/upload").status_code == 409
    elif case == "other":
        with field.store.begin() as connection:
            draw(connection, conftest_vault(field), "wave-2")
        path = filled(field, tmp_path, answered(1), ref="wave-2")
    elif case == "no sheet":
        path.write_bytes(b"nothing that is a table")
    answer = upload(browser, path) if case != "none" else browser.post(f"{HERE}/upload", data={"form_token": browser.token("/account")})  # fmt: skip
    words = {"closed": "已经截止", "other": "是调查 wave-2 的表", "none": "没有收到文件", "no sheet": "编号"}  # fmt: skip
    assert answer.status_code == (409 if case == "closed" else 422)
    assert words[case] in answer.text
    with field.store.read() as connection:
        assert {row["disposition"] for row in rows(connection).values()} == {""}


def conftest_vault(field: Field) -> Any:
    return field.app.state.services.vault


def test_the_page_names_no_sampled_person(field: Field) -> None:
    with field.store.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
        assert connection.execute(Person.__table__.select()).first() is not None
    text = field.enter(LI).get(f"{HERE}/progress").text
    assert "老人1" not in text.replace("老年人", "")
