"""What a sender does again and again, the same on every engine: one look-up, one chunk, and what follows a fault."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.base import LooksUp
from outreach.deliveries import look_up
from outreach.deliveries.send import Sender
from outreach.store import Store, passes
from outreach.vault import Vault

IDLE = 1.0
"""Seconds until a sender that found the database away, or nothing to do, looks again."""

log = structlog.get_logger(__name__)


async def turn(
    store: Store, vault: Vault, sender: Sender, campaign: int | None = None
) -> float | None:
    """One look-up and one chunk of one account. 0 = go on at once, seconds = wait, None = nothing is due."""
    looked = 0
    if isinstance(sender.channel, LooksUp) and sender.channel.can_look_up:
        looked = await look_up.look_up(
            store, vault, sender.channel, sender.account.id, sender.line, campaign
        )
    done = await sender.step(campaign)
    return 0 if looked and done is None else done


async def steady(store: Store, vault: Vault, sender: Sender) -> float | None:
    """A turn whose faults are logged and tried again later; a sender never dies of them."""
    try:
        return await turn(store, vault, sender)
    except SQLAlchemyError as error:
        if not passes(error):
            log.exception("sender failed", account=sender.account.name)
            return IDLE * 5
        log.warning("database busy", account=sender.account.name, error=brief(error))
        return IDLE
    except Exception:
        log.exception("sender failed", account=sender.account.name)
        return IDLE * 5


def let_go(sender: Sender) -> None:
    """Give back what a sender that ends has claimed; a claim that cannot be given back runs out by itself."""
    try:
        sender.let_go()
    except SQLAlchemyError as error:
        log.warning("claim left to run out", account=sender.account.name, error=brief(error))


def brief(error: BaseException) -> str:
    """The first line of what a driver says: no statement, no parameters."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
