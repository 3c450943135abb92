"""Signing on pages: whose turn it is, paper, what stops it, what is owed, and what is left when it stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from outreach import clock
from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.campaigns import service
from outreach.models.campaigns import SignedPaper, SignOff
from outreach.models.people import ImportRun
from outreach.reports import slip
from tests import town
from tests.campaigns.signing.scans import HOUSE, scanned
from tests.channels.flyer import reading
from tests.web import conftest
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

FOUR = {"chain": "four-levels"}
URGENT = {"class": "urgent", "urgent": {"reason": "台风红色预警"}}


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """The town, with a second officer who reviews and a manager who signs last."""
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            for name, role in (("shen", "officer"), ("qian", "manager")):
                user = NewUser(name, role, town.COUNTY, f"{name}某")
                accounts.add_user(connection, user, conftest.hashed(), by="test")
        yield opened


def submitted(office: Office, **changes: Any) -> None:
    office.write(**changes)
    send(office.enter("zhou"), "/campaigns/winter/submit")


def sign(office: Office, who: str) -> int:
    return send(office.enter(who), "/approvals/winter/sign", seen_hash=office.hash()).status_code


def test_each_level_stands_before_whoever_may_sign_it(office: Office) -> None:
    submitted(office, **FOUR)
    shen = office.enter("shen")
    assert "看过了，签发（科室核实）" in shen.get("/approvals").text
    assert "签发《冬季告知》" in shen.get("/today").text
    assert sign(office, "shen") == 303
    assert (
        "送审了，轮到别人签" not in office.enter("chen").get("/approvals").text
    )  # a manager may review
    assert sign(office, "chen") == 303
    waiting = shen.get("/approvals").text
    assert "送审了，轮到别人签" in waiting
    assert "看过了，签发" not in waiting
    assert sign(office, "shen") == 403  # an officer signs no last level
    assert sign(office, "chen") == 403  # nor does who has signed before
    assert sign(office, "qian") == 303
    assert office.status() == "approved"
    page = office.enter("zhou").get("/campaigns/winter").text
    for said in ("科室核实", "shen某", "宣传审核", "chen某", "分管领导签发", "qian某"):
        assert said in page


def test_who_wrote_it_takes_it_back_with_a_reason(office: Office) -> None:
    submitted(office)
    zhou = office.enter("zhou")
    assert 'action="/approvals/winter/return"' in zhou.get("/campaigns/winter").text
    assert send(zhou, "/approvals/winter/return", note="漏了一户").status_code == 303
    assert office.status() == "draft"


def slip_of(office: Office) -> bytes:
    with office.store.read() as connection:
        found = slip.read(connection, service.get(connection, "winter"), town.TODAY)
    return slip.make(found, HOUSE).pdf


def hand_in(browser: Browser, data: bytes, name: str = "签字.jpg", **changes: str) -> Any:
    fields = {"level": "sign", "signer": "陈立", "on": "2026-11-23", "fingerprint": "", **changes}
    return browser.post(
        "/approvals/winter/paper",
        data={"form_token": browser.token("/account"), **fields},
        files={"file": (name, data, "image/jpeg")},
    )


def test_a_scan_is_handed_in_looked_at_and_stands_for_the_level(office: Office) -> None:
    submitted(office)
    data = scanned(slip_of(office), "JPEG")
    shen = office.enter("shen")
    assert "登记纸上的签字（签发）" in shen.get("/campaigns/winter").text
    assert hand_in(shen, data).status_code == 303
    assert office.status() == "approved"
    page = shen.get("/campaigns/winter").text
    assert "陈立，纸上签的，shen某登记" in page
    with office.store.read() as connection:
        key = connection.scalars(select(SignedPaper.id)).one()
    shown = shen.get(f"/campaigns/winter/papers/{key}")
    assert (shown.content, shown.headers["content-type"]) == (data, "image/jpeg")
    assert office.enter("wu").get(f"/campaigns/winter/papers/{key}").status_code == 403


BAD: list[Any] = [
    pytest.param(b"<html>", {}, 422, "不是 PDF、JPG 或 PNG", id="no scan"),
    pytest.param(b"", {}, 422, "没有选文件", id="nothing"),
    pytest.param(None, {"on": "2026-11-24"}, 422, "签字日期", id="tomorrow"),
    pytest.param(None, {"on": "昨天"}, 422, "日期", id="no day"),
    pytest.param(
        None, {"signer": "zhou某"}, 403, "要由另一个人签发", id="signed by who submitted it"
    ),
    pytest.param(None, {"level": "head"}, 409, "现在轮到", id="another level"),
]


@pytest.mark.parametrize(("data", "changes", "status", "said"), BAD)
def test_a_paper_that_does_not_count_says_why_beside_the_form(
    office: Office, data: bytes | None, changes: dict[str, str], status: int, said: str
) -> None:
    submitted(office)
    answer = hand_in(office.enter("shen"), slip_of(office) if data is None else data, **changes)
    assert answer.status_code == status
    assert said in answer.text
    assert "登记这张纸" in answer.text
    assert 'name="signer" value="' + changes.get("signer", "陈立") in answer.text  # not typed twice
    with office.store.read() as connection:
        assert connection.scalars(select(SignOff.decision)).all() == ["submitted"]


def test_an_old_register_stops_it_until_somebody_says_why(office: Office) -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    with office.store.begin() as connection:
        connection.execute(
            insert(ImportRun).values(file_name="台账.xlsx", file_hash="", at=at, finished_at=at)
        )
    office.write()
    zhou = office.enter("zhou")
    page = zhou.get("/campaigns/winter").text
    assert "居民台账截至 2026-07-01，已经 145 天" in page
    assert "我负责，放行这一项" in page
    assert send(zhou, "/campaigns/winter/submit").status_code == 403
    what = {"code": "preflight.register_old", "subject": "register"}
    assert send(zhou, "/approvals/winter/pass", reason=" ", **what).status_code == 422
    assert send(zhou, "/approvals/winter/pass", reason="公安局下周才给", **what).status_code == 303
    assert send(zhou, "/campaigns/winter/submit").status_code == 303
    waiting = office.enter("chen").get("/approvals").text
    assert "zhou某今天 10:00放行：“公安局下周才给”" in waiting
    assert "最近一次导入 2026-07-01" in waiting
    assert sign(office, "chen") == 303


def test_an_urgent_one_shows_its_reason_and_who_still_owes_a_signature(office: Office) -> None:
    submitted(office, **URGENT)
    chen = office.enter("chen")
    assert "理由：台风红色预警" in chen.get("/approvals").text
    assert sign(office, "chen") == 303
    send(office.enter("zhou"), "/campaigns/winter/release")
    shen = office.enter("shen")
    assert "还缺“宣传审核补签”" in shen.get("/today").text
    owed = shen.get("/approvals").text
    assert "先发后补，还缺的签字" in owed
    assert "去补签" in owed
    assert sign(office, "shen") == 303
    assert "宣传审核补签”" not in shen.get("/today").text
    assert office.status() == "running"


def test_an_overdue_signature_is_marked(office: Office) -> None:
    submitted(office, **URGENT)
    assert sign(office, "chen") == 303
    send(office.enter("zhou"), "/campaigns/winter/release")
    with clock.fixed(town.MORNING + timedelta(hours=30)):
        page = office.enter("shen").get("/approvals").text
    assert "过了期限" in page


def test_whoever_cancels_sees_first_what_is_left_and_then_how_it_ended(office: Office) -> None:
    with office.store.begin() as connection:
        town.released(connection, steps=[{"channel": "sms"}, {"channel": "group", "after": 1}])
    office.fire()
    town.carrier(office.store, office.home.vault, "sms").send_all()
    zhou = office.enter("zhou")
    asked = zhou.get("/campaigns/winter/cancel").text
    assert "现在取消，停在这里" in asked
    assert '<td class="r" data-th="已交出">4</td>' in asked
    assert "还没到时候，一件没有发" in asked
    send(zhou, "/campaigns/winter/cancel")
    page = zhou.get("/campaigns/winter").text
    assert "停在这里" in page
    assert '<td class="r" data-th="没有发">0</td>' in page
    dong = office.enter("dong")
    assert "停在这里" not in dong.get("/campaigns/winter").text  # the numbers of the whole county


WAVES = {
    "unit": "village",
    "waves": 2,
    "seed": 7,
    "days": 7,
    "hold": 14,
    "start": "2026-11-24T10:00",
}
DRAWN = (
    "轮到哪一批，就发哪一批",
    "按村（社区）分 2 批，先后由抽签定，种子 7",
    "第 1 批：",
    "此前作对照，有人来问就马上告知",
)


def test_waves_are_read_before_they_are_submitted_and_signed(office: Office) -> None:
    office.write(stagger=WAVES, policies=["check"])
    zhou = office.enter("zhou")
    looked = send(zhou, "/campaigns/winter/look").text
    assert all(said in looked for said in DRAWN)
    assert all(said in zhou.get("/campaigns/winter/check").text for said in DRAWN)
    assert send(zhou, "/campaigns/winter/submit").status_code == 303
    chen = office.enter("chen")
    for page in ("/approvals", "/campaigns/winter", "/campaigns/winter/preview"):
        assert all(said in chen.get(page).text for said in DRAWN), page
    paper = "".join(reading.words(chen.get("/campaigns/winter/slip.pdf").content))
    assert all(said.replace(" ", "") in paper for said in DRAWN)


def test_why_no_waves_can_be_drawn_is_said_before_anybody_submits(office: Office) -> None:
    office.write(stagger={**WAVES, "waves": 5}, policies=["check"])
    zhou = office.enter("zhou")
    why = "任务 winter 只有 2 个村（户），分不成 5 批。"
    looked = send(zhou, "/campaigns/winter/look").text
    assert why in looked
    assert 'action="/campaigns/winter/submit"' not in looked
    page = zhou.get("/campaigns/winter/check").text
    assert why in page
    assert '<input type="hidden" name="to" value="steps"><button class="btn btn--s">去改' in page
