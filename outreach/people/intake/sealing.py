"""From a checked row to what the register keeps: encrypted, hashed, and nothing that the row does not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from outreach.people import keys
from outreach.people.intake.duplicates import home_of
from outreach.people.schemas import HEAD_WORDS, PersonRow
from outreach.vault import Vault

_FACTS = (
    "region",
    "hukou_region",
    "hukou_type",
    "birth",
    "sex",
    "language",
    "income_month",
    "household_size",
)


@dataclass(frozen=True)
class Sealed:
    """A row ready to be written. `facts` holds only what the row says; no plain name, number or address is left."""

    sheet: int
    row: int
    key: bytes
    numbered: bool  # a document is known, so `key` is the document's
    masked_key: bytes | None  # also of a row whose number came masked
    came_masked: bool
    name_key: bytes
    phone_key: bytes | None
    facts: dict[str, Any]
    circumstances: int
    circumstances_known: int
    present: tuple[str, ...]
    absent: tuple[str, ...]
    household_key: bytes | None
    earlier_household_keys: tuple[
        bytes, ...
    ]  # the same household under codes that its region has replaced
    household_region: str
    household_address: str
    is_head: bool
    guardian_key: bytes | None
    guardian_name_key: bytes | None


def seal(vault: Vault, person: PersonRow) -> Sealed:
    """Encrypt and hash one row. The document's number is not part of what comes out."""
    facts = {
        name: getattr(person, name)
        for name in (*_FACTS, "relation", "status")
        if _given(person, name)
    }
    facts.update(
        name=vault.encrypt("name", person.name), name_key=keys.name_key(vault, person.name)
    )
    phone_key = _phone(vault, person, facts)
    masked = _masked(person)
    masked_key = keys.masked_key(vault, *masked, person.name) if masked else None
    facts.update({"synthetic": True} if person.synthetic else {})
    if person.id_number:
        facts["id_last4"] = person.id_last4
    if masked_key:
        facts["masked_key"] = masked_key
    home = _household(vault, person, person.region)
    earlier = (_household(vault, person, code) for code in person.region_before)
    return Sealed(
        sheet=person.sheet,
        row=person.row,
        key=_key(vault, person),
        numbered=bool(person.id_number),
        masked_key=masked_key,
        came_masked=person.masked is not None,
        name_key=facts["name_key"],
        phone_key=phone_key,
        facts=facts,
        circumstances=person.circumstances,
        circumstances_known=person.circumstances_known,
        present=person.present,
        absent=person.absent,
        household_key=home,
        earlier_household_keys=tuple(key for key in earlier if key and key != home),
        household_region=person.region,
        household_address=vault.encrypt("address", person.address),
        is_head=person.relation in HEAD_WORDS
        or bool(person.id_number and person.head_id == person.id_number),
        guardian_key=keys.id_key(vault, person.guardian_id) if person.guardian_id else None,
        guardian_name_key=keys.name_key(vault, person.guardian_name)
        if person.guardian_name
        else None,
    )


def _given(person: PersonRow, name: str) -> bool:
    return getattr(person, name) not in ("", None)


def _phone(vault: Vault, person: PersonRow, facts: dict[str, Any]) -> bytes | None:
    if not person.phone:
        return None
    phone_key = keys.phone_key(vault, person.phone)
    facts.update(phone=vault.encrypt("phone", person.phone), phone_key=phone_key)
    facts["phone_kind"] = "landline" if person.landline else "unknown"
    return phone_key


def _masked(person: PersonRow) -> tuple[str, str] | None:
    if person.masked:
        return person.masked
    return (person.id_number[:6], person.id_number[-4:]) if len(person.id_number) == 18 else None


def _key(vault: Vault, person: PersonRow) -> bytes:
    if person.id_number:
        return keys.id_key(vault, person.id_number)
    birth = person.birth.isoformat() if person.birth else ""
    if person.masked:
        return keys.unnumbered_key(vault, person.name, birth, *person.masked)
    return keys.unnumbered_key(vault, person.name, birth, person.phone or home_of(person))


def _household(vault: Vault, person: PersonRow, region: str) -> bytes | None:
    """By the number of the household, else by its head's document, else by the address; each with the place."""
    if person.household:
        return keys.household_key(vault, "number", person.household, region)
    if person.head_id:
        return keys.household_key(vault, "head", person.head_id)
    if person.address:
        return keys.household_key(vault, "address", person.address, region)
    own = person.id_number if person.relation in HEAD_WORDS else ""
    return keys.household_key(vault, "head", own) if own else None
