"""The audit log: who did what to which thing. Only ever added to, in the transaction of the deed itself."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from outreach import clock
from outreach.access.queries import insert_audit
from outreach.access.roles import Action

SYSTEM = "system"
"""Stands where a user's name would, when nobody asked."""


def record(
    connection: Connection,
    by: str,
    action: Action,
    thing: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write one line. `by` is a user's name; `thing` a reference such as `campaign:2026-04`.

    `detail` holds counts, codes and reasons, never a resident's name, number or address.
    """
    values = {
        "at": clock.now(),
        "by": by,
        "action": action.value,
        "thing": thing,
        "detail": dict(detail or {}),
    }
    insert_audit(connection, values)
