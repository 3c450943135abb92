"""Statements on alerts: opened once while they last, seen, over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from outreach.models.alerts import Alert
from outreach.models.deliveries import Counter
from outreach.reports.alerts.schemas import AlertView, Finding
from outreach.store import upsert

_VIEW = tuple(getattr(Alert, name) for name in AlertView.__dataclass_fields__)
_CHECKED = "alerts:checked"
_SKEW = 120
"""Seconds by which the clocks of two machines may differ."""


def open_ones(connection: Connection) -> list[AlertView]:
    """Those that last, the newest first."""
    statement = select(*_VIEW).where(Alert.key.is_not(None)).order_by(Alert.id.desc())
    return [AlertView(*row) for row in connection.execute(statement)]


def ended(connection: Connection, since: datetime, limit: int) -> list[AlertView]:
    """Those that are over since a moment, the newest end first."""
    over = Alert.ended_at >= since
    statement = select(*_VIEW).where(over).order_by(Alert.ended_at.desc(), Alert.id.desc())
    return [AlertView(*row) for row in connection.execute(statement.limit(limit))]


def one(connection: Connection, key: int) -> AlertView | None:
    """An alert of a number."""
    row = connection.execute(select(*_VIEW).where(Alert.id == key)).one_or_none()
    return None if row is None else AlertView(*row)


def put(connection: Connection, found: Finding, at: datetime) -> int | None:
    """Open an alert; None when one of this key is open."""
    values = {
        "kind": found.kind, "thing": found.thing, "key": found.key, "region": found.region,
        "params": dict(found.params), "opened_at": at,
    }  # fmt: skip
    statement = upsert(connection, Alert).values(**values)
    fresh = statement.on_conflict_do_nothing(index_elements=["key"]).returning(Alert.id)
    key: int | None = connection.scalar(fresh)
    return key


def ended_lately(connection: Connection, found: Finding, since: datetime) -> int | None:
    """The newest alert of a kind and thing that ended after a moment."""
    return connection.scalar(
        select(func.max(Alert.id)).where(
            Alert.kind == found.kind, Alert.thing == found.thing, Alert.ended_at >= since
        )
    )


def open_again(connection: Connection, alert: int, found: Finding) -> bool:
    """It is so again: the same alert, which was said already. False when it, or another of its key, is open."""
    other = select(Alert.id).where(Alert.key == found.key).exists()
    values = {"key": found.key, "ended_at": None, "params": dict(found.params)}
    mine = (Alert.id == alert) & Alert.key.is_(None) & ~other
    return connection.execute(update(Alert).where(mine).values(**values)).rowcount == 1


def refresh(connection: Connection, alert: int, found: Finding) -> None:
    """The figures of its sentence, as they are now."""
    values = {"params": dict(found.params), "region": found.region}
    connection.execute(
        update(Alert).where(Alert.id == alert, Alert.key.is_not(None)).values(**values)
    )


def end(connection: Connection, alert: int, at: datetime) -> bool:
    """It is over; False when it was already."""
    mine = (Alert.id == alert) & Alert.key.is_not(None)
    return connection.execute(update(Alert).where(mine).values(key=None, ended_at=at)).rowcount == 1


def mark_seen(connection: Connection, alert: int, by: str, at: datetime) -> bool:
    """Somebody has seen it; False when somebody had already, or it is over."""
    mine = (Alert.id == alert) & Alert.key.is_not(None) & Alert.seen_at.is_(None)
    done = connection.execute(update(Alert).where(mine).values(seen_by=by, seen_at=at))
    return done.rowcount == 1


# -- whose turn it is ------------------------------------------------------------------------------------


def claim_check(connection: Connection, now: datetime, minutes: float) -> bool:
    """Whether it is time to look again, for whoever asks first; of several machines one."""
    moment = int(now.timestamp())
    statement = upsert(connection, Counter).values(name=_CHECKED, n=moment)
    # a look in the future was made by a clock that has been set back since
    due = or_(Counter.n <= moment - int(minutes * 60), Counter.n > moment + _SKEW)
    taken = statement.on_conflict_do_update(
        index_elements=["name"], set_={"n": moment}, where=due
    ).returning(Counter.name)
    return connection.execute(taken).first() is not None
