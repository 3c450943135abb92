"""新建宣传任务, 看一遍: the draft as it would go out, and what still keeps it from being submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries, service
from outreach.campaigns.preview.looking import state_of
from outreach.policies import service as policies
from outreach.policies.readiness import Fault
from outreach.surveys import service as surveys
from outreach.web.formats import thousands
from outreach.web.kept_previews import Kept, Work
from outreach.web.presenters.names import CHANNEL
from outreach.web.presenters.signing import signing
from outreach.web.presenters.wizard import CHECK, PAGES
from outreach.web.services import Services
from outreach.web.views.common import Link
from outreach.web.views.wizard import CheckPage, FaultLine, Stage
from outreach.wording import catalogue, say


def check_page(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any],
    glanced: tuple[Kept | None, Work | None],
) -> CheckPage:
    """A draft: what was made last of its preview, and every fault with what to do about it."""
    kept, work = glanced
    today = clock.today(services.settings.zone)
    views = policies.all_policies(connection, queries.policy_refs(connection, campaign["id"]))
    found = service.faults(connection, campaign, views, today)
    names = {view.ref: view.plain_name for view in views}
    going = work is not None and not (work.done or work.problem)
    look = service.looking(connection, campaign, today, anew=False)
    found += kept.against if kept else ()
    until = str(campaign["options"]["valid_until"])
    if until < today.isoformat():
        found.append(("campaigns.texts_expired", {"valid_until": until}))
    return CheckPage(
        signing=signing(services, actor, connection, campaign, kept),
        stages=_stages(),
        faults=tuple(_fault(campaign["ref"], one, names) for one in found),
        counts=_counts(kept, names),
        working=_working(work) if going and work else "",
        problem=work.problem if work else "",
        stale=kept is not None and state_of(connection, look) != kept.state,
        made=kept.at if kept else None,
        may_submit=actor.may(Action.CAMPAIGNS_SUBMIT) and not found,
        unasked=_unasked(actor, connection, campaign, names),
    )


def _unasked(
    actor: Actor, connection: Connection, campaign: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[Link, ...]:
    """A survey before the first send is the only one that a rise can be held against."""
    if not actor.may(Action.SURVEYS_DESIGN):
        return ()
    return tuple(
        Link(name, f"/surveys/new?kind=awareness&policy={ref}", "ear")
        for ref, name in names.items()
        if surveys.baseline_due(connection, ref, campaign["region"])
    )


def _stages() -> tuple[Stage, ...]:
    return (*(Stage(label, "", "done") for label in PAGES.values()), Stage(CHECK, "", "cur"))


def _counts(kept: Kept | None, names: Mapping[str, str]) -> tuple[tuple[str, int, int], ...]:
    """Policy, how many certainly fit, how many have to be checked."""
    if kept is None:
        return ()
    found = kept.preview.by_policy.items()
    return tuple((names.get(ref, ref), n.get("yes", 0), n.get("unknown", 0)) for ref, n in found)


def _working(work: Work) -> str:
    step = say("wizard.working_step", step=work.step, steps=work.steps) if work.step else say("wizard.matching")  # fmt: skip
    return f"{step}，已看 {thousands(work.seen)}"


def _fault(ref: str, fault: Fault, names: Mapping[str, str]) -> FaultLine:
    """In the words of a page where the command line's name files and commands."""
    code, named = fault
    fix, here = f"wizard.fix.{code}", f"wizard.fault.{code}"
    called = {
        **named,
        "about": names.get(str(named.get("policy")), say("wizard.bundle")),
        "step_channel": CHANNEL.get(str(named.get("channel")), ""),
    }
    return FaultLine(
        text=say(here if here in catalogue() else code, campaign=ref, **called),
        fix=say(fix, **named) if fix in catalogue() else "",
        link=_where(code, named),
        page=_PAGE.get(code, ""),
    )


_ON_POLICY = (
    "campaigns.policy_unverified", "policies.sign_off_missing", "policies.contradiction_open", "policies.in_revision",
)  # fmt: skip
_LOCAL = ("campaigns.amount_missing", "policies.parameter_open")


_PAGE = {
    "campaigns.policy_not_live": "policies",
    "campaigns.texts_expired": "words",
    **{
        f"staggering.{kind}": "steps"
        for kind in (
            "urgent", "domain", "unit", "wide_group", "recurring", "no_start", "past", "short_window",
            "too_late", "losing", "few_units",
        )
    },
}  # fmt: skip
"""Faults that the wizard's own pages mend."""


def _where(code: str, named: Mapping[str, Any]) -> Link | None:
    """Where a fault is mended."""
    policy = str(named.get("ref") or named.get("one_ref") or "")
    if code in _LOCAL and policy:
        return Link("去填本地标准", f"/policies/{policy}/local")
    if code == "policies.review_overdue" and policy:
        return Link("去复核", f"/policies/{policy}/review")
    if code in _ON_POLICY and policy:
        return Link("看这项政策", f"/policies/{policy}")
    if "policy" in named and code not in _PAGE:  # what is left are faults of texts
        return Link("去写", f"/messages/{named['policy']}")
    return None
