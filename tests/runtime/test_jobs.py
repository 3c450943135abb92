"""Wake-ups: how many are sent, which count as on their way, and what becomes of those that a killed worker had."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.cli import run
from outreach.deliveries import due, leases
from outreach.runtime import jobs
from outreach.runtime.distributed import senders_of
from outreach.runtime.jobs import Beats, missing
from outreach.store import Store
from outreach.vault import Vault
from tests.factories import Office
from tests.runtime.engines import forget_wake_ups
from tests.runtime.test_adapters import account

BEATS = Beats(heartbeat=1.0, stalled=5.0, slice=5.0, poll=1.0)
on_postgresql = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.mark.parametrize(
    ("work", "there", "crowd", "only", "sent"),
    [
        ({1: 3}, {}, {1: 1}, None, {1: 1}),
        ({1: 3}, {}, {1: 8}, None, {1: 3}),
        ({1: 20}, {1: 3}, {1: 8}, None, {1: 5}),
        ({1: 3}, {1: 1}, {1: 1}, None, {}),
        ({1: 1, 2: 1}, {}, {}, [2], {2: 1}),
        ({}, {1: 1}, {1: 1}, None, {}),
    ],
    ids=[
        "a slow account gets one sender", "a fast one gets as many as find work", "those on their way count",
        "enough are on their way", "this machine looks after some accounts only", "nothing is due",
    ],
)  # fmt: skip
def test_as_many_wake_ups_are_sent_as_are_missing(
    work: dict[int, int],
    there: dict[int, int],
    crowd: dict[int, int],
    only: list[int] | None,
    sent: dict[int, int],
) -> None:
    assert missing(work, there, crowd, only) == sent


def test_a_fast_account_gets_several_senders_and_a_slow_one_gets_one() -> None:
    slow = account("fake")
    fast = type(slow)(**{**vars(slow), "per_second": 450.0})
    assert (senders_of(slow), senders_of(fast)) == (1, 5)


@pytest.fixture
def shared(store: Store) -> Iterator[Store]:
    """A PostgreSQL on which nothing rings."""
    forget_wake_ups(store)
    yield store
    forget_wake_ups(store)


def statuses(store: Store) -> list[str]:
    with store.read() as connection:
        rows = text("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        return list(connection.scalars(rows))


@on_postgresql
def test_a_wake_up_stands_and_falls_with_the_transaction_that_sends_it(shared: Store) -> None:
    app = jobs.make_app(shared.writer.url)
    with suppress(ZeroDivisionError), shared.begin() as connection:
        jobs.send(app, connection, {7: 1})
        raise ZeroDivisionError
    assert statuses(shared) == []
    with shared.begin() as connection:
        jobs.send(app, connection, {7: 2, 8: 1})
    with shared.begin() as connection:
        jobs.send(app, connection, {8: 1}, after=600)
    with shared.read() as connection:
        assert jobs.coming(connection, BEATS) == {7: 2, 8: 2}


@on_postgresql
@pytest.mark.parametrize(
    ("heard", "begun", "counts"),
    [(1, 1, True), (60, 1, False), (1, 60, False)],
    ids=["by somebody who lives", "by somebody who was killed", "whose end was never written"],
)
def test_a_wake_up_that_is_being_answered_counts(
    shared: Store, heard: int, begun: int, counts: bool
) -> None:
    with shared.begin() as connection:
        jobs.send(jobs.make_app(shared.writer.url), connection, {7: 1})
        take(connection, heard, begun)
    with shared.read() as connection:
        assert jobs.coming(connection, BEATS) == ({7: 1} if counts else {})


def take(connection: object, heard: int, begun: int) -> None:
    """As if a worker that was heard so many seconds ago had begun it so many seconds ago."""
    execute = connection.execute  # type: ignore[attr-defined]
    execute(
        text(
            "INSERT INTO procrastinate_workers(last_heartbeat) VALUES (now() - make_interval(secs => :n))"
        ),
        {"n": heard},
    )
    execute(
        text(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
    )
    execute(
        text(
            "UPDATE procrastinate_events SET at = now() - make_interval(secs => :n) WHERE type = 'started'"
        ),
        {"n": begun},
    )


@on_postgresql
def test_what_a_killed_worker_had_in_hand_waits_again(shared: Store) -> None:
    with shared.begin() as connection:
        jobs.send(jobs.make_app(shared.writer.url), connection, {7: 1})
        take(connection, 60, 60)
    assert statuses(shared) == ["doing"]

    async def twice() -> list[int]:
        app = jobs.make_app(shared.writer.url, lambda account: None)
        async with app.open_async():
            return [await jobs.revive(app, BEATS), await jobs.revive(app, BEATS)]

    assert asyncio.run(twice()) == [1, 0]
    assert statuses(shared) == ["todo"]


def test_an_account_is_due_while_somebody_would_find_something(store: Store, vault: Vault) -> None:
    office = Office(store, vault)
    office.person()

    def found() -> dict[int, int]:
        with store.read() as connection:
            return due.by_account(connection)

    assert found() == {}
    office.plan(ignore_quiet_hours={"reason": "测试"})
    assert found() == {office.account: 1}
    office.set_status("paused")
    assert found() == {}
    office.set_status("running")
    with store.begin() as connection:
        lease = leases.claim_batch(connection, office.account)
    assert lease is not None
    assert found() == {}
    with store.begin() as connection:
        lease.give_back(connection)
    assert found() == {office.account: 1}


def test_working_on_several_machines_needs_postgresql_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--data", str(tmp_path), "migrate"]) == 0
    capsys.readouterr()
    assert run(["--data", str(tmp_path), "work"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 2  # one line in each language
    assert "PostgreSQL" in said[0]
    assert run(["--data", str(tmp_path), "serve", "--no-senders", "--port", "0"]) == 2
    assert "outreach work" in capsys.readouterr().err
