"""What a page, a list or a worker does with people: look up, show, mark, stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_

from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.models.people import Household, Person
from outreach.people import keys
from outreach.people.identity import InvalidPhone, parse_landline, parse_mobile, plain
from outreach.people.masking import mask_name, mask_phone
from outreach.people.queries import consent, people
from outreach.vault import Vault


@dataclass(frozen=True)
class Shown:
    """A person in plain text, masked unless somebody has revealed them (which the page logs)."""

    id: int
    household_id: int | None
    relation: str
    name: str
    phone: str
    phone_kind: str
    id_last4: str
    address: str
    region: str
    birth: date | None
    sex: str
    language: str
    circumstances: int
    status: str
    synthetic: bool
    stopped: bool


def show(row: Row[Any], vault: Vault, *, masked: bool = True) -> Shown:
    """Decrypt a row of `queries.people`; masked by default: 张*, 138****1234, no address."""
    name, phone = vault.decrypt("name", row.name), vault.decrypt("phone", row.phone)
    address = vault.decrypt("address", row.address or "")
    return Shown(
        id=row.id,
        household_id=row.household_id,
        relation=row.relation,
        name=mask_name(name) if masked else name,
        phone=mask_phone(phone) if masked else phone,
        phone_kind=row.phone_kind,
        id_last4=row.id_last4,
        address="" if masked else address,
        region=row.region,
        birth=row.birth,
        sex=row.sex,
        language=row.language,
        circumstances=row.circumstances,
        status=row.status,
        synthetic=row.synthetic,
        stopped=bool(row.stopped),
    )


def search_keys(vault: Vault, text: str) -> set[bytes]:
    """The keyed hashes that a searched text may be: a full name, a phone number, an identity number."""
    found = {keys.name_key(vault, text.strip()), keys.id_key(vault, plain(text))}
    for read in (parse_mobile, parse_landline):
        try:
            found.add(keys.phone_key(vault, read(text)))
        except InvalidPhone:
            continue
    return found


def get_person(connection: Connection, scope: Scope, person_id: int) -> Row[Any]:
    """One person; Missing people.person when there is none inside the scope."""
    row = people.person(connection, scope, person_id)
    if row is None:
        raise Missing("people.person", person=person_id)
    return row


def mark_status(
    connection: Connection,
    scope: Scope,
    person_id: int,
    status: Literal["active", "deceased", "moved"],
    at: datetime,
) -> None:
    """Died and moved away are hard blocks for every message. Raises Missing, Invalid people.status_unknown."""
    if status not in ("active", "deceased", "moved"):
        raise Invalid("people.status_unknown", value=status)
    _set(connection, scope, person_id, {"status": status, "updated_at": at})


def close_phone(connection: Connection, scope: Scope, person_id: int, at: datetime) -> None:
    """The number is not this person's (said by a receipt, a call or the resident); a new number is open again."""
    _set(connection, scope, person_id, {"phone_closed": True, "updated_at": at})


def _set(connection: Connection, scope: Scope, person_id: int, values: dict[str, Any]) -> None:
    standing = and_(scope.condition(Person.region), Person.merged_into.is_(None))
    if not consent.set_person(connection, standing, person_id, values):
        raise Missing("people.person", person=person_id)


def stop_household(
    connection: Connection, scope: Scope, household: int, *, stopped: bool = True
) -> None:
    """Any worker can stop a household at once, and let it have messages again. Raises Missing people.household."""
    if not consent.set_household(connection, scope.condition(Household.region), household, stopped):
        raise Missing("people.household", household=household)
