"""简报: the choices of the page. Nothing is counted here; that is done when a file is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.reports import handing
from outreach.reports import service as reports
from outreach.surveys import service as surveys
from outreach.surveys.kinds import SAMPLED
from outreach.web.formats import thousands
from outreach.web.services import Services
from outreach.web.views.common import Choice
from outreach.web.views.reports import Evaluated, FormChoice, ReportsView, Subjects
from outreach.wording import say

_TOWN = 9
_TOLD = ("scheduled", "running", "paused", "finished", "cancelled", "approved", "submitted")


def view(
    services: Services, actor: Actor, connection: Connection, chosen: str = "", region: str = ""
) -> ReportsView:
    """Campaigns, surveys and policies that concern this user, and the places of their scope."""
    every = [one for one in surveys.list_surveys(connection) if one["drawn_at"] is not None]
    concerned = [one for one in every if _concerns(actor, one)]
    return ReportsView(
        place=services.place,
        subjects=tuple(one for one in _subjects(connection, actor, concerned) if one.choices),
        chosen=chosen,
        regions=tuple(_regions(services, actor, connection)),
        region=region,
        forms=tuple(
            FormChoice(form, say(f"web.reports.{form}"), say(f"web.reports.{form}_hint"))
            for form, (_, action) in handing.FORMS.items()
            if form != "zip" and actor.may(action)
        ),
        evaluated=tuple(_evaluated(services, actor, concerned)) if actor.may(Action.REPORTS_EVALUATE) else None,
    )  # fmt: skip


def _concerns(actor: Actor, survey: Mapping[str, Any]) -> bool:
    region = survey["region"]
    return actor.scope.covers(region) or actor.region.startswith(region)


def _subjects(
    connection: Connection, actor: Actor, every: list[Mapping[str, Any]]
) -> Iterator[Subjects]:
    told = reports.campaigns(connection, actor.scope, _TOLD)
    live = [one for one in policies.all_policies(connection) if one.status == "live"]
    asked = [one for one in every if one["kind"] in SAMPLED]
    yield _group("campaigns", "campaign", ((one["ref"], one["title"]) for one in told))
    yield _group("surveys", "survey", ((one["ref"], one["title"]) for one in asked))
    yield _group("policies", "policy", ((one.ref, one.plain_name) for one in live))


def _group(label: str, kind: str, named: Iterator[tuple[str, str]]) -> Subjects:
    choices = tuple(Choice(f"{kind}:{ref}", title) for ref, title in named)
    return Subjects(say(f"web.reports.{label}"), choices)


def _regions(services: Services, actor: Actor, connection: Connection) -> Iterator[Choice]:
    """All of the user's scope, then its towns in office order."""
    home = actor.region or services.settings.region
    own = regions.full_names(connection, [home])[home] if len(home) >= _TOWN else services.place
    yield Choice("", own or say("brief.everywhere"))
    if len(home) < _TOWN:
        for row in regions.children(connection, home):
            if len(row.code) == _TOWN:
                yield Choice(row.code, row.name)


def _evaluated(
    services: Services, actor: Actor, every: list[Mapping[str, Any]]
) -> Iterator[Evaluated]:
    for one in every:
        if one["kind"] not in SAMPLED or not actor.scope.covers(
            one["region"] or services.settings.region
        ):
            continue
        asked = urlencode({"subject": f"survey:{one['ref']}", "form": "zip"})
        open_still = one["closed_at"] is None and not one["generated"]
        yield Evaluated(
            title=one["title"],
            note=say("web.reports.rows", drawn=thousands(one["drawn"]), answered=thousands(one["answered"])),
            href=f"/reports/file?{asked}",
            why_not=say("web.reports.open") if open_still else "",
        )  # fmt: skip
