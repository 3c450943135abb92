"""Alerts said for real: to a mail server and to robots over sockets, once for each target, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.alerts import Alert, AlertSent, AlertTarget
from outreach.models.people import Region
from outreach.reach.opinions import service as opinions
from outreach.reach.opinions.schemas import NewOpinion
from outreach.reports.alerts import targets
from outreach.reports.alerts.targets import NewTarget
from outreach.runtime import alerting
from outreach.runtime.sweep import sweep
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault
from outreach.web.sandbox.store import Store as Carrier
from tests import town
from tests.channel_contract import free_port
from tests.factories import add_account
from tests.runtime.conftest import Connect
from tests.smtp_server import SmtpServer

NIGHT = town.MORNING + timedelta(hours=12)  # ten in the evening in Shanghai
BOX = "zhou@example.cn"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def day() -> Iterator[clock.fixed]:
    with clock.fixed(town.MORNING) as held:
        yield held


def settings(server: SmtpServer, vault: Vault) -> Settings:
    import base64

    key = base64.urlsafe_b64encode(bytes(range(64))).decode()
    return Settings(
        smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="tixing@example.cn", region=town.COUNTY, send_timeout=3.0,
        identity_key=key, encryption_keys=f"t1:{key}", public_url="https://huimin.example.cn",
    )  # fmt: skip


def raise_alert(store: Store, kind: str = "delivery_low", region: str = town.COUNTY) -> int:
    params = {
        "title": "冬季告知", "step": 1, "n": 70, "of": 100, "percent": 70.0, "hours": 24, "limit": 80, "policy": "体检",
    }  # fmt: skip
    with store.begin() as connection:
        thing = f"campaign:{len(connection.scalars(select(Alert.id)).all())}"
        row = {
            "kind": kind, "thing": thing, "key": f"{kind}|{thing}", "region": region, "params": params,
            "opened_at": clock.now(),
        }  # fmt: skip
        return int(connection.scalar(insert(Alert).values(**row).returning(Alert.id)) or 0)


def add_box(store: Store, vault: Vault, region: str = "", name: str = "宣传股") -> int:
    with store.begin() as connection:
        county = {"code": town.COUNTY, "name": "演示县", "level": "county", "parent": ""}
        if not connection.scalars(select(Region.code)).all():
            connection.execute(insert(Region).values(**county))
            if region:
                connection.execute(insert(Region).values(**{**county, "code": region}))
        return targets.add(connection, vault, NewTarget(name, BOX, region=region), "guan")


def states(store: Store) -> list[tuple[str, int, str]]:
    with store.read() as connection:
        rows = connection.execute(
            select(AlertSent.state, AlertSent.tries, AlertSent.error).order_by(AlertSent.alert_id)
        )
        return [(row[0], row[1], row[2]) for row in rows]


def test_several_alerts_are_one_mail_and_are_said_once(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault)
    raise_alert(store)
    raise_alert(store, "opt_out")
    found = settings(server, vault)
    assert alerting.say(store, found) == 1
    assert alerting.say(store, found) == 0
    [mail] = server.mails()
    text = mail.get_content()
    assert mail["Subject"] == "惠民宣传提醒：2 件事要看（演示县）"
    assert text.index("退订偏多") < text.index("送达率低")  # the more pressing one first
    assert "怎么办：" in text
    assert "https://huimin.example.cn/alerts" in text
    assert states(store) == [("sent", 1, ""), ("sent", 1, "")]
    raise_alert(store)
    assert alerting.say(store, found) == 1
    assert server.mails()[1]["Subject"].startswith("惠民宣传提醒：1 件事")


def test_a_mail_that_was_refused_before_its_text_is_tried_three_times(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault)
    raise_alert(store)
    found = settings(server, vault)
    server.answers["RCPT"] = "451 later"
    for _ in range(5):
        alerting.say(store, found)
        alerting.say(store, found)  # too soon for another try
        day.advance(minutes=10)
    assert states(store) == [("failed", 3, "smtp_recipient")]
    assert server.verbs.count("RCPT") == 3


def test_a_mail_that_is_taken_at_the_second_try_is_sent(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault)
    raise_alert(store)
    server.answers["DATA"] = "452 full"
    alerting.say(store, settings(server, vault))
    del server.answers["DATA"]
    day.advance(minutes=10)
    alerting.say(store, settings(server, vault))
    assert states(store) == [("sent", 2, "")]
    assert len(server.taken) == 1


def test_a_mail_whose_answer_got_lost_is_never_said_again(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault)
    raise_alert(store)
    server.answers["DATA_END"] = "drop"
    for _ in range(3):
        alerting.say(store, settings(server, vault))
        day.advance(hours=1)
    assert states(store) == [("unknown", 1, "lost")]
    assert len(server.taken) == 1


def test_a_sender_that_died_between_claim_and_mail_leaves_an_unknown_and_nothing_twice(
    store: Store,
    vault: Vault,
    server: SmtpServer,
    day: clock.fixed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        """As if the process was gone."""

    def die(*_: object) -> None:
        raise Killed

    add_box(store, vault)
    raise_alert(store)
    found = settings(server, vault)
    with monkeypatch.context() as patched:
        patched.setattr(alerting, "_hand_over", die)
        with pytest.raises(Killed):
            alerting.say(store, found)
    alerting.say(store, found)
    assert states(store) == [("sending", 1, "")]
    day.advance(minutes=11)
    alerting.say(store, found)
    assert states(store) == [("unknown", 1, "lost")]
    assert server.taken == []


def test_several_machines_say_it_once(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault)
    raise_alert(store)
    found = settings(server, vault)
    threads = [threading.Thread(target=alerting.say, args=(store, found)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(server.taken) == 1
    assert states(store) == [("sent", 1, "")]


def test_at_night_only_what_is_urgent_is_said_and_the_rest_in_the_morning(
    store: Store, vault: Vault, server: SmtpServer
) -> None:
    with clock.fixed(NIGHT) as held:
        add_box(store, vault)
        raise_alert(store)
        raise_alert(store, "opt_out")
        found = settings(server, vault)
        alerting.say(store, found)
        assert len(states(store)) == 1
        assert "送达率低" not in server.mails()[0].get_content()
        held.advance(hours=10)
        alerting.say(store, found)
    assert "送达率低" in server.mails()[1].get_content()


def test_a_target_of_a_town_hears_of_its_own_only(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault, region=town.TOWN)
    raise_alert(store)
    assert alerting.say(store, settings(server, vault)) == 0
    raise_alert(store, region=town.TOWN)
    assert alerting.say(store, settings(server, vault)) == 1


def test_a_target_that_cannot_be_read_keeps_no_other_waiting(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault, name="甲")
    add_box(store, vault, name="乙")
    with store.begin() as connection:
        broken = {"address": "t0:AAAA"}  # written under a key that is gone
        connection.execute(update(AlertTarget).where(AlertTarget.name == "乙").values(**broken))
        connection.execute(update(Region).values(name="演示\r\nBcc: x@example.cn"))
    raise_alert(store)
    alerting.say(store, settings(server, vault))
    [mail] = server.mails()
    assert mail["Bcc"] is None
    assert mail["Subject"] == "惠民宣传提醒：1 件事要看（演示 Bcc: x@example.cn）"
    assert sorted(states(store)) == [("failed", 1, "target_unreadable"), ("sent", 1, "")]


def test_an_ended_target_and_an_ended_alert_say_nothing(
    store: Store, vault: Vault, server: SmtpServer, day: clock.fixed
) -> None:
    add_box(store, vault)
    raise_alert(store)
    with store.begin() as connection:
        connection.execute(update(Alert).values(key=None, ended_at=clock.now()))
    assert alerting.say(store, settings(server, vault)) == 0
    raise_alert(store)
    with store.begin() as connection:
        targets.end(connection, "宣传股", "guan")
    assert alerting.say(store, settings(server, vault)) == 0
    assert server.taken == []


def test_without_a_mail_server_nothing_is_tried(store: Store, vault: Vault, day: clock.fixed) -> None:  # fmt: skip
    add_box(store, vault)
    raise_alert(store)
    with SmtpServer() as other:
        found = settings(other, vault).model_copy(update={"smtp_url": ""})
    assert alerting.say(store, found) == 0
    assert states(store) == []


# -- robots ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["wecom", "dingtalk", "feishu"])
def test_a_group_gets_one_post_that_its_robot_takes(
    connect: Connect, provider: str, vault: Vault
) -> None:
    line = connect(receipts=False)
    with line.store.begin() as connection:
        account = f"alarm-{provider}"
        add_account(connection, "group", provider=provider, name=account)
        pasted = "robot-9000"
        if provider != "wecom":
            from outreach.web.sandbox import SandboxAccount

            pasted += f" {SandboxAccount().robot_secret}"
        targets.add(connection, vault, NewTarget("工作群", pasted, account), "guan")
    key = settings_keys()
    found = line.settings.model_copy(update=key)
    for _ in range(30):  # urgent ones: robots sign with the time of the machine, which may be night
        raise_alert(line.store, "opt_out")
    assert alerting.say(line.store, found) == 1
    assert alerting.say(line.store, found) == 0
    carrier = Carrier(found.data_dir / "carrier.db")
    try:
        [post] = carrier.posts(10)
    finally:
        carrier.close()
    assert {state for state, _, _ in states(line.store)} == {"sent"}
    assert "30 件事要看" in post.content
    assert f"{found.public_url}/alerts" in post.content
    if provider == "wecom":
        assert len(post.content.encode()) <= 2_048
        assert "还有" in post.content


def settings_keys() -> dict[str, str]:
    import base64

    key = base64.urlsafe_b64encode(bytes(range(64))).decode()
    return {"identity_key": key, "encryption_keys": f"t1:{key}"}


def test_a_group_is_told_also_from_inside_a_loop(connect: Connect, vault: Vault) -> None:
    """`campaign run --now` sweeps there: what was claimed must leave."""
    line = connect(receipts=False)
    with line.store.begin() as connection:
        add_account(connection, "group", provider="wecom", name="alarm")
        targets.add(connection, vault, NewTarget("工作群", "robot-9000", "alarm"), "guan")
    raise_alert(line.store, "opt_out")

    async def inside() -> int:
        return alerting.say(line.store, line.settings.model_copy(update=settings_keys()))

    assert asyncio.run(inside()) == 1
    assert states(line.store) == [("sent", 1, "")]


def test_a_robot_whose_answer_got_lost_is_not_asked_again(connect: Connect, vault: Vault) -> None:
    line = connect(receipts=False)
    with line.store.begin() as connection:
        add_account(connection, "group", provider="wecom", name="alarm")
        targets.add(connection, vault, NewTarget("工作群", "robot-0003", "alarm"), "guan")
    found = line.settings.model_copy(update=settings_keys())
    with clock.fixed(town.MORNING) as held:
        raise_alert(line.store)
        for _ in range(2):
            alerting.say(line.store, found)
            held.advance(hours=1)
    assert states(line.store) == [("unknown", 1, "lost")]


# -- the sweep -------------------------------------------------------------------------------------------


def test_a_sweep_looks_and_says_and_is_stopped_by_nothing(
    store: Store, vault: Vault, server: SmtpServer, tmp_path: Path
) -> None:
    with clock.fixed(town.MORNING) as held:
        add_box(store, vault)
        with store.begin() as connection:
            opinions.say(connection, vault, NewOpinion("door", "太远", region=town.EAST, by="wu"))
        found = settings(server, vault).model_copy(update={"data_dir": tmp_path})
        sweep(store, found)
        assert server.taken == []
        held.advance(days=10)
        nobody = {"smtp_url": f"smtp://127.0.0.1:{free_port()}"}
        sweep(store, found.model_copy(update=nobody))
        assert states(store) == [("failed", 1, "smtp_connect")]
        held.advance(minutes=10)
        sweep(store, found.model_copy(update={"identity_key": ""}))  # no keys: said in the log
        sweep(store, found)
        [mail] = server.mails()
        assert "1 条意见过了 5 个工作日没有答复" in mail.get_content()
        assert "太远" not in mail.get_content()
        assert states(store) == [("sent", 2, "")]


def test_a_fault_of_ours_does_not_hide_that_of_the_sweep(
    store: Store, server: SmtpServer, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError

    monkeypatch.setattr(alerting, "check", broken)
    found = settings(server, vault).model_copy(update={"data_dir": tmp_path})
    assert sweep(store, found) == 0


def test_an_address_stands_nowhere_in_clear(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        targets.add(connection, vault, NewTarget("宣传股", BOX), "guan")
    with store.read() as connection:
        [target] = targets.listed(connection)
        kept = connection.execute(select(AlertTarget)).mappings().one()
        logged = connection.scalars(select(AuditEntry.detail)).all()
    assert BOX not in f"{dict(kept)}{logged}"
    assert targets.masked(vault, target) == "z***@example.cn"


@pytest.mark.parametrize(
    ("new", "code"),
    [
        pytest.param(NewTarget("", BOX), "alerts.target_name", id="no name"),
        pytest.param(NewTarget("甲", "zhou"), "alerts.email", id="no mailbox"),
        pytest.param(NewTarget("甲", f"{BOX},{BOX}"), "alerts.email", id="two mailboxes"),
        pytest.param(NewTarget("甲", BOX, region="99"), "people.region_unknown", id="no such place"),
        pytest.param(NewTarget("甲", "robot-1", "sms-x"), "alerts.robot_account", id="no account of robots"),
        pytest.param(NewTarget("甲", "https://example.cn/hook", "alarm"), "alerts.robot", id="no robot's address"),
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_told_is_refused(
    store: Store, vault: Vault, new: NewTarget, code: str
) -> None:
    with store.begin() as connection:
        add_account(connection, "group", provider="wecom", name="alarm")
        with pytest.raises(Invalid) as caught:
            targets.add(connection, vault, new, "guan")
    assert caught.value.code == code


def test_a_name_is_used_once_and_free_again_when_it_has_ended(store: Store, vault: Vault) -> None:
    first = add_box(store, vault)
    with pytest.raises(Conflict):
        add_box(store, vault)
    with store.begin() as connection:
        targets.end(connection, "宣传股", "guan")
    assert add_box(store, vault) == first
    with store.begin() as connection, pytest.raises(Missing):
        targets.end(connection, "没有", "guan")
