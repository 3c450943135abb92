"""What an officer sees before anything is planned: totals, and their parts by region, age band and language.

Totals are asked in SQL, and from the snapshot where one is there already; the other parts follow from either. Both
ways give the same figures. A snapshot is never loaded here while somebody waits: `snapshot.warm` does that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_

from outreach.access.scope import under
from outreach.audiences import queries, snapshot
from outreach.audiences.dividing import divided
from outreach.audiences.predicates import eligible
from outreach.audiences.segments.about import about_for, predicate, refs_of
from outreach.audiences.segments.schemas import Asked
from outreach.audiences.service import Answer
from outreach.models.people import Person
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from segments.rules import Rule

if TYPE_CHECKING:
    from pyroaring import BitMap

    from outreach.audiences.snapshot.answers import Answers, Fitting

BY = ("region", "age_band", "language")


def totals(
    connection: Connection, policy: PolicyView, asked: Asked, segment: Rule | None = None
) -> Answer:
    """Likely, unknown, not and blocked of everybody in scope, or of whoever may belong to a segment there."""
    warm = warm_one(connection, asked, segment)
    if warm is None:
        pair, inside = _conditions(connection, policy, asked, segment)
        rows = queries.tally(connection, pair, inside, None)
    else:
        rows = warm.rows(*_within(warm, policy, asked, segment), asked.on)
    return Answer(*rows[0])


def breakdowns(
    connection: Connection, policy: PolicyView, asked: Asked, segment: Rule | None = None
) -> dict[str, list[Answer]]:
    """The same by region (codes of `asked.depth`), age_band and language; each adds up to the totals."""
    warm = warm_one(connection, asked, segment)
    if warm is None:
        pair, inside = _conditions(connection, policy, asked, segment)
        found = divided(connection, pair, inside, asked.on, asked.depth)
    else:
        both = _within(warm, policy, asked, segment)
        found = {by: warm.rows(*both, asked.on, by, asked.depth) for by in BY}
    return {by: [Answer(*row) for row in found[by]] for by in BY}


Pair = tuple[ColumnElement[bool], ColumnElement[bool]]


def _conditions(
    connection: Connection, policy: PolicyView, asked: Asked, segment: Rule | None
) -> tuple[Pair, ColumnElement[bool]]:
    """((certain, possible), who is counted): as `segments.service.answers` says."""
    certain, possible = eligible(policy, asked.on, asked.home)
    inside = under(Person.region, asked.scope)
    if segment is None:
        return (certain, possible), inside
    sure, maybe = predicate(connection, segment, asked.on, asked.home)
    return (and_(certain, sure), possible), and_(inside, maybe)


def warm_one(connection: Connection, asked: Asked, segment: Rule | None) -> Answers | None:
    """The snapshot where one is there already, told about the policies that a segment reads something about."""
    if segment is None:
        return snapshot.current(connection, load=False)
    views = policies.all_policies(connection, refs_of(segment))
    return snapshot.current(connection, about_for(connection, views, asked.home), load=False)


def _within(
    warm: Answers, policy: PolicyView, asked: Asked, segment: Rule | None
) -> tuple[Fitting, BitMap]:
    found = warm.policy(policy, asked.on, home=asked.home)
    inside = warm.everybody(asked.scope)
    if segment is None:
        return found, inside
    belongs = warm.rule(segment, asked.on, warm.index.everybody)
    return replace(found, yes=found.yes & belongs.yes), inside & belongs.maybe
