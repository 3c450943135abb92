"""From rows of a region list to codes: official ones as they are, and our own for what lies below a village."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from outreach.errors import Invalid
from outreach.people.reading.places import Places
from outreach.people.region_lists.reading import LOCAL, RegionRow
from outreach.people.schemas import Problem

_Path = tuple[str, ...]
_VILLAGE = 12


def place_rows(
    rows: Sequence[RegionRow], there: Mapping[str, Row[Any]], region: str, errors: list[Problem]
) -> dict[str, RegionRow]:
    """Code → row. Names are looked for inside `region`; problems go to `errors`.

    A local place keeps the code that it was given when it was first listed; new ones are numbered on.
    """
    found: dict[str, RegionRow] = {}
    local: dict[tuple[str, _Path], RegionRow] = {}
    places = Places.of(there.values(), region)
    for row in rows:
        try:
            if row.code:
                _put(found, row.code, row)
            else:
                _add_local(local, _base(row, places, there), row)
        except Invalid as error:
            errors.append(Problem.of(row.row, "", error))
    for code, row in _numbered(local, there, errors).items():
        if code not in found:
            found[code] = row
    return found


def _put(found: dict[str, RegionRow], code: str, row: RegionRow) -> None:
    if code in found:
        raise Invalid("people.region_twice", region=code)
    found[code] = row


def _base(row: RegionRow, places: Places, there: Mapping[str, Row[Any]]) -> str:
    """The village (or local place) below which a row without a code lies."""
    if row.parent:
        if row.parent not in there:
            raise Invalid("people.region_unknown", region=row.parent)
        code = row.parent
    else:
        upper = [name for level, name in row.names if level not in LOCAL]
        if not upper:
            raise Invalid("people.region_village_needed")
        code = _found(places, upper)
    if len(code) < _VILLAGE:
        raise Invalid("people.region_below_village", region=code)
    return code


def _found(places: Places, upper: Sequence[str]) -> str:
    """By all names together, or the last alone when that is how the village is listed."""
    try:
        return places.find("".join(upper)).code
    except Invalid as error:
        if error.code != "people.region_unknown" or len(upper) == 1:
            raise
        return places.find("".join(upper[-2:])).code


def _add_local(local: dict[tuple[str, _Path], RegionRow], base: str, row: RegionRow) -> None:
    """A row names its deepest place; those between it and the village are there because of it."""
    names = tuple(name for level, name in row.names if level in LOCAL)
    names = names or (str(row.given["name"]),)
    for length in range(1, len(names)):
        local.setdefault(
            (base, names[:length]), RegionRow(row.row, given={"name": names[length - 1]})
        )
    given = {**row.given, "name": names[-1]}
    local[base, names] = RegionRow(row.row, given=given)


class _Siblings:
    """What lies directly below each place, by name and by code; what was replaced keeps its code taken."""

    def __init__(self, there: Mapping[str, Row[Any]]) -> None:
        self._named: dict[str, dict[str, str]] = {}
        self._taken: dict[str, list[str]] = {}
        for code, row in there.items():
            if len(code) > _VILLAGE:
                self._taken.setdefault(row.parent, []).append(code[len(row.parent) :])
                if not row.successor:
                    self._named.setdefault(row.parent, {})[row.name] = code

    def code(self, parent: str, name: str, coming: int) -> str | None:
        """The code of a place below `parent`, new if it is not listed; None when there is no number left.

        All children of a place have codes of one width, or 01 would lie around 010.
        """
        named, taken = self._named.setdefault(parent, {}), self._taken.setdefault(parent, [])
        if name not in named:
            widths = {len(one) for one in taken} or {2 if coming <= 99 else 3}
            width = widths.pop()
            number = max((int(one) for one in taken if one.isdecimal()), default=0) + 1
            if widths or len(str(number)) > width:
                return None
            taken.append(f"{number:0{width}}")
            named[name] = parent + taken[-1]
        return named[name]


def _numbered(
    local: Mapping[tuple[str, _Path], RegionRow],
    there: Mapping[str, Row[Any]],
    errors: list[Problem],
) -> dict[str, RegionRow]:
    """Codes for local places, those above before those below."""
    siblings = _Siblings(there)
    coming = Counter((base, names[:-1]) for base, names in local)
    code_of: dict[tuple[str, _Path], str] = {}
    found: dict[str, RegionRow] = {}
    for (base, names), row in sorted(local.items(), key=lambda item: len(item[0][1])):
        parent = code_of.get((base, names[:-1]), "" if len(names) > 1 else base)
        if not parent:
            continue  # the place above it was refused
        code = siblings.code(parent, names[-1], coming[base, names[:-1]])
        if code is None:
            problem = Invalid("people.region_full", region=parent)
            errors.append(Problem.of(row.row, "", problem))
            continue
        code_of[base, names] = code
        found[code] = row
    return found
