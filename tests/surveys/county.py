"""A small register with people of every kind, and a survey about a policy for those of 65 and more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert

from outreach import clock
from outreach.models.people import Household, Person, Region
from outreach.policies import service as policies
from outreach.surveys.dispositions import Disposition
from outreach.surveys.schemas import Line
from outreach.vault import Vault

TODAY = date(2026, 11, 23)
TOWN, VILLAGE = "990101101", "990101101001"
OLD, CHILD = date(1950, 3, 4), date(2025, 3, 4)

DOCUMENT: Mapping[str, Any] = {
    "id": "wave-1", "title": "老年人体检知晓调查", "policy": "phys-65", "mode": "入户", "size": 40, "seed": "2026-7",
}  # fmt: skip


def load_policies(connection: Connection, *refs: str) -> None:
    for path in policies.starter_catalogue():
        if path.stem in refs:
            policies.load(connection, policies.read_file(path), path.name)


def add_regions(connection: Connection) -> None:
    rows = [
        {"code": "990101", "name": "示范县", "level": "county"},
        {"code": TOWN, "name": "柳溪镇", "level": "town", "parent": "990101"},
        {"code": VILLAGE, "name": "永安村", "level": "village", "parent": TOWN},
    ]
    for row in rows:
        connection.execute(insert(Region).values(**row))


def add_person(connection: Connection, vault: Vault, name: str, **facts: Any) -> int:
    """A person of 76 in the village; `phone` and `address` in clear."""
    moment = clock.now()
    address = vault.encrypt("address", facts.pop("address", "3栋2单元"))
    home = connection.execute(
        insert(Household)
        .values(key=vault.keyed_hash("test", name), region=VILLAGE, address=address)
        .returning(Household.id)
    ).scalar_one()
    values = {
        "birth": OLD, "region": VILLAGE, "hukou_region": VILLAGE, "household_id": home, "created_at": moment,
        "updated_at": moment, **facts, "name": vault.encrypt("name", name),
        "phone": vault.encrypt("phone", facts.get("phone", "")),
    }  # fmt: skip
    return int(
        connection.execute(insert(Person).values(**values).returning(Person.id)).scalar_one()
    )


def add_elders(connection: Connection, vault: Vault, count: int) -> list[int]:
    return [add_person(connection, vault, f"老人{number:03d}") for number in range(count)]


def answered(number: int, answer: str = "aware", **more: Any) -> Line:
    """A completed interview whose headline answer is `answer`."""
    answers = {"prompted": answer, **more.pop("answers", {})}
    return Line(number=number, disposition=Disposition.COMPLETED, answers=answers, asked_on=TODAY, **more)  # fmt: skip


def interviews(answers: Iterable[str]) -> list[Line]:
    """One completed interview for each answer, numbered from 1."""
    return [answered(number, answer) for number, answer in enumerate(answers, 1)]
