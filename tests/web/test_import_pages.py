from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO

import pytest
from httpx2 import Response
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from outreach.models.access import AuditEntry
from outreach.models.people import ImportRun, Person
from outreach.web.uploads import KEEP
from tests import town
from tests.people.office import id_number
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

HEADER = "姓名,身份证号,联系电话,住址,备注"
EVIL = '=HYPERLINK("http://x")<script>alert(1)</script>{{7*7}}'


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def upload(browser: Browser, text: str, name: str = "名单.csv", region: str = "") -> Response:
    return browser.post(
        "/people/import",
        data={"form_token": browser.token("/people/import"), "region": region},
        files={"file": (name, text.encode(), "text/csv")},
    )


def rows(*lines: str) -> str:
    return "\n".join([HEADER, *lines])


def good(order: int = 1, note: str = "") -> str:
    return f"李四{order},{id_number(order=order)},1390000{order:04},东村{order}组,{note}"


def people(office: Office) -> int:
    with office.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(Person)) or 0


def test_a_list_is_looked_at_before_it_is_written(office: Office) -> None:
    zhou = office.enter("zhou")
    before = people(office)
    answer = upload(zhou, rows(good(1), good(2), f"王五,11010519491231002X,123,,{EVIL}"))
    assert answer.status_code == 303
    here = answer.headers["location"]
    page = zhou.get(here).text
    assert "还没有写入任何东西" in page
    assert "导入 2 行" in page
    assert "第 4 行" in page
    assert "李*" in page
    assert "李四1" not in page
    assert "13900000001" not in page
    assert "<script>alert" not in page
    assert people(office) == before
    token = here.rsplit("/", 1)[-1]
    folder = office.home.settings.data_dir / "uploads" / token
    assert (folder / "ready" / "名单.csv").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700

    assert send(zhou, f"{here}/confirm").headers["location"] == here
    assert people(office) == before + 2
    done = zhou.get(here).text
    assert "写入了 2 人" in done
    assert "1 行没有写入" in done
    assert not list(folder.glob("*/名单.csv"))
    book = zhou.get(f"{here}/rejected.xlsx")
    assert "attachment" in book.headers["content-disposition"]
    sheet = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert sheet[1][4] == EVIL  # as a text, not as a formula
    assert len(sheet) == 2
    assert people(office) == before + 2
    send(zhou, f"{here}/confirm")
    assert people(office) == before + 2
    with office.store.read() as connection:
        assert connection.scalars(select(ImportRun.by)).all() == ["zhou"]
        logged = connection.scalars(select(AuditEntry.action).where(AuditEntry.by == "zhou")).all()
    assert logged.count("people.import") == 1


def test_a_column_taken_for_the_wrong_thing_is_corrected_on_the_page(office: Office) -> None:
    zhou = office.enter("zhou")
    text = f"姓名,证号,出生日期,说法\n李四,{id_number()},1980-05-06,东村3组"
    here = upload(zhou, text).headers["location"]
    page = zhou.get(here).text
    assert 'name="column-3"' in page
    sent = send(zhou, f"{here}/columns", **{"column-1": "id_card", "column-3": "address"})
    assert sent.headers["location"] == here
    assert 'value="address" selected' in zhou.get(here).text
    refused = send(zhou, f"{here}/columns", **{"column-0": ""})
    assert refused.status_code == 422
    assert "姓名" in refused.text
    send(zhou, f"{here}/confirm")
    with office.store.read() as connection:
        newest = connection.scalar(select(ImportRun.mapping).order_by(ImportRun.id.desc()))
    assert newest is not None
    assert newest["说法"] == "address"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("图.xlsx", "\x89PNG\x00\x01", "不是", id="a picture"),
        pytest.param("空.csv", "", "空", id="an empty file"),
        pytest.param("名单.csv", "甲,乙\n1,2", "表头", id="no header that means anything"),
        pytest.param("名单.csv", "姓名,姓名,身份证号\n李,李,1", "姓名", id="a header twice"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing(
    office: Office, name: str, content: str, words: str
) -> None:
    zhou = office.enter("zhou")
    answer = upload(zhou, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert not list((office.home.settings.data_dir / "uploads").glob("*"))


def test_no_file_at_all_is_said_too(office: Office) -> None:
    zhou = office.enter("zhou")
    answer = send(zhou, "/people/import", page="/people/import")
    assert answer.status_code == 422
    assert "没有收到文件" in answer.text


def test_an_upload_is_its_users_alone_and_dies_of_age(office: Office) -> None:
    zhou, ke = office.enter("zhou"), office.enter("dong")
    here = upload(zhou, rows(good())).headers["location"]
    assert ke.get(here).status_code == 404
    assert send(ke, f"{here}/confirm").status_code == 404
    assert ke.get(f"{here}/rejected.xlsx").status_code == 404
    folder = office.home.settings.data_dir / "uploads" / here.rsplit("/", 1)[-1]
    old = folder.stat().st_mtime - KEEP - 1
    os.utime(folder, (old, old))
    gone = zhou.get(here)
    assert gone.status_code == 404
    assert "再传一次" in gone.text
    upload(zhou, rows(good(2)))
    assert not folder.exists()


def test_another_file_instead_deletes_the_first(office: Office) -> None:
    zhou = office.enter("zhou")
    here = upload(zhou, rows(good())).headers["location"]
    assert send(zhou, f"{here}/cancel").headers["location"] == "/people/import"
    assert zhou.get(here).status_code == 404


@pytest.mark.parametrize("token", ["..%2f..%2fkeys.env", "a" * 32, "x"])
def test_an_invented_token_finds_nothing(office: Office, token: str) -> None:
    assert office.enter("zhou").get(f"/people/import/{token}").status_code == 404


def test_a_list_cannot_be_put_into_a_region_outside_ones_own(office: Office) -> None:
    dong = office.enter("dong")
    answer = upload(dong, rows(good()), region=town.WEST)
    assert answer.status_code == 403
    assert not (office.home.settings.data_dir / "uploads").exists()


def test_an_officer_of_a_part_sees_only_their_own_imports_and_the_empty_sheet_comes_down(
    office: Office,
) -> None:
    zhou, ke = office.enter("zhou"), office.enter("dong")
    here = upload(zhou, rows(good()), "周的名单.csv").headers["location"]
    send(zhou, f"{here}/confirm")
    assert "周的名单.csv" in zhou.get("/people/import").text
    assert "周的名单.csv" not in ke.get("/people/import").text
    sheet = CalamineWorkbook.from_filelike(BytesIO(ke.get("/people/import/template.xlsx").content))
    assert "姓名" in sheet.get_sheet_by_index(0).to_python()[0]
