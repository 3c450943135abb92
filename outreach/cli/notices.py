"""`outreach flyers notice|picture|qa|broadcast`: sheets for everybody about one policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.flyers import app
from outreach.cli.office import Here, machine_user
from outreach.cli.options import Out, day
from outreach.cli.output import Answer, command, words
from outreach.cli.preview import RegionOption

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.bootstrap import Installation
    from outreach.deliveries.notices import House, Made, Order, Series

    Make = Callable[[Connection, Order, House], Made]


class NoticePaper(StrEnum):
    """Paper of a notice."""

    A4 = "a4"
    A3 = "a3"
    A5X2 = "a5x2"
    LEAFLET = "leaflet"


class EachPlace(StrEnum):
    """For which places a notice is printed each."""

    VILLAGE = "village"
    TOWN = "town"


class CardPaper(StrEnum):
    """Cards on one A4."""

    A5X2 = "a5x2"
    A6X4 = "a6x4"


PolicyRef = Annotated[str, typer.Argument(metavar="POLICY", help="政策编号 · id of the policy")]
Language = Annotated[
    str,
    typer.Option("--language", metavar="TAG", help="语言标签，例如 ug、yue-Hans · language tag"),
]
Until = Annotated[
    date | None,
    typer.Option("--until", parser=day, metavar="DATE", help="有效期至 · valid until"),
]
Office = Annotated[str, typer.Option("--office", help="落款单位（默认主管部门） · who issues it")]
Draft = Annotated[
    bool, typer.Option("--draft", help="打草稿：未核实、未审读的也打，印上“草稿” · print a draft")
]


@command(app, "notice")
def notice(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    policy: PolicyRef,
    out: Out,
    size: Annotated[NoticePaper, typer.Option(help="纸张 · paper")] = NoticePaper.A4,
    crop_marks: Annotated[
        bool, typer.Option("--crop-marks", help="A3 带裁切线 · A3 with crop marks")
    ] = False,
    language: Language = "zh-Hans",
    region: RegionOption = "",
    until: Until = None,
    office: Office = "",
    draft: Draft = False,
    each: Annotated[
        EachPlace | None,
        typer.Option("--each", help="每个村（乡镇）一张 · one for each village or town"),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="和 --each 一起用：合成一个文件 · one file for all")
    ] = False,
) -> Answer:
    """张贴单、明白纸 · A notice about a policy for boards or the hand; in another language a bilingual one."""
    from outreach.deliveries import notices

    order = _order(here, policy, language=language, region=region, until=until, draft=draft)
    if each is not None:

        def make_all(connection: Connection, asked: Order, house: House) -> Series:
            return notices.series(
                connection, asked, house, each.value, size=size.value, crop_marks=crop_marks
            )

        stem = f"{policy}-{size.value}" + ("" if language == "zh-Hans" else f"-{language}")
        return _print_each(here, order, office, make_all, out, stem, together=together)
    if together:
        raise typer.BadParameter("--together：和 --each 一起用 · only with --each")

    def make(connection: Connection, asked: Order, house: House) -> Made:
        return notices.notice(connection, asked, house, size=size.value, crop_marks=crop_marks)

    name = f"{policy}-{size.value}" + ("" if language == "zh-Hans" else f"-{language}")
    return _print(here, order, office, make, out / f"{name}.pdf")


@command(app, "picture")
def picture(  # noqa: PLR0913
    here: Here,
    policy: PolicyRef,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE.png", help="写到哪里 · where to write")
    ],
    language: Language = "zh-Hans",
    region: RegionOption = "",
    until: Until = None,
    office: Office = "",
    draft: Draft = False,
) -> Answer:
    """群图片 · The notice as a picture for ordinary WeChat groups, 1080 pixels wide."""
    from outreach.deliveries import notices

    order = _order(here, policy, language=language, region=region, until=until, draft=draft)
    return _print(here, order, office, notices.picture, out)


@command(app, "qa")
def qa(  # noqa: PLR0913
    here: Here,
    policy: PolicyRef,
    out: Out,
    size: Annotated[CardPaper, typer.Option(help="卡片大小 · size of the cards")] = CardPaper.A5X2,
    language: Language = "zh-Hans",
    region: RegionOption = "",
    until: Until = None,
    office: Office = "",
    draft: Draft = False,
) -> Answer:
    """问答卡 · What people ask about a policy, on cards to carry."""
    from outreach.deliveries import notices

    order = _order(here, policy, language=language, region=region, until=until, draft=draft)

    def make(connection: Connection, asked: Order, house: House) -> Made:
        return notices.questions(connection, asked, house, size=size.value)

    return _print(here, order, office, make, out / f"{policy}-qa-{size.value}.pdf")


@command(app, "broadcast")
def broadcast(  # noqa: PLR0913
    here: Here,
    policy: PolicyRef,
    out: Out,
    form: Annotated[
        str, typer.Option("--form", help="文体，例如 rhyme 三句半 · form of the text")
    ] = "",
    pinyin: Annotated[
        bool,
        typer.Option("--pinyin", help="字上注拼音（只用于普通话） · readings above the characters"),
    ] = False,
    slots: Annotated[str, typer.Option("--slots", help="什么时候播 · when it is played")] = "",
    language: Language = "zh-Hans",
    region: RegionOption = "",
    until: Until = None,
    office: Office = "",
    draft: Draft = False,
) -> Answer:
    """大喇叭稿 · A script to read aloud, with its reading time and a log."""
    from outreach.deliveries import notices

    order = _order(here, policy, language=language, region=region, until=until, draft=draft)

    def make(connection: Connection, asked: Order, house: House) -> Made:
        return notices.broadcast(
            connection, asked, house, form=form, with_pinyin=pinyin, slots=slots
        )

    tags = [policy, "broadcast", form, "" if language == "zh-Hans" else language]
    return _print(here, order, office, make, out / f"{'-'.join(filter(None, tags))}.pdf")


def _order(here: Here, policy: str, **asked: Any) -> Order:
    from outreach.deliveries.notices import Order

    return Order(policy, here.today(), **asked)


def _print(here: Here, order: Order, office: str, make: Make, path: Path) -> Answer:
    from outreach.cli.notice_series import put
    from outreach.deliveries.notices import House

    with here.installation() as installation:
        settings = installation.settings
        house = House.of(settings, demo=installation.demo, office=office)
        with installation.store.read() as connection:
            made = make(connection, order, house)
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, made.data)
        _note(installation, order, path)
    return _answer(order, made, path)


def _print_each(
    here: Here,
    order: Order,
    office: str,
    make: Callable[[Connection, Order, House], Series],
    out: Path,
    stem: str,
    *,
    together: bool,
) -> Answer:
    from outreach.cli.notice_series import series_answer, write_series
    from outreach.deliveries.notices import House

    with here.installation() as installation:
        house = House.of(installation.settings, demo=installation.demo, office=office)
        with installation.store.read() as connection:
            made = make(connection, order, house)
        files = write_series(made, stem, out, together=together)
        if files:
            _note(installation, order, out / f"{stem}.pdf", places=len(files))
    return series_answer(made, order, files, out)


def _note(installation: Installation, order: Order, path: Path, **more: int) -> None:
    from outreach.access import audit
    from outreach.access.roles import Action

    detail = {"file": path.name, "language": order.language, "draft": order.draft, **more}
    with installation.store.begin() as connection:
        audit.record(connection, machine_user(), Action.PRINT, f"policy:{order.policy}", detail)


def _answer(order: Order, made: Made, path: Path) -> Answer:
    data = {
        "policy": order.policy,
        "file": path,
        "pages": made.pages,
        "bytes": len(made.data),
        "language": made.language,
        "version": made.version,
        "valid_until": made.valid_until,
        "draft": order.draft,
        "from_facts": made.from_facts,
        "findings": [
            {"code": one.code, "severity": one.severity, "message": one.message()}
            for one in made.findings
        ],
        "faults": [words(code, params) for code, params in made.faults],
    }
    lines = [f"{made.title} · {made.version} · 有效期至 {made.valid_until}：{path}"]
    lines += ["没有写明白纸，按政策要素排的。"] * made.from_facts
    lines += [f"  {one.message()}" for one in made.findings]
    lines += [f"  不能张贴：{words(code, params)['message']}" for code, params in made.faults]
    return Answer(data, lines)
