"""Invented answers for the drawn sample: the survey carries `generated`, so every figure made of them says so.

Whoever was told knows more often; not everybody is met. The rates are chosen, not found.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from outreach.models.policies import Policy, Reach
from outreach.surveys import service
from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork import service as fieldwork
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line


@dataclass(frozen=True)
class Known:
    """The share that knows, of those who were told and of those who were not; less in some towns (by their number)."""

    if_told: float
    if_not: float
    less: Mapping[int, float] = field(default_factory=dict)

    def share(self, told: bool, town: str) -> float:
        """For one person."""
        share = self.if_told if told else self.if_not
        return share * self.less.get(int(town[-3:] or 0) - 101, 1.0)


_LESS = {0: 0.95, 1: 0.6, 3: 0.95, 4: 0.66, 5: 0.9}
"""By town: the second and the fifth know much less, so that there is something to find."""

BEFORE = Known(0.36, 0.36)
AFTER = Known(0.78, 0.40, _LESS)
_MET = (
    (0.84, Disposition.COMPLETED), (0.05, Disposition.REFUSED), (0.08, Disposition.NOT_HOME),
    (0.01, Disposition.MOVED), (0.02, Disposition.UNREACHABLE),
)  # fmt: skip


def _told(connection: Connection, policy: str) -> set[int]:
    statement = (
        select(Reach.person_id)
        .join(Policy, Policy.id == Reach.policy_id)
        .where(Policy.ref == policy, Reach.fact.in_(("delivered", "in_person")))
    )
    return set(connection.scalars(statement))


def write(connection: Connection, ref: str, path: Path, on: date, known: Known) -> int:
    """Fill in the sheet of a survey as interviewers would; returns how many people were met."""
    survey = service.get(connection, ref)
    told = _told(connection, survey["policy"])
    instrument = service.instrument_of(connection, ref)
    lines = [
        _line(
            ref,
            row,
            known.share(row["person_id"] in told, str(row["traits"].get("town", ""))),
            instrument,
            on,
        )
        for row in service.sampled(connection, ref)
    ]
    fieldwork.write_answers(connection, ref, path, lines)
    return sum(line.disposition is Disposition.COMPLETED for line in lines)


def _line(ref: str, row: Mapping[str, Any], share: float, instrument: Instrument, on: date) -> Line:
    draw = random.Random(f"{ref}:{row['number']}")  # noqa: S311 - the same every time
    shares = [share for share, _ in _MET]
    disposition = draw.choices([met for _, met in _MET], shares)[0]
    answers = _answers(draw, share, instrument) if disposition is Disposition.COMPLETED else {}
    return Line(
        number=row["number"],
        disposition=disposition,
        answers=answers,
        asked_on=on,
        interviewer=f"演示访问员{row['number'] % 8 + 1}",
    )


def _answers(draw: random.Random, share: float, instrument: Instrument) -> dict[str, str]:
    knows = draw.random() < share
    heard = not knows and draw.random() < 0.4
    chosen = {
        "unprompted": "named" if knows and draw.random() < 0.5 else draw.choice(("other", "none")),
        "prompted": "aware"
        if knows
        else "heard"
        if heard
        else draw.choice(("unaware", "unaware", "unsure")),
        "fictional": "aware"
        if draw.random() < 0.04
        else draw.choice(("unaware", "unaware", "unsure")),
        "who": draw.choice(("right", "right", "partly"))
        if knows
        else draw.choice(("wrong", "unsure")),
        "what": draw.choice(("right", "partly")) if knows else draw.choice(("wrong", "unsure")),
        "where": draw.choice(("right", "partly")) if knows else draw.choice(("wrong", "unsure")),
        "applied": draw.choice(("applied", "not_applied", "not_applied"))
        if knows
        else "not_applied",
        "channel": draw.choice(("sms", "group", "helper", "family")) if knows or heard else "never",
        "satisfaction": draw.choice(("very", "rather", "rather", "middle", "unsure")),
    }
    return {question.code: chosen[question.code] for question in instrument.questions}
