"""What is kept about a village, and how old it may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

GRADES = ((1, "in_person"), (2, "delivered"), (4, "relayed"))
"""Bit and fact, the strongest proof first: somebody counts in the first one that holds."""

BESIDE = ((8, "published"), (16, "applied"), (32, "received"))
"""Bit and fact that is counted beside the grades."""

HEARD = 7
"""Any of GRADES."""

STAGES = ("printed", "accepted", "pending", "unknown", "failed", "skipped", "none")
"""How far a message to somebody came, the nearest to them first."""


class Place(NamedTuple):
    """A policy (or the register) in a village, and since when its count is old."""

    policy_id: int
    village: str
    since: int


class Part(NamedTuple):
    """People of a policy who share something: see models.counts.ReachPart."""

    about: str
    one: str
    other: str
    n: int


@dataclass(frozen=True)
class Kept:
    """How a policy is counted: exact up to `at`, and for the ages of the day `on`."""

    at: datetime
    on: date


@dataclass
class Tally:
    """One village while it is put together from people who are alike."""

    counts: Counter[str] = field(default_factory=Counter)
    parts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, row: Mapping[str, Any]) -> None:
        """`n` people who are alike in everything that is asked."""
        n = int(row["n"])
        if not row["certain"]:
            self.counts["unknown"] += n
            return
        self.counts["eligible"] += n
        marks = int(row["marks"])
        grade = next((name for bit, name in GRADES if marks & bit), "")
        for name in (grade, *(name for bit, name in BESIDE if marks & bit)):
            if name:
                self.counts[name] += n
        self.parts["language", row["language"], grade] += n
        if grade:
            self.parts["channel", grade, row["strongest"][1:]] += n
        else:
            tried = row["tried"]
            self.parts["untold", STAGES[int(tried[0])], tried[1:]] += n


def tallied(rows: Iterable[Mapping[str, Any]]) -> dict[str, Tally]:
    """Village → what its people come to."""
    found: dict[str, Tally] = {}
    for row in rows:
        found.setdefault(row["village"], Tally()).add(row)
    return found
