"""The same people asked again, beside a fresh control sample of people whom nobody has asked. Pure.

Who was asked before answers differently: they looked the policy up. The fresh people show by how much. Of one group
(a stratum, or a village that was drawn) both together are a simple random sample of its people, as long as neither is
chosen by anything but chance; so they share one weight. Who came into the group since had only the smaller chance of
the fresh sample; who has left it counts no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach.surveys.drawing.frame import Frame, Unit
from outreach.surveys.drawing.making import Asked, Drawn, Picked, taken_of
from outreach.surveys.drawing.selecting import Choice, in_order
from outreach.surveys.sampling import digest, divide

SAME, FRESH = "same", "fresh"


@dataclass(frozen=True)
class Before:
    """The earlier wave: (person, stratum, cluster) of its sample, its villages and strata as they were frozen, and
    everybody who was ever asked."""

    sample: Sequence[tuple[int, str, str]]
    frame: Mapping[str, Any]
    asked: Collection[int]


@dataclass
class _Group:
    base: float = 1.0
    members: list[Unit] = field(default_factory=list)
    same: list[Unit] = field(default_factory=list)
    fresh: list[Choice] = field(default_factory=list)


def draw_again(frame: Frame, asked: Asked, before: Before) -> Drawn:
    """Everybody of the earlier sample who is still in the frame, and `design.fresh` of the whole new ones."""
    groups = _groups(frame, before)
    present = {unit.id: unit for unit in frame.units}
    for person, stratum, cluster in before.sample:
        if person in present:
            groups[stratum, cluster].same.append(present[person])
    _choose_fresh(groups, asked, before)
    drawn = Drawn(villages={code: dict(one) for code, one in _villages(before).items()})
    for (stratum, cluster), group in sorted(groups.items()):
        drawn.people += _picked(group, stratum, cluster, asked)
    _count(drawn, groups, before)
    drawn.people.sort(key=lambda one: digest(f"{asked.seed}:{one.unit.id}"))
    return drawn


def _villages(before: Before) -> Mapping[str, Mapping[str, Any]]:
    villages: Mapping[str, Mapping[str, Any]] = before.frame.get("villages") or {}
    return villages


def _groups(frame: Frame, before: Before) -> dict[tuple[str, str], _Group]:
    groups: dict[tuple[str, str], _Group] = defaultdict(_Group)
    villages = _villages(before)
    for name, unit in zip(frame.strata, frame.units, strict=True):
        if not villages:
            groups[name, ""].members.append(unit)
        elif unit.village in villages:
            village = villages[unit.village]
            key = (village["stratum"], "" if village["certain"] else unit.village)
            groups[key].members.append(unit)
            groups[key].base = float(village["weight"])
    return groups


def _choose_fresh(groups: Mapping[tuple[str, str], _Group], asked: Asked, before: Before) -> None:
    """New people in proportion to those who are asked again, none of a household that was asked before."""
    share = asked.design.fresh
    if not share:
        return
    orders: dict[str, list[Choice]] = {}
    keys = {f"{stratum}\n{cluster}": (stratum, cluster) for stratum, cluster in groups}
    for name, key in keys.items():
        members = groups[key].members
        known = {unit.home for unit in members if unit.id in before.asked}
        by_home = asked.design.within != "people"
        new = (
            unit
            for unit in members
            if unit.id not in before.asked and not (by_home and unit.home in known)
        )
        orders[name] = in_order(new, asked.seed, asked.design.within)
    again = sum(len(group.same) for group in groups.values())
    free = {name: len(order) for name, order in orders.items()}
    wanted = min(round(again * share / (1 - share)), sum(free.values()))
    need = {name: float(max(1, len(groups[key].same))) for name, key in keys.items()}
    for name, n in divide(free, need, wanted).items():
        groups[keys[name]].fresh = orders[name][:n]


def _picked(group: _Group, stratum: str, cluster: str, asked: Asked) -> Iterable[Picked]:
    taken = len(group.same) + len(group.fresh)
    if not taken:
        return
    homes: dict[str, int] = defaultdict(int)
    for unit in group.members:
        homes[unit.home] += 1
    by_home = asked.design.within != "people"
    weight = group.base * (len(homes) if by_home else len(group.members)) / taken
    everybody = [(unit, SAME) for unit in group.same]
    everybody += [(taken_of(choice, asked), FRESH) for choice in group.fresh]
    for unit, panel in everybody:
        traits = {**unit.traits(asked.on), "panel": panel}
        members = homes.get(unit.home, 1) if by_home else 1
        yield Picked(unit, traits, stratum, cluster, weight * members)


def _count(drawn: Drawn, groups: Mapping[tuple[str, str], _Group], before: Before) -> None:
    """Counts by stratum; of villages those that were drawn then."""
    old = before.frame.get("strata") or {}
    for stratum in sorted({name for name, _ in groups}):
        mine = {cluster: group for (name, cluster), group in groups.items() if name == stratum}
        clustered = any(mine)
        then = old.get(stratum, {})
        people = sum(len(group.members) for group in mine.values())
        drawn.strata[stratum] = {
            "population": then.get("population", people) if clustered else people,
            "clusters": then.get("clusters"),
            "drawn": sum(len(group.same) + len(group.fresh) for group in mine.values()),
            "drawn_clusters": then.get("drawn_clusters"),
        }
