"""How fast a campaign goes is counted from what was handed over, through an index, whatever was sent before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text, update

from outreach import clock
from outreach.campaigns import schedule
from outreach.models.campaigns import Firing
from outreach.models.deliveries import Account, Attempt, Delivery
from outreach.reports.running import rate
from outreach.store import Store
from outreach.vault import Vault
from tests import town

NOW = town.MORNING + timedelta(hours=1)


@pytest.fixture
def sent(store: Store, vault: Vault) -> tuple[Store, int]:
    """A campaign that began an hour ago: three messages, each with an attempt of its own time."""
    with store.begin() as connection, clock.fixed(town.MORNING):
        town.build(connection, vault)
        key = town.released(connection)
    with clock.fixed(town.MORNING):
        schedule.tick(store.begin, town.ZONE)
    return store, key


def attempts(store: Store, campaign: int, *ago: float) -> None:
    """Attempts that were made so many seconds ago."""
    with store.begin() as connection:
        account = connection.scalar(select(func.min(Account.id)).where(Account.channel == "sms"))
        ids = connection.scalars(select(Delivery.id).order_by(Delivery.id)).all()
        rows = [
            {
                "delivery_id": ids[number], "no": 1, "campaign_id": campaign, "account_id": account,
                "at": NOW - timedelta(seconds=seconds), "deadline": NOW - timedelta(seconds=seconds - 25),
            }
            for number, seconds in enumerate(ago)
        ]  # fmt: skip
        connection.execute(insert(Attempt), rows)


def test_only_the_last_minutes_count(sent: tuple[Store, int]) -> None:
    store, campaign = sent
    attempts(store, campaign, 10, 170, 185)
    with store.read() as connection:
        found = rate(connection, campaign, NOW)
    assert (found.sent, found.seconds) == (2, 180)
    assert found.per_minute == pytest.approx(2 / 3)
    assert found.newest == NOW - timedelta(seconds=10)


def test_a_campaign_that_just_began_is_measured_since_then(sent: tuple[Store, int]) -> None:
    store, campaign = sent
    attempts(store, campaign, 5, 10, 20)
    with store.begin() as connection:
        connection.execute(update(Firing).values(fired_at=NOW - timedelta(seconds=30)))
        assert rate(connection, campaign, NOW).per_minute == pytest.approx(6)


def test_nothing_lately_is_nothing(sent: tuple[Store, int]) -> None:
    store, campaign = sent
    attempts(store, campaign, 600)
    with store.read() as connection:
        found = rate(connection, campaign, NOW)
    assert (found.sent, found.per_minute, found.newest) == (0, 0, None)


def test_another_campaigns_messages_are_not_counted(sent: tuple[Store, int]) -> None:
    store, campaign = sent
    attempts(store, campaign, 10)
    with store.read() as connection:
        assert rate(connection, campaign + 1, NOW).sent == 0


def test_it_is_found_through_the_index_of_deadlines(sent: tuple[Store, int]) -> None:
    store, _ = sent
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL reads a table of a few rows as a whole")
    question = (
        "EXPLAIN QUERY PLAN SELECT count(*) FROM attempt WHERE account_id IN (1, 2) AND deadline >= '2026' "
        "AND at >= '2026' AND campaign_id = 1"
    )
    with store.read() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(question)))
    assert "ix_attempt_deadline (account_id=? AND deadline>?)" in plan
