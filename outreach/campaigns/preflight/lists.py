"""How old the lists are that decide who must not be written to: who died or moved, who has applied or received.

The limits are those that stood in the frozen document (signing.toml, [limits]); of a draft those of today.
A list that does not exist at all is no old list: what that means stands among the grounds, for whoever signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import Connection

from outreach.campaigns import queries
from outreach.campaigns.preflight.schemas import Step, Stop
from outreach.campaigns.signing.rules import Limits
from outreach.policies import service as policies
from outreach.reach import service as reach

REGISTER = "register"
"""The subject of the register of people."""


def limits_of(campaign: Mapping[str, Any]) -> Limits:
    """The limits that were frozen; what is shipped for a draft and for what an earlier release submitted."""
    return Limits(**((campaign["frozen"] or {}).get("limits") or {}))


def stops(
    connection: Connection, campaign: Mapping[str, Any], step: Step, on: date
) -> Iterator[Stop]:
    """The register when it is too old, and each policy whose newest list of applications or payments is."""
    yield from register(connection, campaign, on)
    told = step["options"].get("policies") if step else None
    for ref in told or queries.policy_refs(connection, campaign["id"]):
        yield from applied(connection, campaign, ref, on)


def register(connection: Connection, campaign: Mapping[str, Any], on: date) -> Iterator[Stop]:
    """Who died and who moved is known from the newest file of people that covers the campaign's region."""
    known = queries.register_known(connection, campaign["region"])
    if known is None:
        return
    most = limits_of(campaign).register_days
    day = known.astimezone(UTC).date()
    if day + timedelta(days=most) < on:
        yield Stop(
            "preflight.register_old", REGISTER, day.isoformat(),
            {"on": day.isoformat(), "days": (on - day).days, "most": most},
        )  # fmt: skip


def applied(
    connection: Connection, campaign: Mapping[str, Any], ref: str, on: date
) -> Iterator[Stop]:
    """Who has applied for or received a policy, by the newer of both lists."""
    day = reach.list_date(connection, [ref], campaign["region"])
    most = limits_of(campaign).applied_days
    if day is None or day + timedelta(days=most) >= on:
        return
    name = policies.all_policies(connection, [ref])[0].plain_name
    yield Stop(
        "preflight.applied_old", f"applied:{ref}", day.isoformat(),
        {"policy": name, "on": day.isoformat(), "days": (on - day).days, "most": most},
    )  # fmt: skip
