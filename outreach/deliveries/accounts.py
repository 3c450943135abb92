"""The accounts that send: a carrier's, a robot's, a printer's, a console's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select, update

from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Invalid, Missing
from outreach.models.deliveries import Account

REHEARSAL = ("required", "shown")
"""What an account's option `rehearsal` may be: without a passed 三网测试 nothing is released, or the page says so."""


@dataclass(frozen=True)
class AccountView:
    """An account of a carrier, and whether its address is on this machine."""

    id: int
    name: str
    channel: str
    provider: str
    per_second: float
    billing: str
    part_fen: int
    options: Mapping[str, Any]

    @property
    def rule(self) -> Literal["3gpp", "china"]:
        """How this carrier counts parts."""
        return "3gpp" if self.billing == "3gpp" else "china"

    @property
    def chunk(self) -> int:
        """How many are handed over between two commits: what the account may send in a second, at most 100."""
        return max(1, min(100, int(self.per_second)))


def account(connection: Connection, key: int) -> AccountView:
    """One account."""
    return AccountView(*connection.execute(_ONE, {"key": key}).one())


_COLUMNS = [getattr(Account, name) for name in AccountView.__dataclass_fields__]
_ONE = select(*_COLUMNS).where(Account.id == bindparam("key"))


def accounts(connection: Connection) -> list[AccountView]:
    """All accounts, by channel and name."""
    rows = connection.execute(select(*_COLUMNS).order_by(Account.channel, Account.id))
    return [AccountView(*row) for row in rows]


def named(connection: Connection, name: str) -> AccountView:
    """The account of a name; Missing otherwise."""
    found = {one.name: one for one in accounts(connection)}
    if name not in found:
        raise Missing("accounts.unknown", account=name, known="、".join(sorted(found)))
    return found[name]


@dataclass(frozen=True)
class Settings:
    """What an administrator may set of an account; None leaves it as it is.

    filing: what must be filed before it sends, () = nothing; two_way: whether answers reach us; opt_out: the line at the
    end of its texts ('' = by whether answers reach us); rows: of one file for a console.
    """

    filing: tuple[str, ...] | None = None
    rehearsal: str | None = None
    two_way: bool | None = None
    opt_out: str | None = None
    rows: int | None = None
    per_second: float | None = None
    part_fen: int | None = None


def configure(connection: Connection, view: AccountView, new: Settings, by: str) -> AccountView:
    """Change an account and log what changed; Invalid accounts.setting names what cannot be."""
    if new.rehearsal not in (None, *REHEARSAL):
        raise Invalid("accounts.setting", name="rehearsal", known="、".join(REHEARSAL))
    if not set(new.filing or ()) <= {"signature", "template"}:
        raise Invalid("accounts.setting", name="filing", known="signature、template")
    chosen = {
        "filing": None if new.filing is None else list(new.filing), "rehearsal": new.rehearsal,
        "two_way": new.two_way, "opt_out": None if new.opt_out is None else new.opt_out.strip(), "rows": new.rows,
    }  # fmt: skip
    options = {**view.options, **{key: one for key, one in chosen.items() if one is not None}}
    plain = {"per_second": new.per_second, "part_fen": new.part_fen}
    values = {key: one for key, one in plain.items() if one is not None}
    connection.execute(
        update(Account).where(Account.id == view.id).values(options=options, **values)
    )
    told = {key: one for key, one in {**chosen, **plain}.items() if one is not None}
    thing = f"account:{view.name}"
    audit.record(connection, by, Action.CHANNELS_MANAGE, thing, {"settings": told})
    return account(connection, view.id)
