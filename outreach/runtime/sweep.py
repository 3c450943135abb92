"""What a crash missed, done again: each sweep is right if it runs never, late, or on three machines at once."""

from __future__ import annotations

from outreach import clock
from outreach.campaigns import schedule
from outreach.deliveries import funnel, look_up, orders, receipts
from outreach.policies import leaving
from outreach.settings import Settings
from outreach.store import Store

LOOKING_UP = ("twilio",)
"""Providers whose carrier can be asked what it has."""


def sweep(store: Store, settings: Settings) -> int:
    """Find attempts whose sender died, settle early receipts, fold counts, end policies whose day has come, and fire
    due steps. Returns news.

    Firing comes last, because it raises when a step cannot be planned, and the rest must not wait for that.
    """
    with store.read() as connection:
        can = {one.id: one.provider in LOOKING_UP for one in orders.accounts(connection)}
    news = look_up.mark_lost(store, can_look_up=can)
    with store.begin() as connection:
        news += receipts.sweep(connection)
    with store.begin() as connection:
        funnel.fold(connection)
        leaving.retire_due(connection, clock.today(settings.zone))
    return news + schedule.tick(store.begin, settings.zone)
