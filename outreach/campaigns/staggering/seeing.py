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
from outreach.wording.figures import exact_moment, thousands


def seen(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView],
    steps: checks.Steps, on: date,
) -> tuple[list[WaveCount], list[Fault]]:  # fmt: skip
    """The waves, and what speaks against drawing them; nothing of both where a campaign is not staggered."""
    frozen = campaign["frozen"]
    if frozen is not None:
        return signed(frozen), []
    try:
        found = service.draw(connection, campaign, views, steps, on)
    except Refused as error:
        named = {key: value for key, value in error.params.items() if key != "campaign"}
        return [], [(error.code, named)]  # as faults are: whoever says them knows the campaign
    return list(found.counts) if found else [], []


def signed(frozen: Mapping[str, Any]) -> list[WaveCount]:
    """The waves of a document that was frozen; [] where everybody is sent to at once."""
    waves = frozen["audience"].get("waves", {"every": []})
    return [WaveCount(**one) for one in waves["every"]]


def lines(counts: Sequence[WaveCount], options: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """How the order was drawn, then one sentence for each wave, in Chinese; [] where nothing was drawn."""
    stagger = Stagger.of(options)
    if stagger is None or not counts:
        return []
    by = say(f"staggering.by_{stagger.unit}")
    return [
        say("staggering.drawn", by=by, seed=stagger.seed, waves=stagger.waves),
        *(
            say(
                _code(one), number=one.number, people=thousands(one.people),
                units=say(f"staggering.units_{stagger.unit}", count=thousands(one.units)),
                when=exact_moment(datetime.fromisoformat(one.due_at), zone),
            )
            for one in counts
        ),
    ]  # fmt: skip


def _code(one: WaveCount) -> str:
    if one.losing:
        return "staggering.line_losing"
    return "staggering.line_comparison" if one.comparison else "staggering.line"
