"""Where residents' data goes: outside the mainland only on a basis that an administrator has written down.

An invented person never leaves this machine (Outgoing refuses them), whatever basis there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from channels.providers import is_abroad
from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries.accounts import AccountView
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.deliveries import TransferBasis
from outreach.wording import Lang, catalogue, say

NO_BASIS = "transfer.no_basis"
"""Why a campaign waits whose account sends abroad without a recorded basis."""

_SHORTEST = 4
"""Characters of a basis: a word is no ground."""


@dataclass(frozen=True)
class Basis:
    """A recorded ground. ended_at: None while it holds."""

    id: int
    place: str
    basis: str
    document: str
    by: str
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class NewBasis:
    """What an administrator writes down. place: where the account's data goes; document: number and title, if any."""

    place: str
    basis: str
    document: str = ""


def place_words(place: str, lang: Lang = "zh") -> str:
    """A place in words; a country without words of its own says its code."""
    code = f"transfer.place.{place or 'unknown'}"
    return say(code, lang) if code in catalogue() else place


def recorded(connection: Connection, account: int) -> Sequence[Basis]:
    """Every basis of an account, the newest first."""
    table = TransferBasis
    rows = connection.execute(
        select(
            table.id, table.place, table.basis, table.document, table.by, table.at, table.ended_at
        )
        .where(table.account_id == account)
        .order_by(table.id.desc())
    )
    return [Basis(*row) for row in rows]


def may_go(connection: Connection, account: int, place: str) -> bool:
    """Whether an account may send residents' data to a place: not abroad, or on a basis that holds for this place."""
    if not is_abroad(place):
        return True
    table = TransferBasis
    found = select(table.id).where(
        table.account_id == account, table.place == place, table.ended_at.is_(None)
    )
    return connection.execute(found.limit(1)).first() is not None


def record(connection: Connection, account: AccountView, new: NewBasis, by: str) -> int:
    """Write a basis down. Invalid transfer.too_short, transfer.not_abroad; Conflict transfer.holds_already."""
    if not is_abroad(new.place):
        raise Invalid("transfer.not_abroad", account=account.name)
    if len(new.basis.strip()) < _SHORTEST:
        raise Invalid("transfer.too_short", account=account.name)
    if may_go(connection, account.id, new.place):
        raise Conflict("transfer.holds_already", account=account.name)
    values = {
        "account_id": account.id, "place": new.place, "basis": new.basis.strip(), "document": new.document.strip(),
        "by": by, "at": clock.now(),
    }  # fmt: skip
    key = connection.scalar(insert(TransferBasis).values(**values).returning(TransferBasis.id))
    detail: dict[str, object] = {
        "transfer": {"place": new.place, "basis": new.basis.strip(), "document": new.document}
    }
    _log(connection, account, by, detail)
    return int(key or 0)


def end(connection: Connection, account: AccountView, basis: int, by: str) -> None:
    """A basis holds no more: from the next chunk on nothing leaves on it. Missing when none such is open."""
    done = connection.execute(
        update(TransferBasis)
        .where(
            TransferBasis.id == basis,
            TransferBasis.account_id == account.id,
            TransferBasis.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )
    if done.rowcount != 1:
        raise Missing("transfer.no_open_basis", account=account.name, basis=basis)
    _log(connection, account, by, {"transfer_ended": basis})


def _log(connection: Connection, account: AccountView, by: str, detail: dict[str, object]) -> None:
    audit.record(connection, by, Action.CHANNELS_MANAGE, f"account:{account.name}", detail)
