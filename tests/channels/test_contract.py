from __future__ import annotations

import asyncio
import sqlite3
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
from channels.robots import WeComRobot
from channels.transport import Timeouts
from channels.twilio import TwilioAccount, TwilioChannel
from outreach.web.sandbox import SandboxServer
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


class TestWeCom(channel_contract.CarrierContract):
    server: ClassVar[SandboxServer]
    path: ClassVar[Path]
    address = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    addresses = channel_contract.Addresses(
        refused="village-0002",
        dropped="village-0003",
        error500="village-0004",
        throttled="village-0005",
        held="village-0006",
        garbage="village-0007",
    )

    @pytest.fixture(autouse=True)
    def _serve(self, sandbox: tuple[SandboxServer, Path]) -> None:
        type(self).server, type(self).path = sandbox

    def channel(self) -> Channel:
        return WeComRobot(self.server.base_url, timeouts=QUICK)

    def channel_at(self, base_url: str) -> Channel:
        return WeComRobot(base_url, timeouts=QUICK)

    def base_url(self) -> str:
        return self.server.base_url

    def kept(self, address: str) -> int:
        with sqlite3.connect(self.path) as db:
            (count,) = db.execute(
                "SELECT count(*) FROM post WHERE robot = ?", (address,)
            ).fetchone()
        db.close()
        return int(count)

    def test_the_pasted_webhook_address_leads_to_the_same_robot(self) -> None:
        pasted = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=village-7777"
        (outcome,) = send(self.channel(), message(pasted))
        assert outcome.state == "accepted"
        assert self.kept("village-7777") == 1

    @pytest.mark.parametrize(
        ("text", "state"),
        [
            pytest.param("a" * 2048, "accepted", id="2,048 bytes fit"),
            pytest.param("a" * 2049, "refused", id="2,049 bytes do not"),
            pytest.param("福" * 682 + "ab", "accepted", id="682 characters and two letters fit"),
            pytest.param("福" * 683, "refused", id="683 characters do not"),
        ],
    )
    def test_the_length_is_counted_in_bytes_before_anything_leaves(
        self, text: str, state: str
    ) -> None:
        before = self.kept("village-2048")
        (outcome,) = send(self.channel(), message("village-2048", text))
        assert outcome.state == state
        assert outcome.error_code == (None if state == "accepted" else "too_long")
        assert self.kept("village-2048") == before + (state == "accepted")

    def test_the_twenty_first_post_in_a_minute_is_deferred(self, tmp_path: Path) -> None:
        with SandboxServer(tmp_path / "limited.db", robot_limit=20) as limited:
            channel = WeComRobot(limited.base_url, timeouts=Timeouts())
            outcomes = send(channel, *[message(self.address, str(n)) for n in range(21)])
        assert [outcome.state for outcome in outcomes] == ["accepted"] * 20 + ["deferred"]
        assert outcomes[-1].error_code == "45009"


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
