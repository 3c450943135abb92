"""知晓率: every policy with its newest figure, and one of them from wave to wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach.access.roles import Action
from outreach.errors import Missing
from outreach.policies import service as policies
from outreach.surveys import service as surveys
from outreach.surveys import standing
from outreach.surveys.comparing import service as comparing
from outreach.surveys.comparing.schemas import Comparison, WavePoint
from outreach.surveys.results import service as results
from outreach.web.presenters import survey_figures as figures
from outreach.web.presenters.names import places
from outreach.web.presenters.surveys import BASE, Desk
from outreach.web.views.common import Link
from outreach.web.views.survey_results import AwarenessView, PolicyAware, WaveLine
from outreach.wording import say
from outreach.wording.figures import percent


@dataclass(frozen=True)
class Asked:
    """One policy that people were asked about, the oldest survey first."""

    ref: str
    name: str
    waves: tuple[WavePoint, ...]

    @property
    def newest(self) -> WavePoint:
        """The figure that stands for the policy."""
        return self.waves[-1]


def asked_about(desk: Desk) -> list[Asked]:
    """Policies with an awareness survey that the actor may see and in which somebody was asked, by their name in the
    catalogue."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in surveys.list_surveys(desk.connection):
        about = one["kind"] == "awareness" and one["policy"] and one["drawn_at"] is not None
        if about and standing.visible(one, desk.actor.scope, desk.home):
            found.setdefault(one["policy"], []).append(one)
    names = desk.names()
    rows = [
        Asked(ref, names.get(ref, ref), comparing.trend_of(desk.connection, found[ref]))
        for ref in sorted(found)
    ]
    return [one for one in rows if one.waves]


def awareness(desk: Desk, policy: str = "") -> AwarenessView:
    """The page. Missing for a policy that nobody was asked about."""
    rows = asked_about(desk)
    place = _place(desk)
    live = sum(one.status == "live" for one in policies.all_policies(desk.connection))
    if not rows:
        _require(policy, None)
        return AwarenessView(
            say("results.awareness.none"), place, unasked=live, first_steps=_first(desk)
        )
    chosen = next((one for one in rows if one.ref == policy), None)
    _require(policy, chosen)
    chosen = chosen or max(rows, key=_telling)
    compared = {one.ref: _compared(desk, one.newest) for one in rows}
    lines = tuple(_policy(desk, one, compared[one.ref], chosen=one is chosen) for one in rows)
    known = sum(one.line.rate is not None for one in lines)
    return AwarenessView(
        title=_headline(rows, known),
        place=place,
        policies=lines,
        chart=figures.lines_chart(
            [one.line for one in lines], "各项政策的知晓率", say("results.awareness.chart")
        ),
        generated=any(one.newest.generated for one in rows),
        policy_name=chosen.name,
        trend=figures.trend_chart(chosen.waves, chosen.name),
        waves=tuple(_wave(one) for one in chosen.waves),
        comparisons=tuple(map(figures.comparison_shown, compared[chosen.ref])),
        results=Link("看每一题", f"{BASE}/{chosen.newest.ref}/results", "ear"),
        unasked=max(0, live - len(rows)),
    )


def _headline(rows: Sequence[Asked], known: int) -> str:
    """What is known; the figure itself where only one policy was asked about."""
    newest = rows[0].newest
    if len(rows) > 1 or not newest.share.shown or newest.share.rate is None:
        return say("results.awareness.title", asked=len(rows), known=known)
    return say("results.awareness.one", policy=rows[0].name, rate=f"{newest.share.rate * 100:.0f}")


def _telling(one: Asked) -> tuple[bool, int, int]:
    """A policy with a figure before one without, then the one with most surveys, then the newest."""
    return one.newest.share.shown, len(one.waves), one.newest.facts["id"]


def _require(policy: str, found: Asked | None) -> None:
    if policy and found is None:
        raise Missing("results.policy_unasked", policy=policy)


def _place(desk: Desk) -> str:
    region = desk.actor.region
    if not region or region == desk.home:
        return desk.services.place or "全部地区"
    return places(desk.connection, [region])[region]


def _first(desk: Desk) -> tuple[Link, ...]:
    return (
        (Link("建一次调查", f"{BASE}/new", "ear"),) if desk.actor.may(Action.SURVEYS_DESIGN) else ()
    )


def _compared(desk: Desk, newest: WavePoint) -> tuple[Comparison, ...]:
    return comparing.comparisons(desk.connection, newest.ref)


def _policy(desk: Desk, one: Asked, found: Sequence[Comparison], chosen: bool) -> PolicyAware:
    point = one.newest
    strongest = found[0]
    invented = results.estimate(desk.connection, point.ref)["fictional"]
    fictional = ""
    if invented and invented["rate"] is not None and invented["use"] != "none":
        fictional = percent(invented["rate"])
    return PolicyAware(
        name=one.name,
        href=f"/awareness?policy={one.ref}",
        line=figures.line(one.name, point.share, point.on, point.mode),
        when=figures.when(point.on, point.mode),
        fictional=fictional,
        said=strongest.sentence(),
        mark=figures.verdict_of(strongest),
        chosen=chosen,
    )


def _wave(point: WavePoint) -> WaveLine:
    notes = [
        *([] if point.comparable else [say("results.not_comparable")]),
        *([say("results.demo_answers")] if point.generated else []),
    ]
    return WaveLine(
        title=point.title,
        href=f"{BASE}/{point.ref}/results",
        line=figures.line(point.title, point.share, point.on, point.mode),
        when=figures.when(point.on, point.mode),
        note="，".join(notes),
    )
