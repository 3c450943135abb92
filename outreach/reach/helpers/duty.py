"""值班: who answers questions where and when, as pages and paper say it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.people.queries import regions
from outreach.reach.helpers import queries
from outreach.reach.helpers.schemas import Turn
from outreach.reach.helpers.service import Desk, helper_of_scope

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PREFIXES = (2, 4, 6, 9, 12)


def add(connection: Connection, desk: Desk, turn: Turn) -> int:
    """Somebody answers at a place; the number of the turn.

    Invalid helpers.duty_time, helpers.not_able, people.region_unknown; Refused outside the region.
    """
    desk.scope.require(turn.region)
    if turn.region not in regions.by_codes(connection, [turn.region]):
        raise Invalid("people.region_unknown", region=turn.region)
    if (
        not (_TIME.fullmatch(turn.starts) and _TIME.fullmatch(turn.ends))
        or turn.starts >= turn.ends
    ):
        raise Invalid("helpers.duty_time", starts=turn.starts, ends=turn.ends)
    helper_of_scope(connection, turn.helper, turn.region)
    values = {
        "region": turn.region, "on": turn.on, "starts": turn.starts, "ends": turn.ends, "helper": turn.helper,
        "place": turn.place.strip(), "phone": turn.phone.strip(), "by": desk.by,
    }  # fmt: skip
    key = queries.put_duty(connection, values)
    detail = {"helper": turn.helper, "on": f"{turn.on}", "region": turn.region}
    audit.record(connection, desk.by, Action.WORK_ASSIGN, f"duty:{key}", detail)
    return key


def remove(connection: Connection, desk: Desk, key: int) -> None:
    """It does not take place. Missing helpers.no_duty; Refused outside the region."""
    there = queries.duty(connection, key)
    if there is None:
        raise Missing("helpers.no_duty", duty=key)
    desk.scope.require(there.region)
    queries.delete_duty(connection, key)
    audit.record(connection, desk.by, Action.WORK_ASSIGN, f"duty:{key}", {"move": "remove"})


def roster(connection: Connection, scope: Scope, first: date, last: date) -> list[Turn]:
    """Turns of a scope between two days, both included."""
    return [_turn(row) for row in queries.duties(connection, scope, first, last)]


def answering(connection: Connection, region: str, on: date) -> list[Turn]:
    """Who answers somebody who lives in a region on a day: there or in a region around it, the nearest first."""
    around = [region[:length] for length in _PREFIXES if length < len(region)]
    return [_turn(row) for row in queries.duties_for(connection, [*around, region], on)]


def phone_at(connection: Connection, region: str, on: date) -> str:
    """The telephone of the next turn near a region on a day, for what is printed; '' = nobody is on duty."""
    return next((one.phone for one in answering(connection, region, on) if one.phone), "")


def _turn(row: Row[Any]) -> Turn:
    return Turn(**row._mapping)
