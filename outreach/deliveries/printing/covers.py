"""The cover of a pile: which stretch of doors has which numbers and begins on which page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from channels.flyer import BatchCover, Contents, CoverRow
from outreach.deliveries.paper import Door
from outreach.people.addresses import stretch_of

MOST_ROWS = 14
"""Stretches that one page names; more are put together by building, then by neighbourhood."""


@dataclass(frozen=True)
class Heading:
    """What a cover says besides its rows."""

    batch: str
    grid: str
    area: str
    content: str
    helper: str
    printed: str
    takedown: str


@dataclass
class _Stretch:
    place: str
    serials: list[str]
    page: int
    sheets: int = 0


def cover_of(heading: Heading, doors: Sequence[Door], contents: Contents) -> BatchCover:
    """The cover for what really lies in the pile; of several copies each counts."""
    places = {door.sheet.serial: door for door in doors}
    named = [
        (serial, page)
        for serial, page in zip(contents.serials, contents.pages, strict=True)
        if serial in places
    ]
    rows = _rows(named, places)
    shown = [serial for serial, _ in named] or list(contents.serials)
    return BatchCover(
        batch=heading.batch,
        grid=heading.grid,
        area=heading.area,
        content=heading.content,
        helper=heading.helper,
        printed=heading.printed,
        first=shown[0] if shown else "",
        last=shown[-1] if shown else "",
        sheets=len(contents.serials),
        spare=len(contents.serials) - sum(row.n for row in rows),
        rows=rows,
        takedown=heading.takedown,
    )


def _rows(named: Sequence[tuple[str, int]], places: Mapping[str, Door]) -> tuple[CoverRow, ...]:
    found: list[_Stretch] = []
    for label in (stretch_of, partial(stretch_of, units=False)):
        found = []
        for serial, page in named:
            place = label(inside(places[serial])) or "其他"
            if not found or found[-1].place != place:
                found.append(_Stretch(place, [], page))
            found[-1].serials.append(serial)
            found[-1].sheets += 1
        if len(found) <= MOST_ROWS:
            return tuple(map(_row, found))
    return tuple(map(_row, _together(found)))


def inside(door: Door) -> str:
    """The address without the village, which stands above the rows; the village where nothing more is known."""
    if not door.address:
        return door.village
    _, found, rest = door.address.rpartition(door.village) if door.village else ("", "", "")
    return rest if found and rest else door.address


def _together(found: Sequence[_Stretch]) -> list[_Stretch]:
    """Neighbouring stretches as one: 1栋 至 4栋."""
    each = -(-len(found) // MOST_ROWS)
    made = []
    for start in range(0, len(found), each):
        some = found[start : start + each]
        place = some[0].place if len(some) == 1 else f"{some[0].place} 至 {some[-1].place}"
        serials = [serial for one in some for serial in one.serials]
        made.append(_Stretch(place, serials, some[0].page, sum(one.sheets for one in some)))
    return made


def _row(one: _Stretch) -> CoverRow:
    first, last = _short(one.serials[0]), _short(one.serials[-1])
    packs = first if first == last else f"{first} — {last}"
    return CoverRow(place=one.place, packs=packs, n=one.sheets, page=one.page)


def _short(serial: str) -> str:
    """Grid and sequence: 07-013; campaign and check character are the same or of no use in a column."""
    return "-".join(serial.split("-")[1:3])
