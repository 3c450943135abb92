"""The covers of a run, each written when it is known what lies in its pile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.flyer.data import cover_data, dump
from channels.flyer.errors import FlyerError
from channels.flyer.gates import Expected, ExpectedUnit
from channels.flyer.layouts import Layout, Unit
from channels.flyer.pages import with_blank_back
from channels.flyer.planning import Pile, contents, plan
from channels.flyer.recovery import failure
from channels.flyer.sheets import Press, SheetProblem
from channels.flyer.typesetting import Job
from channels.flyer.worker import Done, Task, carry_out


@dataclass
class Covers:
    """The covers of a run: set with the sheets, and once more when a sheet was lost on the way."""

    meta: dict[str, Any]
    press: Press
    layout: Layout
    tasks: dict[int, Task] = field(default_factory=dict)

    def plan(self, piles: Sequence[Pile]) -> None:
        """Lay the piles out; one whose cover cannot be printed goes without, which moves all pages."""
        settled = False
        while not settled:
            settled = True
            plan(piles, self.layout, self.press)
            for pile in piles:
                if pile.front and not self._planned(pile):
                    pile.bare, settled = True, False

    def _planned(self, pile: Pile) -> bool:
        try:
            self.tasks[id(pile)] = self._task(pile, pile.units)
        except FlyerError as error:
            self._report(pile, error)
            return False
        return True

    def _task(self, pile: Pile, units: Sequence[Unit]) -> Task:
        if pile.group.cover is None:
            raise LookupError(pile.group.grid)
        cover = cover_data(pile.group.cover(contents(pile, self.layout, units)))
        given = {"data": dump(meta=self.meta, cover=cover), "paper": "a4"}
        given["marks"] = self.layout.inputs["marks"]
        expected = Expected(1, (ExpectedUnit((), (cover["qr"]["text"],)),))
        root = self.press.templates.resolve()
        return Task(Job(root, "cover.typ", given, archive=self.press.archive), "both", expected)

    def printed(self, pile: Pile, units: Sequence[Unit], done: Done | None) -> list[bytes]:
        """The cover as pages before the pile, or nothing when it cannot be printed: that is reported."""
        try:
            made = done or carry_out(self._task(pile, units))
            if (error := failure(made)) is not None:
                raise error
            if made.faults:
                raise FlyerError(made.faults[0].code, **made.faults[0].params)
        except FlyerError as error:
            self._report(pile, error)
            return []
        return [with_blank_back(made.pdf) if self.press.duplex else made.pdf]

    @staticmethod
    def _report(pile: Pile, error: FlyerError) -> None:
        given = {**error.params, "grid": pile.group.grid, "reason": error.code}
        pile.problems.append(SheetProblem("", pile.group.grid, "flyer.cover_failed", given))
