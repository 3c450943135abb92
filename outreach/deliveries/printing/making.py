"""One job at the press: a file for each of its parts, in order, one as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Row

from channels.flyer import (
    FlyerError,
    Group,
    Press,
    Printed,
    PrintedPart,
    Serial,
    SheetMeta,
    SheetProblem,
    iter_households,
    parse,
    spare_sheets,
)
from outreach.deliveries.blocks import Blocks
from outreach.deliveries.orders import Orders
from outreach.deliveries.paper import SHEETS, Door
from outreach.deliveries.printing import letters, lists, queries
from outreach.deliveries.printing.covers import Heading, cover_of
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.schemas import HouseholdProblem, Job, Made, Part
from outreach.people.masking import mask_name
from outreach.people.queries import regions

CONTENT = {
    "open": "一户一单（公开版）", "sealed": "一户一单（封口版）", "letter": "一封信", "visits": "入户名单",
    "calls": "电话名单", "covers": "批次封面",
}  # fmt: skip
"""What a kind of paper is called on covers and pages."""


@dataclass(frozen=True)
class _Grid:
    """The doors of one part, and those who were in it when it was asked for and get no sheet any more."""

    part: Part
    doors: Sequence[Door]
    gone: Sequence[int]


@dataclass
class Making:
    """A job with everything that it is made from; `on_progress(sheets)` counts those of this run."""

    printer: Printer
    job: Job
    parts: Sequence[Part]
    takedown: Callable[[str], str]
    on_progress: Callable[[int], None]
    cancelled: Callable[[], bool]

    def __post_init__(self) -> None:
        self._finished = 0  # of parts that were given away in this run

    @cached_property
    def campaign(self) -> Row[Any]:
        """The campaign's row."""
        with self.printer.store.read() as connection:
            return queries.campaign(connection, self.job.campaign_id)

    @cached_property
    def _orders(self) -> Orders:
        with self.printer.store.read() as connection:
            return self.printer.orders(connection, self.job.campaign_id)

    @cached_property
    def _grids(self) -> list[_Grid]:
        with self.printer.store.read() as connection:
            walk = self.printer.walk(connection, self.job.campaign_id, self.job.region)
        there = {door.delivery_id: door for door in walk.doors(sealed=self.job.selection.sealed)}
        return [
            _Grid(
                part,
                [there[key] for key in part.members if key in there],
                [key for key in part.members if key not in there],
            )
            for part in self.parts
        ]

    @cached_property
    def _names(self) -> dict[str, str]:
        with self.printer.store.read() as connection:
            return regions.full_names(connection, [part.grid for part in self.parts])

    def made(self) -> Iterator[tuple[Part, Made]]:
        """Each part with what became of it. FlyerError when the job as a whole cannot be printed, or is cancelled."""
        if self.job.kind in SHEETS:
            yield from self._sheets()
            return
        make = {"visits": self._visits, "calls": self._calls, "covers": self._covers}[self.job.kind]
        for grid in self._grids:
            if self.cancelled():
                raise FlyerError("flyer.cancelled")
            yield grid.part, self._list(grid, make)
            self._count(grid)

    # -- sheets for households ----------------------------------------------------------------------------

    def _sheets(self) -> Iterator[tuple[Part, Made]]:
        grids = self._grids
        lost: Mapping[int, HouseholdProblem] = {}
        texts: Mapping[int, int] = {}
        if self.job.kind == "letter":
            dated = self.job.created_at.astimezone(self.printer.settings.zone).date()
            written = letters.write(self._orders, [d for g in grids for d in g.doors], dated)
            lost, texts = written.problems, written.texts
            groups = [self._group(grid, written.sheets) for grid in grids]
        else:
            whole = {d.delivery_id: d.sheet for g in grids for d in g.doors}
            groups = [self._group(grid, whole) for grid in grids]
        for grid, made in zip(grids, self._press(groups), strict=True):
            yield grid.part, replace(self._made(grid, made, lost), texts=texts)
            self._count(grid)

    def _press(self, groups: Sequence[Group]) -> Iterator[PrintedPart]:
        selection, meta = self.job.selection, self._meta()
        press = self.printer.press(selection, self._tell, self.cancelled)
        if self.job.kind == "letter":
            return letters.press(groups, meta, press)
        return iter_households(
            groups,
            meta,
            press,
            edition=selection.edition,
            size=selection.size,
            sealed=selection.sealed,
        )

    def _group(self, grid: _Grid, sheets: Mapping[int, Any]) -> Group:
        selection = self.job.selection
        printed = [
            sheets[door.delivery_id]
            for door in grid.doors
            if door.delivery_id in sheets
            for _ in range(selection.copies)
        ]
        spare = self._spare(grid) if selection.spare and self.job.kind != "letter" else ()
        cover = partial(cover_of, self._heading(grid), grid.doors) if selection.cover else None
        return Group(grid=grid.part.grid, sheets=printed, spare=spare, cover=cover)

    def _spare(self, grid: _Grid) -> Sequence[Any]:
        """Sheets without a name: what is open and holds for everybody of the grid."""
        given = self.job.spares.get(grid.part.grid)
        if given is None or not grid.doors:
            return ()
        number = parse(grid.doors[-1].sheet.serial)
        blocks = Blocks(self._orders.policies).for_anybody(grid.part.grid)
        before = Serial(number.campaign, number.grid, given.first - 1)
        return spare_sheets(before, blocks, given.sheets) if blocks else ()

    def _heading(self, grid: _Grid) -> Heading:
        sides = "双面" if self.job.selection.duplex else "单面"
        return Heading(
            batch=f"P{self.job.id:04d}-{grid.part.number:02d}",
            grid=self._place(grid)[0],
            area=self._names[grid.part.grid],
            content=f"{CONTENT[self.job.kind]}　{self._version}",
            helper=self.job.helper or "____________",
            printed=f"{self._moment}　{sides}，按门牌顺序，第 1 页是这张封面",
            takedown=self.takedown(grid.part.grid),
        )

    def _place(self, grid: _Grid) -> tuple[str, str]:
        village = grid.doors[0].village if grid.doors else ""
        return lists.short_name(self._names[grid.part.grid], village)

    @property
    def _moment(self) -> str:
        return f"{self.job.created_at.astimezone(self.printer.settings.zone):%Y-%m-%d %H:%M}"

    @property
    def _version(self) -> str:
        return self._meta().version

    def _meta(self, title: str = "") -> SheetMeta:
        return self.printer.meta(self.campaign, self._orders.policies, title)

    def _made(self, grid: _Grid, made: PrintedPart, lost: Mapping[int, HouseholdProblem]) -> Made:
        serials = {door.sheet.serial: door for door in grid.doors}
        problems = [self._problem(grid, one) for one in _each_once(made.problems)]
        problems += [lost[key] for key in grid.part.members if key in lost]
        problems += self._gone(grid)
        failed = {
            serials[one.serial].delivery_id: one.code
            for one in problems
            if not one.printed and one.serial in serials
        }
        printed = [door.delivery_id for door in grid.doors if door.delivery_id not in failed]
        numbers = [door.sheet.serial for door in grid.doors if door.delivery_id not in failed]
        return Made(
            made.pdf,
            made.pages,
            printed,
            failed,
            problems,
            numbers[0] if numbers else "",
            numbers[-1] if numbers else "",
            left_out=[(door.delivery_id, *one) for door in grid.doors for one in door.left_out],
        )

    def _problem(self, grid: _Grid, one: SheetProblem) -> HouseholdProblem:
        name = mask_name(one.householder) if one.serial else one.householder
        params = {**one.params, "householder": name}
        return HouseholdProblem(one.serial, name, grid.part.grid, one.code, params, one.printed)

    def _gone(self, grid: _Grid) -> list[HouseholdProblem]:
        """By number only: that is what stands on the lists in people's hands."""
        with self.printer.store.read() as connection:
            known = queries.serials(connection, grid.gone)
        return [
            HouseholdProblem(serial, "", grid.part.grid, "print.gone", {"serial": serial})
            for serial in known.values()
        ]

    # -- lists for whoever walks or calls -------------------------------------------------------------------

    def _list(self, grid: _Grid, make: Callable[[_Grid, Press], Printed]) -> Made:
        """A list that cannot be set is reported; the others are printed."""
        press = self.printer.press(self.job.selection)
        try:
            printed = make(grid, press)
        except FlyerError as error:
            problem = HouseholdProblem("", "", grid.part.grid, error.code, error.params)
            return Made(b"", 0, problems=[problem])
        problems = [self._problem(grid, one) for one in printed.problems]
        numbers = [door.sheet.serial for door in grid.doors] or [""]
        return Made(printed.pdf, printed.pages, (), {}, problems, numbers[0], numbers[-1])

    def _visits(self, grid: _Grid, press: Press) -> Printed:
        return lists.visits(self._walked(grid), self._meta("入户名单"), press)

    def _calls(self, grid: _Grid, press: Press) -> Printed:
        with self.printer.store.read() as connection:
            numbers = lists.phones(
                connection, self.printer.vault, grid.doors, self.campaign.message_class
            )
        return lists.calls(self._walked(grid), numbers, self._meta("电话名单"), press)

    def _covers(self, grid: _Grid, press: Press) -> Printed:
        heading = replace(self._heading(grid), content=self._version, printed=self._moment)
        return lists.cover(heading, self._walked(grid), self._meta(), press)

    def _walked(self, grid: _Grid) -> lists.Walked:
        """The grid's code and not its name goes into the QR code: it is short and plain."""
        place, area = self._place(grid)
        return lists.Walked(
            f"{self.campaign.ref}-{grid.part.grid}", place, area, self.job.helper, grid.doors
        )

    # -- how far it is ------------------------------------------------------------------------------------

    def _tell(self, done: int, _total: int) -> None:
        self.on_progress(max(done, self._finished))

    def _count(self, grid: _Grid) -> None:
        self._finished += grid.part.sheets
        self.on_progress(self._finished)


def _each_once(problems: Sequence[SheetProblem]) -> list[SheetProblem]:
    """Of several copies of one sheet the problem is named once."""
    return list({(one.serial, one.code): one for one in problems}.values())
