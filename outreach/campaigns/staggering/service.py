"""Draw an audience into waves, freeze them, and tell at once who asks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns.staggering import checks, queries
from outreach.campaigns.staggering.drawing import Member, cut, groups, order, units
from outreach.campaigns.staggering.schemas import Draw, Stagger, WaveCount
from outreach.campaigns.staggering.windows import LEAD
from outreach.deliveries.planning.orders import BY_PLACE
from outreach.errors import Conflict, Missing, Refused
from outreach.policies.schemas import PolicyView

AT_WORK = ("approved", "scheduled", "running", "paused")
"""Where a campaign is signed and not over: somebody may still wait for their turn."""


def draw(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView],
    steps: checks.Steps, on: date,
) -> Draw | None:  # fmt: skip
    """Who is told when, of the audience as it stands; None where a campaign is not staggered. Writes nothing.

    Refused when there are fewer units than waves, or somebody would lose the right before a post reaches them.
    """
    stagger = Stagger.of(campaign["options"])
    start = stagger.begins(steps) if stagger else None
    if stagger is None or start is None:
        return None
    moments = stagger.moments(start)
    members = queries.members(connection, campaign["id"], on)
    early = _early(connection, campaign, views, steps, members, moments[-1])
    if early and all(step["channel"] in BY_PLACE for step in steps):
        raise Refused("staggering.losing", campaign=campaign["ref"], people=len(early))
    by_person = units(members, stagger.unit)
    waiting = set(by_person) - early if stagger.unit == "person" else set(by_person)
    drawn = order(stagger.seed, (by_person[one] for one in waiting))
    if len(drawn) < stagger.waves:
        raise Refused(
            "staggering.few_units", campaign=campaign["ref"], units=len(drawn), waves=stagger.waves
        )
    wave = cut(drawn, stagger.waves)
    waves = {one: wave[by_person[one]] for one in waiting}
    losing = {one: waves.get(one, 0) for one in early if waves.get(one) != 1}
    waves |= dict.fromkeys(losing, stagger.waves + 1)
    return Draw(_counts(moments, wave, waves), waves, tuple(moments), losing)


def _early(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView],
    steps: checks.Steps, members: Sequence[Member], last: datetime,
) -> set[int]:  # fmt: skip
    """Who has the right now and would not have it any more ten days after the last turn, with whom they share a
    household or phone: waiting would take it from them."""
    terms = campaign["announce"] == "general", campaign["options"].get("home", "")
    found: set[int] = set()
    for view in views:
        told = checks.told_by(view, steps, last)
        if told is not None:
            day = told.astimezone(told.tzinfo or UTC).date() + LEAD
            found |= queries.losing(connection, campaign["id"], view, day, terms)
    if not found:
        return found
    lowest = groups(members)
    theirs = {lowest[one] for one in found if one in lowest}
    return {person for person, group in lowest.items() if group in theirs}


def _counts(
    moments: Sequence[datetime], wave: Mapping[str, int], waves: Mapping[int, int]
) -> tuple[WaveCount, ...]:
    size, people = Counter(wave.values()), Counter(waves.values())
    found = [
        WaveCount(number, moment.isoformat(), size[number], people[number], number == len(moments))
        for number, moment in enumerate(moments, 1)
    ]
    extra = len(moments) + 1
    if people[extra]:
        found.append(
            WaveCount(
                extra, moments[0].isoformat(), 0, people[extra], comparison=False, losing=True
            )
        )
    return tuple(found)


def freeze(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView],
    steps: checks.Steps, on: date,
) -> dict[str, Any]:  # fmt: skip
    """Write the waves of an audience that has just been frozen; what the signature binds, {} where there are none."""
    queries.clear(connection, campaign["id"])
    found = draw(connection, campaign, views, steps, on)
    if found is None:
        return {}
    queries.assign(connection, campaign["id"], found.waves)
    for one in found.counts:
        queries.write_wave(
            connection, campaign["id"], one.number, datetime.fromisoformat(one.due_at),
            comparison=one.comparison, personal=one.losing,
        )  # fmt: skip
    moves = [
        {"person_id": person, "drawn": drawn, "wave": found.waves[person], "why": "losing"}
        for person, drawn in sorted(found.losing.items())
    ]
    queries.note_moves(connection, campaign["id"], moves, audit.SYSTEM)
    digest = hashlib.sha256()
    for pair in sorted(found.waves.items()):
        digest.update(repr(pair).encode())
    return {"waves": {"hash": digest.hexdigest(), "every": [one.as_dict() for one in found.counts]}}


# -- who asks is told at once --------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """What came of an answer. people: who is told now, none when their turn had come already. by_hand: no step of the
    campaign speaks to single people, so whoever was asked has to tell them."""

    wave: int
    people: tuple[int, ...]
    due_at: datetime
    by_hand: bool = False


@dataclass(frozen=True)
class Held:
    """A campaign in which somebody's turn has not come."""

    campaign: int
    ref: str
    title: str
    due_at: datetime
    wave: int


def held(connection: Connection, person: int) -> list[Held]:
    """The campaigns that somebody still waits for, the nearest turn first: for whoever is asked by them."""
    rows = queries.held(connection, person, clock.now())
    return [Held(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def answer(
    connection: Connection, campaign: Mapping[str, Any], person: int, by: str, on: date
) -> Answered:
    """Somebody who waits for their turn asked: they are told now, with those who share their household or phone.

    That the comparison has lost them is written down. Refused where nothing is staggered, Conflict when the campaign is
    not at work, Missing when they are not in its audience. Saying it again changes nothing.
    """
    key, ref = campaign["id"], campaign["ref"]
    if Stagger.of(campaign["options"]) is None:
        raise Refused("staggering.not_staggered", campaign=ref)
    if campaign["status"] not in AT_WORK:
        raise Conflict("staggering.not_at_work", campaign=ref, status=campaign["status"])
    queries.lock(connection, key)
    mine = queries.wave_of(connection, key, person)
    if mine is None:
        raise Missing("staggering.not_in_audience", campaign=ref, person=person)
    turns = {row.number: row.due_at for row in queries.waves(connection, key)}
    now = clock.now()
    # What has fired has had its turn, also by the clock of another machine.
    turns |= dict.fromkeys(queries.fired(connection, key) & turns.keys(), now)
    if turns[mine] <= now:
        return Answered(mine, (), turns[mine])
    by_hand = queries.channels(connection, key) <= set(BY_PLACE)
    people = [] if by_hand else _told_with(connection, key, person, turns, on)
    wave = mine if by_hand else max(turns) + 1
    if not by_hand:
        queries.write_wave(connection, key, wave, now, comparison=False, personal=True)
    _note(connection, key, {person, *people}, person, wave, by)
    if not by_hand:
        queries.assign(connection, key, dict.fromkeys(people, wave))
    detail = {"move": "answer", "wave": mine, "told_in": wave, "people": len(people) or 1}
    audit.record(connection, by, Action.VISITS_RECORD, f"campaign:{ref}", detail)
    return Answered(wave, tuple(sorted(people)), turns[mine] if by_hand else now, by_hand)


def _told_with(
    connection: Connection, campaign: int, person: int, turns: Mapping[int, datetime], on: date
) -> list[int]:
    """The person, and of those tied to them whoever's turn has not come either."""
    found = []
    for one in sorted(queries.tied(connection, campaign, person, on) | {person}):
        wave = queries.wave_of(connection, campaign, one)
        if wave is not None and turns[wave] > clock.now():
            found.append(one)
    return found


def _note(
    connection: Connection, campaign: int, people: Collection[int], asked: int, wave: int, by: str
) -> None:
    before = queries.moved(connection, campaign, people)
    moves = [
        {
            "person_id": one, "drawn": queries.wave_of(connection, campaign, one) or 0, "wave": wave,
            "why": "asked" if one == asked else "household",
        }
        for one in sorted(people)
        if one not in before
    ]  # fmt: skip
    queries.note_moves(connection, campaign, moves, by)
