"""Where a survey stands, and what of it may be seen while its sample is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.access.scope import Scope
from outreach.wording import say


def state(survey: Mapping[str, Any]) -> str:
    """planned, drawn (people may be asked) or closed."""
    if survey["closed_at"] is not None:
        return "closed"
    return "planned" if survey["drawn_at"] is None else "drawn"


def state_words(survey: Mapping[str, Any]) -> str:
    """The same in Chinese."""
    return say(f"planning.state.{state(survey)}")


def shown(survey: Mapping[str, Any]) -> dict[str, Any]:
    """What may be seen of a survey while its sample is sealed, ready for JSON: everything but people."""
    names = (
        "ref", "title", "kind", "policy", "campaign", "follows", "region", "wave", "panel", "mode", "size", "seed",
        "base", "design", "frame", "frame_size", "frame_hash", "instrument_hash", "design_hash", "opens_on",
        "closes_on", "drawn_at", "closed_at", "closed_by", "drawn", "answered", "generated", "created_by",
    )  # fmt: skip
    found = {name: survey[name] for name in names}
    return {**found, "state": state(survey), "sealed": sealed(survey)}


def sealed(survey: Mapping[str, Any]) -> bool:
    """Whether nobody but interviewers may see who is in the sample: from the drawing until fieldwork is closed."""
    return survey["drawn_at"] is not None and survey["closed_at"] is None


def visible(survey: Mapping[str, Any], scope: Scope, home: str = "") -> bool:
    """Whether somebody of a region may see a survey: it asks there, or all around it."""
    region = survey["region"] or home
    return scope.covers(region) or scope.region.startswith(region)
