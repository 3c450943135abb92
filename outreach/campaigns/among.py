"""A campaign that takes only some people: those of a saved segment, or those of a proposal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_

from outreach.audiences.proposals import service as proposals
from outreach.audiences.segments import about
from outreach.audiences.segments import service as segments
from outreach.campaigns import queries
from outreach.errors import Invalid, Missing

KEYS = ("segment", "proposal", "correction")
"""Keys of the campaign's document that say so. Whom a correction is for is written down by `corrected.freeze`."""


def check(
    connection: Connection, campaign: str, options: Mapping[str, Any], policies: Collection[str]
) -> None:
    """Missing for a segment or proposal that is not there, Invalid for a proposal about another policy."""
    if "segment" in options:
        segments.get(connection, options["segment"])
    if (
        "correction" in options
        and queries.by_ref(connection, options["correction"]["campaign"]) is None
    ):
        raise Missing("campaigns.unknown", campaign=options["correction"]["campaign"])
    if "proposal" in options:
        proposal = proposals.get(connection, options["proposal"])
        if set(policies) != {proposal.policy}:
            raise Invalid(
                "campaigns.proposal_policy", campaign=campaign, proposal=proposal.id, policy=proposal.policy
            )  # fmt: skip


def condition(
    connection: Connection, options: Mapping[str, Any], on: date
) -> ColumnElement[bool] | None:
    """Who may be in the audience on a day; None = everybody. Of a segment only those who certainly belong."""
    found: list[ColumnElement[bool]] = []
    if "segment" in options:
        rule = segments.get(connection, options["segment"]).rule
        found.append(about.predicate(connection, rule, on, options.get("home", ""))[0])
    if "proposal" in options:
        found.append(proposals.condition(options["proposal"]))
    return and_(*found) if found else None


def signed(connection: Connection, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a signature binds of it: the rule of the segment as data and as read."""
    if "segment" not in options:
        return {}
    segment = segments.get(connection, options["segment"])
    said = segments.read(connection, segment.rule)
    return {"segment": {"name": segment.name, "rule": dict(segment.data), "reading": said}}
