"""What an account has to hand over, up to the moment at which its attempts stand.

One chunk at a time: claimed, looked at once more (who dropped out, quiet hours, texts), and written in one
transaction with its place in the pace and its money. What happens with it then is the business of whoever
claimed it: `send.Sender` calls a carrier, `gateway.Handover` writes a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from channels.parts import count_parts
from channels.providers import HERE
from channels.timely import uptime
from outreach import clock, unchanged
from outreach.deliveries import (
    capping,
    drop,
    filing,
    hours,
    leases,
    orders,
    pace,
    requests,
    served,
    settle,
    stopping,
    transfer,
)
from outreach.deliveries.addressees import addressees
from outreach.deliveries.capping import Counting, Taken
from outreach.deliveries.limits import SHIPPED, Limits
from outreach.deliveries.orders import AccountView, Addressee, Orders
from outreach.deliveries.states import SENDING, Reason
from outreach.messages.schemas import WITHOUT_SCRIPT, Composed
from outreach.store import Store
from outreach.unchanged import Mark
from outreach.vault import Vault

PHONE_FIELD = "phone"
BODY_FIELD = "body"


def purse(campaign: int) -> str:
    """The counter of what a campaign has spent, in fen."""
    return f"cost:{campaign}"


def reference(vault: Vault, delivery: int, no: int) -> str:
    """The mark of an attempt: `delivery.no.mark`, which nobody else can make; read by `receipts.read_token`."""
    key = f"{delivery}.{no}"
    return f"{key}.{vault.token('receipt', key)}"


@dataclass(frozen=True)
class Line:
    """How an account reaches its carrier, and how the carrier reaches us.

    send_timeout: seconds for one request. reconcile_after: seconds after that at which an unknown attempt is
    looked up. zone: business time. public_url: where receipts come to. loopback: the carrier is on this machine,
    so invented people may be sent to. place: where the data goes, as channels.providers has it. lease: how long
    a claim holds without news. limits: how much is enough, and when it is quiet.
    """

    send_timeout: float
    reconcile_after: float
    zone: ZoneInfo
    public_url: str
    loopback: bool
    place: str = HERE
    lease: timedelta = leases.LEASE
    limits: Limits = SHIPPED

    @property
    def look_pause(self) -> float:
        """Seconds between two looks at the carrier's list."""
        return min(60.0, max(0.5, self.reconcile_after / 8))


@dataclass(frozen=True)
class Item:
    """One message of a chunk: as it will be sent, and as the attempt keeps it.

    filed: the number of the filed template that says it, with the ordered parameters. valid_for: seconds after which
    it is worth nothing any more.
    """

    addressee: Addressee
    composed: Composed
    no: int
    parts: int
    cost_fen: int
    resent: bool
    filed: tuple[str, tuple[str, ...]] | None = None
    valid_for: int | None = None


@dataclass(frozen=True)
class Chunk:
    """A prepared chunk, not written yet. on, looked: the day, and the state of the database, of the look at it."""

    orders: Orders
    ids: Sequence[int]
    left: dict[int, drop.Remaining]
    standings: dict[int, requests.Standing]
    items: Sequence[Item]
    skips: dict[int, str]
    counting: Counting
    on: date
    looked: Mark

    @property
    def left_out(self) -> list[served.Row]:
        """Whom its deliveries are not about today, though they were planned for them."""
        return [(key, *one) for key, rest in self.left.items() for one in rest.left_out]

    @property
    def again(self) -> list[Addressee]:
        """Those that were tried before."""
        return [item.addressee for item in self.items if item.no > 1]

    @property
    def cost_fen(self) -> int:
        """What the whole chunk costs."""
        return sum(item.cost_fen for item in self.items)

    @property
    def purse(self) -> str:
        """The counter of what its campaign has spent."""
        return purse(self.orders.campaign_id)


@dataclass(frozen=True)
class Written:
    """A chunk whose attempts stand. open_until: by `uptime`, the last moment at which a request may be opened."""

    chunk: Chunk
    items: Sequence[Item]
    open_until: float


class TooFast(Exception):
    """The pace has no slot left: the transaction must leave nothing behind."""


class Outgoing:
    """The chunks of one account: claim, prepare, commit. A chunk that is committed must be handed over."""

    def __init__(self, store: Store, vault: Vault, account: AccountView, line: Line) -> None:
        self._store = store
        self._vault = vault
        self.account = account
        self.line = line
        self._held: leases.Lease | None = None
        self._orders: Orders | None = None  # as they were read last

    @property
    def size(self) -> int:
        """How many are handed over between two commits."""
        return self.account.chunk

    @property
    def _counting(self) -> Counting:
        """By what the next chunk is counted."""
        return Counting(self.line.limits, self.account, self.line.zone)

    def _take_slots(self, connection: Connection, n: int) -> bool:
        """Take the chunk's place in the account's pace; False when another one was faster."""
        return pace.take_slots(connection, self.account.id, n, self.account.per_second)

    def _claim(self, campaign: int | None) -> leases.Lease | None:
        whys = [why.value for why in SENDING]
        account, held_for = self.account.id, self.line.lease
        with self._store.begin() as connection:
            singles = leases.claim_again(connection, account, self.size, whys, campaign, held_for)
            if singles:
                return leases.Singles(tuple(singles))
            return leases.claim_batch(connection, account, campaign, held_for)

    # -- before the commit: read, decide, render ------------------------------------------------------

    def _prepare(self, lease: leases.Lease) -> Chunk | None:
        """What would be sent now; None when the lease was given back (pause, quiet hours) or its batch is done."""
        with unchanged.look(self._store) as (connection, mark):
            signed = self._read(connection, lease)
            room = capping.room(connection, self._counting)
            ids = lease.ids(connection, self.size if room is None else max(1, min(self.size, room)))
            not_before = self._counting.tomorrow if room == 0 else self._not_before(signed)
            if signed.status == "running" and not_before is None and ids:
                return self._compose(connection, signed, ids, lease.resent, mark)
        with self._store.begin() as connection:
            if ids:
                lease.give_back(connection, not_before)
            else:
                lease.finish(connection)
        return None

    def _read(self, connection: Connection, lease: leases.Lease) -> Orders:
        """The orders as they stand now."""
        self._orders = orders.read(connection, lease.campaign_id, lease.step_id, self._orders)
        return self._orders

    def _not_before(self, signed: Orders) -> datetime | None:
        """The end of the quiet hours when we are inside them."""
        if signed.urgent:
            return None
        moment = clock.now()
        windows = self.line.limits.quiet_at(signed.channel, signed.region)
        allowed = hours.next_allowed(
            signed.channel, moment, self.line.zone, {signed.channel: windows}
        )
        return allowed if allowed > moment else None

    def _left(
        self, connection: Connection, signed: Orders, ids: Sequence[int], on: date
    ) -> dict[int, drop.Remaining]:
        return drop.remaining(connection, ids, signed.terms(on))

    def _standings(
        self, connection: Connection, signed: Orders, ids: Sequence[int], on: date
    ) -> dict[int, requests.Standing]:
        return requests.standing(connection, signed, ids, on)

    def _still(self, connection: Connection, lease: leases.Lease, chunk: Chunk) -> bool:
        """Whether everything that decided about a chunk is as it was; not asked again where nothing was written since."""
        on = clock.today(self.line.zone)
        if on == chunk.on and unchanged.unchanged(connection, chunk.looked):
            return True
        current = self._read(connection, lease)
        return (
            current.status == "running"
            and self._left(connection, current, chunk.ids, on) == chunk.left
            and self._standings(connection, current, chunk.ids, on) == chunk.standings
        )

    def _compose(
        self,
        connection: Connection,
        signed: Orders,
        ids: Sequence[int],
        resent: frozenset[int],
        mark: Mark,
    ) -> Chunk:
        on = clock.today(self.line.zone)
        left = self._left(connection, signed, ids, on)
        skips = {key: rest.reason for key, rest in left.items() if rest.reason}
        listed = addressees(connection, ids, signed.channel)
        found = [one for one in listed if one.delivery_id not in skips]
        if not self.line.loopback:
            skips |= {one.delivery_id: Reason.SYNTHETIC.value for one in found if one.synthetic}
            found = [one for one in found if not one.synthetic]
        standings = self._standings(connection, signed, ids, on)
        wanted = requests.of_chunk(self._vault, signed, found, left, standings)
        texts = signed.composer.compose(signed.channel, wanted, signed.form)
        filed = filing.carried(
            connection, self.account.id, {one.variant_id for one in texts if one}
        )
        items = []
        for one, composed in zip(found, texts, strict=True):
            if composed is None and signed.channel in WITHOUT_SCRIPT:
                composed = Composed("", 0, one.language)
            if composed is None:
                skips[one.delivery_id] = Reason.NO_TEXT.value
                continue
            # a post in a group and a call are not billed in parts
            billed = signed.channel == "sms"
            parts = count_parts(composed.text, billing=self.account.rule).parts if billed else 0
            again = one.delivery_id in resent
            known = filed.get(composed.variant_id)
            said = None if known is None else known.says(composed.text)
            cost = parts * self.account.part_fen
            items.append(
                Item(one, composed, one.attempts + 1, parts, cost, again, said, signed.valid_for)
            )
        return Chunk(signed, ids, left, standings, items, skips, self._counting, on, mark)

    # -- the commit: everything is checked once more, then the attempts stand ---------------------------

    def _commit(self, lease: leases.Lease, chunk: Chunk) -> Written | None:
        """Write attempts and skips; returns what may be handed over now.

        Nothing is written when something changed since the look: the next step looks again.
        """
        signed = chunk.orders
        with self._store.begin() as connection:
            if not self._still(connection, lease, chunk):
                lease.give_back(connection)
                return None
            if chunk.items and not self._may_leave(connection, signed.campaign_id):
                lease.give_back(connection)
                return None
            onward = lease.advance(connection, chunk.ids[-1])
            if onward is None:
                return None
            affordable = self._take(connection, chunk)
            settle.skip(connection, chunk.skips)
            served.note(connection, chunk.left_out, [one.delivery_id for one in chunk.again])
            # From here, not from the hand-over: this process may sleep in between, and others count from here.
            open_until = uptime() + self.line.send_timeout
            self._write(connection, chunk, affordable)
        self._held = onward if onward.more else None
        return Written(chunk, affordable, open_until) if affordable else None

    def _may_leave(self, connection: Connection, campaign: int) -> bool:
        """Whether residents' data may go where this account takes it; else the campaign waits for an administrator."""
        if transfer.may_go(connection, self.account.id, self.line.place):
            return True
        stopping.pause_for_fault(connection, campaign, transfer.NO_BASIS, self.account.name)
        return False

    def _take(self, connection: Connection, chunk: Chunk) -> Sequence[Item]:
        """Take what the chunk needs of caps, pace and money; what does not fit is skipped with its reason, or put off."""
        how = chunk.counting
        taken = capping.take(connection, how, chunk.orders, chunk.items)
        n = len(taken.items)
        if n and not (capping.take_day(connection, how, n) and self._take_slots(connection, n)):
            raise TooFast
        affordable = self._afford(connection, chunk, taken)
        capping.leave_day(connection, how, n - len(affordable))
        capping.release(connection, how, taken, set(taken.skips))
        capping.put_off(connection, self.account.id, taken.later)
        chunk.skips.update(taken.skips)
        return affordable

    def _afford(self, connection: Connection, chunk: Chunk, taken: Taken) -> Sequence[Item]:
        """Take the money in this transaction; whose message does not fit any more is skipped."""
        limit = chunk.orders.budget_fen
        if pace.reserve(connection, chunk.purse, sum(one.cost_fen for one in taken.items), limit):
            return taken.items
        over = {
            item.addressee.delivery_id: Reason.OVER_BUDGET.value
            for item in taken.items
            if not pace.reserve(connection, chunk.purse, item.cost_fen, limit)
        }
        taken.skip(over)
        return taken.items

    def _write(self, connection: Connection, chunk: Chunk, items: Sequence[Item]) -> None:
        if not items:
            return
        moment = clock.now()
        deadline = moment + timedelta(seconds=self.line.send_timeout)
        rows: list[dict[str, object]] = [
            {
                "delivery_id": item.addressee.delivery_id, "no": item.no, "account_id": self.account.id,
                "campaign_id": chunk.orders.campaign_id, "at": moment, "deadline": deadline,
                "address": item.addressee.address, "body": self._vault.encrypt(BODY_FIELD, item.composed.text),
                "parts": item.parts, "cost_fen": item.cost_fen, "resent": item.resent,
                "variant_id": item.composed.variant_id,
            }
            for item in items
        ]  # fmt: skip
        # The last request may open at the deadline and take its whole timeout; then the carrier needs its time.
        dead_after = deadline + timedelta(
            seconds=self.line.send_timeout + self.line.reconcile_after
        )
        settle.record_attempts(connection, rows, dead_after)
