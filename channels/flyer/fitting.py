"""How large: each distinct set of blocks is measured once in a run, over all its groups, and passed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from channels.flyer import batch
from channels.flyer.errors import FlyerError
from channels.flyer.layouts import Row
from channels.flyer.recovery import parted
from channels.flyer.sheets import Press
from channels.flyer.typesetting import Fit
from channels.flyer.worker import Done, Task

SHORT_NAME = 6
SHORT_LINE = 14
SHORT_LINES = 2
"""A name and an address within these fit every head at full size, so they need not be measured."""
FIT_SHEETS = 100
"""Sheets that one process measures: each is laid out several times over."""
_PERSONAL = {"serial", "householder", "address", "qr"}


def blocks(row: Row) -> str:
    """Sheets with the same key are laid out alike; an ordinary name and address do not count."""
    name, lines = row["householder"], row["address"].split("\n")
    lines_needed = sum(-(-len(line) // SHORT_LINE) for line in lines)
    short = len(name) <= SHORT_NAME and lines_needed <= SHORT_LINES
    head = None if short else (name, row["address"])
    rest = {key: value for key, value in row.items() if key not in _PERSONAL}
    return json.dumps([rest, head], ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Measure:
    """`task(rows)`: the run that measures; `sound()`: whether the sheet itself can be set at all.

    `key(row)`: sheets with the same key are laid out alike, so one of them is measured.
    """

    task: Callable[[Sequence[Row]], Task]
    sound: Callable[[], bool]
    press: Press
    key: Callable[[Row], str] = blocks
    known: dict[str, Fit] = field(default_factory=dict)

    def learn(self, rows: Sequence[Row]) -> None:
        """Measure whatever is not known yet."""
        kinds = {self.key(row): row for row in reversed(rows)}
        new = [(key, row) for key, row in reversed(kinds.items()) if key not in self.known]
        parts = batch.chunks(new, FIT_SHEETS)
        loads = [[self.task([row for _, row in part])] for part in parts]
        apart = len(new) > batch.SMALL
        found = batch.results(
            loads, apart=apart, workers=self.press.workers, cancelled=self.press.cancelled
        )
        for part, (done,) in zip(parts, found, strict=True):
            self._note(part, done, apart)

    def _note(self, part: Sequence[tuple[str, Row]], done: Done, apart: bool) -> None:
        def again(items: Sequence[tuple[str, Row]]) -> Done:
            return batch.one(self.task([row for _, row in items]), apart=apart)

        def blame(item: tuple[str, Row], error: FlyerError) -> None:
            self.known[item[0]] = {"size": 0, "head": 1, "error": error.code}

        for items, answer in parted(part, done, again, blame, self.sound):
            for (key, _), fit in zip(items, sheet_fits(answer.fits), strict=True):
                self.known[key] = fit

    def of(self, row: Row) -> Fit:
        """The sizes of a sheet; `size` or `head` 0 when it does not fit."""
        return self.known[self.key(row)]


def sheet_fits(fits: Sequence[Fit]) -> list[Fit]:
    """The reports of the sheets; FlyerError when a part that all sheets share does not fit."""
    for fit in fits:
        if fit["id"] == "frame" and not fit["size"]:
            raise FlyerError("flyer.frame_overflow", place=fit["place"])
    return [
        {key: value for key, value in fit.items() if key != "id"}
        for fit in fits
        if fit["id"] != "frame"
    ]
