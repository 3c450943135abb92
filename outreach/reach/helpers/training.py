"""Who was taught which version of a policy, and who will be asked about one that they were not taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.reach.helpers import queries
from outreach.reach.helpers.schemas import Taught, Untaught
from outreach.reach.helpers.service import Desk, helpers, names


@dataclass(frozen=True)
class Lesson:
    """What was taught on which day. version None = the newest."""

    policy: str
    on: date
    version: int | None = None
    note: str = ""


def record(connection: Connection, desk: Desk, people: Sequence[str], lesson: Lesson) -> int:
    """Write down who was there; how many were not written down yet.

    Missing helpers.no_version; Invalid helpers.not_able, helpers.not_yet for a day that has not come.
    """
    version = _version(connection, lesson)
    if lesson.on > desk.today:
        raise Invalid("helpers.not_yet", on=lesson.on)
    named = list(dict.fromkeys(people))
    for name in named:
        _in_scope(connection, desk.scope, name)
    rows = [
        {
            "helper": name, "version_id": version, "on": lesson.on, "note": lesson.note, "by": desk.by,
            "at": clock.now(),
        }
        for name in named
    ]  # fmt: skip
    new = queries.put_training(connection, rows)
    detail = {"trained": lesson.policy, "version_id": version, "on": f"{lesson.on}"}
    for name in named:
        audit.record(connection, desk.by, Action.WORK_ASSIGN, f"helper:{name}", detail)
    return new


def forget(connection: Connection, desk: Desk, helper: str, lesson: Lesson) -> None:
    """It was written down by mistake. Missing helpers.no_version, helpers.no_training."""
    version = _version(connection, lesson)
    if not queries.delete_training(connection, helper, version, lesson.on):
        raise Missing("helpers.no_training", helper=helper, policy=lesson.policy, on=lesson.on)
    detail = {"not_trained": lesson.policy, "version_id": version, "on": f"{lesson.on}"}
    audit.record(connection, desk.by, Action.WORK_ASSIGN, f"helper:{helper}", detail)


def _version(connection: Connection, lesson: Lesson) -> int:
    found = queries.version(connection, lesson.policy, lesson.version)
    if found is None:
        raise Missing("helpers.no_version", policy=lesson.policy, version=lesson.version or "")
    return int(found.id)


def _in_scope(connection: Connection, scope: Scope, name: str) -> None:
    if name not in names(helpers(connection, scope)):
        raise Invalid("helpers.not_able", helper=name, region=scope.region)


def listed(connection: Connection, scope: Scope) -> list[Taught]:
    """The training record of a scope's helpers, the newest first."""
    known = [one.name for one in helpers(connection, scope)]
    return [Taught(*row) for row in queries.trainings(connection, known)]


def untaught(connection: Connection, scope: Scope) -> list[Untaught]:
    """Helpers whom residents will ask about a policy version of a live campaign that they were not taught."""
    known = [one for one in helpers(connection, scope) if one.active]
    taught = queries.taught(connection, [one.name for one in known])
    found: dict[tuple[str, int], Untaught] = {}
    for told in queries.told_about(connection):
        for one in known:
            concerned = told.region.startswith(one.region) or one.region.startswith(told.region)
            if concerned and (one.name, told.version_id) not in taught:
                found.setdefault(
                    (one.name, told.version_id),
                    Untaught(one.name, one.shown, told.campaign, told.policy, told.name, told.number),
                )  # fmt: skip
    return list(found.values())
