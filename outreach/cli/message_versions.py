"""`outreach messages save`, `history`, `diff`, `review`, `retire`: texts are written in versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach import clock
from outreach.cli.messages import PlaceName, app, place_named
from outreach.cli.office import Here, acting
from outreach.cli.options import As, MustAs
from outreach.cli.output import Answer, command
from outreach.errors import Missing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.bootstrap import Installation
    from outreach.messages.editing import Edit, Version
    from outreach.messages.schemas import Place
    from outreach.messages.variants import Catalogue

Why = Annotated[str, typer.Option(help="改了什么、为什么 · what and why")]


@command(app, "save")
def save(
    here: Here,
    names: Annotated[
        list[str],
        typer.Argument(metavar="FILE…|PLACE", help="文稿文件，或一个位置 · files, or one place"),
    ],
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="只有文字的文件 · the words alone")
    ] = None,
    title: Annotated[str, typer.Option(help="名字（用 --from 时） · with --from")] = "",
    why: Why = "",
    base: Annotated[
        int | None, typer.Option(help="从第几版改的 · the version that was changed")
    ] = None,
    user: As = None,
) -> Answer:
    """保存 · Write texts as new versions: files with their front matter, or one place with the words of a file.

    All of them or none. With --base it is refused when somebody saved another version meanwhile.
    """
    from outreach.access.roles import Action
    from outreach.messages import editing
    from outreach.messages.variants import read_catalogue

    if from_ is not None and len(names) != 1:
        raise typer.BadParameter("PLACE --from FILE", param_hint="--from")
    with here.installation() as office:
        by = acting(office, user, Action.MESSAGES_EDIT, office.settings.region)
        catalogue = read_catalogue(office.settings.content_dir)
        with office.store.begin() as connection:
            saved = [
                editing.save(connection, _edit(connection, one, catalogue, base=base, why=why), by)
                for one in (
                    [_typed(connection, names[0], from_, title, catalogue)]
                    if from_ is not None
                    else [_from_file(name, catalogue) for name in names]
                )
            ]
    rows = [
        {"place": str(one.text.place), "version": one.text.version, "new": one.new} for one in saved
    ]
    lines = [
        f"{row['place']} {'已保存为' if row['new'] else '没有改动，还是'}第 {row['version']} 版"
        for row in rows
    ]
    return Answer({"texts": rows}, lines)


def _edit(
    connection: Connection, edit: Edit, catalogue: Catalogue, *, base: int | None, why: str
) -> Edit:
    from dataclasses import replace

    from outreach.messages.variants import check_form

    check_form(edit.place, catalogue)
    return replace(edit, base=_stands(connection, edit.place) if base is None else base, why=why)


def _from_file(name: str, catalogue: Catalogue) -> Edit:
    from outreach.messages.editing import Edit
    from outreach.messages.variants import read_file

    file = read_file(Path(name), catalogue)
    return Edit(file.place, file.title, file.source, 0, file.follow_up, file.notes)


def _typed(
    connection: Connection, name: str, words: Path, title: str, catalogue: Catalogue
) -> Edit:
    """The words of a file at a place; the rest stays as it stands there."""
    from outreach.messages.editing import Edit

    place = place_named(name, catalogue)
    before = next(iter(_history(connection, place)), None)
    body = words.read_text("utf-8-sig")
    if before is None:
        return Edit(place, title or f"{place.policy}·{catalogue.form_name(place.form)}", body)
    text = before.text
    return Edit(place, title or text.title, body, 0, text.follow_up, text.notes)


def _history(connection: Connection, place: Place) -> list[Version]:
    from outreach.messages import editing

    try:
        return editing.history(connection, place)
    except Missing:
        return []


def _stands(connection: Connection, place: Place) -> int:
    return next((one.text.version for one in _history(connection, place)), 0)


@command(app, "history")
def history(here: Here, place: PlaceName) -> Answer:
    """沿革 · Every version of a text: who, when, why, who read it."""
    from outreach.messages import editing

    with here.installation() as office, office.store.read() as connection:
        found = editing.history(connection, _named(office, place))
    rows = [_row(one) for one in found]
    return Answer({"place": place, "versions": rows}, [_line(one) for one in found])


def _named(office: Installation, name: str) -> Place:
    from outreach.messages.variants import read_catalogue

    return place_named(name, read_catalogue(office.settings.content_dir))


def _row(one: Version) -> dict[str, Any]:
    return {
        "version": one.text.version, "title": one.text.title, "by": one.by, "at": one.at, "why": one.why,
        "retired": one.retired, "reviewed_by": one.text.reviewed_by, "reviewed_on": one.reviewed_on,
        "review_note": one.review_note, "body": one.text.body,
    }  # fmt: skip


def _line(one: Version) -> str:
    read = f"；{one.text.reviewed_by} 读过" if one.text.reviewed_by else ""
    gone = "（停用）" if one.retired else ""
    why = f"：{one.why}" if one.why else ""
    return f"第 {one.text.version} 版{gone} {clock.here(one.at):%Y-%m-%d} {one.by or '文稿文件'}{why}{read}"


@command(app, "diff")
def diff(
    here: Here,
    place: PlaceName,
    before: Annotated[int | None, typer.Argument(metavar="A", help="旧版本号 · old")] = None,
    after: Annotated[int | None, typer.Argument(metavar="B", help="新版本号 · new")] = None,
) -> Answer:
    """改了什么 · What changed between two versions (default: the newest and the one before it)."""
    from outreach.messages import editing
    from outreach.messages.differences import differences

    with here.installation() as office, office.store.read() as connection:
        where = _named(office, place)
        newest = editing.history(connection, where)[0].text.version
        new = editing.version(connection, where, after or newest).text
        if before is None and new.version == 1:
            raise Missing("messages.nothing_before_text", place=where)
        old = editing.version(connection, where, before or new.version - 1).text
    runs = differences(old.body, new.body)
    marks = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
    said = "".join(f"{marks[run.kind][0]}{run.text}{marks[run.kind][1]}" for run in runs)
    data = {
        "place": str(where), "before": old.version, "after": new.version,
        "runs": [{"kind": run.kind, "text": run.text} for run in runs],
    }  # fmt: skip
    return Answer(data, [f"{where}：第 {old.version} 版 → 第 {new.version} 版", said])


@command(app, "review")
def review(
    here: Here,
    place: PlaceName,
    reader: Annotated[str, typer.Option("--by", metavar="姓名", help="谁读的 · who read it")],
    user: MustAs,
    note: Annotated[str, typer.Option(help="读后意见 · what the reader says")] = "",
    version: Annotated[int, typer.Option(help="读的是第几版 · which version was read")] = 0,
) -> Answer:
    """审读 · A named reader stands for the newest version of a text in another language than the common one.

    Neither the reader nor --as may be who wrote it; a version with other words needs its reader again.
    """
    from outreach.access.roles import Action
    from outreach.messages import service

    with here.installation() as office:
        by = acting(office, user, Action.MESSAGES_REVIEW, office.settings.region)
        where = _named(office, place)
        with office.store.begin() as connection:
            service.review(
                connection, where, reader, here.today(), note, entered_by=by, seen=version
            )
            text = service.get(connection, where)
    data = {"place": str(where), "version": text.version, "reviewed_by": text.reviewed_by}
    return Answer(data, [f"{where} 第 {text.version} 版：{text.reviewed_by} 读过"])


@command(app, "retire")
def retire(here: Here, place: PlaceName, why: Why = "", user: As = None) -> Answer:
    """停用 · Give a text up: new campaigns do not take it. Save it again, or an old version, to have it back."""
    from outreach.access.roles import Action
    from outreach.messages import editing

    with here.installation() as office:
        by = acting(office, user, Action.MESSAGES_EDIT, office.settings.region)
        where = _named(office, place)
        with office.store.begin() as connection:
            editing.retire(connection, where, by, why)
            version = editing.history(connection, where)[0].text.version
    return Answer({"place": str(where), "version": version, "retired": True}, [f"已停用 {where}"])
