"""A slip out of what was signed: with every text when four pages hold them, else with those that say most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from channels.flyer import ApprovalSlip, FlyerError, Press, Printed, SheetMeta, render_approval
from channels.flyer.fonts import with_geta
from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns.staggering import seeing as staggering
from outreach.deliveries.notices.desk import told
from outreach.reports.slip import amounts, noted, rests_on, texts
from outreach.reports.slip.signed import Signed
from outreach.reports.slip.texts import Numbered
from outreach.wording import say
from outreach.wording.figures import exact_moment, fingerprint

_MOST_CHARACTERS = 8_000
"""Four full pages hold fewer: beyond it nobody tries."""


@dataclass(frozen=True)
class House:
    """Who prints. templates: the folder of the sheets; demo: 演示数据 stands on it."""

    zone: ZoneInfo
    public_url: str
    templates: Path
    demo: bool = False


@dataclass(frozen=True)
class Made:
    """The slip as PDF, its pages, how many of how many distinct texts stand on it, and the fingerprint it shows."""

    pdf: bytes
    pages: int
    shown: int
    texts: int
    fingerprint: str


def make(signed: Signed, house: House) -> Made:
    """Set the slip. Invalid (as the press says it) when not even one text has room on four pages."""
    every = texts.numbered(signed)
    frame = _frame(signed, house)
    sheet = _meta(signed, house)
    press = Press(templates=house.templates, tagged=True)

    def with_texts(some: Sequence[Numbered]) -> Printed:
        there = sorted(some, key=lambda one: one.number)
        rest = texts.what_is_missing(signed, every, there)
        slip = replace(frame, texts=tuple(one.printed for one in there), text_facts=rest)
        return render_approval(slip, sheet, press)

    with told():
        some, printed = _most(every, with_texts)
    shown = sum(one.shown for one in some)
    return Made(printed.pdf, printed.pages, shown, len(every), frame.fingerprint)


def note(connection: Connection, campaign: Mapping[str, Any], made: Made, by: str) -> None:
    """Write into the log who took a slip of which version home."""
    detail = {"file": "slip.pdf", "hash": campaign["frozen_hash"], "pages": made.pages}
    audit.record(connection, by, Action.CAMPAIGNS_VIEW, f"campaign:{campaign['ref']}", detail)


def _most(
    every: Sequence[Numbered], set_with: Callable[[Sequence[Numbered]], Printed]
) -> tuple[Sequence[Numbered], Printed]:
    """All texts, if four pages hold them; else as many of those that say most. FlyerError when not one has room.

    Not as many of all as have room: hundreds of posts that differ by the name of a village would fill the pages.
    """
    if sum(len(one.printed.text) for one in every) <= _MOST_CHARACTERS:
        whole = _tried(every, set_with)
        if whole is not None:
            return every, whole
    wanted = texts.telling(every)
    while len(wanted) > 1:
        printed = _tried(wanted, set_with)
        if printed is not None:
            return wanted, printed
        wanted = wanted[: max(1, len(wanted) * 3 // 4)]
    return wanted, set_with(wanted)


def _tried(
    some: Sequence[Numbered], set_with: Callable[[Sequence[Numbered]], Printed]
) -> Printed | None:
    try:
        return set_with(some)
    except FlyerError as error:
        if error.code != "flyer.too_many_pages":
            raise
    return None


def _frame(signed: Signed, house: House) -> ApprovalSlip:
    """Everything but the texts; a character that the font lacks, in a name or a reason, stands as 〓."""
    campaign = signed.campaign

    def moment(at: datetime) -> str:
        return exact_moment(at, house.zone)

    slip = ApprovalSlip(
        name=campaign["title"],
        id=campaign["ref"],
        submitted=moment(campaign["submitted_at"]),
        submitter=signed.who(campaign["submitted_by"]),
        fingerprint=fingerprint(campaign["frozen_hash"]),
        status=say("slip.cancelled") if campaign["status"] == "cancelled" else "",
        figures=tuple(amounts.figures(signed)),
        steps=tuple(amounts.steps(signed, moment)),
        texts=(),
        chain=tuple(noted.chain(signed, moment)),
        skips=amounts.skips(signed),
        basis=tuple(rests_on.basis(signed, rests_on.day_there(house.zone))),
        checks=tuple(noted.checks(signed)),
        waves=tuple(staggering.lines(signed.waves, campaign["options"], house.zone)),
    )
    printable: ApprovalSlip = _printable(slip)
    return printable


def _meta(signed: Signed, house: House) -> SheetMeta:
    """What stands at the foot; whoever reads the texts asks the office, so the phone is the campaign's."""
    campaign, options = signed.campaign, signed.campaign["options"]
    made = SheetMeta(
        title=say("slip.title", title=campaign["title"]),
        issuer=options["office"],
        version=f"{campaign['ref']}·{campaign['frozen_hash'][:6]}",
        valid_until=date.fromisoformat(options["valid_until"]),
        phone=options.get("phone", "12345"),
        url=f"{house.public_url.rstrip('/')}/campaigns/{campaign['ref']}",
        demo=house.demo,
        note=say("slip.note"),
    )
    printable: SheetMeta = _printable(made)
    return printable


def _printable(sheet: Any) -> Any:
    """A sheet or a part of one with 〓 for what the font cannot print, in every string."""
    return replace(
        sheet, **{one.name: _with_geta(getattr(sheet, one.name)) for one in fields(sheet)}
    )


def _with_geta(value: Any) -> Any:
    if isinstance(value, str):
        return with_geta(value)
    if isinstance(value, tuple):
        return tuple(_with_geta(one) for one in value)
    return _printable(value) if is_dataclass(value) and not isinstance(value, type) else value
