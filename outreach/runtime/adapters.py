"""From an account to the adapter that sends for it, with the settings of this installation."""

from __future__ import annotations

from datetime import timedelta

from channels import registry, twilio_codes
from channels.base import Channel
from channels.gateway import PROVIDER as GATEWAY
from channels.gateway import GatewayChannel
from channels.providers import provider
from channels.transport import Timeouts, is_loopback
from outreach.deliveries import limits
from outreach.deliveries.orders import AccountView
from outreach.deliveries.outgoing import Line
from outreach.deliveries.send import Sender
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault

PAPER = "paper"
"""The provider of accounts whose messages are printed: no sender, the printer takes them."""

WITHOUT_SENDER = (PAPER, GATEWAY)
"""Providers for which no sender runs: a printer takes their messages, or a command writes them into a file."""

HERE = "http://127.0.0.1"
"""Where the data of people's work goes: nowhere."""


def base_url(account: AccountView, settings: Settings) -> str:
    """Where an account's data goes: its own address, else the installation's for this provider.

    '' for a provider that does not say, which counts as abroad.
    """
    defaults = {
        "twilio": settings.twilio_base_url,
        "wecom": settings.wecom_base_url,
        "dingtalk": settings.dingtalk_base_url,
        "feishu": settings.feishu_base_url,
        "manual": HERE,
        "fake": HERE,
    }
    return str(account.options.get("base_url") or defaults.get(account.provider, ""))


def place_of(account: AccountView, settings: Settings) -> str:
    """Where an account's data goes: a country, or what channels.providers calls HERE and UNKNOWN."""
    return provider(account.provider).destination(base_url(account, settings))


def open_channel(account: AccountView, settings: Settings) -> Channel:
    """The adapter of an account; channels.errors.Rejected when a setting is missing.

    Adapters are loaded when they are opened: a command that sends nothing does not pay for the SDK.
    """
    url = base_url(account, settings)
    timeouts = Timeouts(total=settings.send_timeout, connect=min(5.0, settings.send_timeout))
    make = registry.factory(account.provider)
    if account.provider == "twilio":
        from channels.twilio import TwilioAccount

        sender = settings.twilio_messaging_service_sid or settings.twilio_from
        sid, token = settings.twilio_account_sid, settings.twilio_auth_token
        codes = twilio_codes.table(settings.content_dir)
        return make(TwilioAccount(sid, token, sender, url), timeouts=timeouts, codes=codes)
    if account.provider in registry.ROBOTS:
        return make(url, timeouts=timeouts)
    if account.provider == "manual":
        return make(account.channel)
    if account.provider == GATEWAY:
        return GatewayChannel()
    return make(**account.options)


def reports(account: AccountView, settings: Settings) -> bool:
    """Whether a carrier tells by itself what became of a message, at an address of ours that it can reach.

    An account's option `receipts: false` says that this one does not.
    """
    if account.provider != "twilio" or account.options.get("receipts") is False:
        return False
    return is_loopback(base_url(account, settings)) or not is_loopback(settings.public_url)


def line_of(account: AccountView, settings: Settings) -> Line:
    """How an account reaches its carrier under these settings."""
    url = base_url(account, settings)
    return Line(
        send_timeout=settings.send_timeout,
        reconcile_after=settings.reconcile_seconds(url),
        zone=settings.zone,
        public_url=settings.public_url,
        loopback=is_loopback(url),
        place=place_of(account, settings),
        lease=timedelta(seconds=settings.lease),
        limits=limits.read(settings.content_dir),
    )


def sender_for(store: Store, vault: Vault, account: AccountView, settings: Settings) -> Sender:
    """A sender for one account; it belongs to the event loop in which it is used."""
    channel = open_channel(account, settings)
    return Sender(store, vault, account, channel, line_of(account, settings))
