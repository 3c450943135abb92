"""A run: groups in, one PDF each out, as they are done. Look, measure, plan, set, check, join."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from channels.flyer import batch
from channels.flyer.codes import qr_code
from channels.flyer.data import each_text, texts
from channels.flyer.fitting import Measure, sheet_fits
from channels.flyer.fonts import missing_from, with_geta
from channels.flyer.layouts import Layout, Row
from channels.flyer.piles import Group, PrintedPart
from channels.flyer.planning import Pile
from channels.flyer.recovery import failure
from channels.flyer.serials import verify
from channels.flyer.setting import Setter
from channels.flyer.sheets import Press

Look = Callable[[Row], tuple[str, dict[str, object]] | None]
"""What is wrong with a sheet of this kind before it is set: code and params, or None."""


@dataclass
class Run:
    """`read` turns a sheet into a row, `look` refuses one, `probe` is the plainest sheet of the kind."""

    layout: Layout
    meta: dict[str, Any]
    press: Press
    read: Callable[[Any], Row]
    look: Look
    probe: Any
    large: bool = False

    def parts(self, groups: Sequence[Group]) -> Iterator[PrintedPart]:
        """Each group as it is done, in order."""
        piles = [self._looked_at(group) for group in groups]
        rows = [row for pile in piles for row in pile.rows]
        self.large = len(rows) > batch.SMALL
        self.meta = {**self.meta, **_widest(rows)}
        measure = Measure(self._setter.fit_task, self._is_sound, self.press)
        measure.learn(rows)
        for pile in piles:
            self._size(pile, measure)
        yield from self._setter.parts(piles)

    @cached_property
    def _setter(self) -> Setter:
        return Setter(self.layout, self.meta, self.press, self._is_sound)

    def _is_sound(self) -> bool:
        return self._sound

    @cached_property
    def _sound(self) -> bool:
        """Whether the plainest sheet comes out as it must: then a failure is that of one household."""
        row = _printable(self.read(self.probe))
        measured = batch.one(self._setter.fit_task([row]), apart=self.large)
        if failure(measured):
            return False
        (fit,) = sheet_fits(measured.fits)
        task = self._setter.task([({**row, **fit},)], every=1)
        done = batch.one(task, apart=self.large)
        return not failure(done) and not done.faults

    def _looked_at(self, group: Group) -> Pile:
        pile = Pile(group)
        for sheet in (*group.sheets, *group.spare):
            row = self.read(sheet)
            if self._may_be_set(pile, row):
                pile.rows.append(_printable(row))
        return pile

    def _may_be_set(self, pile: Pile, row: Row) -> bool:
        wrong = self.look(row)
        if not verify(row["serial"]):
            pile.report(row, "flyer.serial_check", text=row["serial"])
        elif wrong:
            code, params = wrong
            pile.report(row, code, printed=False, **params)
        elif lost := missing_from(texts(row)):
            allowed = self.press.allow_missing_glyphs
            code = "flyer.glyph_replaced" if allowed else "flyer.glyph_missing"
            pile.report(row, code, printed=allowed, characters="".join(lost))
            return allowed
        else:
            return True
        return False

    def _size(self, pile: Pile, measure: Measure) -> None:
        rows, pile.rows = pile.rows, []
        for row in rows:
            fit = measure.of(row)
            if "error" in fit:
                pile.report(row, "flyer.sheet_failed", reason=fit["error"])
            elif fit["size"] and fit["head"]:
                pile.rows.append({**row, **fit})
            else:
                pile.report(row, "flyer.overflow" if fit["head"] else "flyer.head_overflow")


def _widest(rows: Sequence[Row]) -> dict[str, object]:
    """What stands beside the title at its widest: measured once for all sheets."""
    longest = max((row["serial"] for row in rows), key=len, default="")
    return {"longest": longest, "spares": any(row["spare"] for row in rows)}


def _printable(row: Row) -> Row:
    shown: Row = each_text(row, with_geta) if missing_from(texts(row)) else row
    return {**shown, "qr": qr_code("R:" + row["serial"])}
