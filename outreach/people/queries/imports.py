"""Statements about runs of an import, and about what stood in the register before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, func, insert, not_, or_, select, update

from outreach import clock
from outreach.errors import Missing
from outreach.models.people import ImportChange, ImportRun, Person
from outreach.people.queries.bulk import add_rows
from outreach.store import chunks

CHANGES: Table = ImportChange.__table__  # type: ignore[assignment]
SPOKEN = "spoken"
"""In what stood in a row of a person: the bits of circumstances of which the import spoke."""

_CHANGE = ("import_id", "kind", "row_id", "before", "at")
_LISTED = [column for column in ImportRun.__table__.c if column.name not in ("members", "mapping")]


def start_run(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write down that a file is being taken in; returns the number of the run."""
    statement = insert(ImportRun).values(dict(values)).returning(ImportRun.id)
    return int(connection.execute(statement).scalar_one())


def update_run(connection: Connection, run: int, values: Mapping[str, Any]) -> None:
    """Write down how far it is, or how it ended."""
    connection.execute(update(ImportRun).where(ImportRun.id == run).values(dict(values)))


def beat(connection: Connection, run: int, done: int) -> bool:
    """The process is alive and has come so far; returns whether somebody asked it to end."""
    statement = (
        update(ImportRun)
        .where(ImportRun.id == run)
        .values(done=done, beat_at=clock.now())
        .returning(ImportRun.stop)
    )
    return bool(connection.execute(statement).scalar_one())


def get_run(connection: Connection, run: int) -> Row[Any]:
    """One run; Missing people.import_missing when there is none."""
    row = connection.execute(select(ImportRun.__table__).where(ImportRun.id == run)).one_or_none()
    if row is None:
        raise Missing("people.import_missing", run=run)
    return row


def runs(connection: Connection, by: str | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """The newest runs, without columns and members; only one user's when named."""
    statement = select(*_LISTED).order_by(ImportRun.id.desc()).limit(limit)
    if by is not None:
        statement = statement.where(ImportRun.by == by)
    return connection.execute(statement).all()


HIGHEST = "highest"
"""In the result of a run that was undone: the highest number of the people who were taken out."""


def highest_taken_out(connection: Connection) -> int:
    """The highest number of anybody whom an undoing has taken out, 0 when there was none."""
    results = connection.scalars(select(ImportRun.result).where(ImportRun.undone_at.is_not(None)))
    return max((int(result.get(HIGHEST, 0)) for result in results), default=0)


def last_mapping(connection: Connection, headers: Sequence[str]) -> dict[str, str]:
    """What the newest finished import chose for these very headers; {} when none did."""
    rows = connection.execute(
        select(ImportRun.mapping)
        .where(not_(or_(ImportRun.finished_at.is_(None), ImportRun.rows == 0)))
        .order_by(ImportRun.id.desc())
        .limit(20)
    )
    for (mapping,) in rows:
        if set(headers) <= set(mapping):
            return {header: str(mapping[header]) for header in headers}
    return {}


def earlier_runs(connection: Connection, before: int | None) -> Sequence[Row[Any]]:
    """Finished runs that were not undone, the newest first, before a run (None = all)."""
    run = ImportRun
    statement = select(run.id, run.file_name, run.at, run.mapping, run.options, run.list_ref).where(
        run.state == "finished", run.undone_at.is_(None), run.members.is_not(None)
    )
    if before is not None:
        statement = statement.where(run.id < before)
    return connection.execute(statement.order_by(run.id.desc()).limit(200)).all()


def members(connection: Connection, run: int) -> bytes:
    """Who was in the file of a run, packed; empty when nobody wrote it down."""
    found: bytes | None = connection.scalar(select(ImportRun.members).where(ImportRun.id == run))
    return found or b""


def add_changes(
    connection: Connection,
    run: int,
    kind: str,
    before: Mapping[int, Mapping[str, Any]],
    at: datetime,
) -> None:
    """Row → what stood in it. What the run has written down of a row already (a household whose members stand far
    apart, somebody named twice, an earlier pass) stays as it is: both stand in one place.
    """
    fresh = dict(before)
    if fresh:
        fresh = _without_known(connection, run, kind, fresh)
    rows = [(run, kind, row, dict(values), at) for row, values in fresh.items()]
    add_rows(connection, CHANGES, _CHANGE, rows)


def _without_known(
    connection: Connection, run: int, kind: str, fresh: dict[int, Mapping[str, Any]]
) -> dict[int, Mapping[str, Any]]:
    change = ImportChange
    of_run = and_(change.import_id == run, change.kind == kind)
    for some in chunks(fresh):
        known = connection.execute(
            select(change.id, change.row_id, change.before).where(of_run, change.row_id.in_(some))
        )
        for number, row, before in known.all():
            said = fresh.pop(row)
            values = {**said, **before}
            if spoken := said.get(SPOKEN, 0) | before.get(SPOKEN, 0):
                values[SPOKEN] = spoken
            if values != before:
                connection.execute(update(change).where(change.id == number).values(before=values))
    return fresh


def reached(connection: Connection, run: int) -> tuple[int, int]:
    """How many people a run has added, and how many of those who were there it has changed."""
    people = select(func.count()).select_from(Person).where(Person.first_import_id == run)
    changed = (
        select(func.count())
        .select_from(ImportChange)
        .where(ImportChange.import_id == run, ImportChange.kind == "person")
    )
    return connection.scalar(people) or 0, connection.scalar(changed) or 0
