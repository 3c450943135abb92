"""待核实的发送, of all campaigns or of one: grouped by what happened, the first one open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.deliveries.outgoing import BODY_FIELD
from outreach.people import service as people
from outreach.people.queries import people as people_queries
from outreach.reports import queries, unknowns
from outreach.reports.unknowns import ASKING, Doubt
from outreach.web.formats import duration
from outreach.web.presenters.names import CHANNEL, places
from outreach.web.services import Services
from outreach.web.views.common import Link
from outreach.web.views.unknowns import DoubtGroup, DoubtLine, UnknownsView
from outreach.wording import catalogue, say

_MOST_WORDS = 48


def unknowns_page(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any] | None = None,
) -> UnknownsView:
    """The page; `campaign` narrows it to one."""
    key = None if campaign is None else campaign["id"]
    rows = unknowns.doubts(connection, actor.scope, key)
    lines = _lines(services, actor, connection, rows)
    groups = tuple(
        _group(list(found), lines)
        for _, found in groupby(rows, lambda one: (one.campaign_id, one.channel, _kind(one)))
    )
    back = None
    if campaign is not None:
        back = Link(campaign["title"], f"/campaigns/{campaign['ref']}")
    return UnknownsView(
        groups=_first_open(groups),
        total=unknowns.count(connection, actor.scope, key),
        asking=unknowns.count(connection, actor.scope, key, ASKING),
        shown=len(rows),
        back=back,
    )


def _kind(one: Doubt) -> str:
    """What happened: the sender was cut off, the carrier answered nothing that can be read, …"""
    for word in (one.reason, one.error):
        if word and f"unknowns.happened.{word}" in catalogue():
            return word
    return "other"


def _group(rows: Sequence[Doubt], lines: Mapping[int, DoubtLine]) -> DoubtGroup:
    first = rows[0]
    look = f"unknowns.look.{first.channel}"
    return DoubtGroup(
        title=first.title,
        href=f"/campaigns/{first.ref}",
        channel=CHANNEL[first.channel],
        happened=say(f"unknowns.happened.{_kind(first)}"),
        look=say(look if look in catalogue() else "unknowns.look.other"),
        lines=tuple(lines[one.id] for one in rows),
    )


def _first_open(groups: tuple[DoubtGroup, ...]) -> tuple[DoubtGroup, ...]:
    """The first message is open, so that after a tap the next one is."""
    if not groups:
        return groups
    first = groups[0]
    lines = (replace(first.lines[0], open=True), *first.lines[1:])
    return (replace(first, lines=lines), *groups[1:])


def _lines(
    services: Services, actor: Actor, connection: Connection, rows: Sequence[Doubt]
) -> dict[int, DoubtLine]:
    who = _who(services, actor, connection, rows)
    where = places(connection, {one.village for one in rows})
    now = clock.now()
    return {
        one.id: DoubtLine(
            number=one.id,
            who=who.get(one.id) or where[one.village],
            place=where[one.village],
            at=one.at,
            age=duration((now - one.at).total_seconds()),
            words=_words(services.vault.decrypt(BODY_FIELD, one.body) if one.body else ""),
            action=f"/unknown/{one.id}",
            looked=say("unknowns.looked", times=one.looks) if one.looks else "",
        )
        for one in rows
    }


def _words(body: str) -> str:
    line = next((one.strip() for one in body.splitlines() if one.strip()), "")
    return f"{line[:_MOST_WORDS]}…" if len(line) > _MOST_WORDS else line


def _who(
    services: Services, actor: Actor, connection: Connection, rows: Sequence[Doubt]
) -> dict[int, str]:
    """Delivery → a masked name and number, or the name of a group."""
    persons = [one.addressee for one in rows if one.kind == "person"]
    named = {
        row.id: people.show(row, services.vault)
        for row in people_queries.people_by_id(connection, actor.scope, persons)
    }
    groups = queries.group_names(connection, [one.addressee for one in rows if one.kind == "group"])
    found = {one.id: groups.get(one.addressee, "") for one in rows if one.kind == "group"}
    for one in rows:
        shown = named.get(one.addressee) if one.kind == "person" else None
        if shown is not None:
            found[one.id] = f"{shown.name} {shown.phone}"
    return found
