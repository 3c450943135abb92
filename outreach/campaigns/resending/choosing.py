"""Whom a step did not reach, and why: one row for each person and reason, and nobody whom something else has reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from outreach.campaigns import moving, queries
from outreach.deliveries import funnel, reckoning
from outreach.deliveries.planning.conditions import ENDED, unspoken, untold
from outreach.deliveries.planning.orders import BY_PLACE
from outreach.deliveries.states import Reason, State
from outreach.errors import Invalid, Missing, Refused
from outreach.models.campaigns import AudienceMember, Step, StepTarget
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, delivery_state
from outreach.store import upsert

_Row = Mapping[str, Any]

SETTLED = "unknown-settled"
"""Sent twice because nobody knew, and in the end it did not arrive."""

FINAL = (
    Reason.DECEASED, Reason.MOVED, Reason.STOPPED, Reason.REFUSED_CHANNEL, Reason.ALREADY_HAS, Reason.NOT_ELIGIBLE,
    Reason.WITHDRAWN, Reason.HOUSEHOLD_REACHED, Reason.REACHED, Reason.DUPLICATE,
)  # fmt: skip
"""Reasons that sending once more does not change."""


LARGE = 20_000
"""Deliveries of a step from which on it is not looked up for a page who of them was reached in another way since."""


@dataclass(frozen=True)
class Offer:
    """A reason for which people could be sent to once more, and how many they are now.

    at_most: how many deliveries of a large step ended so; who was reached since is left out when they are chosen.
    """

    reason: str
    people: int
    at_most: bool = False


def offers(connection: Connection, ref: str, step: int) -> list[Offer]:
    """What a step could be sent once more for: skip reasons, words and codes of those who were not reached, most first."""
    campaign = moving.get(connection, ref)
    before = next(
        (one for one in queries.steps(connection, campaign["id"]) if one["number"] == step), None
    )
    if before is None:
        raise Missing("resending.no_step", campaign=campaign["ref"], step=step)
    return [one for one in _offers(connection, campaign, before) if one.people]


def _at_most(connection: Connection, campaign: _Row, step: _Row) -> list[Offer]:
    """From counts that are kept, and the few who were left out of what went to others."""
    found: Counter[str] = Counter()
    for (of, state, reason, error), n in reckoning.whys(connection, campaign["id"]).items():
        if of == step["id"] and state in ENDED:
            found[reason or error or state] += n
    subject = DeliverySubject
    left_out = connection.execute(
        select(subject.reason, func.count(subject.person_id.distinct()))
        .join(Delivery, Delivery.id == subject.delivery_id)
        .where(subject.reason != literal_column("''"), Delivery.step_id + 0 == step["id"])
        .group_by(subject.reason)
    )
    for reason, n in left_out:
        found[reason] += n
    rows = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [Offer(reason, n, at_most=True) for reason, n in rows if reason not in FINAL]


def _offers(connection: Connection, campaign: _Row, step: _Row) -> list[Offer]:
    counts = funnel.counts(connection, campaign["id"], "step_id")
    if counts.get((str(step["id"]),), 0) > LARGE:
        return _at_most(connection, campaign, step)
    missed = _missed(campaign, step, _whatever).subquery()
    said = case(
        (missed.c.reason != "", missed.c.reason),
        (missed.c.error != "", missed.c.error),
        else_=missed.c.state,
    )
    people = func.count(missed.c.person.distinct())
    rows = connection.execute(select(said, people).group_by(said).order_by(people.desc(), said))
    return [Offer(row[0], int(row[1])) for row in rows if row[0] not in FINAL]


def checked(
    connection: Connection, campaign: _Row, step: _Row, reasons: Sequence[str]
) -> list[str]:
    """The reasons in order, each once. Refused for one that stands; Invalid for one that nobody has."""
    terms = sorted({one.strip() for one in reasons if one.strip()})
    for term in terms:
        if term in FINAL:
            raise Refused("resending.final", reason=term)
    known = {State.UNDELIVERED.value, State.REFUSED.value, SETTLED, *(one.value for one in Reason)}
    known |= {one.reason for one in _offers(connection, campaign, step)}
    strange = [term for term in terms if term not in known]
    if strange or not terms:
        there = "、".join(f"{one.reason}（{one.people}人）" for one in _offers(connection, campaign, step))  # fmt: skip
        raise Invalid("resending.unknown_reason", reason="、".join(strange) or "—", known=there or "—")  # fmt: skip
    return terms


def choose(
    connection: Connection, campaign: _Row, before: _Row, step: int, terms: Sequence[str]
) -> int:
    """Name them in `step_target`; of posts and broadcasts also the places. Returns how many people."""
    missed = _missed(campaign, before, _ended_with(terms)).subquery()
    rows = select(literal(step), missed.c.person).distinct()
    statement = upsert(connection, StepTarget).from_select(
        ["step_id", "person_id"], rows.where(true())
    )
    connection.execute(statement.on_conflict_do_nothing())
    if before["channel"] in BY_PLACE:
        places = connection.scalars(
            select(missed.c.addressee).distinct().order_by(missed.c.addressee)
        )
        options = connection.scalars(select(Step.options).where(Step.id == step)).one()
        values = {**options, "places": list(places)}
        connection.execute(update(Step).where(Step.id == step).values(options=values))
    mine = StepTarget.step_id == step
    return connection.scalar(select(func.count()).select_from(StepTarget).where(mine)) or 0


_Why = Callable[[Any, Any], ColumnElement[bool]]
"""(subject, delivery's state) → whether somebody was missed for a reason that counts."""


def _missed(campaign: _Row, step: _Row, why: _Why) -> Select[*tuple[Any, ...]]:
    """(person, addressee, state, reason, error) of the signed audience whom a step's deliveries ended without."""
    subject, state = aliased(DeliverySubject), delivery_state.alias("ended")
    view = state.c
    out = subject.reason != ""  # left out of what went to others
    return (
        select(
            subject.person_id.label("person"),
            view.addressee.label("addressee"),
            case((out, State.SKIPPED.value), else_=view.state).label("state"),
            case((out, subject.reason), else_=view.reason).label("reason"),
            case((out, ""), else_=view.error).label("error"),
        )
        .join(state, view.delivery_id == subject.delivery_id)
        .join(
            AudienceMember,
            and_(
                AudienceMember.campaign_id == campaign["id"],
                AudienceMember.person_id == subject.person_id,
                AudienceMember.policy_id == subject.policy_id,
            ),
        )
        .where(
            view.campaign_id == campaign["id"],
            view.step_id == step["id"],
            or_(out, view.state.in_(ENDED)),
            why(subject, view),
            _still_untold(campaign, step, subject, view),
        )
    )


def _still_untold(campaign: _Row, step: _Row, subject: Any, view: Any) -> ColumnElement[bool]:
    """Nothing has reached them since, and nothing may; a place was not spoken to by another step."""
    if step["channel"] not in BY_PLACE:
        return untold(campaign["id"], 0, subject.person_id)
    return unspoken(campaign["id"], 0, view.kind, view.addressee)


def _ended_with(terms: Sequence[str]) -> _Why:
    def why(subject: Any, view: Any) -> ColumnElement[bool]:
        twice = exists().where(Attempt.delivery_id == view.delivery_id, Attempt.resent)
        words = [view.state.in_(terms), view.reason.in_(terms), view.error.in_(terms)]
        of_the_delivery = or_(*words, *([twice] if SETTLED in terms else []))
        stands = and_(view.reason.not_in(FINAL), view.state.in_(ENDED), subject.reason == "")
        return or_(
            and_(subject.reason != "", subject.reason.in_(terms)), and_(stands, of_the_delivery)
        )

    return why


def _whatever(_: Any, __: Any) -> ColumnElement[bool]:
    return true()
