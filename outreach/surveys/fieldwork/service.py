"""Interviewers' sheets handed out, and what they bring back taken in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.store import Begin
from outreach.surveys import queries as surveys
from outreach.surveys.dispositions import INTERVIEWED, Disposition
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.agreement import agreement
from outreach.surveys.fieldwork.checking import require_open
from outreach.surveys.fieldwork.messengers import messengers
from outreach.surveys.fieldwork.people import sampled
from outreach.surveys.fieldwork.queries import EVERYWHERE
from outreach.surveys.fieldwork.recording import Checked, Known, check
from outreach.surveys.fieldwork.taking import SHEET
from outreach.surveys.fieldwork.words import hear
from outreach.surveys.fieldwork.workbook import (
    heading,
    read_filled,
    write_sheet,
    write_wrong,
)
from outreach.surveys.fieldwork.writing import write
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line, RecordReport
from outreach.surveys.service import get, get_drawn, locked_instrument, moment_of, thing
from outreach.vault import Vault
from outreach.wording import say

__all__ = [
    "Typist",
    "agreement",
    "messengers",
    "record",
    "record_sheet",
    "write_answers",
    "write_sample",
]


@dataclass(frozen=True)
class Typist:
    """Who hands a sheet in, on which day, and whose rows they may hand in.

    `vault` keeps what was answered in words; only a questionnaire without such a question needs none.
    """

    by: str
    today: date
    scope: Scope = EVERYWHERE
    vault: Vault | None = None


def write_sample(
    connection: Connection,
    vault: Vault,
    ref: str,
    path: Path,
    by: str = audit.SYSTEM,
    scope: Scope = EVERYWHERE,
) -> int:
    """Write the interviewers' workbook (its layout: `surveys.fieldwork.workbook`); returns the number of people in it.

    Names, addresses and phones stand in it in clear, so the audit log gets a line: `connection` must be one that
    writes. Nobody of a reserve that was not released is in it. Raises Missing, and Conflict before the sample is drawn.
    """
    survey = get_drawn(connection, ref)
    people = sampled(connection, vault, survey, scope=scope)
    lines = [
        Line(
            number=one.number,
            name=one.name,
            place=one.place,
            address=one.address,
            phone=one.phone,
            note=one.note,
        )
        for one in people
    ]
    invented = survey["generated"] or any(one.synthetic for one in people)
    write_sheet(path, title_of(survey, demo=invented), locked_instrument(survey), lines)
    audit.record(connection, by, Action.PEOPLE_REVEAL, thing(ref), {"people": len(lines)})
    return len(lines)


def title_of(survey: Mapping[str, Any], *, demo: bool) -> str:
    """The line that stands above a sheet: what it is, under which permit, of which survey."""
    marking = locked_instrument(survey).marking(moment_of(survey))
    return heading([say("fieldwork.demo") if demo else "", marking, survey["title"]], survey["ref"])


def write_answers(connection: Connection, ref: str, path: Path, lines: Sequence[Line]) -> None:
    """Write a filled workbook in the layout that `record` reads, without anybody's name: for tests and the demo.

    Each Line has number, disposition, answers (question → option), asked_on and interviewer. Raises Missing, and
    Invalid for an answer that is no option.
    """
    survey = get(connection, ref)
    title = title_of(survey, demo=survey["generated"])
    write_sheet(path, title, locked_instrument(survey), lines)


def record(
    begin: Begin, ref: str, path: Path, by: str, today: date, vault: Vault | None = None
) -> RecordReport:
    """Take in a filled workbook or CSV file: good rows are written, bad rows reported with row and column.

    A row without a result is left as it was; a row recorded before is replaced; a missing date means the date known
    before, else `today`. An interview that came from a phone is not overwritten. Whoever is aware becomes so in the
    reach ledger. Raises Missing, Conflict before the drawing and after the closing, Invalid for a file that is no
    sheet of this survey.
    """
    return record_sheet(begin, ref, path, Typist(by, today, vault=vault))


def record_sheet(
    begin: Begin, ref: str, path: Path, typist: Typist, wrong: Path | None = None
) -> RecordReport:
    """The same; `wrong`: where the wrong rows are written, when there are any."""
    with begin() as connection:
        known = _known(connection, get_drawn(connection, ref), typist)
    sheet = read_filled(path, known.instrument, ref)
    checked = check(sheet, known)
    if wrong is not None and checked.problems:
        write_wrong(wrong, sheet, checked.problems)
    with begin() as connection:
        return _record(connection, ref, checked, typist)


def _known(connection: Connection, survey: Mapping[str, Any], typist: Typist) -> Known:
    require_open(survey)
    rows = queries.sample(connection, survey["id"], typist.scope)
    by_phone = {
        one["number"]
        for one in queries.entries(connection, survey["id"], state="taken")
        if not one["key"].startswith(SHEET) and one["disposition"] in INTERVIEWED
    }
    said = surveys.answers(connection, survey["id"]) if by_phone else {}
    phoned = {
        row["number"]: (Disposition(row["disposition"]), said.get(row["id"], {}))
        for row in rows
        if row["number"] in by_phone
    }
    numbers = frozenset(row["number"] for row in rows)
    return Known(survey, locked_instrument(survey), numbers, typist.today, phoned)


def _record(connection: Connection, ref: str, checked: Checked, typist: Typist) -> RecordReport:
    survey = get_drawn(connection, ref)
    require_open(survey)
    report = RecordReport(
        rows=len(checked.lines) + checked.rejected + checked.pending,
        recorded=len(checked.lines),
        rejected=checked.rejected,
        pending=checked.pending,
        changed=_write(connection, survey, checked.lines, typist),
        errors=checked.problems,
    )
    counts = {key: value for key, value in report.as_dict().items() if key != "errors"}
    audit.record(connection, typist.by, Action.SURVEYS_RECORD, thing(ref), counts)
    return report


def _write(
    connection: Connection, survey: Mapping[str, Any], lines: Sequence[Line], typist: Typist
) -> int:
    """Write what differs from the database, and keep each row as an entry; returns how many respondents it was."""
    instrument: Instrument = locked_instrument(survey)
    known = {row["number"]: row for row in queries.sample(connection, survey["id"])}
    before = surveys.answers(connection, survey["id"])
    rows = []
    for line in lines:
        row = known[line.number]
        said = hear(connection, typist.vault, (survey, instrument, row), line.answers)
        rows.append((replace(line, answers=said), row, before.get(row["id"], {})))
    entries = [_entry(line, row, survey["id"], typist) for line, row, _ in rows]
    queries.add_entries(connection, entries)
    return write(connection, survey, instrument, rows, typist.today)


def _entry(line: Line, row: Mapping[str, Any], survey: int, typist: Typist) -> dict[str, Any]:
    """A row of a sheet as one try. Its key is made of what it says, so that the same row is kept once."""
    asked_on = line.asked_on or row["asked_on"] or typist.today
    said = [survey, line.number, line.disposition.value, sorted(line.answers.items()), asked_on.isoformat()]  # fmt: skip
    digest = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:40]
    return {
        "key": f"{SHEET}{digest}", "respondent_id": row["id"], "disposition": line.disposition.value,
        "answers": dict(line.answers), "asked_on": asked_on, "note": "", "by": line.interviewer or typist.by,
        "at": clock.now(), "state": "taken",
    }  # fmt: skip
