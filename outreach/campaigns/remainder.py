"""What is left of a campaign that is stopped: how much is with the carrier, on its way, in doubt, not sent; by step.

Exact, because whoever stops a campaign in the middle needs it: the funnel moves in the transaction that moves a
delivery, so its numbers are those of the deliveries at each moment, and adding them up takes no time. They come to
what was planned, before and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.access.roles import Action
from outreach.campaigns import moving, queries
from outreach.deliveries import funnel
from outreach.deliveries.states import HANDED_OVER
from outreach.models.deliveries import DeliveryAgain, Outcome, delivery_state


@dataclass(frozen=True)
class Counts:
    """Deliveries, each in one place: with_carrier: taken over, cannot be called back. in_flight: being handed over just
    now, no answer yet. unknown: handed over or not, nobody knows. not_sent: nobody has them; cancelled they are skipped.
    refused: the carrier did not take them. skipped: not sent, with their reason."""

    with_carrier: int = 0
    in_flight: int = 0
    unknown: int = 0
    not_sent: int = 0
    refused: int = 0
    skipped: int = 0

    @property
    def planned(self) -> int:
        """All of them."""
        return sum(getattr(self, one.name) for one in fields(self))

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )

    def as_dict(self) -> dict[str, int]:
        """With `planned`, their sum."""
        return {"planned": self.planned, **asdict(self)}


@dataclass(frozen=True)
class StepLeft:
    """One step. fired: False of a step whose time has not come: nothing of it is planned yet."""

    number: int
    channel: str
    counts: Counts
    fired: bool


@dataclass(frozen=True)
class Remainder:
    """The whole campaign, by step."""

    steps: tuple[StepLeft, ...]

    @property
    def total(self) -> Counts:
        """Over all steps."""
        return sum((one.counts for one in self.steps), Counts())

    def as_dict(self) -> dict[str, Any]:
        """For commands and the log."""
        steps = [
            {"step": one.number, "channel": one.channel, "fired": one.fired, **one.counts.as_dict()}
            for one in self.steps
        ]
        return {**self.total.as_dict(), "steps": steps}


def of(connection: Connection, campaign: int) -> Remainder:
    """As the deliveries stand now."""
    found = _counted(connection, campaign)
    fired = {row["number"] for row in queries.firings(connection, campaign)}
    return Remainder(
        tuple(
            StepLeft(
                step["number"],
                step["channel"],
                Counts(**found.get(step["id"], {})),
                step["number"] in fired,
            )
            for step in queries.steps(connection, campaign)
        )
    )


def note(connection: Connection, campaign: Mapping[str, Any], by: str) -> Remainder:
    """The same, written into the log of a campaign that was ended: what nobody can call back any more."""
    left = of(connection, campaign["id"])
    detail = {"move": "remainder", **left.total.as_dict()}
    moving.note(connection, campaign, by, Action.CAMPAIGNS_RUN, detail)
    return left


def _counted(connection: Connection, campaign: int) -> Mapping[int, Mapping[str, int]]:
    """Step → place → deliveries, from the funnel, which moves in the transaction of whoever moves a delivery.

    Waiting is two things there: an attempt without an answer is on its way, one that was put off is with nobody. Which
    are on their way is looked up on the short list of what must be come back to.
    """
    flying = _in_flight(connection, campaign)
    counted: dict[int, Counter[str]] = {}
    for (step, state), n in funnel.counts(connection, campaign, "step_id", "state").items():
        counted.setdefault(int(step), Counter())[_place(state)] += n
    for number, places in counted.items():
        places["not_sent"] -= flying[number]
        places["in_flight"] += flying[number]
    return counted


def _place(state: str) -> str:
    if state in {one.value for one in HANDED_OVER}:
        return "with_carrier"
    return "not_sent" if state in ("waiting", "planned") else state


def _in_flight(connection: Connection, campaign: int) -> Counter[int]:
    """Step → deliveries whose newest attempt has no answer."""
    view = delivery_state.c
    answered = (
        select(Outcome.no)
        .where(Outcome.delivery_id == view.delivery_id, Outcome.no == view.attempts)
        .exists()
    )
    rows = connection.execute(
        select(view.step_id, func.count())
        .select_from(DeliveryAgain)
        .join(delivery_state, view.delivery_id == DeliveryAgain.delivery_id)
        .where(view.campaign_id + 0 == campaign, view.state == "waiting", ~answered)
        .group_by(view.step_id)
    )
    return Counter({step: int(n) for step, n in rows})
