"""发送审批单: what is signed, in figures and in full words, bound to one fingerprint."""

from __future__ import annotations

from dataclasses import dataclass

from channels.flyer.codes import qr_code
from channels.flyer.data import plain_data
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single.setting import press_sheet, sheet_job

MOST_PAGES = 4


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
class FullText:
    """One text word for word. `head`: step, language, version, how many get it."""

    head: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """`word`: 通过, or what else it is; `text`: what was checked."""

    word: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One link of the chain; empty until signed. `said`: how and with which words it was signed already."""

    step: str
    name: str = ""
    date: str = ""
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalSlip:
    """发送审批单: everything that is signed, bound to one fingerprint.

    `status`: printed beside the name where the slip is not there to be signed any more (已取消). `skips`, `text_facts`:
    one line each, who gets nothing and which texts are not printed here. `waves`: how it is staggered, and one line
    for each wave; empty when everybody is sent to at once.
    """

    name: str
    id: str
    submitted: str
    submitter: str
    fingerprint: str
    figures: tuple[Figure, ...]
    steps: tuple[ApprovalStep, ...]
    texts: tuple[FullText, ...]
    chain: tuple[Signature, ...]
    status: str = ""
    skips: str = ""
    text_facts: str = ""
    basis: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    waves: tuple[str, ...] = ()


def render_approval(slip: ApprovalSlip, meta: SheetMeta, press: Press) -> Printed:
    """发送审批单: one A4, or as many as a long text needs, each with the fingerprint.

    FlyerError `flyer.too_many_pages` past MOST_PAGES: whoever signs reads all of it, so it is never cut.
    """
    code = qr_code(f"A:{slip.id}:{slip.fingerprint}".replace(" ", ""))
    data = {"approval": {**plain_data(slip), "qr": code}}
    return press_sheet(sheet_job(press, "approval.typ", meta, data), 1, most=MOST_PAGES)
