"""One campaign, and its moves from state to state: each a compare-and-swap with a line in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns import queries
from outreach.campaigns.states import MOVES
from outreach.errors import Conflict, Missing, Refused

_ACTIONS = {"submit": Action.CAMPAIGNS_SUBMIT, "return": Action.CAMPAIGNS_REVIEW}


def get(connection: Connection, ref: str) -> Mapping[str, Any]:
    """A campaign by name or number; Missing otherwise."""
    campaign = queries.by_ref(connection, ref)
    if campaign is None:
        raise Missing("campaigns.unknown", campaign=ref)
    return campaign


def move(
    connection: Connection,
    campaign: Mapping[str, Any],
    name: str,
    by: str,
    *,
    detail: Mapping[str, object] | None = None,
    action: Action | None = None,
    **values: object,
) -> None:
    """Make a move of `states.MOVES`; Conflict names where the campaign is now.

    detail: what else the log keeps. action: which right it was made by, where that is not the move's usual one.
    """
    allowed, to = MOVES[name]
    # The hash is compared too: nobody signs or releases what was sent back and changed meanwhile.
    seen = campaign["frozen_hash"]
    if not queries.move(connection, campaign["id"], allowed, to, seen=seen, **values):
        raise wrong_state(connection, campaign, name)
    note(
        connection,
        campaign,
        by,
        action or _ACTIONS.get(name, Action.CAMPAIGNS_RUN),
        {"move": name, "hash": campaign["frozen_hash"], **(detail or {})},
    )


def refuse_expired(campaign: Mapping[str, Any], on: date) -> None:
    """Refused `campaigns.texts_expired` when the texts say that they hold until a day that has passed."""
    until = campaign["options"]["valid_until"]
    if date.fromisoformat(until) < on:
        raise Refused("campaigns.texts_expired", campaign=campaign["ref"], valid_until=until)


def wrong_state(connection: Connection, campaign: Mapping[str, Any], name: str) -> Conflict:
    """What to raise when a move does not start from where the campaign is."""
    now = queries.by_id(connection, campaign["id"])["status"]
    return Conflict("campaigns.wrong_state", campaign=campaign["ref"], move=name, status=now)


def note(
    connection: Connection,
    campaign: Mapping[str, Any],
    by: str,
    action: Action,
    detail: Mapping[str, object],
) -> None:
    """A line in the log about a campaign."""
    audit.record(connection, by, action, f"campaign:{campaign['ref']}", detail)
