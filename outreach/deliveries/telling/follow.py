"""What follows a word besides the delivery's state, and how it is taken back.

Everything is worked out from the words that stand, never from the one that goes: so two people who said the same
leave it as it is when one of them takes it back. What somebody else changed meanwhile is left alone, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Connection

from outreach import clock
from outreach.access.scope import Scope
from outreach.deliveries.telling import queries
from outreach.deliveries.telling.queries import Held, Kept
from outreach.deliveries.telling.words import WORDS, wanted
from outreach.people import refusing
from outreach.people import service as people
from outreach.people.queries import consent
from outreach.people.refusing import Asked
from outreach.people.service import get_person
from outreach.reach.tasks import queries as task_queries
from outreach.reach.tasks import service as tasks
from outreach.reach.tasks.schemas import DUE_DAYS, NewTask
from outreach.wording import say

Status = Literal["active", "deceased", "moved"]
_GONE = ("moved", "deceased")
_KINDS = {"publicity": "publicity", "own-benefit": "own"}


@dataclass(frozen=True)
class Hand:
    """Who says it, within which region, on which day. marks: whether the register follows 已搬 and 已故."""

    by: str
    scope: Scope
    today: date
    marks: bool = True


@dataclass(frozen=True)
class Changed:
    """Whose record a word changes, and what stood there before."""

    person: int | None = None
    did: dict[str, Any] | None = None


NOTHING = Changed()


def change(connection: Connection, one: Held, word: str, hand: Hand) -> Changed:
    """Do to the register what a word asks for, before the word is written."""
    follow = WORDS[one.channel][word].follow
    if follow == "status" and hand.marks:
        return _mark(connection, one, word, hand)
    if follow == "number":
        return _close_number(connection, one, hand)
    if follow == "refusal":
        return _refuse(connection, one, hand)
    return NOTHING


def change_back(connection: Connection, gone: Kept, hand: Hand) -> list[str]:
    """Undo it as far as nothing else asks for it; codes of what had to stay. The word is crossed out already."""
    if gone.person_id is None:
        return []
    follow = WORDS[gone.channel][gone.word].follow
    if follow == "status":
        return _mark_back(connection, gone, hand)
    if follow == "number":
        return _open_number(connection, gone, hand)
    return _allow(connection, gone, hand)


# -- the register says moved or dead -------------------------------------------------------------------


def only_resident(connection: Connection, kind: str, addressee: int, scope: Scope) -> int | None:
    """The one person whom 已搬 or 已故 can mean: who alone lives there, or was said to be gone before."""
    found = queries.residents(connection, kind, addressee)
    inside = [key for key, region in found.items() if scope.covers(region)]
    if found:
        return inside[0] if len(found) == len(inside) == 1 else None
    return queries.marked_at(connection, kind, addressee)


def _mark(connection: Connection, one: Held, word: str, hand: Hand) -> Changed:
    person = only_resident(connection, one.kind, one.addressee, hand.scope)
    there = queries.status_of(connection, person) if person else None
    if person is None or there is None:
        return NOTHING
    was = _status(queries.of_person(connection, person, *_GONE), there.status)
    people.mark_status(connection, hand.scope, person, cast("Status", word), clock.now())
    return Changed(person, {"was": was})


def _status(said: Sequence[Kept], now: str) -> str:
    """What the register had before the words that stand; as it is, when they do not explain what it says."""
    standing = [one for one in said if one.stands]
    if standing and standing[-1].word == now:
        return str(standing[0].did["was"])
    return now


def _mark_back(connection: Connection, gone: Kept, hand: Hand) -> list[str]:
    person = gone.person_id or 0
    said = queries.of_person(connection, person, *_GONE)
    left = [one for one in said if one.stands]
    before = [one for one in said if one.stands or one.id == gone.id]
    there = queries.status_of(connection, person)
    if there is None or there.status != before[-1].word:
        return ["telling.register_changed"]
    status = left[-1].word if left else str(before[0].did["was"])
    people.mark_status(connection, hand.scope, person, cast("Status", status), clock.now())
    return []


# -- the number does not exist -------------------------------------------------------------------------


def _close_number(connection: Connection, one: Held, hand: Hand) -> Changed:
    if one.kind != "person":
        return NOTHING
    there = queries.status_of(connection, one.addressee)
    if there is None:
        return NOTHING
    said = [
        word
        for word in queries.of_person(connection, one.addressee, "wrong_number")
        if word.stands
    ]  # fmt: skip
    was = bool(said[0].did["was"]) if said and there.phone_closed else bool(there.phone_closed)
    people.close_phone(connection, hand.scope, one.addressee, clock.now())
    return Changed(one.addressee, {"was": was})


def _open_number(connection: Connection, gone: Kept, hand: Hand) -> list[str]:
    person = gone.person_id or 0
    said = queries.of_person(connection, person, "wrong_number")
    if any(one.stands for one in said) or gone.did["was"]:
        return []
    if queries.number_is_dead(connection, person):
        return ["telling.number_stays"]
    inside = hand.scope.condition(queries.REGION)
    values = {"phone_closed": False, "updated_at": clock.now()}
    consent.set_person(connection, inside, person, values)
    return []


# -- no more calls -------------------------------------------------------------------------------------


def _hand(hand: Hand) -> refusing.Hand:
    return refusing.Hand(hand.by, hand.scope, say("telling.said_on_the_phone"), clock.now())


def _refuse(connection: Connection, one: Held, hand: Hand) -> Changed:
    kind = _KINDS.get(one.message_class)  # nobody can refuse what is urgent
    if kind is None or one.kind != "person":
        return NOTHING
    asked = Asked(one.channel, kind)
    done = refusing.refuse(connection, one.addressee, asked, _hand(hand))
    return Changed(done.person, {"refusals": list(done.changed), "kind": kind})


def _allow(connection: Connection, gone: Kept, hand: Hand) -> list[str]:
    """End the refusal when a word opened it and no other word of the same kind stands."""
    person, kind = gone.person_id or 0, str(gone.did["kind"])
    said = [
        one
        for one in queries.of_person(connection, person, "declined")
        if one.did.get("kind") == kind
    ]
    if any(one.stands for one in said):
        return []
    opened = {key for one in said for key in one.did["refusals"]}
    row = get_person(connection, hand.scope, person)
    if opened & {one.id for one in refusing.standing(connection, row)}:
        refusing.resubscribe(connection, person, Asked(gone.channel, kind), _hand(hand))
    return []


# -- tasks ---------------------------------------------------------------------------------------------


def tasks_of(
    connection: Connection, one: Held, before: Sequence[Kept], after: Sequence[Kept], hand: Hand
) -> tuple[list[int], list[str]]:
    """Open what the words of a door ask for and drop what they no longer ask for.

    before, after: the words that stood and that stand, one for each tap. Returns the tasks that were opened, and
    codes of what had to stay.
    """
    asked, asks = (wanted((word.channel, word.word) for word in said) for said in (before, after))
    if asked == asks:
        return [], []
    there = task_queries.of_deliveries(connection, queries.same_door(connection, one))
    running = {task.kind for task in there if task.state == "open"}
    opened = [_open(connection, one, kind, hand) for kind in sorted(asks - asked - running)]
    over = [task for task in there if task.kind in asked - asks and task.state in ("open", "done")]
    kept = tasks.drop(connection, over, hand.by)
    return opened, ["telling.task_begun"] if kept else []


def _open(connection: Connection, one: Held, kind: str, hand: Hand) -> int:
    household, person = queries.home_of(connection, one)
    about = queries.policies_of(connection, one.id)
    task = NewTask(
        kind=kind, region=one.region, due_on=hand.today + timedelta(days=DUE_DAYS[kind]), household_id=household,
        person_id=person, policy_id=about[0] if len(about) == 1 else None, delivery_id=one.id,
        helper=queries.helper_of(connection, household),
    )  # fmt: skip
    return tasks.open_task(connection, task, hand.by)
