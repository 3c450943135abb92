"""Sampled people in clear, for those who must find their doors. Nothing of what they were told stands here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.people.addresses import natural_key
from outreach.people.queries import regions
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.queries import EVERYWHERE
from outreach.vault import Vault
from outreach.wording import say
from segments.regions import ancestors


@dataclass(frozen=True)
class Sampled:
    """One person to ask. `note`: that a guardian answers, or that the register says died or moved away.

    `village` is the code of the village, `place` the names from the town down, `door` the address without them;
    `phone` as it is dialled, '' for none.
    """

    number: int
    name: str
    region: str
    village: str
    place: str
    address: str
    door: str
    phone: str
    note: str
    synthetic: bool


def sampled(
    connection: Connection,
    vault: Vault,
    survey: Mapping[str, Any],
    numbers: Collection[int] | None = None,
    scope: Scope = EVERYWHERE,
) -> list[Sampled]:
    """The sample of a scope (or these of it) in the order of drawing."""
    found = queries.people(connection, scope, survey["id"], survey["drawn_at"].date(), numbers)
    codes = {code for person in found for code in (*ancestors(person.region), person.region)}
    places = {code: row.name for code, row in regions.by_codes(connection, codes).items()}
    return [_clear(person, vault, places) for person in found]


def walk(people: Sequence[Sampled]) -> list[Sampled]:
    """The same in the order of doors: village by village, 2栋 before 10栋."""
    return sorted(people, key=lambda one: (one.region, natural_key(one.address), one.number))


def _clear(person: Any, vault: Vault, places: Mapping[str, str]) -> Sampled:
    """For a child the guardian answers, and may have the only phone."""
    phone = vault.decrypt("phone", person.phone)
    notes = []
    if person.stopped:
        notes.append(say("fieldwork.stopped"))
    if person.status != "active":
        gone = "deceased" if person.status == "deceased" else "moved"
        notes.append(say(f"fieldwork.now_{gone}"))
    if person.child:
        guardian = vault.decrypt("name", person.guardian or "")
        phone = phone or vault.decrypt("phone", person.guardian_phone or "")
        notes.append(say("fieldwork.by_guardian", guardian=guardian))
    around = [code for code in (*ancestors(person.region), person.region) if len(code) > 6]
    names = [places[code] for code in around if code in places]
    address = vault.decrypt("address", person.address)
    return Sampled(
        number=person.number,
        name=vault.decrypt("name", person.name),
        region=person.region,
        village=person.region[:12],
        place="".join(names),
        address=address,
        door=_within(names, address),
        phone=phone.removeprefix("+86"),
        note="；".join(notes),
        synthetic=bool(person.synthetic),
    )


def _within(names: Sequence[str], address: str) -> str:
    """What an address says beyond the names of the places around it: 城关镇前进社区2栋402室 → 2栋402室."""
    rest = address
    for name in names:
        rest = rest.removeprefix(name)
    return rest or address
