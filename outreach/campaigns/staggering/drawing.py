"""The draw: pure, and the same on every machine and in every release, so that whoever has the seed can draw again.

Units are sorted by the SHA-256 of `<seed>:<unit>` as hexadecimal text; the unit at place i of n (from 0) is of wave
1 + i × waves ÷ n, rounded down. So every unit is of exactly one wave, and two waves differ by one unit at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """Somebody of the audience, and what ties them to others: whoever shares one of `ties` is told at the same time."""

    person: int
    place: str
    ties: tuple[Hashable, ...] = ()


def order(seed: int, units: Iterable[str]) -> list[str]:
    """Units in the order of the draw."""
    return sorted(set(units), key=lambda unit: (_mark(seed, unit), unit))


def _mark(seed: int, unit: str) -> str:
    return hashlib.sha256(f"{seed}:{unit}".encode()).hexdigest()


def cut(drawn: Sequence[str], waves: int) -> dict[str, int]:
    """Unit → its wave, from 1 on."""
    return {unit: 1 + place * waves // len(drawn) for place, unit in enumerate(drawn)}


def groups(members: Sequence[Member]) -> dict[int, int]:
    """Person → the lowest number of those who are tied to them, directly or through others."""
    above: dict[int, int] = {one.person: one.person for one in members}

    def root(person: int) -> int:
        while above[person] != person:
            above[person] = above[above[person]]
            person = above[person]
        return person

    first: dict[Hashable, int] = {}
    for one in members:
        for tie in one.ties:
            mine, theirs = root(one.person), root(first.setdefault(tie, one.person))
            above[max(mine, theirs)] = min(mine, theirs)
    return {one.person: root(one.person) for one in members}


def units(members: Sequence[Member], unit: str) -> dict[int, str]:
    """Person → their unit: the village where they live (as far as it is known), or their household and shared phone,
    named by the lowest number in it."""
    if unit == "village":
        return {one.person: one.place[:12] for one in members}
    return {person: f"person-{lowest}" for person, lowest in groups(members).items()}
