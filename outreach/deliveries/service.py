"""What people do to deliveries: confirm what no machine can know, end what was cancelled, export."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import Connection, select

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.deliveries import cancelling, ending, queries, settle
from outreach.deliveries.cancelling import cancel_rest as cancel_rest
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Reason, State, Why
from outreach.deliveries.telling import service as telling
from outreach.deliveries.telling.follow import Hand
from outreach.errors import Conflict, Missing
from outreach.models.deliveries import (
    Attempt,
    Delivery,
    DeliveryAgain,
    delivery_state,
)

COLUMNS = (
    "delivery_id", "kind", "addressee_ref", "subjects", "channel", "language", "state", "reason", "attempts",
    "provider_id",
)  # fmt: skip
"""The columns of `deliveries export`."""


def state_of(connection: Connection, delivery_id: int) -> str:
    """The present state of one delivery; Missing when there is none."""
    view = delivery_state.c
    state = connection.scalar(select(view.state).where(view.delivery_id == delivery_id))
    if state is None:
        raise Missing("deliveries.unknown", delivery=delivery_id)
    return str(state)


def village_of(connection: Connection, delivery_id: int) -> str:
    """Where a delivery belongs, for whoever asks whether it is theirs; Missing when there is none."""
    village = connection.scalar(select(Delivery.village).where(Delivery.id == delivery_id))
    if village is None:
        raise Missing("deliveries.unknown", delivery=delivery_id)
    return str(village)


def _last_attempt(connection: Connection, delivery_id: int) -> int:
    statement = (
        select(Attempt.no).where(Attempt.delivery_id == delivery_id).order_by(Attempt.no.desc())
    )
    return connection.scalar(statement.limit(1)) or 0


def confirm(connection: Connection, delivery_id: int, *, seen: bool, by: str) -> None:
    """A person looked where no machine can ask: it is there (已看到), or it is not, and may be sent once more.

    Conflict when the delivery does not wait for a person.
    """
    settle.lock(connection, [delivery_id])  # two people may tap at once
    asked = connection.scalar(
        select(DeliveryAgain.reason).where(DeliveryAgain.delivery_id == delivery_id)
    )
    if asked != Why.ASK:
        raise Conflict(
            "deliveries.not_waiting_for_a_person",
            delivery=delivery_id,
            state=state_of(connection, delivery_id),
        )
    no = _last_attempt(connection, delivery_id)
    if seen:
        settle.apply(
            connection, [settle.Change(delivery_id, no, "accepted", reason="seen_by_person")]
        )
    else:
        _not_there(connection, delivery_id, no)
    detail = {"seen": seen, "attempt": no}
    audit.record(connection, by, Action.DELIVERIES_SETTLE, f"delivery:{delivery_id}", detail)


def _not_there(connection: Connection, delivery_id: int, no: int) -> None:
    """Nobody has it: sent once more, unless its campaign was cancelled."""
    if cancelling.is_cancelled(connection, delivery_id):
        gone = settle.Change(delivery_id, no, "refused", reason=Reason.CANCELLED.value)
        settle.apply(connection, [gone])
        return
    # what was only deferred was certainly never handed over, so it is not a second copy
    deferred = state_of(connection, delivery_id) == State.WAITING
    settle.again(connection, delivery_id, Next(Why.DEFERRED if deferred else Why.RESEND, 0))


def record_visit(connection: Connection, delivery_id: int, outcome: str, by: str) -> None:
    """A word of one delivery by somebody of whom only the name is known; the register stays as it is.

    Raises as `telling.service.tell`.
    """
    hand = Hand(by, Scope(), clock.business_day(), marks=False)
    telling.tell(connection, [delivery_id], outcome, hand)


def write_export(connection: Connection, campaign: int, path: Path) -> int:
    """Write the export as CSV (UTF-8 with BOM, so that an office's spreadsheet opens it); returns its rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in queries.export(connection, campaign):
            writer.writerow(row)
            count += 1
    return count


PEOPLE_COLUMNS = ("person_ref", "wave", "ending", "words")
"""The columns of `deliveries export --people`."""


def write_people(connection: Connection, campaign: int, path: Path) -> int:
    """Write where everybody of the audience ended, one line each, as `write_export` does; returns the rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PEOPLE_COLUMNS)
        for one in ending.people(connection, campaign):
            writer.writerow((one.person_id, one.wave or "", one.code, ending.said(one.code)))
            count += 1
    return count
