"""预览: everything that will go out, before anybody receives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.campaigns import queries, service
from outreach.campaigns.preview.looking import state_of
from outreach.campaigns.preview.schemas import Preview
from outreach.campaigns.preview.versions import against
from outreach.messages import languages
from outreach.messages.remarks import Remark
from outreach.policies import service as policies
from outreach.web.formats import exact_yuan, thousands, yuan
from outreach.web.kept_previews import Kept, Work
from outreach.web.presenters.names import CHANNEL, STATUS, places
from outreach.web.presenters.previews_steps import Desk, cost_view, step_look
from outreach.web.presenters.signing import waves
from outreach.web.presenters.signing_languages import signed_remarks, tagged
from outreach.web.views.common import Choice, Link
from outreach.web.views.previews import BigNumber, Making, PreviewView
from outreach.wording.figures import fingerprint


def view(
    desk: Desk, connection: Connection, kept: Kept | None = None, work: Work | None = None
) -> PreviewView:
    """The page: what was signed, else what was made last for a draft; the frame alone when nothing was."""
    refs = tuple(queries.policy_refs(connection, desk.campaign["id"]))
    desk = replace(desk, refs=refs)
    page = _frame(desk, connection, kept, work)
    frozen = desk.campaign["frozen"]
    if frozen is not None:
        preview = Preview.from_dict(frozen["preview"])
        return _filled(desk, connection, preview, signed_remarks(frozen), page)
    if kept is None:
        return page
    stale = _stale(desk, connection, kept)
    filled = _filled(desk, connection, kept.preview, kept.remarks, page)
    return replace(filled, made=kept.at, stale=stale)


def _frame(desk: Desk, connection: Connection, kept: Kept | None, work: Work | None) -> PreviewView:
    campaign, actor = desk.campaign, desk.actor
    status, _ = STATUS[campaign["status"]]
    href = f"/campaigns/{campaign['ref']}"
    views = policies.all_policies(connection, list(desk.refs))
    place = places(connection, [campaign["region"]])[campaign["region"]]
    mine = actor.scope.covers(campaign["region"]) and actor.may(Action.CAMPAIGNS_SUBMIT)
    draft = campaign["status"] == "draft"
    going = draft and work is not None and not (work.done or work.problem)
    return PreviewView(
        title=campaign["title"],
        href=href,
        status=status,
        lede=f"{place}，{'、'.join(view.plain_name for view in views)}",
        make=f"{href}/preview" if draft and mine and not going else "",
        making=_making(work) if going and work else None,
        problem=work.problem if draft and work else "",
        signed="" if draft else fingerprint(campaign["frozen_hash"]),
        waves=waves(desk.services, campaign, kept),
    )


def _making(work: Work) -> Making:
    done = max(0, work.step - 1) * 100 / max(1, work.steps)
    said = f"第 {work.step} 步，共 {work.steps} 步" if work.step else "正在对名单"
    return Making(done, f"{said}，已看 {thousands(work.seen)}")


def _stale(desk: Desk, connection: Connection, kept: Kept) -> bool:
    """Whether the register, the texts, the policies or the day are others than when it was made."""
    today = clock.today(desk.services.settings.zone)
    look = service.looking(connection, desk.campaign, today, anew=False)
    return state_of(connection, look) != kept.state


def _filled(
    desk: Desk,
    connection: Connection,
    preview: Preview,
    said: Sequence[Remark],
    page: PreviewView,
) -> PreviewView:
    asked, base, campaign = desk.asked, desk.base, desk.campaign
    spoken = sorted({text.language for step in preview.steps for text in step.texts})
    steps = {step["number"]: step for step in queries.steps(connection, campaign["id"])}
    shown = []
    first = 1
    for looked in preview.steps:
        if asked.step in (0, looked.number):
            shown.append(step_look(desk, steps, looked, first))
        first += len(looked.texts)
    search = desk.actor.may(Action.PEOPLE_VIEW) and bool(preview.people)
    changed = len(against(connection, campaign))
    return replace(
        page,
        figures=_figures(campaign, preview),
        steps=tuple(shown),
        step_choices=(
            Choice("", "全部"),
            *(Choice(str(one.number), f"第 {one.number} 步·{CHANNEL[one.channel]}") for one in preview.steps),
        ),
        step=str(asked.step or ""),
        languages=(Choice("", "全部"), *(Choice(tag, languages.name(tag)) for tag in spoken)),
        language=asked.language,
        cost=cost_view(preview.cost) if preview.cost.lines else None,
        remarks=tagged(said),
        changed=changed,
        changes=f"{base}/changes",
        search=f"{base}/person" if search else "",
        workbook=f"{base}/texts.xlsx",
    )  # fmt: skip


def _figures(campaign: Mapping[str, Any], preview: Preview) -> tuple[BigNumber, ...]:
    """How many get what, what it costs, and who gets nothing."""
    texting = [step for step in preview.steps if step.billing]
    doors = [step for step in preview.steps if step.channel in ("flyer", "visit")]
    places = [step for step in preview.steps if step.channel in ("group", "broadcast")]
    kinds = sum(len(step.texts) for step in preview.steps)
    found = [
        BigNumber("people", "名单上", thousands(preview.people), "人", f"{thousands(kinds)} 种文字")
    ]
    if texting:
        people = sum(step.recipients for step in texting)
        found.append(
            BigNumber("text", "发短信", thousands(people), "人" if len(texting) == 1 else "人次", f"计费 {thousands(preview.cost.total)} 条")
        )  # fmt: skip
    if doors:
        homes = max(step.recipients for step in doors)
        upto = "至多 " if any(step.at_most for step in doors) else ""
        found.append(BigNumber("door", "到户", upto + thousands(homes), "户", "纸面、入户"))
    if places:
        number = sum(step.recipients for step in places)
        found.append(BigNumber("send", "发群、广播", thousands(number), "处", "不记到个人"))
    lost = sum(sum(step.skipped.values()) + sum(step.gaps.values()) for step in preview.steps)
    if lost:
        found.append(BigNumber("no", "这次不发", thousands(lost), "人次", "都写明原因"))
    budget = campaign["budget_fen"]
    left = f"预算 {yuan(budget)}" if budget else "没有设预算"
    found.append(BigNumber("chart", "费用", exact_yuan(preview.cost_fen), "", left))
    return tuple(found)


def searched(view: PreviewView, said: str, links: Sequence[Link]) -> PreviewView:
    """The page with what a search for a person found."""
    return replace(view, searched=said, found=tuple(links))
