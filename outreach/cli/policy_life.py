"""`outreach policies …`: what happens to a policy after it was loaded: signed, reviewed, settled, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.office import Here, acting, machine_user
from outreach.cli.options import Day, MustAs, Out, day
from outreach.cli.output import Answer, command
from outreach.cli.policies import Ref, app

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.policies.contradictions import Contradiction

Words = Annotated[str, typer.Option("--note", metavar="TEXT", help="说明 · in words")]
Later = Annotated[
    date | None,
    typer.Option("--next", parser=day, metavar="DATE", help="下次复核 · when the next one is due"),
]
Figures = Annotated[
    list[str] | None,
    typer.Option("--figures", metavar="NAME=VALUE", help="数字，可写多次 · figures, repeatable"),
]


@command(app, "sign")
def sign(
    here: Here,
    ref: Ref,
    department: Annotated[str, typer.Option(help="哪个部门 · the department that stands for it")],
    user: MustAs,
) -> Answer:
    """部门确认 · Write down that a department stands for what the newest version says."""
    from outreach.access.roles import Action
    from outreach.policies import signing

    with here.installation() as office:
        home = office.settings.region
        by = acting(office, user, Action.POLICIES_VERIFY, home)
        with office.store.begin() as connection:
            view = signing.sign(connection, ref, department, by)
            detail = {"move": "sign", "department": department, "version": view.number}
            _note(connection, by, Action.POLICIES_VERIFY, ref, detail)
    missing = list(signing.missing_sign_offs(view, home))
    data = {"policy": ref, "version": view.number, "department": department, "missing": missing}
    rest = f"还差：{'、'.join(missing)}" if missing else "各部门都确认了"
    return Answer(data, [f"{view.plain_name}：{department} 已确认（{by} 登记）。{rest}"])


@command(app, "review")
def review(  # noqa: PLR0913 - one parameter per option
    here: Here,
    ref: Ref,
    outcome: Annotated[
        str, typer.Option(help="keep 继续 · change 修改 · withdraw 停办 · what was found")
    ],
    user: MustAs,
    note: Words = "",
    figures: Figures = None,
    on: Day = None,
    later: Later = None,
) -> Answer:
    """年度复核 · Write down what a review found; change and withdraw stop new campaigns until it is done."""
    from outreach.access.roles import Action
    from outreach.policies import names, reviews

    counted = reviews.figures(figures or [])
    finding = reviews.Finding(outcome, on or here.today(), note, counted, later)
    with here.installation() as office:
        by = acting(office, user, Action.POLICIES_EDIT, office.settings.region)
        with office.store.begin() as connection:
            view = reviews.record(connection, ref, finding, by)
            detail = {"move": "review", "outcome": outcome, "version": view.number}
            _note(connection, by, Action.POLICIES_EDIT, ref, detail)
    due = reviews.due_on(view)
    data = {"policy": ref, "version": view.number, "outcome": outcome, "status": view.status, "figures": counted, "next": due}  # fmt: skip
    said = f"{view.plain_name}：{names.OUTCOMES[outcome]}，现在{names.STATUS[view.status]}，下次复核 {due}"
    return Answer(data, [said])


@command(app, "reviews")
def due_reviews(
    here: Here,
    within: Annotated[int, typer.Option(help="多少天以内到期 · due within so many days")] = 30,
    on: Day = None,
) -> Answer:
    """到期复核 · Policies whose review is overdue or due soon."""
    from outreach.policies import reviews

    today = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        found = reviews.due(connection, today, within)
    rows = [{"id": view.ref, "name": view.plain_name, "due": when, "overdue": when < today} for view, when in found]  # fmt: skip
    lines = [f"{when} {view.ref:<20} {view.plain_name}{'（过期了）' if when < today else ''}" for view, when in found]  # fmt: skip
    return Answer({"on": today, "reviews": rows}, lines or [f"{within} 天内没有要复核的政策"])


@command(app, "withdraw")
def withdraw(
    here: Here,
    ref: Ref,
    user: MustAs,
    on: Day = None,
    successor: Annotated[
        str, typer.Option(metavar="ID", help="接替的政策 · what replaces it")
    ] = "",
    note: Words = "",
) -> Answer:
    """停办 · End a policy: from that day on nothing about it is submitted or sent any more."""
    from outreach.access.roles import Action
    from outreach.access.scope import Scope
    from outreach.policies import leaving, takedown

    today = here.today()
    order = leaving.Exit(on or today, note, successor)
    with here.installation() as office:
        by = acting(office, user, Action.POLICIES_EDIT, office.settings.region)
        with office.store.begin() as connection:
            view = leaving.withdraw(connection, ref, order, by, today)
            told = sum(one.people for one in leaving.told(connection, Scope(), view.id))
            out = takedown.out_there(connection, view, office.settings.zone)
            detail = {"move": "withdraw", "on": str(order.on), "successor": successor}
            _note(connection, by, Action.POLICIES_EDIT, ref, detail)
    data = {
        "policy": ref, "status": view.status, "withdrawn_on": view.withdrawn_on, "successor": view.successor,
        "note": view.exit_note, "told": told, "out": sum(one.n for one in out),
    }  # fmt: skip
    lines = [
        f"{view.plain_name} 从 {view.withdrawn_on} 起停办（{by} 登记）",
        f"告知过 {told} 人，要发停办告知：outreach policies told {ref} --out FILE.xlsx",
        f"还有 {data['out']} 份在外面，要撤下：outreach policies takedown {ref} --out FILE.xlsx",
    ]
    return Answer(data, lines)


@command(app, "told")
def told(
    here: Here,
    ref: Ref,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE.xlsx", help="写成名单 · write the list")
    ] = None,
) -> Answer:
    """告知过谁 · How many people were told of a policy, by village and grade; the list for the 停办告知."""
    from pathlib import Path

    from outreach.access.roles import Action
    from outreach.access.scope import Scope
    from outreach.policies import leaving, service, told_list

    today = here.today()
    with here.installation() as office:
        with office.store.read() as connection:
            view = service.get(connection, ref)
            counts = leaving.told(connection, Scope(), view.id)
            listed = told_list.rows(connection, Scope(), office.vault, view) if out else []
        if out:
            told_list.write(listed, view, Path(out), today)
            with office.store.begin() as connection:
                detail = {"move": "told", "people": len(listed)}
                _note(connection, machine_user(), Action.PEOPLE_VIEW, ref, detail)
    people = sum(one.people for one in counts)
    grades = {grade: sum(getattr(one, grade) for one in counts) for grade in leaving.TOLD}
    by = [{"village": one.village, "people": one.people, **{grade: getattr(one, grade) for grade in leaving.TOLD}} for one in counts]  # fmt: skip
    said = "，".join(f"{told_list.GRADES[grade]} {n}" for grade, n in grades.items())
    lines = [f"{view.plain_name}：告知过 {people} 人（{said}；每人只算一次，算最可靠的一种）"]
    lines += [f"名单：{out}（姓名已隐去，请妥善保管）"] if out else []
    return Answer({"policy": ref, "people": people, **grades, "by": by, "file": out}, lines)


@command(app, "takedown")
def takedown_list(here: Here, ref: Ref, out: Out) -> Answer:
    """撤下清单 · Where sheets, posts and broadcasts about a policy are still out, as a workbook to tick."""
    from outreach.policies import service, takedown

    today = here.today()
    with here.installation() as office, office.store.read() as connection:
        view = service.get(connection, ref)
        lines = takedown.out_there(connection, view, office.settings.zone)
    takedown.write(lines, view, out, today)
    by: dict[str, int] = {}
    for line in lines:
        by[line.channel] = by.get(line.channel, 0) + line.n
    said = "，".join(f"{takedown.CHANNELS[channel]} {n}" for channel, n in by.items()) or "没有"
    data = {"policy": ref, "places": len(lines), "out": by, "file": out}
    return Answer(data, [f"{view.plain_name}：{len(lines)} 处（{said}）→ {out}"])


@command(app, "contradictions")
def contradictions_list(here: Here) -> Answer:
    """矛盾 · Live policies that say different things, and who must settle it. Status 1 while one is open."""
    from outreach.policies import contradictions

    with here.installation() as office, office.store.read() as connection:
        found = contradictions.find(connection, office.settings.region)
    rows = [_contradiction(one) for one in found]
    open_ = [one for one in found if not one.settled]
    lines = [line for one in found for line in _contradiction_lines(one)]
    return Answer(
        {"contradictions": rows, "open": len(open_)},
        lines or ["没有发现互相矛盾的政策"],
        failed=bool(open_),
    )


def _contradiction(one: Contradiction) -> dict[str, Any]:
    return {
        "one": one.one.ref, "other": one.other.ref, "about": one.key, "region": one.region,
        "one_says": one.one_says, "other_says": one.other_says, "offices": list(one.offices),
        "settled": one.settled, "by": one.by,
    }  # fmt: skip


def _contradiction_lines(one: Contradiction) -> list[str]:
    where = f"（{one.region}）" if one.region else ""
    state = (
        f"已定：{one.settled}（{one.by}）" if one.settled else f"要由 {'、'.join(one.offices)} 商定"
    )
    return [
        f"{one.matter}{where}：{state}",
        f"  {one.one.ref} {one.one.plain_name}：{one.one_says}",
        f"  {one.other.ref} {one.other.plain_name}：{one.other_says}",
    ]


@command(app, "settle")
def settle(
    here: Here,
    ref: Ref,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="另一项政策 · the other policy")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="怎么定的 · how, in words")],
    user: MustAs,
    about: Annotated[
        str, typer.Option(help="只定一件，如 amount · one matter only (default: all open ones)")
    ] = "",
) -> Answer:
    """商定 · Say how two policies that contradict each other go together; a change of either opens it again."""
    from outreach.access.roles import Action
    from outreach.policies import contradictions

    with here.installation() as office:
        home = office.settings.region
        by = acting(office, user, Action.POLICIES_EDIT, home)
        with office.store.begin() as connection:
            settled = contradictions.settle(
                connection, (ref, other), note, by, about=about, home=home
            )
            keys = [one.key for one in settled]
            detail = {"move": "settle", "other": other, "about": keys}
            _note(connection, by, Action.POLICIES_EDIT, ref, detail)
    data = {"one": ref, "other": other, "settled": keys, "by": by}
    return Answer(data, [f"{ref} 和 {other}：{'、'.join(one.matter for one in settled)} 已定"])


def _note(
    connection: Connection, by: str, action: Any, ref: str, detail: Mapping[str, object]
) -> None:
    from outreach.access import audit

    audit.record(connection, by, action, f"policy:{ref}", detail)
