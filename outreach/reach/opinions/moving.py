"""What is done with an opinion: taken up, given to somebody, answered, closed, opened again; every move is kept.

A move compares before it writes, so that two people never answer one opinion. Nobody is written to by the program: an
answer is given by a person, who copies it or calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.queries import actor_by_name
from outreach.access.roles import Action
from outreach.errors import Conflict, Invalid
from outreach.reach.opinions import queries
from outreach.reach.opinions.schemas import ANSWER, CONTACT, LONGEST, MOVES, NOTE, Hand, OpinionView
from outreach.reach.opinions.service import plain, words_of
from outreach.vault import Vault


def take(
    connection: Connection, vault: Vault, opinion: int, hand: Hand, *, seen: int | None = None
) -> OpinionView:
    """我来办: whoever moves it deals with it. `seen`: the newest move that they saw, so that nobody moves blindly.

    Missing opinions.unknown; Conflict opinions.moved, opinions.wrong_state. The same holds for the other moves.
    """
    return _move(connection, vault, opinion, hand, "take", _Change(seen, {"assigned": hand.by}))


def give(
    connection: Connection, vault: Vault, opinion: int, to: str, hand: Hand, *, seen: int | None = None
) -> OpinionView:  # fmt: skip
    """Somebody else deals with it; Invalid opinions.assigned when that user may not, there."""
    there = queries.one(connection, hand.scope, opinion)
    actor = actor_by_name(connection, to)
    able = actor is not None and actor.may(Action.OPINIONS_HANDLE)
    if actor is None or not able or not actor.scope.covers(there.region):
        raise Invalid("opinions.assigned", user=to)
    return _move(connection, vault, opinion, hand, "give", _Change(seen, {"assigned": to}, to))


def answer(
    connection: Connection, vault: Vault, opinion: int, text: str, hand: Hand, *, seen: int | None = None
) -> OpinionView:  # fmt: skip
    """Answered, in these words. Nothing is sent: whoever answers calls, writes, or has told them already."""
    there = queries.one(connection, hand.scope, opinion)
    words = words_of(text)
    values = {
        "answer": vault.encrypt(ANSWER, words), "answered_at": clock.now(), "assigned": there.assigned or hand.by,
    }  # fmt: skip
    return _move(connection, vault, opinion, hand, "answer", _Change(seen, values, words))


def close(
    connection: Connection, vault: Vault, opinion: int, hand: Hand, *, note: str = "", seen: int | None = None
) -> OpinionView:  # fmt: skip
    """办结. Without an answer it needs a note that says why: Invalid opinions.close_note."""
    there = queries.one(connection, hand.scope, opinion)
    said = plain(note)[:LONGEST]
    if there.state != "answered" and not said:
        raise Invalid("opinions.close_note")
    values = {"closed_at": clock.now(), "assigned": there.assigned or hand.by}
    return _move(connection, vault, opinion, hand, "close", _Change(seen, values, said))


def reopen(
    connection: Connection, vault: Vault, opinion: int, hand: Hand, *, note: str = "", seen: int | None = None
) -> OpinionView:  # fmt: skip
    """It was not done after all: whoever opens it again deals with it. The answer so far stays in the history."""
    values = {"closed_at": None, "answered_at": None, "assigned": hand.by}
    change = _Change(seen, values, plain(note)[:LONGEST])
    return _move(connection, vault, opinion, hand, "reopen", change)


@dataclass(frozen=True)
class _Change:
    """What a move writes: the move that was seen last, values of the row, a note in clear."""

    seen: int | None
    values: Mapping[str, Any]
    note: str = ""


def _move(
    connection: Connection, vault: Vault, opinion: int, hand: Hand, move: str, change: _Change
) -> OpinionView:
    there = queries.one(connection, hand.scope, opinion)
    states, to = MOVES[move]
    if change.seen is not None and queries.moves(connection, opinion)[-1].id != change.seen:
        raise Conflict("opinions.moved", opinion=opinion)
    if there.state not in states:
        raise Conflict("opinions.wrong_state", opinion=opinion, opinion_state=there.state)
    if not queries.change(connection, there, {"state": to, **change.values}, states=states):
        raise Conflict("opinions.moved", opinion=opinion)
    note = {"state": to, "note": vault.encrypt(NOTE, change.note), "by": hand.by, "at": clock.now()}
    queries.add_move(connection, opinion, note)
    _note(connection, hand, opinion, {"move": move})
    return queries.one(connection, hand.scope, opinion)


def reveal(
    connection: Connection, vault: Vault, opinion: int, hand: Hand, reason: str
) -> tuple[OpinionView, str]:
    """The contact in clear, once; who asked and why stands in the log first."""
    there = queries.one(connection, hand.scope, opinion)
    detail = {"move": "contact", "reason": reason}
    _note(connection, hand, opinion, detail)
    return there, vault.decrypt(CONTACT, there.contact)


def _note(connection: Connection, hand: Hand, opinion: int, detail: Mapping[str, object]) -> None:
    audit.record(connection, hand.by, Action.OPINIONS_HANDLE, f"opinion:{opinion}", detail)
