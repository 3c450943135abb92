"""Complete lists: a list that holds everyone with a circumstance in a region turns "not on it" into no.

It speaks of those who are registered in the region when it is taken in, and who were born by its date; never of later
arrivals. When it expires, what it made known is not known any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach.access.scope import Scope
from outreach.errors import Invalid
from outreach.models.people import CompleteList
from outreach.people.queries import consent as queries
from segments import vocabulary


@dataclass(frozen=True)
class ListFacts:
    """A list: what it is complete for, where, on which day, until when it holds, and on which legal ground."""

    circumstance: str
    region: str
    on: date
    expires_on: date | None
    source: str
    legal_basis: str = ""
    purpose: str = ""
    keep_until: date | None = None
    import_id: int | None = None


def complete_list(connection: Connection, scope: Scope, facts: ListFacts) -> int:
    """Set the circumstance known for those registered there; returns for how many it became known.

    Take the list itself in first: who is on it has the circumstance, and keeps it. Raises Invalid for an unknown
    circumstance or an expiry before the list's date, Refused outside the scope.
    """
    scope.require(facts.region)
    if facts.expires_on is not None and facts.expires_on <= facts.on:
        raise Invalid(
            "people.list_dates", on=facts.on.isoformat(), expires_on=facts.expires_on.isoformat()
        )
    bit, closure = _masks(facts.circumstance)
    queries.add_list(connection, dict(vars(facts)))
    return queries.make_known(connection, facts.region, facts.on, bit, closure)


def expire_lists(connection: Connection, today: date) -> int:
    """Clear what expired lists made known, where no other list still holds; right however often it runs."""
    every = queries.lists(connection, Scope().condition(CompleteList.region))
    cleared = 0
    for one in every:
        if one.expires_on is None or one.expires_on > today:
            continue
        still = [
            other.region
            for other in every
            if other.circumstance == one.circumstance
            and (other.expires_on is None or other.expires_on > today)
        ]
        if not any(one.region.startswith(region) for region in still):
            _, closure = _masks(one.circumstance)
            cleared += queries.forget_known(
                connection, one.circumstance, one.region, closure, still
            )
    return cleared


def lists_of(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """Every complete list inside a scope, the newest first."""
    return queries.lists(connection, scope.condition(CompleteList.region))


def _masks(code: str) -> tuple[int, int]:
    """The bit of a circumstance, and the bits that are false where it is false."""
    try:
        bit = vocabulary.by_code(code).mask
    except KeyError:
        raise Invalid("people.circumstance_unknown", value=code) from None
    _, closure = vocabulary.settle((), (code,))
    return bit, closure
