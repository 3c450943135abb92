"""From a proposal to a draft: a campaign for exactly these people, which an officer then completes and submits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.audiences.proposals import service as proposals
from outreach.audiences.proposals.schemas import AHEAD_DAYS, ProposalView
from outreach.campaigns import queries, schemas, service
from outreach.errors import Conflict
from outreach.policies import service as policies

_VALID_DAYS = 60
_TITLES: Mapping[str, str] = {
    "eligible": "{}·新符合的人",
    "rule": "{}·政策调整后符合的人",
    "ending": "{}·快到期还没申请的人",
}


def accept(connection: Connection, number: int, by: str, home: str, on: date) -> str:
    """Make a draft of a proposal; returns the draft's name.

    '' for a policy that has ended: nothing about it is sent as a campaign any more, the list of who was told is
    worked through by hand (停办告知). Conflict when somebody has decided already.
    """
    proposal = proposals.get(connection, number)
    if proposal.state != "open":
        raise Conflict("audiences.proposal_decided", proposal=number, state=proposal.state)
    if proposal.kind == "ended":
        proposals.accepted(connection, number, by, None)
        return ""
    order = schemas.parse(
        _document(connection, proposal, home, on), ZoneInfo("UTC"), f"proposal-{number}"
    )
    key = service.create(connection, order, by, home)
    proposals.accepted(connection, number, by, key)
    return order.ref


def _document(
    connection: Connection, proposal: ProposalView, home: str, on: date
) -> dict[str, Any]:
    view = policies.get(connection, proposal.policy)
    days = AHEAD_DAYS if proposal.kind == "ending" else _VALID_DAYS
    return {
        "id": f"proposal-{proposal.id}",
        "title": _TITLES[proposal.kind].format(view.plain_name),
        "policies": [proposal.policy],
        "office": str(view.facts_at(home).get("office") or view.plain_name),
        "announce": "personal",
        "valid_until": (on + timedelta(days=days)).isoformat(),
        "proposal": proposal.id,
        "steps": _steps(connection),
    }


def _steps(connection: Connection) -> list[dict[str, Any]]:
    """A text message, and paper for whom it does not reach; what has no account is left out."""
    there = [one for one in ("sms", "flyer") if queries.account_for(connection, one, None)]
    if there == ["sms", "flyer"]:
        return [{"channel": "sms"}, {"channel": "flyer", "after": 1, "when": "unreached"}]
    return [{"channel": there[0] if there else "visit"}]
