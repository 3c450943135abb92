"""Reading a list of regions as offices have it: codes and names, with titles above; or towns, villages and grids by
name, one column each, the upper ones merged over several rows. Pure; nothing is looked up here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from outreach.errors import Invalid
from outreach.people.languages import find_language
from outreach.people.reading.asides import is_total
from outreach.people.reading.spreadsheet import Sheet, read_sheets
from outreach.people.schemas import Problem
from segments import regions as codes

LEVELS = {
    "省": "province",
    "市": "prefecture",
    "县": "county",
    "镇": "town",
    "乡": "town",
    "街道": "town",
    "村": "village",
    "社区": "village",
    **dict.fromkeys(("网格", "小区", "楼栋", "单元", "组"), "grid"),
}
"""What a column 级别 says, and our names of it."""

_HEADERS = {
    "code": "code 代码 区划代码 行政区划代码 统计用区划代码 统计用区划代码和城乡分类代码 编码 地区代码 村代码 网格编码 网格代码",
    "name": "name 名称 地区名称 区划名称 单位名称",
    "parent": "parent 上级代码 所属代码 所在村代码 所属村代码 村社区代码",
    "level": "level 级别 层级",
    "dialect": "dialect 方言 语言",
    "successor": "successor 后继代码 新代码 并入代码",
    "valid_from": "valid_from 启用日期 生效日期",
    "valid_to": "valid_to 停用日期 失效日期",
    "county": "县 区 县区 区县 县市区",
    "town": "镇 乡镇 街道 镇街 乡镇街道 镇街道 乡镇名称 镇名称 街道名称 所属乡镇 所属街道 所属镇街",
    "village": "村 社区 村社区 村居 行政村 村名 村名称 社区名称 村社区名称 所属村 所属社区 所属村社区",
    "grid": "网格 网格名 网格名称 组 小组 村民小组 村民组",
    "estate": "小区 小区名称 院落",
    "building": "楼栋 栋 楼号 楼栋号",
    "unit": "单元 单元号",
}
_FIELD_OF = {word: name for name, words in _HEADERS.items() for word in words.split()}
_NAMED = ("county", "town", "village", "grid", "estate", "building", "unit")
LOCAL = ("grid", "estate", "building", "unit")
"""Levels below a village: they have no official code, so they get one of ours below the village's."""

_PAD = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Rows of official lists at prefecture level that are no place: with them 北京市东城区 would be called 北京市市辖区东城区."""

_CLASSES = frozenset({"111", "112", "121", "122", "123", "210", "220"})
_WHOLE = 17  # 12 digits of the region, 2 of its kind, 3 of its 城乡分类
_LOOKED_AT = 20


@dataclass
class RegionRow:
    """One row: a code, or names from above to below that stand for it; `given` holds only columns that are there."""

    row: int
    code: str = ""
    parent: str = ""
    names: tuple[tuple[str, str], ...] = ()  # (level, name)
    given: dict[str, Any] = field(default_factory=dict)


@dataclass
class RegionList:
    """What a file says; `skipped` are rows that are no place."""

    rows: list[RegionRow] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    count: int = 0
    skipped: int = 0


def read_region_list(path: Path) -> RegionList:
    """Every sheet. Raises Invalid people.region_columns when a sheet has no header that we know."""
    found = RegionList()
    for sheet in read_sheets(Path(path)):
        _read_sheet(sheet, found)
    return found


def _read_sheet(sheet: Sheet, found: RegionList) -> None:
    header = next(
        (
            (number, fields)
            for number, cells in enumerate(sheet.rows[:_LOOKED_AT], start=1)
            if (fields := _fields(cells))
        ),
        None,
    )
    if header is None:
        raise Invalid("people.region_columns", sheet=sheet.name)
    number, fields = header
    below = [
        (row, _given(fields, cells))
        for row, cells in enumerate(sheet.rows, start=1)
        if row > number
    ]
    whole = _seventeen(row["code"] for _, row in below if row.get("code"))
    above: dict[str, str] = {}
    for row, given in below:
        if not any(given.values()) or any(map(is_total, given.values())):
            continue
        found.count += 1
        _read_row(row, given, found, above, whole=whole)


def _fields(cells: Sequence[str]) -> list[str]:
    """For each column its field; [] when the row is no header."""
    fields = [_FIELD_OF.get(_plain(cell), "") for cell in cells]
    named = [name for name in fields if name in _NAMED]
    enough = (
        {"code", "name"} <= set(fields) or {"parent", "name"} <= set(fields) or len(set(named)) >= 2
    )
    return fields if enough and len(set(filter(None, fields))) == len(list(filter(None, fields))) else []  # fmt: skip


def _plain(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).strip().lower()
    return re.sub(r"[\s*:()/、]|\(.*?\)", "", text)


def _given(fields: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(fields, cells, strict=False) if name}


def _seventeen(given: Any) -> bool:
    """Whether all long codes of a sheet are official ones with their 城乡分类 behind, and not local codes."""
    long = [code for code in given if len(code) == _WHOLE and code.isdecimal()]
    return bool(long) and all(code[14:] in _CLASSES for code in long)


def _read_row(
    row: int, given: dict[str, str], found: RegionList, above: dict[str, str], *, whole: bool
) -> None:
    if whole and len(given.get("code", "")) == _WHOLE:
        given["code"] = given["code"][:12]
    try:
        one = _by_name(given, above) if _is_named(given) else _by_code(given)
    except Invalid as error:
        found.errors.append(Problem.of(row, "", error))
        return
    if one is None:
        found.skipped += 1
        return
    one.row = row
    found.rows.append(one)


def _is_named(given: Mapping[str, str]) -> bool:
    return "name" not in given and "code" not in given


def _by_code(given: Mapping[str, str]) -> RegionRow | None:
    code, successor = _cut(given.get("code", "")), _cut(given.get("successor", ""))
    parent = _cut(given.get("parent", ""))
    if not given.get("name") or not (code or ("code" not in given and parent)):
        raise Invalid("people.region_code", region=given.get("code", ""))
    if given["name"] in _PAD and len(code) == len("1101"):
        return None
    level = given.get("level", "")
    known = codes.level(code) if code else "grid"
    if level and LEVELS.get(level, level) != known and known != "grid":
        raise Invalid("people.region_level", region=code, level=level)
    values: dict[str, Any] = {"name": given["name"]}
    if "successor" in given:
        values["successor"] = successor
    return RegionRow(0, code, "" if code else parent, given=values | _more(given))


def _cut(text: str) -> str:
    try:
        return codes.cut(text)
    except ValueError:
        raise Invalid("people.region_code", region=text) from None


def _more(given: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: _date(given[name]) for name in ("valid_from", "valid_to") if name in given
    }
    if "dialect" in given:
        tag = find_language(given["dialect"]) if given["dialect"] else ""
        if tag is None:
            raise Invalid("people.language_unknown", value=given["dialect"])
        values["dialect"] = tag
    return values


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("people.region_date", value=text) from None


def _by_name(given: Mapping[str, str], above: dict[str, str]) -> RegionRow:
    """Names from above to below. A blank one above a name is that of the row before: the cells were merged."""
    levels = [name for name in _NAMED if name in given]
    deepest = max((index for index, name in enumerate(levels) if given[name]), default=0)
    for index, name in enumerate(levels):
        if index < deepest:
            if given[name]:
                _forget(above, levels[index:])
            above[name] = given[name] or above.get(name, "")
    upper = [(name, above.get(name, "")) for name in levels[:deepest] if above.get(name)]
    lowest = levels[deepest]
    _forget(above, levels[deepest:])
    above[lowest] = given[lowest]
    if lowest not in LOCAL:
        raise Invalid("people.region_local_only", region=given[lowest])
    return RegionRow(0, names=(*upper, (lowest, given[lowest])), given=_more(given))


def _forget(above: dict[str, str], levels: Sequence[str]) -> None:
    for name in levels:
        above.pop(name, None)
