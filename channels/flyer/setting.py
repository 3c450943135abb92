"""Set the pieces, hold each against what it must be, name who spoilt one, and join a pile to one PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from channels.flyer import batch
from channels.flyer.covering import Covers
from channels.flyer.data import dump
from channels.flyer.gates import EVERY, Expected, ExpectedUnit
from channels.flyer.layouts import Layout, Row, Unit
from channels.flyer.pages import count_pages, join
from channels.flyer.piles import PrintedPart
from channels.flyer.planning import Piece, Pile, contents, loads, pieces
from channels.flyer.recovery import settled
from channels.flyer.sheets import Press
from channels.flyer.typesetting import Job
from channels.flyer.worker import Done, Task


@dataclass(frozen=True)
class Setter:
    """One layout on one press. `sound()`: whether the plainest sheet comes out as it must."""

    layout: Layout
    meta: dict[str, Any]
    press: Press
    sound: Callable[[], bool]

    def fit_task(self, rows: Sequence[Row]) -> Task:
        """The run that measures sheets."""
        return Task(self._job(self.layout.main, {"mode": "fit"}, households=rows), "fits")

    def task(self, units: Sequence[Unit], *, every: int = EVERY, tagged: bool = False) -> Task:
        """The run that prints units; every so many of them are looked at closely."""
        rows = [row for unit in units for row in unit]
        job = self._job(self.layout.main, {"mode": "print"}, tagged=tagged, households=rows)
        expected = [self._unit(unit) for unit in units]
        return Task(job, "pdf", Expected(self.layout.sides, tuple(expected), every))

    def _unit(self, unit: Unit) -> ExpectedUnit:
        serials = tuple(row["serial"] for row in unit)
        codes = tuple(row["qr"]["text"] for row in unit if self.layout.receipt)
        return ExpectedUnit(serials, (self.meta["qr"]["text"], *codes))

    def _job(
        self, main: str, inputs: dict[str, str], *, tagged: bool = False, **data: object
    ) -> Job:
        given = {**self.layout.inputs, **inputs, "data": dump(meta=self.meta, **data)}
        return Job(self.press.templates.resolve(), main, given, tagged, self.press.archive)

    def parts(self, piles: Sequence[Pile]) -> Iterator[PrintedPart]:
        """Each pile as it is done, in order."""
        covers = Covers(self.meta, self.press, self.layout)
        covers.plan(piles)
        cut = [pieces(pile, self.layout, self.press) for pile in piles]
        total = sum(len(unit) for pile in piles for unit in pile.units)
        apart = total > batch.SMALL
        answers = self._answers(loads([piece for some in cut for piece in some]), covers, total)
        for pile, some in zip(piles, cut, strict=True):
            yield self._part(pile, [(piece, next(answers)) for piece in some], covers, apart)

    def _answers(
        self, work: Sequence[Sequence[Piece]], covers: Covers, total: int
    ) -> Iterator[Done]:
        done = 0
        found = batch.results(
            [
                [
                    self.task(piece.units, tagged=piece.tagged)
                    if piece.units
                    else covers.tasks[id(piece.pile)]
                    for piece in load
                ]
                for load in work
            ],
            apart=total > batch.SMALL,
            workers=self.press.workers,
            cancelled=self.press.cancelled,
        )
        for load, answers in zip(work, found, strict=True):
            done += sum(len(unit) for piece in load for unit in piece.units)
            if self.press.progress is not None:
                self.press.progress(done, total)
            yield from answers

    def _part(
        self, pile: Pile, done: Sequence[tuple[Piece, Done]], covers: Covers, apart: bool
    ) -> PrintedPart:
        pdfs: list[bytes] = []
        kept: list[Unit] = []
        for piece, answer in done:
            for units, pdf in self._settled(piece, answer, apart) if piece.units else ():
                kept += units
                pdfs.append(pdf)
        if pile.front and kept:
            whole = len(kept) == len(pile.units)
            pdfs[:0] = covers.printed(pile, kept, done[0][1] if whole else None)
        inside = contents(pile, self.layout, kept)
        pdf = join(pdfs) if pdfs else b""
        return PrintedPart(
            pile.group.grid,
            pdf,
            count_pages(pdf) if pdf else 0,
            len(inside.serials) - inside.spare,
            inside.spare,
            pile.first_page,
            tuple(pile.problems),
        )

    def _settled(
        self, piece: Piece, done: Done, apart: bool
    ) -> Iterator[tuple[Sequence[Unit], bytes]]:
        """The PDFs of a piece without whoever spoilt it; each of those is reported."""

        def again(units: Sequence[Unit]) -> Done:
            return batch.one(self.task(units, every=1, tagged=piece.tagged), apart=apart)

        def blame(unit: Unit, code: str, params: dict[str, Any]) -> None:
            for row in unit:
                piece.pile.report(row, code, **params)

        for units, made in settled(piece.units, done, again, blame, self.sound):
            yield units, made.pdf
