"""成效: awareness with its uncertainty, reach in grades, counts per place, and who was never told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reports import service as reports
from outreach.reports.schemas import PlaceCount, ReachFigures
from outreach.surveys.dispositions import Disposition, label
from outreach.web.presenters.live_reasons import reason_words
from outreach.web.presenters.names import places
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link, Rate
from outreach.web.views.results import (
    Awareness,
    Level,
    Reach,
    Response,
    ResultsView,
    Unreached,
    VillageRow,
)
from outreach.wording import say

TOWN, VILLAGE = 9, 12
_MOST_VILLAGES = 40  # more than these are shown town by town


@dataclass(frozen=True)
class _Asked:
    """What the page was asked for."""

    services: Services
    actor: Actor
    connection: Connection
    scope: Scope
    policy: PolicyView
    on: date


def results(
    services: Services, actor: Actor, connection: Connection, policy: str = "", region: str = ""
) -> ResultsView:
    """One policy in one region of the actor's scope. Missing for an unknown policy, Refused outside the scope."""
    scope = actor.scope.narrowed(region)
    on = clock.today(services.settings.zone)
    told = {
        ref
        for one in reports.campaigns(connection, actor.scope)
        for ref in (one["frozen"] or {}).get("policies", {})
    }
    every = [one for one in policies.all_policies(connection) if one.status == "live"]
    every.sort(key=lambda one: (one.ref not in told, one.ref))
    if not every:
        return ResultsView((), "", "惠民政策", services.place, on, first_steps=_first(actor))
    chosen = policies.get(connection, policy) if policy else _most_telling(connection, every, told)
    asked = _Asked(services, actor, connection, scope, chosen, on)
    figures = reports.reach(connection, scope, chosen, on, services.settings.region)
    aware = awareness(connection, chosen.ref)
    whole = scope.covers(services.settings.region) or not actor.region
    return ResultsView(
        policies=tuple(Choice(one.ref, one.plain_name) for one in every),
        policy=chosen.ref,
        policy_name=chosen.plain_name,
        place=_place(services, connection, scope),
        as_of=on,
        awareness=aware,
        reach=_reach(figures, aware if whole else None) if figures.places else None,
        villages=_villages(asked, figures),
        unreached=_unreached(asked) if figures.total.untold else (),
        unreached_link=Link("打印入户", "/print") if actor.may(Action.PRINT) else None,
        first_steps=_first(actor),
        above=_above(asked),
        level="村（社区）" if _length(scope, figures) == VILLAGE else "乡镇",
        region=scope.region if scope != actor.scope else "",
    )


def _first(actor: Actor) -> tuple[Link, ...]:
    return (Link("看今日", "/today"),) if actor.may(Action.TODAY) else ()


def _most_telling(
    connection: Connection, every: Sequence[PolicyView], told: set[str]
) -> PolicyView:
    """Of the policies that campaigns told of, one with a survey; else the first."""
    candidates = [one for one in every if one.ref in told] or list(every)
    return next(
        (one for one in candidates if reports.survey_of(connection, one.ref)), candidates[0]
    )


def _place(services: Services, connection: Connection, scope: Scope) -> str:
    if not scope.region or scope.region == services.settings.region:
        return services.place or "全部地区"
    return places(connection, [scope.region])[scope.region]


def awareness(connection: Connection, policy: str) -> Awareness | None:
    """The newest survey's figure, ready to be shown; None when nobody was asked yet."""
    found = reports.awareness(connection, policy)
    if found is None:
        return None
    response = found["response"]
    asked = date.fromisoformat(found["date"]) if found["date"] else None
    worst, fictional = found["worst_case"], found["fictional"]
    return Awareness(
        title=found["title"],
        rate=_rate(found, asked, found["mode"]),
        response=Response(found["drawn"], found["answered"], _missed(response)),
        base=f"“说不清”和拒答算不知道。{_heard(found)}",
        generated=found["generated"],
        worst=(worst["low"], worst["high"]) if worst else None,
        fictional=fictional["rate"] if fictional else None,
        decided=_rate(found["other_base"], asked, found["mode"]),
        frame=f"从{found['base']}里抽。名单编号 {found['frame_hash'][:8]}，抽样种子 {found['seed']}。",
        approval=found["notice"],
    )


def _rate(share: Mapping[str, Any], asked: date | None, mode: str) -> Rate:
    numbers = (share["rate"] or 0.0, share["low"] or 0.0, share["high"] or 0.0)
    return Rate(*numbers, n=share["n"], use=share["use"], on=asked, mode=mode)


def _heard(found: Mapping[str, Any]) -> str:
    heard = found["heard_of"]
    return f"另有 {heard['heard']} 人只是听说过，不算知道。" if heard["heard"] else ""


def _missed(response: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple(
        (label(each), response[each.value or "pending"])
        for each in Disposition
        if each is not Disposition.COMPLETED and response[each.value or "pending"]
    )


def _reach(figures: ReachFigures, aware: Awareness | None) -> Reach:
    total = figures.total
    levels = [
        Level("应知", total.eligible, total.eligible, _unknown_note(total), total.unknown),
        Level("已告知", total.told, total.eligible, f"当面 {total.in_person:,}，送达 {total.delivered:,}"),
    ]  # fmt: skip
    if aware and aware.rate.use != "none":
        rate = aware.rate
        persons = [round(share * total.eligible) for share in (rate.rate, rate.low, rate.high)]
        levels.append(Level("知晓", persons[0], total.eligible, low=persons[1], high=persons[2]))
    levels += [
        _listed("申请", total.applied, total, "申请"),
        _listed("领取", total.received, total, "发放"),
    ]
    return Reach(
        levels=tuple(levels),
        eligible=total.eligible,
        unknown=total.unknown,
        in_person=total.in_person,
        delivered=total.delivered,
        relayed=total.relayed,
        published=total.published,
    )


def _unknown_note(total: PlaceCount) -> str:
    return f"另有 {total.unknown:,} 人待核实" if total.unknown else ""


def _listed(name: str, n: int, total: PlaceCount, what: str) -> Level:
    """What only an office's list can tell: without one there is no number, not even nought."""
    if n:
        return Level(name, n, total.eligible, "按名单逐人对上")
    return Level(name, 0, total.eligible, f"还没有{what}名单，数不出来", counted=False)


def _length(scope: Scope, figures: ReachFigures) -> int:
    """Villages when there are few of them or a town was chosen; else towns."""
    few = len(figures.by_length(VILLAGE)) <= _MOST_VILLAGES
    return VILLAGE if few or len(scope.region) >= TOWN else TOWN


def _villages(asked: _Asked, figures: ReachFigures) -> tuple[VillageRow, ...]:
    length = _length(asked.scope, figures)
    rows = figures.by_length(length)
    named = places(asked.connection, [row.code for row in rows])
    return tuple(
        VillageRow(
            named[row.code],
            row.eligible,
            row.told,
            row.published > 0,
            row.untold,
            Link("看", f"/results?policy={asked.policy.ref}&region={row.code}")
            if length == TOWN and row.code
            else None,
        )
        for row in rows
    )


def _above(asked: _Asked) -> tuple[Link, ...]:
    """The way back up, when a region was chosen."""
    if asked.scope == asked.actor.scope:
        return ()
    name = _place(asked.services, asked.connection, asked.actor.scope)
    return (Link(name, f"/results?policy={asked.policy.ref}"),)


def _unreached(asked: _Asked) -> tuple[Unreached, ...]:
    home = asked.services.settings.region
    rows = reports.untold(asked.connection, asked.scope, asked.policy, asked.on, home)
    return tuple(
        Unreached(
            say(f"web.untold.{row.stage}", reason=reason_words(row.reason)),
            row.n,
            say(f"web.untold_next.{row.stage}"),
        )
        for row in rows
    )
