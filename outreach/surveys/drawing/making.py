"""From a frame, a design and a seed to a sample with the weight of everybody in it. Pure.

The weight is 1 / probability of being drawn:
people          N / n of the stratum
households      H / n × members who could have been taken
villages        total size / (villages drawn × size of the village) × its people (households) / how many of them
Reserve people stand next in the same order; taken up, they and those of their group share the group's weight anew.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.errors import Invalid
from outreach.surveys.design_order import DesignOrder
from outreach.surveys.drawing.frame import Frame, Unit
from outreach.surveys.drawing.selecting import Choice, batch, certain, in_order, one_of, systematic
from outreach.surveys.sampling import at_least, digest, divide, equal, neyman, proportional


@dataclass(frozen=True)
class Picked:
    """A drawn person. `cluster`: the village where villages were drawn and could be missed, else ''."""

    unit: Unit
    traits: Mapping[str, Any]
    stratum: str
    cluster: str
    weight: float
    reserve: int = 0


@dataclass
class Drawn:
    """The people, and by stratum (and village) how many there were and how many were drawn."""

    people: list[Picked] = field(default_factory=list)
    strata: dict[str, dict[str, int | None]] = field(default_factory=dict)
    villages: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What is asked of a drawing."""

    design: DesignOrder
    size: int
    seed: str
    on: date


def draw(frame: Frame, asked: Asked) -> Drawn:
    """The sample, in the order of numbers: its people by SHA-256("seed:id"), then the reserve batch by batch.

    Where fewer are there than asked for, everybody is taken. Invalid when the size leaves a stratum without two people
    (villages), or an expected rate is missing.
    """
    groups: dict[str, list[Unit]] = defaultdict(list)
    for name, unit in zip(frame.strata, frame.units, strict=True):
        groups[name].append(unit)
    drawn = Drawn()
    if asked.design.clustered:
        _from_villages(groups, asked, drawn)
    else:
        _from_people(groups, asked, drawn)
    drawn.people.sort(key=lambda one: (one.reserve, digest(f"{asked.seed}:{one.unit.id}")))
    return drawn


# -- people or households of each stratum --------------------------------------------------------------------


def _from_people(groups: Mapping[str, list[Unit]], asked: Asked, drawn: Drawn) -> None:
    orders = {name: _order(members, asked) for name, members in sorted(groups.items())}
    shares = allocate({name: len(order) for name, order in orders.items()}, asked)
    for name, order in orders.items():
        _take(_Group(name, groups[name], order), shares[name], asked, drawn)
        drawn.strata[name] = _counts(len(groups[name]), drawn, name)


def _order(members: Sequence[Unit], asked: Asked) -> list[Choice]:
    return in_order(members, asked.seed, asked.design.within)


def taken_of(choice: Choice, asked: Asked) -> Unit:
    """The person of a drawn household."""
    return one_of(choice.candidates, asked.seed, asked.design.within, asked.on)


def allocate(sizes: Mapping[str, int], asked: Asked) -> dict[str, int]:
    """How many people (households) of each stratum; at least two of each where there are two."""
    design, n = asked.design, min(asked.size, sum(sizes.values()))
    if design.per_stratum:
        return {name: min(size, design.per_stratum) for name, size in sizes.items()}
    least = sum(min(2, size) for size in sizes.values())
    if len(sizes) > 1 and n < least:
        raise Invalid("planning.few_for_strata", strata=len(sizes), least=least, size=asked.size)
    shares = _shares(sizes, design, n)
    return at_least(shares, sizes, 2) if len(sizes) > 1 else shares


def _shares(sizes: Mapping[str, int], design: DesignOrder, n: int) -> dict[str, int]:
    if design.allocation == "equal":
        return equal(sizes, n)
    if design.allocation == "neyman":
        lacking = [name for name in sizes if name not in design.rates]
        if lacking:
            raise Invalid("planning.rates_missing", strata="、".join(lacking))
        return neyman(sizes, {name: design.rates[name] for name in sizes}, n)
    return proportional(sizes, n)


@dataclass(frozen=True)
class _Group:
    """People of whom some are drawn one by one: a stratum or a village. `base` is 1 / the village's probability."""

    stratum: str
    members: Sequence[Unit]
    order: Sequence[Choice]
    cluster: str = ""
    base: float = 1.0


def _take(group: _Group, n: int, asked: Asked, drawn: Drawn) -> int:
    """The first n of a group, and its reserve; returns n, or how many there are where they are fewer."""
    n = min(n, len(group.order))
    if n == 0:
        return 0
    spare = min(math.ceil(n * asked.design.reserve - 1e-9), len(group.order) - n)
    weight = group.base * len(group.order) / n
    for at, choice in enumerate(group.order[: n + spare]):
        unit = taken_of(choice, asked)
        drawn.people.append(
            Picked(
                unit=unit,
                traits=unit.traits(asked.on),
                stratum=group.stratum,
                cluster=group.cluster,
                weight=weight * choice.members,
                reserve=0 if at < n else batch(at - n, spare, asked.design.batches),
            )
        )
    return n


def _counts(
    population: int, drawn: Drawn, name: str, clusters: int | None = None, taken: int | None = None
) -> dict[str, int | None]:
    people = sum(one.stratum == name and not one.reserve for one in drawn.people)
    return {
        "population": population,
        "clusters": clusters,
        "drawn": people,
        "drawn_clusters": taken,
    }


# -- villages of each stratum, then people or households ----------------------------------------------------


def _from_villages(groups: Mapping[str, list[Unit]], asked: Asked, drawn: Drawn) -> None:
    places: dict[str, dict[str, list[Unit]]] = {}
    for name, members in sorted(groups.items()):
        villages: dict[str, list[Unit]] = defaultdict(list)
        for member in members:
            villages[member.village].append(member)
        places[name] = villages
    shares = _village_shares(places, asked)
    there = sum(map(len, places.values()))
    each = asked.design.per_village * max(
        1.0, _wanted(asked) / there
    )  # more of each where too few are there
    for name, villages in places.items():
        _Villages(name, villages, asked, drawn, each).draw(shares[name])


def _wanted(asked: Asked) -> int:
    return asked.design.villages or math.ceil(asked.size / asked.design.per_village)


def _village_shares(
    places: Mapping[str, Mapping[str, Sequence[Unit]]], asked: Asked
) -> dict[str, int]:
    """How many villages of each stratum, by its people or equally; at least two where there are two."""
    counts = {name: len(villages) for name, villages in places.items()}
    wanted = _wanted(asked)
    n = min(wanted, sum(counts.values()))
    least = sum(min(2, count) for count in counts.values())
    if n < least:
        raise Invalid("planning.few_villages", strata=len(counts), least=least, villages=wanted)
    size = {name: float(sum(map(len, villages.values()))) for name, villages in places.items()}
    need = dict.fromkeys(counts, 1.0) if asked.design.allocation == "equal" else size
    return at_least(divide(counts, need, n), counts, 2)


@dataclass(frozen=True)
class _Villages:
    """The villages of one stratum; `each` people of an average one where all have to be drawn."""

    name: str
    members: Mapping[str, Sequence[Unit]]
    asked: Asked
    drawn: Drawn
    each: float

    def draw(self, n: int) -> None:
        """Draw n of them and people of each."""
        orders = {code: _order(members, self.asked) for code, members in self.members.items()}
        sizes = {code: len(order) for code, order in orders.items()}
        step = sum(sizes.values()) / n
        always, n = certain(sizes, n)
        for code in always:
            take = max(2, round(self.each * sizes[code] / step))
            self._certain(code, orders[code], take)
        rest = {code: size for code, size in sizes.items() if code not in always}
        if not rest:
            return
        total = sum(rest.values())
        for code in systematic(rest, n, self.asked.seed, self.name):
            group = _Group(
                self.name, self.members[code], orders[code], code, total / (n * rest[code])
            )
            self._from(group, self.asked.design.per_village)
        people = sum(len(self.members[code]) for code in rest)
        self.drawn.strata[self.name] = _counts(people, self.drawn, self.name, len(rest), n)

    def _certain(self, code: str, order: Sequence[Choice], take: int) -> None:
        """A stratum of its own, with as many people as a village of its size stands for."""
        name = f"{self.name}/{code}"
        self._from(_Group(name, self.members[code], order), max(take, 1))
        self.drawn.strata[name] = _counts(len(self.members[code]), self.drawn, name)

    def _from(self, group: _Group, n: int) -> None:
        taken = _take(group, n, self.asked, self.drawn)
        village = group.members[0].village
        self.drawn.villages[village] = {
            "stratum": group.stratum,
            "size": len(group.order),
            "drawn": taken,
            "weight": group.base,
            "certain": not group.cluster,
        }
