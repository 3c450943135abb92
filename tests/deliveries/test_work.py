"""Work lists: leases, pace, budgets; and statements that do not grow with what was sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Select, select, update
from sqlalchemy.dialects import sqlite

from channels.base import Outcome
from outreach import clock
from outreach.deliveries import leases, pace, work
from outreach.deliveries.states import SENDING, Why
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import (
    Counter,
    DeliveryAgain,
    DeliveryBatch,
    Receipt,
    delivery_state,
)
from tests.factories import Office

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RETRIES = [why.value for why in SENDING]


def deferred(office: Office, count: int) -> None:
    """Deliveries that are to be tried again now."""
    for number in range(count):
        phone = f"+86139{number:08d}"
        office.person(phone=phone)
        office.channel.plan(phone, Outcome("deferred", error_code="connect"))
    office.plan()
    office.send()
    office.change(DeliveryAgain, DeliveryAgain.delivery_id > 0, due_at=clock.now())


def test_single_deliveries_are_claimed_together_and_by_one_only(office: Office) -> None:
    deferred(office, 3)
    with office.store.begin() as connection:
        mine = leases.claim_again(connection, office.account, 10, RETRIES)
        assert len(mine) == 3
        assert leases.claim_again(connection, office.account, 10, RETRIES) == []
        assert leases.still_mine(connection, mine)
        connection.execute(update(DeliveryAgain).values(lease_until=LONG_AGO))
        theirs = leases.claim_again(connection, office.account, 2, RETRIES)
        assert len(theirs) == 2
        assert not leases.still_mine(connection, mine)
        assert leases.still_mine(connection, theirs)


@pytest.mark.parametrize(
    ("whys", "found"), [(RETRIES, 0), ([Why.LOOK_UP.value], 1)], ids=["sending", "looking up"]
)
def test_a_pause_stops_sending_and_not_asking(office: Office, whys: list[str], found: int) -> None:
    deferred(office, 1)
    office.change(DeliveryAgain, DeliveryAgain.delivery_id > 0, reason=whys[0])
    office.set_status("paused")
    with office.store.begin() as connection:
        assert len(leases.claim_again(connection, office.account, 10, whys)) == found
        assert leases.claim_batch(connection, office.account) is None


def test_one_campaigns_work_can_be_asked_for(office: Office) -> None:
    office.person()
    first = office.plan()
    second = office.plan()
    with office.store.begin() as connection:
        for campaign in (second, first):
            lease = leases.claim_batch(connection, office.account, campaign)
            assert lease is not None
            assert lease.campaign_id == campaign
        assert leases.claim_batch(connection, office.account, first) is None


def test_what_a_dead_process_held_can_be_taken_over_at_once(office: Office) -> None:
    office.person()
    office.plan()
    with office.store.begin() as connection:
        assert leases.claim_batch(connection, office.account) is not None
        assert leases.claim_batch(connection, office.account) is None
        leases.take_over(connection)
        assert leases.claim_batch(connection, office.account) is not None


def test_a_pace_admits_one_sender_until_its_slots_are_over(
    office: Office, now: clock.fixed
) -> None:
    with office.store.begin() as connection:
        assert pace.free_at(connection, office.account) is None
        assert pace.take_slots(connection, office.account, 10, 5.0)
        assert pace.free_at(connection, office.account) == clock.now() + timedelta(seconds=2)
        assert not pace.take_slots(connection, office.account, 1, 5.0)
        now.advance(seconds=2)
        assert pace.take_slots(connection, office.account, 1, 5.0)


def test_a_budget_is_taken_whole_or_not_at_all_and_given_back(office: Office) -> None:
    with office.store.begin() as connection:
        assert not pace.reserve(connection, "a", 11, 10)
        assert pace.reserve(connection, "a", 6, 10)
        assert not pace.reserve(connection, "a", 5, 10)
        assert pace.reserve(connection, "a", 4, 10)
        pace.refund(connection, "a", 4)
        assert connection.scalar(select(Counter.n)) == 6
        assert pace.reserve(connection, "b", 10**6, None)


def test_open_work_is_what_moves_by_itself(office: Office) -> None:
    deferred(office, 1)
    with office.store.read() as connection:
        assert work.open_work(connection, office.campaign) == 1
        assert work.moving_now(connection, office.campaign) == 1
    for why, counted, retried in (("temporary", 0, 1), ("ask", 0, 0), ("look_up", 1, 1)):
        office.change(DeliveryAgain, DeliveryAgain.delivery_id > 0, reason=why)
        with office.store.read() as connection:
            assert work.open_work(connection, office.campaign) == counted
            assert work.open_work(connection, office.campaign, retries=True) == retried


def _plan(connection: Connection, statement: Select[*tuple[int]] | Select[*tuple[int, ...]]) -> str:
    compiled = statement.compile(
        dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}
    )
    parameters = tuple(compiled.params[name] for name in compiled.positiontup or ())
    bound = tuple(str(value) if isinstance(value, datetime) else value for value in parameters)
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", bound)
    return "; ".join(str(row[-1]) for row in rows)


def test_looking_for_work_reads_only_what_is_open(office: Office) -> None:
    if office.store.dialect != "sqlite":
        pytest.skip("the planner of PostgreSQL decides by the number of rows")
    batches = select(DeliveryBatch.id).where(
        DeliveryBatch.account_id == 1,
        DeliveryBatch.state == leases.OPEN,
        DeliveryBatch.due_at <= clock.now(),
    )
    early = select(Receipt.id).where(~Receipt.applied).order_by(Receipt.id)
    states = select(delivery_state.c.delivery_id).where(delivery_state.c.delivery_id.in_([1, 2]))
    with office.store.begin() as connection:  # of a handful of rows a scan would be the right plan
        for statement in ("ANALYZE", "DELETE FROM sqlite_stat1", "ANALYZE sqlite_master"):
            connection.exec_driver_sql(statement)
    office.store.reader.dispose()  # open connections keep the statistics that they began with
    with office.store.read() as connection:
        assert "ix_delivery_batch_open" in _plan(connection, batches)
        assert "ix_receipt_waiting" in _plan(connection, early)
        assert "SCAN" not in _plan(connection, states.with_only_columns(delivery_state.c.attempts))


def test_a_batch_of_a_campaign_that_does_not_run_is_left_alone(office: Office) -> None:
    office.person()
    office.plan()
    for status in ("paused", "cancelled", "finished"):
        office.change(Campaign, Campaign.id == office.campaign, status=status)
        with office.store.begin() as connection:
            assert leases.claim_batch(connection, office.account) is None
