"""The number of a household's sheet: campaign, grid, sequence. Given once, then kept whatever becomes of the register.

Before a sheet was asked for its number is only what it would be; from then on a death, a move or a corrected address
shifts nobody else's, because packs, receipts and ticked lists in people's hands carry it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from channels.flyer import Serial
from outreach.models.campaigns import Campaign
from outreach.models.paper import SheetNumber
from outreach.store import chunks

Stop = tuple[int, str]
"""A delivery and the grid in which it lies, in walking order."""


def numbers(
    connection: Connection, campaign: int, stops: Sequence[Stop], grids: Iterable[str]
) -> dict[int, Serial]:
    """Delivery → number, kept or as it would be given now. `grids`: every grid of the campaign, not only those walked."""
    kept, known, highest = _kept(connection, campaign)
    for region in sorted(set(grids) | {region for _, region in stops}):
        if region not in known:
            known[region] = max(known.values(), default=0) + 1
    found = {}
    for delivery, region in stops:
        serial = kept.get(delivery)
        if serial is None:
            grid = known[region]
            highest[grid] = highest.get(grid, 0) + 1
            serial = Serial(campaign, grid, highest[grid])
        found[delivery] = serial
    return found


def keep(
    connection: Connection, campaign: int, stops: Sequence[Stop], grids: Iterable[str]
) -> dict[int, Serial]:
    """The same, and from now on they stay. One after the other where several ask at once."""
    connection.execute(select(Campaign.id).where(Campaign.id == campaign).with_for_update())
    found = numbers(connection, campaign, stops, grids)
    there = set(
        connection.scalars(
            select(SheetNumber.delivery_id).where(SheetNumber.campaign_id == campaign)
        )
    )
    rows = [
        {
            "delivery_id": delivery, "campaign_id": campaign, "region": region, "grid": found[delivery].grid,
            "sequence": found[delivery].sequence,
        }
        for delivery, region in stops
        if delivery not in there
    ]  # fmt: skip
    for part in chunks(rows, 5_000):
        connection.execute(insert(SheetNumber), part)
    return found


def _kept(
    connection: Connection, campaign: int
) -> tuple[dict[int, Serial], dict[str, int], dict[int, int]]:
    """Numbers that were given, the number of each grid, and the highest sequence in each."""
    kept: dict[int, Serial] = {}
    known: dict[str, int] = {}
    highest: dict[int, int] = {}
    rows = connection.execute(
        select(
            SheetNumber.delivery_id, SheetNumber.region, SheetNumber.grid, SheetNumber.sequence
        ).where(SheetNumber.campaign_id == campaign)
    )
    for delivery, region, grid, sequence in rows:
        kept[delivery] = Serial(campaign, grid, sequence)
        known[region] = grid
        highest[grid] = max(highest.get(grid, 0), sequence)
    return kept, known, highest
