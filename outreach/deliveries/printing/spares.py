"""Numbers of spare sheets: no two sheets ever printed have the same, and no household gets one of them later.

A grid's spares begin far behind its households (901, 9001 …), at twice their number at least, and go on behind those
of earlier jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channels.flyer import Serial, spare_count
from outreach.deliveries.numbers import Stop
from outreach.deliveries.paper import Door
from outreach.deliveries.printing.schemas import Spares

_FROM = (901, 9_001, 90_001, 900_001)


def give(
    grids: Mapping[str, Sequence[Door]],
    percent: int,
    stops: Sequence[Stop],
    numbers: Mapping[int, Serial],
    earlier: Sequence[Mapping[str, Spares]],
) -> dict[str, Spares]:
    """Grid → its spares in a new job. stops, numbers: of every door of the grids; earlier: what jobs before got."""
    highest: dict[str, int] = {}
    for delivery, grid in stops:
        highest[grid] = max(highest.get(grid, 0), numbers[delivery].sequence)
    found = {}
    for grid, doors in grids.items():
        behind = max(
            (one[grid].first + one[grid].sheets for one in earlier if grid in one), default=0
        )
        start = next((one for one in _FROM if one > 2 * highest[grid]), 2 * highest[grid] + 1)
        if count := spare_count(len(doors), percent / 100):
            found[grid] = Spares(max(start, behind), count)
    return found
