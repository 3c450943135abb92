"""Which counts of 触达 may leave the office. Decided once for the whole register, so that the tables of a county, of a
town and of a village, laid side by side, give away no more than each of them alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from outreach.reports.schemas import PlaceCount
from outreach.reports.suppression import TOTAL, Suppressed, suppress

COLUMNS: Mapping[str, str] = {
    "应知": "eligible",
    "已告知": "told",
    "家人转告": "relayed",
    "还没告知": "untold",
}
_SUMS = {"应知": ("已告知", "家人转告", "还没告知")}
"""Everybody who fits stands in exactly one of the three."""

_LENGTHS = (0, 2, 4, 6, 9, 12)
"""Lengths of the codes of regions, the whole first: each splits the one before it."""

_VILLAGE, _HIDDEN = 12, "*"


@dataclass(frozen=True)
class Leaving:
    """One table as it may go out. rows: place → the texts of COLUMNS, TOTAL for their sum; hides: whether something is
    hidden."""

    rows: Mapping[str, Sequence[str]]
    hides: bool


def of_level(every: Sequence[PlaceCount], region: str, length: int) -> Leaving:
    """The places of a region whose codes are that long, and their sum. every: the whole register, by village."""
    hidden = _whole(every)
    inside = [one for one in every if one.code.startswith(region)]
    codes = sorted({one.code[:length] for one in inside})
    keys = {**{code: _key(length, code) for code in codes}, TOTAL: _key(len(region), region)}
    return _texts({name: _shown(hidden, key) for name, key in keys.items()})


def of_grids(every: Sequence[PlaceCount], region: str, grids: Sequence[PlaceCount]) -> Leaving:
    """The grids of a village, or of them the one that is asked for. grids: all of the village.

    Where the village cannot be shown as it is in the tables above it, no grid is shown.
    """
    above = _shown(_whole(every), _key(_VILLAGE, region[:_VILLAGE]))
    total = PlaceCount(TOTAL)
    for one in grids:
        total = total.plus(one)
    cells = {one.code: _cells(one) for one in grids} | {TOTAL: _cells(total)}
    found = suppress(cells, dict.fromkeys((one.code for one in grids), TOTAL), _SUMS)
    shown = {code: _shown(found, code) for code in cells}
    if shown[TOTAL] != above:
        shown = {**dict.fromkeys(cells, (_HIDDEN,) * len(COLUMNS)), TOTAL: above}
    if len(region) > _VILLAGE:
        shown = {code: texts for code, texts in shown.items() if code.startswith(region)}
    return _texts(shown)


def _whole(every: Sequence[PlaceCount]) -> Suppressed:
    table, parents = {}, {}
    for before, length in zip((None, *_LENGTHS), _LENGTHS, strict=False):
        for code, count in _summed(every, length):
            table[_key(length, code)] = _cells(count)
            if before is not None:
                parents[_key(length, code)] = _key(before, code[:before])
    return suppress(table, parents, _SUMS)


def _summed(every: Sequence[PlaceCount], length: int) -> Iterator[tuple[str, PlaceCount]]:
    found: dict[str, PlaceCount] = {}
    for one in every:
        code = one.code[:length]
        found[code] = found.get(code, PlaceCount(code)).plus(one)
    return iter(found.items())


def _key(length: int, code: str) -> str:
    """Whoever is known only to a town is, among its villages, a row of the town's own code."""
    return f"{length}:{code}"


def _cells(one: PlaceCount) -> dict[str, int]:
    return {name: int(getattr(one, key)) for name, key in COLUMNS.items()}


def _shown(hidden: Suppressed, key: str) -> tuple[str, ...]:
    if hidden.withheld or key not in hidden.counts:
        return (_HIDDEN if hidden.withheld else "0",) * len(COLUMNS)
    return tuple(hidden.text(key, name) for name in COLUMNS)


def _texts(rows: Mapping[str, Sequence[str]]) -> Leaving:
    hides = any(one.startswith(("<", _HIDDEN)) for texts in rows.values() for one in texts)
    return Leaving(rows, hides)
