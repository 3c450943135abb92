"""Campaigns that somebody is still writing, for the list of campaigns."""

from __future__ import annotations

from sqlalchemy import Connection

from outreach.access.schemas import Actor
from outreach.campaigns import sketches
from outreach.web.presenters.names import people_at_work
from outreach.web.views.sketches import SketchLine


def sketch_lines(actor: Actor, connection: Connection) -> tuple[SketchLine, ...]:
    """What is being written in the user's scope, the newest change first."""
    named = people_at_work(connection)
    return tuple(
        SketchLine(
            title=one.title or "还没有名字的任务",
            href=f"/campaigns/new/{one.id}/policies",
            who=named.get(one.changed_by, one.changed_by),
            at=one.changed_at,
            drop=f"/campaigns/new/{one.id}/drop",
            campaign=one.campaign,
        )
        for one in sketches.everything(connection, actor.scope)
    )
