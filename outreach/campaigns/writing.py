"""A campaign written back as its document: what `parse` reads again to the same order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import Connection

from outreach.campaigns import queries
from outreach.campaigns.occasions import NOTED

REASONED = ("written_dialects", "ignore_quiet_hours", "urgent")
"""Switches that stand in the document with their reason, and in the options as the reason alone."""

NOT_WRITTEN = ("home",)
"""Options that come from the installation and not from the document."""

_UNITS = ((3600, "h"), (86_400, "d"), (60, "m"), (1, "s"))
_MOST = 99_999


def document(connection: Connection, campaign: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The whole document of a campaign, its keys in the order in which officers read them."""
    found: dict[str, Any] = {
        "id": campaign["ref"],
        "title": campaign["title"],
        "policies": queries.policy_refs(connection, campaign["id"]),
        "region": campaign["region"],
        "announce": campaign["announce"],
        "class": campaign["message_class"],
    }
    if campaign["budget_fen"] is not None:
        found["budget"] = _yuan(campaign["budget_fen"])
    for key, value in campaign["options"].items():
        if key not in NOT_WRITTEN:
            found[key] = {"reason": value} if key in REASONED else value
    steps = queries.steps(connection, campaign["id"])
    found["steps"] = [_step(step, zone) for step in steps if "resend" not in step["options"]]
    return found


def _step(step: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    found: dict[str, Any] = {"channel": step["channel"]}
    if step["due_at"] is not None:
        found["at"] = step["due_at"].astimezone(zone).isoformat()
    if step["after_step"] is not None:
        found["after"] = step["after_step"]
    if step["condition"]:
        found["when"] = step["condition"]
    for key, value in step["options"].items():
        if key not in NOTED:
            found[key] = _AS_WRITTEN.get(key, _same)(value)
    return found | {"late_hours": step["late_hours"]}


def _yuan(fen: int) -> int | float:
    return fen // 100 if fen % 100 == 0 else fen / 100


def _wait(seconds: int) -> str:
    """259200 → 72h: the largest unit that holds it whole, days only for what is too long in hours."""
    for size, unit in _UNITS:
        if seconds % size == 0 and seconds // size <= _MOST:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _ceiling(value: Mapping[str, Any]) -> dict[str, Any]:
    """What was written in yuan is kept in fen."""
    people = {"people": value["people"]}
    return {**people, "yuan": _yuan(value["fen"])} if "fen" in value else people


def _same(value: Any) -> Any:
    return value


_AS_WRITTEN: Mapping[str, Callable[[Any], Any]] = {"wait": _wait, "ceiling": _ceiling}
"""Options of a step that stand in the document in another form."""


def as_yaml(found: Mapping[str, Any]) -> str:
    """The document as a file for `outreach campaign create`."""
    return yaml.safe_dump(dict(found), allow_unicode=True, sort_keys=False, width=120)
