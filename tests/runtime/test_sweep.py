"""What a crash missed is done again: never, late or three times changes no result."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from sqlalchemy import select, update

from channels.base import Receipt as Said
from outreach import clock
from outreach.deliveries import receipts
from outreach.deliveries.receipts import Event
from outreach.models.deliveries import Account, DeliveryBatch, FunnelDelta
from outreach.people.intake.jobs import KEEP, Jobs
from outreach.runtime.sweep import sweep
from tests.runtime.conftest import Connect

AT_ONCE: dict[str, Any] = {"ignore_quiet_hours": {"reason": "测试"}}


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
