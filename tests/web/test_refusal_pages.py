"""不要的消息 on a person's page: written down, shown with who said it, taken back; and a reply from a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from channels.twilio_callbacks import sign
from outreach.campaigns import service
from outreach.models.access import AuditEntry
from outreach.models.people import Person
from outreach.people import refusing
from outreach.people.opt_out import Wish
from outreach.web.app import create_app
from tests import town
from tests.people.registered import register
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

PHONE = "13912345678"
SAID = {"said": "refuse", "reason": "入户时本人说的"}


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


@pytest.fixture
def ming(office: Office) -> int:
    return register(office.store, office.home.vault, "欧阳小明", phone=PHONE, region=town.EAST)


def refusals(page: str) -> list[str]:
    return re.findall(r"<b>(不要[^<]+)</b>", page)


def test_a_worker_writes_a_refusal_down_and_takes_it_back(office: Office, ming: int) -> None:
    wu = office.enter("wu")
    assert "没有登记过。" in wu.get(f"/people/{ming}").text
    answer = send(wu, f"/people/{ming}/refusals", channel="sms", kind="all", **SAID)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{ming}#refusals")
    shown = wu.get(f"/people/{ming}").text
    assert sorted(refusals(shown)) == ["不要短信：宣传", "不要短信：本人权益"]
    assert "按本人，工作人员登记" in shown
    back = {"said": "resubscribe", "reason": "又想要了"}
    send(wu, f"/people/{ming}/refusals", channel="sms", kind="own", **back)
    assert refusals(wu.get(f"/people/{ming}").text) == ["不要短信：宣传"]
    with office.store.read() as connection:
        lines = connection.execute(
            select(AuditEntry.by, AuditEntry.thing).where(AuditEntry.action == "people.refuse")
        ).all()
    assert [tuple(line) for line in lines] == [("wu", f"person:{ming}")] * 2


def test_a_number_that_somebody_elsewhere_shares_is_not_given_back_by_one_worker(
    office: Office, ming: int
) -> None:
    register(office.store, office.home.vault, "李四", phone=PHONE, region=town.WEST)
    wu = office.enter("wu")
    assert "2 人共用，都不发" in wu.get(f"/people/{ming}").text
    send(wu, f"/people/{ming}/refusals", channel="sms", kind="publicity", of_number="true", **SAID)
    shown = wu.get(f"/people/{ming}").text
    assert "按号码，工作人员登记" in shown
    assert "又要了" not in shown
    back = {"said": "resubscribe", "reason": "又想要了", "of_number": "true"}
    assert send(wu, f"/people/{ming}/refusals", **back).status_code == 403
    zhou = office.enter("zhou")
    assert "又要了" in zhou.get(f"/people/{ming}").text
    assert send(zhou, f"/people/{ming}/refusals", **back).status_code == 303
    assert refusals(wu.get(f"/people/{ming}").text) == []


@pytest.mark.parametrize(
    ("who", "fields", "status"),
    [
        ("xi", {}, 404),
        ("chen", {}, 403),
        ("wu", {"kind": "urgent"}, 422),
        ("wu", {"channel": "visit"}, 422),
        ("wu", {"reason": ""}, 422),
        ("wu", {"said": "forget"}, 422),
    ],
    ids=["elsewhere", "a manager", "an urgent one", "a visit", "no reason", "another word"],
)
def test_what_is_not_taken(
    office: Office, ming: int, who: str, fields: dict[str, str], status: int
) -> None:
    answer = send(office.enter(who), f"/people/{ming}/refusals", **SAID | fields)
    assert answer.status_code == status
    assert refusals(office.enter("wu").get(f"/people/{ming}").text) == []


def test_a_reply_from_a_phone_stands_on_the_page_and_is_answered_with_nothing(
    installation: Installation,
) -> None:
    token = "t" * 32
    settings = installation.settings.model_copy(
        update={"twilio_auth_token": token, "public_url": "https://outreach.test"}
    )
    carrier = Browser(
        create_app(Installation(installation.store, installation.vault, settings)),
        follow_redirects=False,
    )
    person = register(installation.store, installation.vault, "张三", phone=PHONE)

    def text(number: str, body: str) -> None:
        form = {"MessageSid": number, "From": f"+86{PHONE}", "To": "+8610690001", "Body": body}
        path = "/callbacks/twilio/inbound"
        signature = sign(form, f"https://outreach.test{path}", token)
        answer = carrier.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert (answer.status_code, answer.text) == (200, "<Response/>")

    def standing() -> list[tuple[str, bool]]:
        with installation.store.read() as connection:
            found = connection.execute(select(*Person.__table__.c).where(Person.id == person)).one()
            return [
                (one.message_class, one.of_number) for one in refusing.standing(connection, found)
            ]

    text("SM1", "退订回T")
    assert standing() == [("publicity", True)]
    text("SM2", "补贴什么时候发？")
    text("SM3", "恢复")
    text("SM1", "退订回T")
    assert standing() == []


def test_the_campaign_says_which_channel_and_class_are_refused(office: Office) -> None:
    with office.store.read() as connection:
        key = connection.scalars(
            select(Person.phone_key).where(Person.phone_key.is_not(None))
        ).first()
        assert key is not None
    with office.store.begin() as connection:
        refusing.obey(connection, key, Wish.STOP_PUBLICITY, town.MORNING)
    office.write()
    with office.store.begin() as connection:
        service.submit(connection, "winter", "zhou", town.MORNING.date())
        service.approve(connection, "winter", "chen")
        service.release(connection, "winter", "zhou")
    office.fire()
    town.carrier(office.store, office.home.vault, "sms").send_all()
    page = office.enter("zhou").get("/campaigns/winter").text
    assert "本人退订（宣传短信）" in page
