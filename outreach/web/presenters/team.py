"""队伍: helpers and their households, what they were taught, who is on duty. No ranking and no counts of work."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.policies import service as policies
from outreach.reach.helpers import duty, service, training
from outreach.reach.helpers.schemas import WARN_ABOVE
from outreach.web.formats import day
from outreach.web.presenters.names import people_at_work, places
from outreach.web.presenters.telling import work_links
from outreach.web.services import Services
from outreach.web.views.common import Choice
from outreach.web.views.team import HelperLine, Left, TeamView, TurnLine

DAYS = 7
"""Of the roster that the page shows."""


class Asked(BaseModel):
    """What was just done: n households, lines or tasks."""

    model_config = ConfigDict(frozen=True)

    said: Literal["", "assigned", "released", "trained", "untrained", "duty", "removed"] = ""
    n: int = Field(0, ge=0)
    total: int = Field(0, ge=0)


def view(services: Services, actor: Actor, connection: Connection, asked: Asked) -> TeamView:
    """The page of a scope."""
    today = clock.today(services.settings.zone)
    found = service.helpers(connection, actor.scope)
    lacks: dict[str, list[str]] = {}
    for one in training.untaught(connection, actor.scope):
        lacks.setdefault(one.helper, []).append(f"{one.policy_name}（第 {one.version} 版）")
    left = service.left_by_region(connection, actor.scope)
    turns = duty.roster(connection, actor.scope, today, today + timedelta(days=DAYS - 1))
    inside = sorted(
        {*left, *(code[:12] for code in left), *(code[:9] for code in left), actor.region} - {""}
    )
    inside = [code for code in inside if actor.scope.covers(code)]
    codes = {*inside, *(one.region for one in found), *(one.region for one in turns)}
    named = places(connection, codes)
    people = people_at_work(connection)
    return TeamView(
        helpers=tuple(
            HelperLine(one.name, one.shown, named.get(one.region, ""), one.households, one.too_many, one.active,
                       tuple(lacks.get(one.name, ())))
            for one in found
        ),
        left=tuple(Left(named[code], code, n) for code, n in left.items() if n),
        turns=tuple(
            TurnLine(one.id, f"{day(one.on)} {one.starts}–{one.ends}", f"{named[one.region]} {one.place}".strip(),
                     people.get(one.helper, one.helper), one.phone)
            for one in turns
        ),
        choices=tuple(Choice(one.name, one.shown) for one in found if one.active),
        regions=(Choice("", "请选"), *(Choice(code, named[code]) for code in inside)),
        policies=tuple(
            Choice(one.ref, one.plain_name) for one in policies.all_policies(connection) if one.status == "live"
        ),
        today=today.isoformat(),
        links=work_links(actor, "/helpers"),
        said=_said(asked),
        alert=asked.said == "assigned" and asked.total > WARN_ABOVE,
    )  # fmt: skip


def _said(asked: Asked) -> str:
    warning = "超过 20 户，一个人记不过来，建议分给别人一些。" if asked.total > WARN_ABOVE else ""
    return {
        "assigned": f"分了 {asked.n} 户，现在一共 {asked.total} 户。{warning}",
        "released": f"{asked.n} 户交出去了。",
        "trained": f"登记了 {asked.n} 人。",
        "untrained": "培训登记撤销了。",
        "duty": "值班排好了。",
        "removed": "值班取消了。",
    }.get(asked.said, "")


def on_duty(connection: Connection, region: str, on: date) -> tuple[str, ...]:
    """Who answers somebody of a region today: place, hours, office telephone; no name, because residents read it too."""
    turns = duty.answering(connection, region, on)
    named = places(connection, {one.region for one in turns})
    return tuple(
        "，".join(part for part in (one.place or named[one.region], f"{one.starts}–{one.ends}", one.phone) if part)
        for one in turns
    )  # fmt: skip


class TurnForm(BaseModel):
    """A turn of duty as the form sends it."""

    helper: str
    region: str
    on: date
    starts: str
    ends: str
    place: str = Field("", max_length=100)
    phone: str = Field("", max_length=40)
