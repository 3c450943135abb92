"""政策体验官: put on a panel, listed, ended. They chose it themselves, so no figure of theirs stands for others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.surveys.panels import queries

_NAME = re.compile(r"\w[\w.-]{0,63}")


def add(connection: Connection, panel: str, person: int, on: date, by: str, scope: Scope) -> None:
    """Let a registered person take part from a day on; a second call changes nothing.

    Raises Missing for nobody, Invalid for a name that cannot be one, Conflict for somebody who died or moved away,
    Refused outside the scope.
    """
    if not _NAME.fullmatch(panel):
        raise Invalid("planning.bad_group", group=panel)
    row = queries.person(connection, person)
    if row is None:
        raise Missing("planning.nobody", person=person)
    scope.require(row.region)
    if row.status != "active":
        raise Conflict("planning.gone", person=person)
    queries.add(connection, panel, person, on, by)
    detail = {"panel": panel, "person": person}
    audit.record(connection, by, Action.SURVEYS_DESIGN, f"panel:{panel}", {**detail, "do": "add"})


def end(connection: Connection, panel: str, person: int, on: date, by: str, scope: Scope) -> None:
    """Somebody takes part until a day, and no longer. Missing when they do not take part."""
    row = queries.person(connection, person)
    if row is not None:
        scope.require(row.region)
    if not queries.end(connection, panel, person, on):
        raise Missing("planning.not_in_group", person=person, group=panel)
    detail = {"panel": panel, "person": person, "do": "end"}
    audit.record(connection, by, Action.SURVEYS_DESIGN, f"panel:{panel}", detail)


def members(
    connection: Connection, scope: Scope, panel: str, on: date | None = None
) -> list[Mapping[str, Any]]:
    """person_id, name (encrypted), region, since, until, by; on a day only who takes part then."""
    return queries.of(connection, scope, panel, on)


def panels(connection: Connection, scope: Scope, on: date) -> Sequence[tuple[str, int]]:
    """Each panel with how many take part on a day."""
    return queries.sizes(connection, scope, on)
