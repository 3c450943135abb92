"""电话: whom to call in which order, how often it was tried, what was said. Masked until a number is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from outreach.access.schemas import Actor
from outreach.campaigns import queries as campaigns
from outreach.deliveries.outgoing import BODY_FIELD
from outreach.deliveries.states import State
from outreach.deliveries.telling import lists
from outreach.deliveries.telling.lists import Call
from outreach.errors import Missing
from outreach.people.addresses import natural_key
from outreach.people.masking import mask_name, mask_phone
from outreach.reach.helpers import service as helpers
from outreach.reports import service as reports
from outreach.web.presenters.names import places
from outreach.web.presenters.printing import PRINTABLE
from outreach.web.presenters.telling import kept_words, label, ticks, work_first, work_links
from outreach.web.presenters.visits import Shown
from outreach.web.services import Services
from outreach.web.views.carrying import CallsView, CallView
from outreach.web.views.common import Choice
from outreach.web.views.visits import OutcomeButton, Tick

ROWS = 20

BUTTONS = tuple(
    OutcomeButton(word, label(word), icon, look)
    for word, icon, look in (
        ("told", "check", "yes"), ("relayed", "family", ""), ("no_answer", "call", ""), ("asks_visit", "door", ""),
        ("declined", "stop", ""), ("wrong_number", "no", "hard"),
    )
)  # fmt: skip


def view(
    services: Services, actor: Actor, connection: Connection, shown: Shown, revealed: int = 0
) -> CallsView:
    """The page. revealed: the call whose number and script are shown. Missing for a campaign that is not the actor's."""
    known = with_channel(connection, actor, {"call"})
    links = work_links(actor, "/calls")
    campaign = chosen(known, shown.campaign) if known else None
    if campaign is None:
        return CallsView((), "", (), "", "", False, (), BUTTONS, 0, 0, 1, 1, "", "", "", links)
    asked = actor.scope.narrowed(shown.grid)
    every = lists.calls(connection, actor.scope, campaign["id"])
    own = helpers.households_of(connection, actor.name)
    mine = [one for one in every if shown.whose != "mine" or one.household_id in own]
    there = walk(services, [one for one in mine if asked.covers(one.region)])
    done = [one.state != State.ACCEPTED for one in there]
    pages = max(1, -(-len(there) // ROWS))
    first = done.index(False) if False in done else 0
    page = min(shown.page or first // ROWS + 1, pages)
    regions = {one.region for one in every} | {shown.grid}
    named = places(connection, regions | {code[:12] for code in regions})
    place = {"campaign": campaign["ref"], "grid": shown.grid, "whose": shown.whose}
    kept = {name: value for name, value in place.items() if value}
    return CallsView(
        campaigns=tuple(Choice(one["ref"], one["title"]) for one in known),
        campaign=campaign["ref"],
        grids=(Choice("", "全部"), *(Choice(code, named[code]) for code in sorted({one.region for one in mine}))),
        grid=shown.grid,
        whose=shown.whose,
        has_own=bool(own),
        rows=_rows(services, actor, connection, there[(page - 1) * ROWS : page * ROWS], named, shown, revealed),
        buttons=BUTTONS,
        done=sum(done),
        total=len(there),
        page=page,
        pages=pages,
        where=campaign["title"] + (f"，{named[shown.grid]}" if shown.grid else ""),
        before=f"/calls?{urlencode({**kept, 'page': page - 1})}" if page > 1 else "",
        after=f"/calls?{urlencode({**kept, 'page': page + 1})}" if page < pages else "",
        links=links,
    )  # fmt: skip


def with_channel(
    connection: Connection, actor: Actor, channels: set[str]
) -> list[Mapping[str, Any]]:
    """Campaigns of the actor that have a step of one of these channels; those in which something waits stand first,
    then the newest."""
    known = [
        one
        for one in reports.campaigns(connection, actor.scope, PRINTABLE)
        if channels & {step["channel"] for step in campaigns.steps(connection, one["id"])}
    ]
    return work_first(connection, actor, known, channels)


def chosen(known: Sequence[Mapping[str, Any]], ref: str) -> Mapping[str, Any]:
    """The campaign that was asked for, else the first; Missing visits.no_campaign."""
    found = next((one for one in known if ref in ("", one["ref"])), None)
    if found is None:
        raise Missing("visits.no_campaign", campaign=ref)
    return found


def walk(services: Services, calls: Sequence[Call]) -> list[Call]:
    """In the order of doors: as on the printed list."""

    def order(one: Call) -> tuple[Any, ...]:
        return one.region, natural_key(services.vault.decrypt("address", one.address)), one.delivery_id  # fmt: skip

    return sorted(calls, key=order)


def _rows(
    services: Services,
    actor: Actor,
    connection: Connection,
    here: Sequence[Call],
    named: Mapping[str, str],
    shown: Shown,
    revealed: int,
) -> tuple[CallView, ...]:
    vault = services.vault
    said = ticks(connection, actor, [one.delivery_id for one in here])
    ahead = next((one.delivery_id for one in here if one.state == State.ACCEPTED), 0)
    made = []
    for one in here:
        phone = vault.decrypt("phone", one.phone)
        tick, ticked = said.get(one.delivery_id), shown.ticked == one.delivery_id
        open_ = revealed == one.delivery_id
        made.append(
            CallView(
                delivery_id=one.delivery_id,
                name=mask_name(vault.decrypt("name", one.name)) or "姓名不详",
                place=named[one.region],
                phone="空号，已停用" if one.closed else mask_phone(phone),
                tick=tick,
                number=phone.removeprefix("+86") if open_ and not one.closed else "",
                script=vault.decrypt(BODY_FIELD, one.body) if open_ else "",
                note=_note(shown, tick) if ticked else "",
                alert=shown.said == "same" or bool(shown.kept),
                saved=ticked and shown.said in ("saved", "task"),
                open=open_ or (not revealed and one.delivery_id == ahead),
            )
        )
    return tuple(made)


def _note(shown: Shown, tick: Tick | None) -> str:
    stands = tick.label if tick else "别的结果"
    return {
        "same": f"没有改动。这里已经记为“{stands}”，同样的话或更弱的话不会盖掉它。",
        "task": "已经开了一件上门的待办。",
        "undone": "撤销了。" + kept_words(shown.kept),
    }.get(shown.said, "")
