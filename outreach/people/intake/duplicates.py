"""Repeats inside one file: the first row of a person counts, later ones only add their circumstances.

Rows are known by their keys alone: what a row says in clear is gone when it is looked up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.errors import Invalid
from outreach.people.intake.checking import Checked
from outreach.people.intake.keyindex import KeyIndex, new_index
from outreach.people.intake.sealing import FACTS, Sealed
from outreach.people.intake.spool import Spool
from segments import vocabulary
from segments.errors import FactsError

Registered = Mapping[bytes, Sequence[date | None]]
"""Masked key → birth dates of the people of the register whom it fits."""

_KINDS = 3  # numbers for each row: document, masked document, name with birth date and phone


@dataclass
class Taken:
    """A bundle after it was held against all rows before: repeats (row → the remark), and rows of which nobody can
    tell whose they are (row → why).
    """

    accepted: int = 0
    repeats: list[tuple[int, Invalid]] = field(default_factory=list)
    ambiguous: list[tuple[int, Invalid]] = field(default_factory=list)


@dataclass
class Repeats:
    """Spools the first row of each person; remembers whom the file has named so far in twelve bytes for each key."""

    spool: Spool
    index: KeyIndex = field(default_factory=new_index)
    _twins: set[bytes] = field(default_factory=set)  # masked keys of two documents

    def take(self, checked: Checked, registered: Registered) -> Taken:
        """Spool what is new."""
        keys = checked.keys
        found = self.index.find(keys)
        suspects = _suspects(keys, found) | checked.masked.keys()
        result = Taken()
        if not suspects:
            self._take_all(checked)
            result.accepted = len(checked.records)
            return result
        here: dict[int, int] = {}
        new_keys: list[int] = []
        new_rows: list[int] = []
        for at, record in enumerate(checked.records):
            mine = keys[_KINDS * at : _KINDS * (at + 1)]
            if at in suspects:
                known = found[_KINDS * at : _KINDS * (at + 1)]
                before = [
                    place if place >= 0 or not key else here.get(key, -1)
                    for key, place in zip(mine, known, strict=True)
                ]
                number = self._place(record, before, registered, result)
            else:
                number = self._append(record, result)
            for key in mine if number is not None else ():
                # Also of a repeat: a number that only it gave is that person's from now on.
                if key and number is not None and key not in here:
                    here[key] = number
                    new_keys.append(key)
                    new_rows.append(number)
        self._remember(new_keys, new_rows, found)
        return result

    def _take_all(self, checked: Checked) -> None:
        """Nobody of the bundle has been seen before, in whole or in part."""
        first = len(self.spool)
        self.spool.extend(checked.records)
        rows = [number for number in range(first, len(self.spool)) for _ in range(_KINDS)]
        self.index.add(checked.keys, rows)

    def _remember(self, keys: list[int], rows: list[int], found: list[int]) -> None:
        """Whoever had a key first keeps it."""
        if any(place >= 0 for place in found):
            places = self.index.find(keys)
            new = [at for at, place in enumerate(places) if place < 0]
            keys, rows = [keys[at] for at in new], [rows[at] for at in new]
        self.index.add(keys, rows)

    def _append(self, record: bytes, result: Taken) -> int:
        result.accepted += 1
        return self.spool.append(record)

    def _place(
        self, record: bytes, before: list[int], registered: Registered, result: Taken
    ) -> int | None:
        """Where the person of this row is spooled: with it, or before; None when it may be one of several people."""
        row = Sealed.unpack(record)
        doubt = self._doubt(row, registered)
        for place in dict.fromkeys(place for place in before if place >= 0):
            first = Sealed.unpack(self.spool[place])
            if doubt is None and _same(first, row):
                merged, remark = merge(first, row)
                if merged is not first:
                    self.spool.replace(place, merged.pack())
                result.repeats.append((row.row, remark))
                return place
            if first.masked_key and first.masked_key == row.masked_key and not _same(first, row):
                self._twins.add(first.masked_key)
                doubt = doubt or (_another_day() if row.came_masked else None)
        if doubt is not None:
            result.ambiguous.append((row.row, doubt))
            return None
        return self._append(record, result)

    def _doubt(self, row: Sealed, registered: Registered) -> Invalid | None:
        """Why nobody can tell whose a masked number is, by what is known of it so far."""
        if not row.came_masked or row.masked_key is None:
            return None
        births = registered.get(row.masked_key, ())
        if row.masked_key in self._twins or len(births) > 1:
            return Invalid("people.masked_ambiguous")
        if births and births[0] not in (None, row.facts.get("birth")):
            return _another_day()
        return None


def _another_day() -> Invalid:
    return Invalid("people.masked_birth")


def _suspects(keys: list[int], found: list[int]) -> set[int]:
    """Rows that share a key with an earlier row of the file or with another of the bundle."""
    suspects = {at // _KINDS for at, place in enumerate(found) if place >= 0}
    given = len(keys) - keys.count(0)
    if len(set(keys) - {0}) == given:
        return suspects
    seen: dict[int, int] = {}
    for at, key in enumerate(keys):
        if not key:
            continue
        first = seen.setdefault(key, at)
        if first != at:
            suspects |= {at // _KINDS, first // _KINDS}
    return suspects


def _same(first: Sealed, row: Sealed) -> bool:
    """Two different documents are two people, whatever else is equal."""
    if first.numbered and row.numbered:
        return first.key == row.key
    if first.key == row.key:
        return True
    if first.masked_key and first.masked_key == row.masked_key:
        return bool(first.facts.get("birth") == row.facts.get("birth"))
    return (first.phone_key, first.name_key, first.facts.get("birth")) == (
        row.phone_key,
        row.name_key,
        row.facts.get("birth"),
    )


def merge(first: Sealed, row: Sealed) -> tuple[Sealed, Invalid]:
    """The first row with the circumstances of a repeat, and with its document where the first has none.

    The remark says what else differs, and the sheet of the first row by its number. Contradicting circumstances are left as the first row has them.
    """
    merged, differing = first, _differing(first, row)
    if row.numbered and not first.numbered:
        facts = {**first.facts, "id_last4": row.facts["id_last4"]}
        if row.masked_key:
            facts["masked_key"] = row.masked_key
        merged = merged._replace(
            key=row.key, numbered=True, came_masked=False, masked_key=row.masked_key, facts=facts
        )
    present = tuple(dict.fromkeys((*first.present, *row.present)))
    absent = tuple(dict.fromkeys((*first.absent, *row.absent)))
    if (present, absent) != (first.present, first.absent):
        try:
            true, known = vocabulary.settle(present, absent)
        except FactsError:
            return merged, Invalid(
                "people.duplicate_contradicts", first=first.row, sheet=first.sheet
            )
        merged = merged._replace(
            present=present, absent=absent, circumstances=true, circumstances_known=known
        )
    if differing:
        return merged, Invalid(
            "people.duplicate_differs", first=first.row, sheet=first.sheet, fields=differing
        )
    return merged, Invalid("people.duplicate", first=first.row, sheet=first.sheet)


_FIELDS = {"phone_kind": "phone", "name_key": "name", "phone_key": "phone"}
_COMPARED = ("name_key", "phone_key", *FACTS, "synthetic")


def _differing(first: Sealed, row: Sealed) -> list[str]:
    """Names of columns in which a repeat says something that the first row does not."""
    facts: dict[str, Any] = first.facts
    names = [
        _FIELDS.get(name, name)
        for name in _COMPARED
        if name in row.facts and facts.get(name) != row.facts[name]
    ]
    if row.household_address and row.household_address != first.household_address:
        names.append("address")
    if row.head_key and row.head_key != first.head_key:
        names.append("head_id")
    elif row.household_key != first.household_key and row.household_key and "region" not in names:
        names.append("household")
    mine, others = (
        (row.guardian_key, row.guardian_name_key),
        (first.guardian_key, first.guardian_name_key),
    )
    if any(key and key != other for key, other in zip(mine, others, strict=True)):
        names.append("guardian")
    return list(dict.fromkeys(names))
