"""发送渠道, 短信通道, 走文件发送, and the page behind the code on a sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from outreach import clock
from outreach.access import service as access
from outreach.access.schemas import NewUser
from outreach.campaigns import service
from outreach.deliveries import sheet_codes
from outreach.deliveries.filing.service import newest_texts
from outreach.models.campaigns import Rehearsal
from outreach.models.deliveries import Account, Attempt, Outcome, TransferBasis
from outreach.models.people import Refusal
from outreach.people.keys import phone_key
from outreach.web.routes import sheet_codes as routes
from outreach.web.throttle import Throttle
from tests import town
from tests.web import conftest
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            access.add_user(
                connection, NewUser("guan", "admin", "", "管某"), conftest.hashed(), by="test"
            )
        yield opened


def sms(office: Office) -> Any:
    with office.store.read() as connection:
        row = connection.execute(select(Account).where(Account.channel == "sms")).mappings().first()
    assert row is not None
    return row


def change(office: Office, **values: Any) -> None:
    with office.store.begin() as connection:
        connection.execute(update(Account).where(Account.id == sms(office)["id"]).values(**values))


def run(office: Office) -> None:
    """A campaign that is signed, released and fired."""
    office.write()
    with office.store.begin() as connection:
        service.submit(connection, "winter", "zhou", clock.today(town.ZONE), office.home.vault)
    with office.store.begin() as connection:
        service.approve(connection, "winter", "chen")


# -- 发送渠道 --------------------------------------------------------------------------------------------


def test_the_administrator_sees_where_data_goes_and_records_a_basis(office: Office) -> None:
    change(office, provider="twilio")
    browser = office.enter("guan")
    key = sms(office)["id"]
    assert "美国（境外）" in browser.get("/channels").text
    shown = browser.get(f"/channels/{key}").text
    assert "还不能给真实居民发" in shown
    assert "拒收请打以上电话" in shown
    answer = send(browser, f"/channels/{key}/basis", basis="标准合同已备案", document="2026-7")
    assert answer.status_code == 303
    shown = browser.get(f"/channels/{key}").text
    assert "标准合同已备案" in shown
    action = re.search(r'action="(/channels/\d+/basis/\d+/end)"', shown)
    assert action is not None
    assert send(browser, action.group(1)).status_code == 303
    assert "还不能给真实居民发" in browser.get(f"/channels/{key}").text
    with office.store.read() as connection:
        assert connection.scalar(select(TransferBasis.by)) == "guan"


def test_a_basis_that_says_nothing_comes_back_with_what_was_typed(office: Office) -> None:
    change(office, provider="twilio")
    answer = send(office.enter("guan"), f"/channels/{sms(office)['id']}/basis", basis="有")
    assert answer.status_code == 422
    assert "请写清楚依据" in answer.text
    assert 'value="有"' in answer.text


def test_filing_is_written_down_on_the_page(office: Office) -> None:
    change(office, provider="gateway")
    browser, key = office.enter("guan"), sms(office)["id"]
    assert "要报备：签名、模板" in browser.get(f"/channels/{key}").text
    fields = {"kind": "signature", "signature": "县卫健局", "status": "filed"}
    assert send(browser, f"/channels/{key}/filing", **fields).status_code == 303
    with office.store.read() as connection:
        text = sorted(newest_texts(connection))[0]
    fields = {"kind": "template", "text": text, "status": "filed", "number": ""}
    refused = send(browser, f"/channels/{key}/filing", **fields)
    assert (refused.status_code, "却没有模板编号" in refused.text) == (422, True)
    assert (
        send(browser, f"/channels/{key}/filing", **{**fields, "number": "SMS_9"}).status_code == 303
    )
    shown = browser.get(f"/channels/{key}").text
    assert "SMS_9" in shown
    assert shown.count("已报备") >= 2


@pytest.mark.parametrize("user", ["zhou", "chen", "wu"])
def test_nobody_but_the_administrator_comes_there(user: str, office: Office) -> None:
    assert office.enter(user).get("/channels").status_code == 403


# -- 短信通道 --------------------------------------------------------------------------------------------


def test_the_phones_of_three_networks_are_tried_on_the_page(office: Office) -> None:
    run(office)
    browser = office.enter("zhou")
    page = browser.get("/campaigns/winter/carrier").text
    assert "还差 移动、联通、电信" in page
    answer = send(
        browser,
        "/campaigns/winter/carrier/1",
        mobile="13900000010",
        unicom="13000000010",
        telecom="",
    )
    assert answer.status_code == 303
    page = browser.get("/campaigns/winter/carrier").text
    assert "运营商已收，等手机回执" in page
    with office.store.read() as connection:
        assert connection.scalars(select(Rehearsal.network)).all()[:2] == ["mobile", "unicom"]


def test_a_ported_number_is_kept_as_said_with_a_note(office: Office) -> None:
    run(office)
    answer = send(office.enter("zhou"), "/campaigns/winter/carrier/1", telecom="13900000010")
    assert answer.status_code == 200
    assert "携号转网" in answer.text


@pytest.mark.parametrize("typed", [{}, {"mobile": "12345"}])
def test_a_form_that_cannot_be_taken_says_why(typed: dict[str, str], office: Office) -> None:
    run(office)
    answer = send(office.enter("zhou"), "/campaigns/winter/carrier/1", **typed)
    assert answer.status_code == 422
    with office.store.read() as connection:
        assert connection.scalar(select(Rehearsal.id)) is None


def test_whoever_signs_may_look_but_not_send(office: Office) -> None:
    run(office)
    browser = office.enter("chen")
    page = browser.get("/campaigns/winter/carrier")
    assert (page.status_code, "发测试短信" in page.text) == (200, False)
    assert send(browser, "/campaigns/winter/carrier/1", mobile="13900000010").status_code == 403


# -- 走文件发送 ------------------------------------------------------------------------------------------


@pytest.fixture
def by_file(office: Office) -> Office:
    """The campaign's text messages go to a console."""
    change(office, provider="gateway", options={"filing": []})
    run(office)
    with office.store.begin() as connection:
        service.release(connection, "winter", "zhou")
    return office


def rows(data: bytes) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("短信")
    return [[str(cell) for cell in row] for row in sheet.to_python()[1:]]


def test_from_a_download_to_settled_results(by_file: Office) -> None:
    browser = by_file.enter("zhou")
    answer = send(browser, "/campaigns/winter/files")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    handed = rows(answer.content)
    assert handed
    folder = by_file.home.settings.data_dir / "handover"
    assert list(folder.iterdir()) == [], "numbers in clear are not kept"
    page = browser.get("/campaigns/winter/files").text
    assert "第 1 批" in page
    lines = ["单号,状态报告", *(f"{row[-1]},DELIVRD" for row in handed[:1]), "x.1.y,DELIVRD"]
    token = browser.token("/campaigns/winter/files")
    upload = browser.post(
        "/campaigns/winter/files/results",
        data={"form_token": token},
        files={"file": ("结果.csv", "\n".join(lines).encode("utf-8-sig"), "text/csv")},
    )
    assert upload.status_code == 303
    place = upload.headers["location"]
    seen = browser.get(place).text
    assert "这份结果会登记这些" in seen
    assert "1 行没有用上" in seen
    states = select(Outcome.state).where(Outcome.provider_id.startswith("gw"))
    with by_file.store.read() as connection:
        assert set(connection.scalars(states)) == {"unknown"}, "looking writes nothing"
    done = send(browser, place)
    assert "登记好了" in done.text
    with by_file.store.read() as connection:
        assert list(connection.scalars(states)).count("delivered") == 1
    assert browser.get(place).status_code == 404, "the file is gone"


def test_a_second_hand_over_has_nothing_and_says_so(by_file: Office) -> None:
    browser = by_file.enter("zhou")
    first = rows(send(browser, "/campaigns/winter/files").content)
    again = send(browser, "/campaigns/winter/files")
    assert again.status_code == 422
    assert "没有写文件" in again.text
    with by_file.store.read() as connection:
        assert len(connection.scalars(select(Attempt.no)).all()) == len(first)


def test_a_batch_is_written_again_only_by_who_answers_for_it(by_file: Office) -> None:
    browser = by_file.enter("zhou")
    first = send(browser, "/campaigns/winter/files").content
    refused = send(browser, "/campaigns/winter/files/1/again")
    assert (refused.status_code, "先向平台核实" in refused.text) == (422, True)
    second = send(browser, "/campaigns/winter/files/1/again", sure="1")
    assert rows(second.content) == rows(first)


def test_results_of_another_page_and_a_file_without_results_are_refused(by_file: Office) -> None:
    browser = by_file.enter("zhou")
    send(browser, "/campaigns/winter/files")
    token = browser.token("/campaigns/winter/files")
    upload = browser.post(
        "/campaigns/winter/files/results",
        data={"form_token": token},
        files={"file": ("x.csv", b"a,b\n1,2\n", "text/csv")},
    )
    shown = browser.get(upload.headers["location"])
    assert shown.status_code == 422
    assert "没有找到结果表" in shown.text


# -- the code on a sheet ---------------------------------------------------------------------------------


@pytest.fixture
def code(office: Office) -> str:
    office.write()
    return f"/q/{sheet_codes.token(office.home.vault, office.campaign_id())}"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "THROTTLE", Throttle(each=3, all_=100, seconds=60))


def test_it_says_what_the_notice_is_about_to_everybody_alike(office: Office, code: str) -> None:
    shown = conftest.Browser(office.app, follow_redirects=False).get(code)
    assert shown.status_code == 200
    assert "/calculator" in shown.text
    assert "tel:" in shown.text
    assert "不想再收宣传短信" in shown.text


@pytest.mark.parametrize("token", ["1", "1.x", "x.y", "²." + "a" * 16, "9" * 30 + "." + "a" * 16])
def test_a_code_that_is_not_ours_is_not_known(token: str, office: Office) -> None:
    shown = conftest.Browser(office.app, follow_redirects=False).get(f"/q/{token}")
    assert shown.status_code == 404
    assert "认不出来" in shown.text


@pytest.mark.parametrize("number", ["13800000001", "+86 199 9999 0000"])
def test_any_number_gets_the_same_answer_and_is_refused_from_then_on(
    number: str, office: Office, code: str
) -> None:
    browser = conftest.Browser(office.app, follow_redirects=False)
    answer = send(browser, f"{code}/opt-out", page=code, phone=number)
    assert answer.status_code == 200
    assert "记下了" in answer.text
    key = phone_key(office.home.vault, "+86" + re.sub(r"\D", "", number)[-11:])
    with office.store.read() as connection:
        found = connection.execute(
            select(Refusal.channel, Refusal.message_class, Refusal.source).where(
                Refusal.address_key == key
            )
        ).all()
    assert [tuple(row) for row in found] == [("sms", "publicity", "qr")]


def test_what_is_no_mobile_number_is_refused_without_saying_more(office: Office, code: str) -> None:
    browser = conftest.Browser(office.app, follow_redirects=False)
    answer = send(browser, f"{code}/opt-out", page=code, phone="010-1234")
    assert (answer.status_code, "手机号好像不对" in answer.text) == (422, True)


def test_nobody_opts_out_a_whole_village(office: Office, code: str) -> None:
    browser = conftest.Browser(office.app, follow_redirects=False)
    answers = [
        send(browser, f"{code}/opt-out", page=code, phone=f"1380000000{n}").status_code
        for n in range(5)
    ]
    assert answers == [200, 200, 200, 429, 429]
