"""What a report rests on, in lines: the register, who applied or received up to when, the policies and who verified them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.campaigns import queries as campaign_queries
from outreach.people.queries import people
from outreach.policies.schemas import PolicyView
from outreach.reach import service as ledger
from outreach.wording import say
from outreach.wording.figures import exact_moment, thousands


def basis(
    connection: Connection,
    views: Sequence[PolicyView],
    campaigns: Sequence[Mapping[str, Any]],
    scope: Scope,
    on: date,
    zone: ZoneInfo,
) -> Iterator[str]:
    """One line each, the register first."""
    run = campaign_queries.newest_register(connection)
    count = thousands(people.count_people(connection, scope))
    imported = exact_moment(run.finished_at, zone)[:10] if run else ""
    yield say("brief.register" if imported else "brief.register_none", people=count, on=imported)
    for view in views:
        for one in ledger.standing(connection, view.ref, on, scope.region):
            if one.newest is not None:
                yield say(
                    f"brief.list.{one.fact}",
                    policy=view.plain_name, on=one.newest.cut_off.isoformat(), rows=thousands(one.newest.rows),
                    unmatched=thousands(one.newest.unmatched), word=say(f"brief.list_word.{one.word}"),
                )  # fmt: skip
