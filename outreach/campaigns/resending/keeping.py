"""The step that a resend is, and what its second person stands for: the step with the people who are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from outreach.campaigns import queries
from outreach.campaigns.signing.document import digest
from outreach.models.campaigns import SignOff, Step, StepTarget

_Row = Mapping[str, Any]

_TAKEN_OVER = ("account", "form", "policies", "once")
"""Options of a step that the same step once more has too."""


def level(number: int) -> str:
    """Where the signature of a step of its own stands in the chain."""
    return f"step:{number}"


def add(connection: Connection, before: _Row, number: int, reasons: Sequence[str], by: str) -> int:
    """Write the step; returns its row number. It is due as soon as it is confirmed, for whoever is still untold then."""
    options = {key: before["options"][key] for key in _TAKEN_OVER if key in before["options"]}
    options |= {
        "named": True,
        "resend": {"of": before["number"], "reasons": list(reasons), "by": by, "hash": ""},
    }
    values = {
        "campaign_id": before["campaign_id"], "number": number, "channel": before["channel"], "condition": "untold",
        "due_at": None, "after_step": None, "late_hours": before["late_hours"], "options": options,
    }  # fmt: skip
    return int(connection.execute(insert(Step).values(**values).returning(Step.id)).scalar_one())


def seal(connection: Connection, campaign: _Row, step: _Row) -> str:
    """Note the hash of what was proposed; returns it."""
    found = hash_of(connection, campaign, step)
    options = {**step["options"], "resend": {**step["options"]["resend"], "hash": found}}
    queries.set_options(connection, step["id"], options)
    return found


def hash_of(connection: Connection, campaign: _Row, step: _Row) -> str:
    """The hash of a step that was added, with the people it is for and the campaign that was signed before."""
    options = dict(step["options"])
    resend = {key: value for key, value in options.pop("resend").items() if key != "hash"}
    kept = {key: options[key] for key in (*_TAKEN_OVER, "places", "named") if key in options}
    return digest(
        {
            "campaign": campaign["frozen_hash"],
            "step": [step["number"], step["channel"], step["condition"], step["late_hours"], kept],
            "resend": resend,
            "people": people(connection, step["id"]),
        }
    )


def people(connection: Connection, step: int) -> list[int]:
    """Whom a step names, in order."""
    mine = select(StepTarget.person_id).where(StepTarget.step_id == step)
    return list(connection.scalars(mine.order_by(StepTarget.person_id)))


def remove(connection: Connection, step: int) -> None:
    """Take a step away that nobody has confirmed."""
    connection.execute(delete(StepTarget).where(StepTarget.step_id == step))
    connection.execute(delete(Step).where(Step.id == step))


def unconfirmed(connection: Connection, campaign: _Row, step: _Row) -> bool:
    """Whether a step waits for its second person, and so does not fire."""
    resend = step["options"].get("resend")
    if resend is None:
        return False
    given = select(SignOff.id).where(
        SignOff.campaign_id == campaign["id"],
        SignOff.level == level(step["number"]),
        SignOff.decision == "approved",
        SignOff.hash == resend["hash"],
    )
    return connection.execute(given).first() is None
