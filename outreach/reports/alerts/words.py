"""What an alert says: what is wrong, where, and what to do, with the page that mends it. Never a person's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from outreach.reports.alerts.schemas import AlertView
from outreach.wording import Lang, say
from outreach.wording.figures import long_day, thousands

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_PAGE: Mapping[str, str] = {
    "unknown_waiting": "/unknown", "list_estimate": "/lists", "list_expired": "/lists", "quota": "/channels",
    "hotline_spike": "/signals",
}  # fmt: skip
"""Kinds whose page does not follow from the thing."""


@dataclass(frozen=True)
class Said:
    """An alert in words. href: a path of this installation."""

    title: str  # 送达率低
    text: str
    fix: str
    href: str
    label: str  # of the link


def words(view: AlertView, lang: Lang = "zh") -> Said:
    """The sentences of an alert, with its figures as people read them."""
    shown = {name: _shown(value, lang) for name, value in view.params.items()}
    code = f"alert.{view.kind}"
    return Said(
        title=say(f"{code}.title", lang),
        text=say(code, lang, **shown),
        fix=say(f"{code}.fix", lang),
        href=href(view),
        label=say(f"{code}.link", lang),
    )


def _shown(value: object, lang: Lang) -> object:
    """1234 → 1,234; 79.0 → 79; a day as people write it."""
    if isinstance(value, float):
        value = int(value) if value == int(value) else round(value, 1)
    if isinstance(value, int):
        return thousands(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _long(value) if lang == "zh" else value
    return value


def _long(value: str) -> str:
    """A day in words; what only looks like one is a name and stays."""
    try:
        return long_day(date.fromisoformat(value))
    except ValueError:
        return value


def href(view: AlertView) -> str:
    """The page on which it is mended."""
    kind, _, name = view.thing.partition(":")
    if view.kind in _PAGE:
        return _PAGE[view.kind]
    if view.kind == "no_channel":
        return f"/results?policy={quote(name)}"
    if kind == "opinions":
        return f"/opinions?age=late&region={quote(name)}"
    if kind == "survey":
        return f"/surveys/{quote(name)}/results"
    if kind == "campaign":
        return f"/campaigns/{quote(name.rpartition('/')[0] or name)}"
    return f"/policies/{quote(name)}"
