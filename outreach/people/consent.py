"""Who does not want what (免打扰名单). A refusal stops a channel for a class of messages; it never drops a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from outreach.errors import Invalid
from outreach.people.queries import consent as queries

CLASSES = ("publicity", "own-benefit", "urgent")
"""宣传 · 本人权益 · 紧急."""

REFUSABLE = ("sms", "call")
"""Channels that a person can refuse; paper, visits and places are offered instead."""


@dataclass(frozen=True)
class Subject:
    """Who refuses: a person, or a number by its keyed hash (which outlives the erasure of its owner)."""

    person_id: int | None = None
    address_key: bytes | None = None

    def __post_init__(self) -> None:
        if (self.person_id is None) == (self.address_key is None):
            raise ValueError("a refusal is of a person or of a number")

    def as_columns(self) -> dict[str, int | bytes]:
        """The one column that is set."""
        if self.person_id is not None:
            return {"person_id": self.person_id}
        return {"address_key": self.address_key or b""}


def refuse(
    connection: Connection,
    subject: Subject,
    *,
    channel: str,
    message_class: str,
    source: str,
    at: datetime,
) -> int | None:
    """Write a refusal down; its number, or None when it stood already. Raises Invalid people.message_class."""
    values = {
        "channel": channel,
        "message_class": _known(message_class),
        "source": source,
        "at": at,
        "ended_at": None,
    }
    return queries.put_refusal(connection, {**values, **subject.as_columns()})


def withdraw(
    connection: Connection, subject: Subject, *, channel: str, message_class: str, at: datetime
) -> int | None:
    """Take exactly this refusal back; its number, or None when there was none."""
    columns = dict(subject.as_columns())
    return queries.end_refusal(connection, columns, channel, _known(message_class), at)


@dataclass(frozen=True)
class Refusals:
    """The open refusals of some people and numbers."""

    of_people: frozenset[tuple[int, str, str]]
    of_numbers: frozenset[tuple[bytes, str, str]]

    def refuses(
        self, person_id: int, address_key: bytes | None, channel: str, message_class: str
    ) -> bool:
        """Whether this person, or this number, refuses this channel for this class of messages."""
        if (person_id, channel, message_class) in self.of_people:
            return True
        return address_key is not None and (address_key, channel, message_class) in self.of_numbers


def refusals(
    connection: Connection, people: Collection[int], addresses: Collection[bytes] = ()
) -> Refusals:
    """What some people (at most some thousands) and numbers refuse now."""
    rows = queries.open_refusals(connection, people, addresses)
    return Refusals(
        frozenset(
            (row.person_id, row.channel, row.message_class)
            for row in rows
            if row.person_id is not None
        ),
        frozenset(
            (row.address_key, row.channel, row.message_class)
            for row in rows
            if row.address_key is not None
        ),
    )


def _known(message_class: str) -> str:
    if message_class not in CLASSES:
        raise Invalid("people.message_class", value=message_class, known="、".join(CLASSES))
    return message_class
