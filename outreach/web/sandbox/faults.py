"""What goes wrong on purpose: by the last four digits of an address, and at random by rate.

last four   what the carrier does
0001        accepts, and the phone stays unreachable: receipt undelivered, 30003
0002        refuses: opted out, 21610 (a robot: removed from its group)
0003        accepts, then drops the connection without a word
0004        answers 500 and has not accepted
0005        answers 429 the first time (a robot: its code for too fast), accepts afterwards
0006        accepts, and holds the answer back for longer than a client waits
0007        accepts, and answers something unreadable
0008        refuses: not a mobile number, 21614
0009        accepts, and nobody has that number any more: receipt undelivered, 30005

A robot's key counts as its address. The first time of 0005 is remembered until the process ends.

What goes wrong with the receipts of an accepted message is drawn apart from that, by rate; it too is forgotten with
the process, and what is pending then comes as usual.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


class Effect(StrEnum):
    """One way in which a request can go wrong."""

    UNREACHABLE = "unreachable"
    NO_SUCH_NUMBER = "no_such_number"
    OPTED_OUT = "opted_out"
    DROP_AFTER = "drop_after"
    ERROR500 = "error500"
    THROTTLE = "throttle"
    HOLD = "hold"
    GARBAGE = "garbage"
    NOT_MOBILE = "not_mobile"
    SLOW = "slow"


BY_SUFFIX: dict[str, Effect] = {
    "0001": Effect.UNREACHABLE,
    "0002": Effect.OPTED_OUT,
    "0003": Effect.DROP_AFTER,
    "0004": Effect.ERROR500,
    "0005": Effect.THROTTLE,
    "0006": Effect.HOLD,
    "0007": Effect.GARBAGE,
    "0008": Effect.NOT_MOBILE,
    "0009": Effect.NO_SUCH_NUMBER,
}


class Course(StrEnum):
    """One way in which the receipts of an accepted message can come otherwise than in order and once."""

    TWICE = "twice"
    LATE = "late"
    SWAPPED = "swapped"
    EARLY = "early"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Faults:
    """Rates between 0 and 1, those of answers and those of receipts each together at most 1; `seed` begins both draws.

    drop_after: accepted, connection dropped. error500, throttle: not accepted. garbage: accepted,
    answer unreadable. slow: answered properly after `slow_seconds`. by_suffix: obey the table above.
    Receipts — receipt_twice: each comes two times. receipt_late: after `late_seconds` more. receipt_swapped: the last
    one first. receipt_early: all of them before the message is answered. receipt_never: none comes.
    """

    drop_after: float = 0.0
    error500: float = 0.0
    throttle: float = 0.0
    slow: float = 0.0
    garbage: float = 0.0
    seed: int = 0
    by_suffix: bool = True
    slow_seconds: float = 0.5
    hold_seconds: float = 60.0
    receipt_twice: float = 0.0
    receipt_late: float = 0.0
    receipt_swapped: float = 0.0
    receipt_early: float = 0.0
    receipt_never: float = 0.0
    late_seconds: float = 2.0

    def __post_init__(self) -> None:
        for drawn in (self.rates(), self.courses()):
            rates = [rate for _, rate in drawn]
            if min(rates) < 0 or sum(rates) > 1:
                raise ValueError("rates of faults lie between 0 and 1 and sum to at most 1")

    def rates(self) -> list[tuple[Effect, float]]:
        """Each effect that can strike at random, with its rate."""
        return [
            (Effect.DROP_AFTER, self.drop_after),
            (Effect.ERROR500, self.error500),
            (Effect.THROTTLE, self.throttle),
            (Effect.SLOW, self.slow),
            (Effect.GARBAGE, self.garbage),
        ]

    def courses(self) -> list[tuple[Course, float]]:
        """Each course that receipts can take, with its rate."""
        return [
            (Course.TWICE, self.receipt_twice),
            (Course.LATE, self.receipt_late),
            (Course.SWAPPED, self.receipt_swapped),
            (Course.EARLY, self.receipt_early),
            (Course.NEVER, self.receipt_never),
        ]


class FaultDeck:
    """Decides for one request after the other."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 - not a secret
        self._of_receipts = random.Random(faults.seed)  # noqa: S311 - likewise
        self._throttled: set[str] = set()
        self._courses: dict[int, Course] = {}

    def draw(self, address: str) -> Effect | None:
        """What happens to this request; None: nothing unusual."""
        effect = BY_SUFFIX.get(address[-4:]) if self.faults.by_suffix else None
        if effect is Effect.THROTTLE:
            first = address not in self._throttled
            self._throttled.add(address)
            return effect if first else None
        return effect or self._at_random()

    def _at_random(self) -> Effect | None:
        return _drawn(self._random, self.faults.rates())

    def draw_course(self) -> Course | None:
        """What the receipts of a message will do; None: come in order, once."""
        return _drawn(self._of_receipts, self.faults.courses())

    def note(self, message: int, course: Course | None) -> None:
        """Remember the course of a message's receipts."""
        if course is not None:
            self._courses[message] = course

    def course(self, message: int) -> Course | None:
        """The course that a message's receipts take."""
        return self._courses.get(message)


_T = TypeVar("_T")


def _drawn(dice: random.Random, rates: Sequence[tuple[_T, float]]) -> _T | None:
    left = dice.random()
    for one, rate in rates:
        if left < rate:
            return one
        left -= rate
    return None
