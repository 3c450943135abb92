"""Text messages to a carrier on this machine: ours with all books kept, beside the SDK's loop and bare HTTP.

Ours reads who is still to get it, renders, writes the attempts, posts, and writes the answers; the others only post. The
carrier answers at once and is a process of its own, so what is measured is the sender. A loop waits for each answer, so
the clock counts; what the adapter adds to bare HTTP is told in seconds that its process computed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from channels.base import Message, Outcome
from channels.twilio import PUBLIC_URL, TwilioAccount, TwilioChannel
from outreach import clock
from outreach.deliveries import plan
from outreach.store import open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from tests.bench_delivery import MORNING, Town
from tests.bench_report import Ratio
from tests.quick_carrier import QuickCarrier

TEXT = "【东城区】年满65周岁的常住居民，免费。带身份证，到卫生院做。全年。不收费，不要密码和验证码。问12345。拒收请回复R"
ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "token", "+8610690001"
AT_ONCE = 32


@dataclass
class Counting:
    """The real adapter; counts what it was given, so that the sender knows when all have left."""

    inner: TwilioChannel
    taken: int = 0
    name: str = "sms"
    can_look_up: bool = False

    async def send(self, message: Message) -> Outcome:
        """Through the adapter."""
        self.taken += 1
        return await self.inner.send(message)

    async def aclose(self) -> None:
        """Close the session."""
        await self.inner.aclose()


class _Here(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's own client, at another host."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        """One request."""
        return super().request(method, url.replace(PUBLIC_URL, self._base_url), *args, **more)


def compare(folder: Path, people: int) -> Iterator[Ratio]:
    """Ours beside the SDK's loop (a tenth of the messages, taken times ten) and bare aiohttp."""
    with ExitStack() as opened:
        carrier = opened.enter_context(QuickCarrier())
        opened.enter_context(clock.fixed(MORNING))
        store = open_store(f"sqlite:///{folder / 'carrier.db'}")
        opened.callback(store.close)
        migrate(store)
        town = Town(store, Vault.from_settings(new_key(), f"b1:{new_key()}"), people)
        town.build()
        plan.write(town.store.begin, town.order())
        ours = _ours(town, carrier.base_url)
        looped = _sdk(carrier.base_url, people // 10) * 10
        bare = asyncio.run(_bare(carrier.base_url, people))
        computed = [
            asyncio.run(_computed(post, carrier.base_url, people)) for post in (_adapter, _bare)
        ]
    size = f"{people:,} messages"
    what = "text messages to a local carrier"
    mine = "the adapter with all books kept, SQLite"
    yield Ratio(
        what, size, mine, ours, "the SDK's synchronous client in a loop, no books", looped, 3
    )
    yield Ratio(what, size, mine, ours, f"aiohttp alone, {AT_ONCE} at once, no books", bare, 0.6)
    yield Ratio(
        what,
        size,
        "the adapter alone, computed",
        computed[0],
        "aiohttp alone, computed",
        computed[1],
    )


def _ours(town: Town, base_url: str) -> float:
    async def drain() -> float:
        channel = Counting(TwilioChannel(TwilioAccount(ACCOUNT, TOKEN, SENDER, base_url)))
        sender = town.sender(channel)
        async with aclosing(channel):
            begun = time.perf_counter()
            while channel.taken < town.people:
                if await sender.step() is None:
                    break
            return time.perf_counter() - begun

    return asyncio.run(drain())


async def _computed(post: Callable[[str, int], Awaitable[float]], base_url: str, n: int) -> float:
    begun = time.process_time()
    await post(base_url, n)
    return time.process_time() - begun


async def _adapter(base_url: str, messages: int) -> float:
    gate = asyncio.Semaphore(AT_ONCE)
    channel = TwilioChannel(TwilioAccount(ACCOUNT, TOKEN, SENDER, base_url))
    message = Message("+8619900000001", TEXT, "1.1.x", f"{base_url}/status")

    async def one() -> str:
        async with gate:
            return (await channel.send(message)).state

    async with aclosing(channel):
        begun = time.perf_counter()
        assert set(await asyncio.gather(*[one() for _ in range(messages)])) == {"accepted"}
        return time.perf_counter() - begun


def _sdk(base_url: str, messages: int) -> float:
    client = Client(ACCOUNT, TOKEN, http_client=_Here(base_url))
    begun = time.perf_counter()
    for _ in range(messages):
        client.messages.create(
            to="+8619900000001", from_=SENDER, body=TEXT, status_callback=f"{base_url}/status"
        )
    return time.perf_counter() - begun


async def _bare(base_url: str, messages: int) -> float:
    gate = asyncio.Semaphore(AT_ONCE)
    url = f"{base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {
        "To": "+8619900000001", "From": SENDER, "Body": TEXT, "StatusCallback": f"{base_url}/status",
    }  # fmt: skip
    auth = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, headers=auth) as session:

        async def one() -> str:
            async with gate, session.post(url, data=form) as answer:
                return str((await answer.json())["sid"])

        begun = time.perf_counter()
        await asyncio.gather(*[one() for _ in range(messages)])
        return time.perf_counter() - begun
