"""媒体和现场: what was published and held for a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import records
from outreach.campaigns.records import Record
from outreach.web.formats import day
from outreach.web.presenters.names import people_at_work, places
from outreach.web.services import Services
from outreach.web.views.common import Choice
from outreach.web.views.team import RecordLine, RecordsView

_KIND = {"media": "媒体报道", "event": "现场宣讲"}
_SAID = {"added": "记好了，不计入触达。", "undone": "撤销了。"}


def view(
    services: Services, actor: Actor, connection: Connection, campaign: Mapping[str, Any], said: str
) -> RecordsView:
    """The page of one campaign."""
    found = records.listed(connection, campaign["id"])
    people = people_at_work(connection)
    region = actor.region or campaign["region"]
    named = places(connection, {region, *(one.region for one in found)} - {""})

    def text(one: Record) -> str:
        where = "，".join(part for part in (one.where, named.get(one.region, ""), one.note) if part)
        return f"{day(one.on)}{'，' + where if where else ''}。{people.get(one.by, one.by)}记"

    return RecordsView(
        ref=campaign["ref"],
        title=campaign["title"],
        rows=tuple(
            RecordLine(one.id, _KIND[one.kind], one.title, text(one), one.headcount, mine=actor.may(Action.VISITS_RECORD))
            for one in found
        ),
        regions=(Choice(region, named.get(region, "全部")),),
        today=clock.today(services.settings.zone).isoformat(),
        back=f"/campaigns/{campaign['ref']}" if actor.may(Action.CAMPAIGNS_VIEW) else "/today",
        said=_SAID.get(said, ""),
    )  # fmt: skip
