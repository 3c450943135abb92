"""The ceiling of a recurring step: what was signed for one time, instead of a list of people.

Asked when a firing has found its people and nothing of it is planned yet. Whoever lets it pass does so for this firing
with these figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from outreach import clock
from outreach.campaigns.preflight.schemas import Step, Stop
from outreach.campaigns.preview.looking import account_of
from outreach.campaigns.preview.schemas import Preview
from outreach.models.campaigns import Firing, FiringMember
from outreach.models.deliveries import Counter
from outreach.store import upsert

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Over:
    """A firing that found more people, or may cost more, than was signed for one time. Money in fen."""

    firing: int
    due_at: datetime
    people: int
    fen: int
    most_people: int
    most_fen: int | None


def stops(connection: Connection, campaign: _Row, step: Step, _: date) -> Iterator[Stop]:
    """Firings of a step that are over their ceiling and not planned yet."""
    for one in _over(connection, campaign, step) if step else ():
        most = "—" if one.most_fen is None else f"{one.most_fen / 100:.2f}"
        yield Stop(
            "steps.over_ceiling",
            subject=f"step:{step['number'] if step else 0}:{one.firing}",
            state=f"{one.people}:{one.fen}",
            params={
                "step": step["number"] if step else 0, "due_at": clock.here(one.due_at).date().isoformat(), "people": one.people,
                "yuan": f"{one.fen / 100:.2f}", "most_people": one.most_people, "most_yuan": most,
            },
        )  # fmt: skip


def lift(connection: Connection, campaign: _Row, step: _Row) -> None:
    """A firing that somebody let pass may have what it was let pass with: its counters begin that much below."""
    for one in _over(connection, campaign, step):
        more = {"people": one.people - one.most_people}
        if one.most_fen is not None:
            more["fen"] = one.fen - one.most_fen
        rows = [{"name": f"{key}:{one.firing}", "n": -by} for key, by in more.items() if by > 0]
        connection.execute(upsert(connection, Counter).values(rows).on_conflict_do_nothing())


def _over(connection: Connection, campaign: _Row, step: _Row) -> Iterator[Over]:
    ceiling = step["options"].get("ceiling")
    if ceiling is None:
        return
    each = _dearest(connection, campaign, step)
    for firing, due_at, people in _waiting(connection, step["id"]):
        most_people, most_fen = ceiling["people"], ceiling.get("fen")
        if people > most_people or (most_fen is not None and people * each > most_fen):
            yield Over(firing, due_at, people, people * each, most_people, most_fen)


def _waiting(connection: Connection, step: int) -> list[tuple[int, datetime, int]]:
    """(firing, due_at, people) of firings that are not planned yet."""
    rows = connection.execute(
        select(Firing.id, Firing.due_at, func.count(FiringMember.person_id.distinct()))
        .outerjoin(FiringMember, FiringMember.firing_id == Firing.id)
        .where(Firing.step_id == step, Firing.planned.is_(False))
        .group_by(Firing.id, Firing.due_at)
        .order_by(Firing.due_at)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


def _dearest(connection: Connection, campaign: _Row, step: _Row) -> int:
    """What one message costs at most, in fen, going by the texts as they were signed; 0 where no parts are billed."""
    if step["channel"] != "sms":
        return 0
    preview = Preview.from_dict(campaign["frozen"]["preview"])
    parts = [one.parts for each in preview.steps for one in each.texts if each.channel == "sms"]
    return max(parts, default=1) * account_of(connection, step).part_fen
