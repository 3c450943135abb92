"""Sheets that are set one by one: each family in a file with the data that stands on it."""

from __future__ import annotations

from channels.flyer.single.approval import (
    ApprovalSlip,
    ApprovalStep,
    Check,
    Figure,
    Signature,
    render_approval,
)
from channels.flyer.single.bilingual import Bilingual, SecondLanguage, render_bilingual
from channels.flyer.single.broadcast import BroadcastScript, render_broadcast
from channels.flyer.single.cards import QuestionCard, render_questions
from channels.flyer.single.covers import BatchCover, CoverRow, render_cover
from channels.flyer.single.lists import (
    CallList,
    CallRow,
    VisitList,
    VisitRow,
    render_calls,
    render_visits,
)
from channels.flyer.single.notices import Notice, NoticeSize, render_notice

__all__ = [
    "ApprovalSlip",
    "ApprovalStep",
    "BatchCover",
    "Bilingual",
    "BroadcastScript",
    "CallList",
    "CallRow",
    "Check",
    "CoverRow",
    "Figure",
    "Notice",
    "NoticeSize",
    "QuestionCard",
    "SecondLanguage",
    "Signature",
    "VisitList",
    "VisitRow",
    "render_approval",
    "render_bilingual",
    "render_broadcast",
    "render_calls",
    "render_cover",
    "render_notice",
    "render_questions",
    "render_visits",
]
