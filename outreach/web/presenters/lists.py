"""交名单: what a department may hand in, what a list would do, and the lists that came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access.roles import Action, Role
from outreach.access.schemas import Actor
from outreach.audiences import settling, snapshot
from outreach.audiences.segments.schemas import Asked
from outreach.people import regions
from outreach.people.handed_in.report import ESTIMATE_ABOVE, ListReport
from outreach.people.handed_in.taking import Terms
from outreach.people.queries import handed_in as queries
from outreach.people.queries import regions as region_queries
from outreach.policies import service as policies
from outreach.web.formats import long_day, percent, thousands, when
from outreach.web.presenters.names import people_at_work
from outreach.web.presenters.segment_counts import is_large
from outreach.web.services import Services
from outreach.web.uploads import Upload
from outreach.web.views.common import Choice, Link
from outreach.web.views.imports import RowProblem
from outreach.web.views.lists import HandedLine, ListCounts, ListPreview, ListsView
from outreach.web.views.people import Mark
from outreach.wording import say
from segments import vocabulary

BASE = "/lists"
SHOWN = 50
"""Problems on the page; all of them are in the workbook to download."""

_MOST_HELPS = 5
_FACTS = {"applied": "申请名单", "received": "领取名单"}
_READ_AS = {
    "name": "姓名", "id_card": "身份证号", "birth": "出生日期", "phone": "手机", "circumstances": "人员类别",
    "certificate": "残疾人证号", "grade": "残疾等级", "kind": "残疾类别", "valid_to": "有效期", "dated": "办理日期",
}  # fmt: skip


def start(
    services: Services,
    actor: Actor,
    connection: Connection,
    problem: str = "",
    form: Mapping[str, str] | None = None,
) -> ListsView:
    """Choosing a list and a file; what came earlier beneath."""
    named = list_names(connection)
    home = actor.region or services.settings.region
    everybody = actor.may(Action.LISTS_VIEW)
    return ListsView(
        choices=_choices(actor, named),
        regions=regions_below(connection, home),
        handed=_handed(services, actor, connection, named, everybody=everybody),
        everybody=everybody,
        today=clock.today(services.settings.zone),
        problem=problem,
        form=tuple((form or {}).items()),
        helps=_helps(services, connection, home) if everybody else (),
    )


def _helps(services: Services, connection: Connection, home: str) -> tuple[str, ...]:
    """Which lists would settle most, where that can be said while somebody waits."""
    if is_large(connection) and snapshot.current(connection, load=False) is None:
        return ()
    live = [one for one in policies.all_policies(connection) if one.status == "live"]
    asked = Asked(clock.today(services.settings.zone), services.settings.region, home)
    return tuple(
        say(
            "web.list_helps",
            list=vocabulary.by_code(one.circumstance).zh,
            answers=f"{one.answers:,}",
        )
        for one in settling.most_helpful(connection, live, asked)[:_MOST_HELPS]
    )


def list_names(connection: Connection) -> dict[str, str]:
    """Every list that there may be → its name on pages."""
    found = {one.code: f"{one.zh}名单" for one in vocabulary.CIRCUMSTANCES}
    for policy in policies.all_policies(connection):
        for fact, word in _FACTS.items():
            found[f"{fact}:{policy.ref}"] = f"{policy.plain_name}{word}"
    return found


def _choices(actor: Actor, named: Mapping[str, str]) -> tuple[Choice, ...]:
    mine = actor.lists if actor.role is Role.DEPARTMENT else tuple(named)
    return tuple(Choice(ref, named.get(ref, ref)) for ref in mine)


def regions_below(connection: Connection, home: str) -> tuple[Choice, ...]:
    """A region and those directly below it, to choose from."""
    line = region_queries.line(connection, home) if home else []
    here = Choice(home, f"{line[-1].name}（全部）" if line else "全部地区")
    below = regions.children(connection, home) if home else []
    return (here, *(Choice(row.code, row.name) for row in below))


def _handed(
    services: Services,
    actor: Actor,
    connection: Connection,
    named: Mapping[str, str],
    *,
    everybody: bool,
) -> tuple[HandedLine, ...]:
    rows = queries.runs(connection, None if everybody else actor.name)
    mine = [one for one in rows if not everybody or _concerns(actor, one)]
    who, zone = people_at_work(connection), services.settings.zone
    today = clock.today(zone)
    return tuple(
        HandedLine(
            name=named.get(one.list_ref, one.list_ref),
            file_name=one.file_name,
            on=date.fromisoformat(one.options["on"]),
            until=_until(one),
            basis=one.options.get("legal_basis", ""),
            rows=one.rows,
            missed=one.rejected,
            mark=_mark(one, today),
            by=who.get(one.by, one.by),
            when=when(one.at, zone, today),
        )
        for one in mine
    )


def _concerns(actor: Actor, run: Row[Any]) -> bool:
    region = run.options.get("region", "")
    return bool(region.startswith(actor.region) or actor.region.startswith(region))


def _until(run: Row[Any]) -> str:
    expires = run.options.get("expires_on")
    return f"有效至 {long_day(date.fromisoformat(expires))}" if expires else ""


def _mark(run: Row[Any], today: date) -> Mark:
    expires = run.options.get("expires_on")
    if expires and date.fromisoformat(expires) <= today:
        return Mark("no", "已失效")
    if run.rows and run.rejected / run.rows > ESTIMATE_ABOVE:
        return Mark("ask", "估计")
    return Mark("yes", "完整") if run.options.get("complete") else Mark("no", "不完整")


def preview(
    connection: Connection, upload: Upload, terms: Terms, report: ListReport, *, done: bool = False
) -> ListPreview:
    """What the list would do, or did."""
    here = f"{BASE}/{upload.token}"
    returned = Link("下载没对上的行", f"{here}/returned.xlsx", "down")
    return ListPreview(
        name=list_names(connection).get(report.list_ref, report.list_ref),
        file_name=upload.meta.name,
        terms=_terms(connection, terms),
        counts=ListCounts(**report.counts()),
        effects=_effects(report, terms),
        estimate=report.estimate,
        share=report.share,
        columns=tuple((header, _READ_AS.get(name, "没有用到")) for header, name in report.columns),
        problems=tuple(RowProblem(one.row, one.column, one.message) for one in report.errors[:SHOWN]),
        problems_total=len(report.errors),
        returned=returned if upload.rejected.is_file() else None,
        confirm=f"{here}/confirm",
        cancel=f"{here}/cancel",
        done=done,
    )  # fmt: skip


def _terms(connection: Connection, terms: Terms) -> tuple[tuple[str, str], ...]:
    place = regions.name_path(connection, terms.region) or "全部地区"
    return (
        ("地区", place),
        ("截至", long_day(terms.on)),
        ("有效至", long_day(terms.expires_on) if terms.expires_on else "没有写"),
        ("完整", "是，不在名单上就是不是" if terms.complete else "不是，不在名单上说明不了什么"),
        ("法律依据", terms.legal_basis),
        ("用途", terms.purpose),
    )


def _effects(report: ListReport, terms: Terms) -> tuple[str, ...]:
    """What changes in the register, in counts."""
    what = "记为有" if ":" not in report.list_ref else "新记入"
    said: Sequence[tuple[int, str]] = (
        (report.gained, f"{what}：{thousands(report.gained)} 人"),
        (report.kept, f"原来就有：{thousands(report.kept)} 人"),
        (report.lost, f"原来有、这次不在名单上，改为没有：{thousands(report.lost)} 人"),
        (report.known, f"不在名单上，明确为没有：{thousands(report.known)} 人"),
        (report.spared, f"和没对上的行同名，先不改：{thousands(report.spared)} 人"),
        (report.inactive, f"已登记为已故或已搬：{thousands(report.inactive)} 人"),
    )
    lines = [words for n, words in said if n]
    if report.estimate:
        policy = ":" in report.list_ref and terms.complete
        follows = "，谁不在名单上也不作数" if policy else ""
        lines.append(f"没对上的占 {percent(report.share)}，超过 5%：由此得出的只是估计{follows}")
    return tuple(lines)
