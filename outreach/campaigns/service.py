"""The life of a campaign: write it down, look at it, freeze it, sign it, release it, stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.audiences import queries as audience_queries
from outreach.audiences import service as audiences
from outreach.campaigns import among, corrected, coverage, grounds, preflight, queries
from outreach.campaigns.moving import get as get
from outreach.campaigns.moving import move, refuse_expired
from outreach.campaigns.occasions import recurs
from outreach.campaigns.preview.looking import Look, step_policies, step_preview
from outreach.campaigns.preview.schemas import Preview
from outreach.campaigns.schemas import CampaignOrder
from outreach.campaigns.signing import document, rules
from outreach.campaigns.signing.approving import approve as approve
from outreach.campaigns.signing.approving import require_signed
from outreach.campaigns.signing.approving import send_back as send_back
from outreach.campaigns.staggering import checks as staggering_checks
from outreach.campaigns.staggering import service as staggering
from outreach.campaigns.states import Status
from outreach.campaigns.texts import faulty_texts
from outreach.deliveries import answering, orders
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.messages import service as messages
from outreach.messages.coverage import Coverage
from outreach.models.messages import BUNDLE
from outreach.policies import readiness
from outreach.policies import service as policies
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView
from outreach.vault import Vault


def create(connection: Connection, order: CampaignOrder, by: str, home: str = "") -> int:
    """Write a draft. Conflict when the name is taken; Missing when a policy is not in the catalogue."""
    if queries.by_ref(connection, order.ref) is not None:
        raise Conflict("campaigns.exists", campaign=order.ref)
    named = checked(connection, order)
    region = order.region or home
    full = CampaignOrder(
        **{**vars(order), "region": region, "options": {**order.options, "home": home}}
    )
    key = queries.add(connection, full, by)
    queries.add_policies(connection, key, [named[ref].id for ref in order.policies])
    for step in order.steps:
        queries.add_step(connection, key, step)
    audit.record(connection, by, Action.CAMPAIGNS_EDIT, f"campaign:{order.ref}", {"move": "create"})
    return key


def checked(connection: Connection, order: CampaignOrder) -> dict[str, PolicyView]:
    """The policies that a document names; Missing when one, a segment, a proposal or an account is not there."""
    named = _known_policies(connection, order)
    among.check(connection, order.ref, order.options, order.policies)
    for step in order.steps:
        if queries.account_for(connection, step.channel, step.options.get("account")) is None:
            raise Missing("deliveries.no_account", channel=step.channel)
    return named


def _known_policies(connection: Connection, order: CampaignOrder) -> dict[str, PolicyView]:
    named = {
        policy.ref: policy for policy in policies.all_policies(connection, list(order.policies))
    }
    for ref in order.policies:
        if ref not in named:
            raise Missing("policies.unknown", policy=ref)
    for step in order.steps:
        for ref in step.options.get("policies", ()):
            if ref not in named:
                raise Invalid(
                    "campaigns.step_policy", campaign=order.ref, step=step.number, policy=ref
                )
    return named


def look(
    connection: Connection, campaign: Mapping[str, Any], on: date, vault: Vault | None = None
) -> Preview:
    """What would go out: a draft is matched anew and every text rendered; after that, what was signed.

    vault: deciphers names where a text reads them, so that parts and money are exact.
    """
    if campaign["frozen"] is not None:
        return Preview.from_dict(campaign["frozen"]["preview"])
    return looked(connection, looking(connection, campaign, on, vault))


def looked(connection: Connection, seen: Look) -> Preview:
    """The same for a campaign that `looking` has made ready; reads only, so that nobody waits for it."""
    people, rows = audience_queries.sizes(connection, seen.campaign["id"])
    names = {view.id: view.ref for view in seen.views}
    by_policy: dict[str, dict[str, int]] = {}
    for (policy, certainty), count in rows.items():
        by_policy.setdefault(names[policy], {})[certainty] = count
    steps = [
        step_preview(connection, seen, step)
        for step in queries.steps(connection, seen.campaign["id"])
    ]
    return Preview(people, by_policy, steps)


def looking(
    connection: Connection,
    campaign: Mapping[str, Any],
    on: date,
    vault: Vault | None = None,
    *,
    anew: bool = True,
) -> Look:
    """A campaign ready to be looked at; the audience of a draft is matched anew, unless it is taken as it stands."""
    views = _views(connection, campaign)
    if anew and campaign["status"] == "draft":
        _freeze_audience(connection, campaign, views, on)
    return Look(campaign, views, orders.composer(connection, campaign, views), on, vault)


def covered(connection: Connection, campaign: Mapping[str, Any], on: date) -> Coverage:
    """Who gets which text, and where the gaps are: of a draft as things stand, after that as it was signed."""
    frozen = campaign["frozen"] or {}
    if "coverage" in frozen:
        return Coverage.from_dict(frozen["coverage"])
    return coverage.report(connection, looking(connection, campaign, on))


def rests_on(connection: Connection, campaign: Mapping[str, Any], on: date) -> grounds.Grounds:
    """Lists, policies and warnings that it rests on: of a draft as things stand, after that as it was signed."""
    frozen = campaign["frozen"] or {}
    if "grounds" in frozen:
        return grounds.Grounds.from_dict(frozen["grounds"])
    return grounds.read(connection, campaign, _views(connection, campaign), on)


def _views(connection: Connection, campaign: Mapping[str, Any]) -> list[PolicyView]:
    return policies.all_policies(connection, queries.policy_refs(connection, campaign["id"]))


def _freeze_audience(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView], on: date
) -> str:
    if "correction" in campaign["options"]:
        return corrected.freeze(connection, campaign)
    return audiences.freeze(
        connection,
        campaign["id"],
        views,
        campaign["region"],
        on,
        general=campaign["announce"] == "general",
        home=campaign["options"].get("home", ""),
        among=among.condition(connection, campaign["options"], on),
    )


def faults(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView], on: date
) -> list[Fault]:
    """Everything that keeps a campaign in draft on a day; empty = it may be submitted."""
    home = campaign["options"].get("home", "")
    found = readiness.faults(connection, views, campaign["region"], on, home)
    composer = orders.composer(connection, campaign, views)
    steps = queries.steps(connection, campaign["id"])
    for step in steps:
        told = step_policies(step, views)
        found += coverage.missing_texts(composer, step, told, campaign["region"])
    found += staggering_checks.faults(connection, campaign, views, steps, on)
    return found + faulty_texts(connection, campaign, steps, views)


def submit(
    connection: Connection,
    ref: str,
    by: str,
    on: date,
    vault: Vault | None = None,
    *,
    site: Path | None = None,
) -> str:
    """Freeze people, texts, policy versions, steps, cost and chain; returns the hash that signatures are bound to.

    site: the folder of the site's own content, where its signing.toml lies. Refused with the first fault when
    something is missing or a list is too old; Conflict when it is no draft any more.
    """
    campaign = get(connection, ref)
    views = _views(connection, campaign)
    _refuse_unsound(connection, campaign, views, on)
    office = rules.read(site)
    chain = office.chain_for(campaign)
    audience_hash = _freeze_audience(connection, campaign, views, on)
    steps = queries.steps(connection, campaign["id"])
    waves = staggering.freeze(connection, campaign, views, steps, on)
    people, _ = audience_queries.sizes(connection, campaign["id"])
    if people == 0 and not any(map(recurs, queries.steps(connection, campaign["id"]))):
        raise Refused("campaigns.nobody", campaign=ref)
    queries.set_versions(connection, campaign["id"], {view.id: view.version_id for view in views})
    texts = _bind_texts(connection, campaign, views)
    submitted = {**campaign, "status": "submitted"}
    seen = look(connection, submitted, on, vault)
    told_how = coverage.report(connection, looking(connection, submitted, on))
    frozen: dict[str, Any] = {
        "campaign": {
            key: campaign[key]
            for key in ("ref", "title", "region", "message_class", "announce", "options")
        },
        "budget": campaign["budget_fen"],
        "audience": {
            "hash": audience_hash,
            "people": people,
            **among.signed(connection, campaign["options"]),
            **waves,
        },
        "policies": {view.ref: document.policy_part(view) for view in views},
        "texts": texts,
        "steps": [document.step_part(connection, step) for step in steps],
        "cost": seen.cost_fen,
        "coverage": told_how.as_dict(),
        "grounds": grounds.read(connection, campaign, views, on).as_dict(),
        "opt_out": answering.opt_out(connection, campaign),
        "on": on.isoformat(),
        "chain": chain.of_size(people).as_dict(),
        "limits": asdict(office.limits),
        "passed": [one.as_dict() for one in preflight.passed(connection, campaign)],
    }
    preflight.require(connection, {**campaign, "frozen": frozen}, on)
    digest = document.digest(frozen)
    summary = {**frozen, "preview": seen.as_dict()}
    move(
        connection, campaign, "submit", by, detail={"chain": chain.id, **_urgency(campaign)},
        submitted_by=by, submitted_at=clock.now(), frozen=summary, frozen_hash=digest,
    )  # fmt: skip
    queries.sign(connection, campaign["id"], "draft", "submitted", by, digest)
    return digest


def _urgency(campaign: Mapping[str, Any]) -> dict[str, str]:
    """Why it is urgent, for the log."""
    reason = campaign["options"].get("urgent")
    return {"urgent": reason} if reason else {}


def _refuse_unsound(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView], on: date
) -> None:
    """Refused with the first fault, and when the texts' own date has passed."""
    problems = faults(connection, campaign, views, on)
    if problems:
        code, params = problems[0]
        raise Refused(code, campaign=campaign["ref"], **params)
    refuse_expired(campaign, on)


def _bind_texts(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView]
) -> dict[str, str]:
    """Bind the texts that are ready; returns their hashes by place."""
    refs = [view.ref for view in views]
    ready = [text for text in messages.newest(connection, [*refs, BUNDLE]) if text.ready]
    rows = [{**text.place._asdict(), "variant_id": text.id} for text in ready]
    queries.set_variants(connection, campaign["id"], rows)
    return {str(text.place): text.hash for text in ready}


def release(connection: Connection, ref: str, by: str) -> None:
    """Hand an approved campaign to whatever senders run. Saying it again changes nothing."""
    campaign = get(connection, ref)
    if campaign["released"]:
        return
    require_signed(connection, campaign)
    preflight.require_carried(connection, campaign)
    move(connection, campaign, "release", by, released=True)


def pause(connection: Connection, ref: str, by: str) -> None:
    """Stop at the next chunk; what is with the carrier cannot be called back."""
    move(connection, get(connection, ref), "pause", by)


def resume(connection: Connection, ref: str, by: str) -> None:
    """Go on where it stopped. Refused when the day has passed until which its texts hold: nobody is sent them any more."""
    campaign = get(connection, ref)
    if campaign["status"] == Status.PAUSED:
        refuse_expired(campaign, clock.business_day())
    move(connection, campaign, "resume", by)


def cancel(connection: Connection, ref: str, by: str) -> None:
    """End it for good; `deliveries.service.cancel_rest` gives everybody who was not sent to their reason."""
    move(connection, get(connection, ref), "cancel", by, ended_at=clock.now())
