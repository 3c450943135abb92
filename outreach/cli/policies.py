"""`outreach policies …`: load the catalogue, check files, list, verify, and fill in what a region sets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.documents import read_yaml
from outreach.cli.office import Here, acting
from outreach.cli.options import As, MustAs
from outreach.cli.output import Answer, command, words
from outreach.errors import Invalid, OutreachError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.policies.carrying import Kept
    from outreach.policies.schemas import PolicyView

app = typer.Typer(name="policies", help="政策 · policies")

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]…", help="默认自带目录 · default: those shipped"),
]
Ref = Annotated[str, typer.Argument(metavar="ID", help="政策 · name of the policy")]


@command(app, "load")
def load(here: Here, files: Files = None) -> Answer:
    """装入政策 · Load policies as versions (all files or none), and the message texts that lie beside them."""
    from outreach.messages import service as messages
    from outreach.policies import service

    paths = files or service.starter_catalogue()
    documents = [(path.name, service.read_file(path)) for path in paths]
    with here.installation() as office, office.store.begin() as connection:
        loaded = [service.load(connection, document, name) for name, document in documents]
        texts = messages.load_files(connection, office.settings.content_dir)
        fresh = [ref for ref, is_new in loaded if is_new]
        local = {ref: _to_look_at(connection, ref) for ref in fresh}
    data = {
        "policies": [ref for ref, _ in loaded], "new": fresh, "texts": texts,
        "local": {ref: [kept_row(one) for one in found] for ref, found in local.items() if found},
    }  # fmt: skip
    lines = [f"政策 {len(loaded)} 项，新版本 {len(fresh)} 项；新文稿 {texts} 份"]
    for ref, found in local.items():
        lines += [f"{ref}：各地填写的内容要看一下", *map(kept_line, found)] if found else []
    return Answer(data, lines)


def _to_look_at(connection: Connection, ref: str) -> list[Kept]:
    """What regions had filled in that a new version does not take over, or now says differently itself."""
    from outreach.policies import carrying, service, versions

    before = versions.previous_version(connection, ref)
    if before is None:
        return []
    found = carrying.kept(before, service.get(connection, ref))
    return [one for one in found if one.fate != carrying.CARRIED or one.beneath]


def kept_row(one: Kept) -> dict[str, Any]:
    """One thing that a region had filled in, as JSON."""
    return {"region": one.region, "kind": one.kind, "key": one.key, "value": one.value, "fate": one.fate, "beneath": one.beneath}  # fmt: skip


def kept_line(one: Kept) -> str:
    """The same in words."""
    why = {
        "gone": "新版本没有这一项，没有带过来",
        "unfit": "新版本要的不是这样的值，没有带过来",
        "carried": "已带过来，但文件里的说法变了，请核对",
    }[one.fate]
    return f"  {one.region or '全国'} 填的 {one.key} = {one.value}：{why}"


@command(app, "check")
def check(here: Here, files: Files = None) -> Answer:
    """检查政策文件 · Check policy files; nothing is needed and nothing is written."""
    from outreach.policies import service

    paths = files or service.starter_catalogue()
    errors = []
    for path in paths:
        try:
            service.read_file(path)
        except OutreachError as error:
            errors.append(
                {"file": path.name, **words(error.code, error.params), "params": error.params}
            )
    lines = [f"{error['file']}：{error['message']} / {error['message_en']}" for error in errors]
    lines.append(f"检查 {len(paths)} 个文件，{len(errors)} 个有错")
    return Answer({"files": len(paths), "errors": errors}, lines, failed=bool(errors))


@command(app, "list")
def everything(here: Here) -> Answer:
    """政策一览 · List the loaded policies."""
    from outreach.policies import service

    today = here.today()
    with here.installation() as office:
        with office.store.read() as connection:
            found = service.all_policies(connection)
        rows = [_row(view, office.settings.region, today) for view in found]
    lines = [_line(row) for row in rows]
    return Answer(
        {"policies": rows}, lines or ["还没有政策。outreach policies load 装入自带的目录。"]
    )


def _row(view: PolicyView, region: str, on: date) -> dict[str, Any]:
    from outreach.policies import reviews, signing

    return {
        "id": view.ref,
        "name": view.plain_name,
        "version": view.number,
        "status": view.status,
        "verified_by": view.verified_by,
        "amount_filled": view.amount_filled(region),
        "missing_sign_offs": list(signing.missing_sign_offs(view, region)),
        "sensitivity": view.sensitivity(region),
        "review_due": reviews.due_on(view),
        "review_overdue": reviews.overdue(view, on),
        "withdrawn_on": view.withdrawn_on,
    }


def _line(row: Mapping[str, Any]) -> str:
    from outreach.policies import names

    line = f"{row['id']:<20} v{row['version']} {row['name']} · {row['verified_by'] or '未核验'}"
    if row["missing_sign_offs"]:
        line += f" · 待确认：{'、'.join(row['missing_sign_offs'])}"
    if not row["amount_filled"]:
        line += " · 金额待本地填写"
    if row["review_overdue"]:
        line += f" · 复核过期（{row['review_due']}）"
    if row["sensitivity"] == "sensitive":
        line += " · 敏感"
    return line if row["status"] == "live" else f"{line} · {names.STATUS[row['status']]}"


@command(app, "verify")
def verify(here: Here, ref: Ref, user: MustAs) -> Answer:
    """核验 · Say that a named user has checked the newest version against its source."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.policies import service

    with here.installation() as office:
        by = acting(office, user, Action.POLICIES_VERIFY)
        with office.store.begin() as connection:
            view = service.verify(connection, ref, by)
            audit.record(
                connection, by, Action.POLICIES_VERIFY, f"policy:{ref}", {"version": view.number}
            )
        row = _row(view, office.settings.region, here.today())
    return Answer(row, [f"{view.plain_name}（第 {view.number} 版）由 {view.verified_by} 核验"])


@command(app, "fill")
def fill(
    here: Here,
    ref: Ref,
    file: Path,
    region: Annotated[str, typer.Option(help="哪个地区 · code of the region that sets it")],
    user: As = None,
) -> Answer:
    """填写本地内容 · Fill in what a region sets: YAML with `facts` (amount, where, phone …) and `parameters`."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.policies import service

    local = _local(file)
    with here.installation() as office:
        by = acting(office, user, Action.POLICIES_EDIT, region)
        with office.store.begin() as connection:
            service.fill_in(connection, ref, region, by=by, on=here.today(), **local)
            detail = {key: sorted(value) for key, value in local.items()}
            audit.record(
                connection, by, Action.POLICIES_EDIT, f"policy:{ref}", {"region": region, **detail}
            )
    return Answer({"policy": ref, "region": region, **local}, [f"{ref}：{region} 的本地内容已写入"])


def _local(file: Path) -> dict[str, dict[str, Any]]:
    read = read_yaml(file, "policies.not_yaml")
    if not isinstance(read, dict):
        raise Invalid("policies.not_a_mapping", file=file.name)
    for key, value in read.items():
        if key not in ("facts", "parameters") or not isinstance(value, dict):
            raise Invalid("policies.unknown_key", file=file.name, key=key)
    return read
