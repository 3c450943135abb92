"""`outreach proposals …`: for whom something has changed under a policy, and what an officer makes of it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.matching import PolicyOption
from outreach.cli.office import Here, acting
from outreach.cli.options import Day, MustAs, day
from outreach.cli.output import Answer, command
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.audiences.proposals.schemas import ProposalView

app = typer.Typer(name="proposals", help="变化建议 · what has changed for whom")

Number = Annotated[int, typer.Argument(metavar="ID", min=1, help="建议编号 · number")]
Since = Annotated[
    date | None,
    typer.Option("--since", parser=day, metavar="DATE", help="从哪天起 · compared with which day"),
]
MustSince = Annotated[
    date,
    typer.Option("--since", parser=day, metavar="DATE", help="从哪天起 · compared with which day"),
]


@command(app, "find")
def find(here: Here, since: Since = None) -> Answer:
    """查变化 · Look at every policy now; without --since compared with the last look. The sweep does it daily."""
    from outreach.access.scope import Scope
    from outreach.audiences.proposals import service

    with here.installation() as office:
        home, zone = office.settings.region, office.settings.zone
        terms = service.Terms(here.today(), zone, home, since)
        grown = service.find(office.store, terms)
        with office.store.read() as connection:
            views = [one for one in service.everything(connection, Scope()) if one.id in grown]
    lines = [_line(one) for one in views]
    return Answer({"proposals": [_row(one) for one in views]}, lines or ["没有新的变化。"])


@command(app, "list")
def everything(
    here: Here,
    state: Annotated[
        str, typer.Option(metavar="STATE", help="open accepted dismissed · 只看这一种")
    ] = "",
) -> Answer:
    """建议一览 · Proposals, newest first."""
    from outreach.access.scope import Scope
    from outreach.audiences.proposals import service

    with here.installation() as office, office.store.read() as connection:
        views = service.everything(connection, Scope(), state)
    lines = [_line(one) for one in views]
    return Answer({"proposals": [_row(one) for one in views]}, lines or ["没有建议。"])


@command(app, "show")
def show(here: Here, number: Number) -> Answer:
    """查看建议 · One proposal: how many for which reason, and where."""
    from outreach.access.scope import Scope
    from outreach.audiences.proposals import service

    with here.installation() as office, office.store.read() as connection:
        view = service.get(connection, number)
        places = service.places(connection, number, Scope(), 9)
        out = service.campaigns_out(connection, view)
    data = {
        **_row(view),
        "places": [{"region": code, "people": count} for code, count in places],
        "campaigns_out": [ref for ref, _ in out],
    }
    lines = [_line(view)]
    lines += [f"  {say(f'audiences.why.{why}')} {count} 人" for why, count in view.why.items()]
    lines += [f"  {code or '不详'} {count} 人" for code, count in places]
    return Answer(data, lines)


@command(app, "accept")
def accept(here: Here, number: Number, user: MustAs) -> Answer:
    """采纳 · Make a campaign draft for exactly these people."""
    from outreach.access.roles import Action
    from outreach.audiences.proposals import service
    from outreach.campaigns import follow_up

    with here.installation() as office:
        home = office.settings.region
        by = acting(office, user, Action.CAMPAIGNS_EDIT, home)
        with office.store.begin() as connection:
            ref = follow_up.accept(connection, number, by, home, here.today())
            view = service.get(connection, number)
    said = (
        f"已建草稿 {ref}" if ref else f"已采纳；名单见 outreach policies told {view.policy} --out"
    )
    return Answer(_row(view), [said])


@command(app, "dismiss")
def dismiss(
    here: Here,
    number: Number,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="为什么 · why not")],
    user: MustAs,
) -> Answer:
    """不采纳 · Say no, and why."""
    from outreach.access.roles import Action
    from outreach.audiences.proposals import service

    with here.installation() as office:
        by = acting(office, user, Action.SEGMENTS_EDIT, office.settings.region)
        with office.store.begin() as connection:
            service.dismiss(connection, number, by, note)
            view = service.get(connection, number)
    return Answer(_row(view), [f"建议 {number} 不采纳：{view.note}"])


@command(app, "newly")
def newly(here: Here, policy: PolicyOption, since: MustSince, on: Day = None) -> Answer:
    """新符合 · How many a policy has come to fit since a day, and why; nothing is written."""
    from outreach.audiences.changes.service import Span, newly_eligible
    from outreach.policies import service as policies

    until = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        view = policies.get(connection, policy)
        span = Span.between(since, until, office.settings.zone, office.settings.region)
        counts = Counter(one.why for one in newly_eligible(connection, view, span))
    data = {
        "policy": policy,
        "since": since,
        "on": until,
        "people": counts.total(),
        "why": dict(counts),
    }
    lines = [f"{view.plain_name} · {since} 至 {until} 新符合 {counts.total()} 人"]
    return Answer(
        data, [*lines, *(f"  {say(f'audiences.why.{why}')} {n} 人" for why, n in counts.items())]
    )


def _row(view: ProposalView) -> dict[str, Any]:
    return {
        "proposal": view.id, "policy": view.policy, "version": view.version, "kind": view.kind, "since": view.since,
        "on": view.on, "people": view.people, "why": dict(view.why), "state": view.state, "campaign": view.campaign,
        "note": view.note, "by": view.by,
    }  # fmt: skip


def _line(view: ProposalView) -> str:
    said = say(f"audiences.kind.{view.kind}", policy=view.plain_name)
    return f"{view.id:>5} {said} · {view.people} 人 · {view.since} 至 {view.on} · {say(f'audiences.state.{view.state}')}"
