"""打印: which sheets there are for a place, and what exactly was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from channels.flyer import spare_count
from channels.flyer.layouts import household_layout
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries
from outreach.deliveries import paper
from outreach.deliveries.paper import SHEETS, Door, Kind, Selection
from outreach.deliveries.printing import queries as jobs
from outreach.deliveries.printing.jobs import by_grid
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.work import SMALL
from outreach.deliveries.tally import Tally, tally
from outreach.errors import Missing
from outreach.people.addresses import natural_key, split_place
from outreach.people.masking import mask_name
from outreach.reports import service as reports
from outreach.web.presenters import print_jobs
from outreach.web.presenters.names import places
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link
from outreach.web.views.printing import PaperKind, PaperSize, PrintView

PRINTABLE = ("scheduled", "running", "paused", "finished")
ROWS_ON_A_PAGE = 20  # of a visit or call list
FEW = 1_500
"""Doors that are looked through for a page, address by address; of more it only counts the sheets."""

_KINDS: Mapping[str, tuple[str, str]] = {
    "open": ("一户一单·公开版", "只写不涉及隐私的政策，交到手里或放信箱，不贴门上。"),
    "sealed": ("一户一单·封口版", "写全部政策，折好封口，当面交给本人。"),
    "letter": ("一封信", "装窗口信封，地址在窗口里。"),
    "visits": ("入户名单", "走时打勾，回来录入。只有单号，没有情况。"),
    "calls": ("电话名单", "只有能打的号码；打完打勾，回来录入。"),
    "covers": ("批次封面", "每个网格一张：几张、第几号到第几号、谁发的。"),
}
_SIZES = {"normal": ("普通", "正文 14 磅"), "large": ("大字", "给老人，每户正反两面")}
_PAPERS = (Choice("a4", "A4，一户一张"), Choice("a5x2", "A5，一张纸印两户，裁开"))
_SPARES = (Choice("0", "不要"), Choice("5", "多 5 %"), Choice("10", "多 10 %"))


class Choices(BaseModel):
    """What the form says. `first` counts from 1, `copies` of each sheet, `spare` in a hundred."""

    model_config = ConfigDict(frozen=True)

    campaign: str = ""
    grid: str = ""
    building: str = ""
    unit: str = ""
    kind: Kind = "open"
    size: Literal["normal", "large"] = "normal"
    paper: Literal["a4", "a5x2"] = "a4"
    first: int = Field(1, ge=1, le=1_000_000)
    copies: int = Field(1, ge=1, le=20)
    spare: int = Field(0, ge=0, le=50)
    cover: bool = False
    duplex: bool = False

    @property
    def sealed(self) -> bool:
        """A list names every door that gets a sheet of either edition."""
        return self.kind != "open"

    def but(self, **changed: object) -> Choices:
        """The same with some values changed."""
        return self.model_copy(update=changed)

    def tidied(self) -> Choices:
        """Without what the chosen kind does not have: a list has no copies, a large sheet is not halved."""
        changed: dict[str, object] = {}
        if self.kind not in SHEETS:
            changed |= {"copies": 1, "first": 1, "spare": 0, "cover": False, "duplex": False}
        if self.kind not in ("open", "sealed"):
            changed |= {"size": "normal", "spare": 0}
        if self.kind != "open" or self.size == "large":
            changed["paper"] = "a4"
        return self.but(**changed)

    def fields(self) -> dict[str, str]:
        """As they stand in a form or an address; what is not chosen is left out."""
        given = {name: value for name, value in self.model_dump().items() if value}
        return {name: "1" if value is True else str(value) for name, value in given.items()}


@dataclass(frozen=True)
class Pile:
    """What a campaign has in the chosen grid (else in the actor's scope).

    `doors`: by edition (sealed or not), where they are few enough to be looked through; None where they are only
    counted. Then no building can be chosen.
    """

    campaign: Mapping[str, Any]
    grids: Sequence[str]
    counted: Tally
    doors: Mapping[bool, Sequence[Door]] | None
    choices: Choices

    @property
    def place(self) -> str:
        """The chosen building and unit."""
        return self.choices.building + self.choices.unit

    def chosen(self) -> Sequence[Door]:
        """In the chosen building and unit, of the chosen edition; for piles whose doors are known."""
        every = self.doors[self.choices.sealed] if self.doors is not None else ()
        return paper.choose(every, Selection(place=self.place))

    def at(self, sealed: bool) -> Mapping[str, Sequence[int]]:
        """Grid → deliveries in the chosen building and unit, of one edition."""
        if self.doors is None:
            return self.counted.of(sealed=sealed)
        found = paper.choose(self.doors[sealed], Selection(place=self.place))
        return {grid: [door.delivery_id for door in some] for grid, some in by_grid(found).items()}

    @property
    def sheets(self) -> int:
        """Of the chosen edition."""
        return _many(self.at(self.choices.sealed))


def selection(choices: Choices, region: str) -> Selection:
    """The choice as `deliveries.printing` takes it, within a region."""
    wanted = choices.tidied()
    return Selection(
        region=wanted.grid or region,
        place=wanted.building + wanted.unit,
        from_sheet=wanted.first,
        copies=wanted.copies,
        size=wanted.paper,
        edition=wanted.size,
        kind=wanted.kind,
        spare=wanted.spare,
        cover=wanted.cover,
        duplex=wanted.duplex,
    )


def printer(services: Services) -> Printer:
    """The installation as print jobs take it."""
    return Printer(services.store, services.vault, services.settings, services.demo)


def campaigns(connection: Connection, actor: Actor) -> list[Mapping[str, Any]]:
    """Campaigns with a paper step that concern this user, newest first."""
    return [
        one
        for one in reports.campaigns(connection, actor.scope, PRINTABLE)
        if any(step["channel"] == "flyer" for step in queries.steps(connection, one["id"]))
    ]


def campaign(connection: Connection, actor: Actor, ref: str) -> Mapping[str, Any]:
    """One of them; Missing web.no_paper."""
    found = next((one for one in campaigns(connection, actor) if one["ref"] == ref), None)
    if found is None:
        raise Missing("web.no_paper", campaign=ref)
    return found


def pile(services: Services, actor: Actor, connection: Connection, choices: Choices) -> Pile:
    """What there is for a choice. Missing for a campaign without paper, Refused for a grid outside the scope."""
    found = campaign(connection, actor, choices.campaign)
    scope = actor.scope.narrowed(choices.grid)
    grids = paper.grids(connection, found["id"], actor.region)
    press = printer(services)
    if len(paper.places(connection, found["id"], scope.region)) > FEW:
        signed = press.orders(connection, found["id"])
        counted = tally(connection, signed, press.today, scope.region)
        return Pile(found, grids, counted, None, choices.but(building="", unit=""))
    walk = press.walk(connection, found["id"], scope.region)
    doors = {sealed: walk.doors(sealed=sealed) for sealed in (False, True)}
    return Pile(found, grids, Tally({}, {}), doors, choices)


def first_doors(
    services: Services, connection: Connection, found: Pile, most: int = 1
) -> Sequence[Door]:
    """The sheet that the choice begins with, and those behind it in the same grid."""
    at, sealed = max(1, min(found.choices.first, found.sheets)), found.choices.sealed
    if found.doors is not None:
        some = found.chosen()[at - 1 :]
    else:  # only its grid is walked
        grid = found.counted.grid_of(at, sealed=sealed)
        walk = printer(services).walk(connection, found.campaign["id"], grid)
        mine = [door for door in walk.doors(sealed=sealed) if door.region == grid]
        some = mine[found.counted.place_in_grid(at, sealed=sealed) - 1 :]
    return [door for door in some[:most] if door.region == some[0].region]


def _many(grids: Mapping[str, Sequence[int]]) -> int:
    return sum(map(len, grids.values()))


def view(services: Services, actor: Actor, connection: Connection, choices: Choices) -> PrintView:
    """The page for a choice."""
    known = campaigns(connection, actor)
    if not known:
        return _empty(services, actor, connection)
    if choices.campaign not in {one["ref"] for one in known}:
        choices = choices.but(campaign=known[0]["ref"], grid="", building="", unit="")
    grids, buildings, units, found = _places(connection, pile(services, actor, connection, choices))
    choices = found.choices.tidied()
    found = replace(found, choices=choices)
    counts = _counts(connection, found)
    sheets = counts[choices.kind]
    left = max(0, sheets - choices.first + 1) * choices.copies
    there = _from(found.at(choices.sealed), choices.first)
    covers = len(there) if choices.cover else 0
    spare = sum(spare_count(count, choices.spare / 100) for count in there)
    held, others = print_jobs.lines(services, actor, connection)
    return PrintView(
        campaigns=tuple(Choice(one["ref"], one["title"]) for one in known),
        campaign=choices.campaign,
        grids=grids,
        grid=choices.grid,
        buildings=buildings,
        building=choices.building,
        units=units,
        unit=choices.unit,
        kinds=tuple(_kind(kind, counts[kind]) for kind in _KINDS),
        kind=choices.kind,
        sizes=tuple(PaperSize(size, *words) for size, words in _SIZES.items()),
        size=choices.size,
        households=found.sheets,
        sheets=sheets,
        unit_word=_unit_word(choices.kind),
        papers=_PAPERS if choices.kind == "open" and choices.size == "normal" else (),
        paper=choices.paper,
        spares=_SPARES if choices.kind in ("open", "sealed") else (),
        spare=str(choices.spare),
        cover=choices.cover,
        duplex=choices.duplex,
        sides=_sides(services, choices),
        covers=covers,
        spare_sheets=spare,
        first=choices.first,
        copies=choices.copies,
        make="/print/sheets" if left else "",
        large=choices.kind in SHEETS and left > SMALL,
        preview=_preview_path(choices) if left else "",
        preview_caption=_caption(services, connection, found) if left else "",
        valid_until=date.fromisoformat(found.campaign["options"]["valid_until"]),
        held=held,
        jobs=others,
        boards=_boards(actor),
        chosen=tuple(choices.fields().items()),
    )  # fmt: skip


def _kind(kind: str, sheets: int) -> PaperKind:
    return PaperKind(kind, *_KINDS[kind], sheets, _unit_word(kind))


def _unit_word(kind: str) -> str:
    return "封" if kind == "letter" else "页" if kind in ("visits", "calls") else "张"


def _counts(connection: Connection, found: Pile) -> dict[str, int]:
    """Sheets of each kind; of a list pages, twenty doors on one, each grid on pages of its own."""
    sealed = found.at(True)
    known = jobs.numbers_to_call(connection, [key for some in sealed.values() for key in some])
    called = {grid: [key for key in some if key in known] for grid, some in sealed.items()}
    return {
        "open": _many(found.at(False)),
        "sealed": _many(sealed),
        "letter": _many(sealed),
        "visits": _pages(sealed),
        "calls": _pages(called),
        "covers": len(sealed),
    }


def _pages(grids: Mapping[str, Sequence[int]]) -> int:
    return sum(-(-len(some) // ROWS_ON_A_PAGE) for some in grids.values())


def _from(grids: Mapping[str, Sequence[int]], first: int) -> list[int]:
    """Sheets of each grid from sheet N on; a grid that lies before it has none."""
    before, found = first - 1, []
    for some in grids.values():
        gone = min(before, len(some))
        before -= gone
        if len(some) > gone:
            found.append(len(some) - gone)
    return found


def _sides(services: Services, choices: Choices) -> int:
    if choices.kind not in ("open", "sealed"):
        return 1
    press = printer(services).press(selection(choices, ""))
    return household_layout(choices.size, choices.paper, choices.sealed, press).sides


def _empty(services: Services, actor: Actor, connection: Connection) -> PrintView:
    links = (Link("看今日", "/today"),) if actor.may(Action.TODAY) else ()
    held, others = print_jobs.lines(services, actor, connection)
    return PrintView(
        (), "", (), "", (), "", (), "", (), "", (), "", 0, 0, held=held, jobs=others, boards=_boards(actor),
        first_steps=links,
    )  # fmt: skip


def _boards(actor: Actor) -> Link | None:
    return Link("公告栏", "/boards", "policy") if actor.may(Action.VISITS_RECORD) else None


Options = tuple[Choice, ...]


def _places(connection: Connection, found: Pile) -> tuple[Options, Options, Options, Pile]:
    """Options for the three selects; a building that the chosen grid does not have is forgotten."""
    choices = found.choices
    named = places(connection, found.grids)
    codes = _options((code, named[code]) for code in found.grids)
    if found.doors is None:
        return codes, (Choice("", "先选网格或村"),), (Choice("", "全部"),), found
    parts = [split_place(door.address) for door in found.doors[True]]
    buildings = sorted({one.building or one.group for one in parts} - {""}, key=natural_key)
    if choices.building not in buildings:
        choices = choices.but(building="", unit="")
    inside = [one for one in parts if choices.building and one.building == choices.building]
    units = sorted({one.unit for one in inside} - {""}, key=natural_key)
    if choices.unit not in units:
        choices = choices.but(unit="")
    return (
        codes,
        _options((name, name) for name in buildings),
        _options((name, name) for name in units),
        replace(found, choices=choices),
    )


def _options(pairs: Any) -> Options:
    return (Choice("", "全部"), *(Choice(*pair) for pair in pairs))


def _preview_path(choices: Choices) -> str:
    return f"/print/preview.png?{urlencode(choices.fields())}"


def _caption(services: Services, connection: Connection, found: Pile) -> str:
    if found.choices.kind not in SHEETS:
        return "第一页的样子；姓名和电话在预览里打码，只印在纸上，用完收好。每个网格另起一页。"
    at = min(found.choices.first, found.sheets)
    some = first_doors(services, connection, found)
    who = f"，{mask_name(some[0].sheet.householder)}家" if some else ""
    return f"第 {at} 张，共 {found.sheets} 张{who}（姓名在预览里打码）"
