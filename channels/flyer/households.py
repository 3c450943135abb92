"""一户一单 in bulk: look at every household, fit each distinct set of blocks once, print, join, count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.flyer import batch
from channels.flyer.codes import qr_code
from channels.flyer.data import dump, each_text, household_data, meta_data, texts
from channels.flyer.errors import FlyerError
from channels.flyer.fonts import missing_from, with_geta
from channels.flyer.pages import count_pages, join
from channels.flyer.serials import verify
from channels.flyer.sheets import (
    MOST_POLICIES,
    MOST_STEPS,
    Edition,
    HouseholdSheet,
    HouseholdSize,
    Press,
    Printed,
    SheetMeta,
    SheetProblem,
)
from channels.flyer.typesetting import Fit, Job

Household = dict[str, Any]
SHORT_NAME = 6
SHORT_LINE = 14
SHORT_LINES = 2
"""A name and an address within these fit every head at full size, so they need not be measured."""


@dataclass(frozen=True)
class Layout:
    """Which sheet, and how many sides one household takes (half a side: two-up)."""

    main: str
    sides: float
    sealed: bool

    def pages(self, sheets: int) -> int:
        """Pages that `sheets` households must give."""
        return -int(-sheets * self.sides // 1)


def choose_layout(edition: Edition, size: HouseholdSize, sealed: bool) -> Layout:
    """FlyerError `flyer.layout` for what does not exist: large type or an address outside on half a page."""
    known = {
        ("normal", "a4", False): Layout("household.typ", 1, False),
        ("normal", "a4", True): Layout("household.typ", 2, True),
        ("large", "a4", False): Layout("household-elder.typ", 2, False),
        ("large", "a4", True): Layout("household-elder.typ", 2, True),
        ("normal", "a5x2", False): Layout("household-a5.typ", 0.5, False),
    }
    layout = known.get((edition, size, sealed))
    if layout is None:
        raise FlyerError("flyer.layout", edition=edition, size=size, sealed=sealed)
    return layout


@dataclass
class _Run:
    """One job: what is still to print, and what was found."""

    layout: Layout
    meta: dict[str, Any]
    press: Press
    problems: list[SheetProblem] = field(default_factory=list)

    def report(self, hh: Household, code: str, *, printed: bool = False, **params: object) -> None:
        given = {"serial": hh["serial"], "householder": hh["householder"], **params}
        self.problems.append(
            SheetProblem(hh["serial"], hh["householder"], code, given, printed=printed)
        )

    def job(self, households: Sequence[Household], mode: str) -> Job:
        inputs = {
            "mode": mode,
            "sealed": "1" if self.layout.sealed else "",
            "data": dump(meta=self.meta, households=households),
        }
        return Job(self.press.templates.resolve(), self.layout.main, inputs)


def render_households(
    sheets: Sequence[HouseholdSheet],
    meta: SheetMeta,
    press: Press,
    *,
    edition: Edition = "normal",
    size: HouseholdSize = "a4",
    sealed: bool = False,
) -> Printed:
    """Print a sheet for each household, in the order given; whoever cannot be printed is named.

    `edition` "large" is 18–22 pt on two sides (flip on the long edge); `size` "a5x2" is two on an A4,
    first half of the pile left, second half right, so that both stacks stay in order after the cut;
    `sealed` adds the address on the outside (normal edition: back of the sheet).

    Raises FlyerError when the job as a whole cannot be printed: an impossible layout, an empty field
    or unprintable character in `meta`, or a page count that is not what the households must give.
    """
    run = _Run(choose_layout(edition, size, sealed), meta_data(meta), press)
    sound = [hh for hh in map(household_data, sheets) if _sound(run, hh)]
    fitted = _fit(run, [_printable(hh) for hh in sound])
    parts = _print(run, fitted)
    if not parts:
        return Printed(b"", 0, 0, tuple(run.problems))
    pdf = join(parts)
    pages, expected = count_pages(pdf), run.layout.pages(len(fitted))
    if pages != expected:
        raise FlyerError("flyer.page_count", pages=pages, expected=expected, sheets=len(fitted))
    return Printed(pdf, pages, len(fitted), tuple(run.problems))


def _sound(run: _Run, hh: Household) -> bool:
    """Whether the household can go to the press; else it is reported."""
    if not verify(hh["serial"]):
        run.report(hh, "flyer.serial_check", text=hh["serial"])
    elif not hh["policies"]:
        run.report(hh, "flyer.nothing_to_say")
    elif len(hh["policies"]) > MOST_POLICIES:
        run.report(hh, "flyer.too_many_policies", count=len(hh["policies"]), most=MOST_POLICIES)
    elif any(len(policy["steps"]) > MOST_STEPS for policy in hh["policies"]):
        run.report(hh, "flyer.too_many_steps", most=MOST_STEPS)
    elif lost := missing_from(texts(hh)):
        allowed = run.press.allow_missing_glyphs
        code = "flyer.glyph_replaced" if allowed else "flyer.glyph_missing"
        run.report(hh, code, printed=allowed, characters="".join(lost))
        return allowed
    else:
        return True
    return False


def _printable(hh: Household) -> Household:
    shown: Household = each_text(hh, with_geta) if missing_from(texts(hh)) else hh
    return {**shown, "qr": qr_code("R:" + hh["serial"])}


def _blocks(hh: Household) -> str:
    """Households with the same key are laid out alike; an ordinary name and address do not count."""
    name, lines = hh["householder"], hh["address"].split("\n")
    rows = sum(-(-len(line) // SHORT_LINE) for line in lines)
    short = len(name) <= SHORT_NAME and rows <= SHORT_LINES
    head = None if short else (name, hh["address"])
    return json.dumps([hh["policies"], hh["more"], head], ensure_ascii=False)


def _fit(run: _Run, households: list[Household]) -> list[Household]:
    """The households that fit, each with the sizes found for its set of blocks."""
    kinds: dict[str, Household] = {}
    keys = [_blocks(hh) for hh in households]
    for key, hh in zip(keys, households, strict=True):
        kinds.setdefault(key, hh)
    found = dict(zip(kinds, _measure(run, list(kinds.values())), strict=True))
    fitted = []
    for key, hh in zip(keys, households, strict=True):
        fit = found[key]
        if fit["size"] and fit["head"]:
            fitted.append({**hh, **{k: v for k, v in fit.items() if k != "id"}})
        else:
            run.report(hh, "flyer.overflow" if fit["head"] else "flyer.head_overflow")
    return fitted


def _measure(run: _Run, households: list[Household]) -> list[Fit]:
    jobs = [run.job(part, "fit") for part in batch.chunks(households, batch.CHUNK_PAGES)]
    apart = len(households) > batch.SMALL
    found = []
    for fits in batch.fits(jobs, apart=apart, workers=run.press.workers):
        frame, *rest = fits
        if not frame["size"]:
            raise FlyerError("flyer.frame_overflow", title=run.meta["title"])
        found += rest
    return found


def _print(run: _Run, households: list[Household]) -> list[bytes]:
    half = -(-len(households) // 2)
    per_chunk = max(1, int(batch.CHUNK_PAGES / run.layout.sides))
    if run.layout.sides < 1:
        left, right = households[:half], households[half:]
        pairs = [left[i : i + 1] + right[i : i + 1] for i in range(half)]
        cut = batch.chunks(pairs, batch.CHUNK_PAGES)
        parts: list[Sequence[Household]] = [[hh for pair in part for hh in pair] for part in cut]
    else:
        parts = batch.chunks(households, per_chunk)
    apart = len(households) > batch.SMALL
    jobs = [run.job(part, "print") for part in parts]
    made, done = [], 0
    for part, pdf in zip(
        parts, batch.pdfs(jobs, apart=apart, workers=run.press.workers), strict=True
    ):
        made.append(pdf)
        done += len(part)
        if run.press.progress is not None:
            run.press.progress(done, len(households))
    return made
