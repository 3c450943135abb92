"""The card of a policy: the six answers for everybody; who stands for it and what became of it for who works here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people.queries.regions import by_codes
from outreach.policies import names, readiness, signing
from outreach.policies import reviews as looks
from outreach.policies.schemas import PolicyView as Policy
from outreach.reports import service as reports
from outreach.web.formats import long_day, thousands
from outreach.web.presenters import policies as listed
from outreach.web.presenters import policy_answers, policy_past
from outreach.web.presenters.names import people_at_work, places
from outreach.web.presenters.policy_desk import Desk
from outreach.web.services import Services
from outreach.web.views.common import Link
from outreach.web.views.policies import Department, Dispute, Inside, Mark, PolicyView
from outreach.wording import say

_SAID = {
    "verified": "已登记核验。",
    "signed": "已登记部门确认。",
    "filled": "本地内容已写入。金额、条件变了的，部门要重新确认。",
    "reviewed": "复核结果已登记。",
    "withdrawn": "停办已登记。下面可以下载告知过的人和要撤下的东西。",
    "settled": "怎么处理已经记下。哪一边再改，会重新打开。",
}


def card(
    services: Services, actor: Actor, connection: Connection, ref: str, said: str = ""
) -> PolicyView:
    """The card of one policy, at the user's place. Missing when the user may not see it."""
    policy = listed.named(actor, connection, ref)
    place = listed.place_of(services, actor)
    on = clock.today(services.settings.zone)
    desk = Desk(services, actor, connection, policy, place, on, people_at_work(connection))
    inside = not listed.outside(actor)
    disputes = policy_past.disputes(desk) if inside else ()
    open_ = any(not one.settled for one in disputes)
    marks = listed.inner_marks(policy, place, on, disputed=open_) if inside else ()
    facts = policy.facts_at(place)
    region_names = {code: row.name for code, row in by_codes(connection, _codes(policy)).items()}
    return PolicyView(
        ref=ref,
        name=policy.plain_name,
        official=str(facts["official_name"]),
        one_line=names.plainly(facts.get("one_line")),
        domain=str(facts["domain"]),
        place=places(connection, [place])[place] if place else "全国",
        marks=(*listed.outer_marks(policy), *marks),
        answers=policy_answers.answers(policy, place, region_names),
        source=policy_answers.source(policy, place),
        ending=policy_past.ending(desk, inside=inside) if policy.withdrawn_on else None,
        inside=_inside(desk, disputes) if inside else None,
        said=_SAID.get(said, ""),
    )


def _codes(policy: Policy) -> list[str]:
    return [
        str(one)
        for clause in policy.rule.clauses()
        if clause.op == "within"
        for one in clause.operands or ()
    ]


def _inside(desk: Desk, disputes: tuple[Dispute, ...]) -> Inside:
    policy = desk.policy
    due = looks.due_on(policy)
    late = looks.overdue(policy, desk.on)
    verify = desk.may(Action.POLICIES_VERIFY) and policy.status != "withdrawn"
    return Inside(
        missing=_missing(desk),
        departments=_departments(desk, may=verify),
        verified=_verified(desk),
        due=long_day(due) if due and policy.status != "withdrawn" else "",
        due_mark=Mark("bad", "过期了") if late else None,
        locals=policy_past.local_parts(desk),
        versions=policy_past.version_lines(desk),
        reviews=policy_past.reviews(desk),
        disputes=disputes,
        stages=policy_past.stages(desk),
        moves=_moves(desk),
        verify=f"/policies/{policy.ref}/verify" if verify and not policy.verified_by else "",
        sign=f"/policies/{policy.ref}/sign" if verify else "",
        version=policy.version_id,
        digest=signing.digest(policy),
        counts=_counts(desk),
    )


def _missing(desk: Desk) -> tuple[str, ...]:
    """What keeps a campaign about it in draft, in the words that the campaign would hear."""
    found = readiness.faults(desk.connection, [desk.policy], desk.place, desk.on, desk.home)
    return tuple(say(f"web.{_SHORT[code]}", **named) if code in _SHORT else say(code, **named) for code, named in found)  # fmt: skip


_SHORT = {
    "campaigns.policy_unverified": "policy_unverified",
    "campaigns.amount_missing": "policy_amount_open",
    "policies.sign_off_missing": "policy_sign_off_missing",
    "policies.parameter_open": "policy_parameter_open",
    "policies.review_overdue": "policy_review_overdue",
    "policies.contradiction_open": "policy_contradiction_open",
}
"""Reasons whose words name a command; beside its button the page says them without."""


def _verified(desk: Desk) -> str:
    policy = desk.policy
    if not (policy.verified_by and policy.verified_at):
        return ""
    return f"{desk.name(policy.verified_by)}，{desk.moment(policy.verified_at)}核对过来源"


def _departments(desk: Desk, *, may: bool) -> tuple[Department, ...]:
    policy = desk.policy
    missing = signing.missing_sign_offs(policy, desk.place)
    signed = {one.department: one for one in policy.sign_offs}
    return tuple(
        Department(
            name,
            _signature(desk, signed.get(name), missing=name in missing),
            may and name in missing,
        )
        for name in signing.departments(policy, desk.place)
    )


def _signature(desk: Desk, signed: Any, *, missing: bool) -> Mark:
    if signed is None:
        return Mark("ask", "还没确认")
    when = f"{desk.name(signed.by)}，{desk.moment(signed.at)}"
    if missing:
        return Mark("ask", f"内容改了，要重新确认（上次：{when}）")
    return Mark("yes", f"{when}登记")


def _counts(desk: Desk) -> tuple[tuple[str, str], ...]:
    """How many this is about, inside the user's scope."""
    if not desk.actor.may(Action.REACH_VIEW) or desk.policy.status == "withdrawn":
        return ()
    found = reports.reach(
        desk.connection, desk.actor.scope, desk.policy, desk.on, desk.home
    ).total  # fmt: skip
    return (
        ("符合", thousands(found.eligible)),
        ("待核实", thousands(found.unknown)),
        ("已告知", thousands(found.told)),
    )


def _moves(desk: Desk) -> tuple[Link, ...]:
    href, status = f"/policies/{desk.policy.ref}", desk.policy.status
    if status == "withdrawn" or not desk.actor.may(Action.POLICIES_EDIT):
        return ()
    found = [Link("填本地内容", f"{href}/local", "text")]
    if desk.responsible:
        found.append(Link("登记复核", f"{href}/review", "check"))
        found.append(Link("停办", f"{href}/withdraw", "stop"))
    return tuple(found)
