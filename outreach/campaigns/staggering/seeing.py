"""The waves as they are looked at: of a draft drawn anew, after that as they were signed; and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.campaigns.staggering import checks, service
from outreach.campaigns.staggering.schemas import Stagger, WaveCount
from outreach.errors import Refused
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView
from outreach.wording import say
from outreach.wording.figures import exact_moment


def seen(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView],
    steps: checks.Steps, on: date,
) -> tuple[list[WaveCount], list[Fault]]:  # fmt: skip
    """The waves, and what speaks against drawing them; nothing of both where a campaign is not staggered."""
    frozen = campaign["frozen"]
    if frozen is not None:
        signed = frozen["audience"].get("waves", {"every": []})
        return [WaveCount(**one) for one in signed["every"]], []
    try:
        found = service.draw(connection, campaign, views, steps, on)
    except Refused as error:
        return [], [(error.code, error.params)]
    return list(found.counts) if found else [], []


def lines(counts: Sequence[WaveCount], options: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """One sentence for each wave, in Chinese."""
    stagger = Stagger.of(options)
    if stagger is None:
        return []
    unit = say(f"staggering.unit_{stagger.unit}")
    return [
        say(
            _code(one), number=one.number, people=one.people, units=one.units, unit=unit,
            when=exact_moment(datetime.fromisoformat(one.due_at), zone),
        )
        for one in counts
    ]  # fmt: skip


def _code(one: WaveCount) -> str:
    if one.losing:
        return "staggering.line_losing"
    return "staggering.line_comparison" if one.comparison else "staggering.line"
