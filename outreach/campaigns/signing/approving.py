"""To sign a level, to send back, and what must be signed before anything is sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.queries import users
from outreach.access.roles import Action
from outreach.campaigns import moving, preflight, queries
from outreach.campaigns.signing.places import Place, complete, missing, places, signer
from outreach.campaigns.signing.rules import Level
from outreach.campaigns.states import Status
from outreach.errors import Conflict, Refused

_SIGNABLE = (
    Status.SUBMITTED, Status.APPROVED, Status.SCHEDULED, Status.RUNNING, Status.PAUSED, Status.FINISHED, Status.CANCELLED,
)  # fmt: skip
"""Where a signature may still be missing: one to be given afterwards is owed whatever became of the campaign."""


def standing(connection: Connection, campaign: Mapping[str, Any]) -> tuple[Place, ...]:
    """The chain of a campaign as it stands; nothing of a draft."""
    if campaign["frozen"] is None:
        return ()
    return places(campaign, queries.signatures(connection, campaign["id"]))


def next_level(connection: Connection, campaign: Mapping[str, Any]) -> Level | None:
    """The level whose turn it is; None when nobody's signature is missing, or of a draft."""
    waiting = missing(standing(connection, campaign))
    if not waiting or campaign["status"] not in _SIGNABLE:
        return None
    late = campaign["status"] != Status.SUBMITTED
    return waiting[0].level if waiting[0].level.afterwards or not late else None


def approve(
    connection: Connection,
    ref: str,
    by: str,
    note: str = "",
    *,
    level: str = "",
    on: date | None = None,
) -> Level:
    """Sign the level whose turn it is; the campaign is approved when the last one that must has signed.

    Never by who wrote or submitted it or has signed before. level: the one that the signer saw and may sign; Conflict
    when it is another's turn. on: the day of signing, for the checks of the lists (default: the day of submitting).
    """
    campaign, place = held(connection, ref, level)
    refuse_same_person(connection, campaign, by, by)
    if campaign["status"] == Status.SUBMITTED:
        preflight.require(connection, campaign, on or submitted_on(campaign))
    name, digest = place.level.id, campaign["frozen_hash"]
    queries.sign(connection, campaign["id"], name, "approved", by, digest, note=note)
    return signed(connection, campaign, place.level, by)


def held(connection: Connection, ref: str, level: str = "") -> tuple[Mapping[str, Any], Place]:
    """A campaign that nobody else can sign before this transaction ends, and the place whose turn it is."""
    campaign = moving.get(connection, ref)
    if not queries.hold(connection, campaign["id"], _SIGNABLE, campaign["frozen_hash"]):
        raise moving.wrong_state(connection, campaign, "approve")
    campaign = queries.by_id(connection, campaign["id"])
    turn = next_level(connection, campaign)
    if turn is None:
        raise moving.wrong_state(connection, campaign, "approve")
    if level and level != turn.id:
        raise Conflict("signing.not_its_turn", campaign=ref, level=level, turn=turn.zh)
    place = next(one for one in standing(connection, campaign) if one.level == turn)
    return campaign, place


def signed(
    connection: Connection,
    campaign: Mapping[str, Any],
    level: Level,
    by: str,
    more: Mapping[str, object] | None = None,
) -> Level:
    """What follows a signature that stands: the move when it was the last that must, and a line in the log."""
    action = Action(level.action)
    detail: dict[str, object] = {"level": level.id, **(more or {})}
    if campaign["status"] == Status.SUBMITTED and complete(standing(connection, campaign)):
        moving.move(connection, campaign, "approve", by, detail=detail, action=action)
        return level
    name = "countersign" if level.afterwards else "sign"
    detail = {"move": name, "hash": campaign["frozen_hash"], **detail}
    moving.note(connection, campaign, by, action, detail)
    return level


def refuse_same_person(
    connection: Connection, campaign: Mapping[str, Any], who: str, by: str
) -> None:
    """Every level another person, and none of them who wrote or submitted it. who: an account, or a name on paper."""
    if any(same_person(connection, who, campaign[key]) for key in ("submitted_by", "created_by")):
        raise Refused("campaigns.same_person", campaign=campaign["ref"], by=by)
    for place in standing(connection, campaign):
        if place.signature is not None and same_person(connection, who, signer(place.signature)):
            raise Refused(
                "signing.signed_before", campaign=campaign["ref"], by=who, level=place.level.zh
            )


def same_person(connection: Connection, one: str, other: str) -> bool:
    """Whether two names are one person's: the name of an account, or the name under which its owner signs on paper."""
    shown = {user.name: user.display or user.name for user in users(connection)}

    def names(who: str) -> set[str]:
        """With and without what stands behind a name in brackets: 陈立（分管领导） signs as 陈立."""
        said = {_plain(name) for name in (who, shown.get(who, who))}
        return said | {_bare(name) for name in said}

    return bool(names(one) & names(other))


def _plain(name: str) -> str:
    """A name as everybody hears it: 陈 立 and Chen, also in wide letters, are nobody else than 陈立 and chen."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _bare(name: str) -> str:
    return name.split("(", 1)[0] or name


def send_back(connection: Connection, ref: str, by: str, note: str) -> None:
    """Return a submitted campaign to its writer: it is a draft again and must be frozen and signed anew by all."""
    campaign = moving.get(connection, ref)
    digest = campaign["frozen_hash"]
    level = next_level(connection, campaign)
    moving.move(
        connection, campaign, "return", by,
        frozen_hash="", frozen=None, submitted_by="", submitted_at=None,
    )  # fmt: skip
    name = level.id if level else "sign"
    queries.sign(connection, campaign["id"], name, "returned", by, digest, note=note)


def require_signed(connection: Connection, campaign: Mapping[str, Any]) -> None:
    """Refused `campaigns.not_signed` unless everybody signed this very hash who must before anything is sent."""
    found = standing(connection, campaign)
    if not found or not complete(found):
        raise Refused("campaigns.not_signed", campaign=campaign["ref"])


def owed(
    connection: Connection, campaigns: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Place]]:
    """Signatures that are owed after the release, of campaigns that were released: the overdue ones first."""
    now = clock.now()
    found = [
        (campaign, place)
        for campaign in campaigns
        if owes(campaign)
        for place in missing(standing(connection, campaign))
        if place.level.afterwards and place.due is not None
    ]
    return sorted(found, key=lambda pair: (not pair[1].overdue(now), pair[1].due))


def owes(campaign: Mapping[str, Any]) -> bool:
    """Whether signatures may be given afterwards: only of a chain that says so, once the first were given."""
    levels = ((campaign["frozen"] or {}).get("chain") or {}).get("levels", ())
    return campaign["status"] != Status.SUBMITTED and any(one["within_hours"] for one in levels)


def submitted_on(campaign: Mapping[str, Any]) -> date:
    """The business day of submitting; an earlier release froze only the moment."""
    frozen = campaign["frozen"] or {}
    if "on" in frozen:
        return date.fromisoformat(frozen["on"])
    day: date = campaign["submitted_at"].date()
    return day
