"""导入名单: one run in words: how far, what is left, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people.intake.comparing import Comparison, gone_since
from outreach.people.intake.jobs import Jobs, progress
from outreach.people.intake.undo import ENDED, STAY, Undone
from outreach.people.queries import regions
from outreach.web.formats import duration, thousands, when
from outreach.web.presenters.imports import BASE, SHOWN, problems_of
from outreach.web.services import Services
from outreach.web.views.common import Bar, Link, Part
from outreach.web.views.imports import (
    Difference,
    GonePerson,
    ImportCounts,
    ImportRunView,
    ImportUndone,
    KeptPerson,
    PersonChange,
)
from outreach.wording import say

_TITLES: Mapping[str, str] = {
    "waiting": "马上开始", "checking": "正在检查", "writing": "正在写入", "broken": "中断了",
    "cancelled": "已取消", "failed": "没有完成", "undone": "已撤销",
}  # fmt: skip


def state_of(run: Row[Any], jobs: Jobs) -> str:
    """going, broken, finished, cancelled, failed, undone."""
    if run.undone_at is not None:
        return "undone"
    if run.state in ENDED:
        return str(run.state)
    return "going" if jobs.is_alive(run) else "broken"


def shown(services: Services, actor: Actor, jobs: Jobs, run: Row[Any]) -> ImportRunView:
    """The page of a run."""
    state = state_of(run, jobs)
    here = f"{BASE}/runs/{run.id}"
    problems = jobs.problems(run.id)["errors"]
    title, lede = _words(services, run, state)
    going = state == "going"
    return ImportRunView(
        file_name=run.file_name,
        state=state,
        title=title,
        lede=lede,
        bar=_bar(run) if going or state == "broken" else None,
        percent=_percent(run),
        pace=_pace(run) if going else "",
        counts=_counts(run) if state in ("finished", "failed") and run.rows else None,
        rejected_file=Link("下载错误行", f"{here}/rejected.xlsx", "down") if run.rejected and jobs.rejected(run.id).is_file() else None,
        problems=problems_of(problems[:SHOWN]),
        problems_total=int(run.result.get("errors_total", 0)),
        difference=_gone(services, actor, run, here) if state == "finished" else Difference(),
        cancel=f"{here}/cancel" if going or state == "broken" else "",
        resume=f"{here}/resume" if _may_resume(jobs, run, state) else "",
        undo=f"{here}/undo" if not run.list_ref and _may_undo(run, state) else "",
        next_steps=(Link("再导入一份", BASE, "file"),),
    )  # fmt: skip


def _may_resume(jobs: Jobs, run: Row[Any], state: str) -> bool:
    return state in ("broken", "failed") and jobs.has_file(run)


def _may_undo(run: Row[Any], state: str) -> bool:
    if state == "undone":
        return bool(run.result.get(STAY))
    return state in ENDED and _wrote(run)


def _wrote(run: Row[Any]) -> bool:
    return run.state == "finished" or bool(run.result.get("new") or run.result.get("changed"))


def _words(services: Services, run: Row[Any], state: str) -> tuple[str, str]:
    new, changed = (thousands(run.result.get(name, 0)) for name in ("new", "changed"))
    if state == "going":
        return _TITLES[run.state], "可以离开这一页，导入会接着做；回来时在“最近导入”里找到它。"
    if state == "broken":
        return _TITLES[
            state
        ], "写入的部分是完整的，没有写了一半的人。点“继续”从头核对一遍，接着写完。"
    if state == "finished":
        return f"写入了 {thousands(run.accepted)} 人", f"新增 {new}，更新 {changed}，没变 {thousands(run.result.get('unchanged', 0))}。"  # fmt: skip
    if state == "cancelled":
        return _TITLES[state], f"取消前已写入：新增 {new} 人，更新 {changed} 人。不要的话可以撤销。"
    if state == "undone":
        zone = services.settings.zone
        at = when(run.undone_at, zone, clock.today(zone))
        stay = run.result.get(STAY)
        rest = (
            f"还有 {thousands(stay)} 人因为后来的改动保持不变；那些撤销以后，可以再撤销一次。"
            if stay
            else ""
        )
        return _TITLES[state], f"{at} 由 {run.undone_by} 撤销。{rest}"
    error = run.result.get("error")
    return _TITLES[state], error["message"] if error else say("web.import_no_good_row")


def _percent(run: Row[Any]) -> float:
    """Checking is the first half of the way, writing the second."""
    part = min(run.done / run.total, 1.0) if run.total else 0.0
    return 50 * part + (50 if run.state == "writing" else 0)


def _bar(run: Row[Any]) -> Bar:
    done = round(_percent(run))
    parts = (Part("done", "已做", done, "yes"), Part("left", "还没做", 100 - done, "todo"))
    return Bar(parts, 100)


def _pace(run: Row[Any]) -> str:
    at = progress(run)
    if not at.rate:
        return "正在读文件"
    done = f"{thousands(at.done)} 行" + (f"，共约 {thousands(at.total)} 行" if at.total else "")
    left = at.seconds_left
    rest = f"，这一步还要约 {duration(max(left, 0))}" if left is not None else ""
    return f"{done}；每秒 {thousands(at.rate)} 行{rest}"


def _counts(run: Row[Any]) -> ImportCounts:
    names = ("rows", "accepted", "rejected", "duplicates")
    told = {name: int(run.result.get(name, 0)) for name in ("new", "changed", "unchanged")}
    return ImportCounts(**{name: getattr(run, name) for name in names}, **told)


def _gone(services: Services, actor: Actor, run: Row[Any], here: str) -> Difference:
    """Only for those who see the register: a department sees what it handed in."""
    if run.list_ref or not actor.may(Action.PEOPLE_VIEW):
        return Difference()
    found = gone_since(services.store.read, services.vault, actor.scope, run.id, run.mapping)
    mark = f"{here}/moved" if actor.may(Action.PEOPLE_STOP) else ""
    return difference(services, found, mark)


def difference(services: Services, found: Comparison, mark: str = "") -> Difference:
    """Who changes, and who is gone, the first of each."""
    since = ""
    if found.since is not None:
        zone = services.settings.zone
        since = f"{when(found.since.at, zone, clock.today(zone))} 的“{found.since.file_name}”"
    shown = found.gone[:SHOWN]
    with services.store.read() as connection:
        places = {
            code: line[-1].name
            for code in {one.region for one in shown}
            if (line := regions.line(connection, code))
        }
    return Difference(
        changed=tuple(
            PersonChange(one.row, one.name, tuple((each.column, each.old, each.new) for each in one.changes))
            for one in found.changed[:SHOWN]
        ),
        changed_total=found.report.changed,
        gone=tuple(
            GonePerson(one.person, one.name, one.id_last4, places.get(one.region, one.region))
            for one in shown
        ),
        gone_total=found.gone_total,
        since=since,
        mark=mark,
    )  # fmt: skip


def undone(run: Row[Any], done: Undone) -> ImportUndone:
    """What became of an undoing."""
    return ImportUndone(
        run.file_name,
        done.removed,
        done.restored,
        done.kept_total,
        tuple(KeptPerson(one.person, one.message()) for one in done.kept[:SHOWN]),
        (Link("回到导入名单", BASE, "file"),),
    )
