"""Who a row of a list is: by document, by masked document and name, by name, birth date and phone. Never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from outreach.access.scope import Scope
from outreach.people.handed_in.rows import ListRow
from outreach.people.queries import handed_in as queries
from outreach.store import chunks


@dataclass
class Matching:
    """What became of the rows: (row, person) where it is certain; several candidates; nobody."""

    found: list[tuple[ListRow, Row[Any]]] = field(default_factory=list)
    ambiguous: list[tuple[ListRow, tuple[int, ...]]] = field(default_factory=list)
    unmatched: list[ListRow] = field(default_factory=list)

    @property
    def people(self) -> dict[int, Row[Any]]:
        """Person → their row in the register; somebody who is on the list twice is here once."""
        return {person.id: person for _, person in self.found}


def match_rows(connection: Connection, scope: Scope, rows: Sequence[ListRow]) -> Matching:
    """Hold the rows of a list against the people of a scope. Whoever was merged into another is that other."""
    result = Matching()
    for some in chunks(rows):
        candidates = _Candidates(queries.candidates(connection, scope, _keys(some)))
        for row in some:
            persons = candidates.of(row)
            if len(persons) == 1:
                result.found.append((row, persons[0]))
            elif persons:
                result.ambiguous.append((row, tuple(sorted(one.id for one in persons))))
            else:
                result.unmatched.append(row)
    return result


def _keys(rows: Iterable[ListRow]) -> queries.Keys:
    every = list(rows)
    return queries.Keys(
        {row.id_key for row in every if row.id_key},
        {row.masked_key for row in every if row.masked_key},
        {row.phone_key for row in every if row.phone_key},
    )


class _Candidates:
    """The people who may be those of some rows, by each way of finding them."""

    def __init__(self, found: Sequence[tuple[Row[Any], Row[Any]]]) -> None:
        self._by_id: dict[bytes, Row[Any]] = {}
        self._by_masked: dict[bytes, list[tuple[Any, Row[Any]]]] = {}
        self._by_phone: dict[tuple[Any, ...], dict[int, Row[Any]]] = {}
        for record, person in found:
            if record.id_key:
                self._by_id[record.id_key] = person
            if record.masked_key:
                self._by_masked.setdefault(record.masked_key, []).append((record.birth, person))
            key = (record.phone_key, record.name_key, record.birth)
            self._by_phone.setdefault(key, {})[person.id] = person

    def of(self, row: ListRow) -> list[Row[Any]]:
        """Everybody the row may be; one is certain, several are for a person to decide."""
        if row.id_key and row.id_key in self._by_id:
            return [self._by_id[row.id_key]]
        same = self._masked(row)
        if not same and row.phone_key and row.birth:
            same = self._by_phone.get((row.phone_key, row.name_key, row.birth), {})
        # Two different documents are two people.
        return [one for one in same.values() if not (row.id_key and one.id_last4)]

    def _masked(self, row: ListRow) -> dict[int, Row[Any]]:
        """Whom a masked number and a name fit, but whoever was born on another day."""
        if not row.masked_key:
            return {}
        return {
            person.id: person
            for birth, person in self._by_masked.get(row.masked_key, ())
            if row.birth is None or birth in (None, row.birth)
        }
