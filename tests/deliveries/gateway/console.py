"""An office whose text messages go to a console by file, and the console that answers with one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from outreach.deliveries import filing, orders
from outreach.deliveries.filing import NewFiling, Status
from outreach.deliveries.gateway import handover, settling
from outreach.deliveries.gateway.batches import Ordered
from outreach.deliveries.gateway.handover import Handed
from outreach.deliveries.gateway.settling import Settled
from outreach.models.deliveries import Account
from tests.factories import Office, free_pace


@dataclass
class Console:
    """Hands over to files in a folder and settles what comes back."""

    office: Office
    folder: Path

    def __post_init__(self) -> None:
        self.set(provider="gateway", options={"filing": []})

    def file_text(
        self, place: str, number: str, status: Status, parameters: list[str] | None = None
    ) -> None:
        """What the operators say of a text."""
        self._file(NewFiling("template", place, status, number, parameters))

    def file_signature(self, name: str, status: Status = "filed") -> None:
        """What the operators say of the signature."""
        self._file(NewFiling("signature", name, status))

    def _file(self, new: NewFiling) -> None:
        with self.office.store.begin() as connection:
            account = orders.account(connection, self.office.account)
            filing.put(connection, account, new, "guan")

    def set(self, **values: Any) -> None:
        """Change the account."""
        self.office.change(Account, Account.id == self.office.account, **values)

    @property
    def ordered(self) -> Ordered:
        return Ordered(self.office.campaign, "冬季", "东城区")

    @property
    def desk(self) -> handover.Desk:
        return handover.Desk(self.office.store, self.office.vault)

    def hand_over(self, name: str = "1.xlsx", *, rested: bool = True, **line: Any) -> Handed:
        """One file; rested: the console has worked off what it had."""
        if rested:
            free_pace(self.office.store, self.office.account)
        with self.office.store.read() as connection:
            account = orders.account(connection, self.office.account)
        lines = [(account, self.office.line(**{"loopback": False, **line}))]
        return handover.hand_over(self.desk, lines, self.ordered, self.folder / name, "gan")

    def again(self, batch: int, name: str) -> Handed:
        return handover.write_again(self.desk, self.ordered, batch, self.folder / name, "gan")

    def rows(self, name: str = "1.xlsx") -> list[dict[str, str]]:
        """The rows of a file that was handed over."""
        sheet = CalamineWorkbook.from_path(self.folder / name).get_sheet_by_name("短信")
        header, *rows = sheet.to_python()
        titles = [str(one) for one in header]
        return [dict(zip(titles, [str(cell) for cell in row], strict=True)) for row in rows]

    def cover(self, name: str = "1.xlsx") -> dict[str, str]:
        sheet = CalamineWorkbook.from_path(self.folder / name).get_sheet_by_name("封面")
        return {str(row[0]): str(row[1]) for row in sheet.to_python()}

    def result(self, *rows: dict[str, str], name: str = "结果.csv") -> Path:
        """What the console gives back."""
        path = self.folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def settle(self, *rows: dict[str, str], batch: int | None = None) -> Settled:
        return self.settle_file(self.result(*rows), batch)

    def settle_file(self, path: Path, batch: int | None = None) -> Settled:
        office = self.office
        return settling.settle_file(
            office.store, office.vault, self.ordered, path, "gan", batch=batch
        )
