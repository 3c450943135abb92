"""What the print page shows: where, what, how, how many sheets, which jobs there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from outreach.web.views.common import Bar, Choice, Link


@dataclass(frozen=True)
class PaperKind:
    """One thing that can be printed. `sheets` 0 means that there is nothing of it for the chosen place."""

    value: str  # open sealed letter visits calls covers
    label: str
    note: str
    sheets: int
    unit: str = "张"


@dataclass(frozen=True)
class PaperSize:
    """普通 or 大字."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class JobLine:
    """A job in a list: what, how far, and what can be done about it. `tag`: the shape of its word."""

    id: int
    title: str
    what: str
    state: str
    tag: str
    note: str
    href: str
    start: str = ""  # where 开始打印 is sent to
    cancel: str = ""


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
    sheets: int  # of the chosen kind and place; of a list, pages
    unit_word: str = "张"
    papers: tuple[Choice, ...] = ()
    paper: str = "a4"
    spares: tuple[Choice, ...] = ()
    spare: str = "0"
    cover: bool = False
    duplex: bool = False
    sides: int = 1  # printed sides of one household's sheet
    covers: int = 0
    spare_sheets: int = 0
    first: int = 1  # print from this sheet on
    copies: int = 1
    make: str = ""  # where the form that makes the PDF goes, '' when there is nothing to print
    large: bool = False  # made in the background
    cut: str = "这里没有要打的。换一个楼栋或任务。"  # why there is no button
    preview: str = ""  # address of a picture of the first sheet
    preview_caption: str = ""
    valid_until: date | None = None
    held: tuple[JobLine, ...] = ()
    jobs: tuple[JobLine, ...] = ()
    boards: Link | None = None
    first_steps: tuple[Link, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()  # the choice as hidden fields

    @property
    def to_print(self) -> int:
        """Sheets that are left from number N on, so many times over, with spare ones and covers."""
        left = max(0, self.sheets - self.first + 1) * self.copies
        return left + self.spare_sheets + self.covers if left else 0

    @property
    def forms(self) -> bool:
        """Whether sheets for households are chosen, which come in copies, sizes and editions; lists do not."""
        return self.kind in ("open", "sealed", "letter")


@dataclass(frozen=True)
class PartLine:
    """One grid of a job."""

    number: int
    place: str
    sheets: int
    pages: int
    numbers: str
    made: bool
    download: str = ""
    reprint: str = ""


@dataclass(frozen=True)
class ProblemLine:
    """A household that was not printed as asked."""

    serial: str
    name: str
    place: str
    text: str
    printed: bool


@dataclass(frozen=True)
class JobView:
    """One job. `state`: held going broken done failed cancelled."""

    id: int
    title: str
    lede: str
    state: str
    what: str
    by: str
    at: datetime
    bar: Bar | None
    percent: float
    pace: str
    sheets: int
    pages: int
    parts: tuple[PartLine, ...]
    problems: tuple[ProblemLine, ...]
    error: str = ""
    download: Link | None = None
    start: str = ""
    start_label: str = ""
    cancel: str = ""
    again: str = ""  # the print page with the same choice
    keep_days: int = 14
