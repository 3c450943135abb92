"""A sample drawn from the register: its size, its people, and what is frozen with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.audiences import service as audiences
from outreach.errors import Conflict, Invalid
from outreach.policies.schemas import PolicyView
from outreach.surveys.design_order import DesignOrder
from outreach.surveys.drawing import queries
from outreach.surveys.drawing.again import Before, draw_again
from outreach.surveys.drawing.frame import UNDIVIDED, Frame, Unit, build
from outreach.surveys.drawing.making import Asked, Drawn, Picked, draw
from outreach.surveys.kinds import SurveyKind
from outreach.surveys.orders import LARGEST, SurveyOrder
from outreach.surveys.panels import queries as panels
from outreach.surveys.sampling import frame_hash, sample_size
from outreach.wording import say


@dataclass(frozen=True)
class Place:
    """Where, about what and when is drawn; `home` is the installation's region."""

    region: str
    policy: PolicyView | None
    on: date
    home: str


@dataclass(frozen=True)
class Sample:
    """A drawn sample with what is written down of it."""

    drawn: Drawn
    frame: Mapping[str, Any]
    hash: str
    size: int


def sized(
    connection: Connection, order: SurveyOrder, place: Place, earlier: Mapping[str, Any] | None
) -> tuple[int, DesignOrder]:
    """The size that is locked, and the design with its number of villages; 0 where nobody is drawn by chance.

    Where the size follows from a margin, it is reckoned with the people who could be drawn on this day. Invalid where it
    cannot be: nobody could be drawn, or more than there may be in one sample.
    """
    design = order.design
    if order.kind == SurveyKind.EXPERIENCE or order.kind == SurveyKind.QUIZ:
        return 0, design
    if earlier is not None and order.panel:
        kept = DesignOrder.of(earlier["design"])
        fresh = round(earlier["drawn"] * design.fresh / (1 - design.fresh))
        same = ("base", "strata", "villages", "per_village", "within")
        design = replace(design, **{name: getattr(kept, name) for name in same})
        return int(earlier["drawn"]) + fresh, design
    size = order.size or _reckoned(connection, order, place)
    if design.clustered:
        villages = design.villages or math.ceil(size / design.per_village)
        design = replace(design, villages=villages)
        size = villages * design.per_village
    if not 1 <= size <= LARGEST:
        raise Invalid("planning.too_large", survey=order.ref, size=size, largest=LARGEST)
    return size, design


def countable(connection: Connection, design: DesignOrder, place: Place) -> int:
    """How many people could be drawn there on this day."""
    return queries.count(connection, place.region, design.base, place.policy, place.on, place.home)


def _reckoned(connection: Connection, order: SurveyOrder, place: Place) -> int:
    design = order.design
    if design.villages:
        return design.villages * design.per_village
    asked = (place.region, design.base, place.policy, place.on, place.home)
    if design.per_stratum:
        frame = build(queries.people(connection, *asked), design, place.on)
        people = len(frame.units)
        size = design.per_stratum * len(frame.sizes())
    else:
        people = queries.count(connection, *asked)
        size = people and sample_size(
            design.margin or 0.05,
            design.expected,
            people,
            design.deff,
            design.response,
        )
    if not people:
        raise Invalid(
            "planning.nobody_to_size", survey=order.ref, region=place.region or "—", on=place.on
        )
    return min(size, people)


def make(
    connection: Connection,
    survey: Mapping[str, Any],
    place: Place,
    earlier: Mapping[str, Any] | None,
) -> Sample:
    """Draw, without writing. Invalid when nobody can be drawn."""
    if survey["kind"] == SurveyKind.QUIZ:
        raise Conflict("planning.quiz_draws_nobody", survey=survey["ref"])
    design = DesignOrder.of(survey["design"])
    if survey["kind"] == SurveyKind.EXPERIENCE:
        return _volunteers(connection, survey, design, place)
    people = queries.people(
        connection, place.region, design.base, place.policy, place.on, place.home
    )
    waves = queries.waves(connection, survey["campaign_id"], survey["policy_id"])
    if waves:
        people = [replace(one, wave=waves.get(one.id)) for one in people]
    frame = build(people, design, place.on)
    if not frame.units:
        raise Invalid(
            "fieldwork.empty_frame", survey=survey["ref"], policy=survey["policy"], on=place.on
        )
    asked = Asked(design, survey["size"], survey["seed"], place.on)
    if survey["panel"] and earlier is not None:
        drawn = draw_again(frame, asked, _before(connection, earlier, survey["policy_id"]))
    else:
        drawn = draw(frame, asked)
    ids = [unit.id for unit in frame.units]
    return Sample(
        drawn, _frozen(connection, frame, drawn, design, place), frame_hash(ids), len(ids)
    )


def _before(connection: Connection, earlier: Mapping[str, Any], policy: int | None) -> Before:
    rows = queries.sample(connection, earlier["id"])
    return Before(
        sample=[(row.person_id, row.stratum or UNDIVIDED, row.cluster) for row in rows],
        frame=earlier["frame"] or {},
        asked=queries.asked(connection, earlier["id"], policy),
    )


def _frozen(
    connection: Connection, frame: Frame, drawn: Drawn, design: DesignOrder, place: Place
) -> dict[str, Any]:
    return {
        "on": place.on.isoformat(),
        "strata": drawn.strata,
        "villages": drawn.villages,
        "margins": frame.margins(design.weighted_to),
        "coverage": _coverage(connection, frame, place),
    }


def _coverage(connection: Connection, frame: Frame, place: Place) -> dict[str, Any]:
    """Whom the frame has and whom it has not, counted in the register of the region."""
    found: dict[str, Any] = queries.register_counts(connection, place.region, place.on)
    found["frame"] = len(frame.units)
    found["no_village"] = frame.left_out + sum(not one.village for one in frame.units)
    found["left_out"] = frame.left_out
    found["unknown"] = None
    if place.policy is not None:
        total, _ = audiences.answers(
            connection, place.policy, place.on, scope=place.region, home=place.home
        )
        found |= {"likely": total.likely, "unknown": total.unknown, "not": total.not_}
    found["words"] = [say(f"planning.coverage.{name}", **found) for name in _words(found)]
    return found


def _words(found: Mapping[str, Any]) -> list[str]:
    names = ["registered"]
    names += [name for name in ("unknown", "left_out", "no_birth") if found[name]]
    if found["no_village"] and not found["left_out"]:
        names.append("no_village")
    return [*names, "unregistered"]


def _volunteers(
    connection: Connection, survey: Mapping[str, Any], design: DesignOrder, place: Place
) -> Sample:
    """Everybody of a panel of 政策体验官: they came by themselves and stand for nobody else."""
    members = panels.members(connection, design.group, place.on)
    if not members:
        raise Invalid("planning.empty_group", survey=survey["ref"], group=design.group)
    units = [Unit(*row) for row in members]
    picked = [Picked(unit, unit.traits(place.on), design.group, "", 1.0) for unit in units]
    counts: dict[str, int | None] = {
        "population": len(units), "clusters": None, "drawn": len(units), "drawn_clusters": None,
    }  # fmt: skip
    frozen = {
        "on": place.on.isoformat(),
        "strata": {design.group: counts},
        "villages": {},
        "margins": {},
        "coverage": {
            "frame": len(units),
            "representative": False,
            "words": [say("planning.coverage.volunteers", people=len(units))],
        },
    }
    drawn = Drawn(picked, {design.group: counts})
    return Sample(drawn, frozen, frame_hash(unit.id for unit in units), len(units))
