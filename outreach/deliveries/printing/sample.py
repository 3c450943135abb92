"""The first page of what a selection would print, to look at: names and numbers masked, nothing counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from channels.flyer import Press, SheetMeta, render_households
from outreach import clock
from outreach.deliveries.notices.desk import told
from outreach.deliveries.orders import Orders
from outreach.deliveries.paper import Door, Selection
from outreach.deliveries.printing import letters, lists, queries
from outreach.deliveries.printing.covers import Heading
from outreach.deliveries.printing.printer import Printer
from outreach.errors import Invalid
from outreach.people.masking import mask_name, mask_phone
from outreach.people.queries import regions

ROWS = 20
"""Doors on the first page of a list."""


@dataclass(frozen=True)
class Sample:
    """A selection of a campaign, as somebody (`helper`) would print it."""

    printer: Printer
    campaign: int
    selection: Selection
    helper: str = ""

    def pdf(self, doors: Sequence[Door]) -> bytes:
        """For the first door, of a list for the first doors of one grid. Invalid when that cannot be printed."""
        masked = [_masked(door) for door in doors]
        make = {
            "letter": self._letter,
            "visits": self._visits,
            "calls": self._calls,
            "covers": self._cover,
        }.get(self.selection.kind, self._sheet)
        with told():
            made = make(masked, self._meta, self.printer.press(self.selection))
        if not made:
            raise Invalid("print.nothing")
        return made

    @cached_property
    def _row(self) -> Row[Any]:
        with self.printer.store.read() as connection:
            return queries.campaign(connection, self.campaign)

    @cached_property
    def _orders(self) -> Orders:
        with self.printer.store.read() as connection:
            return self.printer.orders(connection, self.campaign)

    @property
    def _meta(self) -> SheetMeta:
        return self.printer.meta(self._row, self._orders.policies)

    def _sheet(self, doors: Sequence[Door], meta: SheetMeta, press: Press) -> bytes:
        asked = self.selection
        made = render_households(
            [doors[0].sheet],
            meta,
            press,
            edition=asked.edition,
            size=asked.size,
            sealed=asked.sealed,
        )
        if made.problems and not made.pages:
            raise Invalid(made.problems[0].code, **made.problems[0].params)
        return made.pdf

    def _letter(self, doors: Sequence[Door], meta: SheetMeta, press: Press) -> bytes:
        return letters.one(self._orders, doors[0], self.printer.today, meta, press).pdf

    def _visits(self, doors: Sequence[Door], meta: SheetMeta, press: Press) -> bytes:
        return lists.visits(self._walked(doors[:ROWS]), meta, press).pdf

    def _calls(self, doors: Sequence[Door], meta: SheetMeta, press: Press) -> bytes:
        with self.printer.store.read() as connection:
            found = lists.phones(connection, self.printer.vault, doors, self._row.message_class)
        shown = [door for door in doors if door.delivery_id in found][:ROWS]
        masked = {key: mask_phone(phone) for key, phone in found.items()}
        return lists.calls(self._walked(shown), masked, meta, press).pdf

    def _cover(self, doors: Sequence[Door], meta: SheetMeta, press: Press) -> bytes:
        walked = self._walked(doors)
        heading = Heading(
            batch="P0000-00",
            grid=walked.place,
            area=walked.area + walked.place,
            content=meta.version,
            helper=self.helper or "____________",
            printed=f"{clock.now().astimezone(self.printer.settings.zone):%Y-%m-%d %H:%M}",
            takedown="",
        )
        return lists.cover(heading, walked, meta, press).pdf

    def _walked(self, doors: Sequence[Door]) -> lists.Walked:
        grid = doors[0].region if doors else ""
        with self.printer.store.read() as connection:
            name = regions.full_names(connection, [grid])[grid]
        village = doors[0].village if doors else ""
        place, area = lists.short_name(name, village)
        return lists.Walked(f"{self._row.ref}-{grid}", place, area, self.helper, doors)


def _masked(door: Door) -> Door:
    sheet = replace(door.sheet, householder=mask_name(door.sheet.householder))
    return replace(door, sheet=sheet)
