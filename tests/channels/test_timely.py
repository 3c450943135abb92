"""A request leaves in time or not at all, also when the process slept between the decision and the first byte."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from channels import timely
from channels.base import Message, Outcome
from channels.timely import leaving_before, uptime
from channels.transport import Timeouts
from channels.twilio import TwilioAccount, TwilioChannel
from outreach.web.sandbox import SandboxServer


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "carrier.db") as server:
        yield server


def messages(folder: Path) -> int:
    """What the carrier has by its own books."""
    with closing(sqlite3.connect(folder / "carrier.db")) as books:
        return int(books.execute("SELECT COUNT(*) FROM message").fetchone()[0])


async def send(server: SandboxServer, leave_by: float) -> Outcome:
    known = server.account
    account = TwilioAccount(known.sid, known.token, "+8610690001", server.base_url)
    async with aclosing(TwilioChannel(account, timeouts=Timeouts(5, 2))) as channel:
        with leaving_before(leave_by):
            return await channel.send(Message("+8613800000101", "免费体检", "1.1.x"))


@pytest.mark.parametrize(
    ("late_by", "state", "has"),
    [(-60.0, "accepted", 1), (0.001, "unknown", 0)],
    ids=["in time", "the process slept before the first byte"],
)
def test_what_is_late_when_its_bytes_would_be_written_never_reaches_the_carrier(
    sandbox: SandboxServer, tmp_path: Path, late_by: float, state: str, has: int
) -> None:
    outcome = asyncio.run(send(sandbox, uptime() - late_by))
    assert outcome.state == state
    assert messages(tmp_path) == has


def test_a_nap_between_opening_and_writing_is_noticed(
    sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is far away when the request is made, and past when aiohttp comes to write it."""
    moments = iter([uptime() + 3600])
    monkeypatch.setattr(timely, "uptime", lambda: next(moments))
    assert asyncio.run(send(sandbox, uptime() + 10)).state == "unknown"
    assert messages(tmp_path) == 0


def test_what_is_made_outside_has_no_hurry(sandbox: SandboxServer, tmp_path: Path) -> None:
    asyncio.run(send(sandbox, uptime() + 10))
    with leaving_before(0.0):
        pass
    asyncio.run(send(sandbox, uptime() + 10))
    assert messages(tmp_path) == 2
