"""Groups that are too small to stand alone join the one beside them. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def merged(counts: Mapping[str, int], least: int) -> dict[str, str]:
    """Each group → the name under which it stands, once every group has at least `least` (or all are one).

    Groups are taken in the order of their names (town, then age): one that is too small joins the next, the last one
    the one before. Joined groups are named together: "甲 + 乙".
    """
    rows: list[tuple[list[str], int]] = []
    for name in sorted(counts):
        if rows and rows[-1][1] < least:
            rows[-1] = ([*rows[-1][0], name], rows[-1][1] + counts[name])
        else:
            rows.append(([name], counts[name]))
    if len(rows) > 1 and rows[-1][1] < least:
        names, count = rows.pop()
        rows[-1] = (rows[-1][0] + names, rows[-1][1] + count)
    return {name: " + ".join(names) for names, _ in rows for name in names}


def together(under: Mapping[str, str]) -> list[str]:
    """The names of the groups that were joined."""
    return sorted({name for group, name in under.items() if group != name})
