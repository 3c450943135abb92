"""The ceiling of a recurring step: what was signed for one time, instead of a list of people.

Asked when a firing has found its people and nothing of it is planned yet. Whoever lets it pass does so for this firing
with these figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.campaigns.preflight.schemas import Step, Stop
from outreach.campaigns.preview.looking import account_of
from outreach.campaigns.preview.schemas import Preview
from outreach.models.campaigns import Firing, FiringMember

_Row = Mapping[str, Any]


def stops(connection: Connection, campaign: _Row, step: Step, _: date) -> Iterator[Stop]:
    """A firing that found more people, or would cost more, than was signed for one: a check before it is planned."""
    ceiling = None if step is None else step["options"].get("ceiling")
    if step is None or ceiling is None:
        return
    for firing, due_at, people in _waiting(connection, step["id"]):
        fen = people * _dearest(connection, campaign, step)
        most = ceiling.get("yuan")
        if people > ceiling["people"] or (most is not None and fen > most * 100):
            yield Stop(
                "steps.over_ceiling",
                subject=f"step:{step['number']}:{firing}",
                state=f"{people}:{fen}",
                params={
                    "step": step["number"], "due_at": due_at.date().isoformat(), "people": people,
                    "yuan": f"{fen / 100:.2f}", "most_people": ceiling["people"],
                    "most_yuan": "—" if most is None else f"{most:.2f}",
                },
            )  # fmt: skip


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
