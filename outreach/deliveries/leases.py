"""Leases: by what right a sender hands something over, and how it loses that right.

A lease is a number that rises at each claim and a time by the database's clock. Every later write names
the number; a sender that slept through its time finds that it no longer owns anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import BigInteger, Connection, Select, bindparam, literal, or_, select, update

from outreach import clock
from outreach.deliveries.states import SENDING, Why
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import (
    Delivery,
    DeliveryAgain,
    DeliveryBatch,
    Outcome,
)
from outreach.store import database_now

LEASE = timedelta(seconds=60)
"""How long a claim holds without news. Too short a time costs work done twice, never a message sent twice: what was
written under a lease is fenced by its number, and what is in flight by the attempt's own deadline."""

OPEN = literal("open", literal_execute=True)
"""Written into the statement: with a parameter SQLite would not use the index over open batches, which stays small."""


class Lease(Protocol):
    """The right to hand something over, whatever list it came from."""

    @property
    def campaign_id(self) -> int:
        """Whose campaign it is."""
        ...

    @property
    def step_id(self) -> int:
        """Which step's texts."""
        ...

    @property
    def resent(self) -> frozenset[int]:
        """Deliveries that are sent again after an unknown."""
        ...

    def ids(self, connection: Connection, limit: int) -> list[int]:
        """The deliveries to hand over next."""
        ...

    @property
    def more(self) -> bool:
        """Whether something may be left after what was taken."""
        ...

    def advance(self, connection: Connection, last: int) -> Lease | None:
        """Everything up to `last` is taken: the right to the rest; None when the right is lost."""
        ...

    def give_back(self, connection: Connection, due_at: datetime | None = None) -> None:
        """Not now: to be taken up at `due_at`, or soon."""
        ...

    def finish(self, connection: Connection) -> None:
        """There was nothing left to hand over."""
        ...


@dataclass(frozen=True)
class BatchLease:
    """A claimed batch: hand over from `next` to `hi`."""

    id: int
    campaign_id: int
    step_id: int
    firing_id: int
    next: int
    hi: int
    lease_no: int
    length: timedelta = LEASE
    resent: frozenset[int] = frozenset()

    def ids(self, connection: Connection, limit: int) -> list[int]:
        """The next deliveries of the range that nothing has happened to."""
        return upcoming(connection, self, limit)

    @property
    def more(self) -> bool:
        """Whether the range goes on."""
        return self.next <= self.hi

    def advance(self, connection: Connection, last: int) -> BatchLease | None:
        """Move the range on."""
        return replace(self, next=last + 1) if advance(connection, self, last + 1) else None

    def give_back(self, connection: Connection, due_at: datetime | None = None) -> None:
        """Release the range."""
        release(connection, self, due_at)

    def finish(self, connection: Connection) -> None:
        """The range is empty."""
        advance(connection, self, None)


@dataclass(frozen=True)
class AgainLease:
    """A claimed single delivery that must be taken up again."""

    delivery_id: int
    campaign_id: int
    step_id: int
    why: str
    looks: int
    lease_no: int


@dataclass(frozen=True)
class Singles:
    """Single deliveries of one step, claimed together."""

    leases: tuple[AgainLease, ...]

    @property
    def campaign_id(self) -> int:
        """Theirs."""
        return self.leases[0].campaign_id

    @property
    def step_id(self) -> int:
        """Theirs."""
        return self.leases[0].step_id

    @property
    def resent(self) -> frozenset[int]:
        """Those of which nobody knew whether they had arrived."""
        return frozenset(lease.delivery_id for lease in self.leases if lease.why == Why.RESEND)

    def ids(self, connection: Connection, limit: int) -> list[int]:
        """All of them: no more were claimed than fit into a chunk."""
        return [lease.delivery_id for lease in self.leases[:limit]]

    @property
    def more(self) -> bool:
        """They were taken whole."""
        return False

    def advance(self, connection: Connection, last: int) -> Singles | None:
        """Their rows change with the attempts; only the right is checked."""
        return self if still_mine(connection, self.leases) else None

    def give_back(self, connection: Connection, due_at: datetime | None = None) -> None:
        """Later."""
        postpone(connection, self.leases, due_at or clock.now() + timedelta(seconds=5))

    def finish(self, connection: Connection) -> None:
        """Never empty."""


def _locked(connection: Connection, statement: Select[int]) -> Select[int]:
    return (
        statement.with_for_update(skip_locked=True)
        if connection.dialect.name == "postgresql"
        else statement
    )


def claim_batch(
    connection: Connection, account: int, campaign: int | None = None, length: timedelta = LEASE
) -> BatchLease | None:
    """Take the oldest due batch of a running campaign that nobody holds, for `length` from now."""
    moment = database_now(connection)
    free = or_(DeliveryBatch.lease_until.is_(None), DeliveryBatch.lease_until < moment)
    running = select(Campaign.id).where(Campaign.status == "running")
    candidate = (
        select(DeliveryBatch.id)
        .where(
            DeliveryBatch.account_id == account, DeliveryBatch.state == OPEN, DeliveryBatch.due_at <= clock.now(),
            free, DeliveryBatch.campaign_id.in_(running if campaign is None else [campaign]),
            DeliveryBatch.campaign_id.in_(running),
        )
        .order_by(DeliveryBatch.due_at, DeliveryBatch.id)
        .limit(1)
    )  # fmt: skip
    row = connection.execute(
        update(DeliveryBatch)
        .where(DeliveryBatch.id == _locked(connection, candidate).scalar_subquery())
        .values(lease_no=DeliveryBatch.lease_no + 1, lease_until=moment + length)
        .returning(
            DeliveryBatch.id, DeliveryBatch.campaign_id, DeliveryBatch.step_id, DeliveryBatch.firing_id,
            DeliveryBatch.next, DeliveryBatch.hi, DeliveryBatch.lease_no,
        )
    ).first()  # fmt: skip
    return None if row is None else BatchLease(*row, length=length)


def upcoming(connection: Connection, batch: BatchLease, limit: int) -> list[int]:
    """The next deliveries of a batch that nothing has happened to."""
    place = {"next": batch.next, "hi": batch.hi, "firing": batch.firing_id, "most": limit}
    return list(connection.scalars(_UPCOMING, place))


_UPCOMING = (
    select(Delivery.id)
    .where(
        Delivery.id >= bindparam("next"),
        Delivery.id <= bindparam("hi"),
        Delivery.firing_id == bindparam("firing"),
        ~select(Outcome.delivery_id).where(Outcome.delivery_id == Delivery.id).exists(),
    )
    .order_by(Delivery.id)
    .limit(bindparam("most", type_=BigInteger))
)


def advance(connection: Connection, batch: BatchLease, past: int | None) -> bool:
    """Move a batch on (None = to its end) and renew the lease; False when it is no longer ours."""
    done = past is None or past > batch.hi
    values: dict[str, object] = {
        "next": batch.hi + 1 if past is None else past,
        "state": "done" if done else "open",
        "lease_until": None if done else database_now(connection) + batch.length,
    }
    mine = {"mine": batch.id, "held": batch.lease_no, "begun": batch.next}
    return connection.execute(_ADVANCED, {**values, **mine}).rowcount == 1


_ADVANCED = (
    update(DeliveryBatch)
    .where(
        DeliveryBatch.id == bindparam("mine"),
        DeliveryBatch.lease_no == bindparam("held"),
        DeliveryBatch.next == bindparam("begun"),
        DeliveryBatch.state == "open",
    )
    .values({name: bindparam(name) for name in ("next", "state", "lease_until")})
)


def release(connection: Connection, batch: BatchLease, due_at: datetime | None = None) -> None:
    """Give a batch back, to be taken up at `due_at` (None = at once)."""
    values: dict[str, object] = {"lease_until": None}
    if due_at is not None:
        values["due_at"] = due_at
    mine = (DeliveryBatch.id == batch.id) & (DeliveryBatch.lease_no == batch.lease_no)
    connection.execute(update(DeliveryBatch).where(mine).values(**values))


def claim_again(
    connection: Connection,
    account: int,
    limit: int,
    whys: Sequence[str],
    campaign: int | None = None,
    length: timedelta = LEASE,
) -> list[AgainLease]:
    """Take due single deliveries of one step; those to be sent only while their campaign runs."""
    moment = database_now(connection)
    free = or_(DeliveryAgain.lease_until.is_(None), DeliveryAgain.lease_until < moment)
    due = (
        select(DeliveryAgain.delivery_id, Delivery.campaign_id, Delivery.step_id)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(
            DeliveryAgain.account_id == account, DeliveryAgain.reason.in_(list(whys)),
            DeliveryAgain.due_at <= clock.now(), free,
        )
        .order_by(DeliveryAgain.due_at, DeliveryAgain.delivery_id)
    )  # fmt: skip
    if set(whys) & set(SENDING):
        due = due.where(Campaign.status == "running")
    if campaign is not None:
        due = due.where(Delivery.campaign_id == campaign)
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True, of=DeliveryAgain)
    rows = connection.execute(due.limit(limit)).all()
    if not rows:
        return []
    step = rows[0].step_id  # one step at a time: one channel, one set of texts
    chosen = {row.delivery_id: row for row in rows if row.step_id == step}
    claimed = connection.execute(
        update(DeliveryAgain)
        .where(DeliveryAgain.delivery_id.in_(chosen), free)
        .values(lease_no=DeliveryAgain.lease_no + 1, lease_until=moment + length)
        .returning(
            DeliveryAgain.delivery_id,
            DeliveryAgain.reason,
            DeliveryAgain.looks,
            DeliveryAgain.lease_no,
        )
    )
    return sorted(
        (
            AgainLease(key, chosen[key].campaign_id, step, why, looks, lease_no)
            for key, why, looks, lease_no in claimed
        ),
        key=lambda lease: lease.delivery_id,
    )


def still_mine(connection: Connection, leases: Sequence[AgainLease]) -> bool:
    """Whether all these single deliveries are still held under their numbers."""
    statement = select(DeliveryAgain.delivery_id, DeliveryAgain.lease_no).where(
        DeliveryAgain.delivery_id.in_([lease.delivery_id for lease in leases])
    )
    if connection.dialect.name == "postgresql":  # until the commit nobody else may claim them
        # the deliveries first, as everybody does who writes about them: else two wait for each other
        ids = [lease.delivery_id for lease in leases]
        theirs = select(Delivery.id).where(Delivery.id.in_(ids)).order_by(Delivery.id)
        connection.execute(theirs.with_for_update())
        statement = statement.order_by(DeliveryAgain.delivery_id).with_for_update()
    held = {(row.delivery_id, row.lease_no) for row in connection.execute(statement)}
    return all((lease.delivery_id, lease.lease_no) in held for lease in leases)


def postpone(connection: Connection, leases: Sequence[AgainLease], due_at: datetime) -> None:
    """Give single deliveries back until `due_at`."""
    for lease in leases:
        mine = (DeliveryAgain.delivery_id == lease.delivery_id) & (
            DeliveryAgain.lease_no == lease.lease_no
        )
        connection.execute(
            update(DeliveryAgain).where(mine).values(lease_until=None, due_at=due_at)
        )


def take_over(connection: Connection) -> None:
    """Forget all leases. Only for a process that knows that no other sender lives (one lock, one SQLite file)."""
    connection.execute(
        update(DeliveryBatch).where(DeliveryBatch.state == "open").values(lease_until=None)
    )
    connection.execute(update(DeliveryAgain).values(lease_until=None))
