"""What a crash missed is done again: never, late or three times changes no result."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from channels.base import Receipt as Said
from outreach import clock
from outreach.audiences.proposals import queries as proposal_queries
from outreach.audiences.proposals import service as proposals
from outreach.deliveries import receipts
from outreach.deliveries.receipts import Event
from outreach.models.audiences import Proposal
from outreach.models.campaigns import Firing
from outreach.models.deliveries import Account, DeliveryBatch, FunnelDelta, Receipt
from outreach.people.intake.jobs import KEEP, Jobs
from outreach.policies import service as policies
from outreach.runtime.sweep import sweep
from outreach.store import Store, open_store
from tests.factories import CHILD, ELDER, ZONE, Office, free_pace
from tests.runtime.conftest import Connect

AT_ONCE: dict[str, Any] = {"ignore_quiet_hours": {"reason": "测试"}}
ELDERS = {**AT_ONCE, "policies": [ELDER]}


def test_a_sweep_does_what_a_crash_missed_and_nothing_twice(connect: Connect) -> None:
    line = connect(receipts=False)
    office = line.office
    office.person()
    office.sign(**AT_ONCE)
    assert sweep(office.store, line.settings) == 1  # the step fired
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    assert sender._commit(lease, chunk) is not None  # and here the process died
    assert sweep(office.store, line.settings) == 0
    with clock.fixed(clock.now()) as later:
        later.advance(minutes=1)
        assert sweep(office.store, line.settings) == 1
        assert (office.states(), office.again()) == ({"unknown": 1}, "look_up")
        assert sweep(office.store, line.settings) == 0


def test_a_step_that_cannot_be_planned_keeps_nothing_else_from_being_swept(
    connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    line = connect(receipts=False)
    office = line.office
    office.person()
    office.plan(**AT_ONCE)
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    sender._commit(lease, chunk)
    lost = office.campaign
    office.sign(steps=[{"channel": "group"}], **AT_ONCE)
    with office.store.begin() as connection:
        connection.execute(
            update(Account).where(Account.channel == "group").values(channel="visit")
        )
    with clock.fixed(clock.now()) as later:
        later.advance(minutes=1)
        sweep(office.store, line.settings)
    assert "deliveries.no_account" in "".join(capsys.readouterr())  # wherever the log goes by now
    assert office.states() == {}  # nothing of it is planned, and the log says why
    office.campaign = lost
    assert office.states() == {"unknown": 1}
    with office.store.read() as connection:
        assert connection.scalar(select(DeliveryBatch.state)) == "done"


def test_a_sweep_settles_receipts_that_came_early_and_folds_the_counts(connect: Connect) -> None:
    line = connect(receipts=False)
    office = line.office
    office.person()
    office.plan(**AT_ONCE)
    office.receive(Event(Said("FK00000001", "delivered", "delivered")))
    office.send()
    assert office.count(FunnelDelta) > 0
    assert sweep(office.store, line.settings) == 1
    assert office.count(FunnelDelta) == 0
    assert office.states() == {"delivered": 1}
    with office.store.begin() as connection:
        assert receipts.sweep(connection) == 0


def test_files_of_old_imports_go_without_anybody_importing_again(connect: Connect) -> None:
    line = connect(receipts=False)
    jobs = Jobs(line.office.store.begin, line.settings.data_dir)
    old, new = jobs.folder(1), jobs.folder(2)
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "名单.csv").write_text("姓名", encoding="utf-8")
    then = time.time() - KEEP.total_seconds() - 60
    os.utime(old, (then, then))
    sweep(line.office.store, line.settings)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_three_machines_sweep_at_once_and_everything_happens_once(connect: Connect) -> None:
    line = connect(receipts=False)
    office = line.office
    for _ in range(60):
        office.person()
    today = clock.today(ZONE)
    office.person(birth=today.replace(year=today.year - 3) + timedelta(days=20))  # soon too old
    _leave_doubts_and_receipts(office)
    first = office.campaign
    campaigns = [office.sign(**ELDERS) for _ in range(4)]
    url = office.store.writer.url.render_as_string(hide_password=False)
    with ExitStack() as open_things, clock.fixed(clock.now()) as later:
        later.advance(minutes=1)
        machines = [open_store(url) for _ in range(3)]
        for one in machines:
            open_things.callback(one.close)
        for _ in range(3):
            start = threading.Barrier(len(machines))

            def together(store: Store, start: threading.Barrier = start) -> int:
                start.wait()
                return sweep(store, line.settings)

            with ThreadPoolExecutor(len(machines)) as pool:
                list(pool.map(together, machines))
    for key in (first, *campaigns):
        office.campaign = key
        office.states()  # every count agrees
    assert _grouped(office, Firing.step_id) == {1}
    assert _grouped(office, DeliveryBatch.firing_id, DeliveryBatch.lo) == {1}
    assert _grouped(office, Proposal.policy_id, Proposal.kind) == {1}
    assert office.count(Receipt, Receipt.applied.is_(False)) == 0
    office.campaign = first
    assert office.states() == {"delivered": 30, "unknown": 30}


def _leave_doubts_and_receipts(office: Office) -> None:
    """Thirty whose receipts came before their answers, thirty whose sender died."""
    office.plan(**ELDERS)
    office.change(Account, Account.id == office.account, per_second=30.0)
    office.receive(*[Event(Said(f"FK{n:08d}", "delivered", "delivered")) for n in range(1, 31)])
    sender = office.sender()
    asyncio.run(sender.step())
    free_pace(office.store, office.account)
    lease = sender._held
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    assert sender._commit(lease, chunk) is not None


def _grouped(office: Office, *columns: Any) -> set[int]:
    """How many rows there are of one and the same thing."""
    with office.store.read() as connection:
        return set(connection.scalars(select(func.count(columns[0])).group_by(*columns)))


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_two_machines_that_find_the_same_people_make_one_proposal(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = connect(receipts=False)
    today = clock.today(ZONE)
    line.office.person(birth=today.replace(year=today.year - 3) + timedelta(days=20))
    terms = proposals.Terms(today, ZONE)
    with line.store.read() as connection:
        found = proposals.look(connection, policies.get(connection, CHILD), terms)
    written = threading.Event()
    look_for_open = proposal_queries.open_one

    def slowly(*asked: Any) -> int | None:
        """Looks, and goes on when the other machine has written."""
        there = look_for_open(*asked)
        written.wait(5)
        return there

    def write() -> None:
        with line.store.begin() as connection:
            proposals.write(connection, found)

    with ThreadPoolExecutor(1) as pool:
        with line.store.begin() as connection:
            proposals.write(connection, found)
            monkeypatch.setattr(proposal_queries, "open_one", slowly)
            other = pool.submit(write)
            time.sleep(0.3)
        written.set()
        other.result()
    assert _grouped(line.office, Proposal.policy_id, Proposal.kind) == {1}
