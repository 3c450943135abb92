"""What was sealed at the drawing of a sample and is needed to estimate from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "不详"
"""Stands where a trait of somebody was not known at the drawing: a value of its own."""


@dataclass(frozen=True)
class Frame:
    """How a sample was drawn, and what the register knew of everybody who could have been.

    `populations` persons per stratum; `margins` persons per value of the traits to which the answers are weighted;
    `classes` the traits that make the classes of non-response, those of the strata where none were named (a stratum
    that answers less must not count for less); `trim` the largest weight in times of the median.
    """

    populations: Mapping[str, float] = field(default_factory=dict)
    margins: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    trim: float | None = None

    @classmethod
    def of(cls, survey: Mapping[str, Any]) -> Frame:
        """From the documents `frame` and `design` of a survey; both are empty for a simple random sample."""
        frame, design = survey.get("frame") or {}, survey.get("design") or {}
        known = frame.get("margins") or {}
        return cls(
            populations={
                name: float(stratum["population"])
                for name, stratum in (frame.get("strata") or {}).items()
                if stratum.get("population")
            },
            margins={
                trait: {value or UNKNOWN: float(n) for value, n in known[trait].items() if n}
                for trait in design.get("rake") or ()
                if known.get(trait)
            },
            classes=tuple(design.get("classes") or design.get("strata") or ()),
            trim=float(design["trim"]) if design.get("trim") else None,
        )
