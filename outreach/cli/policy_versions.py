"""`outreach policies history` and `diff`: what each version said, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach import clock
from outreach.cli.office import Here
from outreach.cli.output import Answer, command
from outreach.cli.policies import Ref, app, kept_row
from outreach.errors import Missing

if TYPE_CHECKING:
    from outreach.policies.schemas import PolicyView
    from outreach.policies.versions import Difference


@command(app, "history")
def history(here: Here, ref: Ref) -> Answer:
    """沿革 · Every version of a policy with who verified and signed it, its reviews, and what regions lost on the way."""
    from outreach.policies import names, reviews, versions

    with here.installation() as office, office.store.read() as connection:
        found = versions.history(connection, ref)
        made = reviews.made(connection, found[0])
    steps = [_version(view, before) for view, before in zip(found, [*found[1:], None], strict=True)]
    seen = [
        {key: one[key] for key in ("on", "by", "outcome", "note", "figures", "number")}
        for one in made
    ]
    newest = found[0]
    lines = [f"{newest.plain_name}（{names.STATUS[newest.status]}）"]
    for step in steps:
        lines += _version_lines(step)
    lines += [
        f"复核 {one['on']}（第 {one['number']} 版，{one['by']}）：{names.OUTCOMES[one['outcome']]}。{one['note']}"
        for one in seen
    ]
    return Answer({"policy": ref, "status": newest.status, "versions": steps, "reviews": seen}, lines)  # fmt: skip


def _version(view: PolicyView, before: PolicyView | None) -> dict[str, Any]:
    from outreach.policies import carrying, versions

    change = None if before is None else versions.difference(before, view)
    lost = [] if before is None else carrying.kept(before, view)
    return {
        "version": view.number,
        "created_at": view.created_at,
        "verified_by": view.verified_by,
        "signed": [{"department": one.department, "by": one.by} for one in view.sign_offs],
        "changed": _changed_keys(change),
        "not_carried": [kept_row(one) for one in lost if one.fate != carrying.CARRIED],
    }


def _changed_keys(change: Difference | None) -> list[str]:
    if change is None:
        return []
    return [*(["rule"] if change.gone or change.come else []), *(one.key for one in change.facts)]


def _version_lines(step: dict[str, Any]) -> list[str]:
    signed = "、".join(one["department"] for one in step["signed"]) or "还没有部门确认"
    said = f"第 {step['version']} 版 {clock.here(step['created_at']):%Y-%m-%d}：{step['verified_by'] or '未核验'}；{signed}"
    changed = [f"  改了：{'、'.join(step['changed'])}"] if step["changed"] else []
    lost = [f"  没有带过来：{one['region']} {one['key']} = {one['value']}" for one in step["not_carried"]]  # fmt: skip
    return [said, *changed, *lost]


@command(app, "diff")
def diff(
    here: Here,
    ref: Ref,
    before: Annotated[int | None, typer.Argument(metavar="A", help="旧版本号 · old")] = None,
    after: Annotated[int | None, typer.Argument(metavar="B", help="新版本号 · new")] = None,
) -> Answer:
    """改了什么 · What changed between two versions (default: the newest and the one before it)."""
    from outreach.policies import versions

    with here.installation() as office, office.store.read() as connection:
        newest = versions.history(connection, ref)[0]
        new = versions.version(connection, ref, after) if after else newest
        if before is None and new.number == 1:
            raise Missing("policies.nothing_before", policy=ref)
        old = versions.version(connection, ref, before if before is not None else new.number - 1)
    change = versions.difference(old, new)
    data = {
        "policy": ref, "before": old.number, "after": new.number,
        "rule": {"gone": list(change.gone), "come": list(change.come)},
        "facts": [{"key": one.key, "before": one.before, "after": one.after} for one in change.facts],
    }  # fmt: skip
    return Answer(data, _difference_lines(new, change))


def _difference_lines(view: PolicyView, change: Difference) -> list[str]:
    lines = [f"{view.plain_name}：第 {change.before} 版 → 第 {change.after} 版"]
    if change.nothing:
        return [*lines, "文件没有变；变的是各地填写的内容。"]
    lines += [f"- 条件：{one}" for one in change.gone]
    lines += [f"+ 条件：{one}" for one in change.come]
    for one in change.facts:
        lines.append(f"  {one.name}：{one.before or '（没有写）'} → {one.after or '（没有写）'}")
    return lines
