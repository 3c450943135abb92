"""`outreach survey …` in the field: who asks whom, how far it is, asking again, and what interviewers carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of
from outreach.cli.surveys import SurveyId, app

if TYPE_CHECKING:
    from channels.flyer import Printed
    from outreach.bootstrap import Installation
    from outreach.surveys.fieldwork.agreement import Agreement
    from outreach.surveys.fieldwork.papers import Desk
    from outreach.surveys.fieldwork.progress import Progress, Stretch

Pdf = Annotated[Path, typer.Option("--out", metavar="FILE.pdf", help="写到哪里 · where to write")]
Office = Annotated[str, typer.Option(help="印在纸上的单位 · the office on the paper")]
Phone = Annotated[str, typer.Option(help="核实用的座机 · the number to check by")]


@command(app, "assign")
def assign(
    here: Here,
    ref: SurveyId,
    to: Annotated[str, typer.Option(help="访问员的账号，空的是收回来 · account; '' takes back")],
    village: Annotated[
        list[str] | None, typer.Option(help="村或上级的代码 · code of a region")
    ] = None,
    number: Annotated[list[int] | None, typer.Option(help="编号 · number of the sample")] = None,
    user: As = None,
) -> Answer:
    """分派 · Hand the sampled people of villages to an interviewer; says whom they also told."""
    from outreach.surveys.fieldwork import assigning

    with here.installation() as office:
        by, scope = acting(office, user, Action.SURVEYS_CHECK), scope_of(office, user)
        with office.store.begin() as connection:
            done = assigning.assign(connection, ref, to, village or (), number or (), by, scope)
    lines = [f"{done.people} 人分给 {done.name}" if to else f"{done.people} 人收回来了"]
    lines += [f"{done.kept} 人已经问到，留在原来的访问员名下"] if done.kept else []
    if done.told:
        numbers = "、".join(map(str, done.told))
        lines.append(f"注意：{done.name} 给其中 {len(done.told)} 人家里送过、讲过，或者是那户的明白人，请换人访问：编号 {numbers}")  # fmt: skip
    return Answer({"survey": ref, **asdict(done)}, lines)


@command(app, "progress")
def progress(here: Here, ref: SurveyId, user: As = None) -> Answer:
    """进度 · Drawn, interviewed and left, per stratum and pack; rates of response; what was set aside."""
    from outreach.surveys.fieldwork.progress import progress as look

    with here.installation() as office:
        acting(office, user, Action.SURVEYS_CHECK)
        with office.store.read() as connection:
            found = look(connection, ref, scope_of(office, user))
    return Answer({"survey": ref, **_data(found)}, list(_lines(found)))


def _data(found: Progress) -> dict[str, Any]:
    told = found.response
    return {
        "whole": asdict(found.whole),
        "strata": [asdict(one) for one in found.strata],
        "packs": [asdict(one) for one in found.packs],
        "reserve": found.reserve,
        "response": {
            "counts": {each.value or "pending": count for each, count in told.counts.items()},
            "rr1": told.rate, "rr2": told.rr2, "rr3": told.rr3(), "e": told.e, "coop1": told.cooperation,
            "ref1": told.refusal, "con1": told.contact,
        },
        "set_aside": [asdict(one) for one in found.aside],
        "messengers": [{**asdict(one), "message": one.sentence()} for one in found.messengers],
    }  # fmt: skip


def _lines(found: Progress) -> list[str]:
    from outreach.wording import say

    told = found.response
    lines = [f"合计：{_stretch(found.whole)}"]
    lines += [f"  层 {one.key or '不分层'}：{_stretch(one)}" for one in found.strata]
    lines += [
        f"  第 {one.pack} 包 {one.key}：{_stretch(one)}" if one.key else f"  没有分给谁：{one.people} 人"
        for one in found.packs
    ]  # fmt: skip
    if told.rate is not None:
        lines.append(f"回答率 RR1 {told.rate:.1%}，RR2 {told.rr2:.1%}，RR3 {told.rr3() or 0:.1%}")
    lines += [say("fieldwork.reserve", people=found.reserve)] if found.reserve else []
    lines += [f"{one.number} 号有一份对不上的答卷，先留着" for one in found.aside]
    return lines + [one.sentence() for one in found.messengers]


def _stretch(one: Stretch) -> str:
    return f"要问 {one.people}，问到 {one.interviewed}，问不到 {one.ended}，还要去 {one.left}"


@command(app, "callback")
def callback(
    here: Here,
    ref: SurveyId,
    draw: Annotated[float | None, typer.Option(help="每个访问员抽多少，如 0.1 · share")] = None,
    to: Annotated[str, typer.Option(help="请谁复核 · who asks again")] = "",
    user: As = None,
) -> Answer:
    """复核 · Draw interviews to be asked again by somebody else; how far second answers agree with the first."""
    from outreach.surveys.fieldwork import calling_back
    from outreach.surveys.fieldwork.service import agreement

    drawn: tuple[int, ...] = ()
    with here.installation() as office:
        by = acting(office, user, Action.SURVEYS_CHECK)
        if draw is not None:
            with office.store.begin() as connection:
                drawn = calling_back.draw(connection, ref, draw, to, by).numbers
        with office.store.read() as connection:
            found = agreement(connection, ref)
    questions = [
        {**asdict(one), "percent": one.percent, "word": one.word} for one in found.questions
    ]
    data = {"survey": ref, "drawn_now": drawn, **asdict(found), "questions": questions}
    return Answer(data, _agreed(found, drawn))


def _agreed(found: Agreement, drawn: tuple[int, ...]) -> list[str]:
    lines = [f"这次抽了 {len(drawn)} 份：编号 {'、'.join(map(str, drawn))}"] if drawn else []
    lines.append(
        f"抽了 {found.drawn} 份，问过 {found.asked} 份：确有其事 {found.confirmed}，没联系上 {found.not_reached}，"
        f"不愿再答 {found.refused}，没有访问过 {len(found.not_interviewed)}"
    )
    lines += [
        f"  {one.number} 号没有人访问过（访问员 {one.interviewer}）"
        for one in found.not_interviewed
    ]
    for one in found.questions:
        if one.percent is not None:
            kappa = "—" if one.kappa is None else f"{one.kappa:.2f}"
            lines.append(f"  {one.code}：{one.n} 份里 {one.percent:.0f}% 一样，卡帕值 {kappa}，{one.word}")  # fmt: skip
    return lines


@command(app, "lists")
def lists(
    here: Here, ref: SurveyId, out: Pdf, office: Office = "", phone: Phone = "", user: As = None
) -> Answer:
    """访问名单 · The interviewers' lists, a pack each, in the order of doors (names and phones in clear)."""
    from outreach.surveys.fieldwork import papers

    def make(installed: Installation, desk: Desk) -> Printed:
        by, scope = acting(installed, user, Action.PEOPLE_REVEAL), scope_of(installed, user)
        with installed.store.begin() as connection:
            return papers.lists(connection, installed.vault, ref, desk, by, scope)

    return _printed(here, ref, out, (office, phone), make)


@command(app, "cards")
def cards(here: Here, ref: SurveyId, out: Pdf, office: Office = "", phone: Phone = "") -> Answer:
    """访问员卡 · Who asks and what for, for every interviewer; two on a page."""
    from outreach.surveys.fieldwork import papers

    def make(installed: Installation, desk: Desk) -> Printed:
        with installed.store.read() as connection:
            return papers.cards(connection, ref, desk)

    return _printed(here, ref, out, (office, phone), make)


@command(app, "form")
def form(here: Here, ref: SurveyId, out: Pdf, office: Office = "", phone: Phone = "") -> Answer:
    """问卷 · The questionnaire on paper, with the marking line and the numbers of answers."""
    from outreach.surveys.fieldwork import papers

    def make(installed: Installation, desk: Desk) -> Printed:
        with installed.store.read() as connection:
            return papers.questionnaire(connection, ref, desk)

    return _printed(here, ref, out, (office, phone), make)


def _printed(
    here: Here,
    ref: str,
    out: Path,
    head: tuple[str, str],
    make: Callable[[Installation, Desk], Printed],
) -> Answer:
    from outreach import content
    from outreach.surveys.fieldwork.papers import Desk

    today = here.today()
    with here.installation() as office:
        settings = office.settings
        sheets = content.sheets(settings.content_dir, settings.data_dir / "cache")
        desk = Desk(sheets, settings.public_url, office.place, today, office.demo, *head)
        made = make(office, desk)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(made.pdf)
    part.replace(out)
    data = {"survey": ref, "file": out, "pages": made.pages, "sheets": made.sheets}
    return Answer(data, [f"{out}：{made.pages} 页"])
