"""The table of places of 触达 as it may leave the office: cells under ten hidden, and what would give them away."""

from __future__ import annotations

from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.policies import service as policies
from outreach.reports import service as reports
from outreach.reports.reaching.definitions import define
from outreach.reports.schemas import PlaceCount
from outreach.reports.suppression import TOTAL, suppress
from outreach.web.formats import percent
from outreach.web.presenters.names import places
from outreach.web.presenters.results import NAMED, Asked, place_of, rows_of
from outreach.web.services import Services

_COLUMNS = {"应知": "eligible", "已告知": "told", "家人转告": "relayed", "还没告知": "untold"}
_SUM = {"应知": ("已告知", "家人转告", "还没告知")}
"""Everybody who fits stands in exactly one of the three."""

_MEANT = ("suppressed", "due", "told", "relayed", "never")


def table(
    services: Services, actor: Actor, connection: Connection, policy: str, region: str
) -> list[list[object]]:
    """Title, header, a row for each place, their sum, and what the numbers mean. Raises what the page raises."""
    on = clock.today(services.settings.zone)
    scope = actor.scope.narrowed(region)
    asked = Asked(services, actor, connection, scope, policies.get(connection, policy), on)
    rows = rows_of(asked, reports.reach(connection, scope, asked.policy, on, asked.home))
    total = PlaceCount(TOTAL)
    for row in rows:
        total = total.plus(row)
    cells = {
        row.code: {name: int(getattr(row, key)) for name, key in _COLUMNS.items()}
        for row in (*rows, total)
    }
    hidden = suppress(cells, dict.fromkeys((row.code for row in rows), TOTAL), _SUM)
    named = {**places(connection, [row.code for row in rows]), TOTAL: "合计"}
    made: list[list[object]] = [
        [f"{asked.policy.plain_name}，{place_of(asked, scope)}，{on}"],
        [NAMED[asked.level], *_COLUMNS],
    ]
    for code in cells:
        shown = ["*" if hidden.withheld else hidden.text(code, name) for name in _COLUMNS]
        made.append([named[code], *shown])
    if total.eligible and asked.rates and not hidden.hides:
        made.append(["触达率", percent(total.told / total.eligible)])
    made.append([])
    made.extend([define(code)] for code in _MEANT)
    return made
