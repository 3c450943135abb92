"""Lists for whoever walks or calls, and covers by themselves: one grid each, nothing counts as printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from channels.flyer import (
    CallList,
    CallRow,
    Contents,
    Press,
    Printed,
    SheetMeta,
    VisitList,
    VisitRow,
    render_calls,
    render_cover,
    render_visits,
)
from outreach.deliveries.paper import Door
from outreach.deliveries.printing import queries
from outreach.deliveries.printing.covers import Heading, cover_of, inside
from outreach.people import consent
from outreach.vault import Vault


@dataclass(frozen=True)
class Walked:
    """The doors of one grid in walking order. `code`: what its QR codes say, `place` the grid, `area` around it."""

    code: str
    place: str
    area: str
    helper: str
    doors: Sequence[Door]


def phones(
    connection: Connection, vault: Vault, doors: Sequence[Door], message_class: str
) -> dict[int, str]:
    """Delivery → the number to dial, only where it may be called today."""
    known = queries.numbers_to_call(connection, [door.delivery_id for door in doors])
    refused = consent.refusals(connection, [row.person for row in known.values()])
    return {
        key: vault.decrypt("phone", row.phone).removeprefix("+86")
        for key, row in known.items()
        if not refused.refuses(row.person, row.phone_key, "call", message_class)
    }


def visits(walked: Walked, meta: SheetMeta, press: Press) -> Printed:
    """入户清单."""
    rows = tuple(
        VisitRow(pack=door.sheet.serial, door=inside(door), name=door.sheet.householder)
        for door in walked.doors
    )
    return render_visits([VisitList(**_head(walked), rows=rows)], meta, press)


def calls(walked: Walked, numbers: Mapping[int, str], meta: SheetMeta, press: Press) -> Printed:
    """电话清单 of those who have a number that may be called; no page when there is none."""
    rows = tuple(
        CallRow(
            pack=door.sheet.serial, name=door.sheet.householder, phone=numbers[door.delivery_id]
        )
        for door in walked.doors
        if door.delivery_id in numbers
    )
    return render_calls([CallList(**_head(walked), rows=rows)], meta, press)


def cover(heading: Heading, walked: Walked, meta: SheetMeta, press: Press) -> Printed:
    """A cover by itself: how the sheets are or were printed it does not know, so it names no pages."""
    if not walked.doors:
        return Printed(b"", 0, 0)
    serials = tuple(door.sheet.serial for door in walked.doors)
    pages = (0,) * len(serials)
    contents = Contents(walked.doors[0].region, serials, pages, 0, 1)
    return render_cover(cover_of(heading, walked.doors, contents), meta, press)


def short_name(name: str, village: str) -> tuple[str, str]:
    """城关镇前进社区第3网格 in 前进社区 → 第3网格 and 城关镇前进社区: the short name, and what stands around it."""
    before, found, short = name.rpartition(village) if village else ("", "", name)
    return (short, before + found) if short else (village, before)


def _head(walked: Walked) -> dict[str, str]:
    return {
        "code": walked.code,
        "grid": walked.place,
        "area": walked.area,
        "helper": walked.helper,
    }
