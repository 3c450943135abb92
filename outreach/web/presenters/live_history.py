"""What happened to a campaign, newest first: who moved it, why it stopped, what somebody let pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from outreach.access.schemas import AuditLine
from outreach.campaigns import queries
from outreach.web.presenters.names import MOVE, people_at_work
from outreach.web.views.campaigns import Event
from outreach.wording import catalogue, say


def history(
    connection: Connection, campaign: Mapping[str, Any], log: Sequence[AuditLine]
) -> tuple[Event, ...]:
    """Moves with their reasons, and what was let pass, in one line of time."""
    named = people_at_work(connection)
    moves = [
        Event(line.at, f"{named.get(line.by, line.by)}：{_moved(line)}")
        for line in log
        if line.detail.get("move") in MOVE and line.detail["move"] not in _ELSEWHERE
    ]
    passed = [
        Event(one["at"], say("live.let_pass", by=named.get(one["by"], one["by"]), what=_passed(one), reason=one["reason"]))
        for one in queries.overrides(connection, campaign["id"])
    ]  # fmt: skip
    return tuple(sorted((*moves, *passed), key=lambda event: event.at, reverse=True))


def _passed(one: Mapping[str, Any]) -> str:
    """What the check had said, without its full stop."""
    return str(one["said"] or one["code"]).rstrip("。")


_ELSEWHERE = ("let_pass",)
"""Moves that have a line of their own, with what was let pass and why."""


def _moved(line: AuditLine) -> str:
    move = MOVE[str(line.detail["move"])]
    why = because(line)
    note = str(line.detail.get("reason") or line.detail.get("note") or "")
    return f"{move}。{why}" if why else f"{move}（{note}）" if note else move


def because(line: AuditLine) -> str:
    """Why the program stopped a campaign by itself, in words; '' when a person did."""
    code, said = str(line.detail.get("code", "")), str(line.detail.get("said", ""))
    if not code:
        return ""
    for known in (f"web.{code}", code):
        if known in catalogue():
            return say(known, reason=said, said=said)
    return say("web.carrier_fault", fault=code, said=said)


def stopped_by(
    connection: Connection, campaign: Mapping[str, Any], log: Sequence[AuditLine]
) -> str:
    """Why a paused campaign stands still, in words; '' when it does not."""
    if campaign["status"] != "paused":
        return ""
    line = next((one for one in log if one.detail.get("move") == "pause"), None)
    if line is None:
        return ""
    by = people_at_work(connection).get(line.by, line.by)
    return because(line) or say("web.paused_by_person", by=by)
