"""People's facts as they were at the beginning of a span, from what imports wrote down before they changed a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from outreach.audiences.changes import queries
from outreach.audiences.changes.schemas import Span
from segments import vocabulary
from segments.errors import FactsError
from segments.person import Person as Facts

_COLUMNS = frozenset(one.name for one in fields(Facts)) - {"members", "about"}
_Before = dict[str, tuple[Any, datetime]]
"""Column → (what stood there before the first change in the span, when that change was)."""


def facts_then(
    connection: Connection, now: Mapping[int, Facts], span: Span, *, members: bool
) -> dict[int, Facts | None]:
    """Person → facts then; None for who was not active then. All of them were in the register.

    Circumstances come from the row that an import wrote over, else from what lists had said by then.
    """
    before = _before(queries.changes(connection, now.keys(), span))
    said = queries.records(connection, now.keys())
    listed = [one for one in queries.lists(connection) if not queries.came(one, span)]
    homes = _homes(connection, now, before, span) if members else {}
    there = queries.homes_of(connection, now.keys())
    found: dict[int, Facts | None] = {}
    for person, facts in now.items():
        was = before.get(person, {})
        if _value(was, "status", there[person][1]) != "active":
            found[person] = None
            continue
        columns = {name: _read(name, was[name][0]) for name in _COLUMNS & was.keys()}
        then = replace(facts, **_valid(columns, facts))
        then = _circumstances(then, was, said.get(person, []), listed, span)
        found[person] = replace(then, members=homes.get(person)) if members else then
    return found


def _before(rows: Collection[Row[Any]]) -> dict[int, _Before]:
    """Rows come newest first, so the oldest stays."""
    found: dict[int, _Before] = {}
    for row in rows:
        found.setdefault(row.row_id, {}).update(
            {name: (value, row.at) for name, value in row.before.items()}
        )
    return found


def _value(was: _Before, name: str, now: Any) -> Any:
    return was[name][0] if name in was else now


def _read(name: str, value: Any) -> Any:
    if name == "birth" and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _valid(columns: dict[str, Any], facts: Facts) -> dict[str, Any]:
    """Both words of circumstances together, where a row says only the one that changed."""
    if "circumstances" in columns:
        true = columns["circumstances"]
        known = columns.get("circumstances_known", facts.circumstances_known) | true
    else:
        known = columns.get("circumstances_known", facts.circumstances_known)
        true = facts.circumstances & known
    return {**columns, "circumstances": true, "circumstances_known": known}


def _circumstances(
    facts: Facts, was: _Before, said: Collection[Row[Any]], listed: Collection[Row[Any]], span: Span
) -> Facts:
    """Undo what lists said after the beginning of the span, and before the row that an import wrote over."""
    until = min((was[name][1] for name in _BITS & was.keys()), default=None)
    undone = {
        one.code
        for one in said
        if (one.at >= span.moment and (until is None or one.at < until)) or _ended(one, span)
    }
    if not undone:
        return facts
    reach = _span_of(undone)
    kept = [one for one in said if one.at < span.moment and not _ends(one, span)]
    true, known = _settled(kept)
    known |= _from_lists(facts, listed, span) & ~true
    return replace(
        facts,
        circumstances=(facts.circumstances & ~reach) | (true & reach),
        circumstances_known=(facts.circumstances_known & ~reach) | ((known | true) & reach),
    )


_BITS = frozenset({"circumstances", "circumstances_known"})


def _ends(one: Row[Any], span: Span) -> bool:
    """Whether what was said had ended by then."""
    return one.valid_to is not None and one.valid_to <= span.since


def _ended(one: Row[Any], span: Span) -> bool:
    """Whether it ended within the span."""
    return one.valid_to is not None and span.since < one.valid_to <= span.on


def _span_of(codes: Collection[str]) -> int:
    """Every bit that one of the circumstances decides, whichever way it is."""
    bits = 0
    for code in codes:
        bits |= vocabulary.settle((code,))[1] | vocabulary.settle((), (code,))[1]
    return bits


def _settled(said: Collection[Row[Any]]) -> tuple[int, int]:
    """What was last said of each circumstance; nothing where that contradicts itself."""
    last = {one.code: one.value for one in said}
    present = [code for code, value in last.items() if value]
    try:
        return vocabulary.settle(present, [code for code, value in last.items() if not value])
    except FactsError:
        return 0, 0


def _from_lists(facts: Facts, listed: Collection[Row[Any]], span: Span) -> int:
    known = 0
    for one in listed:
        holds = one.expires_on is None or one.expires_on > span.since
        if holds and facts.region.startswith(one.region):
            known |= vocabulary.settle((), (one.circumstance,))[1]
    return known


def _homes(
    connection: Connection, now: Mapping[int, Facts], before: Mapping[int, _Before], span: Span
) -> dict[int, tuple[date | None, ...]]:
    """Person → birth dates of the active members of the household that they were in, where it was complete."""
    there = queries.homes_of(connection, now.keys())
    mine = {
        person: _value(before.get(person, {}), "household_id", there[person][0]) for person in now
    }
    homes = {home for home in mine.values() if home is not None}
    complete = queries.complete_homes(connection, homes)
    for row in queries.home_changes(connection, homes, span):
        if "complete" in row.before:
            (complete.add if row.before["complete"] else complete.discard)(row.row_id)
    births = _births(connection, homes, span)
    return {
        person: tuple(births.get(home, ())) for person, home in mine.items() if home in complete
    }


def _births(
    connection: Connection, homes: Collection[int], span: Span
) -> dict[int, list[date | None]]:
    mates = queries.housemates(connection, homes, span)
    before = _before(queries.changes(connection, [one.id for one in mates], span))
    found: dict[int, list[date | None]] = {}
    for one in mates:
        was = before.get(one.id, {})
        home = _value(was, "household_id", one.household_id)
        if home in homes and _value(was, "status", one.status) == "active":
            found.setdefault(home, []).append(_read("birth", _value(was, "birth", one.birth)))
    return found
