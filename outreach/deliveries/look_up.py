"""After an unknown outcome: ask the carrier what it has, before anything is sent again.

A match has our body and our sender, was made no earlier than a minute before our attempt, and carries an
id that no other attempt of ours holds: without that last rule, an equal text to a shared number counts
for two and one message is lost. There is no upper bound in time: a carrier's clock, or a list that dates
a message by when it left the queue, must not make us send twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, select

from channels.base import Found, LooksUp
from channels.errors import ChannelError, Rejected
from outreach import clock
from outreach.deliveries import leases, retry, settle, work
from outreach.deliveries.outgoing import BODY_FIELD, PHONE_FIELD, Line
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Why
from outreach.deliveries.stopping import pause_for_fault
from outreach.models.deliveries import Attempt, Outcome
from outreach.store import Store
from outreach.vault import Vault

EARLIER = timedelta(seconds=60)
"""How far the carrier's clock may be behind ours."""


@dataclass(frozen=True)
class Doubt:
    """An attempt of which nobody knows whether it arrived.

    at: when it was made; for the newest attempt of a delivery, when its first doubtful one was, because
    whichever of them arrived, the delivery did. resent: it was sent after an unknown.
    """

    lease: leases.AgainLease
    no: int
    at: datetime
    body: str
    newest: bool
    resent: bool


def _doubts(
    connection: Connection, held: Sequence[leases.AgainLease], vault: Vault
) -> dict[str, list[Doubt]]:
    """Doubtful attempts by number, newest attempts first; deliveries that a receipt has settled are left out."""
    by_id = {lease.delivery_id: lease for lease in held}
    rows = connection.execute(
        select(Attempt, Outcome.state)
        .outerjoin(
            Outcome, (Outcome.delivery_id == Attempt.delivery_id) & (Outcome.no == Attempt.no)
        )
        .where(Attempt.delivery_id.in_(by_id))
        .order_by(Attempt.delivery_id, Attempt.no)
    ).mappings()
    attempts: dict[int, list[RowMapping]] = {}
    for row in rows:
        attempts.setdefault(row["delivery_id"], []).append(row)
    found: dict[str, list[Doubt]] = {}
    for delivery, tried in attempts.items():
        if tried[-1]["state"] != "unknown":
            continue
        doubtful = [row for row in tried if row["state"] == "unknown"]
        for row in doubtful:
            newest = row is tried[-1]
            doubt = Doubt(
                by_id[delivery],
                row["no"],
                doubtful[0]["at"] if newest else row["at"],
                vault.decrypt(BODY_FIELD, row["body"]),
                newest,
                len(doubtful) > 1,
            )
            found.setdefault(vault.decrypt(PHONE_FIELD, row["address"]), []).append(doubt)
    for doubts in found.values():
        doubts.sort(key=lambda doubt: (not doubt.newest, doubt.at, doubt.lease.delivery_id))
    return found


def matches(doubt: Doubt, listed: Sequence[Found], sender: str, taken: set[str]) -> list[Found]:
    """What the carrier lists that can be this attempt, oldest first."""
    fitting = [
        one
        for one in listed
        if one.provider_id not in taken
        and one.body.strip() == doubt.body.strip()
        and (not sender or not one.sender or one.sender == sender)
        and (one.created is None or one.created >= doubt.at - EARLIER)
    ]
    return sorted(
        fitting, key=lambda one: (one.created is None, one.created or doubt.at, one.provider_id)
    )


def _taken(connection: Connection, ids: Sequence[str]) -> set[str]:
    return set(
        connection.scalars(select(Outcome.provider_id).where(Outcome.provider_id.in_(ids)))
    ) - {None}  # type: ignore[return-value]


async def look_up(
    store: Store,
    vault: Vault,
    channel: LooksUp,
    account: int,
    line: Line,
    campaign: int | None = None,
) -> int:
    """Ask about the due doubts of an account; returns how many deliveries were looked at."""
    with store.begin() as connection:
        held = leases.claim_again(
            connection, account, 50, [Why.LOOK_UP.value], campaign, line.lease
        )
        by_number = _doubts(connection, held, vault)
        doubtful = {doubt.lease.delivery_id for doubts in by_number.values() for doubt in doubts}
        for lease in held:
            if lease.delivery_id not in doubtful:  # settled by a receipt since it was listed
                settle.done_with(connection, lease.delivery_id)
    for number, doubts in by_number.items():
        try:
            listed = await channel.look_up(number)
        except ChannelError as error:
            with store.begin() as connection:
                later = clock.now() + timedelta(seconds=max(5.0, line.look_pause))
                leases.postpone(connection, [doubt.lease for doubt in doubts], later)
                if isinstance(error, Rejected):
                    pause_for_fault(connection, doubts[0].lease.campaign_id, error.code, str(error))
            continue
        with store.begin() as connection:
            _settle(connection, doubts, listed, channel.sender, line)
    return len(held)


def _settle(
    connection: Connection,
    doubts: Sequence[Doubt],
    listed: Sequence[Found],
    sender: str,
    line: Line,
) -> None:
    """Give each doubt its message, or say once more that there is none. Equal texts to one number: in order.

    A delivery that was sent again needs one message; a second one belongs to its earlier attempt, and to nobody else.
    """
    if not leases.still_mine(connection, [doubt.lease for doubt in doubts]):
        return
    taken = _taken(connection, [one.provider_id for one in listed])
    changes = []
    for doubt in doubts:
        fitting = matches(doubt, listed, sender, taken)
        if fitting:
            taken.add(fitting[0].provider_id)
            changes.append(
                settle.Change(
                    doubt.lease.delivery_id,
                    doubt.no,
                    "accepted",
                    fitting[0].provider_id,
                    reason=settle.LOOKED_UP,
                )
            )
            continue
        if not doubt.newest:
            continue
        looks = doubt.lease.looks + 1
        follow: Next = retry.after_empty_look(looks, resent=doubt.resent, pause=line.look_pause)
        settle.again(connection, doubt.lease.delivery_id, follow, looks=looks)
    settle.apply(connection, changes)


def mark_lost(store: Store, *, can_look_up: dict[int, bool]) -> int:
    """Attempts whose sender must be dead become `unknown`; returns how many. `can_look_up` by account."""
    with store.begin() as connection:
        ids = work.in_flight_past(connection, clock.now())
        if not ids:
            return 0
        rows = connection.execute(
            select(Attempt.delivery_id, Attempt.no, Attempt.account_id)
            .where(Attempt.delivery_id.in_(ids))
            .order_by(Attempt.delivery_id, Attempt.no)
        ).all()
        last = {row.delivery_id: row for row in rows}
        settle.apply(
            connection,
            [
                settle.Change(
                    row.delivery_id, row.no, "unknown", reason="lost",
                    follow=retry.after_unknown(can_look_up=can_look_up.get(row.account_id, False), wait=0),
                )
                for row in last.values()
            ],
        )  # fmt: skip
        return len(ids)
