"""Import pages beyond the simple file: pasted, locked, doubtful, long, compared, taken back."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import msoffcrypto.format.ooxml
import pytest
import xlsxwriter
from httpx2 import Response
from sqlalchemy import func, select, update

from outreach.models.access import AuditEntry
from outreach.models.people import ImportRun, Person
from outreach.people.intake.jobs import Jobs
from outreach.people.reading import encoding
from outreach.web import uploads
from tests import town
from tests.people.office import id_number
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """An installation whose settings hold its keys, so that another process can open it."""
    key = base64.urlsafe_b64encode(installation.vault.identity_key).decode()
    keys = {"identity_key": key, "encryption_keys": f"t1:{key}"}
    settings = installation.settings.model_copy(update=keys)
    with open_office(replace(installation, settings=settings)) as opened:
        yield opened


def upload(browser: Browser, data: bytes | str, name: str = "名单.csv") -> Response:
    raw = data.encode() if isinstance(data, str) else data
    return browser.post(
        "/people/import",
        data={"form_token": browser.token("/people/import"), "region": ""},
        files={"file": (name, raw, "application/octet-stream")},
    )


def taken_in(browser: Browser, data: bytes | str, name: str = "名单.csv") -> str:
    """Upload and confirm; the address of the run."""
    here = upload(browser, data, name).headers["location"]
    send(browser, f"{here}/confirm")
    found = re.search(r'href="(/people/import/runs/\d+)"', browser.get(here).text)
    assert found is not None
    return found[1]


def line(order: int, phone: str = "", name: str = "") -> str:
    return f"{name or f'李四{order}'},{id_number(order=order)},{phone or f'1390000{order:04}'},东村{order}组"


def rows(*lines: str) -> str:
    return "\n".join(["姓名,身份证号,联系电话,住址", *lines])


def people(office: Office) -> int:
    with office.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(Person)) or 0


def test_a_table_from_the_clipboard_goes_the_same_way(office: Office) -> None:
    zhou = office.enter("zhou")
    before = people(office)
    pasted = f'姓名\t身份证号\t住址\n李四\t{id_number()}\t"东村\t3组"\n'
    answer = send(zhou, "/people/import", page="/people/import", pasted=pasted)
    assert answer.status_code == 303
    here = answer.headers["location"]
    assert "粘贴的表格.csv" in zhou.get(here).text
    send(zhou, f"{here}/confirm")
    assert people(office) == before + 1


def test_a_clipboard_without_a_table_is_said_and_comes_back(office: Office) -> None:
    zhou = office.enter("zhou")
    answer = send(zhou, "/people/import", page="/people/import", pasted="今天下雨")
    assert answer.status_code == 422
    assert "表头" in answer.text
    assert "今天下雨" in answer.text
    assert not list((office.home.settings.data_dir / "uploads").glob("*"))


def locked_workbook(password: str) -> bytes:
    plain, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["姓名", "身份证号"])
        sheet.write_row(1, 0, ["李四", id_number()])
    plain.seek(0)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(password, out)
    return out.getvalue()


def test_the_password_of_a_locked_workbook_is_asked_and_not_kept(office: Office) -> None:
    zhou = office.enter("zhou")
    here = upload(zhou, locked_workbook("Chunfeng-88"), "锁.xlsx").headers["location"]
    page = zhou.get(here)
    assert page.status_code == 200
    assert 'type="password"' in page.text
    wrong = send(zhou, f"{here}/password", password="x")
    assert wrong.status_code == 422
    assert "密码" in wrong.text
    assert send(zhou, f"{here}/password", password="Chunfeng-88").status_code == 303
    assert "导入 1 行" in zhou.get(here).text
    kept = (office.home.settings.data_dir / "uploads" / here.rsplit("/", 1)[-1]).rglob("*")
    assert not any(b"Chunfeng" in one.read_bytes() for one in kept if one.is_file())
    with office.store.read() as connection:
        assert "Chunfeng" not in str(connection.execute(select(AuditEntry.__table__)).all())


def test_an_encoding_in_doubt_can_be_chosen(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "_NEAR", 2.0)  # nothing is near enough to be sure
    zhou = office.enter("zhou")
    text = f"姓名,身份证号\n李四,{id_number()}\n"
    here = upload(zhou, text.encode("gb18030")).headers["location"]
    assert 'name="encoding"' in zhou.get(here).text
    assert send(zhou, f"{here}/columns", encoding="GB18030").status_code == 303
    page = zhou.get(here).text
    assert 'value="GB18030" selected' in page
    assert "李*" in page
    wrong = send(zhou, f"{here}/columns", encoding="UTF-8")
    assert wrong.status_code == 422
    assert 'value="GB18030" selected' in wrong.text


def test_columns_that_somebody_corrected_are_remembered(office: Office) -> None:
    zhou = office.enter("zhou")
    text = f"姓名,证号,出生日期,说法\n李四,{id_number()},1980-05-06,东村3组"
    here = upload(zhou, text).headers["location"]
    send(zhou, f"{here}/columns", **{"column-1": "id_card", "column-3": "address"})
    send(zhou, f"{here}/confirm")
    again = upload(zhou, text, "下个月.csv").headers["location"]
    assert 'value="address" selected' in zhou.get(again).text


def test_a_list_of_the_next_month_shows_who_changes_and_who_is_gone(office: Office) -> None:
    zhou = office.enter("zhou")
    taken_in(zhou, rows(line(1), line(2), line(3)), "十月.csv")
    here = upload(zhou, rows(line(1, "13911112222"), line(2)), "十一月.csv").headers["location"]
    page = zhou.get(here).text
    assert "有变化的 1 人" in page
    assert "139****0001" in page
    assert "139****2222" in page
    assert "上次有、这次没有的 1 人" in page
    assert "十月.csv" in page
    assert "13911112222" not in page
    send(zhou, f"{here}/confirm")
    run = re.search(r'href="(/people/import/runs/\d+)"', zhou.get(here).text)
    assert run is not None
    page = zhou.get(run[1]).text
    gone = re.search(r'name="person" value="(\d+)"', page)
    assert gone is not None
    send(zhou, f"{run[1]}/moved", person=gone[1])
    assert "没有这样的人" in zhou.get(run[1]).text
    with office.store.read() as connection:
        assert connection.scalar(select(Person.status).where(Person.id == int(gone[1]))) == "moved"
    dong = office.enter("dong")  # responsible for another part
    assert dong.get(run[1]).status_code == 404
    assert send(dong, f"{run[1]}/moved", person=gone[1]).status_code == 404


def test_an_import_is_taken_back_on_the_page(office: Office) -> None:
    zhou = office.enter("zhou")
    before = people(office)
    run = taken_in(zhou, rows(line(1), "王五,12,,"))
    assert "1 行没有写入" in zhou.get(run).text
    assert zhou.get(f"{run}/rejected.xlsx").status_code == 200
    assert send(zhou, f"{run}/undo").status_code == 200
    run = taken_in(zhou, rows(line(1), line(2)))
    assert people(office) == before + 2
    assert "撤销这次导入" in zhou.get(f"{run}/undo").text
    assert zhou.get(f"{run}/rejected.xlsx").status_code == 404
    assert "移除新增的 2 人" in send(zhou, f"{run}/undo").text
    assert people(office) == before
    assert "已撤销" in zhou.get(run).text
    assert send(zhou, f"{run}/undo").status_code == 409


def wait(browser: Browser, run: str, word: str) -> str:
    page = ""
    for _ in range(300):
        page = browser.get(run).text
        if word in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_long_list_is_taken_in_by_a_process_of_its_own(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LONG", 1_000)
    zhou = office.enter("zhou")
    before = people(office)
    many = [f"李四,{id_number(date(1950 + n // 900, 1, 1), n % 900)},,东村" for n in range(3_000)]
    here = upload(zhou, rows(*many, "王五,12,,")).headers["location"]
    page = zhou.get(here).text
    assert "大约 3,00" in page
    run = send(zhou, f"{here}/confirm").headers["location"]
    assert run.startswith("/people/import/runs/")
    assert zhou.get(here).status_code == 404
    going = zhou.get(run)
    assert "取消导入" in going.text
    assert going.headers["refresh"] == "4"
    page = wait(zhou, run, "写入了 3,000 人")
    assert people(office) == before + 3_000
    assert "1 行没有写入" in page
    assert zhou.get(f"{run}/rejected.xlsx").status_code == 200
    assert office.enter("dong").get(run).status_code == 404
    assert "详情" in zhou.get("/people/import").text


def test_one_that_was_cut_off_can_be_gone_on_with_or_ended(office: Office) -> None:
    zhou = office.enter("zhou")
    path = office.home.settings.data_dir / "名单.csv"
    path.write_text(rows(line(1), line(2)), "utf-8")
    jobs = Jobs(office.store.begin, office.home.settings.data_dir)
    number = jobs.queue(path, {"by": "zhou", "region": town.COUNTY})
    with office.store.begin() as connection:
        connection.execute(update(ImportRun).values(state="writing", done=1, total=2))
    run = f"/people/import/runs/{number}"
    page = zhou.get(run).text
    assert "中断了" in page
    assert f'action="{run}/resume"' in page
    before = people(office)
    send(zhou, f"{run}/resume")
    wait(zhou, run, "写入了 2 人")
    assert people(office) == before + 2
    assert send(zhou, f"{run}/resume").status_code == 409


def test_one_that_is_ended_says_so(office: Office) -> None:
    zhou = office.enter("zhou")
    path = office.home.settings.data_dir / "名单.csv"
    path.write_text(rows(line(1)), "utf-8")
    jobs = Jobs(office.store.begin, office.home.settings.data_dir)
    number = jobs.queue(path, {"by": "zhou"})
    with office.store.begin() as connection:
        connection.execute(update(ImportRun).values(state="checking"))
    run = f"/people/import/runs/{number}"
    assert send(zhou, f"{run}/cancel").headers["location"] == run
    assert "已取消" in zhou.get(run).text
    assert send(zhou, f"{run}/cancel").status_code == 303  # it was faster than the button
