from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.deliveries import queries as deliveries
from outreach.deliveries.service import state_of
from outreach.models.campaigns import SignOff
from outreach.models.deliveries import Attempt, Delivery, DeliveryAgain, Outcome
from tests import town
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def test_a_fresh_office_is_told_where_to_begin(office: Office) -> None:
    page = office.enter("zhou").get("/today").text
    assert "今天还没有事" in page
    assert 'href="/people/import"' in page


def test_a_campaign_goes_from_draft_to_the_carrier_through_two_people(office: Office) -> None:
    office.write()
    zhou = office.enter("zhou")
    assert "送审《冬季告知》" in zhou.get("/today").text
    looked = send(zhou, "/campaigns/winter/look").text
    assert "【演示县政务办】" in looked
    assert "最多花" in looked
    assert office.status() == "draft"
    assert send(zhou, "/campaigns/winter/submit").headers["location"] == "/campaigns/winter"
    assert office.status() == "submitted"
    chen = office.enter("chen")
    assert "签发《冬季告知》" in chen.get("/today").text
    waiting = chen.get("/approvals").text
    assert "满65岁可以免费体检" in waiting
    assert f'value="{office.hash()}"' in waiting
    send(chen, "/approvals/winter/sign", seen_hash=office.hash(), note="看过了")
    assert office.status() == "approved"
    with office.store.read() as connection:
        assert connection.scalars(select(SignOff.by).order_by(SignOff.id)).all() == ["zhou", "chen"]
    assert "放行《冬季告知》" in zhou.get("/today").text
    send(zhou, "/campaigns/winter/release")
    office.fire()
    page = zhou.get("/campaigns/winter").text
    assert 'data-live="/campaigns/winter/live"' in page
    assert "看过了" in page
    send(zhou, "/campaigns/winter/pause")
    assert office.status() == "paused"
    assert "zhou某 暂停了发送" in zhou.get("/today").text
    send(zhou, "/campaigns/winter/resume")
    assert office.status() == "running"


def test_a_signature_is_for_the_version_on_the_page(office: Office) -> None:
    office.write()
    send(office.enter("zhou"), "/campaigns/winter/submit")
    chen = office.enter("chen")
    answer = send(chen, "/approvals/winter/sign", seen_hash="0" * 64)
    assert answer.status_code == 409
    assert "改过，没有签" in answer.text
    assert office.status() == "submitted"


def test_nobody_signs_what_they_wrote(office: Office) -> None:
    office.write(by="chen")
    send(office.enter("zhou"), "/campaigns/winter/submit")
    chen = office.enter("chen")
    page = chen.get("/approvals").text
    assert "要由另一个人签发" in page
    assert "看过了，签发" not in page
    answer = send(chen, "/approvals/winter/sign", seen_hash=office.hash())
    assert answer.status_code == 403
    assert "要由另一个人签发" in answer.text
    assert office.status() == "submitted"


def test_a_campaign_goes_back_only_with_a_reason(office: Office) -> None:
    office.write()
    zhou, chen = office.enter("zhou"), office.enter("chen")
    send(zhou, "/campaigns/winter/submit")
    assert send(chen, "/approvals/winter/return", note="  ").status_code == 422
    assert office.status() == "submitted"
    assert send(chen, "/approvals/winter/return", note="第二句太长").status_code == 303
    assert office.status() == "draft"
    assert "第二句太长" in zhou.get("/campaigns/winter").text


def test_cancelling_asks_first_and_leaves_everybody_a_reason(office: Office) -> None:
    with office.store.begin() as connection:
        key = town.released(connection)
    office.fire()
    zhou = office.enter("zhou")
    asked = zhou.get("/campaigns/winter/cancel")
    assert "不能恢复" in asked.text
    assert office.status() == "running"
    send(zhou, "/campaigns/winter/cancel")
    assert office.status() == "cancelled"
    with office.store.read() as connection:
        assert deliveries.state_counts(connection, key)["skipped"] == 4
    page = zhou.get("/campaigns/winter").text
    assert "任务已取消" in page
    assert "data-live" not in page


def test_a_draft_with_faults_says_what_is_missing_and_cannot_be_submitted(office: Office) -> None:
    with office.store.begin() as connection:
        town.load(connection, {**town.CHECK, "id": "new", "plain_name": "新政策"}, verified=False)
    office.write(policies=["new"])
    zhou = office.enter("zhou")
    page = zhou.get("/campaigns/winter").text
    assert "新政策”还没有人核验" in page
    assert "/campaigns/winter/submit" not in page
    assert send(zhou, "/campaigns/winter/submit").status_code == 403


def _lost(office: Office) -> int:
    """A message of which nobody knows whether the carrier has it."""
    with office.store.begin() as connection:
        town.released(connection)
    office.fire()
    with office.store.begin() as connection:
        delivery, step_account = connection.execute(
            select(Delivery.id, Delivery.campaign_id).order_by(Delivery.id).limit(1)
        ).one()
        now = clock.now()
        attempt = {
            "delivery_id": delivery, "no": 1, "campaign_id": step_account, "account_id": 1, "at": now, "deadline": now,
        }  # fmt: skip
        connection.execute(insert(Attempt).values(**attempt))
        outcome = {"delivery_id": delivery, "no": 1, "state": "unknown", "rank": 10, "at": now}
        connection.execute(insert(Outcome).values(**outcome))
        again = {"delivery_id": delivery, "account_id": 1, "due_at": now, "reason": "ask"}
        connection.execute(insert(DeliveryAgain).values(**again))
    return int(delivery)


@pytest.mark.parametrize(
    ("seen", "state", "again"),
    [
        pytest.param("yes", "accepted", None, id="seen: it counts as handed over"),
        pytest.param("no", "unknown", "resend", id="not there: it may be sent once more"),
    ],
)
def test_a_person_settles_what_no_machine_can_know(
    office: Office, seen: str, state: str, again: str | None
) -> None:
    delivery = _lost(office)
    zhou = office.enter("zhou")
    today = zhou.get("/today").text
    assert "核对 1 件结果不明的" in today
    page = zhou.get("/campaigns/winter/unknown").text
    assert re.search(r"138\*{4}010[1-4]", page)
    assert "138000001" not in today + page
    answer = send(zhou, f"/campaigns/winter/unknown/{delivery}", seen=seen)
    assert answer.headers["location"] == "/campaigns/winter"
    assert _state(office, delivery) == state
    with office.store.read() as connection:
        listed = connection.scalar(
            select(DeliveryAgain.reason).where(DeliveryAgain.delivery_id == delivery)
        )
    assert listed == again
    assert send(zhou, f"/campaigns/winter/unknown/{delivery}", seen=seen).status_code == 404


def _state(office: Office, delivery: int) -> str:
    with office.store.read() as connection:
        return state_of(connection, delivery)


def test_somebody_responsible_for_one_village_neither_runs_nor_settles_the_county(
    office: Office,
) -> None:
    delivery = _lost(office)
    dong = office.enter("dong")
    page = dong.get("/campaigns/winter")
    assert page.status_code == 200
    assert "/campaigns/winter/pause" not in page.text
    assert send(dong, "/campaigns/winter/pause").status_code == 403
    assert send(dong, "/campaigns/winter/cancel").status_code == 403
    assert office.status() == "running"
    with office.store.begin() as connection:
        connection.execute(
            update(Delivery).where(Delivery.id == delivery).values(village=town.WEST)
        )
    assert send(dong, f"/campaigns/winter/unknown/{delivery}", seen="yes").status_code == 404


def test_another_villages_campaign_does_not_exist_here(office: Office) -> None:
    office.write(region=town.WEST)
    dong = office.enter("dong")
    for path in ("/campaigns/winter", "/campaigns/winter/live"):
        assert dong.get(path).status_code == 404
    assert "冬季告知" not in dong.get("/campaigns").text


def test_the_live_stream_of_a_campaign_that_stands_still_ends_at_once(office: Office) -> None:
    with office.store.begin() as connection:
        town.released(connection)
    office.fire()
    zhou = office.enter("zhou")
    send(zhou, "/campaigns/winter/pause")
    answer = zhou.get("/campaigns/winter/live")
    assert '"left": "4"' in answer.text
    assert answer.text.endswith("event: finished\ndata: {}\n\n")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        pytest.param("wu", "/campaigns", id="a worker has no campaigns"),
        pytest.param("wu", "/results", id="a worker has no results"),
        pytest.param("wu", "/people/import", id="a worker imports nothing"),
        pytest.param("chen", "/print", id="a manager prints nothing"),
        pytest.param("he", "/approvals", id="an evaluator signs nothing"),
        pytest.param("he", "/today", id="an evaluator has no to-do list"),
        pytest.param("ke", "/campaigns", id="a department sees nothing else"),
    ],
)
def test_what_a_role_has_no_business_with_is_refused(office: Office, who: str, path: str) -> None:
    assert office.enter(who).get(path).status_code == 403
