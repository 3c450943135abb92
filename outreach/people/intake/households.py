"""After the rows are in: heads, completeness, guardians, and whose number a number is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection

from outreach.people.intake.register import Written
from outreach.people.queries import register as queries
from outreach.store import Begin
from segments.person import age_on

GUARDED_UNDER = 14
"""Years of age under which messages go to the guardian (personal information of children, PIPL article 31)."""

CHILD_WORDS = frozenset(
    [
        "子",
        "女",
        "儿子",
        "女儿",
        "长子",
        "次子",
        "三子",
        "四子",
        "长女",
        "次女",
        "三女",
        "四女",
        "独生子",
        "独生女",
        "孩子",
        "子女",
        "养子",
        "养女",
        "养子女",
    ]
)
"""Relations to the head that make the head a parent."""


def settle_households(begin: Begin, written: Sequence[Written], today: date) -> list[Written]:
    """Set heads, completeness and guardians of the households that a file touched, in transactions of a chunk.

    Returns the rows that name a guardian who is not in the register.
    """
    for some in queries.chunks(one for one in written if one.is_head and one.household_id):
        with begin() as connection:
            queries.set_heads(connection, {one.household_id: one.person_id for one in some})
    for some in queries.chunks({one.household_id for one in written if one.household_id}):
        with begin() as connection:
            queries.set_complete(connection, some)
    lost: list[Written] = []
    for some in queries.chunks(one for one in written if _is_guarded(one, today)):
        with begin() as connection:
            lost.extend(_set_guardians(connection, some))
    return lost


def class_phones(begin: Begin, written: Iterable[Written]) -> None:
    """Class the numbers that a file touched, old ones included."""
    for some in queries.chunks({key for one in written for key in one.phone_keys}):
        with begin() as connection:
            queries.class_phones(connection, some)


def _is_guarded(one: Written, today: date) -> bool:
    return one.birth is not None and age_on(one.birth, today) < GUARDED_UNDER


def _set_guardians(connection: Connection, children: Sequence[Written]) -> list[Written]:
    """By the guardian's document; else by name within the household; else the head whose child it is."""
    by_key = queries.person_ids(
        connection, {one.guardian_key for one in children if one.guardian_key}
    )
    homes = {one.household_id for one in children if one.household_id}
    by_name = queries.members_by_name(connection, homes)
    heads = queries.heads_of(connection, homes)
    guardians: dict[int, int] = {}
    lost = []
    for one in children:
        found = by_key.get(one.guardian_key) if one.guardian_key else None
        if found is None and one.guardian_name_key and one.household_id:
            found = by_name.get((one.household_id, one.guardian_name_key))
        named = one.guardian_key or one.guardian_name_key
        if found is None and not named and one.household_id and one.relation in CHILD_WORDS:
            found = heads.get(one.household_id)
        if found is not None and found != one.person_id:
            guardians[one.person_id] = found
        elif named:
            lost.append(one)
    queries.set_guardians(connection, guardians)
    return lost
