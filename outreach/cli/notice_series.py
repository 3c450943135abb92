"""`outreach flyers notice POLICY --each village|town`: a file for each place, or all in one, and a list of what hangs where."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outreach.cli.output import Answer, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach.deliveries.notices import LeftOut, LocalNotice, Order, Series, Spot

_UNSAFE = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_NAMED = 3
"""Places that a line names before it only counts."""
_COLUMNS = ("地区代码", "地方", "文件", "第几页", "同一张共印几份", "有效期至")


def write_series(made: Series, stem: str, out: Path, *, together: bool) -> dict[str, Path]:
    """Write the notices and the list into a folder; returns region → file. A file half written has no name yet."""
    out.mkdir(parents=True, exist_ok=True)
    whole = out / f"{stem}.pdf"
    if together and made.notices:
        put(whole, made.pdf)
    files: dict[str, Path] = {}
    for one in made.notices:
        path = whole if together else out / f"{stem}-{_label(one)}.pdf"
        if not together:
            put(path, one.pdf)
        files |= dict.fromkeys((spot.region for spot in one.spots), path)
    if made.notices:
        _list(made, files, out / f"{stem}-清单.csv", together=together)
    return files


def put(path: Path, data: bytes) -> None:
    """Write a file whole, or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def _label(one: LocalNotice) -> str:
    first = one.spots[0]
    many = f"等{one.copies}处" if one.copies > 1 else ""
    return _UNSAFE.sub("_", f"{first.region}-{first.name}{many}")


def _list(made: Series, files: dict[str, Path], path: Path, *, together: bool) -> None:
    rows = [
        (spot.region, spot.name, files[spot.region].name, one.page if together else 1, one.copies, one.valid_until)
        for one in made.notices
        for spot in one.spots
    ]  # fmt: skip
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(sorted(rows))
    part.replace(path)


def series_answer(made: Series, order: Order, files: dict[str, Path], out: Path) -> Answer:
    """What was printed for whom, and who got nothing and why."""
    places = sum(one.copies for one in made.notices)
    data = {
        "policy": order.policy,
        "folder": out,
        "notices": [_told(one, files) for one in made.notices],
        "places": places,
        "left_out": [
            {"region": one.spot.region, "name": one.spot.name, **words(one.code, one.params)}
            for one in made.left_out
        ],
        "draft": order.draft,
    }
    lines = [f"{made.title}：{places} 处，{len(made.notices)} 种不同的张贴单，在 {out}"]
    lines += [
        f"  {_names(one.spots)} {one.copies} 份：{files[one.spots[0].region].name}"
        for one in made.notices
        if one.copies > 1
    ]
    lines += dict.fromkeys(f"  {one.message()}" for some in made.notices for one in some.findings)
    lines += [f"  没有印：{line}" for line in _reasons(made.left_out)]
    return Answer(data, lines, failed=not made.notices)


def _told(one: LocalNotice, files: dict[str, Path]) -> dict[str, Any]:
    return {
        "file": files[one.spots[0].region],
        "page": one.page,
        "copies": one.copies,
        "places": [{"region": spot.region, "name": spot.name} for spot in one.spots],
        "version": one.version,
        "valid_until": one.valid_until,
        "from_facts": one.from_facts,
        "findings": [
            {"code": each.code, "severity": each.severity, "message": each.message()}
            for each in one.findings
        ],
        "faults": [words(code, params) for code, params in one.faults],
    }


def _reasons(left: Sequence[LeftOut]) -> list[str]:
    """The same reason once, with the places that it keeps from a notice."""
    found: dict[str, list[Spot]] = defaultdict(list)
    for one in left:
        found[str(words(one.code, one.params)["message"]).lstrip(" ：:")].append(one.spot)
    return [f"{_names(spots)}：{message}" for message, spots in found.items()]


def _names(spots: Sequence[Spot]) -> str:
    named = "、".join(spot.name for spot in spots[:_NAMED])
    return f"{named}等 {len(spots)} 处" if len(spots) > _NAMED else named
