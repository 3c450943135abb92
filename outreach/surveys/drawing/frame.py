"""Whom a sample is drawn from: people with what is known of them on the day of drawing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.surveys.design_order import DesignOrder
from segments.person import age_on

UNDIVIDED = "all"
"""The name of the only stratum of a sample that is not divided."""

_TOWN, _VILLAGE = 9, 12


@dataclass(frozen=True, slots=True)
class Unit:
    """One person of the frame. `household` is a row number, None for somebody who is in no household."""

    id: int
    region: str
    household: int | None
    sex: str
    birth: date | None
    hukou_type: str = ""
    eligible: str = "yes"
    wave: int | None = None

    @property
    def town(self) -> str:
        """9 digits; what is known of the place where that is less."""
        return self.region[:_TOWN]

    @property
    def village(self) -> str:
        """12 digits; '' where no village is known."""
        return self.region[:_VILLAGE] if len(self.region) >= _VILLAGE else ""

    @property
    def home(self) -> str:
        """The household as text; somebody who is in none is one."""
        return f"p{self.id}" if self.household is None else str(self.household)

    def trait(self, name: str, on: date) -> str:
        """One trait by which samples are divided or weighted (`design_order.TRAITS`); '' where it is not known."""
        if name == "band":
            return band(None if self.birth is None else age_on(self.birth, on))
        return str(getattr(self, name))

    def traits(self, on: date) -> dict[str, Any]:
        """What is frozen with a sampled person."""
        age = None if self.birth is None else age_on(self.birth, on)
        return {
            "town": self.town,
            "village": self.village,
            "sex": self.sex,
            "age": age,
            "band": band(age),
            "hukou_type": self.hukou_type,
            "eligible": self.eligible,
            "wave": self.wave,
        }


def band(age: int | None) -> str:
    """The age band of a survey; '' where the age is not known."""
    if age is None:
        return ""
    if age < 18:
        return "<18"
    if age < 45:
        return "18-44"
    return "45-59" if age < 60 else "60+"


def stratum(unit: Unit, names: Sequence[str], on: date) -> str:
    """The name of somebody's stratum: the values of its traits, joined by a slash."""
    return "/".join([unit.trait(name, on) for name in names]) if names else UNDIVIDED


@dataclass(frozen=True)
class Frame:
    """The people with the names of their strata; `left_out` could not be drawn because no village is known."""

    units: tuple[Unit, ...]
    strata: tuple[str, ...]
    on: date
    left_out: int = 0

    def sizes(self) -> dict[str, int]:
        """People by stratum, in the order of their names."""
        return dict(sorted(Counter(self.strata).items()))

    def margins(self, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """People by value of each trait."""
        return {
            name: dict(sorted(Counter(one.trait(name, self.on) for one in self.units).items()))
            for name in names
        }


def build(people: Iterable[Unit], design: DesignOrder, on: date) -> Frame:
    """The frame of a design; where villages are drawn, whoever is in none cannot be."""
    everybody = list(people)
    inside = [one for one in everybody if one.village] if design.clustered else everybody
    names: dict[str, str] = {}  # one text for each stratum, however many people are in it
    strata = (stratum(one, design.strata, on) for one in inside)
    return Frame(
        units=tuple(inside),
        strata=tuple(names.setdefault(one, one) for one in strata),
        on=on,
        left_out=len(everybody) - len(inside),
    )
