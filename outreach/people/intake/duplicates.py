"""Repeats inside one file: the first row of a person counts, later ones only add their circumstances."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from outreach.errors import Invalid
from outreach.people.schemas import PersonRow
from segments import vocabulary
from segments.errors import FactsError

_NOT_COMPARED = {
    "sheet",
    "row",
    "region_before",
    "present",
    "absent",
    "circumstances",
    "circumstances_known",
}
_COMPARED = tuple(one.name for one in fields(PersonRow) if one.name not in _NOT_COMPARED)
_Key = tuple[object, ...]


@dataclass
class Repeats:
    """Remembers whom the file has named so far, by document and by name, birth date and phone."""

    seen: dict[_Key, PersonRow] = field(default_factory=dict)

    def first(self, person: PersonRow) -> PersonRow | None:
        """The earlier row of the same person, or None and the person is remembered.

        Two different documents are two people, whatever else is equal.
        """
        keys = _keys(person)
        for key in keys:
            earlier = self.seen.get(key)
            if earlier is not None and not _two_documents(earlier, person):
                return earlier
        for key in keys:
            self.seen.setdefault(key, person)
        return None


def _two_documents(one: PersonRow, other: PersonRow) -> bool:
    return bool(one.id_number and other.id_number and one.id_number != other.id_number)


def _keys(person: PersonRow) -> list[_Key]:
    keys: list[_Key] = []
    if person.id_number:
        keys.append(("id", person.id_number))
        keys.append(("masked", person.id_number[:6], person.id_number[-4:], person.name))
    if person.masked:
        keys.append(("masked", *person.masked, person.name))
    if person.phone:
        keys.append(("phone", person.name, person.birth, person.phone))
    if not person.id_number and not person.masked:
        keys.append(("home", person.name, person.birth, person.phone, home_of(person)))
    return keys


def home_of(person: PersonRow) -> str:
    """Where somebody without document and phone is told from a namesake: household number or address, and region."""
    return f"{person.household or person.address}@{person.region}"


def merge(first: PersonRow, repeat: PersonRow) -> Invalid:
    """Add the circumstances of a repeated row to the first one; the remark says what else differs.

    Contradicting circumstances are left as the first row has them, and the remark says so.
    """
    present = tuple(dict.fromkeys((*first.present, *repeat.present)))
    absent = tuple(dict.fromkeys((*first.absent, *repeat.absent)))
    try:
        settled = vocabulary.settle(present, absent)
    except FactsError:
        return Invalid("people.duplicate_contradicts", first=first.row)
    first.circumstances, first.circumstances_known = settled
    first.present, first.absent = present, absent
    differing = [
        name
        for name in _COMPARED
        if _given(repeat, name) and getattr(first, name) != getattr(repeat, name)
    ]
    if differing:
        return Invalid("people.duplicate_differs", first=first.row, fields=differing)
    return Invalid("people.duplicate", first=first.row)


def _given(person: PersonRow, name: str) -> bool:
    return getattr(person, name) not in ("", None, False)
