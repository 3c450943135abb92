"""All SQL about users and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, insert, or_, select, update

from outreach.access.roles import Role
from outreach.access.schemas import Actor, AuditLine, Credentials, UserRecord
from outreach.models.access import AuditEntry, User

_ACTOR = (User.id, User.name, User.display, User.role, User.region, User.session_no, User.lists)


def _actor(columns: Sequence[Any]) -> Actor:
    user_id, name, display, role, region, session_no, lists = columns
    return Actor(user_id, name, display, Role(role), region, session_no, tuple(lists))


def actor_by_id(connection: Connection, user_id: int) -> Actor | None:
    """An active user."""
    row = connection.execute(select(*_ACTOR).where(User.id == user_id, User.active)).first()
    return None if row is None else _actor(row)


def actor_by_name(connection: Connection, name: str) -> Actor | None:
    """An active user, by the name used to log in."""
    row = connection.execute(select(*_ACTOR).where(User.name == name, User.active)).first()
    return None if row is None else _actor(row)


def credentials(connection: Connection, name: str) -> Credentials | None:
    """What a log-in is compared with; only the log-in reads this."""
    columns = (*_ACTOR, User.password, User.active, User.locked_until)
    row = connection.execute(select(*columns).where(User.name == name)).first()
    return (
        None
        if row is None
        else Credentials(_actor(row[: len(_ACTOR)]), row.password, row.active, row.locked_until)
    )


def password_hash(connection: Connection, user_id: int) -> str:
    """The kept hash, '' when there is none."""
    return connection.execute(select(User.password).where(User.id == user_id)).scalar() or ""


def users(connection: Connection) -> list[UserRecord]:
    """Everybody, by name."""
    columns = (
        User.id,
        User.name,
        User.display,
        User.role,
        User.region,
        User.active,
        User.locked_until,
        User.password,
        User.lists,
    )
    return [
        UserRecord(
            r.id,
            r.name,
            r.display,
            Role(r.role),
            r.region,
            r.active,
            r.locked_until,
            bool(r.password),
            tuple(r.lists),
        )
        for r in connection.execute(select(*columns).order_by(User.name))
    ]


def insert_user(connection: Connection, values: dict[str, Any]) -> int:
    """Write one account and return its id."""
    return connection.execute(insert(User).values(**values).returning(User.id)).scalar_one()


def name_taken(connection: Connection, name: str) -> bool:
    """Whether an account of this name exists, active or not."""
    return connection.execute(select(User.id).where(User.name == name)).first() is not None


def count_failure(connection: Connection, user_id: int) -> int:
    """One more wrong password; returns how many in a row."""
    statement = (
        update(User)
        .where(User.id == user_id)
        .values(failures=User.failures + 1)
        .returning(User.failures)
    )
    return connection.execute(statement).scalar_one()


def lock(connection: Connection, user_id: int, until: datetime) -> None:
    """Refuse log-ins of this account until a moment; never shortens a lock."""
    later = case((User.locked_until > until, User.locked_until), else_=until)
    connection.execute(update(User).where(User.id == user_id).values(locked_until=later))


def open_session(connection: Connection, user_id: int, at: datetime) -> bool:
    """Forget failures; False when the account was locked or closed in the meantime."""
    free = or_(User.locked_until.is_(None), User.locked_until <= at)
    statement = (
        update(User)
        .where(User.id == user_id, User.active, free)
        .values(failures=0, locked_until=None)
        .returning(User.id)
    )
    return connection.execute(statement).first() is not None


def set_password(connection: Connection, user_id: int, hashed: str) -> None:
    """Keep a new hash, unlock, and end all sessions."""
    values = {
        "password": hashed,
        "failures": 0,
        "locked_until": None,
        "session_no": User.session_no + 1,
    }
    connection.execute(update(User).where(User.id == user_id).values(values))


def raise_session(connection: Connection, user_id: int) -> None:
    """Make every session cookie of this user worthless."""
    connection.execute(
        update(User).where(User.id == user_id).values(session_no=User.session_no + 1)
    )


def set_active(connection: Connection, user_id: int, active: bool) -> None:
    """Open or close an account; its sessions end."""
    values = {"active": active, "session_no": User.session_no + 1}
    connection.execute(update(User).where(User.id == user_id).values(values))


def insert_audit(connection: Connection, values: dict[str, Any]) -> None:
    """Add one line to the audit log."""
    connection.execute(insert(AuditEntry).values(**values))


def audit_lines(
    connection: Connection, before: int | None = None, limit: int = 100
) -> list[AuditLine]:
    """The newest lines first; `before` is the last id of the page before."""
    columns = (
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.by,
        AuditEntry.action,
        AuditEntry.thing,
        AuditEntry.detail,
    )
    statement = select(*columns).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return [AuditLine(*row) for row in connection.execute(statement)]
