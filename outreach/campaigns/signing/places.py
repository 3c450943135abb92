"""The chain of a submitted campaign, place by place: who has signed what, who is missing, until when. Pure.

A signature counts for the hash that it was given for and no other. Whoever signed with a pen is the signer; who
recorded the scan is only the one who recorded it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outreach.campaigns.signing.rules import EARLIER, Chain, Level

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """One level: the signature of the present hash, or None. due: until when a later signature is to be given (补签)."""

    level: Level
    signature: Row | None = None
    due: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """For commands. `by`: who signed, '' while it is missing; `recorded_by`: of a scan, who recorded it."""
        one, due = self.signature, self.due
        return {
            "level": self.level.id, "name": self.level.zh, "name_en": self.level.en,
            "by": signer(one) if one else "", "at": one["at"].isoformat() if one else None,
            "note": one["note"] if one else "", "paper": bool(one and one.get("paper_id")),
            "recorded_by": one["by"] if one and one.get("paper_id") else "",
            "due": due.isoformat() if due else None,
        }  # fmt: skip

    def overdue(self, now: datetime) -> bool:
        """Whether it is missing past its time."""
        return self.signature is None and self.due is not None and now > self.due


def chain_of(campaign: Mapping[str, Any]) -> Chain:
    """The chain that was frozen when a campaign was submitted; Chain of an earlier release when none was."""
    frozen = campaign["frozen"] or {}
    return Chain.from_dict(frozen["chain"]) if "chain" in frozen else EARLIER


def places(campaign: Mapping[str, Any], signatures: Sequence[Row]) -> tuple[Place, ...]:
    """Every level of a submitted campaign, in order."""
    given = {one["level"]: one for one in _current(campaign, signatures)}
    approved = _complete_at(chain_of(campaign), given)
    return tuple(
        Place(
            level,
            given.get(level.id),
            approved + timedelta(hours=level.within_hours)
            if level.afterwards and approved is not None
            else None,
        )
        for level in chain_of(campaign).levels
    )


def _current(campaign: Mapping[str, Any], signatures: Sequence[Row]) -> list[Row]:
    """Signatures since it was last submitted, of this very hash: one that was returned and came back is signed anew."""
    begun = max(
        (at for at, one in enumerate(signatures) if one["decision"] == "submitted"), default=0
    )
    return [
        one
        for one in signatures[begun:]
        if one["decision"] == "approved" and one["hash"] == campaign["frozen_hash"]
    ]


def _complete_at(chain: Chain, given: Mapping[str, Row]) -> datetime | None:
    """When the last of those signed that must before anything is sent; from then on the time of the later ones runs."""
    first = [one.id for one in chain.levels if not one.afterwards]
    if not all(name in given for name in first):
        return None
    moment: datetime = max(given[name]["at"] for name in first)
    return moment


def complete(some: Iterable[Place]) -> bool:
    """Whether everybody has signed who must before anything is sent."""
    return all(one.signature is not None for one in some if not one.level.afterwards)


def missing(some: Iterable[Place]) -> list[Place]:
    """Places nobody has signed yet."""
    return [one for one in some if one.signature is None]


def signer(signature: Row) -> str:
    """Who signed: by pen, or as a user."""
    return str(signature.get("signer") or signature["by"])
