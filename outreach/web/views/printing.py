"""What the print page shows: where, what, how large, how many sheets, and from which page on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class PaperKind:
    """One thing that can be printed. `sheets` 0 means that there is nothing of it for the chosen place."""

    value: str  # open sealed list
    label: str
    note: str
    sheets: int


@dataclass(frozen=True)
class PaperSize:
    """普通 or 大字."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class PrintView:
    """打印. The form is sent with GET, so that the count follows the choice and the address can be kept."""

    campaigns: tuple[Choice, ...]
    campaign: str
    grids: tuple[Choice, ...]
    grid: str
    buildings: tuple[Choice, ...]
    building: str
    units: tuple[Choice, ...]
    unit: str
    kinds: tuple[PaperKind, ...]
    kind: str
    sizes: tuple[PaperSize, ...]
    size: str
    households: int
    sheets: int  # pages of the chosen kind, without covers
    covers: int
    first: int = 1  # print from this page on
    copies: int = 1
    make: str = ""  # where the form that makes the PDF goes, '' when there is nothing to print
    problem: str = ""
    cut: str = "这里没有要打的。换一个楼栋或任务。"  # why there is no button
    preview: str = ""  # address of a picture of the first sheet
    preview_caption: str = ""
    valid_until: date | None = None
    first_steps: tuple[Link, ...] = ()

    @property
    def to_print(self) -> int:
        """Sheets that come out of the printer: what is left from page N on, with the covers, so many times over."""
        left = max(0, self.sheets - self.first + 1)
        covers = self.covers if left and self.first == 1 else 0
        return (left + covers) * self.copies
