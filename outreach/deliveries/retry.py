"""What follows an answer: a pure table of next steps, so that it can be read and tested whole.

Nothing here sends. `unknown` never leads straight to another attempt: the carrier is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass

from channels.base import Patience
from outreach.deliveries.states import Why

MAX_DEFERRED = 8
"""A carrier that is down for longer than eight growing waits needs a person."""

PHONE_OFF = Patience(again=2, apart=1800.0)
"""For a phone that a console's own words say is off: three attempts in all, half an hour apart. Carriers with codes have
a table of their own (channels/codes.py).
"""

MAX_LOOKS = 2
"""Looks at the carrier's list before "it does not have it" is believed."""


@dataclass(frozen=True)
class Next:
    """Take the delivery up again: why, and in how many seconds."""

    why: Why
    seconds: float


def after_deferred(attempts: int, hint: float | None, base: float = 1.0) -> Next:
    """Busy or unreachable: wait longer each time, at least as long as the carrier asked; then ask a person."""
    if attempts >= MAX_DEFERRED:
        return Next(Why.ASK, 0)
    return Next(Why.DEFERRED, max(hint or 0.0, base * 2.0 ** min(attempts, 8)))


def after_undelivered(attempts: int, patience: Patience) -> Next | None:
    """Not delivered, or not taken: tried again as often as the code deserves; a number that does not exist is not."""
    if attempts > patience.again:
        return None
    return Next(Why.TEMPORARY, patience.apart)


def after_unknown(*, can_look_up: bool, wait: float) -> Next:
    """Nobody knows: ask the carrier once everything in flight must have arrived; a robot cannot be asked."""
    return Next(Why.LOOK_UP, wait) if can_look_up else Next(Why.ASK, 0)


def after_empty_look(looks: int, *, resent: bool, pause: float) -> Next:
    """The carrier does not have it: look twice, send once more, and never a third time without a person."""
    if looks < MAX_LOOKS:
        return Next(Why.LOOK_UP, pause)
    return Next(Why.ASK, 0) if resent else Next(Why.RESEND, 0)
