"""Several machines on one PostgreSQL: wake-ups say where to look, the work lists say what is to be done.

A `Worker` answers wake-ups: it looks after one account for a slice of time, then hands it on. `Distributed` is
what a process has of the engine: it sends wake-ups with every sweep, and has a worker unless it is told not to.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from math import ceil
from typing import TYPE_CHECKING, Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import Rejected
from outreach.deliveries import due, orders
from outreach.deliveries.orders import AccountView
from outreach.runtime import jobs
from outreach.runtime.adapters import WITHOUT_SENDER, sender_for
from outreach.runtime.jobs import Beats
from outreach.runtime.turns import IDLE, brief, let_go, steady
from outreach.settings import Settings
from outreach.store import Store, passes
from outreach.vault import Vault

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.worker import Worker as Answering

CONCURRENCY = 8
"""Accounts that one process looks after at once."""

ENOUGH = 100
"""Messages a second that one sender keeps up with; a faster account gets several, on whatever machines."""

PATIENCE = 2.0
"""Seconds for which a slice waits for the account's next slot; a longer wait is left to a later wake-up."""

log = structlog.get_logger(__name__)


class Send(Protocol):
    """Sends wake-ups in the caller's transaction."""

    def __call__(
        self, connection: Connection, wanted: dict[int, int], *, after: float = 0.0
    ) -> None:
        """Account → how many, to ring in `after` seconds."""
        ...


def senders_of(account: AccountView) -> int:
    """How many may look after an account at once, on all machines together."""
    return max(1, ceil(account.per_second / ENOUGH))


class Distributed:
    """The engine of one of several processes on a PostgreSQL. Start once, stop once.

    senders: whether this process sends too. accounts: look after these only (None: all). concurrency: accounts at
    once.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        settings: Settings,
        *,
        senders: bool = True,
        accounts: Collection[int] | None = None,
        concurrency: int = CONCURRENCY,
        beats: Beats = Beats(),  # noqa: B008 - frozen
    ) -> None:
        self._store = store
        self._beats = beats
        self._app = jobs.make_app(store.writer.url)
        self.worker = (
            Worker(store, vault, settings, self.send, accounts, concurrency, beats)
            if senders
            else None
        )

    def start(self) -> None:
        """Begin to answer wake-ups, and send those that nobody has sent."""
        if self.worker is not None:
            self.worker.start()
        self.tend()

    def stop(self) -> None:
        """Finish the chunks in hand, then end."""
        if self.worker is not None:
            self.worker.stop()

    def wake(self) -> None:
        """Send wake-ups for what is due and nobody comes for."""
        with self._store.begin() as connection:
            by_account = due.by_account(connection)
            if not by_account:
                return
            crowd = {
                one.id: senders_of(one)
                for one in orders.accounts(connection)
                if one.provider not in WITHOUT_SENDER
            }
            there = jobs.coming(connection, self._beats)
            wanted = {key: n for key, n in by_account.items() if key in crowd}
            self.send(connection, jobs.missing(wanted, there, crowd))

    def tend(self) -> None:
        """The same with each sweep: a wake-up that got lost is sent again."""
        self.wake()

    def send(self, connection: Connection, wanted: dict[int, int], *, after: float = 0.0) -> None:
        """Send wake-ups in the caller's transaction: account → how many."""
        if wanted:
            jobs.send(self._app, connection, wanted, after=after)


class Worker:
    """Answers wake-ups in a thread with an event loop of its own; each account's slice is a thread beside it."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        settings: Settings,
        send: Send,
        accounts: Collection[int] | None,
        concurrency: int,
        beats: Beats,
    ) -> None:
        self._store = store
        self._vault = vault
        self._settings = settings
        self._send = send
        self._queues = None if accounts is None else [jobs.queue_of(one) for one in accounts]
        self._concurrency = concurrency
        self._beats = beats
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._answering: Answering | None = None
        self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """No further wake-up is answered; the chunks in hand are finished."""
        self._stop.set()
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(self._halt)
        self._thread.join(timeout=self._settings.send_timeout * 2 + 10)

    def _halt(self) -> None:
        """Told, not cancelled: a cancellation that meets the end of a wait on the way is lost."""
        if self._answering is not None:
            self._answering.stop()  # type: ignore[no-untyped-call]

    def _run(self) -> None:
        asyncio.run(self._keep_working())

    async def _keep_working(self) -> None:
        """Procrastinate's worker ends when it loses its connection; another one begins, until we are told to stop."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(
            ThreadPoolExecutor(self._concurrency + 2, thread_name_prefix="slice")
        )
        while not self._stop.is_set():
            try:
                await self._work()
            except Exception as error:
                log.warning("worker waits for the database", error=brief(error))
            if not self._stop.is_set():
                await asyncio.sleep(IDLE)

    async def _work(self) -> None:
        app = jobs.make_app(self._store.writer.url, self._look)
        async with app.open_async():
            reviving = asyncio.create_task(self._revive(app))
            self._answering = jobs.answering(app, self._queues, self._concurrency, self._beats)
            try:
                if not self._stop.is_set():
                    await self._answering.run()  # type: ignore[no-untyped-call]
            finally:
                self._answering = None
                reviving.cancel()
                with suppress(asyncio.CancelledError):
                    await reviving

    async def _revive(self, app: App) -> None:
        while True:
            await asyncio.sleep(self._beats.stalled / 2)
            try:
                await jobs.revive(app, self._beats)
            except Exception as error:  # the worker beside it notices, and begins anew
                log.warning("wake-ups could not be revived", error=brief(error))

    # -- one slice: a thread of the loop's executor -----------------------------------------------------

    def _look(self, account: int) -> None:
        """What a wake-up does. Never raises for a database that is away: the sweep sends the next one."""
        try:
            with self._store.read() as connection:
                every = {one.id: one for one in orders.accounts(connection)}
            view = every.get(account)
            if view is None or view.provider in WITHOUT_SENDER or self._stop.is_set():
                return
            after = asyncio.run(self._slice(view))
            if after is not None:
                with self._store.begin() as connection:
                    self._send(connection, {account: 1}, after=after)
        except SQLAlchemyError as error:
            if not passes(error):
                raise
            log.warning("wake-up left to the next sweep", account=account, error=brief(error))

    async def _slice(self, account: AccountView) -> float | None:
        """Turns of one account until its time is over. Seconds until it is to be looked after again; None = nothing
        is due."""
        try:
            sender = sender_for(self._store, self._vault, account, self._settings)
        except Rejected as error:  # the other accounts go on; `doctor` names what is missing
            log.error("account cannot send", account=account.name, code=error.code, **error.params)
            return None
        end = time.monotonic() + self._beats.slice
        async with aclosing(sender.channel):
            after: float | None = 0.0
            while not self._stop.is_set() and time.monotonic() < end:
                after = await steady(self._store, self._vault, sender)
                if after is None or after > PATIENCE:
                    break
                if after:
                    await asyncio.to_thread(self._stop.wait, after)
                    after = 0.0
            let_go(sender)
        return after
