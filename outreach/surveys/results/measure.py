"""Shares of a sample by the design with which it was drawn. Pure.

A sample that was drawn person by person from one list, all with the same chance, and is not weighted to anything is
estimated by Wilson on its own numbers. Every other one goes through `surveys.estimation`: strata, villages and the
finite population of each stratum as they were sealed at the drawing, weights for non-response, raking to the register.

Where villages were drawn no finite population correction is used: households are drawn inside each village, and the
correction for villages alone would promise more than the sample holds (Lohr 2022, 6.6).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from outreach.surveys.design import Design, Sample, read
from outreach.surveys.errors import BadDesign
from outreach.surveys.estimation import estimate_rows
from outreach.surveys.results.frames import UNKNOWN, Frame
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.merging import merged, together
from outreach.surveys.results.notes import Note
from outreach.surveys.results.shares import Share, counted, estimated, share
from outreach.surveys.results.weights import Weighed, weighed

Row = dict[str, object]
UNDIVIDED = "all"
Flags = Sequence[bool]


@dataclass(frozen=True)
class Measure:
    """People who were asked, ready to be counted. `rows` and `design` are what an outsider needs to count again.

    `simple`: it is estimated as a simple random sample; `sample` is None where nobody was asked or nothing may be
    estimated: `representative` is False for people who take part by their own choice.
    """

    asked: tuple[Interview, ...]
    rows: tuple[Row, ...]
    design: Design
    sample: Sample | None
    simple: bool
    notes: tuple[Note, ...] = ()
    representative: bool = True

    @property
    def level(self) -> float:
        """Of all intervals."""
        return self.design.level

    @property
    def weights(self) -> list[float]:
        """What each person who was asked stands for, raked where the sample is, in their order."""
        if self.sample is not None and not self.simple:
            return self.sample.weights
        return [one.weight for one in self.asked]

    def share(self, outcomes: Flags, members: Flags | None = None) -> Share:
        """The share of those with a true outcome among the members (everybody who was asked, without `members`)."""
        inside = range(len(self.asked)) if members is None else indexes(members)
        n, aware = len(inside), sum(bool(outcomes[row]) for row in inside)
        if self.sample is None or not n:
            return counted(aware, n)
        if self.simple:
            return share(aware, n, self.level)
        try:
            figure = estimate_rows(self.answered(self.sample, outcomes), self.design, inside)
        except BadDesign:  # a single village says nothing about how villages differ
            return counted(aware, n)
        return estimated(aware, figure)

    def answered(self, sample: Sample, outcomes: Flags) -> Sample:
        """The sample with these outcomes."""
        answered = replace(sample, outcomes=[float(yes) for yes in outcomes])
        vars(answered)["drawn"] = sample.drawn  # the same units: counted once for all questions
        return answered


def indexes(members: Flags) -> list[int]:
    """The rows of the members."""
    return [row for row, inside in enumerate(members) if inside]


def measure(
    interviews: Sequence[Interview],
    frame: Frame | None = None,
    *,
    representative: bool = True,
    level: float = 0.95,
) -> Measure:
    """The sample with its design: one Interview for each sampled person, whatever became of it."""
    frame = frame or Frame()
    asked = tuple(one for one in interviews if one.asked)
    notes = _weightless(interviews)
    if notes or not (asked and representative):
        return Measure(asked, (), Design(level=level), None, False, notes, representative)
    found = weighed(interviews, frame)
    rows, design, more = _rows(asked, found, frame, level)
    simple = not found.changed and _simple(interviews, frame)
    if simple:
        design = Design(level=level)
    sample = read(rows, design)
    return Measure(asked, tuple(rows), design, sample, simple, (*found.notes, *more))


def _weightless(interviews: Sequence[Interview]) -> tuple[Note, ...]:
    """Somebody whose chance of being drawn is not known stands for nobody: then nothing is estimated."""
    lost = sum(not (one.weight > 0 and math.isfinite(one.weight)) for one in interviews)
    return (Note("results.no_weights", {"people": lost}),) if lost else ()


def _simple(interviews: Sequence[Interview], frame: Frame) -> bool:
    strata = {one.stratum for one in interviews} | set(frame.populations)
    clustered = any(one.cluster for one in interviews)
    equal = len({one.weight for one in interviews}) <= 1
    return len(strata) <= 1 and not clustered and equal and not frame.margins


def _rows(
    asked: Sequence[Interview], found: Weighed, frame: Frame, level: float
) -> tuple[list[Row], Design, list[Note]]:
    clustered = any(one.cluster for one in asked)
    units = Counter(one.stratum for one in asked)
    if clustered:
        units = Counter(stratum for stratum, _ in {(one.stratum, _unit(one)) for one in asked})
    under = merged(units, 2)
    notes = [Note("results.strata_joined", {"strata": name}) for name in together(under)]
    empty = [name for name in frame.populations if name not in units]
    if empty and asked:
        people = sum(frame.populations[name] for name in empty)
        notes.append(Note("results.empty_strata", {"strata": "、".join(empty), "people": people}))
    sizes = _sizes(under, frame, clustered)
    rows: list[Row] = []
    for one, weight in zip(asked, found.weights, strict=True):
        row: Row = {"outcome": 0, "weight": weight, "stratum": under[one.stratum] or UNDIVIDED}
        if clustered:
            row["cluster"] = _unit(one)
        if sizes:
            row["fpc"] = sizes[under[one.stratum]]
        rows.append(row | {trait: one.trait(trait) or UNKNOWN for trait in frame.margins})
    design = Design(
        weight="weight",
        stratum="stratum",
        cluster="cluster" if clustered else None,
        fpc="fpc" if sizes else None,
        rake=frame.margins if found.raked else None,
        level=level,
    )
    return rows, design, notes


def _unit(one: Interview) -> str:
    """The village; somebody who was drawn alone is a unit of their own."""
    return one.cluster or f"#{one.id}"


def _sizes(under: dict[str, str], frame: Frame, clustered: bool) -> dict[str, float]:
    """Persons of each stratum; {} where villages were drawn or a size is not known."""
    if clustered or any(name not in frame.populations for name in under):
        return {}
    sizes: dict[str, float] = {}
    for name, joined in under.items():
        sizes[joined] = sizes.get(joined, 0.0) + frame.populations[name]
    return sizes
