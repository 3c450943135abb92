"""A campaign that is being sent: honest figures, the history with its reasons, the list to take away, one more try."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert, select, update

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns import queries, resending, service
from outreach.deliveries import funnel, settle
from outreach.deliveries.states import RANK
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Override
from outreach.models.deliveries import Attempt, Delivery, DeliveryAgain, Outcome
from tests import town
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            town.released(connection)
        opened.fire()
        yield opened


def end(office: Office, *states: str, error: str = "") -> list[int]:
    """Give the first messages an attempt and an outcome; their numbers."""
    now = clock.now()
    with office.store.begin() as connection:
        ids = connection.scalars(select(Delivery.id).order_by(Delivery.id).limit(len(states))).all()
        for delivery, state in zip(ids, states, strict=True):
            attempt = {
                "delivery_id": delivery, "no": 1, "campaign_id": 1, "account_id": 1, "at": now,
                "deadline": now, "parts": 1, "cost_fen": 7,
            }  # fmt: skip
            connection.execute(insert(Attempt).values(**attempt))
            outcome = {
                "delivery_id": delivery,
                "no": 1,
                "state": state,
                "rank": RANK[state],
                "at": now,
                "error": error,
            }
            connection.execute(insert(Outcome).values(**outcome))
        funnel.rebuild(connection)
    return list(ids)


def test_rate_and_end_are_those_of_the_last_minutes(office: Office) -> None:
    end(office, "delivered", "delivered")
    zhou = office.enter("zhou")
    with clock.fixed(town.MORNING + timedelta(minutes=2)):
        page = zhou.get("/campaigns/winter").text
    assert "约 1.0 件/分（按最近 2 分）" in page
    assert "约 2 分，今天 10:04 交完" in page


def test_standing_still_is_said(office: Office) -> None:
    with clock.fixed(town.MORNING + timedelta(hours=1)):
        page = office.enter("zhou").get("/campaigns/winter").text
    assert "最近 3 分钟没有交出去的" in page


def test_a_page_without_a_script_comes_again_by_itself(office: Office) -> None:
    page = office.enter("zhou").get("/campaigns/winter").text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert '<a class="lv-again" href="/campaigns/winter">刷新</a>' in page


def test_each_button_says_what_follows(office: Office) -> None:
    end(office, "delivered")
    zhou = office.enter("zhou")
    assert "手里这一批交完就停" in zhou.get("/campaigns/winter").text
    send(zhou, "/campaigns/winter/pause")
    page = zhou.get("/campaigns/winter").text
    assert "已经交出去的不会再发" in page
    assert "没交出去的 3 件记“任务已取消”" in page


def test_history_says_who_stopped_it_and_why(office: Office) -> None:
    with office.store.begin() as connection:
        service.pause(connection, "winter", "zhou")
        service.resume(connection, "winter", "zhou")
        detail = {"move": "pause", "code": "too_late", "step": 1}
        audit.record(connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, "campaign:winter", detail)
        row = {
            "campaign_id": 1,
            "code": "x.y",
            "reason": "名单上周核过",
            "by": "chen",
            "at": clock.now(),
        }
        connection.execute(insert(Override).values(**row))
    page = office.enter("zhou").get("/campaigns/winter").text
    assert "zhou某：暂停" in page
    assert "系统：暂停。有一步过了发送时限" in page
    assert "chen某 放行：x.y。理由：名单上周核过" in page


def test_the_list_of_deliveries_is_taken_away_and_the_log_says_so(office: Office) -> None:
    end(office, "delivered")
    answer = office.enter("zhou").get("/campaigns/winter/deliveries.csv")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["state"] for row in rows] == ["delivered", "waiting", "waiting", "waiting"]
    with office.store.read() as connection:
        last = (
            connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).mappings().first()
        )
    assert last is not None
    assert (last["by"], last["action"], last["detail"]) == (
        "zhou",
        "deliveries.export",
        {"rows": 4},
    )
    for name in ("dong", "chen", "wu"):  # of one village, of another role
        assert office.enter(name).get("/campaigns/winter/deliveries.csv").status_code == 403


def test_a_campaign_is_read_from_counts_and_never_from_its_deliveries(office: Office) -> None:
    end(office, "undelivered", error="30003")
    zhou = office.enter("zhou")
    with statements(office.store.reader) as said:
        page = zhou.get("/campaigns/winter").text
    assert '没送到 <b data-text="failed">1</b>' in page
    assert "没送到的 1 件" in page
    walks = [one for one in said if "delivery_state" in one and "delivery_again" not in one]
    assert not walks
    assert len(said) < 90


class statements:
    """The SQL that this thread's requests run; the test client serves them in threads of its own pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.said = engine, list[str]()

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._hear)
        return self.said

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._hear)

    def _hear(self, _c: object, _k: object, statement: str, *_: object) -> None:
        self.said.append(statement)


def test_only_those_who_were_not_reached_are_sent_to_again(office: Office) -> None:
    first, _ = end(office, "undelivered", "delivered", error="30003")
    zhou, chen = office.enter("zhou"), office.enter("chen")
    assert 'href="/campaigns/winter/resend"' in zhou.get("/campaigns/winter").text
    offered = zhou.get("/campaigns/winter/resend").text
    assert 'value="30003"' in offered
    assert "1 人" in offered
    assert send(zhou, "/campaigns/winter/resend", step="1", reason=["nonsense"]).status_code == 422
    assert send(zhou, "/campaigns/winter/resend", step="1", reason=["30003"]).status_code == 303
    assert "等第二个人确认" in zhou.get("/campaigns/winter/resend").text
    assert "等第二个人确认" in zhou.get("/campaigns/winter").text
    assert send(zhou, "/campaigns/winter/resend/2/confirm").status_code == 403
    assert send(chen, "/campaigns/winter/resend/2/confirm").status_code == 303
    office.fire()
    with office.store.read() as connection:
        step = queries.steps(connection, 1)[-1]
        assert not resending.unconfirmed(connection, queries.by_id(connection, 1), step)
        again = connection.scalars(
            select(Delivery.addressee).where(Delivery.step_id == step["id"])
        ).all()
        who = connection.scalars(select(Delivery.addressee).where(Delivery.id == first)).all()
    assert list(again) == list(who)


def test_a_proposal_is_taken_back(office: Office) -> None:
    end(office, "undelivered", error="30003")
    zhou = office.enter("zhou")
    send(zhou, "/campaigns/winter/resend", step="1", reason=["30003"])
    assert send(zhou, "/campaigns/winter/resend/2/withdraw").status_code == 303
    assert "等第二个人确认" not in zhou.get("/campaigns/winter/resend").text


def doubt(office: Office, delivery: int, why: str = "ask") -> None:
    with office.store.begin() as connection:
        connection.execute(
            update(Outcome).where(Outcome.delivery_id == delivery).values(error="timeout")
        )
        row = {
            "delivery_id": delivery,
            "account_id": 1,
            "due_at": clock.now(),
            "reason": why,
            "looks": 2,
        }
        connection.execute(insert(DeliveryAgain).values(**row))


def test_what_only_a_person_can_settle_stands_on_one_page(office: Office) -> None:
    one, two, three = end(office, "unknown", "unknown", "unknown")
    with office.store.begin() as connection:
        body = office.home.vault.encrypt("body", "【演示县】满65岁可以免费体检\n第二行")
        connection.execute(update(Attempt).values(body=body))
    doubt(office, one)
    doubt(office, two)
    doubt(office, three, "look_up")
    zhou = office.enter("zhou")
    assert "核对 2 件结果不明的" in zhou.get("/today").text
    assert "2 件结果不明，等人核对" in zhou.get("/campaigns").text
    page = zhou.get("/unknown").text
    assert "2 件等人核对" in page
    assert "另有 1 件系统正在问运营商" in page
    assert "交给运营商以后，等不到回答" in page
    assert "【演示县】满65岁可以免费体检" in page
    assert "第二行" not in page
    assert "查过 2 次" in page
    assert "138****01" in page
    assert page.count("<details open>") == 1
    assert page.index(f'action="/unknown/{one}"') < page.index(f'action="/unknown/{two}"')
    assert send(zhou, f"/unknown/{one}", seen="yes").headers["location"] == "/unknown"
    page = zhou.get("/unknown").text
    assert f'action="/unknown/{one}"' not in page
    assert page.count("<details open>") == 1
    assert send(zhou, f"/unknown/{one}", seen="no").status_code == 404
    last = send(zhou, f"/unknown/{two}", seen="no", campaign="winter")
    assert last.headers["location"] == "/campaigns/winter"
    assert "都核对完了" in zhou.get("/unknown").text


def test_doubts_of_other_places_are_not_shown_and_not_settled(office: Office) -> None:
    (one,) = end(office, "unknown")
    doubt(office, one)
    with office.store.begin() as connection:
        connection.execute(update(Delivery).where(Delivery.id == one).values(village=town.WEST))
    dong = office.enter("dong")
    assert "都核对完了" in dong.get("/unknown").text
    assert send(dong, f"/unknown/{one}", seen="yes").status_code == 404
    with office.store.begin() as connection:
        connection.execute(update(Delivery).where(Delivery.id == one).values(village=""))
    assert (
        "都核对完了" in dong.get("/unknown").text
    )  # no known place: of who is responsible for all of it
    assert "1 件等人核对" in office.enter("zhou").get("/unknown").text
    assert office.enter("wu").get("/unknown").status_code == 403


def test_what_has_not_begun_is_not_said_to_be_done(office: Office) -> None:
    """A staggered campaign before its first wave, and one whose paper comes after the texts."""
    waves = {"unit": "village", "waves": 2, "seed": 7, "days": 7, "hold": 14, "start": "2026-11-24T10:00"}  # fmt: skip
    steps = [{"channel": "sms"}, {"channel": "flyer", "after": 1, "wait": "72h"}]
    with office.store.begin() as connection:
        town.released(connection, id="waves", policies=["check"], stagger=waves)
        paper = town.released(connection, id="paper", steps=steps)
    office.fire()
    zhou = office.enter("zhou")
    page = zhou.get("/campaigns/waves").text
    assert "全部交出去了" not in page
    assert '<span data-text="percent">0.0</span>' in page
    assert '<span data-text="eta">下一批 明天 10:00 开始</span>' in page
    with office.store.begin() as connection:
        texts = connection.scalars(select(Delivery.id).where(Delivery.campaign_id == paper)).all()
        settle.skip(connection, dict.fromkeys(texts, "no_address"))
    assert "第 2 步还没到时候" in zhou.get("/campaigns/paper").text
