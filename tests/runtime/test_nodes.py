"""Real processes on one database: they fire the same steps, are killed, and are told to stop in mid-send."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from outreach import clock
from outreach.campaigns import schemas, service
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Account, Delivery, DeliveryBatch, delivery_state
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


def counted(here: Machines, by: Any) -> dict[Any, int]:
    """Rows by a column."""
    with here.store.read() as connection:
        rows = connection.execute(select(by, func.count()).group_by(by))
        return {row[0]: row[1] for row in rows}


def check_fired_once(here: Machines, steps: int, people: int) -> None:
    """A firing for each step, a delivery for each of its people, a message for each delivery."""
    with here.store.read() as connection:
        every = list(connection.scalars(select(Step.id)))
    assert len(every) == steps
    assert counted(here, Firing.step_id) == dict.fromkeys(every, 1)
    assert set(counted(here, DeliveryBatch.firing_id).values()) == {1}
    assert counted(here, Delivery.step_id) == dict.fromkeys(every, people)
    assert counted(here, delivery_state.c.state) == {"accepted": steps * people}
    with closing(sqlite3.connect(here.folder / "carrier.db")) as carrier:
        rows = carrier.execute("SELECT recipient, callback FROM message").fetchall()
    # All steps say the same here, so which of two equal texts a look-up takes for which delivery is arbitrary; how
    # many somebody gets is not.
    assert Counter(number for number, _ in rows) == dict.fromkeys({one for one, _ in rows}, steps)
    assert len(rows) == steps * people


def everything_ended(here: Machines, deliveries: int) -> bool:
    states = counted(here, delivery_state.c.state)
    under_way = {"planned", "waiting", "unknown"} & set(states)
    return sum(states.values()) == deliveries and not under_way


def without_caps(folder: Path) -> str:
    """A site that sends one person as many messages as it likes: here everybody gets one of every step."""
    site = folder / "site"
    site.mkdir()
    (site / "limits.toml").write_text("[frequency.sms]\nmost = 0\ndays = 7\n", "utf-8")
    return str(site)


def three_nodes(tmp_path: Path, campaigns: int, steps: int, people: int) -> None:
    total = campaigns * steps + 1  # the installation's own campaign has one
    with machines(
        tmp_path, people, kind="postgresql", faults=SLOW, lease="3", content_dir=without_caps(tmp_path)
    ) as here:  # fmt: skip
        with here.store.begin() as connection:
            connection.execute(update(Account).values(options={"repeat": "none"}))
        nodes = [work(here, place) for place in ("a", "b", "c")]
        due_together(here, campaigns, steps, clock.now() + timedelta(seconds=3))
        until(lambda: here.attempts() >= 3 * people, 60, "nothing was fired")
        nodes[0].kill()
        until(lambda: everything_ended(here, total * people), 120, lambda: str(here.states()))
        assert [node.stop() for node in nodes[1:]] == [0, 0]
        check_fired_once(here, total, people)


def test_steps_due_in_the_same_second_fire_once_over_three_nodes_of_which_one_is_killed(
    tmp_path: Path,
) -> None:
    three_nodes(tmp_path, campaigns=5, steps=3, people=5)


@pytest.mark.slow
def test_a_hundred_and_fifty_steps_due_in_the_same_second(tmp_path: Path) -> None:
    three_nodes(tmp_path, campaigns=30, steps=5, people=30)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_told_to_stop_every_attempt_has_its_answer_and_another_goes_on(
    tmp_path: Path, kind: str
) -> None:
    with machines(
        tmp_path, 200, kind=kind, faults=SLOW, per_second=100.0, send_timeout="5"
    ) as here:
        sender = here.serve() if kind == "sqlite" else work(here, "a")
        until(lambda: here.attempts() > 0, 60, "nothing was sent")
        assert sender.stop() == 0, sender.log.read_text()[-2000:]
        assert here.in_doubt() == 0
        left = here.untouched()
        assert left > 0
        again = here.serve() if kind == "sqlite" else work(here, "b")
        until(lambda: here.untouched() == 0, 60, "nobody went on")
        here.until_settled(60)
        assert again.stop() == 0
        here.check(200)
