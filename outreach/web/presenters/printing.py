"""打印: which sheets there are for a place, and what exactly was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from channels.flyer import VisitList, VisitRow
from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries
from outreach.deliveries import orders, paper
from outreach.deliveries.orders import Orders
from outreach.deliveries.paper import Door, Selection
from outreach.errors import Missing
from outreach.people.addresses import natural_key, split_place
from outreach.people.masking import mask_name
from outreach.reports import service as reports
from outreach.web.presenters.names import places
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link
from outreach.web.views.printing import PaperKind, PaperSize, PrintView

MOST = 2000
"""Sheets in one file: more is neither carried nor sorted."""

PRINTABLE = ("scheduled", "running", "paused", "finished")
ROWS_ON_A_PAGE = 20  # of a visit list

_KINDS = {
    "open": ("一户一单·公开版", "只写不涉及隐私的政策，交到手里或放信箱，不贴门上。"),
    "sealed": ("一户一单·封口版", "写全部政策，折好封口，当面交给本人。"),
    "list": ("入户名单", "走时打勾，回来录入。只有单号，没有情况。"),
}
_SIZES = {"normal": ("普通", "正文 14 磅"), "large": ("大字", "给老人，会多出几张")}


class Choices(BaseModel):
    """What the form says. `first` counts from 1, `copies` of each sheet."""

    model_config = ConfigDict(frozen=True)

    campaign: str = ""
    grid: str = ""
    building: str = ""
    unit: str = ""
    kind: Literal["open", "sealed", "list"] = "open"
    size: Literal["normal", "large"] = "normal"
    first: int = Field(1, ge=1, le=1_000_000)
    copies: int = Field(1, ge=1, le=20)

    @property
    def sealed(self) -> bool:
        """A visit list names every door that gets a sheet of either edition."""
        return self.kind in ("sealed", "list")

    def but(self, **changed: object) -> Choices:
        """The same with some values changed."""
        return self.model_copy(update=changed)


@dataclass(frozen=True)
class Pile:
    """The doors of a campaign inside the actor's scope, and the part of them that was chosen."""

    campaign: Mapping[str, Any]
    orders: Orders
    mine: Sequence[Door]
    there: Sequence[Door]  # in the chosen grid, building and unit

    def selection(self, choices: Choices, region: str) -> Selection:
        """The same as `deliveries.paper` takes it."""
        return Selection(
            region=choices.grid or region,
            place=choices.building + choices.unit,
            from_sheet=choices.first,
            copies=choices.copies,
            edition=choices.size,
            sealed=choices.sealed,
        )


def campaigns(connection: Connection, actor: Actor) -> list[Mapping[str, Any]]:
    """Campaigns with a paper step that concern this user, newest first."""
    return [
        one
        for one in reports.campaigns(connection, actor.scope, PRINTABLE)
        if any(step["channel"] == "flyer" for step in queries.steps(connection, one["id"]))
    ]


def pile(services: Services, actor: Actor, connection: Connection, choices: Choices) -> Pile:
    """The doors for a choice. Missing for a campaign without paper, Refused for a grid outside the scope."""
    campaign = next(
        (one for one in campaigns(connection, actor) if one["ref"] == choices.campaign), None
    )
    if campaign is None:
        raise Missing("web.no_paper", campaign=choices.campaign)
    scope = actor.scope.narrowed(choices.grid)
    step = next(
        one for one in queries.steps(connection, campaign["id"]) if one["channel"] == "flyer"
    )
    signed = orders.read(connection, campaign["id"], step["id"])
    on = clock.today(services.settings.zone)
    every = paper.doors(connection, services.vault, signed, on, sealed=choices.sealed)
    mine = [door for door in every if actor.scope.covers(door.region)]
    asked = Selection(region=scope.region, place=choices.building + choices.unit)
    return Pile(campaign, signed, mine, paper.choose(mine, asked))


def view(services: Services, actor: Actor, connection: Connection, choices: Choices) -> PrintView:
    """The page for a choice."""
    known = campaigns(connection, actor)
    if not known:
        return _empty(actor)
    if choices.campaign not in {one["ref"] for one in known}:
        choices = choices.but(campaign=known[0]["ref"], grid="", building="", unit="")
    found = pile(services, actor, connection, choices)
    other = pile(services, actor, connection, choices.but(kind=_other(choices.kind)))
    grids, buildings, units, choices, found = _places(connection, found, choices)
    sealed, opened = (found, other) if choices.sealed else (other, found)
    counts = {"open": len(opened.there), "sealed": len(sealed.there)}
    counts["list"] = sum(-(-len(doors) // ROWS_ON_A_PAGE) for doors in by_region(sealed.there).values())  # fmt: skip
    sheets = counts[choices.kind]
    return PrintView(
        campaigns=tuple(Choice(one["ref"], one["title"]) for one in known),
        campaign=choices.campaign,
        grids=grids,
        grid=choices.grid,
        buildings=buildings,
        building=choices.building,
        units=units,
        unit=choices.unit,
        kinds=tuple(PaperKind(kind, *words, counts[kind]) for kind, words in _KINDS.items()),
        kind=choices.kind,
        sizes=tuple(PaperSize(size, *words) for size, words in _SIZES.items()),
        size=choices.size,
        households=len(found.there),
        sheets=sheets,
        covers=0,
        first=choices.first,
        copies=choices.copies,
        make="/print/sheets" if 0 < sheets <= MOST else "",
        cut="这里没有要打的。换一个楼栋或任务。" if not sheets else f"一次最多 {MOST} 张，请按网格或楼栋分开打。",
        preview=_preview_path(choices) if sheets and choices.kind != "list" else "",
        preview_caption=_caption(found, choices) if sheets else "",
        valid_until=date.fromisoformat(found.campaign["options"]["valid_until"]),
    )  # fmt: skip


def _other(kind: str) -> str:
    return "open" if kind in ("sealed", "list") else "sealed"


def _empty(actor: Actor) -> PrintView:
    links = (Link("看今日", "/today"),) if actor.may(Action.TODAY) else ()
    return PrintView((), "", (), "", (), "", (), "", (), "", (), "", 0, 0, 0, first_steps=links)


Options = tuple[Choice, ...]


def _places(
    connection: Connection, found: Pile, choices: Choices
) -> tuple[Options, Options, Options, Choices, Pile]:
    """Options for the three selects; a building that the chosen grid does not have is forgotten."""
    named = places(connection, {door.region for door in found.mine})
    grids = [Choice(code, named[code]) for code in sorted(named)]
    here = [door for door in found.mine if door.region.startswith(choices.grid)]
    parts = [split_place(door.address) for door in here]
    buildings = sorted({one.building or one.group for one in parts} - {""}, key=natural_key)
    if choices.building not in buildings:
        choices = choices.but(building="", unit="")
    inside = [one for one in parts if choices.building and one.building == choices.building]
    units = sorted({one.unit for one in inside} - {""}, key=natural_key)
    if choices.unit not in units:
        choices = choices.but(unit="")
    asked = Selection(region=choices.grid, place=choices.building + choices.unit)
    return (
        (Choice("", "全部"), *grids),
        (Choice("", "全部"), *(Choice(name, name) for name in buildings)),
        (Choice("", "全部"), *(Choice(name, name) for name in units)),
        choices,
        replace(found, there=paper.choose(found.mine, asked)),
    )


def _preview_path(choices: Choices) -> str:
    asked = {name: value for name, value in choices.model_dump().items() if value}
    return f"/print/preview.png?{urlencode(asked)}"


def _caption(found: Pile, choices: Choices) -> str:
    at = min(choices.first, len(found.there))
    door = found.there[at - 1] if at else None
    who = f"，{mask_name(door.sheet.householder)}家" if door else ""
    return f"第 {at} 张，共 {len(found.there)} 张{who}（姓名在预览里打码）"


def by_region(doors: Sequence[Door]) -> dict[str, list[Door]]:
    """Doors by grid, in the order in which they are walked."""
    found: dict[str, list[Door]] = {}
    for door in doors:
        found.setdefault(door.region, []).append(door)
    return found


def visit_lists(connection: Connection, found: Pile, helper: str) -> list[VisitList]:
    """One list per grid: serial, door and householder; never a circumstance or a policy."""
    grouped = by_region(found.there)
    named = places(connection, grouped)
    return [
        VisitList(
            code=f"{found.campaign['ref']}-{region}",
            grid=named[region],
            area=doors[0].village,
            helper=helper,
            rows=tuple(
                VisitRow(
                    pack=door.sheet.serial,
                    door=door.address or door.village,
                    name=door.sheet.householder,
                )
                for door in doors
            ),
        )
        for region, doors in grouped.items()
    ]
