"""An installation run by real processes that are killed, frozen and started again, and a carrier that outlives them.

Nothing here is patched: `outreach serve` and `outreach campaign run --now` as an office starts them, over real HTTP to
the sandbox carrier, which keeps what it has accepted in a file of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from outreach.deliveries import queries
from outreach.deliveries.states import Why
from outreach.models.deliveries import Attempt, DeliveryAgain, Outcome, delivery_state
from outreach.settings import load, write_missing_keys
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.web.sandbox import Faults, SandboxServer
from tests import postgres
from tests.channel_contract import free_port
from tests.faults.people import settle_in

HOME = Path(__file__).resolve().parents[2]
CHUNK = 100
"""The most that one sender has in flight: an account's chunk never holds more."""


@dataclass
class Process:
    """A process of ours. `kill` and `freeze` are those of the kernel: it hears nothing of them."""

    popen: subprocess.Popen[str]
    log: Path

    def kill(self) -> None:
        """As a power cut would."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait(30)

    def freeze(self) -> None:
        """As a laptop's lid would."""
        self.popen.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Go on."""
        self.popen.send_signal(signal.SIGCONT)

    def stop(self, seconds: float = 30) -> int:
        """Told to end, in order; its exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(seconds)

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None


@dataclass
class Machines:
    """One installation: its folder, its database, its carrier, and the processes started on it."""

    folder: Path
    url: str
    carrier: SandboxServer
    store: Store
    campaign: int
    settings: dict[str, str]
    port: int
    started: list[Process] = field(default_factory=list)

    def serve(self, place: str = "", port: int | None = None) -> Process:
        """Pages, timetable and senders in one process. place: another machine's folder (PostgreSQL only)."""
        words = ["serve", "--port", str(port or self.port), "--json"]
        process = self.start(words, place)
        self._until_ready(process, port or self.port)
        return process

    def run_now(self, ref: str, place: str = "") -> Process:
        """A sender alone, which ends when nothing moves any more by itself."""
        return self.start(["campaign", "run", ref, "--now", "--json"], place)

    def start(self, words: list[str], place: str = "") -> Process:
        """`outreach` with these words."""
        data = self.folder / place if place else self.folder
        if place:
            data.mkdir(exist_ok=True)
            (data / "keys.env").write_text((self.folder / "keys.env").read_text())
        clean = {key: value for key, value in os.environ.items() if not key.startswith("OUTREACH_")}
        log = self.folder / f"process-{len(self.started)}.log"
        with open(log, "w") as file:
            popen = subprocess.Popen(
                [sys.executable, "-m", "outreach", *words],
                cwd=HOME, stdout=file, stderr=file, text=True,
                env={**clean, **self.settings, "OUTREACH_DATA_DIR": str(data)},
            )  # fmt: skip
        self.started.append(Process(popen, log))
        return self.started[-1]

    def _until_ready(self, process: Process, port: int) -> None:
        def ready() -> bool:
            assert process.lives, process.log.read_text()[-2000:]
            return f":{port}" in process.log.read_text()

        until(ready, 60, "the process never came up")

    # -- what became of it ---------------------------------------------------------------------------

    def attempts(self) -> int:
        """How many were written; what the senders do is seen by it."""
        with self.store.read() as connection:
            return connection.scalar(select(func.count()).select_from(Attempt)) or 0

    def untouched(self) -> int:
        """Deliveries to which nothing has happened yet; -1 = none is planned."""
        view = delivery_state.c
        with self.store.read() as connection:
            mine = select(view.state, func.count()).where(view.campaign_id == self.campaign)
            found = {row[0]: row[1] for row in connection.execute(mine.group_by(view.state))}
        return found.get("planned", 0) if found else -1

    def in_doubt(self) -> int:
        """Attempts of which nobody knows by now whether they arrived."""
        answered = (Outcome.delivery_id == Attempt.delivery_id) & (Outcome.no == Attempt.no)
        statement = select(func.count()).select_from(Attempt).outerjoin(Outcome, answered)
        open_ = Outcome.state.is_(None) | (Outcome.state == "unknown")
        with self.store.read() as connection:
            return connection.scalar(statement.where(open_)) or 0

    def states(self) -> dict[str, int]:
        """Deliveries by state."""
        with self.store.read() as connection:
            counts = queries.state_counts(connection, self.campaign)
        return {state: n for state, n in counts.items() if n}

    def handed_over(self) -> Counter[str]:
        """Messages by number: what the carrier has in its own file."""
        path = self.folder / "carrier.db"
        with closing(sqlite3.connect(path)) as connection:
            return Counter(
                number for (number,) in connection.execute("SELECT recipient FROM message")
            )

    def settled(self) -> bool:
        """Whether every delivery has come to its end, or to a person."""
        left = self.states()
        return bool(left) and "waiting" not in left and left.get("unknown", 0) == self.asked()

    def asked(self) -> int:
        """Deliveries that wait for a person: the carrier answered twice with nothing, and does not have them."""
        with self.store.read() as connection:
            ask = select(func.count()).where(DeliveryAgain.reason == Why.ASK.value)
            return connection.scalar(ask) or 0

    def until_settled(self, seconds: float) -> dict[str, int]:
        """The states, once nothing waits and nothing is in doubt."""
        until(self.settled, seconds, lambda: f"not settled: {self.states()}")
        return self.states()

    def check(self, people: int) -> dict[str, int]:
        """Nobody has two messages, the books say what the carrier has, and the states sum to the plan."""
        states, carried = self.states(), self.handed_over()
        assert not {number: n for number, n in carried.items() if n > 1}
        assert states.pop("planned") == people == sum(states.values())
        assert states.pop("unknown", 0) == self.asked() <= people / 200
        taken = sum(states.get(state, 0) for state in ("accepted", "delivered", "undelivered"))
        assert taken == carried.total()
        return states


def until(true: Callable[[], bool], seconds: float, otherwise: str | Callable[[], str]) -> None:
    """Wait in real time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise if isinstance(otherwise, str) else otherwise()
        time.sleep(0.02)


def at_work(here: Machines, process: Process) -> None:
    """Wait until something is sent that was not sent yet."""
    before = here.attempts()
    until(lambda: here.attempts() > before, 60, lambda: process.log.read_text()[-2000:])


@contextmanager
def machines(
    folder: Path,
    people: int,
    *,
    kind: str = "sqlite",
    faults: Faults = Faults(by_suffix=False),  # noqa: B008 - frozen
    per_second: float = 2000.0,
    url: str = "",
    **settings: str,
) -> Iterator[Machines]:
    """An installation with a signed, released campaign to so many people, and a carrier in this process.

    kind: sqlite or postgresql. url: of a PostgreSQL of the caller's own. settings: more of them, without the prefix.
    """
    with ExitStack() as open_things:
        database = url or _database(kind, folder, open_things)
        carrier = SandboxServer(folder / "carrier.db", faults=faults, receipt_delay=0.05)
        open_things.enter_context(carrier)
        write_missing_keys(load(folder))
        store = open_store(database)
        open_things.callback(store.close)
        migrate(store)
        campaign = settle_in(store, load(folder).vault(), people, per_second)
        port = free_port()
        wanted = {
            "OUTREACH_SEND_TIMEOUT": "2", "OUTREACH_RECONCILE_AFTER": "1", "OUTREACH_CLI_MAY_ACT": "1",
            "OUTREACH_TWILIO_BASE_URL": carrier.base_url, "OUTREACH_TWILIO_ACCOUNT_SID": carrier.account.sid,
            "OUTREACH_TWILIO_AUTH_TOKEN": carrier.account.token, "OUTREACH_TWILIO_FROM": "+8610690001",
            "OUTREACH_PUBLIC_URL": f"http://127.0.0.1:{port}",
            **{f"OUTREACH_{name.upper()}": value for name, value in settings.items()},
        }  # fmt: skip
        if not database.startswith("sqlite"):
            wanted["OUTREACH_DATABASE_URL"] = postgres.plain(database)
        here = Machines(folder, database, carrier, store, campaign, wanted, port)
        open_things.callback(_end, here.started)
        yield here


def _database(kind: str, folder: Path, open_things: ExitStack) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'outreach.db'}"
    name = f"t_faults_{os.getpid()}"
    open_things.callback(postgres.drop_database, name)
    return postgres.create_database(name)


def _end(started: list[Process]) -> None:
    """Nothing that a test started outlives it."""
    for process in started:
        if process.lives:
            with suppress(ProcessLookupError):
                process.wake()
                process.kill()


def said(process: Process) -> dict[str, object]:
    """The last line that a command printed, as JSON."""
    found: dict[str, object] = json.loads(process.log.read_text().splitlines()[-1])
    return found
