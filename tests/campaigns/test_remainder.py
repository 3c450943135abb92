"""A campaign that is stopped in the middle: every planned delivery is in exactly one place, before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.base import Outcome as Answer
from outreach import clock
from outreach.campaigns import queries, remainder, schedule, service
from outreach.campaigns.remainder import Counts, Remainder
from outreach.deliveries import orders, settle
from outreach.deliveries import service as deliveries
from outreach.models.access import AuditEntry
from outreach.models.deliveries import Delivery
from outreach.store import Store
from outreach.vault import Vault
from tests import town


@pytest.fixture
def half_sent(store: Store, vault: Vault) -> Store:
    """Of a message to six: one delivered, one accepted, one refused, one unknown, one on its way, one not begun.

    A seventh was put off by the carrier; a second step lies ahead.
    """
    later = {"channel": "group", "at": "2026-12-24 10:00"}
    with clock.fixed(town.MORNING):
        with store.begin() as connection:
            town.build(connection, vault)
            for number in range(3):
                town.add_person(connection, vault, f"+861380000020{number}")
            campaign = town.released(connection, steps=[{"channel": "sms"}, later])
            (account,) = [one.id for one in orders.accounts(connection) if one.channel == "sms"]
        schedule.tick(store.begin, town.ZONE)
        with store.begin() as connection:
            ids = list(connection.scalars(select(Delivery.id).order_by(Delivery.id)))
            rows = [attempt(key, campaign, account) for key in ids[:6]]
            settle.record_attempts(connection, rows, town.MORNING + timedelta(hours=1))
            states = ("delivered", "accepted", "refused", "unknown", "deferred")
            settle.apply(
                connection,
                [settle.Change(key, 1, state) for key, state in zip(ids, states, strict=False)],
            )
    return store


def attempt(delivery: int, campaign: int, account: int) -> dict[str, object]:
    return {
        "delivery_id": delivery, "no": 1, "account_id": account, "campaign_id": campaign, "at": town.MORNING,
        "deadline": town.MORNING, "address": "", "body": "", "parts": 1, "cost_fen": 7, "resent": False, "variant_id": 0,
    }  # fmt: skip


def left(store: Store) -> Remainder:
    with store.read() as connection:
        return remainder.of(connection, queries.everything(connection)[0]["id"])


def test_every_delivery_is_in_one_place(half_sent: Store) -> None:
    found = left(half_sent)
    first, second = found.steps
    assert first.counts == Counts(with_carrier=2, in_flight=1, unknown=1, not_sent=2, refused=1)
    assert (second.counts, second.fired) == (Counts(), False)
    assert found.total.planned == 7
    assert found.as_dict()["steps"][0] == {
        "step": 1, "channel": "sms", "fired": True, "planned": 7, "with_carrier": 2, "in_flight": 1, "unknown": 1,
        "not_sent": 2, "refused": 1, "skipped": 0,
    }  # fmt: skip


def test_cancelled_the_numbers_still_add_up_and_stand_in_the_log(half_sent: Store) -> None:
    before = left(half_sent).total
    with half_sent.begin() as connection:
        service.cancel(connection, "winter", "gan")
        campaign = service.get(connection, "winter")
    assert deliveries.cancel_rest(half_sent.begin, campaign["id"]) == before.not_sent
    with half_sent.begin() as connection:
        after = remainder.note(connection, campaign, "gan").total
    assert after == Counts(with_carrier=2, in_flight=1, unknown=1, not_sent=0, refused=1, skipped=2)
    assert after.planned == before.planned
    with half_sent.begin() as connection:
        line = (
            connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).mappings().first()
        )
        assert line is not None
        assert {**line["detail"]} == {"move": "remainder", **after.as_dict()}
        ids = list(connection.scalars(select(Delivery.id).order_by(Delivery.id)))
        settle.apply(
            connection, [settle.Change(ids[5], 1, "accepted")]
        )  # the one in flight comes to its end
    assert left(half_sent).total == Counts(with_carrier=3, unknown=1, refused=1, skipped=2)


def test_a_campaign_that_never_began_has_nothing_anywhere(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        town.build(connection, vault)
        key = service.create(connection, town.order(), "gan")
        assert remainder.of(connection, key).total == Counts()


def test_half_sent_by_a_sender_and_cancelled_between_two_chunks(store: Store, vault: Vault) -> None:
    with clock.fixed(town.MORNING):
        with store.begin() as connection:
            town.build(connection, vault)
            key = town.released(connection)
        schedule.tick(store.begin, town.ZONE)
        carrier = town.carrier(store, vault, "sms")
        carrier.channel.plan("+8613800000102", Answer("unknown"))
        carrier.send_all()
        with store.begin() as connection:
            service.cancel(connection, "winter", "gan")
        deliveries.cancel_rest(store.begin, key)
    counts = left(store).total
    assert (counts.planned, counts.with_carrier, counts.unknown, counts.not_sent) == (4, 3, 1, 0)
