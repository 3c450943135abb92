"""By which channel somebody can be reached: one definition for planning, for gaps and for the match matrix.

A message or call goes to the person, or to the contact that they named; of a child under 14 to its guardian. It needs
a number that is open and personal, and a channel that neither the person nor the number refuses. Paper and visits need
a household with an address, and cannot be refused; a household that a worker stopped gets nothing. Posts and
broadcasts cover a place and count for nobody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from outreach.access.scope import under
from outreach.audiences.predicates import child
from outreach.models.people import Household, Person, Refusal
from outreach.people.consent import REFUSABLE

PERSONAL_NUMBERS = ("own", "family", "unknown")
"""Kinds of number that may get a resident's message: never a clerk's, never a landline."""

CONFIRMED_FOR = timedelta(days=730)
"""A number that nothing was heard of for longer is 待确认 (product.md §1)."""

REASONS = ("stopped", "no_guardian", "no_number", "closed", "not_personal", "refused")
"""Why nothing reaches somebody, the weightiest first; each also has no household with an address, or is stopped."""


def recipient_of(subject: Any, on: date) -> ColumnElement[int | None]:
    """The person who gets what is meant for `subject` (an alias of Person); NULL for a child without a guardian.

    Who died or moved away is nobody's guardian or contact any more, and a child never is, whatever a list says.
    """
    return case(
        (child(on, subject.birth), _here(subject.guardian_id, on)),
        (subject.contact_id.is_(None), subject.id),
        else_=func.coalesce(_here(subject.contact_id, on), subject.id),
    )


def _here(key: Any, on: date) -> Any:
    """The person of a number, while they live here and can be written to; NULL otherwise."""
    other = aliased(Person)
    there = (other.id == key, other.status == "active", not_(child(on, other.birth)))
    return select(other.id).where(*there).scalar_subquery()


def usable_number(recipient: Any) -> ColumnElement[bool]:
    """Whether a recipient (an alias of Person) has a number that is open and personal."""
    return and_(
        recipient.phone_key.is_not(None),
        recipient.phone_closed.is_(False),
        recipient.phone_kind.in_(PERSONAL_NUMBERS),
    )


def own_number(recipient: Any, on: date) -> ColumnElement[bool]:
    """Whether a recipient (an alias of Person) is reached at a number that is confirmed as their own on a day.

    The register has it as this person's alone (`phone_kind` own), it is open, nobody else who is here has it whatever
    was said when it came in, and the record is no older than a number may be (docs/decisions/0013).
    """
    other = aliased(Person)
    shared = exists().where(
        other.phone_key == recipient.phone_key, other.id != recipient.id, other.status == "active"
    )
    since = datetime.combine(on - CONFIRMED_FOR, time(), UTC)
    own = recipient.phone_kind == "own"
    return and_(usable_number(recipient), own, recipient.updated_at >= since, not_(shared))


def refuses(recipient: Any, channel: str, message_class: str) -> ColumnElement[bool]:
    """Whether a recipient (an alias of Person), or the number, does not want a channel for a class of messages."""

    def said(about: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(
            about,
            Refusal.channel == channel,
            Refusal.message_class == message_class,
            Refusal.ended_at.is_(None),
        )

    return or_(
        said(Refusal.person_id == recipient.id), said(Refusal.address_key == recipient.phone_key)
    )


def _unreached(on: date, scope: str, message_class: str) -> Select[*tuple[Any, ...]]:
    """(person, region, reason) of active people in scope whom no channel reaches."""
    subject, recipient = aliased(Person), aliased(Person)
    silent = and_(*(refuses(recipient, one, message_class) for one in REFUSABLE))
    living = recipient.status == "active"
    theirs = aliased(Household)  # a contact or guardian may live elsewhere
    quiet = func.coalesce(theirs.stopped, false())
    by_phone = and_(usable_number(recipient), living, not_(quiet), not_(silent))
    stopped = func.coalesce(Household.stopped, false())
    by_paper = func.coalesce(Household.address, "") != ""
    whens: list[tuple[ColumnElement[bool], str]] = [
        (or_(stopped, quiet), "stopped"),
        (and_(child(on, subject.birth), or_(recipient.id.is_(None), not_(living))), "no_guardian"),
        (or_(recipient.phone_key.is_(None), not_(living)), "no_number"),
        (recipient.phone_closed.is_(True), "closed"),
        (recipient.phone_kind.not_in(PERSONAL_NUMBERS), "not_personal"),
    ]
    reached = and_(not_(stopped), or_(by_paper, and_(recipient.id.is_not(None), by_phone)))
    return (
        select(subject.id, subject.region, case(*whens, else_=literal("refused")))
        .select_from(subject)
        .outerjoin(recipient, recipient.id == recipient_of(subject, on))
        .outerjoin(Household, Household.id == subject.household_id)
        .outerjoin(theirs, theirs.id == recipient.household_id)
        .where(under(subject.region, scope), subject.status == "active", not_(reached))
        .order_by(subject.region, subject.id)
    )


def unreached(
    connection: Connection, on: date, scope: str = "", message_class: str = "own-benefit"
) -> list[tuple[int, str, str]]:
    """(person, region, reason) of active people in scope whom no channel reaches; `reason` is one of REASONS."""
    rows = connection.execute(_unreached(on, scope, message_class))
    return [(row[0], row[1], row[2]) for row in rows]
