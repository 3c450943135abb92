"""After the rows are in: who looks after whom. A child may stand in the file before its parents."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from sqlalchemy import Connection

from outreach.people.ages import GUARDED_UNDER
from outreach.people.intake.register import Run
from outreach.people.intake.spool import Spool
from outreach.people.intake.writing import Child, Written, child_of
from outreach.people.queries import imports
from outreach.people.queries import register as queries
from outreach.store import Begin
from segments.person import age_on

CHILD_WORDS = frozenset(
    [
        "子",
        "女",
        "儿子",
        "女儿",
        "长子",
        "次子",
        "三子",
        "四子",
        "长女",
        "次女",
        "三女",
        "四女",
        "独生子",
        "独生女",
        "孩子",
        "子女",
        "养子",
        "养女",
        "养子女",
    ]
)
"""Relations to the head that make the head a parent."""


class Children:
    """The children of a file, kept on disk until all rows are written."""

    def __init__(self, spool: Spool, today: date) -> None:
        self._spool = spool
        self._today = today

    def note(self, written: Sequence[Written]) -> None:
        """Keep those of a chunk who need a guardian and may have one."""
        for one in written:
            child = child_of(one)
            if child is not None and self._is_guarded(child) and _may_have(child):
                self._spool.append(marshal.dumps(tuple(child)))

    def _is_guarded(self, child: Child) -> bool:
        return age_on(date.fromordinal(child.birth), self._today) < GUARDED_UNDER

    def chunks(self) -> Iterator[list[Child]]:
        """All of them, some at a time."""
        waiting = iter(self._spool)
        while some := list(islice(waiting, queries.CHUNK)):
            yield [Child._make(marshal.loads(one)) for one in some]  # noqa: S302 - our own spool


def _may_have(child: Child) -> bool:
    named = child.guardian_key or child.guardian_name_key
    return bool(named or (child.household_id and child.relation in CHILD_WORDS))


def settle_guardians(begin: Begin, children: Children, run: Run) -> Iterator[Child]:
    """Set guardians in transactions of a chunk; gives the rows that name one who is not in the register."""
    for some in children.chunks():
        with begin() as connection:
            lost = _set_guardians(connection, some, run)
        yield from lost


def _set_guardians(connection: Connection, children: Sequence[Child], run: Run) -> list[Child]:
    """By the guardian's document; else by name within the household; else the head whose child it is."""
    by_key = queries.person_ids(
        connection, {one.guardian_key for one in children if one.guardian_key}
    )
    homes = {one.household_id for one in children if one.household_id}
    by_name = queries.members_by_name(connection, homes)
    heads = queries.heads_of(connection, homes)
    guardians: dict[int, int] = {}
    lost = []
    for one in children:
        found = by_key.get(one.guardian_key) if one.guardian_key else None
        if found is None and one.guardian_name_key and one.household_id:
            found = by_name.get((one.household_id, one.guardian_name_key))
        named = one.guardian_key or one.guardian_name_key
        if found is None and not named and one.household_id and one.relation in CHILD_WORDS:
            found = heads.get(one.household_id)
        if found is not None and found != one.person_id:
            guardians[one.person_id] = found
        elif named:
            lost.append(one)
    _write(connection, guardians, run)
    return lost


def _write(connection: Connection, guardians: dict[int, int], run: Run) -> None:
    """Only what differs; the guardian before is written down for people whom the run has not added."""
    there = queries.guardians_of(connection, guardians.keys())
    changed = {child: one for child, one in guardians.items() if there[child][0] != one}
    before = {
        child: {"guardian_id": there[child][0]} for child in changed if there[child][1] != run.id
    }
    imports.add_changes(connection, run.id, "person", before, run.at)
    queries.set_guardians(connection, changed)
