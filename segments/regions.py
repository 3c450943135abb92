"""Region codes: text, cut to its level, so that a subtree is a range of codes.

Province 2 digits, prefecture 4, county 6, town 9, village 12 (GB/T 2260 and the statistical code below it);
what an installation adds below a village (grid, building, unit) is appended. '' is not known.
"""

from __future__ import annotations

import re

LEVELS = {0: "country", 2: "province", 4: "prefecture", 6: "county", 9: "town", 12: "village"}
"""Length of a code → name of its level; anything longer than a village is a `grid`."""

_VILLAGE = 12
_SHAPE = re.compile(r"(?a:(\d{2}|\d{4}|\d{6}|\d{9}|\d{12}[0-9A-Za-z-]*)?)")
_PADDING = ((12, 9, "000"), (9, 6, "000"), (6, 4, "00"), (4, 2, "00"))


def cut(code: str) -> str:
    """The code without the zeros that only fill up its length: 430000000000 → 43, 441900 → 4419.

    Raises ValueError when it is not shaped like a region code.
    """
    for length, shorter, zeros in _PADDING:
        if len(code) == length and code.endswith(zeros):
            code = code[:shorter]
    if not _SHAPE.fullmatch(code) or code == "00":
        raise ValueError(f"{code!r} is not a region code")
    return code


def level(code: str) -> str:
    """The name of the code's level; '' is the country. Raises ValueError for a length that no level has."""
    if len(code) > _VILLAGE:
        return "grid"
    if len(code) not in LEVELS:
        raise ValueError(f"{code!r} is at no level")
    return LEVELS[len(code)]


def ancestors(code: str) -> tuple[str, ...]:
    """The codes of all regions around this one, the country ('') first.

    The widths of local levels are the installation's own, so below a village every length counts.
    """
    return tuple(
        code[:length] for length in range(len(code)) if length in LEVELS or length > _VILLAGE
    )


def next_code(prefix: str) -> str:
    """The first text behind everything that starts with `prefix`: its subtree is [prefix, next_code(prefix)).

    Compared byte by byte (SQLite BINARY, PostgreSQL COLLATE "C"). Raises ValueError for ''.
    """
    if not prefix:
        raise ValueError("the country has no next code")
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def within(code: str, ancestor: str) -> bool | None:
    """Whether the place lies in `ancestor`; None when only a region around `ancestor` is known."""
    if code.startswith(ancestor):
        return True
    return None if code in ancestors(ancestor) else False
