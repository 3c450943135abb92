"""From an account to the adapter that sends for it, with the settings of this installation."""

from __future__ import annotations

from channels import registry
from channels.base import Channel
from channels.manual import ManualChannel
from channels.robots import WeComRobot
from channels.transport import Timeouts, is_loopback
from channels.twilio import TwilioAccount, TwilioChannel
from outreach.deliveries.orders import AccountView
from outreach.deliveries.send import Line, Sender
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault

PAPER = "paper"
"""The provider of accounts whose messages are printed: no sender, the printer takes them."""


def base_url(account: AccountView, settings: Settings) -> str:
    """Where an account's data goes: its own address, else the installation's for this provider."""
    own = account.options.get("base_url")
    defaults = {"twilio": settings.twilio_base_url, "wecom": settings.wecom_base_url}
    return str(own or defaults.get(account.provider, "http://127.0.0.1"))


def open_channel(account: AccountView, settings: Settings) -> Channel:
    """The adapter of an account; channels.errors.Rejected when a setting is missing."""
    url = base_url(account, settings)
    timeouts = Timeouts(total=settings.send_timeout, connect=min(5.0, settings.send_timeout))
    if account.provider == "twilio":
        sender = settings.twilio_messaging_service_sid or settings.twilio_from
        credentials = TwilioAccount(
            settings.twilio_account_sid, settings.twilio_auth_token, sender, url
        )
        return TwilioChannel(credentials, timeouts=timeouts)
    if account.provider == "wecom":
        return WeComRobot(url, timeouts=timeouts)
    if account.provider == "manual" and account.channel in ("broadcast", "visit", "call"):
        return ManualChannel(account.channel)  # type: ignore[arg-type]
    return registry.factory(account.provider)()


def sender_for(store: Store, vault: Vault, account: AccountView, settings: Settings) -> Sender:
    """A sender for one account; it belongs to the event loop in which it is used."""
    url = base_url(account, settings)
    line = Line(
        send_timeout=settings.send_timeout,
        reconcile_after=settings.reconcile_seconds(url),
        zone=settings.zone,
        public_url=settings.public_url,
        loopback=is_loopback(url),
    )
    return Sender(store, vault, account, open_channel(account, settings), line)
