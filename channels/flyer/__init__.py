"""Printed sheets: data in, PDF out. Typst inside; the sheets themselves are templates/flyer/*.typ."""

from __future__ import annotations

from channels.flyer.errors import FlyerError
from channels.flyer.households import render_households
from channels.flyer.serials import Serial, parse, verify
from channels.flyer.sheets import (
    ApprovalSlip,
    ApprovalStep,
    BatchCover,
    BroadcastScript,
    Check,
    CoverRow,
    Figure,
    HouseholdSheet,
    Notice,
    PolicyBlock,
    Press,
    Printed,
    SheetMeta,
    SheetProblem,
    Signature,
    VisitList,
    VisitRow,
)
from channels.flyer.single import (
    reading_seconds,
    render_approval,
    render_broadcast,
    render_cover,
    render_notice,
    render_visits,
)

__all__ = [
    "ApprovalSlip",
    "ApprovalStep",
    "BatchCover",
    "BroadcastScript",
    "Check",
    "CoverRow",
    "Figure",
    "FlyerError",
    "HouseholdSheet",
    "Notice",
    "PolicyBlock",
    "Press",
    "Printed",
    "Serial",
    "SheetMeta",
    "SheetProblem",
    "Signature",
    "VisitList",
    "VisitRow",
    "parse",
    "reading_seconds",
    "render_approval",
    "render_broadcast",
    "render_cover",
    "render_households",
    "render_notice",
    "render_visits",
    "verify",
]
