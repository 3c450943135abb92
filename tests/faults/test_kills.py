"""kill -9 and SIGSTOP at moments that nobody chose: everybody has 0 or 1 message, and all is settled in the end."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from outreach.web.sandbox import Faults
from tests.channel_contract import free_port
from tests.faults.people import REF
from tests.faults.processes import CHUNK, Machines, Process, at_work, machines

SEED = 20261126
SLOW = Faults(slow=1.0, slow_seconds=0.1, by_suffix=False)
"""A chunk of a hundred is with it for a third of a second: a kill strikes while something is in flight."""

LOSSY = Faults(
    drop_after=0.01, error500=0.01, throttle=0.01, garbage=0.005, slow=0.9, slow_seconds=0.1,
    seed=SEED, by_suffix=False,
)  # fmt: skip
"""One that has bad moments of its own meanwhile."""

PATIENT = {"send_timeout": "5"}
"""Long runs share their machine with whatever else computes on it."""

ENDS = {"accepted", "delivered"}
"""Who has it. Of a message whose receipt came to a dead process often enough the carrier says no more."""


def kill_in_mid_send(here: Machines, kills: int, span: float) -> int:
    """Serve, and kill once the senders are at work, so many times; how many were in flight at the kills."""
    moments, struck = random.Random(SEED), 0
    for _ in range(kills):
        before = here.in_doubt()
        server = here.serve()
        at_work(here, server)
        time.sleep(moments.uniform(0, span))
        server.kill()
        assert here.untouched() > 0, "all was sent before the kill: this shows nothing"
        struck += max(0, here.in_doubt() - before)
    return struck


def another(here: Machines) -> Process:
    """A second machine with pages of its own; receipts go to the first."""
    return here.serve("another", free_port())


def test_web_timetable_and_sender_die_together_in_mid_send(tmp_path: Path) -> None:
    with machines(tmp_path, 500, faults=SLOW) as here:
        struck = kill_in_mid_send(here, 2, 0.3)
        assert 0 < here.in_doubt() <= struck <= 2 * CHUNK
        server = here.serve()
        here.until_settled(180)
        assert server.stop() == 0
        assert set(here.check(500)) <= ENDS


def test_one_machine_freezes_past_its_lease_and_another_dies(tmp_path: Path) -> None:
    """What they held goes to who is left, and who wakes repeats nothing."""
    with machines(tmp_path, 600, kind="postgresql", faults=SLOW, lease="1") as here:
        frozen = another(here)
        at_work(here, frozen)
        frozen.freeze()
        assert 0 < here.in_doubt() <= CHUNK
        dead = here.run_now(REF, "third")
        at_work(here, dead)
        dead.kill()
        assert here.untouched() > 0
        assert here.in_doubt() <= 2 * CHUNK
        server = here.serve()
        here.until_settled(180)
        assert here.handed_over().total() == 600
        frozen.wake()
        time.sleep(2)  # in which it could do what it must not do
        assert (frozen.stop(), server.stop()) == (0, 0)
        assert set(here.check(600)) <= ENDS


@pytest.mark.slow
@pytest.mark.parametrize("faults", [SLOW, LOSSY], ids=["a slow carrier", "a bad carrier"])
def test_ten_thousand_people_and_fifteen_kills(tmp_path: Path, faults: Faults) -> None:
    with machines(tmp_path, 10_000, faults=faults, per_second=500.0, **PATIENT) as here:
        struck = kill_in_mid_send(here, 15, 1.0)
        if faults is SLOW:  # nothing else leaves anything in doubt
            assert 0 < struck <= 15 * CHUNK
        server = here.serve()
        here.until_settled(900)
        assert server.stop() == 0
        assert set(here.check(10_000)) <= ENDS


@pytest.mark.slow
def test_ten_thousand_people_and_machines_that_come_and_go(tmp_path: Path) -> None:
    """Web with timetable and sender on one machine, a sender alone on the other; either of them is killed."""
    moments = random.Random(SEED)
    with machines(
        tmp_path, 10_000, kind="postgresql", faults=LOSSY, per_second=500.0, lease="2", **PATIENT
    ) as here:
        running = [here.serve(), here.run_now(REF, "another")]
        for _ in range(12):
            time.sleep(moments.uniform(0.5, 2.0))
            which = moments.randrange(2)
            running[which].kill()
            running[which] = here.run_now(REF, "another") if which else here.serve()
        assert here.untouched() > 0
        here.until_settled(900)
        assert running[0].stop() == 0
        assert set(here.check(10_000)) <= ENDS


@pytest.mark.slow
def test_ten_thousand_people_and_senders_that_freeze_in_turn(tmp_path: Path) -> None:
    moments = random.Random(SEED)
    with machines(
        tmp_path, 10_000, kind="postgresql", faults=LOSSY, per_second=500.0, lease="1", **PATIENT
    ) as here:
        both = [another(here), here.serve()]
        for turn in range(10):
            time.sleep(moments.uniform(0.2, 1.5))
            one = both[turn % 2]
            one.freeze()
            time.sleep(moments.uniform(1.5, 5.0))
            one.wake()
        here.until_settled(900)
        assert [one.stop() for one in both] == [0, 0]
        assert set(here.check(10_000)) <= ENDS
