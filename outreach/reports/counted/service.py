"""Kept counts: read, brought to today by the sweep, computed anew.

A count is taken from the list of old ones, computed from one look at the database, and written, each in a transaction
of its own: nobody who sends waits for a count. What changes meanwhile is on the list again. Whoever dies leaves what
they took, and after some minutes it is old again; so a sweep is right if it runs never, late, or on several machines.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.scope import Scope
from outreach.models.counts import REGISTER
from outreach.people.queries.people import count_people
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reports.counted import looking
from outreach.reports.counted.queries import keeping, old
from outreach.reports.counted.schemas import Kept, Place
from outreach.reports.schemas import PlaceCount, ReachFigures, Untold
from outreach.store import Store, chunks

FEW_PEOPLE = 20_000
FEW_DELIVERIES = 100_000
"""A register with no more of either is asked itself: its numbers are those of this moment."""

STEP = 24
"""Villages that are counted in one look."""

SECONDS = 1.0
"""How long one sweep counts; what is left waits for the next."""

_CHECKED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Terms:
    """The day that ages go by, and the installation's region."""

    on: date
    home: str = ""


# -- reading --------------------------------------------------------------------------------------------


def small(connection: Connection) -> bool:
    """Whether the register is so small that it is asked itself."""
    people, deliveries = keeping.size(connection)
    return people <= FEW_PEOPLE and deliveries <= FEW_DELIVERIES


def serves(connection: Connection, scope: Scope, policy: int, on: date, home: str) -> bool:
    """Whether the kept counts answer for a scope and a day: today's, whole, of no part of a village."""
    if len(scope.region) > looking.VILLAGE or on != clock.business_day() or small(connection):
        return False
    row = keeping.counted(connection, policy)
    return row is not None and row.whole and row.home == home


def reach(connection: Connection, scope: Scope, policy: int) -> ReachFigures:
    """What is kept about a policy, by village."""
    return ReachFigures(
        tuple(PlaceCount(**row) for row in keeping.places(connection, scope, policy))
    )


def untold(connection: Connection, scope: Scope, policy: int) -> list[Untold]:
    """Why people who fit were never told, as it is kept, the most frequent first."""
    return [Untold(*row) for row in keeping.parts(connection, scope, policy, "untold")]


def divided(
    connection: Connection, scope: Scope, policy: PolicyView, about: str, terms: Terms
) -> list[tuple[str, str, int]]:
    """(one, other, people) of a division, the most first; see models.counts.ReachPart for what `about` can be.

    channel: (grade, channel) of those who were told, each counted by the strongest proof. language: (language, grade)
    of those who certainly fit; '' = the region's language, and not told.
    """
    if serves(connection, scope, policy.id, terms.on, terms.home):
        return keeping.parts(connection, scope, policy.id, about)
    found: Counter[tuple[str, str]] = Counter()
    for codes in chunks(_codes(connection, scope), STEP):
        for one in looking.villages_now(connection, policy, codes, terms.on, terms.home).values():
            for (what, *words), n in one.parts.items():
                if what == about:
                    found[words[0], words[1]] += n
    rows = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [(*words, n) for words, n in rows]


def _codes(connection: Connection, scope: Scope) -> list[str]:
    """Villages in a scope where anybody is registered; of a grid, the grid."""
    if len(scope.region) > looking.VILLAGE:
        return [scope.region]
    return [code for code in old.villages(connection) if scope.covers(code)]


def register(connection: Connection, scope: Scope) -> tuple[int, int]:
    """(people, who of them has no usable number) as it is kept."""
    return tuple(  # type: ignore[return-value]
        sum(n for _, _, n in keeping.parts(connection, scope, REGISTER, about))
        for about in ("people", "without_number")
    )


def register_of(connection: Connection, scope: Scope, on: date) -> tuple[int, int] | None:
    """The same where it is kept and answers for a scope and a day; None where the register itself has to be asked."""
    row = keeping.counted(connection, REGISTER)
    if row is None or not serves(connection, scope, REGISTER, on, row.home):
        return None
    return register(connection, scope)


def people(connection: Connection, scope: Scope) -> int:
    """How many people are registered, from what is kept where that answers."""
    kept = register_of(connection, scope, clock.business_day())
    return kept[0] if kept else count_people(connection, scope)


def as_of(connection: Connection, policy: PolicyView | int) -> datetime | None:
    """Up to when what a page reads of a policy holds every change: this moment where the register is asked itself, and
    where nothing waits to be counted. None when it was never counted whole."""
    kept = standing(connection, policy)
    return None if kept is None else kept.at


def standing(connection: Connection, policy: PolicyView | int) -> Kept | None:
    """The same with the day that ages go by."""
    if small(connection):
        return Kept(clock.now(), clock.business_day())
    number = policy if isinstance(policy, int) else policy.id
    row = keeping.counted(connection, number)
    if row is None or not row.whole:
        return None
    now, since = clock.now(), keeping.oldest(connection, number)
    at = now if since is None else min(now, datetime.fromtimestamp(since, UTC))
    today = Terms(clock.business_day(), row.home)
    if row.on != today.on or (not isinstance(policy, int) and row.seen != _seen(policy, today)):
        at = min(at, row.checked_at)
    return Kept(at, row.on)


# -- counting -------------------------------------------------------------------------------------------


def sweep(store: Store, terms: Terms, *, seconds: float = SECONDS) -> int:
    """Count some of what is old; returns how many counts were made."""
    begun, made = time.monotonic(), 0
    with store.begin() as connection:
        if not old.alone(connection):
            return 0
        if small(connection):
            old.sort_notes(connection)  # they must not grow while nobody asks for them
            return 0
        old.give_back(connection)
        _look_at_policies(connection, terms)
    while True:
        some = _step(store)
        made += some
        if not some or time.monotonic() - begun >= seconds:
            return made


def _step(store: Store) -> int:
    """One policy in some villages; how many there were."""
    token = uuid.uuid4().hex
    with store.begin() as connection:
        if not old.alone(connection):
            return 0
        old.sort_notes(connection)
        old.spread(connection)
        taken = old.take(connection, token, STEP)
        if not taken:
            keeping.set_whole(connection)
            return 0
    with store.read() as connection:
        found = _look(connection, taken)
    with store.begin() as connection:
        mine = {village for _, village in old.still_mine(connection, token)}
        _write(connection, taken[0].policy_id, found, mine)
    return len(taken)


def _look(connection: Connection, taken: Sequence[Place]) -> dict[str, Any]:
    """Village → what it comes to now, for the day and the installation that its policy is counted for."""
    policy = taken[0].policy_id
    codes = [one.village for one in taken]
    row = keeping.counted(connection, policy)
    if row is None:
        return {}
    if policy == REGISTER:
        parts = looking.register_now(connection, codes, row.on)
        return {code: parts.get(code, []) for code in codes}
    view = next((one for one in policies.all_policies(connection) if one.id == policy), None)
    if view is None:
        return {}
    found = looking.villages_now(connection, view, codes, row.on, row.home)
    return {code: found.get(code) for code in codes}


def _write(connection: Connection, policy: int, found: dict[str, Any], mine: set[str]) -> None:
    kept = {code: one for code, one in found.items() if code in mine}
    if policy == REGISTER:
        keeping.write_register(connection, list(kept), kept)
    else:
        keeping.write_places(connection, policy, kept)


def _look_at_policies(connection: Connection, terms: Terms) -> None:
    """A new day, a new version, what a region filled in: whose counts are old as a whole."""
    kept = keeping.bases(connection)
    views = policies.all_policies(connection)
    for view in views:
        seen, before = _seen(view, terms), kept.get(view.id)
        if before is None or before.seen != seen:
            basis = looking.basis_of(connection, view, terms.on, terms.home)
            _adopt(connection, view.id, seen, basis, terms, before)
    seen = f"{terms.on}"
    if REGISTER not in kept or kept[REGISTER].seen != seen:
        basis = looking.register_basis(terms.on)
        _adopt(connection, REGISTER, seen, basis, terms, kept.get(REGISTER))
    keeping.forget(connection, set(kept) - {view.id for view in views} - {REGISTER})
    if any(clock.now() - one.checked_at >= _CHECKED_EVERY for one in kept.values()):
        keeping.checked(connection)


def _adopt(
    connection: Connection, policy: int, seen: str, basis: str, terms: Terms, before: Any
) -> None:
    values = {
        "policy_id": policy, "seen": seen, "basis": basis, "home": terms.home, "on": terms.on,
        "checked_at": clock.now(),
    }  # fmt: skip
    keeping.set_basis(connection, values)
    if before is None or before.basis != basis:
        old.make_all_old(connection, policy)


def _seen(view: PolicyView, terms: Terms) -> str:
    """Cheap to compare: everything that the question whom a policy fits is made of."""
    made_of = (
        view.version_id, view.hash, view.status, view.withdrawn_on, view.valid_from, view.valid_to,
        sorted((one.region, repr(one.parameters), repr(one.facts)) for one in view.locals), terms,
    )  # fmt: skip
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def rebuild(store: Store, terms: Terms) -> int:
    """Count everything anew, village by village; returns how many counts were made.

    Nobody who sends waits for it, and until a village is counted its page shows what was kept.
    """
    with store.begin() as connection:
        old.take_from_all(connection)
        _look_at_policies(connection, terms)
        known = set(keeping.bases(connection))
        keeping.forget(connection, keeping.counted_policies(connection) - known)
        for policy in sorted(known):
            old.make_all_old(connection, policy)
    made = 0
    while some := _step(store):
        made += some
    return made
