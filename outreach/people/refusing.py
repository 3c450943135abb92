"""Refusing a channel and coming back to it: by a reply from a phone, and by whoever writes it down for a resident.

A refusal takes a channel away, never a person: who refuses text messages stays in every audience and gets paper or a
visit. R or TD stops publicity only; what is about the person's own benefit is asked about separately, and what is
urgent reaches everybody. Each change stands in the audit log with the numbers of the refusals that it opened or ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Connection, Row

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Invalid, Refused
from outreach.people import consent
from outreach.people.consent import REFUSABLE, Subject
from outreach.people.opt_out import Wish
from outreach.people.queries import consent as queries
from outreach.people.service import get_person

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "publicity": ("publicity",),
        "own": ("own-benefit",),
        "all": ("publicity", "own-benefit"),
    }
)
"""What may be refused, as a worker and a command say it → classes of messages. Nobody can refuse an urgent one."""

_REASON = 2
"""Fewest characters of a reason."""

Said = Literal["refuse", "resubscribe"]


@dataclass(frozen=True)
class Asked:
    """What a resident wants. of_number: for everybody who has the same number, not for the person alone."""

    channel: str
    kind: str
    of_number: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of messages that it is about; Invalid when the channel or the kind cannot be refused."""
        if self.channel not in REFUSABLE:
            known = "、".join(REFUSABLE)
            raise Invalid("refusals.channel", value=self.channel, known=known)
        if self.kind not in KINDS:
            raise Invalid("refusals.kind", value=self.kind, known="、".join(KINDS))
        return KINDS[self.kind]


@dataclass(frozen=True)
class Standing:
    """An open refusal that concerns a person: their own, or one of the number that they have."""

    id: int
    channel: str
    message_class: str
    of_number: bool
    source: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """What was done. changed: refusals opened or ended, none when it stood so already; sharing: people on the number."""

    person: int
    changed: tuple[int, ...]
    sharing: int
    open: tuple[Standing, ...]


@dataclass(frozen=True)
class Hand:
    """Who writes it down, within which region, and why."""

    by: str
    scope: Scope
    reason: str
    at: datetime


def refuse(connection: Connection, person: int, asked: Asked, hand: Hand) -> Change:
    """A resident does not want a channel any more.

    Raises Missing people.person; Invalid refusals.channel, refusals.kind, refusals.reason, refusals.no_number.
    """
    return _change(connection, "refuse", person, asked, hand)


def resubscribe(connection: Connection, person: int, asked: Asked, hand: Hand) -> Change:
    """A resident wants a channel again: ends exactly what is named, of the person or of the number.

    Raises as `refuse`, and Refused refusals.shared_outside for a number that somebody of another region has too.
    """
    return _change(connection, "resubscribe", person, asked, hand)


def _change(connection: Connection, said: Said, person: int, asked: Asked, hand: Hand) -> Change:
    classes = asked.classes
    if len(hand.reason.strip()) < _REASON:
        raise Invalid("refusals.reason")
    row = get_person(connection, hand.scope, person)
    if row.merged_into is not None:
        row = get_person(connection, hand.scope, row.merged_into)
    sharing = sharing_number(connection, row)
    if asked.of_number:
        _number_allowed(said, row, sharing, hand.scope)
    subject = Subject(address_key=row.phone_key) if asked.of_number else Subject(row.id)
    changed = _write(connection, said, subject, asked.channel, classes, hand.at, "worker")
    detail = {
        "said": said, "channel": asked.channel, "classes": classes, "of_number": asked.of_number,
        "refusals": changed, "people": len(sharing) if asked.of_number else 1, "reason": hand.reason.strip(),
    }  # fmt: skip
    if changed:
        audit.record(connection, hand.by, Action.PEOPLE_REFUSE, f"person:{row.id}", detail)
    return Change(row.id, changed, len(sharing), standing(connection, row))


def _number_allowed(
    said: Said, row: Row[Any], sharing: Sequence[Row[int, str]], scope: Scope
) -> None:
    if row.phone_key is None:
        raise Invalid("refusals.no_number")
    if said == "resubscribe" and not all(scope.covers(one.region) for one in sharing):
        raise Refused("refusals.shared_outside", people=len(sharing))


def sharing_number(connection: Connection, row: Row[Any]) -> Sequence[Row[int, str]]:
    """(id, region) of residents who have this person's number, the person included; () without a number."""
    return () if row.phone_key is None else queries.standing_at(connection, row.phone_key)


def standing(connection: Connection, row: Row[Any]) -> tuple[Standing, ...]:
    """What a person refuses now, and what the number that they have refuses, the newest first."""
    keys = [] if row.phone_key is None else [row.phone_key]
    found = queries.open_refusals(connection, [row.id], keys)
    lines = (
        Standing(one.id, one.channel, one.message_class, one.person_id is None, one.source, one.at)
        for one in found
    )
    return tuple(sorted(lines, key=lambda one: (one.at, one.id), reverse=True))


def obey(
    connection: Connection, address_key: bytes, wish: Wish, at: datetime, *, source: str = "reply"
) -> tuple[int, ...]:
    """Do what the holder of a number asks, by a reply or through the carrier; returns the refusals that it opened or ended.

    It holds for the number, whoever has it now or later, and outlives the erasure of its owner. What a resident asked
    a worker for as a person is not the number's to take back.
    """
    if wish is Wish.NONE:
        return ()
    said: Said = "resubscribe" if wish is Wish.RESUBSCRIBE else "refuse"
    classes = KINDS["publicity"] if wish is Wish.STOP_PUBLICITY else KINDS["all"]
    changed = _write(connection, said, Subject(address_key=address_key), "sms", classes, at, source)
    people = len(queries.standing_at(connection, address_key))
    detail = {
        "said": said,
        "channel": "sms",
        "classes": classes,
        "source": source,
        "people": people,
    }
    for refusal in changed:
        audit.record(connection, audit.SYSTEM, Action.PEOPLE_REFUSE, f"refusal:{refusal}", detail)
    return changed


def _write(
    connection: Connection,
    said: Said,
    subject: Subject,
    channel: str,
    classes: Sequence[str],
    at: datetime,
    source: str,
) -> tuple[int, ...]:
    found: list[int | None] = []
    for one in classes:
        about: dict[str, Any] = {"channel": channel, "message_class": one, "at": at}
        if said == "refuse":
            found.append(consent.refuse(connection, subject, source=source, **about))
        else:
            found.append(consent.withdraw(connection, subject, **about))
    return tuple(one for one in found if one is not None)
