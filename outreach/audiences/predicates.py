"""A policy as two SQL conditions over the register: certainly eligible, possibly eligible.

Where regions filled in parameters or a time of their own, the register is cut into the parts to which each set
applies. Of somebody who is known only to a region around such a part it is not known which set applies: then the
answer is yes or no only when every set says so.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from outreach.access.scope import under
from outreach.models.people import Household, Person
from outreach.people.ages import GUARDED_UNDER
from outreach.policies.schemas import PolicyView
from segments.compile import AnyColumns, compile_rule
from segments.person import cutoff_birth
from segments.regions import ancestors

AGE_BANDS = ((3, "0-2"), (18, "3-17"), (45, "18-44"), (60, "45-59"), (80, "60-79"))
"""Upper age (exclusive) and name; above the last one: 80+."""


def eligible(
    policy: PolicyView, on: date, home: str = "", *, columns: AnyColumns = Person
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(certain, possible) for everybody, on a date, with the parameters of each person's region.

    home: the installation's region; a benefit paid by hukou here is not for somebody registered elsewhere. columns:
    what is known of people, where that is not what the register says now.
    """
    basis = getattr(Person, policy.basis)
    ruled = [*policy.ruled_regions, ""]
    compiled = {
        region: compile_rule(policy.rule_for(region, home), columns, on, members=members)
        for region in ruled
    }
    certain: list[ColumnElement[bool]] = []
    possible: list[ColumnElement[bool]] = []
    taken: ColumnElement[bool] = false()
    for region in ruled:
        here = and_(under(basis, region), not_(taken))
        sure, maybe = compiled[region]
        for deeper in policy.ruled_below(region):
            around = basis.in_(ancestors(deeper))
            sure = and_(sure, or_(not_(around), compiled[deeper][0]))
            maybe = or_(maybe, and_(around, compiled[deeper][1]))
        certain.append(and_(here, sure))
        possible.append(and_(here, maybe))
        taken = or_(taken, under(basis, region))
    return or_(false(), *certain), or_(false(), *possible)


def members(after: date, until: date) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """Whether a person's household is known to the last birth date, and who of it was born in (after, until].

    Only a household that is complete tells how many it has.
    """
    # both under names of their own, so that a query that reads households itself may ask this too
    other, home = aliased(Person), aliased(Household)
    mine = and_(other.household_id == Person.household_id, other.status == "active")
    complete = exists().where(home.id == Person.household_id, home.complete)
    unknown = exists().where(mine, other.birth.is_(None))
    born = (
        select(func.count())
        .select_from(other)
        .where(mine, other.birth > after, other.birth <= until)
    )
    return and_(complete, not_(unknown)), born.scalar_subquery()


def age_band(on: date) -> ColumnElement[str]:
    """The age band of `Person` on a date; '' when the birth date is not known."""
    whens: list[tuple[ColumnElement[bool], str]] = [(Person.birth.is_(None), "")]
    # born after the latest birth date that has completed `age`: younger than `age`
    whens += [(Person.birth > cutoff_birth(age, on), name) for age, name in AGE_BANDS]
    return case(*whens, else_="80+")


def child(on: date, column: SQLColumnExpression[date | None] | None = None) -> ColumnElement[bool]:
    """A child whose guardian is told instead: never a recipient (product §6)."""
    birth = Person.birth if column is None else column
    return and_(birth.is_not(None), birth > cutoff_birth(GUARDED_UNDER, on))


def days_before(on: date, days: int) -> date:
    """A date some days earlier."""
    return on - timedelta(days=days)
