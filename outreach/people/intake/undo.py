"""Taking an import back: whom it added goes, what it changed is as before, unless somebody has built on it since.

Each step is a transaction of a chunk, and an undoing that was cut off is simply done again. Who stays is told with the
reason; nothing is ever taken from an audience, a delivery or a later import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Conflict, Refused
from outreach.people.intake.changes import TABLES, put_back, read_back
from outreach.people.queries import imports, undoing
from outreach.people.queries import register as queries
from outreach.store import Begin, refresh_statistics
from outreach.wording import say

MOST_KEPT = 1_000
"""People who stay that are told one by one; the rest is counted."""

STAY = "stay"
"""In the result of a run that was undone: how many people stay; while some do, it may be undone again."""

ENDED = frozenset({"finished", "cancelled", "failed"})
"""States of a run that nobody is working on."""


class Kept(NamedTuple):
    """Somebody whom the undoing leaves as the import left them: why, and which later import it was (None = none)."""

    person: int
    code: str
    later: int | None = None

    def message(self) -> str:
        """The reason in Chinese."""
        if self.code == "people.undo_later":
            return say("people.undo_later", later=self.later)
        return say(self.code)


@dataclass
class Undone:
    """What became of it. `reasons`: code → how many people stay because of it."""

    run: int
    removed: int = 0
    restored: int = 0
    households: int = 0
    kept: list[Kept] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def kept_total(self) -> int:
        """How many people stay as the import left them."""
        return self.reasons.total()

    def as_dict(self) -> dict[str, object]:
        """Figures, and the first of those who stay."""
        kept = [
            {"person": one.person, "code": one.code, "message": one.message()} for one in self.kept
        ]
        return {
            "run": self.run, "removed": self.removed, "restored": self.restored, "households": self.households,
            "kept_total": self.kept_total, "kept": kept, "reasons": dict(self.reasons),
        }  # fmt: skip


def undo(begin: Begin, run: int, by: str) -> Undone:
    """Take a run back, by somebody who is named in the log.

    Whoever stays because of something later goes when that is gone and this is done again.
    Raises Missing people.import_missing; Conflict people.undo_twice when nobody stayed; Refused people.undo_running while it goes on, and
    people.undo_list for an office's list, which is no register.
    """
    with begin() as connection:
        there = imports.get_run(connection, run)
    _refuse(there)
    undoing_ = _Undoing(begin, there)
    undoing_.put_back_people()
    undoing_.put_back_households()
    undoing_.find_who_stays()
    undoing_.take_out()
    return undoing_.finish(by)


def _refuse(run: Row[Any]) -> None:
    if run.undone_at is not None and not run.result.get(STAY):
        raise Conflict(
            "people.undo_twice", run=run.id, by=run.undone_by, at=f"{run.undone_at:%Y-%m-%d}"
        )
    if run.state not in ENDED:
        raise Refused("people.undo_running", run=run.id)
    if run.list_ref:
        raise Refused("people.undo_list", run=run.id)


class _Undoing:
    """The passes over what one run has done."""

    def __init__(self, begin: Begin, run: Row[Any]) -> None:
        self._begin = begin
        self._run = run
        self._stays: dict[int, None] = {}
        self._left: set[int] = set()  # changed before, and left as they are
        self._highest = int(run.result.get(imports.HIGHEST, 0))
        self.result = Undone(run.id)

    def _keep(self, one: Kept) -> None:
        self.result.reasons[one.code] += 1
        if len(self.result.kept) < MOST_KEPT:
            self.result.kept.append(one)

    def put_back_people(self) -> None:
        """Those who were registered before get their facts of then."""
        after = 0
        while True:
            with self._begin() as connection:
                some = undoing.changes_of(connection, self._run.id, "person", after, queries.CHUNK)
                if not some:
                    return
                after = some[-1].id
                self._put_back(connection, some)

    def _put_back(self, connection: Connection, changes: Any) -> None:
        numbers = [one.row_id for one in changes]
        later = undoing.changed_later(connection, self._run.id, "person", numbers)
        there = undoing.rows_of(connection, TABLES["person"], numbers)
        values: dict[int, dict[str, Any]] = {}
        done = []
        for one in changes:
            now = there.get(one.row_id)
            if now is None:
                done.append(one.id)  # erased meanwhile
                continue
            kept = self._why_left(one, now, later.get(one.row_id))
            if kept is not None:
                self._left.add(one.row_id)
                self._keep(kept)
                continue
            values[one.row_id] = put_back(one.before, now)
            done.append(one.id)
        undoing.put_back(connection, TABLES["person"], values)
        undoing.forget_changes(connection, done)
        self.result.restored += len(values)
        _follow(connection, [there[number] for number in values], values)

    def _why_left(self, change: Row[Any], now: Row[Any], later: int | None) -> Kept | None:
        if later is not None:
            return Kept(now.id, "people.undo_later", later)
        if "updated_at" in change.before and now.updated_at != self._run.at:
            return Kept(now.id, "people.undo_touched")
        return None

    def put_back_households(self) -> None:
        """Place, address and head of households that were registered before."""
        after = 0
        while True:
            with self._begin() as connection:
                some = undoing.changes_of(
                    connection, self._run.id, "household", after, queries.CHUNK
                )
                if not some:
                    return
                after = some[-1].id
                numbers = [one.row_id for one in some]
                later = undoing.changed_later(connection, self._run.id, "household", numbers)
                done = [one for one in some if one.row_id not in later]
                values = {one.row_id: read_back("household", one.before) for one in done}
                undoing.put_back(connection, TABLES["household"], values)
                undoing.forget_changes(connection, [one.id for one in done])

    def find_who_stays(self) -> None:
        """Of the people whom the run has added: who is used, was touched, or is needed by somebody who stays."""
        guardians: dict[int, int] = {}
        with self._begin() as connection:
            needed = undoing.needed_by_others(connection, self._run.id)
        for some in self._added():
            with self._begin() as connection:
                reasons = self._reasons(connection, some)
            for row in some:
                if row.id in reasons or row.id in needed:
                    self._stay(reasons.get(row.id) or Kept(row.id, "people.undo_guardian"))
                if row.guardian_id is not None:
                    guardians[row.id] = row.guardian_id
        waiting = list(self._stays)
        while waiting:  # a ward who stays keeps the guardian, and so on
            guardian = guardians.get(waiting.pop())
            if guardian is None or guardian in self._stays or not self._is_added(guardian):
                continue
            self._stay(Kept(guardian, "people.undo_guardian"))
            waiting.append(guardian)

    def _is_added(self, person: int) -> bool:
        with self._begin() as connection:
            row = undoing.rows_of(connection, TABLES["person"], [person]).get(person)
        return row is not None and row.first_import_id == self._run.id

    def _stay(self, one: Kept) -> None:
        self._stays[one.person] = None
        self._keep(one)

    def _added(self) -> Iterator[list[Row[Any]]]:
        after = 0
        while True:
            with self._begin() as connection:
                some = list(undoing.added_people(connection, self._run.id, after, queries.CHUNK))
            if not some:
                return
            after = some[-1].id
            yield some

    def _reasons(self, connection: Connection, some: list[Row[Any]]) -> dict[int, Kept]:
        numbers = [row.id for row in some]
        used = undoing.used_people(connection, numbers)
        elsewhere = undoing.known_from_elsewhere(connection, numbers, self._run.id)
        found: dict[int, Kept] = {}
        for row in some:
            if row.import_id != self._run.id:
                found[row.id] = Kept(row.id, "people.undo_later", row.import_id)
            elif row.id in used:
                found[row.id] = Kept(row.id, "people.undo_used")
            elif row.updated_at != self._run.at or row.id in elsewhere:
                found[row.id] = Kept(row.id, "people.undo_touched")
        return found

    def take_out(self) -> None:
        """The others go."""
        for some in self._added():
            with self._begin() as connection:
                undoing.let_go(connection, [row.id for row in some if row.id not in self._stays])
        for some in self._added():
            going = [row for row in some if row.id not in self._stays]
            with self._begin() as connection:
                undoing.delete_people(connection, [row.id for row in going], self._run.id)
                _recompute(connection, going)
            self.result.removed += len(going)
            self._highest = max(self._highest, *(row.id for row in going), 0)

    def finish(self, by: str) -> Undone:
        """Empty households, what the run said of others, and the mark that it was undone."""
        with self._begin() as connection:
            kept = {*self._stays, *self._left}
            undoing.delete_records(connection, self._run.id, kept)
            self.result.households = undoing.delete_empty_households(connection, self._run.id)
            values = {
                "undone_at": clock.now(), "undone_by": by, "result": {**self._run.result, STAY: self.result.kept_total, imports.HIGHEST: self._highest},
            }  # fmt: skip
            imports.update_run(connection, self._run.id, values)
            told = {
                "undo": True, "removed": self.result.removed, "restored": self.result.restored,
                "kept": self.result.kept_total,
            }  # fmt: skip
            audit.record(connection, by, Action.PEOPLE_IMPORT, f"import:{self._run.id}", told)
            refresh_statistics(connection)
        return self.result


def _recompute(connection: Connection, rows: list[Row[Any]]) -> None:
    homes = {row.household_id for row in rows if row.household_id is not None}
    queries.set_complete(connection, homes)
    queries.class_phones(connection, {row.phone_key for row in rows if row.phone_key})


def _follow(
    connection: Connection, rows: list[Row[Any]], values: dict[int, dict[str, Any]]
) -> None:
    """Households and numbers that were left, and those that were taken up again."""
    homes = {row.household_id for row in rows} | {
        one.get("household_id") for one in values.values()
    }
    phones = {row.phone_key for row in rows} | {one.get("phone_key") for one in values.values()}
    queries.set_complete(connection, {home for home in homes if home is not None})
    queries.class_phones(connection, {phone for phone in phones if phone})
