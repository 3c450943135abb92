"""An invented register of households with a released campaign on paper, as large as wanted, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from outreach import bootstrap, clock
from outreach.bootstrap import Installation
from outreach.campaigns import schedule
from outreach.models.deliveries import Attempt, Delivery
from outreach.models.people import Household, Person, Region
from outreach.store import Store, chunks
from outreach.vault import Vault
from tests import town

NAMES = ("赵", "钱", "孙", "李", "周", "吴", "郑", "王")
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)


def installation(folder: Path, households: int, grids: int = 4) -> Installation:
    """An installation in `folder` with so many households in so many grids of one village, and campaign `winter`."""
    opened, _ = bootstrap.prepare(folder)
    opened.close()
    with (folder / ".env").open("a", encoding="utf-8") as file:
        file.write(f"OUTREACH_REGION={town.COUNTY}\n")
    home = bootstrap.open_installation(folder)
    bootstrap.demo_mark(home.settings).touch()
    populate(home.store, home.vault, households, grids)
    home.close()
    return bootstrap.open_installation(folder)


def populate(store: Store, vault: Vault, households: int, grids: int = 4) -> None:
    """The same in a database."""
    with clock.fixed(MORNING):
        with store.begin() as connection:
            town.build(connection, vault)
            # The people of the town have no household; here everybody lives somewhere.
            connection.execute(update(Person).values(status="moved"))
            _grids(connection, grids)
        for rows in chunks(_homes(households, grids), 2_000):
            with store.begin() as connection:
                _settle(connection, vault, rows)
        with store.begin() as connection:
            town.released(connection, steps=[{"channel": "flyer"}])
        schedule.tick(store.begin, town.ZONE)


def _grids(connection: Connection, grids: int) -> None:
    for number in range(1, grids + 1):
        row: dict[str, Any] = {
            "code": f"{town.EAST}{number:02d}", "name": f"第{number}网格", "level": "grid", "parent": town.EAST,
            "dialect": "",
        }  # fmt: skip
        connection.execute(insert(Region).values(**row))


def _homes(households: int, grids: int) -> Iterator[tuple[int, str, str, str]]:
    """Number, grid, address, surname."""
    for number in range(households):
        inside = number // grids
        address = f"东村{inside // 60 + 1}栋{inside % 60 // 20 + 1}单元{inside % 20 // 2 + 1}0{inside % 2 + 1}"
        grid = f"{town.EAST}{number % grids + 1:02d}"
        yield number, grid, address, NAMES[number % len(NAMES)] + f"{number % 97:02d}"


def _settle(connection: Connection, vault: Vault, rows: list[tuple[int, str, str, str]]) -> None:
    homes = [
        {
            "key": (number + 1).to_bytes(16), "region": grid, "address": vault.encrypt("address", address),
            "stopped": False,
        }
        for number, grid, address, _ in rows
    ]  # fmt: skip
    ids = list(connection.scalars(insert(Household).returning(Household.id, sort_by_parameter_order=True), homes))  # fmt: skip
    people = [
        {
            "household_id": home, "relation": "户主", "region": grid, "birth": date(1950 + number % 40, 1, 1),
            "circumstances": 0, "circumstances_known": town.EMPLOYEE, "name": vault.encrypt("name", name),
            "phone": vault.encrypt("phone", f"+86139{number:08d}"), "phone_kind": "own",
            "phone_key": vault.keyed_hash("phone", f"+86139{number:08d}"), "created_at": MORNING,
            "updated_at": MORNING, "synthetic": True,
        }
        for home, (number, grid, _, name) in zip(ids, rows, strict=True)
    ]  # fmt: skip
    heads = list(connection.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), people))  # fmt: skip
    for some in zip(ids, heads, strict=True):
        connection.execute(update(Household).where(Household.id == some[0]).values(head_id=some[1]))


def printed(store: Store) -> tuple[int, int]:
    """Deliveries on paper, and how many were handed over; more attempts than deliveries would be an error."""
    with store.read() as connection:
        every = connection.scalar(select(func.count()).select_from(Delivery)) or 0
        tried = connection.scalar(select(func.count()).select_from(Attempt)) or 0
        once = connection.scalar(select(func.count(func.distinct(Attempt.delivery_id)))) or 0
    assert tried == once
    return every, tried
