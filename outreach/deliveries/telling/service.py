"""Saying a word of deliveries that people carry, and taking it back.

A word is never deleted. What a delivery comes to is worked out from the words that stand, so a tap and its undoing leave
everything as it was: state, counts, what was proved about people, closed numbers, refusals, tasks, the register. What
cannot go back, because something was sent or done because of it, is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries import proofs, settle
from outreach.deliveries.proofs import News
from outreach.deliveries.states import HANDED_OVER
from outreach.deliveries.telling import follow, queries
from outreach.deliveries.telling.follow import Hand
from outreach.deliveries.telling.queries import Held, Kept
from outreach.deliveries.telling.words import SLOTS, WORDS, overrules, standing
from outreach.errors import Conflict, Invalid, Missing, Refused

OWN_UNDO = timedelta(days=1)
"""For how long whoever said a word may take it back; an officer may at any time."""


@dataclass(frozen=True)
class Said:
    """What a tap did. changed: something else stands now than before. marked: whom the register now calls gone.

    tasks: those that it opened.
    """

    word: int
    changed: bool
    marked: int | None = None
    tasks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Undone:
    """What was taken back. remarks: codes of what had to stay as it is."""

    word: str
    deliveries: tuple[int, ...]
    remarks: tuple[str, ...] = ()


def tell(
    connection: Connection, deliveries: Sequence[int], word: str, hand: Hand, *, slot: str = ""
) -> Said:
    """Somebody came back from a door, hung up, posted or played it: one word, of everything that went there.

    The first delivery stands for all: what follows happens once. slot: how a broadcast was played. Missing
    deliveries.unknown; Invalid deliveries.visit_outcome, telling.by_carrier, telling.slot; Conflict
    telling.not_in_hand; Refused outside the region.
    """
    settle.lock(connection, deliveries)  # two people may tap at once
    there = _in_hand(connection, deliveries, word, hand)
    first = there[0]
    if slot and (first.channel != "broadcast" or slot not in SLOTS):
        raise Invalid("telling.slot", value=slot, known="、".join(SLOTS))
    door = _door(connection, first)
    said = queries.words(connection, {*deliveries, *door})
    changed = follow.change(connection, first, word, hand)
    rows = [_row(one, word, hand, slot, _before(one, said)) for one in there]
    rows[0] |= {"person_id": changed.person, "did": {**rows[0]["did"], **(changed.did or {})}}
    [key, *_] = queries.put(connection, rows)
    now = queries.words(connection, {*deliveries, *door})
    _restate(connection, there, now)
    meaning = WORDS[first.channel][word]
    if meaning.tries == 1:
        proofs.mark(connection, [News(one.id, meaning.state, meaning.fact) for one in there])
    before, after = _heads(said, door), _heads(now, door)
    opened, _ = follow.tasks_of(connection, first, before, after, hand)
    for one in there:
        _note(connection, hand.by, one.id, {"outcome": word, **({"slot": slot} if slot else {})})
    if changed.person and meaning.follow == "status":
        detail = {"status": word, "delivery": first.id}
        audit.record(
            connection, hand.by, Action.VISITS_RECORD, f"person:{changed.person}", detail
        )  # fmt: skip
    return Said(
        key,
        _news(first, word, slot, said),
        changed.person if meaning.follow == "status" else None,
        tuple(opened),
    )


def undo(connection: Connection, word: int, hand: Hand, *, any_time: bool = False) -> Undone:
    """Take one tap back, on everything that it was said of.

    any_time: an officer may, of anybody's word. Missing telling.no_word; Conflict telling.undone; Refused
    telling.not_yours, telling.too_late, or outside the region.
    """
    tapped = queries.tapped(connection, word)
    if not tapped:
        raise Missing("telling.no_word", word=word)
    head = tapped[0]
    ids = sorted({one.delivery_id for one in tapped})
    settle.lock(connection, ids)
    there = sorted(queries.held(connection, ids), key=lambda one: one.id != head.delivery_id)
    for one in there:
        hand.scope.require(one.region)
    _may_undo(head, hand, any_time=any_time)
    door = _door(connection, there[0])
    before = queries.words(connection, {*ids, *door})
    if not queries.cross_out(connection, [one.id for one in tapped], hand.by, clock.now()):
        raise Conflict("telling.undone", word=word)
    now = queries.words(connection, {*ids, *door})
    _restate(connection, there, now)
    prove_again(connection, ids)
    remarks = follow.change_back(connection, head, hand)
    _, kept = follow.tasks_of(connection, there[0], _heads(before, door), _heads(now, door), hand)
    remarks += kept
    if queries.sent_since(connection, ids, head.at):
        remarks.append("telling.sent_since")
    for one in there:
        _note(connection, hand.by, one.id, {"undone": head.word, "of": head.by})
    return Undone(head.word, tuple(one.id for one in there), tuple(remarks))


def _may_undo(head: Kept, hand: Hand, *, any_time: bool) -> None:
    if any_time:
        return
    if head.by != hand.by:
        raise Refused("telling.not_yours", by=head.by)
    if clock.now() - head.at > OWN_UNDO:
        raise Refused("telling.too_late", at=head.at)


def _in_hand(
    connection: Connection, deliveries: Sequence[int], word: str, hand: Hand
) -> list[Held]:
    found = queries.held(connection, deliveries)
    missing = set(deliveries) - {one.id for one in found}
    if missing or not found:
        raise Missing("deliveries.unknown", delivery=min(missing, default=0))
    for one in found:
        _check(one, word)
        hand.scope.require(one.region)
    return sorted(found, key=lambda one: one.id != deliveries[0])


def _check(one: Held, word: str) -> None:
    table = WORDS.get(one.channel)
    if table is None or not one.by_hand:
        raise Invalid("telling.by_carrier", delivery=one.id, channel=one.channel)
    if word not in table:
        raise Invalid("deliveries.visit_outcome", value=word, known="、".join(table))
    if one.state not in HANDED_OVER:
        raise Conflict("telling.not_in_hand", delivery=one.id, state=one.state)


def _row(one: Held, word: str, hand: Hand, slot: str, before: Mapping[str, str]) -> dict[str, Any]:
    return {
        "delivery_id": one.id, "no": one.no, "word": word, "by": hand.by, "at": clock.now(), "slot": slot,
        "did": {"before": dict(before)},
    }  # fmt: skip


def _before(one: Held, said: Sequence[Kept]) -> Mapping[str, str]:
    """What a delivery came to before anybody said anything of its newest attempt."""
    for word in said:
        if (word.delivery_id, word.no) == (one.id, one.no):
            before: Mapping[str, str] = word.did["before"]
            return before
    return {"state": one.state, "reason": one.reason}


def _restate(connection: Connection, there: Sequence[Held], said: Sequence[Kept]) -> None:
    changes = []
    for one in there:
        stands = standing(one.channel, _standing(said, one.id))
        before = _before(one, said)
        state, reason = stands.state or before["state"], stands.word or before["reason"]
        changes.append(settle.Word(one.id, one.no, state, reason))
    settle.restate(connection, changes)


def _standing(said: Sequence[Kept], delivery: int) -> list[str]:
    return [one.word for one in said if one.delivery_id == delivery and one.stands]


def _door(connection: Connection, one: Held) -> list[int]:
    return queries.same_door(connection, one) if one.kind in ("person", "household") else [one.id]


def _heads(said: Sequence[Kept], door: Sequence[int]) -> list[Kept]:
    """One standing word for each tap at a door."""
    return [one for one in said if one.stands and one.tap is None and one.delivery_id in door]


def _news(first: Held, word: str, slot: str, said: Sequence[Kept]) -> bool:
    """Whether a word says something that was not known: it stands now, it is one more try, or another playing."""
    earlier = standing(first.channel, _standing(said, first.id)).word
    slots = {one.slot for one in said if one.delivery_id == first.id and one.stands}
    more = WORDS[first.channel][word].tries > 1 or (slot != "" and slot not in slots)
    return more or overrules(first.channel, word, earlier)


def prove_again(connection: Connection, ids: Sequence[int]) -> None:
    """What rested on these deliveries goes; what they, or others about the same, still prove is marked again."""
    proofs.withdraw(connection, ids)
    others = queries.serving_the_same(connection, ids)
    news = [
        News(key, "accepted", "", clock.here(at).date()) for key, at in queries.posted_by_robots(connection, others)
    ]  # fmt: skip
    for one in queries.words(connection, others):
        meaning = WORDS[one.channel][one.word]
        if one.stands and meaning.tries == 1:
            news.append(
                News(one.delivery_id, meaning.state, meaning.fact, clock.here(one.at).date())
            )
    proofs.mark(connection, sorted(news, key=lambda one: one.on or clock.business_day()))


def _note(connection: Connection, by: str, delivery: int, detail: dict[str, object]) -> None:
    audit.record(connection, by, Action.VISITS_RECORD, f"delivery:{delivery}", detail)
