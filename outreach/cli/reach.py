"""`outreach reach …`: who was told and how, who never was, coverage, conversion and cost."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.access.roles import Action
from outreach.cli.matching import PolicyOption
from outreach.cli.office import Here, acting
from outreach.cli.options import As, CampaignId, Day
from outreach.cli.output import Answer, command
from outreach.cli.register import number_of, scope_of

if TYPE_CHECKING:
    from outreach.access.scope import Scope
    from outreach.bootstrap import Installation

app = typer.Typer(name="reach", help="触达 · who was told")

RegionOption = Annotated[str, typer.Option("--region", metavar="CODE", help="地区 · region")]
_WAYS = "hand receipt wait look sms call visit interpreter family letter number guardian"


@app.callback()
def group() -> None:
    """触达 · Who was told."""


def _scope(office: Installation, user: str | None, region: str) -> Scope:
    return scope_of(office, user).narrowed(region)


@command(app, "show")
def show(
    here: Here, policy: PolicyOption, region: RegionOption = "", on: Day = None, user: As = None
) -> Answer:
    """逐级情况 · How many fit, were told and how, applied and received; households beside persons; by place."""
    from outreach.policies import service as policies
    from outreach.reports import service as reports
    from outreach.reports.reaching import service
    from outreach.reports.reaching.definitions import define

    day = on or here.today()
    with here.installation() as office:
        scope = _scope(office, user, region)
        with office.store.read() as connection:
            view, home = policies.get(connection, policy), office.settings.region
            figures = reports.reach(connection, scope, view, day, home)
            homes = service.households(connection, scope, view, day, home)
            by_channel = service.channels(connection, scope, view, day, home)
    total = figures.total
    data = {
        "policy": policy, "on": day, **asdict(total), "told": total.told, "untold": total.untold,
        "households": {**asdict(homes), "unreached": homes.unreached},
        "channels": [asdict(one) for one in by_channel],
        "places": [{**asdict(one), "told": one.told, "untold": one.untold} for one in figures.places],
        "definitions": {code: define(code) for code in ("due", "told", "relayed", "published", "household")},
    }  # fmt: skip
    lines = [
        f"{view.plain_name} · {day}",
        f"  应知 {total.eligible}，另有待核实 {total.unknown}",
        f"  已告知 {total.told}：当面 {total.in_person}，送达 {total.delivered}；家人转告 {total.relayed}（另记）",
        f"  只发布过的地方有 {total.published} 人，不算告知；从没告知到 {total.untold}",
        f"  户：{homes.eligible} 户里触达 {homes.reached} 户",
        f"  申请 {total.applied}，领取 {total.received}",
    ]
    return Answer(data, lines)


@command(app, "told")
def told(
    here: Here,
    policy: PolicyOption,
    person: Annotated[str, typer.Option("--person", metavar="REF", help="居民编号 · person")],
    user: As = None,
) -> Answer:
    """这个人知道了吗 · When, how, how sure and by whom one person was told of a policy."""
    from outreach.reports.reaching import service
    from outreach.wording import say

    key = number_of(person)
    with here.installation() as office:
        acting(office, user, Action.PEOPLE_VIEW)
        scope = scope_of(office, user)
        with office.store.read() as connection:
            scope.require(service.place_of(connection, key))
            marks = service.marks(connection, key, policy)
    rows = [{**asdict(one), "word": say(f"reaching.grade.{one.confidence}")} for one in marks]
    lines = [f"  {one['word']}：{one['date']}，{one['channel']}，{one['by']}" for one in rows]
    data = {"policy": policy, "person": key, "told": bool(marks) and marks[0].counts, "marks": rows}
    return Answer(data, lines or ["没有告知过"])


@command(app, "untold")
def untold(
    here: Here,
    policy: PolicyOption,
    region: RegionOption = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成名单 · write the list")
    ] = None,
    way: Annotated[
        list[str] | None,
        typer.Option("--next", metavar="WAY", help=f"只要下一步是… · only {_WAYS}"),
    ] = None,
    on: Day = None,
    user: As = None,
) -> Answer:
    """从没告知到的人 · By grid, why and what comes next; with --out the list itself, masked, noted in the log."""
    from outreach import clock
    from outreach.access import audit
    from outreach.policies import service as policies
    from outreach.reports.reaching import service, workbook
    from outreach.reports.reaching.definitions import next_words, why_words

    day = on or here.today()
    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_VIEW)
        scope, home = _scope(office, user, region), office.settings.region
        with office.store.read() as connection:
            view = policies.get(connection, policy)
            found = service.never_reached(connection, scope, view, day, home)
            copy = workbook.Copy(by, clock.now(), office.settings.zone)
            listed = 0
            if out is not None:
                listed = workbook.write(connection, scope, view, day, home, office.vault, copy, out, way or ())  # fmt: skip
        if out is not None:
            with office.store.begin() as connection:
                detail = {"people": listed, "region": scope.region, "copy": copy.number}
                audit.record(connection, by, Action.PEOPLE_VIEW, f"untold:{policy}", detail)
    places = [
        {"region": place.code, "n": place.n, "rows": [
            {"why": row.advice.why, "why_words": why_words(row.advice), "next": row.advice.next,
             "next_words": next_words(row.advice), "n": row.n} for row in place.rows
        ]}
        for place in found.places
    ]  # fmt: skip
    data = {
        "policy": policy, "on": day, "to_find": found.to_find, "done": found.done, "stopped": found.stopped,
        "next": found.by_next(), "places": places, "file": out, "listed": listed if out else None,
    }  # fmt: skip
    lines = [f"{view.plain_name} · {day}：从没告知到、还要去找的 {found.to_find} 人"]
    lines += [f"  {row.n:>6}  {why_words(row.advice)} → {next_words(row.advice)}" for row in found.together()]  # fmt: skip
    lines.append(f"  不用再找：已申请或领取 {found.done}，停止联系 {found.stopped}")
    return Answer(data, lines + ([f"{listed} 人写进 {out}"] if out else []))


@command(app, "coverage")
def coverage(
    here: Here,
    policy: PolicyOption,
    region: RegionOption = "",
    campaign: Annotated[
        str, typer.Option("--campaign", metavar="ID", help="从哪个任务算起 · since which campaign")
    ] = "",
    on: Day = None,
    user: As = None,
) -> Answer:
    """覆盖率 · Recipients of those who fit before and after the first contact, and who applied within 90 days after it."""
    from outreach.campaigns import service as campaigns
    from outreach.policies import service as policies
    from outreach.reports.reaching import service
    from outreach.reports.reaching.definitions import define, list_words

    day = on or here.today()
    with here.installation() as office:
        scope = _scope(office, user, region)
        with office.store.read() as connection:
            view, home = policies.get(connection, policy), office.settings.region
            key = campaigns.get(connection, campaign)["id"] if campaign else None
            found = service.coverage(connection, scope, view, day, home, key)
            turned = service.conversion(connection, scope, view, day, home, key)
    data = {
        "policy": policy, "on": day, "since": found.since, "eligible": found.eligible, "before": found.before,
        "after": found.after, "rate_before": found.rate_before, "rate_after": found.rate_after,
        "list": {**asdict(found.state), "share": found.state.share},
        "conversion": {
            "base": turned.base, "contacted": turned.contacted, "applied": turned.applied, "young": turned.young,
            "rate": turned.rate, "list": {**asdict(turned.state), "share": turned.state.share},
        },
        "definitions": {code: define(code) for code in ("coverage", "conversion", "unmatched")},
    }  # fmt: skip
    lines = [
        f"{view.plain_name} · {day}",
        f"  覆盖率 {_rate(found.rate_before)} → {_rate(found.rate_after)}"
        f"（{found.before} → {found.after} / {found.eligible} 人，第一次告知 {found.since or '还没有'}）",
        f"  {list_words(found.state, found.after)}",
        f"  告知后申领 {_rate(turned.rate)}（{turned.applied} / {turned.base} 人，其中告知过 {turned.contacted}）",
        f"  {list_words(turned.state, turned.applied)}",
    ]
    return Answer(data, lines)


def _rate(share: float | None) -> str:
    from outreach.wording.figures import percent

    return "—" if share is None else percent(share)


@command(app, "costs")
def costs(here: Here, policy: PolicyOption, region: RegionOption = "", on: Day = None, user: As = None) -> Answer:  # fmt: skip
    """花费 · Money for each person first told, and for each person more who knows where a comparison allows it."""
    from outreach.policies import service as policies
    from outreach.reports import service as reports
    from outreach.reports.reaching import service
    from outreach.reports.reaching.definitions import define
    from outreach.wording import say
    from outreach.wording.figures import exact_yuan

    day = on or here.today()
    with here.installation() as office:
        scope = _scope(office, user, region)
        with office.store.read() as connection:
            view = policies.get(connection, policy)
            spent = service.costs(connection, scope, view)
            people = reports.reach(
                connection, scope, view, day, office.settings.region
            ).total.eligible
            aware = service.aware_cost(connection, policy, spent, people)
    why = say(aware.why_not, **aware.params) if aware.why_not else ""
    data = {
        "policy": policy, "cost": spent.fen / 100, "people": spent.people, "campaigns": spent.campaigns,
        "per_person": None if spent.per_person is None else spent.per_person / 100,
        "per_aware": None if why else {"cost": aware.fen / 100, "low": aware.low / 100, "high": aware.high / 100},
        "why_not": why, "caution": say(aware.caution) if aware.caution else "", "definitions": {code: define(code) for code in ("cost", "cost_aware")},
    }  # fmt: skip
    each = "—" if spent.per_person is None else exact_yuan(round(spent.per_person))
    lines = [
        f"{view.plain_name}：{exact_yuan(round(spent.fen))}，第一次告知 {spent.people} 人，每人 {each}"
    ]
    span = f"每多一个人知道 {exact_yuan(round(aware.fen))}（{exact_yuan(round(aware.low))}–{exact_yuan(round(aware.high))}）"  # fmt: skip
    said = [say(aware.caution)] if aware.caution else []
    return Answer(data, [*lines, why or span, *said])


@command(app, "campaign")
def campaign_levels(here: Here, ref: CampaignId, user: As = None) -> Answer:
    """一个任务的逐级情况 · The frozen audience of a campaign, policy by policy, and what it cost."""
    from outreach.campaigns import service as campaigns
    from outreach.reports.reaching import service

    with here.installation() as office:
        scope = scope_of(office, user)
        with office.store.read() as connection:
            key = campaigns.get(connection, ref)["id"]
            levels = service.campaign_levels(connection, scope, key)
            spent = service.campaign_costs(connection, scope, key)
    rows = [{**asdict(one), "told": one.told} for one in levels]
    lines = [
        f"  {one.policy}：应知 {one.due}（另待核实 {one.unknown}），已告知 {one.told}，申请 {one.applied}，领取 {one.received}"
        for one in levels
    ]
    data = {"campaign": ref, "levels": rows, "cost": spent.fen / 100, "people": spent.people}
    return Answer(data, lines or ["还没有封存的名单"])
