"""What stands around a text before a campaign says so: as in the newest campaign, else the installation's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from outreach.campaigns import queries
from outreach.deliveries import answering, orders
from outreach.messages.shelf import Frame

_HOLDS = timedelta(days=90)
"""How long a text that nobody has planned yet is shown as valid."""


@dataclass(frozen=True)
class Usual:
    """The frame, and the price of one SMS part in fen."""

    frame: Frame
    part_fen: int


def usual(connection: Connection, place: str, region: str, on: date) -> Usual:
    """place: what the installation is called; region: whose facts are shown."""
    options = queries.newest_options(connection)
    until = date.fromisoformat(str(options.get("valid_until") or "0001-01-01"))
    account = queries.account_for(connection, "sms", None)
    sms = None if account is None else orders.account(connection, account)
    frame = Frame(
        office=str(options.get("office") or place or "本单位"),
        valid_until=until if until >= on else on + _HOLDS,
        phone=str(options.get("phone") or "12345"),
        opt_out=str(options.get("opt_out") or answering.usual_line(connection)),
        region=region,
        billing="china" if sms is None else sms.rule,
    )
    return Usual(frame, 0 if sms is None else sms.part_fen)
