"""交名单: a department hands in its own list, learns which rows fit nobody, and sees nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from httpx2 import Response
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.models.access import AuditEntry
from outreach.models.people import CompleteList, ImportRun
from outreach.models.policies import PolicyList
from outreach.web.app import create_app
from tests import town
from tests.people.office import id_number
from tests.people.registered import columns, register
from tests.web import conftest
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

MING, HUA = id_number(date(1948, 1, 1), 1), id_number(date(1950, 1, 1), 2)
FORM = {
    "list": "income.dibao", "on": "2026-11-01", "basis": "履行法定职责", "purpose": "政策告知", "expires": "2027-11-01",
}  # fmt: skip


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            for name, lists in (
                ("minzheng", ("income.dibao", "applied:check")),
                ("canlian", ("dis.any",)),
            ):
                user = NewUser(name, "department", town.COUNTY, name, lists=lists)
                accounts.add_user(connection, user, conftest.hashed(), by="test")
        yield opened


@pytest.fixture
def ming(office: Office) -> int:
    vault = office.home.vault
    register(office.store, vault, "王花", HUA, region=town.EAST, circumstances=("income.dibao",))
    return register(office.store, vault, "欧阳小明", MING, region=town.EAST)


def hand_in(browser: Browser, *rows: str, name: str = "低保.csv", **changes: str) -> Response:
    data = {"form_token": browser.token("/account"), **FORM, **changes}
    content = "\n".join(("姓名,身份证号", *rows)).encode()
    return browser.post("/lists", data=data, files={"file": (name, content)})


def runs(office: Office) -> list[tuple[str, str, int, int]]:
    with office.store.read() as connection:
        rows = connection.execute(
            select(ImportRun.list_ref, ImportRun.by, ImportRun.accepted, ImportRun.rejected)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_a_department_hands_in_its_list(office: Office, ming: int) -> None:
    browser = office.enter("minzheng")
    start = browser.get("/lists").text
    assert "低保对象名单" in start
    assert "免费体检申请名单" in start
    assert "持证残疾人名单" not in start
    here = hand_in(browser, f"欧阳小明,{MING}", "赵外,11010119500101001X", complete="1").headers[
        "location"
    ]
    shown = browser.get(here).text
    assert "还没有写入任何东西" in shown
    assert "第 3 行" in shown
    assert "改为没有：1 人" in shown
    assert "王花" not in shown
    assert runs(office) == []
    back = CalamineWorkbook.from_filelike(BytesIO(browser.get(f"{here}/returned.xlsx").content))
    assert back.get_sheet_by_index(0).to_python()[1][:2] == ["赵外", "11010119500101001X"]
    assert send(browser, f"{here}/confirm").headers["location"] == here
    assert "已经写入" in browser.get(here).text
    assert runs(office) == [("income.dibao", "minzheng", 1, 1)]
    assert columns(office.store, ming, "circumstances") == (1,)
    assert not list((office.home.settings.data_dir / "uploads").rglob("低保.csv"))
    send(browser, f"{here}/confirm")  # pressed twice
    assert len(runs(office)) == 1
    with office.store.read() as connection:
        listed = connection.execute(select(CompleteList)).one()
        entry = connection.execute(
            select(AuditEntry).where(AuditEntry.action == "lists.hand_in")
        ).one()
    assert (listed.legal_basis, listed.purpose, listed.region) == (
        "履行法定职责",
        "政策告知",
        town.COUNTY,
    )
    assert (entry.by, entry.thing, entry.detail["matched"]) == ("minzheng", "list:income.dibao", 1)


def test_a_department_sees_its_own_lists_and_an_officer_all(office: Office, ming: int) -> None:
    browser = office.enter("minzheng")
    here = hand_in(browser, f"欧阳小明,{MING}", f"外,{id_number(order=9)}").headers["location"]
    send(browser, f"{here}/confirm")
    mine = browser.get("/lists").text
    assert "低保.csv" in mine
    assert "50.0" in mine
    assert "估计" in mine
    assert "低保.csv" not in office.enter("canlian").get("/lists").text
    officer = office.enter("zhou").get("/lists").text
    assert "低保.csv" in officer
    assert "履行法定职责" in officer
    assert "有效至 2027年11月1日" in officer
    assert office.enter("canlian").get(here).status_code == 404


def test_an_officer_reads_which_list_would_settle_most(office: Office) -> None:
    assert "哪份名单最管用" not in office.enter("zhou").get("/lists").text  # nothing is open
    with office.store.begin() as connection:
        town.add_person(connection, office.home.vault, circumstances_known=0)
    assert (
        "职工医保参保人员名单：一份就能说清 1 个待核实" in office.enter("zhou").get("/lists").text
    )
    assert "哪份名单最管用" not in office.enter("ke").get("/lists").text


@pytest.mark.parametrize(
    "path", ["/people", "/people/import", "/today", "/campaigns", "/visits", "/results", "/print"]
)
def test_a_department_sees_nothing_else(office: Office, path: str) -> None:
    assert office.enter("minzheng").get(path).status_code == 403


def test_a_department_begins_at_its_lists(office: Office) -> None:
    browser = Browser(create_app(office.home), follow_redirects=True)
    browser.log_in("minzheng")
    assert browser.get("/").url.path == "/lists"


def test_somebody_else_s_list_is_refused(office: Office, ming: int) -> None:
    answer = hand_in(office.enter("canlian"), f"欧阳小明,{MING}")
    assert answer.status_code == 403
    assert "不能交" in answer.text
    empty = office.enter("ke").get("/lists").text
    assert "还没有您能交的名单" in empty
    assert hand_in(office.enter("wu"), f"欧阳小明,{MING}").status_code == 403


def test_a_list_of_who_applied(office: Office, ming: int) -> None:
    browser = office.enter("minzheng")
    here = hand_in(browser, f"欧阳小明,{MING}", list="applied:check", complete="1").headers[
        "location"
    ]
    assert "新记入：1 人" in browser.get(here).text
    send(browser, f"{here}/confirm")
    with office.store.read() as connection:
        listed = connection.execute(select(PolicyList)).one()
    assert (listed.fact, listed.rows, listed.unmatched, listed.by) == ("applied", 1, 0, "minzheng")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"on": "2027-01-01"}, "还没到", id="dated tomorrow"),
        pytest.param({"on": "昨天"}, "不是日期", id="dated in words"),
        pytest.param({"basis": ""}, "法律依据", id="without a ground"),
        pytest.param({"expires": "2026-10-01"}, "2026-10-01", id="ended before it began"),
    ],
)
def test_a_list_that_cannot_be_is_said_with_what_was_typed(
    office: Office, ming: int, changes: dict[str, str], words: str
) -> None:
    browser = office.enter("minzheng")
    answer = hand_in(browser, f"欧阳小明,{MING}", **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="政策告知"' in answer.text
    assert not list((office.home.settings.data_dir / "uploads").glob("*"))


def test_no_file_a_wrong_region_and_a_list_of_nobody(office: Office, ming: int) -> None:
    browser = office.enter("minzheng")
    none = send(browser, "/lists", **FORM)
    assert none.status_code == 422
    assert hand_in(browser, f"欧阳小明,{MING}", region="61").status_code == 403
    here = hand_in(browser, f"外,{id_number(order=9)}").headers["location"]
    assert "一个人也没对上" in browser.get(here).text
    assert send(browser, f"{here}/cancel").headers["location"] == "/lists"
    assert browser.get(here).status_code == 404
