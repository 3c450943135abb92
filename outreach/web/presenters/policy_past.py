"""What became of a policy: local facts, versions, reviews, contradictions, its four stages, and its end."""

from __future__ import annotations

from outreach.access.roles import Action
from outreach.policies import (
    carrying,
    contradictions,
    leaving,
    names,
    signing,
    takedown,
    versions,
)
from outreach.policies import reviews as looks
from outreach.policies.queries import life
from outreach.policies.schemas import LocalFacts
from outreach.policies.schemas import PolicyView as Policy
from outreach.web.formats import long_day, thousands
from outreach.web.presenters import opinions, policy_answers
from outreach.web.presenters.names import STATUS, places
from outreach.web.presenters.policy_desk import Desk
from outreach.web.views.common import Link
from outreach.web.views.policies import (
    Change,
    Dispute,
    Ending,
    LocalPart,
    ReviewLine,
    Stage,
    VersionLine,
)
from segments import vocabulary


def local_parts(desk: Desk) -> tuple[LocalPart, ...]:
    """What each region filled in, as far as the user may see it."""
    shown = [
        one
        for one in desk.policy.locals
        if desk.actor.scope.covers(one.region) or desk.place.startswith(one.region)
    ]
    named = places(desk.connection, [one.region for one in shown])
    edit = desk.actor.may(Action.POLICIES_EDIT)
    return tuple(
        LocalPart(
            place=named[one.region] if one.region else "全国",
            facts=local_facts(desk.policy, one),
            who=_filled_by(desk, one),
            edit=f"/policies/{desk.policy.ref}/local?region={one.region}"
            if edit and desk.actor.scope.covers(one.region)
            else "",
        )
        for one in sorted(shown, key=lambda one: one.region)
    )


def local_facts(policy: Policy, local: LocalFacts) -> tuple[tuple[str, str], ...]:
    """What a region filled in, as (name, words)."""
    words = versions.parameters(policy)
    parameters = [
        (words.get(name, name), named_values(value)) for name, value in local.parameters.items()
    ]
    facts = [(names.name(key), names.said(key, value)) for key, value in local.facts.items()]
    return (*facts, *parameters)


def named_values(value: object) -> str:
    """A parameter in words: circumstances by their names, an empty list as 没有."""
    if not isinstance(value, list | tuple):
        return names.plainly(value)
    known = {one.code: one.zh for one in vocabulary.CIRCUMSTANCES}
    return "、".join(known.get(str(one), str(one)) for one in value) or "没有"


def _filled_by(desk: Desk, local: LocalFacts) -> str:
    day = long_day(local.verified_on) if local.verified_on else ""
    return "，".join(one for one in (desk.name(local.verified_by), day) if one)


def version_lines(desk: Desk) -> tuple[VersionLine, ...]:
    """Every version, newest first, with what it changed."""
    found = versions.history(desk.connection, desk.policy.ref)
    lines = []
    for view, before in zip(found, [*found[1:], None], strict=True):
        who = f"{desk.name(view.verified_by)} 核验" if view.verified_by else "没有核验"
        day = desk.moment(view.created_at) if view.created_at else ""
        title = f"第 {view.number} 版，{day}"
        if before is None:
            lines.append(VersionLine(title, who))
            continue
        change = versions.difference(before, view)
        facts = tuple(Change(one.name, one.before, one.after) for one in change.facts)
        lines.append(
            VersionLine(
                title, who, change.gone, change.come, facts, _lost(desk, before, view), change.nothing
            )
        )  # fmt: skip
    return tuple(lines)


def _lost(desk: Desk, before: Policy, after: Policy) -> tuple[str, ...]:
    lost = [one for one in carrying.kept(before, after) if one.fate != carrying.CARRIED]
    named = places(desk.connection, [one.region for one in lost])
    words = versions.parameters(before)
    return tuple(
        f"{named[one.region]}填的“{words.get(one.key, one.key)}”是 {named_values(one.value)}，新版本用不上，没有带过来"
        for one in lost
    )


def reviews(desk: Desk) -> tuple[ReviewLine, ...]:
    """Every review, newest first."""
    return tuple(
        ReviewLine(
            when=long_day(one["on"]),
            who=desk.name(one["by"]),
            outcome=f"{names.OUTCOMES[one['outcome']]}（看的是第 {one['number']} 版）",
            note=one["note"],
            figures="，".join(f"{name} {value}" for name, value in one["figures"].items()),
        )
        for one in looks.made(desk.connection, desk.policy)
    )


def disputes(desk: Desk) -> tuple[Dispute, ...]:
    """What other live policies say differently, settled or not."""
    policy = desk.policy
    found = [
        one for one in contradictions.find(desk.connection, desk.home) if one.names(policy.ref)
    ]
    named = places(desk.connection, [one.region for one in found])
    return tuple(_dispute(desk, one, named[one.region]) for one in found)


def _dispute(desk: Desk, one: contradictions.Contradiction, place: str) -> Dispute:
    policy, other = desk.policy, one.between(desk.policy)
    mine = one.one.ref == policy.ref
    return Dispute(
        matter=one.matter,
        place=place if one.region else "",
        mine=one.one_says if mine else one.other_says,
        other_name=other.plain_name,
        other_href=f"/policies/{other.ref}",
        theirs=one.other_says if mine else one.one_says,
        offices="、".join(one.offices),
        settled=f"{one.settled}（{desk.name(one.by)}，{desk.moment(one.at)}）" if one.settled and one.at else "",
        settle=f"/policies/{policy.ref}/settle/{other.ref}"
        if desk.may(Action.POLICIES_EDIT) and not one.settled
        else "",
        about=one.key,
    )  # fmt: skip


def stages(desk: Desk) -> tuple[Stage, ...]:
    """制定—宣传—执行—反馈: the first and the third lie outside this house."""
    policy, facts = desk.policy, desk.policy.facts_at(desk.place)
    source = policy_answers.source(policy, desk.place)
    campaigns = [
        Link(
            f"{one['title']}（{STATUS[one['status']][0]}{_frozen(one['number'])}）",
            f"/campaigns/{one['ref']}" if desk.actor.may(Action.CAMPAIGNS_VIEW) else "",
        )
        for one in life.campaigns_of(desk.connection, policy.id)
        if desk.actor.scope.covers(one["region"]) or desk.actor.region.startswith(one["region"])
    ]
    awareness = f"/results?policy={policy.ref}" if desk.actor.may(Action.AWARENESS_VIEW) else ""
    surveys = [
        Link(f"{one['title']}（第 {one['wave']} 次{'，演示生成' if one['generated'] else ''}）", awareness)
        for one in life.surveys_of(desk.connection, policy.id)
    ]  # fmt: skip
    figures = Link("看成效：该知道、已告知、申请、领取", f"/results?policy={policy.ref}")
    return (
        Stage("制定", "、".join(signing.departments(policy, desk.place)), (Link(f"{source.title}{'，' + source.number if source.number else ''}", ""),)),
        Stage("宣传", "这里", tuple(campaigns), "还没有宣传过"),
        Stage("执行", names.plainly(facts.get("where")), (figures,) if desk.actor.may(Action.REACH_VIEW) else (), "受理部门办理"),
        Stage("反馈", "这里", (*surveys, *opinions.about(desk.actor, desk.connection, policy.ref)), "还没有做过知晓调查"),
    )  # fmt: skip


def _frozen(number: int | None) -> str:
    return f"，第 {number} 版" if number else ""


def ending(desk: Desk, *, inside: bool) -> Ending:
    """When it ends, and for who works here: who was told of it and what is still out."""
    policy = desk.policy
    on = policy.withdrawn_on or desk.on
    when = f"{long_day(on)}起停办，{'不再受理。' if policy.ended(desk.on) else '这以前照常办理。'}"
    successor = (
        Link(versions.history(desk.connection, policy.successor)[0].plain_name, f"/policies/{policy.successor}")
        if policy.successor
        else None
    )  # fmt: skip
    if not (inside and desk.actor.may(Action.POLICIES_EDIT)):
        return Ending(when, policy.exit_note, successor)
    told = sum(one.people for one in leaving.told(desk.connection, desk.actor.scope, policy.id))
    out = [
        one
        for one in takedown.out_there(desk.connection, policy, desk.services.settings.zone)
        if desk.actor.scope.covers(one.village)
    ]
    href = f"/policies/{policy.ref}"
    return Ending(
        when,
        policy.exit_note,
        successor,
        told=f"{thousands(told)} 人",
        told_list=f"{href}/told.xlsx" if told and desk.actor.may(Action.PEOPLE_VIEW) else "",
        out=f"{thousands(sum(one.n for one in out))} 份，{thousands(len(out))} 处",
        takedown=f"{href}/takedown.xlsx" if out else "",
    )
