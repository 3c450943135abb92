"""The table of places of 触达 as it may leave the office: cells under ten hidden, and what would give them away."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.policies import service as policies
from outreach.reports import service as reports
from outreach.reports.reaching import leaving
from outreach.reports.reaching.definitions import define
from outreach.reports.suppression import TOTAL
from outreach.web.formats import percent
from outreach.web.presenters.names import places
from outreach.web.presenters.results import NAMED, VILLAGE, Asked, place_of, rows_of
from outreach.web.services import Services

_MEANT = ("suppressed", "due", "told", "relayed", "never")


def table(
    services: Services, actor: Actor, connection: Connection, policy: str, region: str
) -> list[list[object]]:
    """Title, header, a row for each place, their sum, and what the numbers mean. Raises what the page raises."""
    on = clock.today(services.settings.zone)
    scope = actor.scope.narrowed(region)
    asked = Asked(services, actor, connection, scope, policies.get(connection, policy), on)
    figures = reports.reach(connection, scope, asked.policy, on, asked.home)
    every = reports.reach(connection, Scope(), asked.policy, on, asked.home).places
    if asked.level:
        shown = leaving.of_level(every, scope.region, asked.level)
    else:
        village = replace(asked, scope=Scope(scope.region[:VILLAGE]))
        shown = leaving.of_grids(every, scope.region, rows_of(village, figures))
    named = {**places(connection, [code for code in shown.rows if code != TOTAL]), TOTAL: "合计"}
    made: list[list[object]] = [
        [f"{asked.policy.plain_name}，{place_of(asked, scope)}，{on}"],
        [NAMED[asked.level], *leaving.COLUMNS],
    ]
    made += [[named[code], *texts] for code, texts in shown.rows.items()]
    total = figures.total
    if total.eligible and asked.rates and not shown.hides:
        made.append(["触达率", percent(total.told / total.eligible)])
    made.append([])
    made.extend([define(code)] for code in _MEANT)
    return made
