"""入户: who is to be told at which door, what was said there so far, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.campaigns import queries
from outreach.deliveries import carrying, paper
from outreach.deliveries.carrying import Carried
from outreach.deliveries.states import State
from outreach.deliveries.telling.words import SLOTS
from outreach.errors import Missing
from outreach.people.addresses import natural_key
from outreach.people.masking import mask_name
from outreach.reach.helpers import service as helpers
from outreach.reports import service as reports
from outreach.web.presenters.names import places
from outreach.web.presenters.printing import PRINTABLE
from outreach.web.presenters.telling import kept_words, ticks, work_first, work_links
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link
from outreach.web.views.visits import DoorView, OutcomeButton, SlotView, Tick, VisitsView
from outreach.wording import say

ROWS = 20
"""Doors on a page: as many as on a sheet of the printed list."""

BUTTONS = (
    OutcomeButton("told", "已告知本人", "check", "yes"),
    OutcomeButton("relayed", "家人转告", "family"),
    OutcomeButton("not_understood", "听不懂", "ear"),
    OutcomeButton("not_home", "不在家", "home"),
    OutcomeButton("needs_help", "需代办", "help"),
    OutcomeButton("declined", "拒绝", "stop"),
    OutcomeButton("moved", "已搬", "move", "hard"),
    OutcomeButton("deceased", "已故", "no", "hard"),
)
LABELS = {one.value: one.label for one in BUTTONS}
WAYS = tuple(Choice(slot, say(f"telling.slot.{slot}")) for slot in SLOTS)
"""How a broadcast is played."""


class Place(BaseModel):
    """Where in the list somebody is. `page` 0 = where the first door is that nobody has been to."""

    model_config = ConfigDict(frozen=True)

    campaign: str = ""
    grid: str = ""
    page: int = Field(0, ge=0, le=1_000_000)
    whose: Literal["", "mine"] = ""

    def at(self, path: str, delivery_id: int, **more: object) -> str:
        """The address of a line of a list, as somebody sees that list; what is empty is not said."""
        asked = {name: getattr(self, name) for name in Place.model_fields}
        said = {name: value for name, value in {**asked, **more}.items() if value}
        return f"{path}?{urlencode(said)}#d{delivery_id}"


class Shown(Place):
    """The list, after a tick: which one, and what it did."""

    ticked: int = 0
    said: Literal["", "saved", "same", "task", "undone"] = ""
    roll: Literal["", "marked", "import"] = ""
    kept: str = Field("", max_length=400)  # codes of what an undo had to leave as it is


def view(services: Services, actor: Actor, connection: Connection, shown: Shown) -> VisitsView:
    """The page for a place. Refused for a grid outside the scope, Missing for a campaign that is not the actor's."""
    known = _campaigns(connection, actor)
    if not known:
        links = (Link("去打印", "/print"),) if actor.may(Action.PRINT) else ()
        return VisitsView(
            (),
            "",
            (),
            "",
            (),
            BUTTONS,
            (),
            0,
            0,
            1,
            1,
            first_steps=links,
            links=work_links(actor, "/visits"),
        )
    campaign = _chosen(known, shown.campaign)
    shown, scope, more = _one_village(connection, actor, campaign, shown)
    asked = actor.scope.narrowed(shown.grid)
    mine = carrying.carried(connection, campaign=campaign["id"], scope=scope)
    own = helpers.households_of(connection, actor.name)
    doors = walk(
        services, [one for one in mine if one.channel != "broadcast" and _wanted(one, own, shown)]
    )
    there = [group for group in doors if asked.covers(group[0].region)]
    regions = {one.region for one in mine} | {shown.grid, *more}
    named = places(connection, regions | {code[:12] for code in regions})
    walked = [any(one.state != State.ACCEPTED for one in group) for group in there]
    pages = max(1, -(-len(there) // ROWS))
    left = walked.index(False) if False in walked else 0
    page = min(shown.page or left // ROWS + 1, pages)
    here = there[(page - 1) * ROWS : page * ROWS]
    place = {
        "campaign": campaign["ref"],
        "grid": shown.grid,
        **({"whose": shown.whose} if shown.whose else {}),
    }
    grids = sorted({group[0].region for group in doors} | set(more))
    return VisitsView(
        campaigns=tuple(Choice(one["ref"], one["title"]) for one in known),
        campaign=campaign["ref"],
        grids=(Choice("", "全部"), *(Choice(code, named[code]) for code in grids)),
        grid=shown.grid,
        doors=_doors(Desk(services, connection, actor, named, shown), here, sheet_numbers(services, connection, campaign, asked.region)),
        buttons=BUTTONS,
        slots=_slots(Desk(services, connection, actor, named, shown), [one for one in mine if one.channel == "broadcast" and asked.covers(one.region)]),
        walked=sum(walked),
        total=len(there),
        page=page,
        pages=pages,
        before=f"/visits?{urlencode({**place, 'page': page - 1})}" if page > 1 else "",
        where=campaign["title"] + (f"，{named[shown.grid]}" if shown.grid else ""),
        after=f"/visits?{urlencode({**place, 'page': page + 1})}" if page < pages else "",
        whose=shown.whose,
        has_own=bool(own),
        ways=WAYS,
        links=work_links(actor, "/visits"),
    )  # fmt: skip


def _one_village(
    connection: Connection, actor: Actor, campaign: Mapping[str, Any], shown: Shown
) -> tuple[Shown, Scope, tuple[str, ...]]:
    """The same with the place as it was asked for."""
    grid, scope, every = one_village(connection, actor, campaign["id"], shown.grid)
    return shown.model_copy(update={"grid": grid}), scope, every


def one_village(
    connection: Connection, actor: Actor, campaign: int, grid: str
) -> tuple[str, Scope, tuple[str, ...]]:
    """(the place, what is read, the villages to choose from): of a long list one village at a time.

    Without a choice it is the first one in which there is somewhere left to go.
    """
    here = actor.scope.narrowed(grid)
    found = carrying.villages(connection, campaign, actor.scope)
    inside = {code: n for code, n in found.items() if here.covers(code)}
    if sum(n for n, _ in inside.values()) <= carrying.MANY or len(inside) < 2:
        scope = here if sum(n for n, _ in found.values()) > carrying.MANY else actor.scope
        return grid, scope, tuple(found) if scope != actor.scope else ()
    open_ones = (code for code, (_, left) in inside.items() if left)
    first = next(open_ones, next(iter(inside)))
    return first, Scope(first), tuple(found)


def _campaigns(connection: Connection, actor: Actor) -> list[Mapping[str, Any]]:
    carried = {"flyer", "visit", "broadcast"}
    known = [
        one
        for one in reports.campaigns(connection, actor.scope, PRINTABLE)
        if carried & {step["channel"] for step in queries.steps(connection, one["id"])}
    ]
    return work_first(connection, actor, known, carried)


def _chosen(known: Sequence[Mapping[str, Any]], ref: str) -> Mapping[str, Any]:
    found = next((one for one in known if ref in ("", one["ref"])), None)
    if found is None:
        raise Missing("visits.no_campaign", campaign=ref)
    return found


def walk(services: Services, carried: Sequence[Carried]) -> list[list[Carried]]:
    """By door, in the order in which one walks. What else goes to the same door is ticked with it."""
    groups: dict[tuple[str, int], list[Carried]] = {}
    for one in carried:
        groups.setdefault((one.kind, one.addressee), []).append(one)
    return sorted(groups.values(), key=lambda group: _order(services, group[0]))


def _order(services: Services, one: Carried) -> tuple[Any, ...]:
    return one.region, natural_key(services.vault.decrypt("address", one.address)), one.delivery_id


def sheet_numbers(
    services: Services, connection: Connection, campaign: Mapping[str, Any], region: str = ""
) -> dict[int, str]:
    """Delivery → the number on its sheet, for what lies in a region."""
    steps = queries.steps(connection, campaign["id"])
    if all(step["channel"] != "flyer" for step in steps):
        return {}
    return paper.serials(connection, services.vault, campaign["id"], region)


@dataclass(frozen=True)
class Desk:
    """What every line of the page is made from. named: region → its name."""

    services: Services
    connection: Connection
    actor: Actor
    named: Mapping[str, str]
    shown: Shown


def _wanted(one: Carried, own: Collection[int], shown: Shown) -> bool:
    return shown.whose != "mine" or (one.kind == "household" and one.addressee in own)


def _doors(
    desk: Desk, here: Sequence[Sequence[Carried]], numbers: Mapping[int, str]
) -> tuple[DoorView, ...]:
    services, named, shown = desk.services, desk.named, desk.shown
    ids = [one.delivery_id for group in here for one in group]
    said = ticks(desk.connection, desk.actor, ids)
    made = []
    ahead = next((group[0].delivery_id for group in here if not _touched(group)), 0)
    for group in here:
        first = group[0]
        tick = said.get(first.delivery_id)
        mine = shown.ticked in {one.delivery_id for one in group}
        made.append(
            DoorView(
                delivery_id=first.delivery_id,
                number=next((numbers[one.delivery_id] for one in group if one.delivery_id in numbers), ""),
                address=_inside(services.vault.decrypt("address", first.address), named[first.region[:12]]),
                name=mask_name(services.vault.decrypt("name", first.name)) if first.name else "",
                place=named[first.region],
                tick=tick,
                saved=mine and shown.said in ("saved", "task"),
                note=_note(shown, tick) if mine else "",
                alert=_alert(shown),
                open=first.delivery_id == ahead or (mine and shown.said == "same"),
            )
        )  # fmt: skip
    return tuple(made)


def _inside(address: str, village: str) -> str:
    """An address without the village that every line of the list would begin with."""
    return address.removeprefix(village) or address


def _touched(group: Sequence[Carried]) -> bool:
    return any(one.state != State.ACCEPTED for one in group)


def _note(shown: Shown, tick: Tick | None) -> str:
    stands = tick.label if tick else "别的结果"
    said = {
        "same": f"没有改动。这里已经记为“{stands}”，同样的话或更弱的话不会盖掉它。",
        "task": "已经开了一件待办，办完了在“待办”里点办结。",
        "undone": "撤销了。" + kept_words(shown.kept),
    }.get(shown.said, "")
    register = {
        "marked": "台账里也改了，以后不再给这个人发消息。",
        "import": "台账没有改：这一户不止一个人，或者人不在您管的地方。请在下次导入名单时更正。",
        "": "",
    }
    return said + register[shown.roll]


def _alert(shown: Shown) -> bool:
    """Whether nothing was changed, or somebody has to do the rest."""
    return shown.said == "same" or shown.roll == "import" or bool(shown.kept)


def _slots(desk: Desk, carried: Sequence[Carried]) -> tuple[SlotView, ...]:
    said = ticks(desk.connection, desk.actor, [one.delivery_id for one in carried])
    made = []
    for one in sorted(carried, key=lambda one: (one.region, one.delivery_id)):
        tick = said.get(one.delivery_id)
        mine = desk.shown.ticked == one.delivery_id
        saved, note = mine and desk.shown.said == "saved", _note(desk.shown, tick) if mine else ""
        place = desk.named[one.region]
        made.append(SlotView(one.delivery_id, place, tick, saved, note, _alert(desk.shown)))
    return tuple(made)
