"""One snapshot of a register per process, as long as nothing in the register has changed.

What is compared: `register_change`, which triggers of the database write at every change of a fact (migration 0002),
and on SQLite, where rows that are only added are not counted there, the number of people. So every change, whoever
makes it, makes a new snapshot necessary, and nothing else does.
"""

from __future__ import annotations

from threading import Lock

from sqlalchemy import URL, Connection, text

from outreach.audiences.snapshot.columns import load
from outreach.audiences.snapshot.index import Index

Version = tuple[int, ...]

_SQLITE = text("SELECT (SELECT sum(number) FROM register_change), (SELECT count(*) FROM person)")
_POSTGRES = text("SELECT count(*), max(id), sum(id) FROM register_change")
_WRITING = {
    "sqlite": text("SELECT query_only = 0 FROM pragma_query_only"),
    "postgresql": text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL"),
}
_kept: dict[URL, tuple[Version, Index]] = {}
_lock = Lock()


def version_of(connection: Connection) -> Version:
    """What the register is now, as this transaction sees it; another one after every change of a fact."""
    statement = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    return tuple(int(one or 0) for one in connection.execute(statement).one())


def index_of(connection: Connection, *, may_load: bool = True) -> Index | None:
    """The index of the register as it is now, loaded by the first who asks; None in a transaction that writes.

    None as well where it would have to be loaded and `may_load` says no.

    Others who ask meanwhile wait for it instead of loading a second one. One register is kept at a time.
    """
    if connection.execute(_WRITING[connection.dialect.name]).scalar_one():
        return None
    version = version_of(connection)
    place = connection.engine.url
    kept = _kept.get(place)
    if kept is not None and kept[0] == version:
        return kept[1]
    if not may_load:
        return None
    with _lock:
        kept = _kept.get(place)
        if kept is None or kept[0] != version:
            _kept.clear()  # the old one goes before the new one comes: two would need twice the memory
            kept = _kept[place] = (version, Index(load(connection)))
        return kept[1]


def forget() -> None:
    """Give the memory back."""
    with _lock:
        _kept.clear()
