"""Interviewers' sheets handed out, and what they bring back taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.people.queries import regions
from outreach.store import Begin
from outreach.surveys import queries
from outreach.surveys.fieldwork.recording import Changes, check
from outreach.surveys.fieldwork.workbook import heading, read_filled, write_sheet
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line, RecordReport
from outreach.surveys.service import get, get_drawn, locked_instrument, moment_of, thing
from outreach.vault import Vault
from outreach.wording import say
from segments.regions import ancestors


def write_sample(
    connection: Connection, vault: Vault, ref: str, path: Path, by: str = audit.SYSTEM
) -> int:
    """Write the interviewers' workbook (its layout: `surveys.fieldwork.workbook`); returns the number of people in it.

    It is the only sheet with names, addresses and phones in clear, so the audit log gets a line: `connection` must be
    one that writes. Raises Missing, and Conflict before the sample is drawn.
    """
    survey = get_drawn(connection, ref)
    people = queries.sampled_people(connection, Scope(), survey["id"], survey["drawn_at"].date())
    codes = {code for person in people for code in (*ancestors(person.region), person.region)}
    places = {code: row.name for code, row in regions.by_codes(connection, codes).items()}
    lines = [_line(person, vault, places) for person in people]
    invented = survey["generated"] or any(person.synthetic for person in people)
    write_sheet(path, _title(survey, demo=invented), locked_instrument(survey), lines)
    audit.record(connection, by, Action.PEOPLE_REVEAL, thing(ref), {"people": len(lines)})
    return len(lines)


def _title(survey: Mapping[str, Any], *, demo: bool) -> str:
    marking = locked_instrument(survey).marking(moment_of(survey))
    return heading([say("fieldwork.demo") if demo else "", marking, survey["title"]], survey["ref"])


def _line(person: Any, vault: Vault, places: Mapping[str, str]) -> Line:
    """One sampled person in clear; for a child the guardian answers, and may have the only phone."""
    phone = vault.decrypt("phone", person.phone)
    note = ""
    if person.child:
        guardian = vault.decrypt("name", person.guardian or "")
        phone = phone or vault.decrypt("phone", person.guardian_phone or "")
        note = say("fieldwork.by_guardian", guardian=guardian)
    around = [code for code in (*ancestors(person.region), person.region) if len(code) > 6]
    return Line(
        number=person.number,
        name=vault.decrypt("name", person.name),
        place="".join(places[code] for code in around if code in places),
        address=vault.decrypt("address", person.address or ""),
        phone=phone.removeprefix("+86"),
        note=note,
    )


def write_answers(connection: Connection, ref: str, path: Path, lines: Sequence[Line]) -> None:
    """Write a filled workbook in the layout that `record` reads, without anybody's name: for tests and the demo.

    Each Line has number, disposition, answers (question → option), asked_on and interviewer. Raises Missing, and
    Invalid for an answer that is no option.
    """
    survey = get(connection, ref)
    title = _title(survey, demo=survey["generated"])
    write_sheet(path, title, locked_instrument(survey), lines)


def record(begin: Begin, ref: str, path: Path, by: str, today: date) -> RecordReport:
    """Take in a filled workbook or CSV file: good rows are written, bad rows reported with row and column.

    A row without a result is left as it was; a row recorded before is replaced; a missing date means the date known
    before, else `today`. Whoever is aware becomes so in the reach ledger. Raises Missing, Conflict before the drawing,
    Invalid for a file that is no sheet of this survey.
    """
    with begin() as connection:
        survey = get_drawn(connection, ref)
        numbers = {row["number"] for row in queries.respondents(connection, survey["id"])}
    instrument = locked_instrument(survey)
    checked = check(read_filled(path, instrument, ref), instrument, numbers, today)
    with begin() as connection:
        changed = _write(connection, survey, instrument, checked.lines, today)
        report = RecordReport(
            rows=len(checked.lines) + checked.rejected + checked.pending,
            recorded=len(checked.lines),
            rejected=checked.rejected,
            pending=checked.pending,
            changed=changed,
            errors=checked.problems,
        )
        counts = {key: value for key, value in report.as_dict().items() if key != "errors"}
        audit.record(connection, by, Action.SURVEYS_RECORD, thing(ref), counts)
    return report


def _write(
    connection: Connection,
    survey: Mapping[str, Any],
    instrument: Instrument,
    lines: Sequence[Line],
    today: date,
) -> int:
    """Write what differs from the database; returns how many respondents it was."""
    known = {row["number"]: row for row in queries.respondents(connection, survey["id"])}
    before = queries.answers(connection, survey["id"])
    changes = Changes(instrument, today)
    for line in lines:
        row = known[line.number]
        changes.add(line, row, before.get(row["id"], {}))
    queries.set_reports(connection, changes.reports)
    queries.put_answers(connection, changes.given)
    queries.drop_answers(connection, changes.gone)
    queries.mark_aware(connection, survey["policy_id"], changes.aware)
    queries.unmark_aware(connection, survey["policy_id"], changes.unaware)
    return len(changes.reports)
