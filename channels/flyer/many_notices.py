"""Notices in bulk: one policy, a notice for each village with that village's own place and telephone.

Set together, measured once per shape, held against what they must be, and where wanted cut into files. One by
one each would carry its fonts through Typst again, which is most of the time of a single sheet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from channels.flyer import batch
from channels.flyer.data import clean_data, dump, each_text, meta_data, texts
from channels.flyer.errors import FlyerError
from channels.flyer.fitting import Measure, sheet_fits
from channels.flyer.fonts import missing_from, with_geta
from channels.flyer.gates import EVERY, Expected, ExpectedUnit
from channels.flyer.layouts import Row
from channels.flyer.pages import count_pages, cut_apart, join
from channels.flyer.recovery import failure, settled
from channels.flyer.sheets import Press, Printed, SheetMeta, SheetProblem
from channels.flyer.single.notices import Notice, NoticeSize, refuse_steps, sheet_of
from channels.flyer.typesetting import Job
from channels.flyer.worker import Done, Task

HERE = 250
"""Notices that may be set in the calling process: less than a second of work, about 150 MB kept."""
_HAN = re.compile("[一-鿿]")
_DIGIT = re.compile("[0-9]")
_PROBE = Notice(official="", who="政策", amount="", unit="", extent="", steps=())


@dataclass(frozen=True)
class PrintedNotices(Printed):
    """One page a notice, in order. `placed`: which of the notices given (counted from 0) stands on each page.

    `problems`: those that do not; `serial` is the number of the notice counted from 1, `householder` its name.
    """

    placed: tuple[int, ...] = ()


def render_notices(
    notices: Sequence[Notice],
    metas: SheetMeta | Sequence[SheetMeta],
    press: Press,
    *,
    size: NoticeSize = "a4",
    crop_marks: bool = False,
    names: Sequence[str] = (),
) -> PrintedNotices:
    """Many notices in one PDF, each on a page: as `render_notice` would set them one by one.

    `metas`: what all of them say of their issuer, or one for each. `names`: for whom each is (石桥村), to name it when
    it does not fit, lacks a glyph or does not come out as it must; it is then left out, and the others are printed.
    FlyerError for a `metas` that all share and nobody can print, `flyer.cancelled`, or `flyer.typesetting` when not
    even the plainest notice can be set.
    """
    given = [metas] * len(notices) if isinstance(metas, SheetMeta) else list(metas)
    if isinstance(metas, SheetMeta):
        meta_data(metas)
    run = _Run(press, *sheet_of(size, crop_marks=crop_marks), names)
    return run.printed(list(zip(notices, given, strict=True)))


def notice_files(
    made: PrintedNotices, metas: SheetMeta | Sequence[SheetMeta], press: Press
) -> Iterator[tuple[int, bytes]]:
    """Each printed notice as a file of its own: (its number as in `placed`, PDF), a file per village.

    Title and author as in the run; tags for screen readers and PDF/A do not survive the cut, `render_notice` sets
    such a copy.
    """
    of = [metas if isinstance(metas, SheetMeta) else metas[number] for number in made.placed]
    fronts = {
        (meta.title, meta.issuer): Job(
            press.templates.resolve(),
            "front.typ",
            {"data": dump(meta={"title": meta.title, "issuer": meta.issuer})},
        )
        for meta in of
    }
    pdfs = {about: job.pdf() for about, job in fronts.items()}
    pages = cut_apart(made.pdf, [pdfs[meta.title, meta.issuer] for meta in of]) if of else []
    yield from zip(made.placed, pages, strict=True)


def shape(row: Row) -> str:
    """Notices of one shape are laid out alike: a Han character is as wide as any other and breaks lines like it, and
    so is a digit. Labels stay as they are, one of them is set in bold."""
    alike: Any = each_text(row, lambda text: _DIGIT.sub("0", _HAN.sub("一", text)))
    alike["rows"] = [
        [label, rest[1]] for (label, _), rest in zip(row["rows"], alike["rows"], strict=True)
    ]
    if "qr" in row["meta"]:
        alike["meta"]["qr"] = row["meta"]["qr"]["modules"]
    return json.dumps(alike, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class _Placed:
    """A notice on its way: its number among those given, what the template reads, what the page must show."""

    number: int
    row: Row
    must: ExpectedUnit


@dataclass
class _Run:
    press: Press
    main: str
    inputs: Mapping[str, str]
    crop: bool
    names: Sequence[str]
    meta: dict[str, Any] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)

    def printed(self, notices: Sequence[tuple[Notice, SheetMeta]]) -> PrintedNotices:
        waiting = [
            one for number, pair in enumerate(notices) for one in self._looked_at(number, *pair)
        ]
        measure = Measure(self._fit_task, self._is_sound, self.press, shape)
        measure.learn([one.row for one in waiting])
        sized = [one for placed in waiting for one in self._sized(placed, measure)]
        done = list(self._set(sized))
        pdf = join([made.pdf for _, made in done]) if done else b""
        placed = tuple(one.number for part, _ in done for one in part)
        problems = tuple(sorted(self.problems, key=lambda one: int(one.serial)))
        return PrintedNotices(pdf, count_pages(pdf) if pdf else 0, len(placed), problems, placed)

    def _report(
        self, number: int, code: str, params: Mapping[str, object], *, printed: bool = False
    ) -> None:
        serial = str(number + 1)
        name = self.names[number] if self.names else ""
        given = {"serial": serial, "householder": name, **params}
        self.problems.append(SheetProblem(serial, name, code, given, printed=printed))

    def _looked_at(self, number: int, notice: Notice, meta: SheetMeta) -> Iterator[_Placed]:
        try:
            refuse_steps(notice)
            told = self._meta_of(meta)
        except FlyerError as error:
            shared = (
                error.code == "flyer.frame_glyph"
            )  # said of what all sheets share; here it is one village's
            self._report(number, "flyer.glyph_missing" if shared else error.code, error.params)
            return
        self.meta = self.meta or told
        row = clean_data(notice)
        if lost := missing_from(texts(row)):
            allowed = self.press.allow_missing_glyphs
            code = "flyer.glyph_replaced" if allowed else "flyer.glyph_missing"
            self._report(number, code, {"characters": "".join(lost)}, printed=allowed)
            if not allowed:
                return
            row = each_text(row, with_geta)
        own = {key: value for key, value in told.items() if value != self.meta[key]}
        yield _Placed(number, {**row, "meta": own}, _must(told))

    @cached_property
    def _meta_of(self) -> Callable[[SheetMeta], dict[str, Any]]:
        known: dict[SheetMeta, dict[str, Any]] = {}

        def told(meta: SheetMeta) -> dict[str, Any]:
            if meta not in known:
                known[meta] = meta_data(meta)
            return known[meta]

        return told

    def _sized(self, one: _Placed, measure: Measure) -> Iterator[_Placed]:
        fit = measure.of(one.row)
        if "error" in fit:
            self._report(one.number, "flyer.sheet_failed", {"reason": fit["error"]})
        elif not fit["size"]:
            self._report(one.number, "flyer.overflow", {})
        else:
            yield replace(one, row={**one.row, "fit": fit})

    def _job(self, rows: Sequence[Row], mode: str, *, tagged: bool = False) -> Job:
        data = dump(meta=self.meta, notices=rows, crop=self.crop)
        inputs = {**self.inputs, "mode": mode, "data": data}
        return Job(self.press.templates.resolve(), self.main, inputs, tagged, self.press.archive)

    def _fit_task(self, rows: Sequence[Row]) -> Task:
        return Task(self._job(rows, "fit"), "fits")

    def _task(self, some: Sequence[_Placed], *, every: int = EVERY, tagged: bool = False) -> Task:
        job = self._job([one.row for one in some], "print", tagged=tagged)
        return Task(job, "pdf", Expected(1, tuple(one.must for one in some), every))

    def _set(self, notices: Sequence[_Placed]) -> Iterator[tuple[Sequence[_Placed], Done]]:
        parts = batch.chunks(notices, batch.CHUNK_PAGES)
        tagged, apart = self.press.tagged and len(parts) == 1, len(notices) > HERE
        found = batch.results(
            [[self._task(part, tagged=tagged)] for part in parts],
            apart=apart,
            workers=self.press.workers,
            cancelled=self.press.cancelled,
        )

        def again(some: Sequence[_Placed]) -> Done:
            return batch.one(self._task(some, every=1, tagged=tagged), apart=apart)

        def blame(one: _Placed, code: str, params: dict[str, Any]) -> None:
            self._report(one.number, code, params)

        done = 0
        for part, (answer,) in zip(parts, found, strict=True):
            yield from settled(part, answer, again, blame, self._is_sound)
            done += len(part)
            if self.press.progress is not None:
                self.press.progress(done, len(notices))

    def _is_sound(self) -> bool:
        return self._sound

    @cached_property
    def _sound(self) -> bool:
        """Whether the plainest notice comes out as it must: then a failure is that of one village."""
        row = {**clean_data(_PROBE), "meta": {}}
        measured = batch.one(self._fit_task([row]), apart=False)
        if failure(measured):
            return False
        (fit,) = sheet_fits(measured.fits)
        plain = _Placed(0, {**row, "fit": fit}, _must(self.meta))
        done = batch.one(self._task([plain], every=1), apart=False)
        return not failure(done) and not done.faults


def _must(told: Mapping[str, Any]) -> ExpectedUnit:
    """Until when it holds and the telephone (a line may break at its dash), and the code: a village's own."""
    numbers = re.findall(r"\d+", told["phone"])
    words = (told["valid_until"], *([max(numbers, key=len)] if numbers else []))
    return ExpectedUnit(words, (told["qr"]["text"],))
