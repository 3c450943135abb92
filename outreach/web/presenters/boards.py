"""公告栏: boards and notices in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.reach.boards import queries, service
from outreach.reach.boards.schemas import Board, Posting
from outreach.web.formats import day
from outreach.web.presenters.names import people_at_work, places
from outreach.web.services import Services
from outreach.web.views.boards import BoardLine, BoardsView, PostingLine, Said
from outreach.web.views.common import Choice

USUAL_DAYS = 90
"""For how long a notice hangs when nobody says otherwise."""

_VILLAGE = 12


class Shown(BaseModel):
    """Which place, and what was just done to which board or posting."""

    model_config = ConfigDict(frozen=True)

    place: str = ""
    said: Literal["", "added", "posted", "down", "again", "unposted", "removed"] = ""
    it: int = 0


def back(place: str, said: str, it: int, anchor: str = "") -> str:
    """The page again after something was done."""
    asked = {"place": place, "said": said, "it": it}
    return f"/boards?{urlencode({key: value for key, value in asked.items() if value})}{anchor}"


def view(services: Services, actor: Actor, connection: Connection, shown: Shown) -> BoardsView:
    """The page for a place. Refused for a place outside the actor's scope."""
    on = clock.today(services.settings.zone)
    every = service.boards(connection, actor.scope, on)
    scope = actor.scope.narrowed(shown.place)
    here = [one for one in every if scope.covers(one.region)]
    known = sorted({one.region for one in every} | {one.region[:_VILLAGE] for one in every})
    named = places(connection, known)
    people = people_at_work(connection)
    live = [one for one in policies.all_policies(connection) if one.status == "live"]
    return BoardsView(
        places=(Choice("", "全部"), *(Choice(code, named[code]) for code in known if actor.scope.covers(code))),
        place=shown.place,
        due=tuple(_posting(one, named, people, shown.place) for board in here for one in board.due),
        boards=tuple(_board(one, named, people, shown.place) for one in here),
        policies=tuple(Choice(one.ref, one.plain_name) for one in live),
        until=on + timedelta(days=USUAL_DAYS),
        earliest=on,
        regions=_regions(connection, actor),
        said=_said(connection, actor, shown),
    )  # fmt: skip


def _regions(connection: Connection, actor: Actor) -> tuple[Choice, ...]:
    """Villages and what lies below them, in the actor's scope."""
    rows = [
        row for row in regions.all_regions(connection, actor.region) if len(row.code) >= _VILLAGE
    ]
    named = places(connection, [row.code for row in rows])
    return tuple(Choice(row.code, named[row.code]) for row in rows)


def _board(
    board: Board, named: Mapping[str, str], people: Mapping[str, str], place: str
) -> BoardLine:
    last = board.last
    said = f"{day(last.taken_down_on)}撤下《{last.title}》" if last and last.taken_down_on else ""
    return BoardLine(
        id=board.id,
        name=board.name,
        place=named[board.region],
        note=board.note,
        postings=tuple(_posting(one, named, people, place) for one in board.postings),
        post=f"/boards/{board.id}/post",
        remove="" if board.postings else f"/boards/{board.id}/remove",
        last=said,
    )


def _posting(
    one: Posting, named: Mapping[str, str], people: Mapping[str, str], place: str
) -> PostingLine:
    version = f"，{one.version}" if one.version else ""
    return PostingLine(
        id=one.id,
        title=one.title,
        policy=one.policy_name,
        note=f"{day(one.posted_on)}贴，{people.get(one.posted_by, one.posted_by)}{version}",
        valid_until=one.valid_until,
        why=service.WHY.get(one.due, ""),
        board=one.board,
        place=named[one.region],
        down=f"/boards/postings/{one.id}/down",
    )


def _said(connection: Connection, actor: Actor, shown: Shown) -> Said | None:
    if shown.said in ("posted", "down", "again"):
        row = queries.posting(connection, actor.scope, shown.it)
        undo, words = {
            "posted": ("unpost", "记好了：贴在"),
            "down": ("hang", "记好了：撤下了"),
            "again": ("down", "改回来了：还贴在"),
        }[shown.said]
        return Said(f"{words}{row.board}，《{row.title}》。", f"/boards/postings/{row.id}/{undo}")
    plain = {
        "added": "公告栏登记好了。",
        "unposted": "改回来了：没有贴过。",
        "removed": "记为拆除了。",
    }
    return Said(plain[shown.said]) if shown.said else None


def due_count(connection: Connection, actor: Actor, on: date) -> int:
    """How many notices should come down in the actor's scope: for today's list."""
    return len(service.due(connection, actor.scope, on))
