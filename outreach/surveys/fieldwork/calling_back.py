"""复核: a random part of the interviews is asked again by somebody else; drawn, handed out, written down."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.surveys.dispositions import INTERVIEWED
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.assigning import interviewers
from outreach.surveys.fieldwork.checking import require_open, tidy
from outreach.surveys.questions import Kind
from outreach.surveys.service import get_drawn, locked_instrument, thing

SHARE = 0.1
"""One interview in ten of each interviewer, and at least one."""

RESULTS = ("confirmed", "not_interviewed", "not_reached", "refused")


@dataclass(frozen=True)
class Drawn:
    """What a drawing added: numbers, and who asks them again ('' nobody's yet)."""

    numbers: tuple[int, ...]
    account: str


@dataclass(frozen=True)
class Again:
    """What came of asking one person again; `answers` (question → option) only where it was confirmed."""

    number: int
    result: str
    on: date
    answers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def choose(interviews: Mapping[str, Sequence[int]], share: float, seed: str) -> set[int]:
    """Of each interviewer's numbers this share (rounded up), at random by the seed: anybody draws the same. Pure."""
    chosen: set[int] = set()
    for numbers in interviews.values():
        ordered = sorted(numbers, key=lambda number: _ticket(seed, number))
        chosen |= set(ordered[: math.ceil(share * len(ordered))])
    return chosen


def _ticket(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}:call-back:{number}".encode()).hexdigest()


def draw(
    connection: Connection,
    ref: str,
    share: float = SHARE,
    account: str = "",
    by: str = audit.SYSTEM,
) -> Drawn:
    """Draw what is still missing to this share of every interviewer's interviews; what was drawn stays drawn.

    `account`: who asks again; nobody is drawn for whoever interviewed them. Raises Invalid for a share outside 0…1,
    Missing, Conflict before the drawing of the sample and after the closing.
    """
    if not 0 < share <= 1:
        raise Invalid("fieldwork.bad_share", value=share)
    survey = get_drawn(connection, ref)
    require_open(survey)
    names = interviewers(connection)
    if account and account not in names:
        raise Missing("fieldwork.no_interviewer", account=account)
    rows = [row for row in queries.sample(connection, survey["id"]) if row["disposition"] in INTERVIEWED]  # fmt: skip
    done = _by_interviewer(rows, {account, names.get(account, account)} - {""})
    there = {row["number"] for row in rows if row["call_back"]}
    new = choose(done, share, survey["seed"]) - there
    queries.mark_call_backs(connection, survey["id"], account, new)
    audit.record(connection, by, Action.SURVEYS_CHECK, thing(ref), {"call_backs": len(new), "to": account})  # fmt: skip
    return Drawn(tuple(sorted(new)), account)


def _by_interviewer(
    rows: Sequence[Mapping[str, Any]], but: Collection[str]
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        who = row["interviewer"] or row["assigned"]
        if who not in but:
            found[who].append(row["number"])
    return found


def enter(connection: Connection, ref: str, again: Again, by: str, today: date) -> None:
    """Write down what came of asking somebody again. The same words on the same day are no second entry.

    Raises Refused when `by` interviewed the person, Missing for a number that was not drawn, Conflict for other words
    on the same day or a closed survey, Invalid for answers that do not go with the result.
    """
    survey = get_drawn(connection, ref)
    require_open(survey)
    row = queries.locked(connection, survey["id"], again.number)
    if row is None or not row["call_back"]:
        raise Missing("fieldwork.no_call_back", number=again.number)
    own = interviewers(connection).get(by, by)
    if (row["interviewer"] or row["assigned"]) in (by, own):
        raise Refused("fieldwork.same_person", number=again.number)
    answers = _answers(survey, again, today)
    said = (again.result, answers, again.note)
    for one in queries.call_backs(connection, survey["id"]):
        if (one["number"], one["by"], one["on"]) == (again.number, by, again.on):
            if (one["result"], one["answers"], one["note"]) == said:
                return
            raise Conflict("fieldwork.called_back", number=again.number, on=again.on)
    values = {
        "respondent_id": row["id"], "on": again.on, "result": again.result, "answers": answers, "note": again.note, "by": by,
    }  # fmt: skip
    queries.add_call_back(connection, values, clock.now())
    audit.record(connection, by, Action.SURVEYS_RECORD, thing(ref), {"call_back": again.result})


def _answers(survey: Mapping[str, Any], again: Again, today: date) -> dict[str, str]:
    if again.result not in RESULTS:
        raise Invalid("fieldwork.bad_result", value=again.result, choices="、".join(RESULTS))
    if again.on > today:
        raise Invalid("fieldwork.future_date", value=again.on.isoformat())
    instrument = locked_instrument(survey)
    if any(question.code in again.answers for question in instrument.of_kind(Kind.OPEN)):
        raise Invalid("fieldwork.other_questions", survey=survey["ref"])  # words are asked once
    answers, problems = tidy(instrument, again.answers)
    for _, error in problems:
        raise error
    if answers and again.result != "confirmed":
        raise Invalid("fieldwork.answers_without_call_back")
    return answers
