"""Real processes on one database: they fire the same steps, are killed, and are told to stop in mid-send."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from outreach import clock
from outreach.campaigns import schemas, service
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Delivery, DeliveryBatch, delivery_state
from outreach.web.sandbox import Faults
from tests.factories import ELDER, ZONE
from tests.faults.processes import Machines, Process, machines, until

SLOW = Faults(by_suffix=False, slow=1.0, slow_seconds=0.1)


def work(here: Machines, place: str) -> Process:
    """`outreach work` on another machine."""
    process = here.start(["work", "--json", "--concurrency", "4"], place)

    def ready() -> bool:
        assert process.lives, process.log.read_text()[-2000:]
        return '"accounts"' in process.log.read_text()

    until(ready, 60, "the process never came up")
    return process


def due_together(here: Machines, campaigns: int, steps: int, at: datetime) -> None:
    """So many campaigns, signed and released, with steps that are all due in one second."""
    moment = at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    for n in range(campaigns):
        ref = f"due-{n}"
        document = {
            "id": ref, "title": ref, "policies": [ELDER], "office": "东城区", "valid_until": "2099-12-31",
            "steps": [{"channel": "sms", "at": moment}] * steps, "ignore_quiet_hours": {"reason": "测试"},
        }  # fmt: skip
        with here.store.begin() as connection:
            service.create(connection, schemas.parse(document, ZONE, "c.yaml"), "gan")
            service.submit(connection, ref, "gan", clock.today(ZONE))
            service.approve(connection, ref, "zhang")
            service.release(connection, ref, "gan")


def check_fired_once(here: Machines, steps: int, people: int) -> None:
    """A firing for each step, a delivery for each of its people, a message for each delivery that was not left out."""
    with here.store.read() as connection:
        fired = connection.execute(select(Firing.step_id, func.count()).group_by(Firing.step_id))
        assert dict(fired.tuples().all()) == dict.fromkeys(connection.scalars(select(Step.id)), 1)
        batches = select(DeliveryBatch.firing_id, func.count()).group_by(DeliveryBatch.firing_id)
        assert set(dict(connection.execute(batches).tuples().all()).values()) == {1}
        per_step = select(Delivery.step_id, func.count()).group_by(Delivery.step_id)
        counted = dict(connection.execute(per_step).tuples().all())
        view = delivery_state.c
        states = select(view.state, func.count()).group_by(view.state)
        ended = dict(connection.execute(states).tuples().all())
    assert counted == dict.fromkeys(counted, people)
    assert len(counted) == steps
    with closing(sqlite3.connect(here.folder / "carrier.db")) as carrier:
        rows = carrier.execute("SELECT callback FROM message").fetchall()
    named = Counter(callback.rsplit("/", 1)[1].split(".")[0] for (callback,) in rows)
    assert set(named.values()) == {1}  # by delivery: the path of a callback names it
    assert set(ended) <= {"accepted", "delivered", "skipped"}
    assert named.total() == ended.get("accepted", 0) + ended.get("delivered", 0)


def everything_ended(here: Machines, deliveries: int) -> bool:
    view = delivery_state.c
    with here.store.read() as connection:
        rows = connection.execute(select(view.state, func.count()).group_by(view.state))
        states = dict(rows.tuples().all())
    return sum(states.values()) == deliveries and not {"planned", "waiting", "unknown"} & set(
        states
    )


def three_nodes(tmp_path: Path, campaigns: int, steps: int, people: int) -> None:
    total = campaigns * steps + 1  # the installation's own campaign has one
    with machines(tmp_path, people, kind="postgresql", faults=SLOW, lease="3") as here:
        at = clock.now() + timedelta(seconds=12)
        due_together(here, campaigns, steps, at)
        nodes = [work(here, place) for place in ("a", "b", "c")]
        begun = here.attempts()
        until(lambda: here.attempts() > begun + people, 60, "nothing was fired")
        nodes[0].kill()
        until(lambda: everything_ended(here, total * people), 120, lambda: str(here.states()))
        assert [node.stop() for node in nodes[1:]] == [0, 0]
        check_fired_once(here, total, people)


def test_steps_due_in_the_same_second_fire_once_over_three_nodes_of_which_one_is_killed(
    tmp_path: Path,
) -> None:
    three_nodes(tmp_path, campaigns=6, steps=3, people=8)


@pytest.mark.slow
def test_a_hundred_and_fifty_steps_due_in_the_same_second(tmp_path: Path) -> None:
    three_nodes(tmp_path, campaigns=30, steps=5, people=30)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_told_to_stop_every_attempt_has_its_answer_and_another_goes_on(
    tmp_path: Path, kind: str
) -> None:
    with machines(
        tmp_path, 300, kind=kind, faults=SLOW, per_second=100.0, send_timeout="5"
    ) as here:
        sender = here.serve() if kind == "sqlite" else work(here, "a")
        until(lambda: here.attempts() >= 60, 60, "nothing was sent")
        told = time.monotonic()
        assert sender.stop() == 0, sender.log.read_text()[-2000:]
        assert time.monotonic() - told < 5
        assert here.in_doubt() == 0
        left = here.untouched()
        assert left > 0
        again = here.serve() if kind == "sqlite" else work(here, "b")
        until(lambda: here.untouched() == 0, 60, "nobody went on")
        here.until_settled(60)
        assert again.stop() == 0
        here.check(300)
