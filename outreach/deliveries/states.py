"""What can become of a delivery, and which word overrules which.

A delivery's state is read from the view `delivery_state`; nothing stores it. What is stored is the
`outcome` of each attempt, and an outcome is only ever raised to a higher rank: a late receipt turns
"we do not know" or "not delivered" into "delivered", and nothing turns "delivered" into less.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """A delivery's state, as pages and exports name it."""

    PLANNED = "planned"  # in the frozen audience, nothing handed over yet
    WAITING = "waiting"  # being handed over, or to be tried again
    ACCEPTED = "accepted"  # the carrier, printer or worker has it
    DELIVERED = "delivered"  # the handset or the person has it
    UNDELIVERED = "undelivered"  # the carrier had it and could not deliver it
    REFUSED = "refused"  # the carrier did not take it
    SKIPPED = "skipped"  # not sent, for the reason that stands beside it
    UNKNOWN = "unknown"  # handed over or not: nobody knows yet


RANK = {
    "unknown": 10,
    "deferred": 20,
    "refused": 30,
    "accepted": 40,
    "undelivered": 50,
    "delivered": 60,
    "skipped": 90,
}
"""Outcome states by the strength of what they say. `deferred`: certainly not handed over, tried again."""

HANDED_OVER = (State.ACCEPTED, State.DELIVERED, State.UNDELIVERED)
"""States in which the carrier took the message."""


def shown(outcome_state: str) -> str:
    """The delivery state behind an outcome: a deferred hand-over is simply still waiting."""
    return State.WAITING if outcome_state == "deferred" else outcome_state


class Reason(StrEnum):
    """Why a planned delivery was not sent."""

    REFUSED_CHANNEL = "refused_channel"  # the person or the number said no to this channel
    DECEASED = "deceased"
    MOVED = "moved"
    STOPPED = "stopped"  # a worker stopped the household
    NO_ADDRESS = "no_address"  # no phone of their own, or a closed one
    NO_GUARDIAN = "no_guardian"  # a child whose guardian nobody has recorded
    ALREADY_HAS = "already_has"  # applied for it, or receives it
    NOT_ELIGIBLE = "not_eligible"  # no longer, by today's facts
    WITHDRAWN = "withdrawn"  # the policy was withdrawn
    NO_TEXT = "no_text"  # no variant in a language that this person can be written to
    OVER_BUDGET = "over_budget"
    SYNTHETIC = "synthetic"  # an invented person, and an account that is not on this machine
    OVER_CEILING = "over_ceiling"  # what was signed for one firing is used up
    CAPPED = "capped"  # enough of this kind in these days, over all campaigns
    DUPLICATE = "duplicate"  # this number had the same words a moment ago
    HOUSEHOLD_REACHED = "household_reached"  # somebody of the household has it, and one is enough
    REACHED = "reached"  # another step was faster: what was thought lost arrived after all
    CANCELLED = "cancelled"
    TOO_LATE = "too_late"


WEIGHT = (
    Reason.DECEASED, Reason.MOVED, Reason.STOPPED, Reason.ALREADY_HAS, Reason.NOT_ELIGIBLE, Reason.WITHDRAWN,
    Reason.REFUSED_CHANNEL, Reason.NO_GUARDIAN, Reason.NO_ADDRESS, Reason.NO_TEXT, Reason.REACHED, Reason.HOUSEHOLD_REACHED,
    Reason.DUPLICATE, Reason.CAPPED, Reason.OVER_BUDGET, Reason.OVER_CEILING, Reason.SYNTHETIC, Reason.TOO_LATE,
    Reason.CANCELLED,
)  # fmt: skip
"""Reasons, the weightiest first: what is true of the person, then of the policy, then of the way, then of our limits.

Where several deliveries to one person were skipped for different reasons, the first of these is the person's.
"""


def weightiest(reasons: Iterable[str]) -> str:
    """The first of some reasons in the order of WEIGHT; '' when there is none."""
    return min(reasons, key=lambda reason: WEIGHT.index(Reason(reason)), default="")


class Why(StrEnum):
    """Why a delivery stands on the list of those to be taken up again."""

    IN_FLIGHT = "in_flight"  # attempt written, answer not yet; due when the sender must be dead
    DEFERRED = "deferred"  # the carrier was down or busy: certainly not handed over
    TEMPORARY = "temporary"  # not delivered for now: phone off, no signal
    LOOK_UP = "look_up"  # unknown: ask the carrier what it has
    RESEND = "resend"  # unknown, and twice the carrier did not have it: once more
    ASK = "ask"  # only a person can tell


SENDING = (Why.DEFERRED, Why.TEMPORARY, Why.RESEND)
"""Reasons that lead to another attempt, and so obey pause, pace and quiet hours."""
