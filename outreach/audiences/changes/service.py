"""Who is newly eligible: certainly now, and not certainly on an earlier day, with why.

For whom no fact changed two conditions in SQL say it; who was changed by an import or a list is asked one by one, with
the facts as they were. What cannot be known any more: what a region had filled in before it filled in something else
in the same version, and facts that somebody corrected by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, literal, not_

from outreach.audiences import service
from outreach.audiences.changes import queries
from outreach.audiences.changes.past import facts_then
from outreach.audiences.changes.schemas import WHY, Newly, Span
from outreach.audiences.changes.then import as_then, says_the_same, timeless
from outreach.audiences.facts import facts_of
from outreach.audiences.predicates import eligible
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.store import chunks
from segments.compile import AnyColumns
from segments.person import Person as Facts

__all__ = ["WHY", "Newly", "Span", "newly_eligible"]

_NAMES = tuple(one.name for one in fields(Facts) if one.name not in ("members", "about"))
_Yes = ColumnElement[bool]


def newly_eligible(connection: Connection, view: PolicyView, span: Span) -> list[Newly]:
    """Everybody whom a policy certainly fits on the last day and did not certainly fit on the first, by row number.

    The version of the first day is the newest that was loaded and in force then. Before there was one nobody was
    eligible, so everybody is newly so by rule.
    """
    before = as_then(connection, view, span)
    if before is None:
        now = eligible(view, span.on, span.home)[0]
        return _listed(queries.people(connection, now, literal("rule")))
    case_ = _Case(view, before, span, same=says_the_same(view, before))
    found = [*_unchanged(connection, case_), *_new(connection, case_), *_changed(connection, case_)]
    return sorted(found, key=lambda one: one.person)


@dataclass(frozen=True)
class _Case:
    """A policy now and then, over a span. same: both say the same."""

    view: PolicyView
    before: PolicyView
    span: Span
    same: bool

    @property
    def members(self) -> bool:
        """Whether facts of others in the household matter."""
        clauses = (*self.view.rule.clauses(), *self.before.rule.clauses())
        return any(one.field == "members" for one in clauses)


def _listed(rows: list[tuple[int, str]]) -> list[Newly]:
    return [Newly(person, why) for person, why in rows]


def _new(connection: Connection, asked: _Case) -> list[Newly]:
    """Who was not in the register yet: new, unless they would not have been eligible on the first day either."""
    span = asked.span
    condition = and_(Person.created_at >= span.moment, eligible(asked.view, span.on, span.home)[0])
    earlier = (eligible(asked.before, span.since, span.home)[0], "new")
    last = "new" if asked.same else "rule"
    why = case(earlier, *_by_time(asked, Person), else_=last)
    return _listed(queries.people(connection, condition, why))


def _by_time(asked: _Case, columns: AnyColumns) -> list[tuple[_Yes, str]]:
    """Another day alone would have been enough: because a window opened, or because of an age."""
    span = asked.span
    today = eligible(asked.before, span.on, span.home, columns=columns)[0]
    always = eligible(timeless(asked.before), span.since, span.home, columns=columns)[0]
    return [(and_(today, always), "opened"), (today, "birthday")]


def _unchanged(connection: Connection, asked: _Case) -> list[Newly]:
    """Whose row nobody wrote over: time, rule, or a complete list that does not name them."""
    span = asked.span
    known = queries.known_then(queries.lists(connection), span)
    then: Any = queries.mapping_with(known, _NAMES)

    def fits(policy: PolicyView, day: date, columns: Any) -> _Yes:
        return eligible(policy, day, span.home, columns=columns)[0]

    certain = fits(asked.view, span.on, Person)
    condition = and_(
        Person.created_at < span.moment,
        Person.id.not_in(queries.touched(span, members=asked.members)),
        certain,
        not_(fits(asked.before, span.since, then)),
    )
    whens = _by_time(asked, then)
    if not asked.same:
        whens.append((fits(asked.view, span.since, then), "rule"))
    if known is not None:
        whens.append((fits(asked.before, span.since, Person), "import"))
    last = "rule" if not asked.same else "import" if known is not None else "birthday"
    return _listed(queries.people(connection, condition, case(*whens, else_=last)))


def _changed(connection: Connection, asked: _Case) -> list[Newly]:
    """Whose row was written over, or of whom a list said something: one by one."""
    span = asked.span
    condition = and_(
        Person.created_at < span.moment,
        Person.id.in_(queries.touched(span, members=asked.members)),
        eligible(asked.view, span.on, span.home)[0],
    )
    ids = [one[0] for one in queries.people(connection, condition, literal(""))]
    found = []
    for some in chunks(ids, queries.CHUNK):
        now = facts_of(connection, some)
        then = facts_then(connection, now, span, members=asked.members)
        for person in some:
            why = _why(asked, now[person], then[person])
            found += [Newly(person, why)] if why else []
    return found


def _why(asked: _Case, now: Facts, then: Facts | None) -> str:
    """Which change alone would have been enough, in the order of WHY; '' when the person was eligible before."""
    if then is None:
        return "moved"

    def fits(policy: PolicyView, facts: Facts, day: date) -> bool:
        return service.answer(policy, facts, day, asked.span.home) == "yes"

    view, before, since, on = asked.view, asked.before, asked.span.since, asked.span.on
    if fits(before, then, since):
        return ""
    if fits(before, then, on):
        return "opened" if fits(timeless(before), then, since) else "birthday"
    if not asked.same and (fits(view, then, since) or fits(view, then, on)):
        return "rule"
    place = replace(then, region=now.region, hukou_region=now.hukou_region)
    moved = place != then and any(_each(fits, asked, place))
    return "moved" if moved else "import"


def _each(
    fits: Callable[[PolicyView, Facts, date], bool], asked: _Case, facts: Facts
) -> list[bool]:
    """The same facts under every version on every day."""
    return [
        fits(policy, facts, day)
        for policy in (asked.before, asked.view)
        for day in (asked.span.since, asked.span.on)
    ]
