"""With each sweep: look whether something is an alert, and say to each target what it was not told yet, as one message.

It never stops a sweep. What is said was claimed before; a target that cannot be reached does not keep the others waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import structlog
from sqlalchemy.exc import DBAPIError

from channels import registry
from channels.base import Message
from channels.errors import ChannelError
from outreach import clock
from outreach.deliveries import accounts, hours
from outreach.errors import OutreachError
from outreach.people.queries import regions
from outreach.reports.alerts import digest, limits, outbox, service, targets
from outreach.reports.alerts.limits import AlertLimits
from outreach.reports.alerts.looking import Terms
from outreach.reports.alerts.schemas import AlertView, TargetView
from outreach.reports.alerts.service import Checked
from outreach.runtime import adapters, mailing
from outreach.runtime.mailing import Handed, Mail
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault

_ENVELOPE = 256
"""Bytes that a robot's message has around its text, at most."""

_STATE = {"accepted": "sent", "refused": "failed", "deferred": "failed", "unknown": "unknown"}


def sweep(store: Store, settings: Settings) -> None:
    """Look when it is time, and say what waits. What goes wrong is logged and waits for the next sweep."""
    try:
        check(store, settings, due_only=True)
        say(store, settings)
    except (OutreachError, ChannelError, DBAPIError, OSError) as error:
        code = getattr(error, "code", type(error).__name__)
        structlog.get_logger().warning("alerts.sweep", code=str(code))
    except (
        Exception
    ):  # a fault of ours here must not hide the one that the sweep may just be raising
        structlog.get_logger().exception("alerts.sweep")


def check(store: Store, settings: Settings, *, due_only: bool = False) -> Checked | None:
    """One look with the limits and the carriers of this installation; None when `due_only` and it is not time."""
    with store.read() as connection:
        every = accounts.accounts(connection)
    reporting = frozenset(one.id for one in every if adapters.reports(one, settings))
    found = limits.read(settings.content_dir)
    terms = Terms(found, settings.zone, settings.region, reporting)
    return service.check(store, terms, due_only=due_only)


def say(store: Store, settings: Settings) -> int:
    """Tell each target what it was not told yet; how many messages left."""
    with store.read() as connection:
        listed = targets.listed(connection)
    if not listed:
        return 0
    found, vault = limits.read(settings.content_dir), settings.vault()
    with store.begin() as connection:
        outbox.mark_lost(connection)
    told = 0
    for target in listed:
        alerts = _claimed(store, target, found, settings)
        if not alerts:
            continue
        handed = _told(store, vault, settings, target, alerts)
        with store.begin() as connection:
            ids = [one.id for one in alerts]
            outbox.settle(connection, target.id, ids, handed.state, handed.error)
        told += 1
    return told


def _claimed(
    store: Store, target: TargetView, found: AlertLimits, settings: Settings
) -> list[AlertView]:
    quiet = {"group": found.sending.quiet}
    now = clock.now()
    silent = hours.next_allowed("group", now, settings.zone, quiet) > now
    if target.kind == "email" and not settings.smtp_url:
        return []  # said on the page; nothing is counted as a try
    with store.begin() as connection:
        alerts = outbox.waiting(connection, target, found.sending, quiet=silent)
        return outbox.claim(connection, target, alerts, found.sending)


def _told(
    store: Store, vault: Vault, settings: Settings, target: TargetView, alerts: Sequence[AlertView]
) -> Handed:
    """What cannot even be put together was certainly not said; after any other fault nobody knows."""
    try:
        return _hand_over(store, vault, settings, target, alerts)
    except OutreachError as error:
        structlog.get_logger().warning("alerts.target", target=target.id, code=error.code)
        return Handed("failed", "target_unreadable")
    except Exception:
        structlog.get_logger().exception("alerts.target", target=target.id)
        return Handed("unknown", "lost")


def _hand_over(
    store: Store, vault: Vault, settings: Settings, target: TargetView, alerts: Sequence[AlertView]
) -> Handed:
    address = vault.decrypt(targets.FIELD, target.address)
    with store.read() as connection:
        row = regions.by_codes(connection, [settings.region]).get(settings.region)
        account = accounts.named(connection, target.account) if target.account else None
    place = row.name if row is not None else ""
    if account is None:
        text = digest.text(alerts, place, settings.public_url)
        return mailing.hand_over(settings, Mail(address, digest.subject(alerts, place), text))
    most = registry.robot(account.provider).most_bytes - _ENVELOPE
    text = digest.text(alerts, place, settings.public_url, most)
    try:
        post = _post(account, settings, Message(address, text, f"alert.{target.id}"))
        with ThreadPoolExecutor(1) as apart:  # `run --now` sweeps inside a loop of its own
            return apart.submit(asyncio.run, post).result()
    except ChannelError:
        return Handed("failed", "robot_account_gone")


async def _post(account: accounts.AccountView, settings: Settings, message: Message) -> Handed:
    async with aclosing(adapters.open_channel(account, settings)) as channel:
        outcome = await channel.send(message)
    state = _STATE[outcome.state]
    error = "" if state == "sent" else "lost" if state == "unknown" else outcome.error_code or ""
    return Handed(state, error)  # type: ignore[arg-type]
