"""One account's sender: hand over what `outgoing` has prepared and written, and write the answers.

Between two commits lies one chunk. Everything that can go wrong in between leaves attempts without an
answer, and those are looked up at the carrier before anything is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from channels.base import Channel, Message
from channels.base import Outcome as Answer
from channels.timely import leaving_before, uptime
from outreach import clock
from outreach.deliveries import capping, halting, orders, pace, retry, settle
from outreach.deliveries.leases import Lease
from outreach.deliveries.orders import AccountView
from outreach.deliveries.outgoing import (
    PHONE_FIELD,
    Chunk,
    Item,
    Line,
    Outgoing,
    TooFast,
    Written,
    reference,
)
from outreach.deliveries.stopping import pause_for_fault
from outreach.store import Store, passes
from outreach.vault import Vault

GROUP_FIELD = "group"
_ADDRESSED = {"sms": PHONE_FIELD, "call": PHONE_FIELD, "group": GROUP_FIELD}
IN_FLIGHT_AT_ONCE = 32

INSIST = 60.0
"""Seconds for which answers wait for a database that is away; after that they are looked up at the carrier."""

log = structlog.get_logger(__name__)


class Sender(Outgoing):
    """Sends what one account has to send. `step` does one chunk; call it again until it says there is nothing."""

    def __init__(
        self, store: Store, vault: Vault, account: AccountView, channel: Channel, line: Line
    ) -> None:
        super().__init__(store, vault, account, line)
        self.channel = channel
        self._kept: Lease | None = None

    async def step(self, campaign: int | None = None) -> float | None:
        """Do one chunk. Returns 0 = go on, seconds to wait before there is a slot, None = nothing is due."""
        wait = self._look()
        if wait > 0:
            return wait
        lease = self._held or self._claim(campaign)
        if lease is None:
            return None
        self._held = None
        try:
            written = self._written(lease)
        except TooFast:  # another sender of this account took the slot
            with self._store.begin() as connection:
                lease.give_back(connection)
            return 1 / self.account.per_second
        except SQLAlchemyError as error:
            if (
                passes(error) and self._kept is not lease
            ):  # the right is still ours, and is tried once more
                self._held = self._kept = lease
            raise
        if written is not None:
            await self._hand_over(written)
        return 0

    def let_go(self) -> None:
        """Give back what was claimed and not begun: nobody then waits for the claim to run out."""
        lease, self._held = self._held, None
        if lease is not None:
            with self._store.begin() as connection:
                lease.give_back(connection)

    def _look(self) -> float:
        """The account as it is by now, so that a new pace counts from this chunk on; seconds until it has a slot.

        Where its data goes stays as it was when the channel was opened.
        """
        with self._store.read() as connection:
            free_at = pace.free_at(connection, self.account.id)
            now = orders.account(connection, self.account.id)
        self.account = replace(now, provider=self.account.provider, options=self.account.options)
        return 0.0 if free_at is None else (free_at - clock.now()).total_seconds()

    def _written(self, lease: Lease) -> Written | None:
        chunk = self._prepare(lease)
        return None if chunk is None else self._commit(lease, chunk)

    # -- after the commit: hand over, write the answers -------------------------------------------------

    async def _hand_over(self, written: Written) -> None:
        gate = asyncio.Semaphore(IN_FLIGHT_AT_ONCE)

        async def one(item: Item) -> Answer:
            async with gate:
                if uptime() > written.open_until:
                    return Answer(
                        "deferred", error_code="deadline"
                    )  # never opened, so nothing can have left
                with leaving_before(written.open_until):
                    return await self.channel.send(self._message(item))

        answers = await asyncio.gather(
            *[one(item) for item in written.items], return_exceptions=True
        )
        answered: list[tuple[Item, Answer]] = []
        faults: list[BaseException] = []
        for item, answer in zip(written.items, answers, strict=True):
            if isinstance(answer, BaseException):
                faults.append(answer)
            else:
                answered.append((item, answer))
        await self._note(written.chunk, answered)
        if (
            faults
        ):  # ours, not the carrier's; what they left open is looked up like that of a dead sender
            raise faults[0]

    async def _note(self, chunk: Chunk, answered: Sequence[tuple[Item, Answer]]) -> None:
        """Write the answers. A database that is away for a moment is waited for: what the carrier has said is
        known only here, and saying it twice changes nothing."""
        give_up = uptime() + INSIST
        while True:
            try:
                with self._store.begin() as connection:
                    self._settle(connection, chunk, answered)
            except SQLAlchemyError as error:
                if not passes(error) or uptime() > give_up:
                    raise
                log.warning("answers wait for the database", account=self.account.name)
                await asyncio.sleep(0.5)
            else:
                return

    def _settle(
        self, connection: Connection, chunk: Chunk, answered: Sequence[tuple[Item, Answer]]
    ) -> None:
        news = settle.apply(connection, [self._change(item, answer) for item, answer in answered])
        unused = {change.delivery_id for change in news if change.state in ("deferred", "refused")}
        items = [item for item, _ in answered if item.addressee.delivery_id in unused]
        if items:
            refused = {change.delivery_id for change in news if change.state == "refused"}
            capping.give_back(connection, chunk.counting, chunk.orders, items, refused)
            pace.refund(connection, chunk.purse, sum(item.cost_fen for item in items))
        if any(change.wrong_number or change.opted_out for change in news):
            halting.judge(connection, chunk.orders.campaign_id, self.line.limits)
        stopping = next((answer for _, answer in answered if answer.stop_campaign), None)
        if stopping is not None:
            pause_for_fault(
                connection, chunk.orders.campaign_id, stopping.error_code or "", stopping.detail
            )

    def _message(self, item: Item) -> Message:
        token = reference(self._vault, item.addressee.delivery_id, item.no)
        field = _ADDRESSED.get(self.account.channel)
        sealed = item.addressee.address if field else ""  # a visit or a broadcast goes to a place
        address = self._vault.decrypt(field or "", sealed) or item.addressee.village
        callback = f"{self.line.public_url.rstrip('/')}/callbacks/twilio/status/{token}"
        template, params = item.filed or (None, ())
        return Message(
            address, item.composed.text, token, callback, template, params, item.valid_for
        )

    def _change(self, item: Item, answer: Answer) -> settle.Change:
        """What an answer means for the delivery."""
        follow, state = None, answer.state
        if answer.stop_campaign or answer.state == "deferred":
            state = "deferred"  # a fault of ours: the message is kept, the campaign waits for us
            follow = retry.after_deferred(item.no, answer.retry_after)
        elif answer.state == "refused" and (
            again := retry.after_undelivered(item.no, answer.patience)
        ):
            state, follow = "deferred", again  # a code that we do not know blames nobody yet
        elif answer.state == "unknown":
            wait = self.line.send_timeout + self.line.reconcile_after
            follow = retry.after_unknown(can_look_up=self.channel.can_look_up, wait=wait)
        return settle.Change(
            delivery_id=item.addressee.delivery_id,
            no=item.no,
            state=state,
            provider_id=answer.provider_id,
            error=answer.error_code or "",
            reason=answer.detail[:200],
            follow=follow,
            wrong_number=answer.permanent and not answer.opted_out and answer.state == "refused",
            opted_out=answer.opted_out,
        )
