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
NoticeSize = Literal["a4", "a3", "a5x2"]

MOST_POLICIES = 5
MOST_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class SheetMeta:
    """What all sheets of a job share: who issues them, which version, whom to ask.

    `url` stands behind the QR code; `demo` prints 演示数据 on every sheet.
    """

    title: str
    issuer: str
    version: str
    valid_until: date
    phone: str
    url: str
    office: str = ""
    office_hours: str = "周一至周五 8:30—17:30"
    demo: bool = False
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
    `check` says what is still to be verified when `status` is "maybe".
    """

    name: str
    status: Status = "yes"
    reason: str = ""
    amount: str = ""
    unit: str = ""
    prefix: str = ""
    bring: str = ""
    where: str = ""
    phone: str = ""
    steps: tuple[str, ...] = ()
    check: str = ""


@dataclass(frozen=True, kw_only=True)
class HouseholdSheet:
    """一户一单. `policies`: at most five; `more` counts those that are only asked about by phone."""

    serial: str
    householder: str
    address: str
    policies: tuple[PolicyBlock, ...]
    more: int = 0


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A board notice or leaflet for one policy. `who` and `unit` may hold a line break."""

    official: str
    who: str
    amount: str
    unit: str
    extent: str
    steps: tuple[str, ...]
    bring: str = ""
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class VisitRow:
    """One door. `pack` is the serial of the household's sheet."""

    pack: str
    door: str
    name: str


@dataclass(frozen=True, kw_only=True)
class VisitList:
    """The doors of one grid, in walking order; twenty on a page. `code` is read back by scanning."""

    code: str
    grid: str
    area: str
    helper: str
    rows: tuple[VisitRow, ...]


@dataclass(frozen=True, kw_only=True)
class BroadcastScript:
    """大喇叭稿. `paragraphs`: one thought each, read slowly; `slots`: when it is played."""

    title: str
    village: str
    paragraphs: tuple[str, ...]
    language: str = "普通话"
    slots: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that is signed for: value, unit, what it counts."""

    value: str
    unit: str
    label: str


@dataclass(frozen=True, kw_only=True)
class ApprovalStep:
    """One step of the campaign: channel, when and to whom, people, units, cost."""

    channel: str
    when: str
    people: str
    units: str
    cost: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """`word`: 通过, or what else it is; `text`: what was checked."""

    word: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One link of the chain; name and date are empty until signed."""

    step: str
    name: str = ""
    date: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalSlip:
    """发送审批单: everything that is signed, bound to one fingerprint."""

    name: str
    id: str
    submitted: str
    submitter: str
    fingerprint: str
    figures: tuple[Figure, ...]
    steps: tuple[ApprovalStep, ...]
    text: str
    text_version: str
    chain: tuple[Signature, ...]
    skips: str = ""
    text_facts: str = ""
    basis: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


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
    thread. `workers`: processes at once for large jobs. `allow_missing_glyphs` prints 〓 for a
    character that the font lacks, instead of leaving the household out; it is reported either way.
    """

    templates: Path
    progress: Callable[[int, int], None] | None = None
    workers: int = 2
    allow_missing_glyphs: bool = False
