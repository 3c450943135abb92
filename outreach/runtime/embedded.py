"""One process that sends: a thread with its own event loop per account, and the timetable beside them.

`drain` does the same in the calling thread until nothing is due: the command line's `run --now`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import aclosing

import structlog
from sqlalchemy import Connection

from channels.errors import Rejected
from outreach.campaigns import queries as campaigns
from outreach.campaigns import schedule
from outreach.deliveries import leases, orders, work
from outreach.deliveries.orders import AccountView
from outreach.deliveries.send import Sender
from outreach.runtime.adapters import WITHOUT_SENDER, sender_for
from outreach.runtime.sweep import sweep
from outreach.runtime.turns import IDLE, let_go, steady, turn
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault

log = structlog.get_logger(__name__)


class Embedded:
    """Senders of all accounts and the timetable, as threads of this process. Start once, stop once.

    The caller holds the lock on the data folder: on SQLite that proves that no other sender lives.
    """

    def __init__(self, store: Store, vault: Vault, settings: Settings) -> None:
        self._store = store
        self._vault = vault
        self._settings = settings
        self._stop = threading.Event()
        self._senders: dict[int, tuple[threading.Event, threading.Thread]] = {}

    def start(self) -> None:
        """Take over what a dead process left, then begin."""
        if self._store.dialect == "sqlite":
            with self._store.begin() as connection:
                leases.take_over(connection)
        self.tend()

    def wake(self) -> None:
        """There may be work."""
        for wake, _ in list(self._senders.values()):
            wake.set()

    def tend(self) -> None:
        """Accounts that have come since get their sender."""
        with self._store.read() as connection:
            accounts = [
                one for one in orders.accounts(connection) if one.provider not in WITHOUT_SENDER
            ]
        for account in accounts:
            if account.id not in self._senders and not self._stop.is_set():
                wake = threading.Event()
                name = f"sender-{account.name}"
                thread = threading.Thread(
                    target=self._send, args=(account, wake), name=name, daemon=True
                )
                self._senders[account.id] = (wake, thread)
                thread.start()

    def stop(self) -> None:
        """Finish the chunk in hand, then end."""
        self._stop.set()
        self.wake()
        for _, thread in list(self._senders.values()):
            thread.join(timeout=self._settings.send_timeout * 2 + 5)

    def _send(self, account: AccountView, wake: threading.Event) -> None:
        asyncio.run(self._loop(account, wake))

    async def _loop(self, account: AccountView, wake: threading.Event) -> None:
        try:
            sender = sender_for(self._store, self._vault, account, self._settings)
        except Rejected as error:  # the other accounts go on; `doctor` names what is missing
            log.error("account cannot send", account=account.name, code=error.code, **error.params)
            return
        async with aclosing(sender.channel):
            while not self._stop.is_set():
                wake.clear()  # before the turn: whoever wakes us during it is heard after it
                done = await steady(self._store, self._vault, sender)
                pause = IDLE if done is None else done
                if pause and not self._stop.is_set():
                    await asyncio.to_thread(wake.wait, pause)
            let_go(sender)


def drain(
    store: Store,
    vault: Vault,
    settings: Settings,
    campaign: int,
    *,
    tick: Callable[[], None] = lambda: None,
    patience: float = 600.0,
) -> None:
    """Send everything that is due of one campaign, in this thread; returns when nothing moves by itself any more.

    Waits for what is in flight or to be looked up (at most `patience` seconds without any news), not for
    quiet hours, retries in half an hour, paper, or people. tick: called now and then, for progress.
    """
    asyncio.run(_drain(store, vault, settings, campaign, tick, patience))


async def _drain(
    store: Store,
    vault: Vault,
    settings: Settings,
    campaign: int,
    tick: Callable[[], None],
    patience: float,
) -> None:
    with store.read() as connection:
        used = _used(connection, campaign)
        accounts = [
            one
            for one in orders.accounts(connection)
            if one.provider not in WITHOUT_SENDER and one.id in used
        ]
    senders = [sender_for(store, vault, account, settings) for account in accounts]
    try:
        news = time.monotonic()
        while True:
            pauses = [await _until_idle(store, vault, sender, campaign, tick) for sender in senders]
            moved = sweep(store, settings)
            tick()
            if moved or any(pauses):
                news = time.monotonic()
                continue
            with store.read() as connection:
                moving = work.moving_now(connection, campaign)
            if not moving or time.monotonic() - news > patience:
                return
            await asyncio.sleep(0.2)
    finally:
        for sender in senders:
            await sender.channel.aclose()


def _used(connection: Connection, campaign: int) -> set[int]:
    """The accounts of a campaign's steps, and those that have something of it in hand: no other is opened."""
    named = {
        campaigns.account_for(connection, step["channel"], step["options"].get("account"))
        for step in campaigns.steps(connection, campaign)
    }
    return {one for one in named if one is not None} | work.accounts_of(connection, campaign)


async def _until_idle(
    store: Store, vault: Vault, sender: Sender, campaign: int, tick: Callable[[], None]
) -> int:
    """Turns of one account until nothing of the campaign is due; returns how many did something."""
    turns = 0
    while True:
        done = await turn(store, vault, sender, campaign)
        if done is None:
            return turns
        turns += 1
        tick()
        if done:
            await asyncio.sleep(done)


def fire(store: Store, settings: Settings) -> None:
    """Fire what is due now, without waiting for the timetable."""
    schedule.tick(store.begin, settings.zone)
