"""Campaigns that somebody is still writing, as the list of campaigns shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SketchLine:
    """One of them. `campaign`: the draft that it changes, '' for a new one."""

    title: str
    href: str
    who: str
    at: datetime
    drop: str
    campaign: str = ""
