"""People put into the register as an import would leave them, one line each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select

from outreach.models.people import CircumstanceRecord, Household, Person
from outreach.people import keys
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)


def register(
    store: Store,
    vault: Vault,
    name: str,
    number: str = "",
    *,
    birth: date | None = None,
    phone: str = "",
    circumstances: tuple[str, ...] = (),
    **more: Any,
) -> int:
    """Somebody with an identity number, or without one by name, birth and phone; returns their id.

    Circumstances come from a list of 2026-01-01 named 台账.
    """
    born = (
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}") if number else birth
    )
    mobile = f"+86{phone}" if phone else ""
    true, known = vocabulary.settle(circumstances)
    values = {
        "name": vault.encrypt("name", name), "name_key": keys.name_key(vault, name), "birth": born,
        "id_key": keys.id_key(vault, number) if number
        else keys.unnumbered_key(vault, name, str(born), mobile),
        "id_last4": number[-4:], "phone": vault.encrypt("phone", mobile),
        "masked_key": keys.masked_key(vault, number[:6], number[-4:], name) if number else None,
        "phone_key": keys.phone_key(vault, mobile) if mobile else None, "phone_kind": "own" if mobile else "",
        "circumstances": true, "circumstances_known": known, "created_at": AT, "updated_at": AT, **more,
    }  # fmt: skip
    with store.begin() as connection:
        person = int(
            connection.execute(insert(Person).values(**values).returning(Person.id)).scalar_one()
        )
        for code in circumstances:
            record = {
                "person_id": person, "code": code, "value": True, "source": "台账", "listed_on": date(2026, 1, 1),
                "confidence": "list", "at": AT,
            }  # fmt: skip
            connection.execute(insert(CircumstanceRecord).values(**record))
    return person


def household(store: Store, region: str, key: int = 1, **more: Any) -> int:
    """An address without anybody in it; returns its id."""
    values = {"key": key.to_bytes(16, "big"), "region": region, **more}
    with store.begin() as connection:
        statement = insert(Household).values(**values).returning(Household.id)
        return int(connection.execute(statement).scalar_one())


def columns(store: Store, person: int, *names: str) -> tuple[Any, ...]:
    """Some columns of a person as they are now."""
    with store.read() as connection:
        chosen = [getattr(Person, name) for name in names]
        return tuple(connection.execute(select(*chosen).where(Person.id == person)).one())
