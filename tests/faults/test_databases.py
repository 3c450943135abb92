"""A database that is busy, full, or goes away in mid-send."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from outreach.runtime.embedded import Embedded, drain
from outreach.runtime.timetable import Timetable
from outreach.web.sandbox import Faults
from tests import postgres
from tests.faults.processes import at_work, machines, until
from tests.faults.test_carriers import AT_NIGHT_TOO, carried
from tests.runtime.conftest import Connect, Line
from tests.runtime.test_embedded import settled

CLEAN = Faults(by_suffix=False)


@contextmanager
def serving(line: Line) -> Iterator[Embedded]:
    """Senders and timetable, as `serve` runs them."""
    senders = Embedded(line.store, line.vault, line.settings)
    timetable = Timetable(line.store, line.settings, senders, seconds=0.5)
    senders.start()
    timetable.start()
    try:
        yield senders
    finally:
        timetable.stop()
        senders.stop()


def on_sqlite(line: Line) -> Path:
    if line.store.dialect != "sqlite":
        pytest.skip("PostgreSQL has its own ways to be busy and full")
    return Path(str(line.store.writer.url.database))


def test_a_reader_that_never_ends_holds_nobody_up(connect: Connect) -> None:
    line = connect(CLEAN)
    path = on_sqlite(line)
    for _ in range(150):
        line.office.person()
    line.office.plan(**AT_NIGHT_TOO)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        count = "SELECT COUNT(*) FROM attempt"
        assert reader.execute(count).fetchone() == (0,)
        drain(line.store, line.vault, line.settings, line.office.campaign, patience=20)
        assert reader.execute(count).fetchone() == (0,)  # it still sees its own moment
    assert Counter(carried(line).values()) == {1: 150}
    until(lambda: settled(line) == {"delivered": 150}, 20, lambda: str(settled(line)))


def test_another_writer_is_waited_for(connect: Connect) -> None:
    line = connect(CLEAN)
    path = on_sqlite(line)
    for _ in range(150):
        line.office.person()
    line.office.plan(**AT_NIGHT_TOO)
    done = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as writer:
            while not done.is_set():
                writer.execute("BEGIN IMMEDIATE")
                time.sleep(0.2)
                writer.execute("COMMIT")
                time.sleep(0.02)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        drain(line.store, line.vault, line.settings, line.office.campaign, patience=20)
    finally:
        done.set()
        thread.join()
    assert Counter(carried(line).values()) == {1: 150}


def test_a_full_database_stops_the_sending_and_goes_on_when_there_is_room(
    connect: Connect,
) -> None:
    line = connect(CLEAN)
    on_sqlite(line)
    for _ in range(700):
        line.office.person()
    line.office.plan(**AT_NIGHT_TOO)

    def pages(limit: int) -> None:
        with line.store.writer.connect() as connection:  # the one connection that writes
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")

    with line.store.read() as connection:
        taken = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    pages(taken + 25)
    with serving(line):
        until(lambda: line.office.attempts() > 0, 20, "nothing was sent")
        before = -1
        while before != (before := line.office.attempts()):
            time.sleep(1.2)
        assert 0 < before < 700, "it was never full"
        assert max(carried(line).values()) == 1
        pages(2**30)
        until(
            lambda: (
                carried(line).total() == 700 and set(settled(line)) <= {"accepted", "delivered"}
            ),
            60,
            lambda: str(settled(line)),
        )
    assert Counter(carried(line).values()) == {1: 700}


def test_postgresql_restarts_in_mid_send(tmp_path: Path) -> None:
    """Twice, without asking anybody: connections break in whatever transaction is open."""
    slow = Faults(slow=1.0, slow_seconds=0.05, by_suffix=False)
    with (
        postgres.own_server() as server,
        machines(tmp_path, 500, url=server.url, faults=slow) as here,
    ):
        process = here.serve()
        for _ in range(2):
            at_work(here, process)
            server.restart()
            assert process.lives
        assert here.untouched() > 0
        here.until_settled(60)
        assert process.stop() == 0
        assert set(here.check(500)) <= {"accepted", "delivered"}
