"""Everything that is due on accounts without an API, written as attempts and then into one file.

The attempts are committed before the file: a crash in between leaves messages that count as handed over and
are in no file. They are never put into another one by themselves; a named person has the same batch written again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from channels.gateway import PROVIDER, Cover, GatewayChannel
from channels.whole import opened
from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries import filing, orders, pace, settle
from outreach.deliveries.gateway import batches
from outreach.deliveries.gateway.batches import Ordered
from outreach.deliveries.orders import AccountView
from outreach.deliveries.outgoing import Chunk, Item, Line, Outgoing, TooFast
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Why
from outreach.errors import Conflict, Missing
from outreach.models.deliveries import DeliveryBatch
from outreach.store import Store
from outreach.vault import Vault

MOST_ROWS = 50_000
"""Rows of one file, unless the account's option `rows` says otherwise; what is left goes into the next."""

IN_THE_FILE = "in_console_file"
"""The reason of an outcome of which only the console's result file can tell more."""


@dataclass(frozen=True)
class Desk:
    """Where the hand-over happens. demo: the installation is a demonstration."""

    store: Store
    vault: Vault
    demo: bool = False


@dataclass
class Handed:
    """What was handed over. batch 0: nothing was. free_at: before that the console's pace lets nothing more in."""

    batch: int = 0
    rows: int = 0
    digest: str = ""
    without_template: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    more: bool = False
    free_at: datetime | None = None


class Handover(Outgoing):
    """Takes what is due of one account and writes its attempts under one batch number."""

    def __init__(self, store: Store, vault: Vault, account: AccountView, line: Line) -> None:
        super().__init__(store, vault, account, line)
        self.done = Handed()

    @property
    def size(self) -> int:
        """A file has no pace of its own: as many as one transaction takes easily."""
        return min(500, self.most)

    @property
    def most(self) -> int:
        """Rows that this console takes in one file."""
        return int(self.account.options.get("rows", MOST_ROWS))

    def run(self, campaign: int) -> Handed:
        """Commit chunk after chunk until nothing is due, the file is full, or the pace says no."""
        with self._store.read() as connection:
            free_at = pace.free_at(connection, self.account.id)
        if free_at is not None and free_at > clock.now():
            self.done.free_at = free_at
            return self.done
        while (lease := self._held or self._claim(campaign)) is not None:
            self._held = None
            if self.done.rows + self.size > self.most and self.done.rows:
                with self._store.begin() as connection:
                    lease.give_back(connection, clock.now())
                self.done.more = True
                break
            chunk = self._prepare(lease)
            if chunk is None:
                continue
            try:
                self._commit(lease, chunk)
            except TooFast:  # somebody else is handing over from this account at this moment
                with self._store.begin() as connection:
                    lease.give_back(connection)
                raise Conflict("gateway.busy", account=self.account.name) from None
        return self.done

    def _take_slots(self, connection: Connection, n: int) -> bool:
        """A file leaves at once; what it holds keeps the console busy, and the next file waits for that."""
        per_second = self.account.per_second
        if not self.done.rows:
            return super()._take_slots(connection, n)
        pace.extend(connection, self.account.id, n, per_second)
        return True

    def _write(self, connection: Connection, chunk: Chunk, items: Sequence[Item]) -> None:
        """Attempts and, in the same transaction, their place in the batch: in doubt until the result file comes."""
        super()._write(connection, chunk, items)
        self.done.skipped.update(chunk.skips.values())
        if not items:
            return
        self.done.batch = self.done.batch or batches.take_number(connection)
        settle.apply(
            connection,
            [
                settle.Change(
                    item.addressee.delivery_id, item.no, "unknown", reason=IN_THE_FILE,
                    provider_id=batches.mark(self.done.batch, number), follow=Next(Why.ASK, 0),
                )
                for number, item in enumerate(items, self.done.rows + 1)
            ],
        )  # fmt: skip
        self.done.rows += len(items)


def accounts(connection: Connection) -> list[AccountView]:
    """The accounts whose messages go into files."""
    found = orders.accounts(connection)
    return [one for one in found if one.provider == PROVIDER and one.channel == "sms"]


def hand_over(
    desk: Desk, lines: Sequence[tuple[AccountView, Line]], ordered: Ordered, out: Path, by: str
) -> Handed:
    """Claim what is due of a campaign on the first of these accounts that has something, and write it to `out`.

    Conflict when the file is there already, or another hand-over is under way; OSError when it cannot be written,
    which is tried before anything is claimed.
    """
    _refuse_existing(out)
    if not lines:
        raise Missing("gateway.no_account")
    opened(out).unlink()
    handed = Handed()
    for account, line in lines:
        before = handed
        handed = Handover(desk.store, desk.vault, account, line).run(ordered.campaign_id)
        handed.skipped.update(before.skipped)
        handed.free_at = handed.free_at or before.free_at
        if handed.batch:
            _file(desk, ordered, handed, out, by)
            break
    return handed


def write_again(desk: Desk, ordered: Ordered, batch: int, out: Path, by: str) -> Handed:
    """Write a batch's file once more, the same rows, because the first one was never written or is lost.

    by: a person, who answers for it that the console did not get it twice. Missing when the campaign has no such
    batch, Conflict when the file is there already or the console's results have come in.
    """
    _refuse_existing(out)
    with desk.store.read() as connection:
        found = batches.rows(connection, ordered.campaign_id, batch)
    if not found:
        raise Missing("gateway.no_batch", batch=batch, campaign=ordered.ref)
    settled = sum(row.state != "unknown" for row in found)
    if settled:
        raise Conflict("gateway.batch_settled", batch=batch, settled=settled)
    handed = Handed(batch, len(found))
    _file(desk, ordered, handed, out, by, again=True)
    return handed


def next_due(connection: Connection, campaign: int) -> datetime | None:
    """When the next of the campaign's open ranges on such accounts is due: the end of quiet hours, often."""
    keys = [one.id for one in accounts(connection)]
    return connection.scalar(
        select(func.min(DeliveryBatch.due_at)).where(
            DeliveryBatch.campaign_id == campaign,
            DeliveryBatch.account_id.in_(keys),
            DeliveryBatch.state == "open",
        )
    )


def _refuse_existing(out: Path) -> None:
    if out.exists():
        raise Conflict("gateway.file_exists", file=out.name)


def _file(
    desk: Desk, ordered: Ordered, handed: Handed, out: Path, by: str, *, again: bool = False
) -> None:
    """Write it from the books, so that a second writing cannot differ; who has it is logged before it is there."""
    with desk.store.read() as connection:
        found = batches.rows(connection, ordered.campaign_id, handed.batch)
        account = orders.account(connection, found[0].account_id)
        filed = filing.carried(connection, account.id, {row.variant_id for row in found})
        signature = filing.signature(connection, account.id, ordered.office)
    channel = GatewayChannel()
    for row in found:
        channel.add(row.message(desk.vault, filed.get(row.variant_id)))
    handed.digest = channel.digest
    if "template" in filing.needed(account) or filed:
        handed.without_template = channel.without_template
    told = {"batch": handed.batch, "rows": len(found), "hash": handed.digest, "again": again}
    with desk.store.begin() as connection:
        thing = f"campaign:{ordered.ref}"
        audit.record(connection, by, Action.CAMPAIGNS_RUN, thing, {"handed_over": told})
    cover = Cover(
        batch=handed.batch,
        campaign=ordered.ref,
        office=ordered.office,
        signature=signature,
        demo=desk.demo or any(row.synthetic for row in found),
    )
    channel.write(out, cover)
