"""示范县（演示）: an invented county with codes that are nobody's, cut to the number of its households."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

COUNTY = "600101"
COUNTY_NAME = "示范县（演示）"

HOUSEHOLDS_PER_GRID = 20
"""One helper looks after twenty households (政策明白人, domain facts row 22)."""

GRIDS_PER_VILLAGE = 5
VILLAGES_PER_TOWN = 7

_TOWNS = (
    "城关镇",
    "柳溪镇",
    "石桥镇",
    "青山镇",
    "白河镇",
    "云岭乡",
    "东湖镇",
    "西河镇",
    "南坪乡",
    "北关镇",
)
_VILLAGES = (
    "前进", "永安", "红星", "桃园", "新民", "和平", "长岭", "大坝", "上寨", "下河", "双井", "柏树", "太平", "向阳",
    "龙泉", "金山", "竹林", "板桥", "回龙", "黄土", "高坎", "水口", "杨柳", "罗家", "马桥", "田坝", "三合", "凉水",
)  # fmt: skip

_DIALECTS = {2: "zh-Hans-x-sichuan", 3: "yue-Hans"}
"""Towns (by number) whose people speak another variety; the rest speak the common language."""


@dataclass(frozen=True)
class Grid:
    """One helper's beat: its code, and the names above it."""

    code: str
    name: str
    village: str
    town: str
    rural: bool


@dataclass(frozen=True)
class County:
    """All grids in the order of their codes, and the rows of the region list."""

    grids: tuple[Grid, ...]
    rows: tuple[tuple[str, str, str, str], ...]  # code, name, level, dialect


def build(households: int) -> County:
    """Enough grids for so many households."""
    count = max(1, -(-households // HOUSEHOLDS_PER_GRID))
    rows = [
        (COUNTY[:2], "演示省", "province", ""),
        (COUNTY[:4], "演示市", "prefecture", ""),
        (COUNTY, COUNTY_NAME, "county", ""),
    ]
    grids: list[Grid] = []
    for number in range(count):
        village_no, grid_no = divmod(number, GRIDS_PER_VILLAGE)
        town_no, place = divmod(village_no, VILLAGES_PER_TOWN)
        town_code = f"{COUNTY}{101 + town_no:03d}"
        town = _TOWNS[town_no] if town_no < len(_TOWNS) else f"第{town_no + 1}镇"
        rural = town_no > 0
        village_code = f"{town_code}{(200 if rural else 0) + place + 1:03d}"
        village = _VILLAGES[village_no % len(_VILLAGES)] + ("村" if rural else "社区")
        if grid_no == 0 and place == 0:
            rows.append((town_code, town, "town", _DIALECTS.get(town_no, "")))
        if grid_no == 0:
            rows.append((village_code, f"{village}", "village", ""))
        code = f"{village_code}{grid_no + 1:02d}"
        rows.append((code, f"第{grid_no + 1}网格", "grid", ""))
        grids.append(Grid(code, f"第{grid_no + 1}网格", village, town, rural))
    return County(tuple(grids), tuple(rows))


def write_regions(county: County, path: Path) -> None:
    """The list that `outreach regions import` takes in."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["代码", "名称", "级别", "方言"])
        writer.writerows(
            (code, name, _LEVELS[level], dialect) for code, name, level, dialect in county.rows
        )


_LEVELS = {
    "province": "省",
    "prefecture": "市",
    "county": "县",
    "town": "镇",
    "village": "村",
    "grid": "网格",
}
