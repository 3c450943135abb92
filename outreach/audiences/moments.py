"""Whose day it is: people for whom a date of their own, or of a policy's window, falls on a day.

The dates of a person are those of `segments.match`: becomes_true_on and ends_on. Here they are one condition over the
register; a test holds both together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_

from outreach.access.scope import under
from outreach.audiences.predicates import eligible
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.policies.timing import closes_on, opens_on
from segments.person import cutoff_birth

BEGINNINGS = ("becomes_true", "window_from")
"""Dates from which something can be claimed."""
ENDS = ("ends_on", "window_to")
"""Last days: afterwards there is nothing left to say."""

_DAY = timedelta(days=1)
_BIRTHDAY = re.compile(r"birthday(\d{1,3})")


def birthday_of(to: str) -> int | None:
    """`birthday60` → 60; None for another date."""
    match = _BIRTHDAY.fullmatch(to)
    return int(match[1]) if match and 1 <= int(match[1]) <= 120 else None


def known(to: str) -> bool:
    """Whether there is such a date."""
    return to in (*BEGINNINGS, *ENDS) or birthday_of(to) is not None


def asked_on(to: str, day: date, days: int) -> tuple[date, date]:
    """(the date that it has to be, the day on which somebody has to fit) for a step `days` after the date.

    Who is told before something begins has to fit from then on, and who is told before it ends has to fit now.
    """
    theirs = day - timedelta(days=days)
    return theirs, day if to in ENDS else max(day, theirs)


def days_ahead(relative: Mapping[str, Any] | None) -> int:
    """How long before something begins a step speaks (`relative: {to, days}`); 0 for any other step."""
    if relative is None or relative["to"] in ENDS:
        return 0
    return max(0, -int(relative["days"]))


def whose_day(policy: PolicyView, to: str, day: date, home: str = "") -> ColumnElement[bool]:
    """Whose date `to` is a day; whether they fit is asked besides."""
    age = birthday_of(to)
    if age is not None:
        # born after the latest birth date that had completed that age the day before
        return and_(
            Person.birth.is_not(None),
            Person.birth <= cutoff_birth(age, day),
            Person.birth > cutoff_birth(age, day - _DAY),
        )
    if to == "becomes_true":
        return and_(eligible(policy, day, home)[0], not_(eligible(policy, day - _DAY, home)[0]))
    if to == "ends_on":
        return and_(eligible(policy, day, home)[1], not_(eligible(policy, day + _DAY, home)[1]))
    return _window(policy, to, day)


def _window(policy: PolicyView, to: str, day: date) -> ColumnElement[bool]:
    """The window of the deepest region that has one of its own."""
    turns = opens_on if to == "window_from" else closes_on
    basis = getattr(Person, policy.basis)
    found: list[ColumnElement[bool]] = []
    taken: ColumnElement[bool] = false()
    for region in [*policy.ruled_regions, ""]:
        inside = under(basis, region)
        if turns(policy.facts_at(region).get("window"), day):
            found.append(and_(inside, not_(taken)))
        taken = or_(taken, inside)
    return or_(false(), *found)
