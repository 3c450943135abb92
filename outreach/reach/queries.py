"""All SQL on who was told, is aware, has applied, has received what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from outreach.models.people import Person
from outreach.models.policies import Policy, PolicyList, PolicyVersion, Reach
from outreach.reach.schemas import Listed, Subject
from outreach.store import chunks, upsert


def subjects(connection: Connection) -> dict[str, Subject]:
    """Policy → its number and basis, as its newest version says; residence where it does not say."""
    newest = (
        select(PolicyVersion.policy_id, func.max(PolicyVersion.number).label("number"))
        .group_by(PolicyVersion.policy_id)
        .subquery()
    )
    rows = connection.execute(
        select(Policy.ref, Policy.id, PolicyVersion.facts["region_basis"].as_string())
        .join(newest, newest.c.policy_id == Policy.id)
        .join(
            PolicyVersion,
            (PolicyVersion.policy_id == Policy.id) & (PolicyVersion.number == newest.c.number),
        )
    )
    return {
        ref: Subject(number, "hukou" if basis == "hukou" else "residence")
        for ref, number, basis in rows
    }


_LISTED = tuple(getattr(PolicyList, one.name) for one in fields(Listed))


def lists(connection: Connection, limit: int | None = None) -> list[Listed]:
    """Every list of who applied or received, the newest cut-off first."""
    statement = select(*_LISTED).order_by(PolicyList.cut_off.desc(), PolicyList.id.desc())
    return [Listed(*row) for row in connection.execute(statement.limit(limit))]


def having(policy: int, facts: Collection[str], on: date) -> Select[Any]:
    """The people of whom one of the facts was noted for a policy, up to a day."""
    return select(Reach.person_id).where(
        Reach.policy_id == policy, Reach.fact.in_(facts), Reach.on <= on
    )


def noted(connection: Connection, person: int) -> list[tuple[int, str, date, str]]:
    """(policy, fact, day, channel) of everything noted of a person, the oldest first."""
    columns = (Reach.policy_id, Reach.fact, Reach.on, Reach.channel)
    rows = connection.execute(
        select(*columns).where(Reach.person_id == person).order_by(Reach.on, Reach.fact)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Note facts; of two dates of the same fact the earlier one stays."""
    for some in chunks(rows):
        statement = upsert(connection, Reach)
        given = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["policy_id", "person_id", "fact"],
                set_={"on": given["on"], "channel": given["channel"]},
                where=given["on"] < Reach.on,
            ),
            some,
        )


def already(connection: Connection, policy: int, fact: str, people: Collection[int]) -> set[int]:
    """Who of some people has the fact noted, on whatever day."""
    found: set[int] = set()
    for some in chunks(sorted(people)):
        statement = select(Reach.person_id).where(
            Reach.policy_id == policy, Reach.fact == fact, Reach.person_id.in_(some)
        )
        found.update(connection.scalars(statement))
    return found


def add_list(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write down that a list is complete up to its cut-off date; returns its number."""
    statement = insert(PolicyList).values(**values).returning(PolicyList.id)
    return int(connection.execute(statement).scalar_one())


def wards(connection: Connection, people: Collection[int]) -> dict[int, list[int]]:
    """Guardian → those in their care who are in the register and active."""
    found: dict[int, list[int]] = {}
    for some in chunks(sorted(people)):
        rows = connection.execute(
            select(Person.guardian_id, Person.id)
            .where(Person.guardian_id.in_(some), Person.status == "active")
            .order_by(Person.id)
        )
        for guardian, ward in rows:
            if guardian is not None:
                found.setdefault(guardian, []).append(ward)
    return found


def place_of(connection: Connection, person: int) -> Any:
    """(region, hukou_region, birth, created_at) of a person, None when there is none."""
    columns = (Person.region, Person.hukou_region, Person.birth, Person.created_at)
    return connection.execute(select(*columns).where(Person.id == person)).one_or_none()
