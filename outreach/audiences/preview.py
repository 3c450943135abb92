"""What an officer sees before anything is planned: totals, and their parts by region, age band and language.

Totals are asked in SQL, and from the snapshot where one is there already; the other parts follow from either. Both
ways give the same figures. A snapshot is never loaded here while somebody waits: `snapshot.warm` does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from outreach.audiences import snapshot
from outreach.audiences.segments import service as segments
from outreach.audiences.segments.about import about_for, refs_of
from outreach.audiences.segments.schemas import Asked
from outreach.audiences.service import Answer, answers
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
    return _counted(connection, policy, replace(asked, by=""), segment)[0]


def breakdowns(
    connection: Connection,
    policy: PolicyView,
    asked: Asked,
    segment: Rule | None = None,
    *,
    by: Sequence[str] = BY,
) -> dict[str, list[Answer]]:
    """The same by region, age band and language; each adds up to the totals."""
    return {one: _counted(connection, policy, replace(asked, by=one), segment)[1] for one in by}


def _counted(
    connection: Connection, policy: PolicyView, asked: Asked, segment: Rule | None
) -> tuple[Answer, list[Answer]]:
    warm = warm_one(connection, asked, segment)
    if warm is not None:
        found, inside = _within(warm, policy, asked, segment)
        rows = [Answer(*row) for row in warm.rows(found, inside, asked.on, asked.by, asked.depth)]
        return (rows[0], []) if not asked.by else (rows[0], rows) if rows else (_NOBODY, [])
    if segment is None:
        return answers(
            connection, policy, asked.on, scope=asked.scope, home=asked.home, by=asked.by, depth=asked.depth
        )  # fmt: skip
    return segments.answers(connection, policy, segment, asked)


_NOBODY = Answer("", 0, 0, 0, 0)


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
