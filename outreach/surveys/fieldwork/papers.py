"""What interviewers carry, on paper: their lists, the questionnaire, the card that says who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from channels.flyer import Press, Printed, SheetMeta
from channels.flyer.single.interviews import (
    Box,
    InterviewerCard,
    InterviewList,
    InterviewRow,
    PaperOption,
    PaperQuestion,
    Questionnaire,
    render_interview_lists,
    render_interviewer_cards,
    render_questionnaire,
)
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict
from outreach.surveys.dispositions import AGAIN, CODES, label
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.assigning import interviewers, packs
from outreach.surveys.fieldwork.checking import require_open
from outreach.surveys.fieldwork.people import Sampled, sampled, walk
from outreach.surveys.fieldwork.queries import EVERYWHERE
from outreach.surveys.questions import Kind
from outreach.surveys.service import get, get_drawn, locked_instrument, thing
from outreach.vault import Vault
from outreach.wording import say

_WITHOUT_END = timedelta(days=60)
"""How long paper is good for when the survey does not say until when it asks."""

POINTS = ("voluntary", "no_loss", "no_money", "no_secrets", "answers")


@dataclass(frozen=True)
class Desk:
    """Who prints. `office` and `phone` stand on every sheet for whoever wants to check ('' takes those of the campaign
    that the survey belongs to, else the place and the hotline); `templates`: the folder of the sheets."""

    templates: Path
    public_url: str
    place: str
    today: date
    demo: bool = False
    office: str = ""
    phone: str = ""


def lists(
    connection: Connection,
    vault: Vault,
    ref: str,
    desk: Desk,
    by: str = audit.SYSTEM,
    scope: Scope = EVERYWHERE,
) -> Printed:
    """The lists of all interviewers, a pack each, in walking order; the log says that names were printed.

    Only those are on it who are still to be met. Raises Missing, and Conflict before the drawing, after the closing,
    where nobody is assigned and where nobody is left.
    """
    survey = get_drawn(connection, ref)
    require_open(survey)
    rows = [row for row in queries.sample(connection, survey["id"], scope) if row["assigned"]]
    if not rows:
        raise Conflict("fieldwork.nothing_assigned", survey=ref)
    rows = [row for row in rows if row["disposition"] in AGAIN]
    if not rows:
        raise Conflict("fieldwork.nobody_left", survey=ref)
    people = {one.number: one for one in sampled(connection, vault, survey, [row["number"] for row in rows])}  # fmt: skip
    names = interviewers(connection)
    numbers = packs(row["assigned"] for row in queries.sample(connection, survey["id"]))
    made = []
    for account, some in groupby(sorted(rows, key=_by_account), key=lambda row: row["assigned"]):
        theirs = walk([people[row["number"]] for row in some])
        made.append(_list(survey, str(numbers[account]), names.get(account, account), theirs, desk))
    printed = render_interview_lists(made, _meta(connection, survey, desk), _press(desk))
    detail = {"lists": len(made), "people": printed.sheets}
    audit.record(connection, by, Action.PEOPLE_REVEAL, thing(ref), detail)
    return printed


def _by_account(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["assigned"], row["number"]


def _list(
    survey: Mapping[str, Any], pack: str, interviewer: str, people: list[Sampled], desk: Desk
) -> InterviewList:
    instrument = locked_instrument(survey)
    places = list(dict.fromkeys(one.place for one in people if one.place))
    return InterviewList(
        pack=pack,
        title=survey["title"],
        area="、".join(places[:4]) + (f" 等 {len(places)} 处" if len(places) > 4 else ""),
        interviewer=interviewer,
        marking=instrument.marking(desk.today),
        rows=tuple(_row(one, with_place=len(places) > 1) for one in people),
        codes=_codes(),
        questions=tuple(
            Box(number=str(number), wide=question.several)
            for number, question in enumerate(instrument.questions, 1)
            if question.kind != Kind.OPEN
        ),
    )


def _row(one: Sampled, *, with_place: bool) -> InterviewRow:
    return InterviewRow(
        number=str(one.number),
        name=one.name,
        door=f"{one.place} {one.door}" if with_place and one.place else one.address,
        phone=one.phone,
        note=one.note,
    )


def _codes() -> tuple[tuple[str, str], ...]:
    return tuple((str(number), label(each)) for number, each in CODES.items())


def questionnaire(connection: Connection, ref: str, desk: Desk) -> Printed:
    """The questions with the marking line. Raises Missing."""
    survey = get(connection, ref)
    instrument = locked_instrument(survey)
    form = Questionnaire(
        title=survey["title"],
        marking=instrument.marking(desk.today),
        opening=say("interviewing.opening", title=survey["title"]),
        questions=tuple(
            PaperQuestion(
                number=str(number),
                text=question.text,
                options=tuple(
                    PaperOption(number=str(at), label=option.label)
                    for at, option in enumerate(question.options, 1)
                ),
            )
            for number, question in enumerate(instrument.questions, 1)
        ),
        codes=_codes(),
    )
    return render_questionnaire(form, _meta(connection, survey, desk), _press(desk))


def cards(connection: Connection, ref: str, desk: Desk) -> Printed:
    """访问员卡 of every interviewer with people to ask; a card with a line to write on where nobody is assigned yet.

    Raises Missing, and Conflict before the drawing.
    """
    survey = get_drawn(connection, ref)
    names = interviewers(connection)
    assigned = packs(row["assigned"] for row in queries.sample(connection, survey["id"]))
    people = [names.get(account, account) for account in assigned] or ["", ""]
    marking = locked_instrument(survey).marking(desk.today)
    made = [
        InterviewerCard(
            id=str(number),
            name=name,
            purpose=say("interviewing.purpose", title=survey["title"]),
            marking=marking,
            points=tuple(say(f"interviewing.{point}") for point in POINTS),
        )
        for number, name in enumerate(people, 1)
    ]
    return render_interviewer_cards(made, _meta(connection, survey, desk), _press(desk))


def _press(desk: Desk) -> Press:
    return Press(templates=desk.templates)


def _meta(connection: Connection, survey: Mapping[str, Any], desk: Desk) -> SheetMeta:
    options = queries.campaign_options(connection, survey["campaign_id"])
    return SheetMeta(
        title=survey["title"],
        issuer=desk.office or options.get("office") or desk.place or survey["title"],
        version=survey["ref"],
        valid_until=survey["closes_on"] or desk.today + _WITHOUT_END,
        phone=desk.phone or options.get("phone") or "12345",
        url=f"{desk.public_url.rstrip('/')}/fieldwork",
        demo=desk.demo or survey["generated"],
    )
