"""A brief on two pages: what has no room is shortened, never set smaller than can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from channels.flyer import FlyerError, Press, SheetMeta
from channels.flyer.data import each_text
from channels.flyer.fonts import with_geta
from channels.flyer.single.brief import BriefSheet, render_brief
from outreach.deliveries.notices.desk import told
from outreach.reports.brief.content import Trim, compose
from outreach.reports.brief.facts import Facts
from outreach.wording import say

_TRIMS = (
    Trim(),
    Trim(places=40, policies=10, campaigns=4, reasons=8, lines=8),
    Trim(places=28, policies=8, campaigns=3, reasons=6, lines=6),
    Trim(places=20, policies=6, campaigns=2, reasons=5, lines=4, details=False),
    Trim(places=12, policies=4, campaigns=1, reasons=4, lines=3, details=False),
    Trim(places=6, policies=2, campaigns=1, reasons=3, lines=2, details=False),
    Trim(places=3, policies=1, campaigns=1, reasons=2, lines=1, details=False),
)
"""From everything to what always fits."""

_VALID_DAYS = 90  # a brief of last quarter is no news


@dataclass(frozen=True)
class House:
    """Who prints: the folder of the sheets, the address of the installation, the name that stands at the foot."""

    templates: Path
    public_url: str
    issuer: str


@dataclass(frozen=True)
class Made:
    """The PDF, its pages, and the words that stand in it: a document to edit is written from the same ones.

    `foot`: who made it, about what, on which day.
    """

    pdf: bytes
    pages: int
    brief: BriefSheet
    foot: str


def make(facts: Facts, house: House) -> Made:
    """Set the brief on at most two pages. Invalid, as the press says it, when not even the shortest has room."""
    meta = _meta(facts, house)
    press = Press(templates=house.templates, tagged=True)
    with told():
        for trim in _TRIMS[:-1]:
            made = _tried(lambda trim=trim: _set(facts, trim, meta, press))  # type: ignore[misc]
            if made is not None:
                return made
        return _set(facts, _TRIMS[-1], meta, press)


def _set(facts: Facts, trim: Trim, meta: SheetMeta, press: Press) -> Made:
    brief = printable(compose(facts, trim))
    printed = render_brief(brief, meta, press)
    return Made(printed.pdf, printed.pages, brief, f"{meta.issuer}　{meta.version}")


def _tried(make_it: Callable[[], Made]) -> Made | None:
    try:
        return make_it()
    except FlyerError as error:
        if error.code != "flyer.too_many_pages":
            raise
    return None


def _meta(facts: Facts, house: House) -> SheetMeta:
    return SheetMeta(
        title=with_geta(say("brief.document", title=facts.title, place=facts.place)),
        issuer=with_geta(house.issuer or facts.place),
        version=f"{facts.ref}·{facts.on.isoformat()}",
        valid_until=facts.on + timedelta(days=_VALID_DAYS),
        phone="12345",
        url=f"{house.public_url.rstrip('/')}/reports",
        demo=facts.demo,
        note=say("brief.note"),
    )


def printable(brief: BriefSheet) -> BriefSheet:
    """With 〓 for what the font cannot print, in every string."""
    return _printable(brief)  # type: ignore[no-any-return]


def _printable(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: _printable(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(_printable(one) for one in value)
    return each_text(value, with_geta)
