"""Printing: the file is written whole or not at all, and only then do the deliveries count as handed over.

Making the same sheets twice is harmless, so a crash needs no looking up.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from channels import flyer
from channels.flyer import Press, SheetProblem
from outreach import clock, content
from outreach.deliveries import settle
from outreach.deliveries.orders import Orders
from outreach.deliveries.paper import Door, Selection, choose, doors, meta
from outreach.models.campaigns import Step
from outreach.models.deliveries import Attempt, Delivery, DeliveryBatch, delivery_state
from outreach.store import Store
from outreach.vault import Vault


@dataclass(frozen=True)
class PrintJob:
    """What a print run made."""

    path: Path | None
    pages: int
    sheets: int
    problems: tuple[SheetProblem, ...] = ()
    doors: Sequence[Door] = field(default=(), repr=False)


@dataclass(frozen=True)
class Printer:
    """Prints for one installation. public_url stands behind the QR codes; demo marks every sheet."""

    store: Store
    vault: Vault
    public_url: str
    demo: bool
    workers: int = 2

    def print(
        self, orders: Orders, campaign: Mapping[str, Any], selection: Selection, out: Path, on: date
    ) -> PrintJob:
        """Print a selection into `out` and note that it was handed over; whoever cannot be printed is named."""
        chosen = self._chosen(orders, selection, on)
        printed = flyer.render_households(
            [door.sheet for door in chosen for _ in range(selection.copies)],
            meta(campaign, self.public_url, demo=self.demo),
            Press(templates=content.find("flyer/page.typ").parent, workers=self.workers),
            edition=selection.edition,
            size=selection.size,
            sealed=selection.sealed,
        )
        path = None
        if printed.sheets:
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{campaign['ref']}{'-sealed' if selection.sealed else ''}.pdf"
            _write_whole(path, printed.pdf)
        _hand_over(self.store, campaign["id"], chosen, printed.problems)
        return PrintJob(path, printed.pages, printed.sheets, printed.problems, chosen)

    def _chosen(self, orders: Orders, selection: Selection, on: date) -> list[Door]:
        with self.store.read() as connection:
            every = doors(connection, self.vault, orders, on, sealed=selection.sealed)
        return choose(every, selection)


def _write_whole(path: Path, data: bytes) -> None:
    """All of the file or none of it, on the disk before anybody is told."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _hand_over(
    store: Store, campaign: int, chosen: Sequence[Door], problems: Sequence[SheetProblem]
) -> None:
    """Printed sheets count as accepted once; one that could not be printed as refused, with its reason."""
    failed = {problem.serial: problem for problem in problems if not problem.printed}
    for start in range(0, len(chosen), 500):
        part = {door.delivery_id: door for door in chosen[start : start + 500]}
        with store.begin() as connection:
            begun = set(
                connection.scalars(select(Attempt.delivery_id).where(Attempt.delivery_id.in_(part)))
            )
            fresh = {key: door for key, door in part.items() if key not in begun}
            if not fresh:
                continue
            settle.record_attempts(
                connection, _attempts(connection, campaign, list(fresh)), clock.now()
            )
            settle.apply(
                connection,
                [
                    settle.Change(key, 1, "refused", error=failed[door.sheet.serial].code)
                    if door.sheet.serial in failed
                    else settle.Change(key, 1, "accepted", reason="printed")
                    for key, door in fresh.items()
                ],
            )
    with store.begin() as connection:
        _close_batches(connection, campaign)


def _attempts(connection: Connection, campaign: int, ids: Sequence[int]) -> list[dict[str, object]]:
    account = connection.scalar(
        select(DeliveryBatch.account_id)
        .join(Delivery, Delivery.firing_id == DeliveryBatch.firing_id)
        .where(Delivery.id == ids[0])
        .limit(1)
    )
    moment = clock.now()
    return [
        {
            "delivery_id": key, "no": 1, "campaign_id": campaign, "account_id": account, "at": moment,
            "deadline": moment, "address": "", "body": "", "parts": 0, "cost_fen": 0, "resent": False,
        }
        for key in ids
    ]  # fmt: skip


def _close_batches(connection: Connection, campaign: int) -> None:
    """A paper batch is done when nothing in it waits for the printer any more."""
    view = delivery_state.c
    waiting = (
        select(view.delivery_id)
        .join(Delivery, Delivery.id == view.delivery_id)
        .where(
            Delivery.firing_id == DeliveryBatch.firing_id,
            Delivery.id.between(DeliveryBatch.lo, DeliveryBatch.hi),
            view.state == "planned",
        )
    )
    paper = select(Step.id).where(Step.campaign_id == campaign, Step.channel == "flyer")
    connection.execute(
        update(DeliveryBatch)
        .where(DeliveryBatch.step_id.in_(paper), DeliveryBatch.state == "open", ~waiting.exists())
        .values(state="done", lease_until=None, next=DeliveryBatch.hi + 1)
    )
