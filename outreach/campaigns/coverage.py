"""The coverage report of a campaign: for each step and language of its audience, the text or the gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from outreach.campaigns import queries
from outreach.campaigns.preview.looking import Look
from outreach.deliveries import requests
from outreach.messages.composer import Composer
from outreach.messages.coverage import Coverage, StepAsked, cover
from outreach.messages.languages import DEFAULT
from outreach.messages.schemas import Request
from outreach.models.messages import BUNDLE
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView

WRITTEN = ("sms", "group")
"""Channels whose step needs a text of its own before anything can be signed; sheets are made of policy facts."""


def report(connection: Connection, look: Look) -> Coverage:
    """The report over the audience as it stands in the tables.

    Whoever will be skipped in the end (refused, already paid) is still counted: a step that only goes to those who
    were not reached is counted as if nobody had been.
    """
    return cover(
        look.composer,
        [_asked(connection, look, step) for step in queries.steps(connection, look.campaign["id"])],
    )


def _asked(connection: Connection, look: Look, step: Mapping[str, Any]) -> StepAsked:
    counted = requests.grouped(connection, look.plan(step), look.told(step))
    asked = [(one.request, one.count) for one in counted]
    form, at_most = requests.form_of(step), bool(step["condition"])
    return StepAsked(step["number"], step["channel"], form, asked, at_most)


def missing_texts(
    composer: Composer, step: Mapping[str, Any], views: Sequence[PolicyView], region: str
) -> list[Fault]:
    """A step that writes needs a text in the common language for everything that it may have to say.

    One group post tells of all its policies; one text message of those that fit its reader.
    """
    form = requests.form_of(step)
    if step["channel"] not in WRITTEN and not form:
        return []
    every = tuple(view.ref for view in views)
    at_once = step["channel"] in ("group", "broadcast")
    wanted = {every} if at_once else {every, *((ref,) for ref in every)}
    missing = [
        refs[0] if len(refs) == 1 else BUNDLE
        for refs in sorted(wanted)
        if composer.choose(step["channel"], Request(DEFAULT, refs, region), form) is None
    ]
    named = {"step": step["number"], "channel": step["channel"]}
    if form:
        return [
            ("campaigns.no_form_text", {**named, "policy": one, "form": form}) for one in missing
        ]
    return [("campaigns.no_text", {**named, "policy": one}) for one in missing]
