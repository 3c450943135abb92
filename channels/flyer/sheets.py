"""What stands on the sheets: plain data, already decided, in the words that are printed.

The caller chooses what may appear: an open sheet gets only policies whose rule reads no sensitive
circumstance, the sealed one gets all; lists carry pack numbers, never a circumstance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

Status = Literal["yes", "maybe"]
Edition = Literal["normal", "large"]
HouseholdSize = Literal["a4", "a5x2"]

MOST_POLICIES = 5
MOST_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class SheetMeta:
    """What all sheets of a job share: who issues them, which version, whom to ask.

    `phone_label` and `office_hours` stand beside the number, `url` behind the QR code; `demo` prints 演示数据 on
    every sheet. `fees`: something that people are told of costs money (a premium), so 不收费 would be untrue; the
    sheet says 不收手续费.
    """

    title: str
    issuer: str
    version: str
    valid_until: date
    phone: str
    url: str
    office: str = ""
    phone_label: str = "办公电话"
    office_hours: str = "周一至周五 8:30—17:30"
    demo: bool = False
    fees: bool = False
    subtitle: str = "请收好。下面写着能领什么、带什么、去哪办"
    note: str = "内容如有变化，以新版和受理部门答复为准"
    qr_sentence: str = "扫码看怎么办，不用登记"
    neutral_line: str = "还有别的政策也可能用得上，欢迎来问。"
    helper_role: str = "村干部"
    helper_name: str = ""
    how_steps: tuple[str, ...] = (
        "先打电话，问清楚再跑",
        "照着“带什么”备齐材料，再去办",
        "出门不方便，请村干部上门代办",
    )


@dataclass(frozen=True, kw_only=True)
class PolicyBlock:
    """One policy for one household: which member and why, how much, what to bring, where.

    `reason` is a kin word and a threshold (爷爷满80岁), never a birth date or a child's name;
    `when` is the window (全年都能办; 11月30日前); `check` says what is still to be verified when `status` is "maybe".
    """

    name: str
    status: Status = "yes"
    reason: str = ""
    amount: str = ""
    unit: str = ""
    prefix: str = ""
    bring: str = ""
    when: str = ""
    where: str = ""
    phone: str = ""
    steps: tuple[str, ...] = ()
    check: str = ""


@dataclass(frozen=True, kw_only=True)
class HouseholdSheet:
    """一户一单. `policies`: at most five; `more` counts those that are only asked about by phone.

    `spare`: a sheet for a family that the list has missed; name and address are written in with a pen.
    """

    serial: str
    householder: str
    address: str
    policies: tuple[PolicyBlock, ...]
    more: int = 0
    spare: bool = False


@dataclass(frozen=True, kw_only=True)
class LetterSheet:
    """A letter. `salutation` is its first line (李建国：您好！); `paragraphs` follow, one thought each.

    `office` signs it (default: that of the job), `dated` stands under the signature. The address is set
    for a window of 85 × 40 mm at 20/45 mm. What may stand in it is decided by the caller.
    """

    serial: str
    householder: str
    address: str
    salutation: str
    paragraphs: tuple[str, ...]
    dated: date
    office: str = ""


@dataclass(frozen=True, kw_only=True)
class CoverRow:
    """One stretch of the pile: place, pack numbers, sheets, the page it begins on."""

    place: str
    packs: str
    n: int
    page: int


@dataclass(frozen=True, kw_only=True)
class BatchCover:
    """What lies in one pile, in which order, and what came back. Numbers of sheets only."""

    batch: str
    grid: str
    area: str
    content: str
    helper: str
    printed: str
    first: str
    last: str
    sheets: int
    spare: int
    rows: tuple[CoverRow, ...]
    takedown: str = ""


@dataclass(frozen=True)
class SheetProblem:
    """One household that needs a person: `code` and `params` for the catalogue; printed or left out."""

    serial: str
    householder: str
    code: str
    params: dict[str, object] = field(default_factory=dict)
    printed: bool = False


@dataclass(frozen=True)
class Printed:
    """A PDF, its pages, the sheets on them, and the households that were not printed as asked."""

    pdf: bytes
    pages: int
    sheets: int
    problems: tuple[SheetProblem, ...] = ()


@dataclass(frozen=True)
class Press:
    """Where and how to print.

    `templates`: the folder with the .typ files. `progress(done, total)` counts sheets, in the calling
    thread; `cancelled()` is asked there often, and True ends the job with FlyerError `flyer.cancelled`.
    `workers`: processes at once for large jobs. `allow_missing_glyphs` prints 〓 for a character that
    the font lacks, instead of leaving the household out; it is reported either way.

    `from_page`: only from the sheet that holds this page of the run, numbers as before. `duplex`: each
    sheet (and cover) begins on a front side, blank backs between. `two_sheets`: the elderly edition for
    a printer that prints one side only, two sheets of paper, the strip on the first. `crop_marks`: 3 mm
    of bleed with marks and a trim box, for print shops. `archive`: PDF/A-2b. `tagged`: read aloud by
    screen readers; only a file made in one run keeps its tags (500 pages), longer ones go without.
    """

    templates: Path
    progress: Callable[[int, int], None] | None = None
    workers: int = 2
    allow_missing_glyphs: bool = False
    cancelled: Callable[[], bool] | None = None
    from_page: int = 1
    duplex: bool = False
    two_sheets: bool = False
    crop_marks: bool = False
    archive: bool = False
    tagged: bool = False
