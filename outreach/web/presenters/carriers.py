"""短信通道 of a campaign: for each step with text messages, whether its account may carry it, and 三网测试."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from channels.networks import THREE
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import carrying, queries, rehearsing
from outreach.campaigns.preview.looking import account_of
from outreach.campaigns.rehearsing import State, Word
from outreach.deliveries import transfer
from outreach.messages import languages
from outreach.runtime.adapters import place_of
from outreach.web.services import Services
from outreach.web.views.carriers import CarriedStep, CarrierView, Mark, RehearsedText, Tried
from outreach.web.views.common import Choice
from outreach.wording import say

_MARK = {
    "delivered": "yes", "undelivered": "bad", "refused": "bad", "accepted": "run", "": "run", "deferred": "ask",
    "unknown": "ask",
}  # fmt: skip
"""State of a rehearsal → the shape of its tag."""


def view(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any],
    problem: str = "",
    notes: Sequence[str] = (),
) -> CarrierView:
    """The page."""
    steps = queries.steps(connection, campaign["id"])
    return CarrierView(
        title=campaign["title"],
        href=f"/campaigns/{campaign['ref']}",
        steps=tuple(
            _step(services, actor, connection, campaign, one)
            for one in steps
            if one["channel"] == "sms"
        ),
        networks=tuple(Choice(one, say(f"rehearsal.network.{one}")) for one in THREE),
        problem=problem,
        notes=tuple(notes),
    )


def _step(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any],
    step: Mapping[str, Any],
) -> CarriedStep:
    account = account_of(connection, step)
    place = place_of(account, services.settings)
    now = rehearsing.state(connection, campaign, step)
    by_file = account.provider == "gateway"
    may = actor.may(Action.CAMPAIGNS_RUN) and actor.scope.covers(campaign["region"])
    can = may and not by_file and campaign["status"] in rehearsing.SIGNED
    return CarriedStep(
        number=step["number"],
        account=account.name,
        goes=transfer.place_words(place),
        may_go=transfer.may_go(connection, account.id, place),
        advised=tuple(carrying.advice(account, now.texts)),
        lacking=tuple(carrying.lacking_words(connection, campaign, step, account)),
        rehearsed=_passed(now, by_file=by_file),
        required=account.options.get("rehearsal") == "required",
        texts=tuple(_text(now, number) for number in range(len(now.texts))),
        action=f"/campaigns/{campaign['ref']}/carrier/{step['number']}" if can else "",
        files=by_file,
    )


def _passed(now: State, *, by_file: bool) -> Mark:
    if by_file:
        return Mark("no", "走文件，在平台上测")
    if not now.texts:
        return Mark("no", "送审以后再测")
    return Mark("yes", "三网测试通过") if now.passed else Mark("ask", f"还差 {now.missing_words()}")


def _text(now: State, number: int) -> RehearsedText:
    text = now.texts[number]
    return RehearsedText(
        text.text,
        languages.name(text.language),
        text.count,
        tuple(_tried(now.words.get((text.variant, one)), one) for one in THREE),
    )


def _tried(word: Word | None, network: str) -> Tried:
    named = say(f"rehearsal.network.{network}")
    if word is None:
        return Tried(named, Mark("no", "还没测"))
    code = f"channels.{word.error}" if word.error else ""
    mark = Mark(_MARK[word.state], say(f"rehearsal.state.{word.state or 'sent'}"))
    return Tried(named, mark, say(code) if code else "")
