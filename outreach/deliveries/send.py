"""One account's sender: hand over what `outgoing` has prepared and written, and write the answers.

Between two commits lies one chunk. Everything that can go wrong in between leaves attempts without an
answer, and those are looked up at the carrier before anything is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection, update

from channels.base import Channel, Message
from channels.base import Outcome as Answer
from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries import pace, retry, settle
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
    uptime,
)
from outreach.models.campaigns import Campaign
from outreach.store import Store
from outreach.vault import Vault

GROUP_FIELD = "group"
_ADDRESSED = {"sms": PHONE_FIELD, "call": PHONE_FIELD, "group": GROUP_FIELD}
IN_FLIGHT_AT_ONCE = 32


class Sender(Outgoing):
    """Sends what one account has to send. `step` does one chunk; call it again until it says there is nothing."""

    def __init__(
        self, store: Store, vault: Vault, account: AccountView, channel: Channel, line: Line
    ) -> None:
        super().__init__(store, vault, account, line)
        self.channel = channel

    async def step(self, campaign: int | None = None) -> float | None:
        """Do one chunk. Returns 0 = go on, seconds to wait before there is a slot, None = nothing is due."""
        with self._store.read() as connection:
            free_at = pace.free_at(connection, self.account.id)
        if free_at is not None and free_at > clock.now():
            return (free_at - clock.now()).total_seconds()
        lease = self._held or self._claim(campaign)
        if lease is None:
            return None
        self._held = None
        chunk = self._prepare(lease)
        if chunk is not None:
            try:
                written = self._commit(lease, chunk)
            except TooFast:  # another sender of this account took the slot
                with self._store.begin() as connection:
                    lease.give_back(connection)
                return 1 / self.account.per_second
            if written is not None:
                await self._hand_over(written)
        return 0

    # -- after the commit: hand over, write the answers -------------------------------------------------

    async def _hand_over(self, written: Written) -> None:
        gate = asyncio.Semaphore(IN_FLIGHT_AT_ONCE)

        async def one(item: Item) -> Answer:
            async with gate:
                if uptime() > written.open_until:
                    return Answer(
                        "deferred", error_code="deadline"
                    )  # never opened, so nothing can have left
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
        with self._store.begin() as connection:
            self._settle(connection, written.chunk, answered)
        if (
            faults
        ):  # ours, not the carrier's; what they left open is looked up like that of a dead sender
            raise faults[0]

    def _settle(
        self, connection: Connection, chunk: Chunk, answered: Sequence[tuple[Item, Answer]]
    ) -> None:
        news = settle.apply(connection, [self._change(item, answer) for item, answer in answered])
        unused = {change.delivery_id for change in news if change.state in ("deferred", "refused")}
        money = sum(i.cost_fen for i, _ in answered if i.addressee.delivery_id in unused)
        if money:
            pace.refund(connection, chunk.purse, money)
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
        return Message(to=address, text=item.composed.text, reference=token, callback_url=callback)

    def _change(self, item: Item, answer: Answer) -> settle.Change:
        """What an answer means for the delivery."""
        follow, state = None, answer.state
        if answer.stop_campaign or answer.state == "deferred":
            state = "deferred"  # a fault of ours: the message is kept, the campaign waits for us
            follow = retry.after_deferred(item.no, answer.retry_after)
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


def pause_for_fault(connection: Connection, campaign: int, code: str, said: str) -> None:
    """Stop a campaign whose every further message would fail; a person has to look."""
    paused = connection.execute(
        update(Campaign)
        .where(Campaign.id == campaign, Campaign.status == "running")
        .values(status="paused")
    )
    if paused.rowcount:
        detail = {"move": "pause", "code": code, "said": said}
        audit.record(connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, f"campaign:{campaign}", detail)
