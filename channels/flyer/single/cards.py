"""问答卡: what people ask about a policy, with the answers, small enough to carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from channels.flyer.data import plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single.setting import press_sheet, sheet_job

CardSize = Literal["a5x2", "a6x4"]

MOST_QUESTIONS = 8


@dataclass(frozen=True, kw_only=True)
class QuestionCard:
    """`pairs`: one to eight of (question, answer), the most asked first."""

    title: str
    official: str
    pairs: tuple[tuple[str, str], ...]


def render_questions(
    card: QuestionCard, meta: SheetMeta, press: Press, *, size: CardSize = "a5x2"
) -> Printed:
    """Two A5 cards or four A6 cards on one A4 that is cut in the middle.

    FlyerError `flyer.card_pairs` for none or more than eight questions, `flyer.card_overflow` when they do not fit.
    """
    if not 1 <= len(card.pairs) <= MOST_QUESTIONS:
        raise FlyerError("flyer.card_pairs", count=len(card.pairs), most=MOST_QUESTIONS)
    job = sheet_job(press, "qa.typ", meta, {"card": plain_data(card)}, paper=size)
    try:
        return press_sheet(job, 1)
    except FlyerError as error:
        if error.code != "flyer.sheet_overflow":
            raise
        count, paper = len(card.pairs), {"a5x2": "A5", "a6x4": "A6"}[size]
        raise FlyerError("flyer.card_overflow", count=count, paper=paper) from error
