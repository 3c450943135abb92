"""只给这些人再发: what can be sent once more and why, and proposals that wait for the second person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries, resending
from outreach.campaigns.resending import keeping
from outreach.campaigns.resending.choosing import FINAL
from outreach.reports.schemas import Why
from outreach.web.formats import thousands
from outreach.web.presenters.live_reasons import fault_words, reason_words
from outreach.web.presenters.names import CHANNEL, people_at_work
from outreach.web.views.common import Choice
from outreach.web.views.resending import OfferStep, Pending, ResendView
from outreach.wording import catalogue, say

OPEN = ("running", "paused", "finished")
"""States of a campaign of which something may be sent once more."""


def resend_page(
    actor: Actor, connection: Connection, campaign: Mapping[str, Any], ticked: Collection[str] = ()
) -> ResendView:
    """The page; `ticked`: reasons that are chosen already."""
    mine = actor.scope.covers(campaign["region"])
    proposes = mine and actor.may(Action.CAMPAIGNS_SUBMIT) and campaign["status"] in OPEN
    href = f"/campaigns/{campaign['ref']}"
    steps = queries.steps(connection, campaign["id"])
    return ResendView(
        title=campaign["title"],
        href=href,
        steps=tuple(_offers(connection, campaign, steps, ticked)) if proposes else (),
        pending=tuple(
            _pending(actor, connection, campaign, step, mine=mine)
            for step in steps
            if resending.unconfirmed(connection, campaign, step)
        ),
        action=f"{href}/resend" if proposes else "",
    )


def _offers(
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Collection[Mapping[str, Any]],
    ticked: Collection[str],
) -> list[OfferStep]:
    found = []
    for step in steps:
        offers = resending.offers(connection, campaign["ref"], step["number"])
        chosen = [one for one in offers if one.reason not in FINAL]
        reasons = tuple(
            Choice(one.reason, f"{_words(step['channel'], one.reason)}：{'最多 ' * one.at_most}{thousands(one.people)} 人") for one in chosen
        )  # fmt: skip
        if reasons:
            now = tuple(one.reason for one in chosen if one.reason in ticked)
            found.append(OfferStep(step["number"], CHANNEL[step["channel"]], reasons, now))
    return found


def _words(channel: str, reason: str) -> str:
    """A skip reason, a carrier's code, or a state, in words."""
    if f"reason.{reason}" in catalogue():
        return reason_words(reason)
    if f"resending.because.{reason}" in catalogue():
        return say(f"resending.because.{reason}")
    return fault_words(Why("undelivered", channel, "", reason, 0))


def _pending(
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any],
    step: Mapping[str, Any],
    *,
    mine: bool,
) -> Pending:
    resend = step["options"]["resend"]
    named = people_at_work(connection)
    by = named.get(resend["by"], resend["by"])
    n = len(keeping.people(connection, step["id"]))
    what = say("step.resend", step=resend["of"], people=thousands(n))
    href = f"/campaigns/{campaign['ref']}/resend/{step['number']}"
    confirms = mine and actor.may(Action.CAMPAIGNS_APPROVE)
    same = actor.name == resend["by"]
    return Pending(
        number=step["number"],
        words=f"{what}（{CHANNEL[step['channel']]}，{by} 提出）",
        reasons="、".join(_words(step["channel"], one) for one in resend["reasons"]),
        confirm=f"{href}/confirm" if confirms and not same else "",
        withdraw=f"{href}/withdraw" if mine and actor.may(Action.CAMPAIGNS_SUBMIT) else "",
        not_me=say("resending.second") if same and confirms else "",
    )
