"""Reading deliveries: counts, reasons, what waits for a person, the export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.deliveries import funnel, reckoning
from outreach.deliveries.states import HANDED_OVER, Reason, State, Why
from outreach.models.campaigns import Campaign, Firing, Step
from outreach.models.deliveries import (
    Attempt,
    Delivery,
    DeliveryAgain,
    DeliverySubject,
    delivery_state,
)
from outreach.models.policies import Policy


def state_counts(connection: Connection, campaign: int) -> dict[str, int]:
    """Deliveries by state, exclusive, with `planned` as their sum: what has not begun counts as waiting."""
    found = {row[0]: n for row, n in funnel.counts(connection, campaign).items()}
    counts = {state.value: found.get(state, 0) for state in State if state is not State.PLANNED}
    counts["waiting"] += found.get(State.PLANNED, 0)
    return {"planned": sum(found.values()), **counts}


def by_channel(connection: Connection, campaign: int) -> dict[str, dict[str, int]]:
    """Planned and handed over, by channel."""
    steps = connection.execute(select(Step.id, Step.channel).where(Step.campaign_id == campaign))
    channels = {str(row.id): row.channel for row in steps}
    counts = funnel.counts(connection, campaign, "step_id", "state")
    rows = [(channels[step], state, n) for (step, state), n in counts.items()]
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in rows:
        entry = found.setdefault(channel, {"planned": 0, "handed_over": 0})
        entry["planned"] += count
        entry["handed_over"] += count if state in HANDED_OVER else 0
    return found


def spent(connection: Connection, campaign: int) -> tuple[int, int, int]:
    """(parts, cost in fen, messages sent again after an unknown).

    Parts and cost are of attempts that the carrier took, or may have taken; one that was certainly not handed
    over costs nothing.
    """
    return reckoning.spent(connection, campaign)


def reasons(
    connection: Connection, campaign: int, step: int | None = None
) -> list[Mapping[str, Any]]:
    """Why deliveries failed or were skipped: (state, reason, error, count), most first."""
    found: Counter[tuple[str, str, str]] = Counter()
    for (of, state, reason, error), n in reckoning.whys(connection, campaign).items():
        if step is None or of == step:
            found[state, reason, error] += n
    rows = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [
        {"state": state, "reason": reason, "error": error, "count": n}
        for (state, reason, error), n in rows
    ]


def refused(connection: Connection, campaign: int) -> list[Mapping[str, Any]]:
    """Deliveries that were not sent because the channel is refused: (channel, class, count), in the order of channels."""
    view = delivery_state.c
    rows = connection.execute(
        select(Step.channel, Campaign.message_class.label("class"), func.count().label("count"))
        .select_from(delivery_state)
        .join(Step, Step.id == view.step_id)
        .join(Campaign, Campaign.id == view.campaign_id)
        .where(view.campaign_id == campaign, view.reason == Reason.REFUSED_CHANNEL.value)
        .group_by(Step.channel, Campaign.message_class)
        .order_by(Step.channel)
    )
    return [dict(row) for row in rows.mappings()]


def waiting_for_a_person(
    connection: Connection, campaign: int | None = None, limit: int = 200
) -> list[Mapping[str, Any]]:
    """Deliveries that only a person can settle, oldest first."""
    last = select(func.max(Attempt.no)).where(Attempt.delivery_id == Delivery.id).scalar_subquery()
    statement = (
        select(
            Delivery.id, Delivery.campaign_id, Delivery.kind, Delivery.addressee, Delivery.village, Step.channel,
            last.label("no"),
        )
        .join(DeliveryAgain, DeliveryAgain.delivery_id == Delivery.id)
        .join(Step, Step.id == Delivery.step_id)
        .where(DeliveryAgain.reason == Why.ASK.value)
        .order_by(Delivery.id)
        .limit(limit)
    )  # fmt: skip
    if campaign is not None:
        # from the short list, not from all deliveries of the campaign, which its bare column would offer
        statement = statement.where(Delivery.campaign_id + 0 == campaign)
    return [dict(row) for row in connection.execute(statement).mappings()]


def export(connection: Connection, campaign: int) -> Iterator[Mapping[str, Any]]:
    """Every delivery with its state, in order; `subjects` as person:policy pairs."""
    view = delivery_state.c
    rows = connection.execute(
        select(
            view.delivery_id, view.kind, view.addressee, Step.channel, view.language, view.state, view.reason,
            view.error, view.attempts, view.provider_id,
        )
        .join(Step, Step.id == view.step_id)
        .where(view.campaign_id == campaign)
        .order_by(view.delivery_id)
    ).mappings().all()  # fmt: skip
    subjects: dict[int, list[str]] = {}
    pairs = connection.execute(
        select(DeliverySubject.delivery_id, DeliverySubject.person_id, Policy.ref)
        .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
        .join(Policy, Policy.id == DeliverySubject.policy_id)
        .where(Delivery.campaign_id == campaign)
        .order_by(DeliverySubject.delivery_id, DeliverySubject.person_id, Policy.ref)
    )
    for delivery, person, policy in pairs:
        subjects.setdefault(delivery, []).append(f"{person}:{policy}")
    for row in rows:
        yield {
            "delivery_id": row["delivery_id"],
            "kind": row["kind"],
            "addressee_ref": row["addressee"],
            "subjects": " ".join(subjects.get(row["delivery_id"], [])),
            "channel": row["channel"],
            "language": row["language"],
            "state": "waiting" if row["state"] == State.PLANNED else row["state"],
            "reason": row["reason"] or row["error"] or "",
            "attempts": row["attempts"],
            "provider_id": row["provider_id"] or "",
        }


def without_receipt(connection: Connection, step: int) -> int:
    """Text messages of a step that a carrier accepted and no receipt has settled; posts and paper have none."""
    row = connection.execute(select(Step.campaign_id, Step.channel).where(Step.id == step)).one()
    if row.channel != "sms":
        return 0
    # from the counts: the timetable asks every few seconds, and may do so for days
    counts = funnel.counts(connection, row.campaign_id, "step_id", "state")
    return counts.get((str(step), State.ACCEPTED.value), 0)


def waits_for_receipts(connection: Connection, step: int, firing: int) -> bool:
    """The same of one firing of a step: whether there are any."""
    if not without_receipt(connection, step):
        return False
    fired = select(func.count()).select_from(Firing).where(Firing.step_id == step)
    if connection.scalar(fired) == 1:
        return True
    first = (
        select(Delivery.id)
        .join(delivery_state, delivery_state.c.delivery_id == Delivery.id)
        .where(Delivery.firing_id == firing, Delivery.step_id == step)
        .where(Delivery.campaign_id == delivery_state.c.campaign_id)
        .where(delivery_state.c.state == State.ACCEPTED.value)
        .limit(1)
    )
    return connection.execute(first).first() is not None


def people_reached(connection: Connection, campaign: int) -> int:
    """People with at least one confirmed delivery to themselves or their household: each counted once."""
    return (
        connection.scalar(
            select(func.count(DeliverySubject.person_id.distinct()))
            .join(delivery_state, delivery_state.c.delivery_id == DeliverySubject.delivery_id)
            .where(
                delivery_state.c.campaign_id == campaign,
                delivery_state.c.state == "delivered",
                delivery_state.c.kind.in_(("person", "household")),
                DeliverySubject.reason == "",
            )
        )
        or 0
    )


def held_up(connection: Connection, campaign: int) -> list[tuple[str, int]]:
    """(error code, how many) of messages that the carrier could not be given and that are tried again."""
    view = delivery_state.c
    rows = connection.execute(
        select(view.error, func.count())
        .select_from(delivery_state)
        .join(DeliveryAgain, DeliveryAgain.delivery_id == view.delivery_id)
        .where(view.campaign_id == campaign, DeliveryAgain.reason == Why.DEFERRED.value)
        .group_by(view.error)
        .order_by(func.count().desc())
    )
    return [(row[0], int(row[1])) for row in rows]
