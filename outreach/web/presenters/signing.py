"""What a signature stands for: every text as it is billed, the steps, the money, the chain so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels.parts import Billing
from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries, service
from outreach.campaigns.preview.looking import step_policies
from outreach.campaigns.signing import approving
from outreach.campaigns.staggering import seeing as staggering
from outreach.deliveries import orders
from outreach.messages import languages
from outreach.messages.schemas import Request
from outreach.policies import service as policies
from outreach.reports import queries as figures
from outreach.reports.steps import condition_words, due_words
from outreach.web.formats import thousands, when, yuan
from outreach.web.kept_previews import Kept
from outreach.web.presenters import signing_chain, signing_checks
from outreach.web.presenters.names import CHANNEL, STATUS, UNIT, places
from outreach.web.presenters.previews_shown import phone
from outreach.web.presenters.signing_languages import for_reader, signed_remarks
from outreach.web.services import Services
from outreach.web.views.previews import SmsPart
from outreach.web.views.signing import (
    CampaignLine,
    Figure,
    Message,
    Move,
    SigningView,
    StepPlan,
)
from outreach.wording import say

SHOWN = 6
"""Texts of a step on the page of a campaign; its preview has all of them."""


def signing(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any],
    kept: Kept | None = None,
) -> SigningView:
    """A campaign as it stands to be signed. `kept`: what was made of a draft when somebody last looked."""
    frozen = campaign["frozen"] or {}
    draft = campaign["status"] == "draft"
    looked = kept if draft else None
    preview = looked.preview.as_dict() if looked else frozen.get("preview") or {}
    said = signed_remarks(frozen) if not draft else looked.remarks if looked else None
    status, tag = STATUS[campaign["status"]]
    href = f"/campaigns/{campaign['ref']}"
    views = policies.all_policies(connection, queries.policy_refs(connection, campaign["id"]))
    steps = _steps(services, connection, campaign, preview)
    turn = approving.next_level(connection, campaign)
    covers = actor.scope.covers(campaign["region"])
    reads = covers and signing_chain.may_sign(actor, turn)
    not_me = signing_chain.not_me(connection, actor, campaign) if reads else ""
    back = (
        covers
        and campaign["status"] == "submitted"
        and (reads or actor.may(Action.CAMPAIGNS_REVIEW))
    )
    today = clock.today(services.settings.zone)
    faults = service.faults(connection, campaign, views, today) if draft else []
    faults += looked.against if looked else ()
    stops = signing_checks.stops(services, actor, connection, campaign)
    return SigningView(
        ref=campaign["ref"],
        title=campaign["title"],
        href=href,
        status=status,
        tag=tag,
        place=places(connection, [campaign["region"]])[campaign["region"]],
        policies="、".join(view.plain_name for view in views),
        figures=_figures(campaign, preview, steps),
        steps=steps,
        chain=signing_chain.chain(services, connection, campaign),
        hash=campaign["frozen_hash"],
        faults=tuple(say(code, campaign=campaign["ref"], **named) for code, named in faults),
        moves=_moves(actor, campaign, blocked=bool(faults or stops)),
        sign=f"/approvals/{campaign['ref']}/sign" if reads and not not_me else "",
        send_back=f"/approvals/{campaign['ref']}/return" if back else "",
        not_me=not_me,
        slip=f"{href}/slip.pdf" if frozen else "",
        remarks=None if said is None else for_reader(actor, said, views),
        turn=turn.zh if turn else "",
        urgent=campaign["options"].get("urgent", ""),
        lists=signing_checks.lists(services, connection, campaign),
        stops=stops,
        passed=signing_checks.passed(services, connection, campaign),
        paper=signing_chain.paper_form(services, actor, campaign, turn if covers else None),
        left=signing_checks.left(connection, actor, campaign),
        waves=waves(services, campaign, looked),
    )


def waves(
    services: Services, campaign: Mapping[str, Any], kept: Kept | None = None
) -> tuple[str, ...]:
    """分批推送 in words: as it was signed, of a draft as it was drawn when somebody last looked."""
    frozen = campaign["frozen"]
    counts = staggering.signed(frozen) if frozen else kept.waves if kept else ()
    return tuple(staggering.lines(counts, campaign["options"], services.settings.zone))


def _figures(
    campaign: Mapping[str, Any], preview: Mapping[str, Any], steps: Sequence[StepPlan]
) -> tuple[Figure, ...]:
    if not preview:
        return ()
    counts = preview["by_policy"].values()
    sure = sum(one.get("yes", 0) for one in counts)
    maybe = sum(one.get("unknown", 0) for one in counts)
    sms = sum(step.recipients for step in steps if step.sms)
    texting = sum(1 for step in steps if step.sms)
    billed = sum(step.billed for step in steps)
    fen = _fen(preview)
    budget = campaign["budget_fen"]
    note = f"预算 {yuan(budget)}" if budget else "没有设预算"
    note += f"，超 {yuan(fen - budget)}" if budget and fen > budget else ""
    texts = Figure(
        "text",
        "发短信",
        thousands(sms),
        "人" if texting == 1 else "人次",
        f"计费 {thousands(billed)} 条",
    )
    return (
        Figure("people", "要告诉的人", thousands(preview["people"]), "人", "每人按自己的政策收"),
        Figure("policy", "人和政策", thousands(sure + maybe), "对", f"符合 {thousands(sure)}，待核实 {thousands(maybe)}"),
        *((texts,) if texting else ()),
        Figure("chart", "最多花", yuan(fen), "", note),
    )  # fmt: skip


def _fen(looked: Mapping[str, Any]) -> int:
    """What it costs; an earlier release froze yuan."""
    return int(looked.get("cost_fen", round(looked["cost"] * 100)))


def _steps(
    services: Services,
    connection: Connection,
    campaign: Mapping[str, Any],
    preview: Mapping[str, Any],
) -> tuple[StepPlan, ...]:
    looked = {step["step"]: step for step in preview.get("steps", ())}
    steps = {step["number"]: step for step in queries.steps(connection, campaign["id"])}
    return tuple(
        _step(services, connection, campaign, steps, number, looked.get(number, {}))
        for number in steps
    )


def _step(
    services: Services,
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Mapping[int, Mapping[str, Any]],
    number: int,
    looked: Mapping[str, Any],
) -> StepPlan:
    step = steps[number]
    channel = step["channel"]
    messages: tuple[Message, ...] = ()
    if channel == "sms" and looked:
        rule = _billing(connection, step)
        messages = tuple(_message(text, rule) for text in looked["texts"][:SHOWN])
    elif looked.get("texts"):
        messages = tuple(_spoken(text, channel) for text in looked["texts"][:SHOWN])
    elif channel == "group":
        messages = _group_posts(connection, campaign, step)
    return StepPlan(
        number=number,
        channel=CHANNEL[channel],
        when=when_due(services, campaign, step, steps),
        note=condition_words(step),
        sms=channel == "sms",
        recipients=looked.get("recipients", 0),
        billed=(looked.get("parts") or {}).get("total", 0),
        cost=yuan(_fen(looked)) if looked.get("cost") else "",
        messages=messages,
        texts=len(looked.get("texts", ())),
        unit=UNIT[channel],
        gaps=tuple((looked.get("gaps") or {}).items()),
        preview=f"/campaigns/{campaign['ref']}/preview?step={step['number']}",
    )


def when_due(
    services: Services,
    campaign: Mapping[str, Any],
    step: Mapping[str, Any],
    steps: Mapping[int, Mapping[str, Any]],
) -> str:
    """When a step begins, in words. steps: all of the campaign, by number."""
    staggered = "stagger" in campaign["options"]
    return due_words(step, lambda at: _moment(services, at), steps, staggered=staggered)


def _moment(services: Services, at: datetime) -> str:
    zone = services.settings.zone
    return when(at, zone, clock.today(zone))


def _billing(connection: Connection, step: Mapping[str, Any]) -> Billing:
    key = queries.account_for(connection, step["channel"], step["options"].get("account"))
    return "china" if key is None else orders.account(connection, key).rule


def _message(text: Mapping[str, Any], billing: Billing) -> Message:
    whole = str(text["text"])
    seen = phone(whole, billing)
    language = languages.name(text["language"])
    return Message(text["count"], "人", language, len(whole), seen.parts, seen.forced_at, seen.note)


def _spoken(text: Mapping[str, Any], channel: str) -> Message:
    """A post, or what is said at doors, on the telephone or over a loudspeaker; a letter."""
    whole, language = str(text["text"]), languages.name(text["language"])
    return Message(text["count"], UNIT[channel], language, len(whole), (SmsPart(whole),))


def _group_posts(
    connection: Connection, campaign: Mapping[str, Any], step: Mapping[str, Any]
) -> tuple[Message, ...]:
    """One post per language of the groups, written by the code that sends."""
    views = policies.all_policies(connection, queries.policy_refs(connection, campaign["id"]))
    refs = tuple(view.ref for view in step_policies(step, views))
    composer = orders.composer(connection, campaign, views)
    request = Request(languages.DEFAULT, refs, campaign["region"], village="本村（社区）")
    composed = next(iter(composer.compose("group", [request])), None)
    if composed is None:
        return ()
    groups = figures.groups_in(connection, campaign["region"])
    language = languages.name(composed.language)
    return (Message(groups, "个群", language, len(composed.text), (SmsPart(composed.text),)),)


_RUN: Mapping[str, Move] = {
    "approved": Move("放行发送", "release", "primary", "send"),
    "running": Move("暂停发送", "pause", "danger", "pause"),
    "paused": Move("继续发送", "resume", "primary", "send"),
}


def _moves(actor: Actor, campaign: Mapping[str, Any], *, blocked: bool) -> tuple[Move, ...]:
    """What this user may do with it now; outside their region nothing."""
    if not actor.scope.covers(campaign["region"]):
        return ()
    status = campaign["status"]
    found: list[Move] = []
    if actor.may(Action.CAMPAIGNS_SUBMIT) and status == "draft":
        found.append(Move("算一遍", "look", icon="search"))
        found += [] if blocked else [Move("送审", "submit", "primary", "send")]
    if actor.may(Action.CAMPAIGNS_RUN):
        found += [_RUN[status]] if status in _RUN else []
        if status not in ("finished", "cancelled"):
            found.append(Move("取消任务", "cancel", icon="stop", ask_first=True))
    href = f"/campaigns/{campaign['ref']}"
    return tuple(replace(move, action=f"{href}/{move.action}") for move in found)


def line(services: Services, connection: Connection, campaign: Mapping[str, Any]) -> CampaignLine:
    """One row of the list of campaigns."""
    status, tag = STATUS[campaign["status"]]
    frozen = campaign["frozen"] or {}
    people = frozen.get("audience", {}).get("people")
    at = campaign["ended_at"] or campaign["submitted_at"] or campaign["created_at"]
    return CampaignLine(
        title=campaign["title"],
        href=f"/campaigns/{campaign['ref']}",
        status=status,
        tag=tag,
        place=places(connection, [campaign["region"]])[campaign["region"]],
        people=f"{thousands(people)} 人" if people is not None else "还没有封存名单",
        when=_moment(services, at),
    )
