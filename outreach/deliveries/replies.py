"""Texts from phones to our number: an opt-out or a wish to come back is obeyed once, anything else is an opinion.

What was written stands encrypted in the inbox of opinions and nowhere else; of a wish nothing is kept but that it came.
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
from outreach.reach.opinions import service as opinions
from outreach.reach.opinions.schemas import NewOpinion
from outreach.store import upsert
from outreach.vault import Vault

_INBOUND = "inbound"

_SERVICE = 7
"""Digits that a resident's number has at least: 10086 and its like write advertisements, which are counted only."""


@dataclass(frozen=True)
class Reply:
    """A text from a phone. provider_id: the carrier's name for it, the same when it reports it again."""

    provider_id: str
    sender: str
    text: str


def take(
    connection: Connection, vault: Vault, reply: Reply, at: datetime, home: str = ""
) -> Wish | None:
    """Obey or keep a reply in the transaction that notes its number; None when it was taken before.

    A carrier that repeats an old 退订 after a 恢复 must not undo it, so the number decides, not the words.
    home: the region of the installation, where an opinion from a number that nobody has belongs.
    """
    wish = opt_out.read(reply.text)
    noted = upsert(connection, Receipt).values(
        provider_id=reply.provider_id, status=_INBOUND, error="", state=wish.value, verdict="",
        at=at, applied=True,
    )  # fmt: skip
    fresh = connection.scalar(noted.on_conflict_do_nothing().returning(Receipt.id))
    if fresh is None:
        return None
    key = _key(vault, reply.sender)
    if wish is Wish.NONE:
        _keep(connection, vault, reply, key, home)
    elif key is not None:
        refusing.obey(connection, key, wish, at)
        if wish in (Wish.STOP_PUBLICITY, Wish.STOP_SMS):
            halting.note_reply(connection, key)
    return wish


def _key(vault: Vault, sender: str) -> bytes | None:
    """None for a landline or a foreign number: nobody of the register is reached at it by text."""
    try:
        return phone_key(vault, parse_mobile(sender))
    except InvalidPhone:
        return None


def _keep(connection: Connection, vault: Vault, reply: Reply, key: bytes | None, home: str) -> None:
    """An opinion; who sent it is its contact."""
    if sum(one.isdigit() for one in reply.sender) < _SERVICE:
        return
    text = NewOpinion(
        "sms", reply.text, region=home, contact=reply.sender, key=f"sms:{reply.provider_id}"
    )
    opinions.take_text(connection, vault, text, key)


def counts(connection: Connection) -> dict[str, int]:
    """How many texts from phones were which wish; those that were none stand under `none`."""
    rows = connection.execute(
        select(Receipt.state, func.count())
        .where(Receipt.status == _INBOUND)
        .group_by(Receipt.state)
    )
    found = {row[0]: int(row[1]) for row in rows}
    return {wish.value: found.get(wish.value, 0) for wish in Wish}
