"""What every channel must do, whoever carries the message. A test module subclasses one of these.

The adapters are the real ones and speak HTTP to the sandbox carrier; nothing is patched.
"""

from __future__ import annotations

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from channels.base import Channel, LooksUp, Message, Outcome
from channels.transport import Timeouts

QUICK = Timeouts(total=1.0, connect=0.5)


def message(to: str, text: str = "80岁以上老人可领高龄津贴。", **more: str) -> Message:
    return Message(to=to, text=text, reference="r-1", callback_url=more.get("callback_url"))


def send(channel: Channel, *messages: Message) -> list[Outcome]:
    """Hand messages over one after the other, then close the channel."""

    async def run() -> list[Outcome]:
        async with aclosing(channel):
            return [await channel.send(one) for one in messages]

    return asyncio.run(run())


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def nobody_answers_the_door() -> Iterator[str]:
    """The base URL of a listener whose queue is full: a connection is never completed."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for one in waiting:
            one.close()


class ChannelContract(ABC):
    """Every channel."""

    @abstractmethod
    def channel(self) -> Channel:
        """A fresh channel whose carrier is well."""

    address = "+8613900001111"

    def many(self) -> list[str]:
        """Forty addresses that may be written to at once."""
        return [self.address] * 40

    def test_it_has_a_name_and_says_truly_whether_it_can_look_up(self) -> None:
        channel = self.channel()
        assert isinstance(channel, Channel)
        assert channel.name
        assert isinstance(channel, LooksUp) == channel.can_look_up
        asyncio.run(channel.aclose())

    def test_a_message_is_accepted(self) -> None:
        (outcome,) = send(self.channel(), message(self.address))
        assert outcome.state == "accepted"
        assert not outcome.permanent
        assert not outcome.stop_campaign

    def test_closing_twice_does_no_harm(self) -> None:
        async def run() -> None:
            channel = self.channel()
            await channel.send(message(self.address))
            await channel.aclose()
            await channel.aclose()

        asyncio.run(run())

    def test_many_at_once_are_all_accepted_under_different_ids(self) -> None:
        async def run() -> list[Outcome]:
            async with aclosing(self.channel()) as channel:
                return await asyncio.gather(
                    *(channel.send(message(to, f"第{n}条")) for n, to in enumerate(self.many()))
                )

        outcomes = asyncio.run(run())
        assert {outcome.state for outcome in outcomes} == {"accepted"}
        ids = [outcome.provider_id for outcome in outcomes if outcome.provider_id]
        assert len(set(ids)) == len(ids)
        assert len(ids) in (0, 40)

    def test_what_was_accepted_can_be_looked_up(self) -> None:
        async def run() -> None:
            async with aclosing(self.channel()) as channel:
                if not isinstance(channel, LooksUp):
                    return
                first = await channel.send(message(self.address, "第一条"))
                second = await channel.send(message(self.address, "第二条"))
                await channel.send(message(self.address[:-1] + "9", "别人的"))
                found = await channel.look_up(self.address)
                ours = [(one.provider_id, one.body, one.sender) for one in found][:2]
                assert ours == [
                    (second.provider_id, "第二条", channel.sender),
                    (first.provider_id, "第一条", channel.sender),
                ]
                assert all(one.created is not None and one.created.tzinfo for one in found)

        asyncio.run(run())


@dataclass(frozen=True)
class Addresses:
    """Addresses to which the sandbox answers in a particular way."""

    refused: str
    dropped: str
    error500: str
    throttled: str
    held: str
    garbage: str


class CarrierContract(ChannelContract):
    """Channels that go over HTTP to a carrier."""

    addresses: Addresses

    @abstractmethod
    def channel_at(self, base_url: str) -> Channel:
        """A channel whose carrier is said to be at this URL."""

    @abstractmethod
    def base_url(self) -> str:
        """Where the carrier really is."""

    @abstractmethod
    def kept(self, address: str) -> int:
        """How many messages the carrier has for an address."""

    def wait(self, seconds: float) -> None:
        """Let the time pass that a carrier asked for; channels that keep no clock need none."""

    def test_a_refusal_is_not_kept_by_the_carrier(self) -> None:
        (outcome,) = send(self.channel(), message(self.addresses.refused))
        assert outcome.state == "refused"
        assert outcome.permanent
        assert outcome.error_code
        assert self.kept(self.addresses.refused) == 0

    def test_nobody_at_the_port_is_deferred(self) -> None:
        channel = self.channel_at(f"http://127.0.0.1:{free_port()}")
        (outcome,) = send(channel, message(self.address))
        assert (outcome.state, outcome.error_code) == ("deferred", "connect")

    def test_a_host_without_an_address_is_deferred(self) -> None:
        channel = self.channel_at("http://carrier.invalid")
        (outcome,) = send(channel, message(self.address))
        assert (outcome.state, outcome.error_code) == ("deferred", "connect")

    def test_a_connection_that_never_opens_is_deferred(self) -> None:
        with nobody_answers_the_door() as base_url:
            (outcome,) = send(self.channel_at(base_url), message(self.address))
        assert (outcome.state, outcome.error_code) == ("deferred", "connect")

    def test_a_connection_dropped_after_the_request_is_unknown_and_sent_once(self) -> None:
        before = self.kept(self.addresses.dropped)
        (outcome,) = send(self.channel(), message(self.addresses.dropped))
        assert (outcome.state, outcome.error_code) == ("unknown", "dropped")
        assert self.kept(self.addresses.dropped) == before + 1

    def test_an_internal_error_is_unknown_and_not_repeated(self) -> None:
        (outcome,) = send(self.channel(), message(self.addresses.error500))
        assert (outcome.state, outcome.error_code) == ("unknown", "http_500")

    def test_no_answer_in_time_is_unknown(self) -> None:
        (outcome,) = send(self.channel(), message(self.addresses.held))
        assert (outcome.state, outcome.error_code) == ("unknown", "timeout")

    def test_an_answer_that_cannot_be_read_is_unknown(self) -> None:
        (outcome,) = send(self.channel(), message(self.addresses.garbage))
        assert (outcome.state, outcome.error_code) == ("unknown", "unreadable")

    def test_too_fast_is_deferred_with_a_hint_and_then_goes(self) -> None:
        channel = self.channel()
        (first,) = send(channel, message(self.addresses.throttled))
        assert first.state == "deferred"
        assert first.retry_after is not None
        assert first.retry_after > 0
        self.wait(first.retry_after)
        (second,) = send(channel, message(self.addresses.throttled))
        assert second.state == "accepted"
        assert self.kept(self.addresses.throttled) == 1

    def test_a_wrong_base_url_stops_the_campaign_instead_of_blaming_the_address(self) -> None:
        (outcome,) = send(self.channel_at(f"{self.base_url()}/wrong"), message(self.address))
        assert (outcome.state, outcome.error_code) == ("refused", "http_404")
        assert outcome.stop_campaign
        assert not outcome.permanent
