"""What interviewers carry: the list of their people, the questionnaire, the card that says who they are.

Lists carry pack numbers and names; never what somebody was told, is aware of, or gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.flyer.data import clean_data, each_text, plain_data, refuse_missing
from channels.flyer.fonts import missing, with_geta
from channels.flyer.sheets import Press, Printed, SheetMeta, SheetProblem
from channels.flyer.single.setting import press_sheet, sheet_job

PEOPLE_ON_A_PAGE = 10
MOST_BOXES = 12
"""Questions that have a box on the list; a longer questionnaire is filled in on its own sheet only."""

MOST_PAGES = 8

Code = tuple[str, str]
"""(number on paper, word)."""


@dataclass(frozen=True, kw_only=True)
class InterviewRow:
    """One person. `door`: place and address; `phone` as it is dialled; `note`: a guardian answers, ask in the village."""

    number: str
    name: str
    door: str
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Box:
    """The box of a question on the list; `wide`: several answers may be written into it."""

    number: str
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class InterviewList:
    """The people of one interviewer, in walking order. `pack`: the number of their pack; `codes`: of results."""

    pack: str
    title: str
    area: str
    interviewer: str
    marking: str
    rows: tuple[InterviewRow, ...]
    codes: tuple[Code, ...]
    questions: tuple[Box, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PaperOption:
    """One answer to tick."""

    number: str
    label: str


@dataclass(frozen=True, kw_only=True)
class PaperQuestion:
    """One question; without options it is answered in words."""

    number: str
    text: str
    options: tuple[PaperOption, ...]


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """`marking`: the permit, or that this is no official statistic; `opening`: what is said first."""

    title: str
    marking: str
    opening: str
    questions: tuple[PaperQuestion, ...]
    codes: tuple[Code, ...]


@dataclass(frozen=True, kw_only=True)
class InterviewerCard:
    """One card. `name` '' leaves a line to write on; `points`: what whoever is asked must know."""

    id: str
    name: str
    purpose: str
    marking: str
    points: tuple[str, ...]


def render_interview_lists(
    lists: Sequence[InterviewList], meta: SheetMeta, press: Press
) -> Printed:
    """The lists one after the other, ten people a page; `sheets` counts people.

    A character that the font lacks is printed as 〓 and reported: nobody may vanish from a list.
    """
    pages = sum(-(-len(one.rows) // PEOPLE_ON_A_PAGE) for one in lists)
    if not pages:
        return Printed(b"", 0, 0)
    given = [each_text(clean_data(one), with_geta) for one in lists]
    for one in given:
        one["questions"] = one["questions"] if len(one["questions"]) <= MOST_BOXES else []
    problems = tuple(
        SheetProblem(
            row.number,
            row.name,
            "flyer.glyph_replaced",
            {"serial": row.number, "householder": row.name, "characters": "".join(lost)},
            printed=True,
        )
        for one in lists
        for row in one.rows
        if (lost := missing(row.name + row.door + row.note))
    )
    job = sheet_job(press, "survey-list.typ", meta, {"lists": given})
    made = press_sheet(job, pages, sheets=sum(len(one.rows) for one in lists))
    return Printed(made.pdf, made.pages, made.sheets, problems)


def render_questionnaire(form: Questionnaire, meta: SheetMeta, press: Press) -> Printed:
    """The questionnaire on as many pages as it needs. FlyerError `flyer.too_many_pages` beyond eight."""
    job = sheet_job(press, "survey-form.typ", meta, {"form": plain_data(form)})
    return press_sheet(job, 1, most=MOST_PAGES, sheets=1)


def render_interviewer_cards(
    cards: Sequence[InterviewerCard], meta: SheetMeta, press: Press
) -> Printed:
    """Two cards on a page, to be cut in the middle; `sheets` counts cards."""
    given = [each_text(clean_data(one), with_geta) for one in cards]
    refuse_missing([(one["purpose"], one["points"]) for one in given])
    if not given:
        return Printed(b"", 0, 0)
    job = sheet_job(press, "survey-card.typ", meta, {"cards": given})
    return press_sheet(job, -(-len(given) // 2), sheets=len(given))
