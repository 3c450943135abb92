"""The reach ledger as pages, commands and reports ask for it. Nothing here writes.

Grades are never added silently: 触达 is 当面告知 and 已送达 together; 家人转告 stands beside it, 已发布 counts nobody.
What each number means is said once, in `definitions`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.scope import Scope
from outreach.deliveries.telling.words import WORDS
from outreach.errors import Missing
from outreach.people.queries import regions
from outreach.policies.schemas import PolicyView
from outreach.reach import service as reach
from outreach.reach.signals import service as signals
from outreach.reports import service as reports
from outreach.reports.counted import service as counted
from outreach.reports.counted.service import Terms
from outreach.reports.reaching.advising import advise
from outreach.reports.reaching.queries import ledger, missing, money
from outreach.reports.reaching.schemas import (
    TOLD,
    AwareCost,
    ChannelCount,
    Conversion,
    Costs,
    Coverage,
    Figures,
    HouseholdCount,
    LanguageCount,
    Levels,
    ListState,
    Missed,
    MissedPeople,
    MissedPerson,
    MissedPlace,
    NeverReached,
    OutcomeRate,
    Rated,
    Told,
    summed,
)
from outreach.reports.reaching.worth import per_aware
from outreach.reports.schemas import PlaceCount
from outreach.surveys import service as surveys
from outreach.surveys.comparing import service as comparing

CONVERTED_IN = 90
"""Days after the first contact within which an application counts as following it (告知后申领)."""

TOWN, VILLAGE, DEEPEST = 9, 12, 0
"""How long the codes are by which the never-reached are grouped; DEEPEST: as deep as people are registered (网格)."""


def told(connection: Connection, person: int, policy: str) -> Told | None:
    """How somebody was told of a policy, by the strongest mark; None who never was. Missing policies.unknown."""
    every = marks(connection, person, policy)
    return every[0] if every else None


def marks(connection: Connection, person: int, policy: str) -> tuple[Told, ...]:
    """Every mark of a person about a policy, the strongest first: a stronger one takes nothing from the weaker."""
    key = ledger.policy_key(connection, policy)
    if key is None:
        raise Missing("policies.unknown", policy=policy)
    found = ledger.marks(connection, person, key)
    return tuple(
        Told(on, channel, fact, delivery, _by(connection, fact, delivery))
        for fact, on, channel, delivery in found
    )


def place_of(connection: Connection, person: int) -> str:
    """Where somebody lives, to be held against a scope. Missing people.person."""
    found = reach.place_of(connection, person)
    return str(found.region)


def _by(connection: Connection, fact: str, delivery: int | None) -> str:
    """Who said it, or what carried it."""
    if delivery is None:
        return ""
    words = {
        word
        for table in WORDS.values()
        for word, meaning in table.items()
        if meaning.fact == fact or (not meaning.fact and meaning.state == "delivered")
    }
    return ledger.said_by(connection, delivery, sorted(words)) or ledger.carried_by(connection, delivery)  # fmt: skip


def households(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> HouseholdCount:
    """Households with somebody who fits, and how many of them were reached."""
    return HouseholdCount(**ledger.households(connection, scope, policy, on, home))


def channels(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> tuple[ChannelCount, ...]:
    """People told, by channel of their strongest mark: each person once, so that the rows may be added."""
    found: dict[str, dict[str, int]] = {}
    for grade, channel, n in counted.divided(connection, scope, policy, "channel", Terms(on, home)):
        found.setdefault(channel, {})[grade] = n
    return tuple(ChannelCount(channel, **counts) for channel, counts in sorted(found.items()))


def languages(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> tuple[LanguageCount, ...]:
    """People who fit and people told, by language."""
    found: dict[str, tuple[int, int]] = {}
    for tag, grade, n in counted.divided(connection, scope, policy, "language", Terms(on, home)):
        eligible, told_ = found.get(tag, (0, 0))
        found[tag] = (eligible + n, told_ + (n if grade in TOLD else 0))
    return tuple(LanguageCount(tag, *counts) for tag, counts in sorted(found.items()))


def by_grid(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> list[PlaceCount]:
    """The counts of `reports.service.reach` for the places directly below a village, in the order of codes.

    Whoever is registered at the village and in no grid of it stands in a row of the village's own code, the last one.
    """
    below = regions.children(connection, scope.region, on)
    # not what is kept: taken from it, grids that are counted now could leave less than nobody
    rest = reports.reach_now(connection, scope, policy, on, home).total
    rows = []
    for place in below:
        there = reports.reach(connection, Scope(place.code), policy, on, home).total
        rest = rest.minus(there)
        rows.append(PlaceCount(place.code).plus(there))
    others = any(getattr(rest, name) for name in ("eligible", "unknown"))
    return [*rows, PlaceCount(scope.region).plus(rest)] if others or not rows else rows


def never_reached(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str = "",
    level: int = DEEPEST,
) -> NeverReached:
    """Who fits and was never told, by place, with the reason and the next way for each of them.

    level: how long the codes of places are. Whoever is blocked (deceased, moved, stopped) is in no row.
    """
    found: dict[str, list[Missed]] = {}
    done = stopped = 0
    for person, situation in missing.untold(connection, scope, policy, on, home):
        advice = advise(situation)
        if advice is None:
            stopped += situation.stopped
            done += not situation.stopped
            continue
        code = person.region[:level] if level else person.region
        found.setdefault(code, []).append(Missed(advice, 1))
        if len(found[code]) > _MANY:
            found[code] = summed(found[code])
    places = tuple(MissedPlace(code, tuple(summed(found[code]))) for code in sorted(found))
    return NeverReached(places, done, stopped)


_MANY = 10_000  # rows of one place that are added up before they grow further


def missed_people(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> MissedPeople:
    """The same people one by one, for a list. Who already applied or was stopped is counted and not on it."""
    found: list[MissedPerson] = []
    done = stopped = 0
    for person, situation in missing.untold(connection, scope, policy, on, home):
        advice = advise(situation)
        if advice is None:
            stopped += situation.stopped
            done += not situation.stopped
            continue
        found.append(MissedPerson(person.id, person.region, person.name, person.address, advice))
    return MissedPeople(tuple(found), done, stopped)


def list_state(
    connection: Connection, policy: str, fact: str, on: date, region: str = ""
) -> ListState:
    """The newest list of who applied or received that speaks of a whole place, on a day."""
    (one,) = [each for each in reach.standing(connection, policy, on, region) if each.fact == fact]
    if one.newest is None:
        return ListState(fact, "none")
    newest = one.newest
    return ListState(fact, one.word, newest.cut_off, newest.rows, newest.unmatched, newest.region)


def coverage(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str = "",
    campaign: int | None = None,
) -> Coverage:
    """Recipients of those who fit, before and after the first contact of a campaign (None: of any about the policy)."""
    since = _since(connection, policy, campaign)
    state = list_state(connection, policy.ref, "received", on, scope.region or home)
    numbers = money.received(connection, scope, policy, on, home, since)
    return Coverage(*numbers, since, state, _had_list(connection, policy, since))


def _had_list(connection: Connection, policy: PolicyView, since: date | None) -> bool:
    """Whether a list of recipients is older than the first contact."""
    if since is None:
        return False
    lists = reach.Ledger.read(connection).lists
    return any(
        one.policy_id == policy.id and one.fact == "received" and one.cut_off < since
        for one in lists
    )


def conversion(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str = "",
    campaign: int | None = None,
) -> Conversion:
    """Who applied within 90 days after they were first told, of those who had not when it began."""
    since = _since(connection, policy, campaign)
    state = list_state(connection, policy.ref, "applied", on, scope.region or home)
    when = (since or on, state.cut_off or on, CONVERTED_IN)
    numbers = money.converted(connection, scope, policy, on, home, when)
    return Conversion(*numbers, since, state)


def _since(connection: Connection, policy: PolicyView, campaign: int | None) -> date | None:
    """The day of the first contact."""
    every = [one.id for one in ledger.campaigns_about(connection, policy.id)]
    began = money.began(connection, every if campaign is None else [campaign])
    return clock.here(began).date() if began else None


def costs(connection: Connection, scope: Scope, policy: PolicyView) -> Costs:
    """Money of all campaigns about a policy, the part that falls to it, and persons newly told through them."""
    about = ledger.campaigns_about(connection, policy.id)
    fen = sum(money.spent_on(connection, scope, one.id, policy.id) for one in about)
    people = money.newly_told(connection, scope, [one.id for one in about], policy.id)
    return Costs(fen, people, tuple(one.ref for one in about))


def campaign_costs(connection: Connection, scope: Scope, campaign: int) -> Costs:
    """The same of one campaign, whatever it tells about; a person who was told of two policies is one."""
    fen = money.spent_on(connection, scope, campaign, None)
    return Costs(fen, money.newly_told(connection, scope, [campaign]))


def campaign_levels(connection: Connection, scope: Scope, campaign: int) -> tuple[Levels, ...]:
    """逐级情况 of a campaign's frozen audience, policy by policy: whoever told them, and whatever they hold now."""
    return tuple(Levels(**row) for row in ledger.campaign_levels(connection, scope, campaign))


def aware_cost(connection: Connection, policy: str, spent: Costs, people: int) -> AwareCost:
    """每知晓一人的花费 by the newest survey's strongest comparison; a sentence where there is none that allows it."""
    drawn = [
        one
        for one in surveys.list_surveys(connection)
        if one["policy"] == policy and one["kind"] == "awareness" and one["drawn_at"] is not None
    ]
    if not drawn:
        return per_aware(spent, people, None)
    found = comparing.comparisons(connection, drawn[0]["ref"])
    return per_aware(spent, people, next((one for one in found if one.difference is not None), None))  # fmt: skip


def outcome_rates(
    connection: Connection, policy: PolicyView, region: str
) -> tuple[OutcomeRate, ...]:
    """参保率, 申领率…: what the policy's own office counted for exactly this region, each measure over time."""
    found: dict[str, list[Rated]] = {}
    for one in signals.counts_of(connection, policy.id, region):
        found.setdefault(one.measure, []).append(Rated(one.on, one.n, one.of, one.source))
    return tuple(OutcomeRate(name, region, tuple(points)) for name, points in sorted(found.items()))


def everything(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = "", level: int = DEEPEST
) -> Figures:  # fmt: skip
    """All figures that go through people one by one: seconds where there are a million of them."""
    asked: tuple[Any, ...] = (connection, scope, policy, on, home)
    return Figures(
        households(*asked), channels(*asked), languages(*asked), never_reached(connection, scope, policy, on, home, level),
        coverage(*asked), conversion(*asked), costs(connection, scope, policy),
    )  # fmt: skip
