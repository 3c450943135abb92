"""Drawing from one group: people, households and one person of each, villages by their size. Pure.

Everything follows from SHA-256 of the seed and a name, so anybody can draw again (`surveys.sampling.draw`):
people in the order of "seed:id", households of "seed:home:household", villages of "seed:village:code".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from outreach.surveys.design_order import Within
from outreach.surveys.drawing.frame import Unit
from outreach.surveys.sampling import digest
from segments.person import birthday

_START = 16**13  # 52 bits: a number that every language holds exactly


@dataclass(frozen=True)
class Choice:
    """A place in the order of drawing: one person, or a household of whom one is taken when it is drawn."""

    candidates: tuple[Unit, ...]

    @property
    def members(self) -> int:
        """How many could be taken."""
        return len(self.candidates)


def in_order(units: Iterable[Unit], seed: str, within: Within) -> list[Choice]:
    """A whole group in the order of drawing: the first n are a simple random sample of its people (households)."""
    if within == "people":
        return [Choice((one,)) for one in sorted(units, key=lambda one: digest(f"{seed}:{one.id}"))]
    homes: dict[str, list[Unit]] = defaultdict(list)
    for one in units:
        homes[one.home].append(one)
    order = sorted(homes, key=lambda home: digest(f"{seed}:home:{home}"))
    return [Choice(tuple(homes[home])) for home in order]


def one_of(members: Sequence[Unit], seed: str, within: Within, on: date) -> Unit:
    """One person of a household: whose "seed:id" comes first, or whose birthday is next (today counts).

    Among those with the same birthday, and of unknown birth (after all others), "seed:id" decides. Each of k members is
    taken to have the probability 1/k: exact for the first, the usual approximation for the second.
    """

    def place(one: Unit) -> tuple[int, str]:
        waits = _days_to_birthday(one.birth, on) if within == "next_birthday" else 0
        return waits, digest(f"{seed}:{one.id}")

    return min(members, key=place)


def _days_to_birthday(birth: date | None, on: date) -> int:
    """Days until the next birthday; a birthday on 29 February is kept on 1 March, as ages are counted."""
    if birth is None:
        return 1000
    days = (birthday(birth, on.year + more - birth.year) for more in (0, 1, 2))
    return min((day - on).days for day in days if day is not None and day >= on)


def certain(sizes: Mapping[str, int], n: int) -> tuple[list[str], int]:
    """Villages so large that they are in every sample, and how many are drawn of the others.

    A village is certain when n times its size reaches the whole; without it the same is asked again. Of the others at
    least two are drawn, or all where there are fewer: a single one gives no error. Certain ones are strata of their own,
    in which people are the units (Särndal, Swensson and Wretman 1992, 3.6.2).
    """
    taken: list[str] = []
    rest = dict(sizes)
    while rest:
        n = max(n, min(2, len(rest)))
        total = sum(rest.values())
        now = sorted(name for name, size in rest.items() if size * n >= total)
        if not now:
            return taken, n
        taken += now
        for name in now:
            del rest[name]
        n -= len(now)
    return taken, 0


def systematic(sizes: Mapping[str, int], n: int, seed: str, stratum: str) -> list[str]:
    """`n` villages with probability n × size / total each: systematic, in random order from a random start.

    The villages stand in the order of SHA-256("seed:village:code"), each as long as it is large; the start is the first
    13 digits of SHA-256("seed:start:stratum") as a share of the step total / n (Cochran 1977, 9A.10). In whole
    numbers, so that no rounding decides. Raises ValueError when a village would be certain.
    """
    total = sum(sizes.values())
    if n and any(size * n >= total for size in sizes.values()):
        raise ValueError("a village that is certain is taken out first")
    start = int(digest(f"{seed}:start:{stratum}")[:13], 16)
    chosen: list[str] = []
    passed = 0
    for name in sorted(sizes, key=lambda one: digest(f"{seed}:village:{one}")):
        passed += sizes[name]
        # the next mark lies at (start / 16^13 + marks so far) × total / n
        if (start + len(chosen) * _START) * total < passed * n * _START:
            chosen.append(name)
    return chosen


def batch(at: int, reserve: int, batches: int) -> int:
    """Into which batch the reserve's person at a place (from 0) comes; earlier ones are drawn first."""
    return 1 + at * batches // reserve if reserve else 0
