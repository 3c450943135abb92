"""提醒: what is wrong with the way out, marked seen, said elsewhere; and nobody is sent to a closed door."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from outreach import clock
from outreach.access import service as access
from outreach.access.schemas import NewUser
from outreach.models.alerts import Alert, AlertSent, AlertTarget
from tests import town
from tests.web import conftest
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send

BOX = "tongzhi@example.cn"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            user = NewUser("guan", "admin", "", "管某")
            access.add_user(connection, user, conftest.hashed(), by="test")
            town.released(connection)
        yield opened


def raise_alert(office: Office, kind: str, thing: str, region: str = town.COUNTY) -> int:
    params = {
        "title": "冬季告知", "step": 1, "n": 7, "of": 100, "percent": 7.0, "hours": 24, "limit": 80, "policy": "体检",
        "days": 5, "waited": 9, "account": "sms", "before": 1.0, "spent": 90.0, "budget": 100.0, "on": "2026-11-30",
    }  # fmt: skip
    row = {
        "kind": kind, "thing": thing, "key": f"{kind}|{thing}", "region": region, "params": params,
        "opened_at": clock.now(),
    }  # fmt: skip
    with office.store.begin() as connection:
        return int(connection.scalar(insert(Alert).values(**row).returning(Alert.id)) or 0)


def test_the_most_pressing_stands_first_with_what_to_do_and_the_page_that_mends_it(
    office: Office,
) -> None:
    raise_alert(office, "policy_ending", "policy:check")
    raise_alert(office, "delivery_low", "campaign:winter/1")
    zhou = office.enter("zhou")
    page = zhou.get("/alerts").text
    assert page.index("送达率低") < page.index("政策快到期")
    assert "看没送到的原因" in page
    links = re.findall(r'href="(/(?:campaigns|policies)/[^"]+)"', page)
    assert links == ["/campaigns/winter", "/policies/check"]
    assert {zhou.get(link).status_code for link in links} == {200}


def test_seen_is_marked_once_and_leaves_the_to_do_list(office: Office) -> None:
    key = raise_alert(office, "delivery_low", "campaign:winter/1")
    zhou = office.enter("zhou")
    assert "送达率低" in zhou.get("/today").text
    answer = send(zhou, f"/alerts/{key}/seen")
    assert "zhou某看过了" in zhou.get(answer.headers["location"]).text
    assert "送达率低" not in zhou.get("/today").text
    assert "送达率低" in zhou.get("/alerts").text


def test_a_long_list_is_short_on_the_first_page(office: Office) -> None:
    for number in range(5):
        raise_alert(office, "policy_ending", f"policy:p{number}")
    page = office.enter("zhou").get("/today").text
    assert page.count("政策快到期") == 3
    assert "还有 2 条提醒" in page


def test_who_sees_what(office: Office) -> None:
    key = raise_alert(office, "opinions_overdue", f"opinions:{town.TOWN}", town.TOWN)
    raise_alert(office, "opinions_overdue", "opinions:600102101", "600102101")
    assert office.enter("zhou").get("/alerts").text.count("意见超时没答复") == 1
    chen = office.enter("chen").get("/alerts").text
    assert "意见超时没答复" in chen
    assert "还告诉谁" not in chen
    guan = office.enter("guan").get("/alerts").text
    assert guan.count("意见超时没答复") == 2
    assert "/opinions?" not in guan  # an administrator has no such page
    for other in ("wu", "he", "ke"):
        browser = office.enter(other)
        assert browser.get("/alerts").status_code == 403
        assert send(browser, f"/alerts/{key}/seen").status_code == 403


def test_an_administrator_says_who_else_is_told(office: Office) -> None:
    guan = office.enter("guan")
    page = guan.get("/alerts").text
    assert "没有配置发信服务器" in page
    bad = send(guan, "/alerts/targets", name="宣传股", address="tongzhi")
    assert (bad.status_code, "不是邮箱地址" in bad.text, 'value="宣传股"' in bad.text) == (422, True, True)  # fmt: skip
    answer = send(guan, "/alerts/targets", name="宣传股", address=BOX)
    page = guan.get(answer.headers["location"]).text
    assert ["t***@example.cn" in page, BOX in page] == [True, False]
    assert send(guan, "/alerts/targets", name="宣传股", address=BOX).status_code == 409
    zhou = office.enter("zhou")
    assert send(zhou, "/alerts/targets", name="别处", address=BOX).status_code == 403
    answer = send(guan, "/alerts/targets/end", name="宣传股")
    assert "t***" not in guan.get(answer.headers["location"]).text


def test_what_did_not_arrive_is_shown(office: Office) -> None:
    key = raise_alert(office, "delivery_low", "campaign:winter/1")
    send(office.enter("guan"), "/alerts/targets", name="宣传股", address=BOX)
    with office.store.begin() as connection:
        target = connection.scalars(select(AlertTarget.id)).one()
        row = {
            "alert_id": key, "target_id": target, "state": "failed", "error": "smtp_connect", "tries": 1,
            "at": clock.now(),
        }  # fmt: skip
        connection.execute(insert(AlertSent).values(**row))
    page = office.enter("zhou").get("/alerts").text
    assert "宣传股（邮箱）：没发出去，连不上发信服务器" in page
