"""Shares of a sample by the design with which it was drawn. Pure.

A sample that was drawn person by person from one list, all with the same chance, and is not weighted to anything is
estimated by Wilson on its own numbers. Every other one goes through `surveys.estimation`: strata, villages and the
finite population of each stratum as they were sealed at the drawing, weights for non-response, raking to the register.

Where villages were drawn no finite population correction is used: households are drawn inside each village, and the
correction for villages alone would promise more than the sample holds (Lohr 2022, 6.6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from outreach.surveys.design import Design, Sample, read
from outreach.surveys.errors import BadDesign
from outreach.surveys.estimation import Estimate, estimate_rows
from outreach.surveys.results.frames import Frame
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.merging import merged, together
from outreach.surveys.results.notes import Note
from outreach.surveys.results.shares import Share, counted, estimated, share
from outreach.surveys.results.weights import adjusted

Row = dict[str, object]
Flags = Sequence[bool]


@dataclass(frozen=True)
class Measure:
    """People who were asked, ready to be counted. `rows` and `design` are what an outsider needs to count again.

    `sample` is None for a simple random sample and where nobody was asked; `representative` is False for people who
    take part by their own choice: they are counted and nothing is concluded.
    """

    asked: tuple[Interview, ...]
    rows: tuple[Row, ...]
    design: Design
    sample: Sample | None
    notes: tuple[Note, ...] = ()
    representative: bool = True
    level: float = field(default=0.95)

    @property
    def simple(self) -> bool:
        """Whether it is estimated as a simple random sample."""
        return self.sample is None

    @property
    def weights(self) -> list[float]:
        """What each person who was asked stands for, in their order."""
        if self.sample is not None:
            return self.sample.weights
        return [float(str(row["weight"])) for row in self.rows]

    def share(self, outcomes: Flags, members: Flags | None = None) -> Share:
        """The share of those with a true outcome among the members (everybody who was asked, without `members`)."""
        inside = range(len(self.asked)) if members is None else _indexes(members)
        n, aware = len(inside), sum(bool(outcomes[row]) for row in inside)
        if not self.representative or not n:
            return counted(aware, n)
        if self.sample is None:
            return share(aware, n, self.level)
        try:
            return estimated(aware, self._estimate(self.sample, outcomes, inside))
        except BadDesign:  # a single village says nothing about how villages differ
            return counted(aware, n)

    def _estimate(self, sample: Sample, outcomes: Flags, members: Sequence[int]) -> Estimate:
        answered = replace(sample, outcomes=[float(yes) for yes in outcomes])
        return estimate_rows(answered, self.design, members)


def _indexes(members: Flags) -> list[int]:
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
    weighed = adjusted(interviews, frame)
    rows, design, notes = _rows(asked, weighed.weights, frame, level)
    simple = not weighed.changed and _simple(interviews, frame)
    sample = None
    if asked and representative and not simple:
        sample, design, more = _read(rows, design)
        notes = [*notes, *more]
    return Measure(
        asked,
        tuple(rows),
        design,
        sample,
        (*weighed.notes, *notes) if representative else (),
        representative,
        level,
    )


def _simple(interviews: Sequence[Interview], frame: Frame) -> bool:
    strata = {one.stratum for one in interviews} | set(frame.populations)
    clustered = any(one.cluster for one in interviews)
    equal = len({one.weight for one in interviews}) <= 1
    return len(strata) <= 1 and not clustered and equal and not frame.margins


def _rows(
    asked: Sequence[Interview], weights: Sequence[float], frame: Frame, level: float
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
    for one, weight in zip(asked, weights, strict=True):
        row: Row = {"outcome": 0, "weight": weight, "stratum": under[one.stratum] or "全部"}
        if clustered:
            row["cluster"] = _unit(one)
        if sizes:
            row["fpc"] = sizes[under[one.stratum]]
        rows.append(row | {trait: one.trait(trait) for trait in frame.margins})
    design = Design(
        weight="weight",
        stratum="stratum",
        cluster="cluster" if clustered else None,
        fpc="fpc" if sizes else None,
        rake=frame.margins or None,
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


def _read(rows: Sequence[Row], design: Design) -> tuple[Sample, Design, list[Note]]:
    """The rows with their raked weights; unraked, with the reason, where the totals do not fit those who answered."""
    if design.rake:
        try:
            return read(rows, design), design, []
        except BadDesign as problem:
            design = replace(design, rake=None)
            return read(rows, design), design, [Note("results.unraked", because=problem)]
    return read(rows, design), design, []
