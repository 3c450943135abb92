"""How a sample is to be drawn and weighted, as it is written down and locked. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Base = Literal["likely", "eligible_or_unknown", "adults"]
Allocation = Literal["proportional", "neyman", "equal"]
Within = Literal["people", "random", "next_birthday"]

BASES: tuple[Base, ...] = ("likely", "eligible_or_unknown", "adults")
"""Who may be drawn: everybody of the register who certainly fits the rule; who may fit it too; all adults."""

ALLOCATIONS: tuple[Allocation, ...] = ("proportional", "neyman", "equal")

WITHIN: tuple[Within, ...] = ("people", "random", "next_birthday")
"""People one by one, or households first and one of each: whose number comes first, or whose birthday is next."""

TRAITS = ("town", "village", "sex", "band", "hukou_type", "eligible")
"""What of a person divides a sample into strata, or is weighted to."""

PLACES = frozenset({"town", "village"})
"""Traits that a whole village or household shares."""

RESERVE_BATCHES = 2


@dataclass(frozen=True, kw_only=True)
class DesignOrder:
    """Everything about a sample but its size and seed.

    strata: traits by which it is divided; allocation: how many of each (neyman needs `rates`, the expected rate by
    stratum); per_stratum: so many of each instead. villages: how many are drawn with probability proportional to size,
    per_village: how many people (households) of each; 0 = no villages. within: see WITHIN. reserve: share drawn beside
    the sample, in `batches`. rake, classes: traits for weighting and for non-response classes; trim: weights are cut at
    so many times the median. margin, expected, deff, response: what the size followed from. fresh: share of new people
    in a panel wave. group: the panel of 政策体验官.
    """

    base: Base = "likely"
    strata: tuple[str, ...] = ()
    allocation: Allocation = "proportional"
    rates: Mapping[str, float] = field(default_factory=dict)
    per_stratum: int = 0
    villages: int = 0
    per_village: int = 0
    within: Within = "people"
    reserve: float = 0.0
    batches: int = RESERVE_BATCHES
    rake: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    trim: float | None = None
    margin: float | None = None
    expected: float = 0.5
    deff: float = 1.0
    response: float = 1.0
    fresh: float = 0.0
    group: str = ""

    @property
    def clustered(self) -> bool:
        """Whether villages are drawn first."""
        return self.per_village > 0

    @property
    def weighted_to(self) -> tuple[str, ...]:
        """Traits whose counts in the frame are kept with the sample."""
        return tuple(dict.fromkeys(("town", "sex", "band", *self.rake)))

    def as_data(self) -> dict[str, Any]:
        """Plain data for storing; numbers that mean "none" are None, as whoever estimates reads them."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        for name in ("villages", "per_village", "per_stratum"):
            data[name] = data[name] or None
        return data

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> DesignOrder:
        """The same read back; a survey from before designs were kept is a simple random sample of the likely."""
        known = {one.name: one for one in fields(cls)}
        given: dict[str, Any] = {}
        for name, value in data.items():
            if name in known and value is not None:
                given[name] = tuple(value) if isinstance(value, list) else value
        return cls(**given)


def design_hash(survey: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) of all that must not change from `create` on, besides the questionnaire."""
    names = (
        "ref", "kind", "policy", "campaign", "follows", "region", "wave", "panel", "mode", "size", "seed", "design",
    )  # fmt: skip
    locked = {name: survey[name] for name in names}
    text = json.dumps(locked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
