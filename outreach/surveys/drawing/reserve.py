"""Reserve people taken up, batch by batch: the sample of a stratum grows, and its weights shrink. Logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Conflict, Invalid
from outreach.surveys import service
from outreach.surveys.drawing import queries


@dataclass(frozen=True)
class Spare:
    """One batch of a stratum's reserve."""

    stratum: str
    batch: int
    people: int
    released: bool


def spare(connection: Connection, ref: str) -> list[Spare]:
    """Every batch of the reserve, by stratum and batch. Conflict before the drawing."""
    survey = service.get_drawn(connection, ref)
    found: dict[tuple[str, int], Spare] = {}
    for row in queries.groups(connection, survey["id"]):
        if row["reserve"]:
            key = row["stratum"], row["reserve"]
            before = found[key].people if key in found else 0
            found[key] = Spare(*key, before + row["people"], row["released"] > 0)
    return [found[key] for key in sorted(found)]


def release(connection: Connection, ref: str, stratum: str, batch: int, by: str) -> int:
    """Take a batch up; returns how many people join the sample.

    Batches come in their order, because the sample is the beginning of the order of drawing. Whoever takes one up works
    all of it: stopping at those who are easy to find would undo the chance. Raises Invalid for a batch that there is not,
    Conflict for one that was taken up, before an earlier one, or after fieldwork was closed.
    """
    survey = service.get_drawn(connection, ref)
    if survey["closed_at"] is not None:
        raise Conflict("planning.closed_already", survey=ref)
    mine = [one for one in spare(connection, ref) if one.stratum == stratum]
    if batch not in {one.batch for one in mine}:
        choices = "、".join(f"{one.stratum} {one.batch}" for one in spare(connection, ref)) or "—"
        raise Invalid(
            "planning.no_batch", survey=ref, stratum=stratum, batch=batch, choices=choices
        )
    waiting = [one.batch for one in mine if not one.released]
    if batch not in waiting:
        raise Conflict("planning.batch_taken", survey=ref, stratum=stratum, batch=batch)
    if batch != min(waiting):
        raise Conflict("planning.batch_order", survey=ref, stratum=stratum, first=min(waiting))
    before = _sizes(connection, survey, stratum)
    people = queries.release(connection, survey["id"], stratum, batch, clock.now())
    after = _sizes(connection, survey, stratum)
    for cluster, n in after.items():
        if n != before[cluster]:
            queries.scale(connection, survey["id"], stratum, cluster, before[cluster] / n)
    _count(connection, survey, stratum, after)
    detail = {"do": "release", "stratum": stratum, "batch": batch, "people": people}
    audit.record(connection, by, Action.SURVEYS_DESIGN, service.thing(ref), detail)
    return people


def _sizes(connection: Connection, survey: Mapping[str, Any], stratum: str) -> dict[str, int]:
    """How many count in each village of a stratum ('' where none were drawn)."""
    sizes: dict[str, int] = {}
    for row in queries.groups(connection, survey["id"]):
        if row["stratum"] == stratum:
            counted = row["released"] if row["reserve"] else row["people"]
            sizes[row["cluster"]] = sizes.get(row["cluster"], 0) + counted
    return sizes


def _count(
    connection: Connection, survey: Mapping[str, Any], stratum: str, sizes: Mapping[str, int]
) -> None:
    frame = dict(survey["frame"])
    strata = dict(frame.get("strata", {}))
    strata[stratum] = {**strata.get(stratum, {}), "drawn": sum(sizes.values())}
    villages = {code: dict(one) for code, one in frame.get("villages", {}).items()}
    for code, village in villages.items():
        if village["stratum"] == stratum:
            village["drawn"] = sizes.get("" if village["certain"] else code, village["drawn"])
    queries.set_frame(connection, survey["id"], {**frame, "strata": strata, "villages": villages})
