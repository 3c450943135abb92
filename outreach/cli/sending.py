"""Sending and looking up in the process of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from outreach.cli.office import Here

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.deliveries.orders import AccountView


@contextmanager
def sole_sender_here(office: Installation, *, needed: bool = True) -> Iterator[None]:
    """Hold the data folder while this process sends; on PostgreSQL leases in the database do that."""
    from outreach.bootstrap import sole_sender, take_over

    if not needed or office.store.dialect != "sqlite":
        yield
        return
    with sole_sender(office.settings):
        take_over(office)
        yield


def drained(here: Here, office: Installation, ref: str) -> None:
    """Send what is due of a campaign until nothing moves any more by itself."""
    from outreach.campaigns import service
    from outreach.deliveries import queries
    from outreach.runtime import embedded

    with office.store.read() as connection:
        key = service.get(connection, ref)["id"]
    said: list[int] = []

    def tick() -> None:
        if here.as_json:
            return
        with office.store.read() as connection:
            counts = queries.state_counts(connection, key)
        done = counts["planned"] - counts["waiting"]
        if not said or done - said[-1] >= max(100, counts["planned"] // 20):
            said.append(done)
            here.tell(f"  已处理 {done} / {counts['planned']}")

    embedded.drain(office.store, office.vault, office.settings, key, tick=tick)


def reconciled(office: Installation, campaign: int) -> int:
    """Ask the carriers about everything of a campaign whose outcome is not known; returns how many were asked."""
    from outreach.deliveries import funnel, look_up, orders, queries, receipts
    from outreach.runtime.adapters import WITHOUT_SENDER
    from outreach.runtime.sweep import LOOKING_UP

    with office.store.read() as connection:
        accounts = [
            one for one in orders.accounts(connection) if one.provider not in WITHOUT_SENDER
        ]
    look_up.mark_lost(
        office.store, can_look_up={one.id: one.provider in LOOKING_UP for one in accounts}
    )
    with office.store.begin() as connection:
        receipts.sweep(connection)
        doubtful = queries.state_counts(connection, campaign)["unknown"]
    # where nothing is in doubt no channel is opened, and its settings are not asked for
    asking = [one for one in accounts if doubtful and one.provider in LOOKING_UP]
    asked = sum(asyncio.run(_ask(office, account, campaign)) for account in asking)
    with office.store.begin() as connection:
        funnel.fold(connection)
    return asked


async def _ask(office: Installation, account: AccountView, campaign: int) -> int:
    from channels.base import LooksUp
    from outreach.deliveries.look_up import look_up
    from outreach.runtime.adapters import sender_for

    sender = sender_for(office.store, office.vault, account, office.settings)
    asked = 0
    async with aclosing(sender.channel) as channel:
        while isinstance(channel, LooksUp) and (
            some := await look_up(
                office.store, office.vault, channel, account.id, sender.line, campaign
            )
        ):
            asked += some
    return asked
