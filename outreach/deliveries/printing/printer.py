"""What a job needs of an installation to be made: data, keys, the folder, and what stands on every sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from channels.flyer import Press, SheetMeta
from channels.flyer.layouts import household_layout
from outreach import clock, content
from outreach.deliveries import orders, paper, sheet_codes
from outreach.deliveries.notices.desk import told
from outreach.deliveries.orders import Orders
from outreach.deliveries.paper import Selection, Walk
from outreach.deliveries.printing import files, queries
from outreach.policies.schemas import PolicyView
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault


@dataclass(frozen=True)
class Printer:
    """Prints for one installation. demo marks every sheet; `workers`: processes of the press at once."""

    store: Store
    vault: Vault
    settings: Settings
    demo: bool
    workers: int = 2

    @property
    def today(self) -> date:
        """The business date: who died or applied until today gets no sheet."""
        return clock.today(self.settings.zone)

    def folder(self, job: int) -> Path:
        """Where a job keeps its files."""
        return files.folder_of(self.settings.data_dir, job)

    def orders(self, connection: Connection, campaign: int) -> Orders:
        """What was signed for the campaign's paper; Missing print.no_paper_step."""
        return orders.read(connection, campaign, queries.paper_step(connection, campaign))

    def walk(self, connection: Connection, campaign: int, region: str = "") -> Walk:
        """Every door of a campaign in a region, in walking order."""
        signed = self.orders(connection, campaign)
        return paper.walk(connection, self.vault, signed, self.today, region)

    def meta(
        self, campaign: Row[Any], policies: Sequence[PolicyView], title: str = ""
    ) -> SheetMeta:
        """What stands on every sheet of a campaign about these policies; lists have a title of their own."""
        public = self.settings.public_url
        made = paper.meta(dict(campaign._mapping), policies, public, demo=self.demo)
        made = replace(made, url=sheet_codes.address(self.vault, public, campaign.id))
        return replace(made, title=title) if title else made

    def press(
        self,
        selection: Selection,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Press:
        """The press as a selection wants it."""
        return Press(
            templates=content.sheets(self.settings.content_dir, self.settings.data_dir / "cache"),
            progress=progress,
            workers=self.workers,
            cancelled=cancelled,
            duplex=selection.duplex,
            crop_marks=selection.crop_marks,
            archive=selection.pdfa,
        )

    def require_layout(self, selection: Selection) -> None:
        """Invalid flyer.layout for what does not exist (large type on half a page), before anything is written."""
        if selection.kind in ("open", "sealed"):
            with told():
                household_layout(
                    selection.edition, selection.size, selection.sealed, self.press(selection)
                )
