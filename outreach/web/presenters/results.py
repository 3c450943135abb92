"""触达: one policy in one region: grades, places down to the grid, who was never told and what comes next, money, lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reports import service as reports
from outreach.reports.counted import service as kept
from outreach.reports.reaching import service as reaching
from outreach.reports.reaching.definitions import DEFINITIONS, define
from outreach.reports.reaching.schemas import Figures
from outreach.reports.schemas import PlaceCount, ReachFigures
from outreach.web.formats import when
from outreach.web.kept_ledger import Counted, kept_ledger
from outreach.web.presenters import results_ledger as ledger
from outreach.web.presenters.names import places
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link, Rate
from outreach.web.views.results import Aware, Level, PlaceRow, Reach, ResultsView

TOWN, VILLAGE = 9, 12
NAMED = {TOWN: "乡镇", VILLAGE: "村（社区）", 0: "网格"}


@dataclass(frozen=True)
class Asked:
    """What the page was asked for."""

    services: Services
    actor: Actor
    connection: Connection
    scope: Scope
    policy: PolicyView
    on: date

    @property
    def home(self) -> str:
        """The installation's region."""
        return self.services.settings.region

    @property
    def rates(self) -> bool:
        """Below the village there are counts only."""
        return len(self.scope.region) <= VILLAGE

    @property
    def level(self) -> int:
        """How long the codes of the places below are; 0: as deep as people are registered."""
        length = len(self.scope.region)
        return TOWN if length < TOWN else VILLAGE if length < VILLAGE else reaching.DEEPEST

    def here(self, region: str) -> str:
        """The address of this page for another region."""
        return f"/results?policy={self.policy.ref}&region={region}"


def results(
    services: Services, actor: Actor, connection: Connection, policy: str = "", region: str = ""
) -> ResultsView:
    """The page. Missing for an unknown policy, Refused outside the scope."""
    every, chosen = _choose(actor, connection, policy)
    on = clock.today(services.settings.zone)
    scope = actor.scope.narrowed(region)
    if chosen is None:
        return ResultsView(
            (), "", "惠民政策", services.place or "全部地区", on, first_steps=_first(actor)
        )
    asked = Asked(services, actor, connection, scope, chosen, on)
    figures = reports.reach(connection, scope, chosen, on, asked.home)
    counted = counted_for(asked)
    more = counted.figures if counted else None
    total, aware = figures.total, _aware(asked)
    return ResultsView(
        policies=tuple(Choice(one.ref, one.plain_name) for one in every),
        policy=chosen.ref,
        policy_name=chosen.plain_name,
        place=place_of(asked, scope),
        as_of=on,
        aware=aware,
        reach=_reach(asked, total, aware) if figures.places else None,
        facts=ledger.facts(asked, more, total) if more and total.eligible else (),
        places=tuple(_places(asked, figures)),
        unreached=ledger.unreached(asked, more) if more else (),
        unreached_places=ledger.unreached_places(asked, more) if more else (),
        set_aside=ledger.set_aside(more) if more else "",
        untold_list=_untold_list(asked),
        tables=ledger.tables(more) if more and total.told else (),
        outcomes=ledger.outcomes(asked),
        plays=define("plays"),
        hotline=Link("看 12345 周数", f"/signals?policy={chosen.ref}"),
        file=Link("下载表格", f"/results.csv?policy={chosen.ref}&region={scope.region}", "down"),
        counting=counted is None,
        counted_at=_at(asked, counted),
        first_steps=_first(actor),
        above=tuple(_above(asked)),
        level=NAMED[asked.level],
        region=scope.region if scope != actor.scope else "",
        definitions=tuple(define(code) for code in DEFINITIONS),
    )


def _choose(
    actor: Actor, connection: Connection, policy: str
) -> tuple[list[PolicyView], PolicyView | None]:
    """Live policies, those that campaigns told of first; and the one to show: the one asked for, else one with a survey."""
    told = {
        ref
        for one in reports.campaigns(connection, actor.scope)
        for ref in (one["frozen"] or {}).get("policies", {})
    }
    every = [one for one in policies.all_policies(connection) if one.status == "live"]
    every.sort(key=lambda one: (one.ref not in told, one.ref))
    if policy:
        return every, policies.get(connection, policy)
    likely = [one for one in every if one.ref in told] or every
    asked_about = reports.surveyed(connection)
    surveyed = (one for one in likely if one.ref in asked_about)
    return every, next(surveyed, likely[0] if likely else None)


def counted_for(asked: Asked) -> Counted | None:
    """What is counted person by person; None while a large register is counted for the first time."""
    scope, policy, on, home, level = asked.scope, asked.policy, asked.on, asked.home, asked.level

    def count(connection: Connection) -> Figures:
        return reaching.everything(connection, scope, policy, on, home, level)

    key = (policy.ref, scope.region, on.isoformat())
    return kept_ledger(asked.services.store).find(asked.services.store, asked.connection, key, count)  # fmt: skip


def _at(asked: Asked, counted: Counted | None) -> str:
    """When the figures were counted, where that is not now."""
    zone = asked.services.settings.zone
    known = kept.as_of(asked.connection, asked.policy)
    moments = [one for one in (known, counted.at if counted else None) if one is not None]
    large = not kept.small(asked.connection)
    return when(min(moments), zone, asked.on) if large and moments else ""


def _first(actor: Actor) -> tuple[Link, ...]:
    return (Link("看今日", "/today"),) if actor.may(Action.TODAY) else ()


def place_of(asked: Asked, scope: Scope) -> str:
    """A scope's place in words."""
    if not scope.region or scope.region == asked.home:
        return asked.services.place or "全部地区"
    return places(asked.connection, [scope.region])[scope.region]


def _untold_list(asked: Asked) -> Link | None:
    if not asked.actor.may(Action.PEOPLE_VIEW):
        return None
    return Link("下载名单", f"/results/untold.xlsx?policy={asked.policy.ref}&region={asked.scope.region}", "down")  # fmt: skip


def _aware(asked: Asked) -> Aware | None:
    """The newest survey's figure in one line; None when nobody was asked yet."""
    found = reports.awareness(asked.connection, asked.policy.ref)
    if found is None:
        return None
    day = date.fromisoformat(found["date"]) if found["date"] else None
    link = Link("看知晓率", f"/awareness?policy={asked.policy.ref}") if asked.actor.may(Action.AWARENESS_VIEW) else None  # fmt: skip
    shares = (found["rate"] or 0.0, found["low"] or 0.0, found["high"] or 0.0)
    rate = Rate(*shares, n=found["n"], use=found["use"], on=day, mode=found["mode"])
    return Aware(found["title"], rate, link, found["generated"])


def _reach(asked: Asked, total: PlaceCount, aware: Aware | None) -> Reach:
    return Reach(
        levels=tuple(_levels(asked, total, aware)),
        eligible=total.eligible,
        unknown=total.unknown,
        in_person=total.in_person,
        delivered=total.delivered,
        relayed=total.relayed,
        published=total.published,
        rates=asked.rates,
    )


def _levels(asked: Asked, total: PlaceCount, aware: Aware | None) -> Iterator[Level]:
    of, rates = total.eligible, asked.rates
    waiting = f"另有 {total.unknown:,} 人待核实" if total.unknown else ""
    yield Level("应知", of, of, waiting, total.unknown, means=define("due"))
    grades = f"当面 {total.in_person:,}，送达 {total.delivered:,}"
    yield Level("已告知", total.told, of, grades, means=define("told"), rates=rates)
    if aware and _is_whole(asked) and aware.rate.use != "none":
        shares = (aware.rate.rate, aware.rate.low, aware.rate.high)
        persons = [round(share * of) for share in shares]
        yield Level("知晓", persons[0], of, low=persons[1], high=persons[2], means=define("aware"))
    for name, fact, n in (("申请", "applied", total.applied), ("领取", "received", total.received)):
        words = ledger.listed(asked, fact, n)
        lists = Link("看名单", "/lists") if asked.actor.may(Action.LISTS_VIEW) else None
        yield Level(name, n, of, words, counted=n > 0, means=define(fact), list=lists, rates=rates)


def _is_whole(asked: Asked) -> bool:
    """A survey speaks of the whole installation, and of no part of it."""
    return asked.scope.covers(asked.home) or not asked.scope.region


def _places(asked: Asked, figures: ReachFigures) -> Iterator[PlaceRow]:
    """The places below, in the order of their codes; those with places of their own lead there."""
    rows = rows_of(asked, figures)
    named = places(asked.connection, [row.code for row in rows])
    total = figures.total
    for row in rows:
        applied = row.applied if total.applied else None
        received = row.received if total.received else None
        deeper = row.code and row.code != asked.scope.region and len(row.code) <= VILLAGE
        yield PlaceRow(
            named[row.code], row.eligible, row.told, row.relayed, row.published > 0, row.untold, applied,
            received, Link("看", asked.here(row.code)) if deeper else None,
        )  # fmt: skip


def rows_of(asked: Asked, figures: ReachFigures) -> Sequence[PlaceCount]:
    """Below a village the grids are counted themselves: nothing that is kept goes so deep."""
    if asked.level:
        return figures.by_length(asked.level)
    return reaching.by_grid(asked.connection, asked.scope, asked.policy, asked.on, asked.home)


def _above(asked: Asked) -> Iterator[Link]:
    """The way back up to the actor's own region."""
    line = [row.code for row in regions.line(asked.connection, asked.scope.region)]
    top = asked.actor.region or asked.home
    if asked.scope == asked.actor.scope or asked.scope.region == top:
        return
    yield Link(place_of(asked, Scope(top)), f"/results?policy={asked.policy.ref}")
    for code in line:
        if len(top) < len(code) < len(asked.scope.region):
            name = places(asked.connection, [code])[code]
            yield Link(name, asked.here(code))
