"""Texts from phones to our number: an opt-out or a wish to come back is obeyed once, anything else is only counted.

What was written is not kept: there is no inbox for it yet, and a text in clear would be a resident's words without
their consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from outreach.deliveries import halting
from outreach.models.deliveries import Receipt
from outreach.people import opt_out, refusing
from outreach.people.identity import InvalidPhone, parse_mobile
from outreach.people.keys import phone_key
from outreach.people.opt_out import Wish
from outreach.store import upsert
from outreach.vault import Vault

_INBOUND = "inbound"


@dataclass(frozen=True)
class Reply:
    """A text from a phone. provider_id: the carrier's name for it, the same when it reports it again."""

    provider_id: str
    sender: str
    text: str


def take(connection: Connection, vault: Vault, reply: Reply, at: datetime) -> Wish | None:
    """Obey a reply in the transaction that notes its number; None when it was taken before.

    A carrier that repeats an old 退订 after a 恢复 must not undo it, so the number decides, not the words.
    """
    wish = opt_out.read(reply.text)
    noted = upsert(connection, Receipt).values(
        provider_id=reply.provider_id, status=_INBOUND, error="", state=wish.value, verdict="",
        at=at, applied=True,
    )  # fmt: skip
    fresh = connection.scalar(noted.on_conflict_do_nothing().returning(Receipt.id))
    if fresh is None:
        return None
    try:
        key = phone_key(vault, parse_mobile(reply.sender))
    except InvalidPhone:
        return (
            wish  # a landline or a foreign number: nobody of the register is reached at it by text
        )
    refusing.obey(connection, key, wish, at)
    if wish in (Wish.STOP_PUBLICITY, Wish.STOP_SMS):
        halting.note_reply(connection, key)
    return wish


def counts(connection: Connection) -> dict[str, int]:
    """How many texts from phones were which wish; those that were none stand under `none`."""
    rows = connection.execute(
        select(Receipt.state, func.count())
        .where(Receipt.status == _INBOUND)
        .group_by(Receipt.state)
    )
    found = {row[0]: int(row[1]) for row in rows}
    return {wish.value: found.get(wish.value, 0) for wish in Wish}
