"""Whether an answer to our text messages comes back to us, and what the line at their end therefore says.

Where nothing comes back, 回复R would be a promise that nobody keeps: then the text names the telephone that stands in it
(lint asks every text message for one), and a worker or the code on a sheet takes the refusal too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from channels.providers import provider
from outreach.deliveries import accounts
from outreach.deliveries.accounts import AccountView
from outreach.messages import facts
from outreach.models.campaigns import Step

COUNTRY = "+86"
"""The register holds numbers of the mainland only (people.phones)."""


def comes_back(account: AccountView) -> bool:
    """Whether a resident's answer reaches us: as the account's option `two_way` says, else as its provider is known."""
    chosen = account.options.get("two_way")
    return (
        bool(chosen)
        if chosen is not None
        else provider(account.provider).answers_come_back(COUNTRY)
    )


def line(account: AccountView | None) -> str:
    """The line at the end of an account's texts: its option `opt_out`, else by whether an answer comes back."""
    if account is None:
        return facts.OPT_OUT
    own = str(account.options.get("opt_out") or "")
    return own or (facts.OPT_OUT if comes_back(account) else facts.OPT_OUT_BY_PHONE)


def usual_line(connection: Connection) -> str:
    """The line of the account that a step uses when it names none."""
    found = [one for one in accounts.accounts(connection) if one.channel == "sms"]
    return line(min(found, key=lambda one: one.id, default=None))


def opt_out(connection: Connection, campaign: Mapping[str, Any]) -> str:
    """What a campaign's text messages end with: what it signed, what its document says, else as its accounts can do.

    A campaign has one line: as soon as one of its accounts is one-way, nobody is asked to answer.
    """
    signed = (campaign.get("frozen") or {}).get("opt_out")
    written = signed or campaign["options"].get("opt_out")
    if written:
        return str(written)
    chosen = [
        options.get("account")
        for options in connection.scalars(
            select(Step.options).where(Step.campaign_id == campaign["id"], Step.channel == "sms")
        )
    ]
    found = {one.name: one for one in accounts.accounts(connection) if one.channel == "sms"}
    used = [found[name] for name in chosen if name in found]
    if len(used) < len(chosen) or not used:
        return _one_way_first([*used, *_first(found)])
    return _one_way_first(used)


def _first(found: Mapping[str, AccountView]) -> list[AccountView]:
    first = min(found.values(), key=lambda one: one.id, default=None)
    return [] if first is None else [first]


def _one_way_first(used: list[AccountView]) -> str:
    """The line of the first that nothing comes back from, else of the first."""
    for account in used:
        if not comes_back(account):
            return line(account)
    return line(used[0] if used else None)
