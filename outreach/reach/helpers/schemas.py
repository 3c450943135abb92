"""A helper, what they are given, what they lack, and a turn of duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

WARN_ABOVE = 20
"""Households above which one helper cannot know everybody (product.md §10: 20 households each)."""


@dataclass(frozen=True)
class Helper:
    """Somebody who visits. households: how many they look after, which is no measure of what they did."""

    name: str
    shown: str
    region: str
    active: bool
    households: int

    @property
    def too_many(self) -> bool:
        """Whether these are more than one person can know."""
        return self.households > WARN_ABOVE


@dataclass(frozen=True)
class Home:
    """A household, encrypted. helper '' = nobody looks after it."""

    id: int
    region: str
    address: str
    name: str
    helper: str


@dataclass(frozen=True)
class Assigned:
    """What an assignment did. taken: households that were somebody else's; total: what the helper has now."""

    helper: str
    households: int
    taken: int
    total: int

    @property
    def too_many(self) -> bool:
        """Whether these are more than one person can know."""
        return self.total > WARN_ABOVE


@dataclass(frozen=True)
class Released:
    """What a helper left behind. to: who has it now, '' = nobody; tasks: open ones that went along."""

    helper: str
    to: str
    households: int
    tasks: int


@dataclass(frozen=True)
class Untaught:
    """A helper who will be asked about a policy version that they were not taught."""

    helper: str
    shown: str
    campaign: str
    policy: str
    policy_name: str
    version: int


@dataclass(frozen=True)
class Taught:
    """A line of the training record."""

    helper: str
    policy: str
    version: int
    on: date
    note: str


@dataclass(frozen=True)
class Turn:
    """A turn of duty: who answers where and when. starts and ends: HH:MM."""

    region: str
    on: date
    starts: str
    ends: str
    helper: str
    place: str = ""
    phone: str = ""
    id: int = 0
