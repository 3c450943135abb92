"""What is said to whom: claimed before it goes, so that a crash or a second machine never says it twice.

sending → sent, or failed (certainly not there: tried again, a few times), or unknown (never said again by itself).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, select, update

from outreach import clock
from outreach.models.alerts import AlertSent, AlertTarget
from outreach.reports.alerts import targets
from outreach.reports.alerts.limits import Sending
from outreach.reports.alerts.queries import open_ones
from outreach.reports.alerts.schemas import AlertView, TargetView
from outreach.store import upsert

LOST_AFTER = timedelta(minutes=10)
"""What is on its way for longer was cut off with its sender."""


@dataclass(frozen=True)
class Word:
    """What became of saying an alert to a target."""

    alert: int
    target: str
    kind: str
    state: str
    error: str
    at: datetime


def waiting(
    connection: Connection, target: TargetView, sending: Sending, *, quiet: bool
) -> list[AlertView]:
    """Open alerts that this target is to be told and was not; in quiet hours only the urgent ones."""
    at = clock.now() - timedelta(minutes=sending.apart_minutes)
    again = and_(AlertSent.state == "failed", AlertSent.tries < sending.tries, AlertSent.at <= at)
    said = set(
        connection.scalars(
            select(AlertSent.alert_id).where(AlertSent.target_id == target.id, ~again)
        )
    )
    return [
        one
        for one in open_ones(connection)
        if one.id not in said
        and targets.covers(target, one.region)
        and (not quiet or one.kind in sending.urgent)
    ]


def claim(
    connection: Connection, target: TargetView, alerts: Sequence[AlertView], sending: Sending
) -> list[AlertView]:
    """Those of them that are this sender's to say, in the transaction before it says them."""
    mine = []
    for one in alerts:
        row = {"alert_id": one.id, "target_id": target.id, "state": "sending", "error": "", "tries": 1, "at": clock.now()}  # fmt: skip
        statement = upsert(connection, AlertSent).values(**row)
        failed = and_(AlertSent.state == "failed", AlertSent.tries < sending.tries)
        more = {"state": "sending", "tries": AlertSent.tries + 1, "at": clock.now()}
        taken = statement.on_conflict_do_update(
            index_elements=["alert_id", "target_id"], set_=more, where=failed
        ).returning(AlertSent.alert_id)
        if connection.execute(taken).first() is not None:
            mine.append(one)
    return mine


def settle(
    connection: Connection, target: int, alerts: Collection[int], state: str, error: str = ""
) -> None:
    """What became of them; only of what is still on its way."""
    mine = and_(
        AlertSent.target_id == target,
        AlertSent.alert_id.in_(list(alerts)),
        AlertSent.state == "sending",
    )
    values = {"state": state, "error": error, "at": clock.now()}
    connection.execute(update(AlertSent).where(mine).values(**values))


def mark_lost(connection: Connection) -> int:
    """What a sender died over is unknown; how many."""
    old = and_(AlertSent.state == "sending", AlertSent.at < clock.now() - LOST_AFTER)
    values = {"state": "unknown", "error": "lost"}
    return connection.execute(update(AlertSent).where(old).values(**values)).rowcount


def words(connection: Connection, alerts: Collection[int]) -> dict[int, list[Word]]:
    """Alert → what became of saying it, by the target's name."""
    if not alerts:
        return {}
    columns = (AlertSent.alert_id, AlertTarget.name, AlertTarget.kind, AlertSent.state, AlertSent.error, AlertSent.at)  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .join(AlertTarget, AlertTarget.id == AlertSent.target_id)
        .where(AlertSent.alert_id.in_(list(alerts)))
        .order_by(AlertTarget.name)
    )
    found: dict[int, list[Word]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Word(*row))
    return found
