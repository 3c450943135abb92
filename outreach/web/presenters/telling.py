"""What people said of what they carry, and what may be taken back, as pages show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries as campaigns
from outreach.deliveries import funnel
from outreach.deliveries.states import State
from outreach.deliveries.telling import queries
from outreach.deliveries.telling.follow import Hand
from outreach.deliveries.telling.queries import Kept
from outreach.deliveries.telling.service import OWN_UNDO
from outreach.deliveries.telling.words import WORDS, overrules
from outreach.web.presenters.names import people_at_work
from outreach.web.services import Services
from outreach.web.views.common import Link
from outreach.web.views.visits import Tick
from outreach.wording import say

_SHADE: Mapping[str, str] = MappingProxyType(
    {"told": "yes", "relayed": "yes", "needs_help": "ask", "not_understood": "ask", "asks_visit": "ask",
     "played": "yes", "posted": "yes", "no_answer": "ask"}
)  # fmt: skip


def hand_of(services: Services, actor: Actor) -> Hand:
    """Who taps."""
    return Hand(actor.name, actor.scope, clock.today(services.settings.zone))


def work_first(
    connection: Connection,
    actor: Actor,
    known: Sequence[Mapping[str, Any]],
    channels: Collection[str],
) -> list[Mapping[str, Any]]:
    """Campaigns in which something waits for people of this user's region, then the others; each as they came.

    Whoever stands in a stairwell means the list that has doors on it, not the campaign that was released last.
    """
    return sorted(known, key=lambda one: not _waits(connection, actor, one["id"], channels))


def _waits(connection: Connection, actor: Actor, campaign: int, channels: Collection[str]) -> bool:
    steps = {
        str(one["id"])
        for one in campaigns.steps(connection, campaign)
        if one["channel"] in channels
    }
    village = actor.scope.region[:12]  # counts know villages, no grids
    counts = funnel.counts(connection, campaign, "step_id", "village", "state")
    return any(
        state == State.ACCEPTED and step in steps and place.startswith(village)
        for (step, place, state), n in counts.items()
        if n > 0
    )


def label(word: str, slot: str = "") -> str:
    """已告知本人; 大喇叭已播."""
    return (say(f"telling.slot.{slot}") if slot else "") + say(f"telling.word.{word}")


def ticks(connection: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, Tick]:
    """Delivery → what stands, who said it, and the tap that this user may take back."""
    said: dict[int, list[Kept]] = {}
    for one in queries.words(connection, ids):
        if one.stands:
            said.setdefault(one.delivery_id, []).append(one)
    named = people_at_work(connection)
    return {key: _tick(actor, some, named) for key, some in said.items()}


def _tick(actor: Actor, said: Sequence[Kept], named: Mapping[str, str]) -> Tick:
    channel = said[0].channel
    by = _stands(channel, said)
    tries = sum(one.word == by.word for one in said) if WORDS[channel][by.word].tries > 1 else 0
    last = said[-1]
    undo = last if _may_undo(actor, last) else None
    return Tick(
        label=label(by.word, by.slot) + (f" {tries} 次" if tries else ""),
        shade=_SHADE.get(by.word, "no"),
        by=named.get(by.by, by.by),
        at=by.at if by.by else None,
        undo=undo.id if undo else 0,
        undo_label=label(undo.word, undo.slot) if undo else "",
        played=tuple(label(one.word, one.slot) for one in said) if channel == "broadcast" else (),
    )


def _stands(channel: str, said: Sequence[Kept]) -> Kept:
    """The tap that counts; of tries that say nothing yet, the last one."""
    every = [one.word for one in said]
    found: Kept | None = None
    for one in said:
        counted = every.count(one.word) >= WORDS[channel][one.word].tries
        if counted and overrules(channel, one.word, found.word if found else ""):
            found = one
    return found or said[-1]


def _may_undo(actor: Actor, last: Kept) -> bool:
    if actor.may(Action.DELIVERIES_SETTLE):
        return True
    return last.by == actor.name and clock.now() - last.at <= OWN_UNDO


def kept_words(codes: str) -> str:
    """What an undo had to leave as it is, in words; codes: as the address carries them."""
    known = [code for code in codes.split(",") if code.startswith("telling.")]
    return "".join(say(code) for code in known)


def work_links(actor: Actor, here: str) -> tuple[Link, ...]:
    """The other pages of whoever visits, calls and posts."""
    every = [
        (Action.VISITS_RECORD, Link("入户", "/visits", "door")),
        (Action.VISITS_RECORD, Link("电话", "/calls", "call")),
        (Action.VISITS_RECORD, Link("发群", "/posts", "send")),
        (Action.VISITS_RECORD, Link("待办", "/tasks", "help")),
        (Action.VISITS_RECORD, Link("录纸单", "/tally", "file")),
        (Action.VISITS_RECORD, Link("公告栏", "/boards", "policy")),
        (Action.OPINIONS_SAY, Link("记意见", "/opinions/say", "text")),
        (Action.WORK_ASSIGN, Link("队伍", "/helpers", "people")),
    ]
    return tuple(link for action, link in every if actor.may(action) and link.href != here)
