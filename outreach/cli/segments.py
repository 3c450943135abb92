"""`outreach segments …`: saved segments, and the ready-made ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.documents import read_yaml
from outreach.cli.matching import By, lines_of
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Day
from outreach.cli.output import Answer, command

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.audiences.segments.schemas import SegmentOrder, SegmentView
    from outreach.bootstrap import Installation

app = typer.Typer(name="segments", help="对象条件 · saved segments")

Ref = Annotated[str, typer.Argument(metavar="REF", help="对象条件 · name or number of the segment")]
MaybePolicy = Annotated[
    str, typer.Option("--policy", metavar="ID", help="哪一项政策 · the policy that it is about")
]


@command(app, "save")
def save(here: Here, file: Path, user: As = None) -> Answer:
    """保存 · Write down a segment (YAML: id, name, rule), or write over the one of that name."""
    from outreach.audiences.segments.schemas import parse

    order = parse(read_yaml(file, "audiences.not_yaml"), file.name)
    with here.installation() as office:
        return _saved(office, order, user)


def _saved(office: Installation, order: SegmentOrder, user: str | None) -> Answer:
    from outreach.access.roles import Action
    from outreach.access.scope import Scope
    from outreach.audiences.segments import service

    home = office.settings.region
    by = acting(office, user, Action.SEGMENTS_EDIT, home)
    with office.store.begin() as connection:
        fresh = service.save(connection, order, by, Scope(home))
        data = _row(connection, service.get(connection, order.ref))
    return Answer(
        {**data, "new": fresh}, [f"{'已保存' if fresh else '已更新'} {order.ref}", data["reading"]]
    )


def _row(connection: Connection, view: SegmentView) -> dict[str, Any]:
    from outreach.audiences.segments import service

    said = service.read(connection, view.rule)
    return {
        "segment": view.ref,
        "number": view.id,
        "name": view.name,
        "reading": said,
        "by": view.by,
    }


@command(app, "list")
def everything(here: Here) -> Answer:
    """一览 · Saved segments, and those that are ready-made."""
    from outreach.audiences.segments import ready, service

    with here.installation() as office, office.store.read() as connection:
        rows = [_row(connection, view) for view in service.everything(connection)]
    made = [
        {"segment": one.ref, "name": one.name, "family": one.family, "policy": one.policy, "about": one.about}
        for one in ready.everything()
    ]  # fmt: skip
    lines = ["已保存的："] if rows else ["还没有保存过对象条件。"]
    lines += [f"  {row['segment']:<24} {row['name']} · {row['reading']}" for row in rows]
    lines += ["现成的（segments use）："]
    lines += [
        f"  {one['segment']:<24} {one['family']} · {one['name']}{'（要选政策）' if one['policy'] else ''}"
        for one in made
    ]
    return Answer({"segments": rows, "ready": made}, lines)


@command(app, "show")
def show(here: Here, ref: Ref) -> Answer:
    """查看 · One segment: its reading, its rule, and which campaigns use it."""
    from outreach.audiences.segments import service

    with here.installation() as office, office.store.read() as connection:
        view = service.get(connection, ref)
        used = service.used_by(connection, view)
        data = {**_row(connection, view), "rule": view.data, "campaigns": used}
    lines = [f"{view.ref} · {view.name}", data["reading"]]
    return Answer(data, [*lines, *(f"宣传任务 {one} 在用" for one in used)])


@command(app, "delete")
def delete(here: Here, ref: Ref, user: As = None) -> Answer:
    """删除 · Take a segment away; refused while a campaign that is not over uses it."""
    from outreach.access.roles import Action
    from outreach.access.scope import Scope
    from outreach.audiences.segments import service

    with here.installation() as office:
        home = office.settings.region
        by = acting(office, user, Action.SEGMENTS_EDIT, home)
        with office.store.begin() as connection:
            service.delete(connection, ref, by, Scope(home))
    return Answer({"segment": ref, "deleted": True}, [f"已删除 {ref}"])


@command(app, "use")
def use(here: Here, ref: Ref, policy: MaybePolicy = "", user: As = None) -> Answer:
    """用现成的 · Save a ready-made segment as one's own; some need a policy."""
    from outreach.audiences.segments import ready

    order = ready.get(ref).filled(policy)
    with here.installation() as office:
        return _saved(office, order, user)


@command(app, "count")
def count(
    here: Here,
    ref: Ref,
    on: Day = None,
    by: Annotated[By | None, typer.Option(help="按什么分 · divide by")] = None,
) -> Answer:
    """人数 · For how many people of the register a segment holds; see also `match --segment`."""
    from outreach.audiences.segments import service
    from outreach.audiences.segments.schemas import Asked

    day = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        view = service.get(connection, ref)
        asked = Asked(day, office.settings.region, by=by.value if by else "")
        total, parts = service.count(connection, view.rule, asked)
        said = service.read(connection, view.rule)
    counts = {key: value for key, value in total.as_dict().items() if key != "group"}
    data = {"segment": view.ref, "on": day, **counts, "by": [part.as_dict() for part in parts]}
    return Answer(data, [f"{view.name} · {day}", said, *lines_of(parts, total)])
