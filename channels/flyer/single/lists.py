"""Lists to walk and to telephone by: a pack number, never a circumstance or a policy; one tick each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from channels.flyer.codes import qr_code
from channels.flyer.data import clean_data, each_text
from channels.flyer.fonts import missing, with_geta
from channels.flyer.sheets import Press, Printed, SheetMeta, SheetProblem
from channels.flyer.single.setting import press_sheet, sheet_job

ROWS_ON_A_PAGE = 20


@dataclass(frozen=True, kw_only=True)
class VisitRow:
    """One door. `pack` is the serial of the household's sheet."""

    pack: str
    door: str
    name: str


@dataclass(frozen=True, kw_only=True)
class VisitList:
    """The doors of one grid, in walking order; twenty on a page. `code` is read back by scanning."""

    code: str
    grid: str
    area: str
    helper: str
    rows: tuple[VisitRow, ...]


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One person to telephone. `pack` is the number of the household's sheet; `phone` as it is dialled."""

    pack: str
    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class CallList:
    """The numbers of one grid that one caller may have; twenty on a page. `code` is read back by scanning."""

    code: str
    grid: str
    area: str
    helper: str
    rows: tuple[CallRow, ...]


def render_visits(lists: Sequence[VisitList], meta: SheetMeta, press: Press) -> Printed:
    """Visit lists, each on pages of its own, twenty doors a page; `sheets` counts doors.

    A character that the font lacks is printed as 〓 and reported: no door may vanish from a list.
    """
    lost = _unprintable((row.pack, row.name, row.door) for one in lists for row in one.rows)
    return _render(lists, meta, press, ("visit.typ", "V"), lost)


def render_calls(lists: Sequence[CallList], meta: SheetMeta, press: Press) -> Printed:
    """Call lists: three tries and six outcomes for each number; `sheets` counts numbers.

    The caller sees to it that only numbers that may be called stand here, for whoever may see them.
    """
    lost = _unprintable((row.pack, row.name, row.phone) for one in lists for row in one.rows)
    return _render(lists, meta, press, ("call.typ", "T"), lost)


def _render(
    lists: Sequence[VisitList] | Sequence[CallList],
    meta: SheetMeta,
    press: Press,
    sheet: tuple[str, str],
    problems: tuple[SheetProblem, ...],
) -> Printed:
    """`sheet`: the file, and the letter by which a scanner knows the page."""
    main, letter = sheet
    given: list[dict[str, Any]] = []
    for one in lists:
        pages = -(-len(one.rows) // ROWS_ON_A_PAGE)
        codes = [qr_code(f"{letter}:{one.code}-{page + 1}") for page in range(pages)]
        given.append({**each_text(clean_data(one), with_geta), "codes": codes})
    total = sum(len(one["codes"]) for one in given)
    if not total:
        return Printed(b"", 0, 0)
    job = sheet_job(press, main, meta, {"lists": given})
    made = press_sheet(job, total, sheets=sum(len(one.rows) for one in lists))
    return Printed(made.pdf, made.pages, made.sheets, problems)


def _unprintable(rows: Iterable[tuple[str, str, str]]) -> tuple[SheetProblem, ...]:
    """Whose name or number is printed with 〓; a row is (pack, name, anything else)."""
    return tuple(
        SheetProblem(
            pack,
            name,
            "flyer.glyph_replaced",
            {"serial": pack, "householder": name, "characters": "".join(lost)},
            printed=True,
        )
        for pack, name, rest in rows
        if (lost := missing(pack + name + rest))
    )
