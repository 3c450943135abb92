from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from channels.base import Channel, Outcome
from channels.errors import Rejected, Unavailable
from channels.fake import FakeChannel
from channels.manual import HANDED_TO_A_PERSON, ManualChannel
from channels.robots.dingtalk import DingTalkRobot
from channels.robots.feishu import FeishuRobot
from channels.robots.pace import Pace
from channels.robots.robot import Address, Robot, written
from channels.robots.wecom import WeComRobot
from channels.twilio import TwilioAccount, TwilioChannel
from outreach.web.sandbox import SandboxAccount, SandboxServer
from tests import channel_contract
from tests.channel_contract import QUICK, free_port, message, send


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SandboxServer, Path]]:
    path = tmp_path_factory.mktemp("sandbox") / "sandbox.db"
    with SandboxServer(path, receipt_delay=0.01) as server:
        yield server, path


def account(server: SandboxServer) -> TwilioAccount:
    known = server.account
    return TwilioAccount(known.sid, known.token, "+8610690001", server.base_url)


class TestTwilio(channel_contract.CarrierContract):
    server: ClassVar[SandboxServer]
    path: ClassVar[Path]
    addresses = channel_contract.Addresses(
        refused="+8613900000002",
        dropped="+8613900000003",
        error500="+8613900000004",
        throttled="+8613900000005",
        held="+8613900000006",
        garbage="+8613900000007",
    )

    @pytest.fixture(autouse=True)
    def _serve(self, sandbox: tuple[SandboxServer, Path]) -> None:
        type(self).server, type(self).path = sandbox

    def channel(self) -> TwilioChannel:
        return TwilioChannel(account(self.server), timeouts=QUICK)

    def channel_at(self, base_url: str) -> Channel:
        return TwilioChannel(replace(account(self.server), base_url=base_url), timeouts=QUICK)

    def base_url(self) -> str:
        return self.server.base_url

    def kept(self, address: str) -> int:
        with sqlite3.connect(self.path) as db:
            (count,) = db.execute(
                "SELECT count(*) FROM message WHERE recipient = ?", (address,)
            ).fetchone()
        db.close()
        return int(count)

    @pytest.mark.parametrize(
        ("to", "code", "opted_out"),
        [
            pytest.param("+8613900000002", "21610", True, id="who replied STOP has opted out"),
            pytest.param("+8612345", "21211", False, id="no phone number"),
            pytest.param("+861390000000", "21211", False, id="a digit short"),
            pytest.param("+861062345678", "21614", False, id="a Beijing landline"),
        ],
    )
    def test_an_address_that_cannot_work(self, to: str, code: str, opted_out: bool) -> None:
        (outcome,) = send(self.channel(), message(to))
        assert outcome.state == "refused"
        assert (outcome.error_code, outcome.permanent) == (code, True)
        assert (outcome.opted_out, outcome.stop_campaign) == (opted_out, False)

    def test_a_wrong_token_is_refused_and_stops_the_campaign(self) -> None:
        channel = TwilioChannel(replace(account(self.server), auth_token="wrong"))
        (outcome,) = send(channel, message(self.address))
        assert (outcome.state, outcome.error_code) == ("refused", "20003")
        assert outcome.stop_campaign
        assert not outcome.permanent

    def test_an_empty_text_stops_the_campaign(self) -> None:
        (outcome,) = send(self.channel(), message(self.address, ""))
        assert (outcome.error_code, outcome.stop_campaign) == ("21602", True)

    def test_text_and_sender_arrive_as_given(self) -> None:
        text = "【示范县民政局】\n+&=%20 “引号” 𬭛😀"
        (outcome,) = send(self.channel(), message("+8613900002222", text))
        with sqlite3.connect(self.path) as db:
            row = db.execute(
                "SELECT sender, service, body FROM message WHERE sid = ?", (outcome.provider_id,)
            ).fetchone()
        db.close()
        assert row == ("+8610690001", None, text)

    def test_a_messaging_service_sends_and_is_found_as_the_sender(self) -> None:
        service = "MG" + "a" * 32

        async def run() -> None:
            ours = replace(account(self.server), sender=service)
            async with aclosing(TwilioChannel(ours)) as channel:
                await channel.send(message("+8613900003333"))
                (found,) = await channel.look_up("+8613900003333")
                assert found.sender == channel.sender == service

        asyncio.run(run())

    def test_a_dropped_message_is_found_by_looking_up(self) -> None:
        async def run() -> None:
            async with aclosing(self.channel()) as channel:
                outcome = await channel.send(message("+8613911110003", "掉线那条"))
                assert outcome.state == "unknown"
                (found,) = await channel.look_up("+8613911110003")
                assert found.body == "掉线那条"

        asyncio.run(run())

    def test_a_long_list_is_followed_page_by_page(self) -> None:
        to = "+8613900004444"

        async def run() -> None:
            async with aclosing(self.channel()) as channel:
                with sqlite3.connect(self.path) as db:
                    db.executemany(
                        "INSERT INTO message (sid, sender, recipient, body, status, ending, created)"
                        " VALUES (?, '+8610690001', ?, ?, 'delivered', 'delivered', 0)",
                        [(f"SMpage{n}", to, str(n)) for n in range(2300)],
                    )
                db.close()
                found = await channel.look_up(to)
                assert [one.body for one in found] == [str(n) for n in reversed(range(2300))]

        asyncio.run(run())

    def test_looking_up_with_a_wrong_token_is_rejected(self) -> None:
        channel = TwilioChannel(replace(account(self.server), auth_token="wrong"))
        with pytest.raises(Rejected) as raised:
            asyncio.run(look_up(channel))
        assert raised.value.code == "channels.look_up_refused"
        assert raised.value.params == {"reason": "20003"}

    def test_looking_up_when_nobody_is_there_is_unavailable(self) -> None:
        channel = self.channel_at(f"http://127.0.0.1:{free_port()}")
        assert isinstance(channel, TwilioChannel)
        with pytest.raises(Unavailable) as raised:
            asyncio.run(look_up(channel))
        assert raised.value.params == {"reason": "connect"}

    def test_the_process_environment_cannot_redirect_the_sdk(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TWILIO_EDGE", "sydney")
        monkeypatch.setenv("TWILIO_REGION", "au1")
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", "another")
        (outcome,) = send(self.channel(), message(self.address))
        assert outcome.state == "accepted"

    def test_a_proxy_in_the_environment_does_not_take_loopback_out(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        (outcome,) = send(self.channel(), message(self.address))
        assert outcome.state == "accepted"

    def test_a_channel_works_again_after_it_was_closed(self) -> None:
        channel = self.channel()
        send(channel, message(self.address))
        (outcome,) = send(channel, message(self.address))
        assert outcome.state == "accepted"


async def look_up(channel: TwilioChannel) -> None:
    async with aclosing(channel):
        await channel.look_up("+8613900001111")


class Robots(channel_contract.CarrierContract):
    """What every group robot must do; each has its own robots in the sandbox, since that remembers them."""

    server: ClassVar[SandboxServer]
    path: ClassVar[Path]
    make: ClassVar[type[Robot]]
    pasted: ClassVar[str]
    """A webhook address as its provider shows it, of the robot `…-7777`."""
    secret = ""

    def __init_subclass__(cls) -> None:
        def to(name: str) -> str:
            return f"{cls.__name__.lower()}-{name} {cls.secret}".strip()

        cls.address = to("9000")
        cls.addresses = channel_contract.Addresses(
            refused=to("0002"), dropped=to("0003"), error500=to("0004"), throttled=to("0005"),
            held=to("0006"), garbage=to("0007"),
        )  # fmt: skip

    @pytest.fixture(autouse=True)
    def _serve(self, sandbox: tuple[SandboxServer, Path]) -> None:
        type(self).server, type(self).path = sandbox
        self.seconds = 0.0

    def to(self, name: str) -> str:
        return f"{type(self).__name__.lower()}-{name} {self.secret}".strip()

    def many(self) -> list[str]:
        return [self.to(f"{n}-9100") for n in range(40)]

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def channel(self) -> Channel:
        return self.channel_at(self.server.base_url)

    def channel_at(self, base_url: str) -> Channel:
        pace = Pace(self.make.limits, lambda: self.seconds)
        return self.make(base_url, timeouts=QUICK, pace=pace)

    def base_url(self) -> str:
        return self.server.base_url

    def kept(self, address: str) -> int:
        with sqlite3.connect(self.path) as db:
            (count,) = db.execute(
                "SELECT count(*) FROM post WHERE robot = ?", (address.split()[0],)
            ).fetchone()
        db.close()
        return int(count)

    def test_the_pasted_webhook_address_leads_to_the_same_robot(self) -> None:
        (outcome,) = send(self.channel(), message(f"{self.pasted}\n{self.secret}\n"))
        assert outcome.state == "accepted"
        assert self.kept(self.to("7777")) == 1

    @pytest.mark.parametrize("pasted", ["https://example.com/robot", "a b c", " "])
    def test_an_address_that_nobody_can_read_is_refused_before_anything_leaves(
        self, pasted: str
    ) -> None:
        channel = self.channel_at(f"http://127.0.0.1:{free_port()}")
        (outcome,) = send(channel, message(pasted))
        assert outcome == Outcome("refused", error_code="robot_address", permanent=True)

    def longest(self) -> str:
        """A text that just fits."""
        post = self.make(self.server.base_url).post(Address("k", self.secret), "", 1.6e9)
        return "a" * (self.make.most_bytes - len(written(post.body)))

    def test_the_length_is_counted_in_bytes_before_anything_leaves(self) -> None:
        longest = self.longest()
        shorter = longest[3:] + "福"
        nobody = self.channel_at(f"http://127.0.0.1:{free_port()}")
        (outcome,) = send(nobody, message(self.address, f"{longest}a"))
        most = self.make.most_bytes
        detail = f"{most + 1} > {most} bytes"
        assert outcome == Outcome("refused", error_code="too_long", detail=detail, permanent=True)
        outcomes = send(
            self.channel(), message(self.address, longest), message(self.address, shorter)
        )
        assert [one.state for one in outcomes] == ["accepted"] * 2

    def test_a_robot_that_has_posted_its_fill_waits_here_and_troubles_nobody(self) -> None:
        window = max(self.make.limits.windows, key=lambda one: one.seconds)
        channel, to = self.channel(), self.to("8888")
        step = window.seconds / window.posts / 1.5
        for n in range(window.posts):
            self.wait(step)
            (outcome,) = send(channel, message(to, str(n)))
            assert outcome.state == "accepted"
        (outcome,) = send(channel, message(to, "多一条"))
        assert (outcome.state, outcome.error_code) == ("deferred", "robot_pace")
        assert self.kept(to) == window.posts
        (other,) = send(channel, message(self.to("8889")))
        assert other.state == "accepted"
        self.wait(outcome.retry_after or 0.0)
        (again,) = send(channel, message(to, "再来"))
        assert again.state == "accepted"

    def test_a_robot_that_was_too_fast_elsewhere_is_silent_as_long_as_it_was_told(
        self, tmp_path: Path
    ) -> None:
        with SandboxServer(tmp_path / "limited.db", robot_limit=2) as limited:
            channel = self.channel_at(limited.base_url)
            posts = [message(self.address, str(n)) for n in range(4)]
            outcomes = send(channel, *posts)
        assert [one.state for one in outcomes] == ["accepted"] * 2 + ["deferred"] * 2
        told, held = outcomes[2:]
        assert told.error_code in {str(code) for code in self.make.codes.later}
        assert (held.error_code, held.retry_after) == ("robot_pace", told.retry_after)


class TestWeCom(Robots):
    make = WeComRobot
    pasted = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=testwecom-7777"

    def longest(self) -> str:
        return "a" * 2048

    def test_682_characters_and_two_letters_fit(self) -> None:
        outcomes = send(
            self.channel(),
            message(self.address, "福" * 682 + "ab"),
            message(self.address, "福" * 683),
        )
        assert [one.state for one in outcomes] == ["accepted", "refused"]


class Signing(Robots):
    secret = SandboxAccount().robot_secret

    @pytest.mark.parametrize("secret", ["", " SECother"])
    def test_a_wrong_signature_stops_the_campaign_and_keeps_the_message(self, secret: str) -> None:
        (outcome,) = send(self.channel(), message(self.address.split()[0] + secret))
        assert (outcome.state, outcome.stop_campaign) == ("refused", True)
        assert not outcome.permanent
        assert outcome.error_code in ("310000", "19021")

    @pytest.mark.parametrize(("off", "state"), [(-3500, "accepted"), (3700, "refused")])
    def test_the_clock_may_be_an_hour_off(self, off: float, state: str) -> None:
        channel = self.make(self.server.base_url, now=lambda: time.time() + off)
        (outcome,) = send(channel, message(self.address))
        assert outcome.state == state


class TestDingTalk(Signing):
    make = DingTalkRobot
    pasted = "https://oapi.dingtalk.com/robot/send?access_token=testdingtalk-7777"


class TestFeishu(Signing):
    make = FeishuRobot
    pasted = "https://open.feishu.cn/open-apis/bot/v2/hook/testfeishu-7777"


class TestFake(channel_contract.ChannelContract):
    def channel(self) -> FakeChannel:
        return FakeChannel()

    def test_it_answers_as_planned_then_accepts(self) -> None:
        channel = self.channel()
        channel.plan("a", Outcome("deferred", error_code="http_429", retry_after=1))
        channel.plan("a", Outcome("refused", error_code="21610", opted_out=True))
        outcomes = send(channel, *[message("a")] * 3, message("b"))
        assert [one.state for one in outcomes] == ["deferred", "refused", "accepted", "accepted"]
        assert len(channel.sent) == 4

    @pytest.mark.parametrize("kept", [True, False])
    def test_an_unknown_may_have_been_kept(self, kept: bool) -> None:
        channel = self.channel()
        channel.plan("a", Outcome("unknown", error_code="dropped"), kept=kept)
        (outcome,) = send(channel, message("a"))
        assert (outcome.state, outcome.provider_id) == ("unknown", None)
        assert len(asyncio.run(channel.look_up("a"))) == int(kept)


@pytest.mark.parametrize("name", ["broadcast", "visit", "call"])
class TestManual(channel_contract.ChannelContract):
    @pytest.fixture(autouse=True)
    def _kind(self, name: str) -> None:
        self.name = name

    def channel(self) -> Channel:
        return {kind: ManualChannel(kind) for kind in ("broadcast", "visit", "call")}[self.name]

    def test_a_message_is_in_the_hands_of_a_person(self) -> None:
        channel = self.channel()
        assert channel.name == self.name
        assert send(channel, message("王村")) == [HANDED_TO_A_PERSON]
