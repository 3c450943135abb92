"""One suite for both engines: the same ends, whatever becomes of wake-ups and of the nodes that answer them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from outreach import clock
from outreach.campaigns import schedule
from outreach.deliveries import queries
from outreach.models.deliveries import Account, Attempt, DeliveryBatch
from outreach.web.sandbox import Faults
from tests.factories import ELDER, ZONE
from tests.runtime.conftest import Connect, Line
from tests.runtime.engines import Nodes, carried, forget_wake_ups, later, states, until

AT_ONCE: dict[str, Any] = {"policies": [ELDER], "ignore_quiet_hours": {"reason": "测试"}}
KINDS = [
    pytest.param("sqlite", "embedded", id="embedded-sqlite"),
    pytest.param("postgresql", "embedded", id="embedded-postgresql", marks=pytest.mark.slow),
    pytest.param("postgresql", "distributed", id="distributed-postgresql"),
]
CALM = Faults(by_suffix=False)
SLOW = Faults(by_suffix=False, slow=1.0, slow_seconds=0.05)

pytestmark = pytest.mark.parametrize(("store", "kind"), KINDS, indirect=["store"])
Start = Callable[..., tuple[Line, Nodes]]


@pytest.fixture
def start(connect: Connect, kind: str) -> Iterator[Start]:
    """`start(people, faults)`: a signed campaign to so many people (or to these numbers), and nodes that may join."""
    opened: list[Nodes] = []

    def make(
        people: int | Sequence[str],
        faults: Faults = CALM,
        *,
        per_second: float = 200.0,
        **more: Any,
    ) -> tuple[Line, Nodes]:
        line = connect(faults, receipts=False)
        forget_wake_ups(line.store)
        line.settings = line.settings.model_copy(update={"lease": 2.0})
        for phone in [""] * people if isinstance(people, int) else people:
            line.office.person(phone=phone)
        pace(line, per_second)
        line.office.sign(**{**AT_ONCE, **more})
        opened.append(Nodes(line, kind))
        return line, opened[-1]

    yield make
    for nodes in opened:
        nodes.end()
        forget_wake_ups(nodes.line.store)


def pace(line: Line, per_second: float) -> None:
    with line.store.begin() as connection:
        connection.execute(update(Account).values(per_second=per_second))


def attempts(line: Line) -> int:
    return line.office.count(Attempt)


def moments(line: Line) -> list[datetime]:
    """When each attempt was written."""
    with line.store.read() as connection:
        return sorted(connection.scalars(select(Attempt.at)))


def settled(line: Line, n: int) -> Callable[[], bool]:
    """Whether so many are with the carrier, and nothing moves any more."""
    return lambda: (
        states(line).get("accepted", 0) == n and not {"waiting", "unknown"} & set(states(line))
    )


def check_once(line: Line, people: int) -> None:
    assert states(line) == {"accepted": people}
    assert set(carried(line).values()) == {1}
    assert carried(line).total() == people
    line.office.states()  # every count agrees


def test_nodes_come_and_go_and_everybody_gets_it_once(start: Start) -> None:
    line, nodes = start(150, SLOW)
    nodes.come_and_go(3, 0.4)
    until(settled(line, 150), line)
    nodes.end()
    check_once(line, 150)
    assert attempts(line) == 150


def test_paused_and_resumed_twenty_times_nothing_is_repeated(start: Start) -> None:
    line, nodes = start(240, Faults(by_suffix=False, slow=1.0, slow_seconds=0.02), per_second=100.0)
    nodes.join()
    until(lambda: attempts(line) > 0, line)
    for _ in range(20):
        line.office.set_status("paused")
        time.sleep(0.03)
        line.office.set_status("running")
        time.sleep(0.05)
    until(settled(line, 240), line)
    check_once(line, 240)
    assert attempts(line) == 240


def test_a_pause_acts_within_a_second_at_full_pace(start: Start) -> None:
    line, nodes = start(500, per_second=100.0)
    nodes.join()
    until(lambda: attempts(line) >= 100, line)
    line.office.set_status("paused")
    paused = clock.now()
    time.sleep(1.5)
    last = moments(line)[-1]
    assert last <= paused + timedelta(seconds=1)
    assert attempts(line) < 500  # there was something to pause
    line.office.set_status("running")
    pace(line, 1000.0)
    until(settled(line, 500), line)
    check_once(line, 500)


def test_a_new_pace_counts_from_the_next_chunk_on(start: Start) -> None:
    line, nodes = start(200, per_second=5.0)
    nodes.join()
    until(lambda: attempts(line) >= 5, line)
    assert attempts(line) < 100
    pace(line, 1000.0)
    until(settled(line, 200), line, 20)  # at five a second it would take forty
    check_once(line, 200)


def test_what_fell_into_quiet_hours_goes_out_when_they_end(start: Start) -> None:
    local = clock.now().astimezone(ZONE)
    night = local.replace(hour=22, minute=0, second=0) - local
    with later(seconds=night.total_seconds()):
        line, nodes = start(40, ignore_quiet_hours=None)
        schedule.tick(line.store.begin, ZONE)
        nodes.join()
        until(lambda: _put_off(line), line)
        assert attempts(line) == 0
    with later(seconds=night.total_seconds() + 11 * 3600):
        until(settled(line, 40), line)
        nodes.end()
    check_once(line, 40)


def _put_off(line: Line) -> bool:
    with line.store.read() as connection:
        due = connection.scalar(select(func.min(DeliveryBatch.due_at)))
    return due is not None and due > clock.now()


def test_a_carrier_that_is_busy_gets_it_later_and_once(start: Start) -> None:
    line, nodes = start([f"+86139{n:04d}0005" for n in range(12)], Faults())
    nodes.join()
    until(settled(line, 12), line)
    check_once(line, 12)
    assert attempts(line) == 24


def test_what_nobody_knows_is_looked_up_and_sent_again_at_most_once(start: Start) -> None:
    ends = ["0003", "0007", "0004", "1000"] * 5
    line, nodes = start([f"+86138{n:04d}{end}" for n, end in enumerate(ends)], Faults())
    nodes.come_and_go(2, 0.5)
    # 0004 never accepts: after the second unknown a person is asked
    until(lambda: states(line) == {"accepted": 15, "unknown": 5} and _asked(line) == 5, line)
    nodes.end()
    assert set(carried(line).values()) == {1}
    assert carried(line).total() == 15


def _asked(line: Line) -> int:
    with line.store.read() as connection:
        return len(queries.waiting_for_a_person(connection, line.office.campaign))


def test_no_node_spends_what_is_not_there(start: Start) -> None:
    line, nodes = start(200, SLOW, budget=2.5)
    for _ in range(nodes.most):
        nodes.join()
    with line.store.read() as connection:
        price = connection.scalar(select(Account.part_fen).where(Account.channel == "sms"))
    until(lambda: sum(states(line).values()) == 200 and "waiting" not in states(line), line)
    nodes.end()
    spent = carried(line).total()
    assert states(line) == {"accepted": spent, "skipped": 200 - spent}
    with line.store.read() as connection:
        cost = connection.scalar(select(func.sum(Attempt.cost_fen)))
    assert 250 - 3 * (price or 0) < (cost or 0) <= 250
