"""Figures side by side, and what follows from them: towns, waves, panels, those told beside those who wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.errors import Invalid
from outreach.surveys.comparing import queries
from outreach.surveys.comparing.conclusions import cautions, nothing, side
from outreach.surveys.comparing.places import TOWN, VILLAGE, place_figures
from outreach.surveys.comparing.repeated import cross_sections, knows, panel
from outreach.surveys.comparing.schemas import Comparison, TownFigure, WavePoint
from outreach.surveys.comparing.staggered import Draw, in_differences, told_and_waiting
from outreach.surveys.kinds import SAMPLED
from outreach.surveys.results.kept import kept
from outreach.surveys.results.notes import Note
from outreach.surveys.results.service import Read, read
from outreach.surveys.service import get_drawn, list_surveys, locked_instrument


def towns(connection: Connection, ref: str) -> tuple[TownFigure, ...]:
    """Every town of the frame in office order, beside the rest of the county. Raises as `results.service.estimate`."""
    return _places(connection, ref, TOWN)


def villages(connection: Connection, ref: str) -> tuple[TownFigure, ...]:
    """The same for villages, for those who may see them; below the village there are no figures."""
    return _places(connection, ref, VILLAGE)


def _places(connection: Connection, ref: str, trait: str) -> tuple[TownFigure, ...]:
    survey = get_drawn(connection, ref)
    if survey["kind"] not in SAMPLED:
        return ()

    def make() -> tuple[TownFigure, ...]:
        found = read(connection, ref)
        margins = (survey["frame"] or {}).get("margins") or {}
        codes = {one.trait(trait) for one in found.interviews} | set(margins.get(trait) or ())
        return place_figures(found.measured, knows(found), codes - {""}, trait)

    return kept(connection, f"places.{trait}", [survey], make)


def between(connection: Connection, ref: str, earlier: str) -> Comparison:
    """A survey beside an earlier one of the same question, with what may be concluded.

    The same people where `ref` is a panel wave of `earlier`, else repeated cross-sections. Raises Missing, Conflict
    before a sample is drawn, Invalid for another policy, the same survey twice or the wrong order.
    """
    survey, before = get_drawn(connection, ref), get_drawn(connection, earlier)
    _comparable(survey, before)
    make = lambda: _between(connection, read(connection, ref), read(connection, earlier))  # noqa: E731
    return kept(connection, "between", [survey, before], make)


def _comparable(survey: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    named = {"survey": survey["ref"], "earlier": before["ref"]}
    if survey["id"] == before["id"]:
        raise Invalid("comparing.same_survey", survey=survey["ref"])
    if survey["policy_id"] != before["policy_id"]:
        raise Invalid("comparing.other_policy", **named)


def _between(connection: Connection, now: Read, before: Read) -> Comparison:
    sides = side(before, "before", before.headline.share), side(now, "now", now.headline.share)
    why = _why_not(now, before)
    if why is not None:
        return nothing("repeated", sides, why)
    if before.days[0] > now.days[-1]:
        raise Invalid(
            "comparing.wrong_order", survey=now.survey["ref"], earlier=before.survey["ref"]
        )
    notes = cautions(now, before, _began(connection, now))
    drawn = _asked_before(connection, now, before)
    return panel(now, before, drawn, notes) if drawn else cross_sections(now, before, notes)


def _asked_before(connection: Connection, now: Read, before: Read) -> set[int]:
    """Everybody of the waves from `before` on whose people `now` asks again; empty where it asks other people."""
    drawn: set[int] = set()
    wave = now.survey
    while wave["panel"] and wave["follows"]:
        wave = get_drawn(connection, wave["follows"])
        drawn |= queries.sampled(connection, wave["id"])
        if wave["id"] == before.survey["id"]:
            return drawn
    return set()


def _why_not(now: Read, before: Read) -> Note | None:
    """What keeps two surveys from being compared at all."""
    for found in (now, before):
        if found.survey["kind"] not in SAMPLED:
            return Note("comparing.counted_only")
        if not found.measured.asked or not found.days:
            return Note("comparing.nobody_asked", {"survey": found.survey["ref"]})
    asked = now.instrument.headline_question, before.instrument.headline_question
    if asked[0] != asked[1] or asked[0] is None:
        said = [one.text if one else "—" for one in asked]
        return Note("comparing.other_question", {"before": said[1], "after": said[0]})
    return None


def _began(connection: Connection, found: Read) -> Any:
    campaign = found.survey["campaign_id"]
    return queries.began(connection, campaign) if campaign else None


def staggered(connection: Connection, ref: str) -> Comparison | None:
    """Those who were told beside those who still wait, in one survey; None where the campaign has no waves."""
    survey = get_drawn(connection, ref)
    draw = _draw(connection, survey)
    if draw is None or survey["kind"] not in SAMPLED:
        return None
    make = lambda: told_and_waiting(read(connection, ref), draw)  # noqa: E731
    return kept(connection, f"staggered {draw.stands}", [survey], make)


def differences(connection: Connection, ref: str, earlier: str) -> Comparison | None:
    """How much more the told rose than those who wait since a baseline; None without waves or without a baseline of
    both. Raises as `between`."""
    survey, before = get_drawn(connection, ref), get_drawn(connection, earlier)
    _comparable(survey, before)
    draw = _draw(connection, survey)
    if draw is None or survey["kind"] not in SAMPLED:
        return None

    def make() -> Comparison | None:
        now, first = read(connection, ref), read(connection, earlier)
        if _why_not(now, first) is not None:
            return None
        notes = cautions(now, first, _began(connection, now))
        return in_differences(now, first, draw, notes)

    return kept(connection, f"differences {draw.stands}", [survey, before], make)


def _draw(connection: Connection, survey: Mapping[str, Any]) -> Draw | None:
    campaign = survey["campaign_id"]
    if campaign is None:
        return None
    waves = queries.waves(connection, campaign)
    draw = Draw(waves, queries.unit(connection, campaign), queries.moved(connection, campaign))
    return draw if draw.last is not None else None


def comparisons(connection: Connection, ref: str, earlier: str = "") -> tuple[Comparison, ...]:
    """All comparisons that a survey allows, the strongest first; at least the sentence that there is no baseline.

    `earlier` is the survey to compare with; without it the one that this survey follows, else the last one before it
    with the same policy.
    """
    survey = get_drawn(connection, ref)
    if survey["kind"] not in SAMPLED:
        return (nothing("none", (), Note("comparing.counted_only")),)
    chosen = earlier or baseline(connection, survey)
    found = [staggered(connection, ref)]
    if chosen:
        found = [differences(connection, ref, chosen), *found, between(connection, ref, chosen)]
    known = tuple(one for one in found if one is not None)
    if not chosen:
        known = (*known, nothing("none", (), Note("comparing.no_baseline")))
    return known


def baseline(connection: Connection, survey: Mapping[str, Any]) -> str:
    """The name of the survey to compare with: the one it follows, else the last one of the policy before it; ''."""
    if survey["follows_id"] is not None:
        return queries.refs(connection, [survey["follows_id"]]).get(survey["follows_id"], "")
    if survey["policy_id"] is None:
        return ""
    days = read(connection, survey["ref"]).days
    if not days:
        return ""
    points = trend(connection, str(survey["policy"]))
    # Asked to the end before this one began; made-up answers are no baseline of real ones.
    earlier = [
        point.ref
        for point in points
        if point.on < days[0] and (survey["generated"] or not point.generated)
    ]
    return earlier[-1] if earlier else ""


def trend(connection: Connection, policy: str) -> tuple[WavePoint, ...]:
    """Every survey about the awareness of a policy in which somebody was asked, the oldest first."""
    surveys = [
        one
        for one in list_surveys(connection)
        if one["policy"] == policy and one["kind"] == "awareness" and one["drawn_at"] is not None
    ]
    return trend_of(connection, surveys)


def trend_of(connection: Connection, surveys: list[Mapping[str, Any]]) -> tuple[WavePoint, ...]:
    """The same of surveys that were listed already."""
    points = [point for one in surveys if (point := _point(connection, one)) is not None]
    points.sort(key=lambda point: (point.on, point.facts["id"]))
    if not points:
        return ()
    newest = locked_instrument(points[-1].facts).headline_question
    return tuple(
        WavePoint(
            **{
                **vars(point),
                "comparable": locked_instrument(point.facts).headline_question == newest,
            }
        )
        for point in points
    )


def _point(connection: Connection, survey: Mapping[str, Any]) -> WavePoint | None:
    def make() -> WavePoint | None:
        found = read(connection, survey["ref"])
        last: date | None = max(found.days, default=None)
        if last is None or not found.measured.asked:
            return None
        return WavePoint(
            ref=survey["ref"],
            title=survey["title"],
            wave=survey["wave"],
            on=last,
            mode=survey["mode"],
            share=found.headline.share,
            comparable=True,
            generated=survey["generated"],
            panel=survey["panel"],
            facts=survey,
        )

    return kept(connection, "point", [survey], make)
