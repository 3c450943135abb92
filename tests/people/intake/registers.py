"""What a register says, whatever numbers its rows have: to compare two ways to the same end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from outreach.models.people import CircumstanceRecord, Household, Person
from outreach.store import Store
from outreach.vault import Vault

_NUMBERS = {"id", "import_id", "first_import_id", "created_at", "updated_at", "at"}


def told(store: Store, vault: Vault) -> dict[str, Any]:
    """People by document, households by key, records by person: row numbers are replaced by those."""
    with store.read() as connection:
        people = connection.execute(select(Person.__table__)).all()
        homes = connection.execute(select(Household.__table__)).all()
        records = connection.execute(select(CircumstanceRecord.__table__)).all()
    person = {one.id: one.id_key for one in people}
    home = {one.id: one.key for one in homes}
    links = {"household_id": home, "guardian_id": person, "contact_id": person, "head_id": person, "person_id": person}  # fmt: skip

    def plain(row: Any) -> dict[str, Any]:
        return {
            name: links[name].get(value) if name in links else value
            for name, value in row._mapping.items()
            if name not in _NUMBERS
        }

    return {
        "people": sorted((plain(one) for one in people), key=lambda one: one["id_key"]),
        "homes": sorted((plain(one) for one in homes), key=lambda one: one["key"]),
        "records": sorted(
            (plain(one) for one in records), key=lambda one: (one["person_id"], one["code"])
        ),
    }
