"""打印任务: one job and the lists of them in words: how far, what is left, who needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.deliveries.printing import files, jobs, queries
from outreach.deliveries.printing.making import CONTENT
from outreach.deliveries.printing.schemas import Job, Part
from outreach.web.formats import duration, thousands, when
from outreach.web.presenters.names import people_at_work, places
from outreach.web.services import Services
from outreach.web.views.common import Bar, Link
from outreach.web.views.common import Part as Stretch
from outreach.web.views.printing import JobLine, JobView, PartLine, ProblemLine
from outreach.wording import say

RECENT = 8
MOST_PROBLEMS = 200

_WORDS: Mapping[str, tuple[str, str]] = {
    "held": ("待打印", "ask"),
    "waiting": ("排队", "run"),
    "going": ("在打", "run"),
    "broken": ("中断了", "bad"),
    "done": ("好了", "yes"),
    "failed": ("没有完成", "bad"),
    "cancelled": ("已取消", "no"),
}


def state_of(services: Services, job: Job) -> str:
    """held waiting going broken done failed cancelled."""
    if job.state in ("done", "failed", "cancelled"):
        return job.state
    if job.held:
        return "held"
    if not jobs.is_alive(services.settings, job):
        return "broken"
    return "waiting" if job.state == "waiting" else "going"


def lines(
    services: Services, actor: Actor, connection: Connection
) -> tuple[tuple[JobLine, ...], tuple[JobLine, ...]]:
    """The list 待打印, and the other jobs of late; only those whose sheets all lie in the actor's scope."""
    held = queries.jobs(connection, actor.scope, states=("waiting",), held=True)
    others = queries.jobs(connection, actor.scope, held=False, limit=RECENT)
    people = people_at_work(connection)
    titles = {
        one.campaign_id: queries.campaign(connection, one.campaign_id).title
        for one in (*held, *others)
    }
    named = places(connection, {one.selection.region for one in (*held, *others)})

    def line(one: Job) -> JobLine:
        return _line(services, one, titles[one.campaign_id], named, people)

    return tuple(line(one) for one in reversed(held)), tuple(line(one) for one in others)


def _line(
    services: Services, job: Job, title: str, named: Mapping[str, str], people: Mapping[str, str]
) -> JobLine:
    state = state_of(services, job)
    word, tag = _WORDS[state]
    zone = services.settings.zone
    at = when(job.created_at, zone, clock.today(zone))
    going = f"{_percent(job):.0f} %，" if state == "going" else ""
    href = f"/print/jobs/{job.id}"
    return JobLine(
        id=job.id,
        title=title,
        what=_what(job, named),
        state=word,
        tag=tag,
        note=f"{going}{people.get(job.by, job.by)}，{at}",
        href=href,
        start=f"{href}/start" if state == "held" else "",
        cancel=f"{href}/cancel" if state == "held" else "",
    )


def _what(job: Job, named: Mapping[str, str]) -> str:
    asked = job.selection
    where = (named[asked.region] if asked.region else "全部") + asked.place
    size = "，大字" if asked.edition == "large" else ""
    more = f"，从第 {asked.from_sheet} 张起" if asked.from_sheet > 1 else ""
    unit = "户" if job.kind in ("visits", "calls", "covers") else "张"
    return f"{where}·{CONTENT[job.kind]}{size}，{thousands(job.total)} {unit}{more}"


def _percent(job: Job) -> float:
    return min(100.0, job.done * 100 / job.total) if job.total else 0.0


def view(services: Services, actor: Actor, connection: Connection, job: Job) -> JobView:
    """The page of a job."""
    state = state_of(services, job)
    parts = queries.parts(connection, job.id)
    grids = {part.grid for part in parts} | {str(one["grid"]) for one in job.problems}
    named = places(connection, grids | {job.selection.region})
    campaign = queries.campaign(connection, job.campaign_id)
    here = f"/print/jobs/{job.id}"
    made = [part for part in parts if part.file]
    folder = files.folder_of(services.settings.data_dir, job.id)
    there = {part.number for part in made if (folder / part.file).is_file()}
    lost = state == "done" and len(there) < len(made)
    return JobView(
        id=job.id,
        title=_title(job, state),
        lede=_lede(job, state, lost),
        state=state,
        what=f"{campaign.title}：{_what(job, named)}",
        by=people_at_work(connection).get(job.by, job.by),
        at=job.created_at,
        bar=_bar(job) if state in ("going", "waiting", "broken") else None,
        percent=_percent(job),
        pace=_pace(job) if state == "going" else "",
        sheets=job.total,
        pages=job.pages,
        parts=tuple(_part(part, named, here, part.number in there, _again(job, campaign.ref, part)) for part in parts),
        problems=tuple(_problem(one, named) for one in job.problems[:MOST_PROBLEMS]),
        error=say(job.error["code"], **job.error["params"]) if job.error else "",
        download=_download(job, here, made) if state == "done" and not lost else None,
        start=f"{here}/start" if state in ("held", "broken", "failed", "cancelled") else "",
        start_label="开始打印" if state == "held" else "接着打",
        cancel=f"{here}/cancel" if state in ("held", "going", "waiting", "broken") else "",
        again=_again(job, campaign.ref, None),
        keep_days=files.KEEP.days,
    )  # fmt: skip


def _title(job: Job, state: str) -> str:
    titles = {
        "held": "等着打印", "waiting": "马上开始", "going": "正在排版", "broken": "中断了", "failed": "没有完成",
        "cancelled": "已取消",
    }  # fmt: skip
    return titles.get(state, f"好了，{thousands(job.pages)} 页")


def _lede(job: Job, state: str, lost: bool) -> str:
    if lost:
        return f"文件留 {files.KEEP.days} 天，已经按期删除。要的话再打一次，单号不变。"
    words = {
        "held": "在能打印的电脑上点“开始打印”。",
        "waiting": "前面有别的任务就排一会儿队。可以离开这一页。",
        "going": "可以离开这一页，会接着做；做好的网格现在就能下载。",
        "broken": "做好的网格是完整的。点“接着打”，从没做完的网格做起，不会有一户漏打或打两次。",
        "failed": "做好的网格还在。按下面说的改好，再点“接着打”。",
        "cancelled": "做好的网格还在，可以下载；点“接着打”继续。",
        "done": "下载以后按网格打印，纸的顺序就是走的顺序。",
    }
    return words[state]


def _bar(job: Job) -> Bar:
    done = round(_percent(job))
    return Bar(
        (Stretch("done", "做好", done, "yes"), Stretch("left", "还没做", 100 - done, "todo")), 100
    )


def _pace(job: Job) -> str:
    said = f"{thousands(job.done)} / {thousands(job.total)} 张"
    if job.started_at is None or job.beat_at is None or not job.done:
        return said
    seconds = (job.beat_at - job.started_at).total_seconds()
    rate = job.done / seconds if seconds > 0 else 0.0
    left = f"，还要约 {duration((job.total - job.done) / rate)}" if rate else ""
    return f"{said}，每秒 {rate:.0f} 张{left}" if rate else said


def _part(part: Part, named: Mapping[str, str], here: str, there: bool, again: str) -> PartLine:
    numbers = f"{part.first} — {part.last}" if part.first else ""
    return PartLine(
        part.number, named[part.grid], part.sheets, part.pages, numbers, part.made,
        f"{here}/parts/{part.number}.pdf" if there else "", again,
    )  # fmt: skip


def _again(job: Job, ref: str, part: Part | None) -> str:
    """The print page with the same choice; of one grid, to print it from sheet N on."""
    asked = job.selection
    given = {
        "campaign": ref, "grid": part.grid if part else asked.region, "kind": job.kind, "size": asked.edition,
        "paper": asked.size, "copies": asked.copies, "spare": asked.spare, "cover": "1" if asked.cover else "",
        "duplex": "1" if asked.duplex else "",
    }  # fmt: skip
    return f"/print?{urlencode({name: value for name, value in given.items() if value})}"


def _problem(one: Mapping[str, object], named: Mapping[str, str]) -> ProblemLine:
    params = one["params"]
    return ProblemLine(
        str(one["serial"]),
        str(one["name"]),
        named[str(one["grid"])],
        say(str(one["code"]), **(params if isinstance(params, dict) else {})),
        bool(one["printed"]),
    )


def _download(job: Job, here: str, made: list[Part]) -> Link | None:
    if not made:
        return None
    label = f"下载全部 {thousands(job.pages)} 页"
    if len(made) > 1 and job.pages > files.MOST_JOINED:
        label = f"下载全部 {len(made)} 个文件（压缩包）"
    return Link(label, f"{here}/all", "down")
