"""From a checked row to what the register keeps: encrypted, hashed, and nothing that the row does not say."""

from __future__ import annotations

import marshal
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from outreach.people import keys
from outreach.people.schemas import HEAD_WORDS, PersonRow
from outreach.vault import Vault

FACTS = (
    "region", "hukou_region", "hukou_type", "birth", "sex", "language", "income_month", "household_size",
    "paid_months", "paid_months_running", "job_kind", "needs", "relation", "status",
)  # fmt: skip
"""What is kept as it stands in the row."""

_REMEMBERED = 50_000
Value = TypeVar("Value")


class Sealed(NamedTuple):
    """A row ready to be written. `facts` holds only what the row says; no plain name, number or address is left.

    numbered: a document is known, and `key` is the document's · masked_key: also of a row whose number came masked ·
    earlier_household_keys: the same household under codes that its region has replaced.
    """

    sheet: int
    row: int
    key: bytes
    numbered: bool
    masked_key: bytes | None
    came_masked: bool
    name_key: bytes
    phone_key: bytes | None
    facts: dict[str, Any]
    circumstances: int
    circumstances_known: int
    present: tuple[str, ...]
    absent: tuple[str, ...]
    household_key: bytes | None
    earlier_household_keys: tuple[bytes, ...]
    household_region: str
    household_address: str
    is_head: bool
    head_key: bytes | None
    guardian_key: bytes | None
    guardian_name_key: bytes | None

    def pack(self) -> bytes:
        """As a record for the spool."""
        birth = self.facts.get("birth")
        facts = {**self.facts, "birth": birth.toordinal()} if birth else self.facts
        return marshal.dumps((*self[:8], facts, *self[9:]))

    @classmethod
    def unpack(cls, record: bytes) -> Sealed:
        """What `pack` was given."""
        sealed = cls._make(marshal.loads(record))  # noqa: S302 - only ever our own spool
        birth = sealed.facts.get("birth")
        if birth:
            sealed.facts["birth"] = date.fromordinal(birth)
        return sealed


@dataclass
class Sealer:
    """Seals the rows of a file; a name, an address or a household that has just been sealed is not sealed again."""

    vault: Vault
    _names: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    _addresses: dict[str, str] = field(default_factory=dict, repr=False)
    _homes: dict[tuple[str, ...], bytes] = field(default_factory=dict, repr=False)

    def seal(self, person: PersonRow) -> Sealed:
        """Encrypt and hash one row. The document's number is not part of what comes out."""
        given = person.__dict__
        facts = {name: value for name in FACTS if (value := given[name]) or value == 0}
        name, name_key = self._name(person.name)
        facts["name"], facts["name_key"] = name, name_key
        phone_key = self._phone(person, facts)
        masked = _masked(person)
        masked_key = keys.masked_key(self.vault, *masked, person.name) if masked else None
        if person.synthetic:
            facts["synthetic"] = True
        if person.id_number:
            facts["id_last4"] = person.id_last4
        if masked_key:
            facts["masked_key"] = masked_key
        home = self._household(person, person.region)
        earlier = [self._household(person, code) for code in person.region_before]
        vault = self.vault
        return Sealed(
            sheet=person.sheet,
            row=person.row,
            key=_key(vault, person),
            numbered=bool(person.id_number),
            masked_key=masked_key,
            came_masked=person.masked is not None,
            name_key=name_key,
            phone_key=phone_key,
            facts=facts,
            circumstances=person.circumstances,
            circumstances_known=person.circumstances_known,
            present=person.present,
            absent=person.absent,
            household_key=home,
            earlier_household_keys=tuple(key for key in earlier if key and key != home),
            household_region=person.region,
            household_address=self._address(person.address),
            is_head=person.relation in HEAD_WORDS
            or bool(person.id_number and person.head_id == person.id_number),
            head_key=keys.id_key(vault, person.head_id) if person.head_id else None,
            guardian_key=keys.id_key(vault, person.guardian_id) if person.guardian_id else None,
            guardian_name_key=keys.name_key(vault, person.guardian_name)
            if person.guardian_name
            else None,
        )

    def _name(self, name: str) -> tuple[str, bytes]:
        found = self._names.get(name)
        if found is None:
            found = self.vault.encrypt("name", name), keys.name_key(self.vault, name)
            _remember(self._names, name, found)
        return found

    def _address(self, address: str) -> str:
        if not address:
            return ""
        found = self._addresses.get(address)
        if found is None:
            found = self.vault.encrypt("address", address)
            _remember(self._addresses, address, found)
        return found

    def _phone(self, person: PersonRow, facts: dict[str, Any]) -> bytes | None:
        if not person.phone:
            return None
        phone_key = keys.phone_key(self.vault, person.phone)
        facts["phone"], facts["phone_key"] = self.vault.encrypt("phone", person.phone), phone_key
        facts["phone_kind"] = "landline" if person.landline else "unknown"
        return phone_key

    def _household(self, person: PersonRow, region: str) -> bytes | None:
        parts = household_parts(person, region)
        if parts is None:
            return None
        found = self._homes.get(parts)
        if found is None:
            found = keys.household_key(self.vault, *parts)
            _remember(self._homes, parts, found)
        return found


def _remember(known: dict[Any, Value], text: Any, value: Value) -> None:
    """Not for ever: a long file names more people than memory should."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known[text] = value


def seal(vault: Vault, person: PersonRow) -> Sealed:
    """Encrypt and hash a single row."""
    return Sealer(vault).seal(person)


def household_parts(person: PersonRow, region: str) -> tuple[str, ...] | None:
    """By the number of the household, else by its head's document, else by the address; each with the place."""
    if person.household:
        return ("number", person.household, region)
    if person.head_id:
        return ("head", person.head_id)
    if person.address:
        return ("address", person.address, region)
    own = person.id_number if person.relation in HEAD_WORDS else ""
    return ("head", own) if own else None


def home_of(person: PersonRow) -> str:
    """Where somebody without document and phone is told from a namesake: household number or address, and region."""
    return f"{person.household or person.address}@{person.region}"


def _masked(person: PersonRow) -> tuple[str, str] | None:
    if person.masked:
        return person.masked
    number = person.id_number
    return (number[:6], number[-4:]) if len(number) == 18 else None


def _key(vault: Vault, person: PersonRow) -> bytes:
    if person.id_number:
        return keys.id_key(vault, person.id_number)
    birth = person.birth.isoformat() if person.birth else ""
    if person.masked:
        return keys.unnumbered_key(vault, person.name, birth, *person.masked)
    return keys.unnumbered_key(vault, person.name, birth, person.phone or home_of(person))
