"""Entries from interviewers' phones: each is kept, and settled against what stands. A queue sent twice is taken once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Invalid, OutreachError, Refused
from outreach.surveys.dispositions import Disposition, parse_disposition
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.checking import require_open, tidy, together, wrong_day
from outreach.surveys.fieldwork.settling import Report, Verdict, settle
from outreach.surveys.fieldwork.words import hear
from outreach.surveys.fieldwork.writing import write
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line
from outreach.surveys.service import get_drawn, locked_instrument, thing
from outreach.vault import Vault

MOST = 200
"""Entries in one parcel."""

SHEET = "sheet:"
"""Keys of entries that came by spreadsheet begin with it, those from a phone with `phone:`."""

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")

State = Literal["taken", "set_aside", "again", "refused"]


@dataclass(frozen=True)
class Entry:
    """What an interviewer says of one person. `key` is made where it was typed; `answers`: question → option.

    `corrects`: it replaces what the same interviewer said of the same person.
    """

    key: str
    number: int
    disposition: str
    asked_on: date
    answers: Mapping[str, str] = field(default_factory=dict)
    corrects: bool = False


@dataclass(frozen=True)
class Taken:
    """What became of an entry: taken, set_aside (contradicts an interview that stands), again (was here before),
    refused (`error` says why; it is not kept, so it must not be lost where it was typed)."""

    key: str
    state: State
    error: OutreachError | None = None


def take(
    connection: Connection,
    ref: str,
    entries: Sequence[Entry],
    by: str,
    today: date,
    vault: Vault | None = None,
) -> list[Taken]:
    """Take in what an account typed about people who are assigned to it, in the order of typing.

    `vault` keeps what was answered in words; only a questionnaire without such a question needs none.

    Raises Missing, Conflict before the drawing, Invalid for a parcel of more than MOST.
    """
    if len(entries) > MOST:
        raise Invalid("fieldwork.parcel", entries=len(entries), most=MOST)
    survey = get_drawn(connection, ref)
    desk = _Desk(connection, survey, locked_instrument(survey), by, today, vault)
    found = [desk.one(entry) for entry in entries]
    counts = {state: sum(one.state == state for one in found) for state in ("taken", "set_aside")}
    if any(counts.values()):
        audit.record(connection, by, Action.SURVEYS_RECORD, thing(ref), {"phone": True, **counts})
    return found


@dataclass(frozen=True)
class _Desk:
    connection: Connection
    survey: Mapping[str, Any]
    instrument: Instrument
    by: str
    today: date
    vault: Vault | None

    def one(self, entry: Entry) -> Taken:
        key = f"phone:{self.by}:{entry.key}"
        if queries.entry_state(self.connection, key) is not None:
            return Taken(entry.key, "again")
        try:
            row = self._row(entry)
            report = self._heard(row, self._report(entry))
        except OutreachError as error:
            return Taken(entry.key, "refused", error)
        standing = self._standing(row)
        verdict = settle(standing, report)
        if entry.corrects and row["interviewer"] == self.by:
            verdict = Verdict.STANDS
            self._retract(row)
        if not self._keep(key, row, report, verdict):
            return Taken(entry.key, "again")
        if verdict is Verdict.STANDS:
            self._stand(entry, row, report, standing)
        return Taken(entry.key, "set_aside" if verdict is Verdict.ASIDE else "taken")

    def _row(self, entry: Entry) -> Mapping[str, Any]:
        """The respondent, if the account may speak of them now. Refused for everybody else's, in the same words."""
        require_open(self.survey)
        if not _KEY.fullmatch(entry.key):
            raise Invalid("fieldwork.bad_key")
        row = queries.locked(self.connection, self.survey["id"], entry.number)
        if row is None or row["assigned"] != self.by:
            raise Refused("fieldwork.not_yours", number=entry.number)
        return row

    def _report(self, entry: Entry) -> Report:
        disposition = parse_disposition(entry.disposition)
        if disposition is Disposition.PENDING:
            raise Invalid("fieldwork.choose_result")
        known = {question.code for question in self.instrument.questions}
        if not known.issuperset(entry.answers):
            raise Invalid("fieldwork.other_questions", survey=self.survey["ref"])
        answers, problems = tidy(self.instrument, entry.answers)
        problems += together(self.instrument, disposition, answers)
        wrong = wrong_day(self.survey, entry.asked_on, self.today)
        for error in (*(error for _, error in problems), wrong):
            if error is not None:
                raise error
        return Report(disposition, entry.asked_on, answers)

    def _heard(self, row: Mapping[str, Any], report: Report) -> Report:
        asked = (self.survey, self.instrument, row)
        return replace(report, answers=hear(self.connection, self.vault, asked, report.answers))

    def _standing(self, row: Mapping[str, Any]) -> Report | None:
        if not row["disposition"]:
            return None
        answers = queries.answers_of(self.connection, row["id"])
        return Report(Disposition(row["disposition"]), row["asked_on"] or self.today, answers)

    def _retract(self, row: Mapping[str, Any]) -> None:
        """What the same account said before stays in the list of tries, crossed out."""
        before = queries.entries(self.connection, self.survey["id"], row["number"], "taken")
        mine = [one["key"] for one in before if one["by"] == self.by]
        queries.put_aside(self.connection, row["id"], mine)

    def _keep(self, key: str, row: Mapping[str, Any], report: Report, verdict: Verdict) -> bool:
        state = "set_aside" if verdict is Verdict.ASIDE else "taken"
        values = {
            "key": key, "respondent_id": row["id"], "disposition": report.disposition.value,
            "answers": dict(report.answers), "asked_on": report.asked_on, "by": self.by, "at": clock.now(), "state": state,
        }  # fmt: skip
        return queries.add_entry(self.connection, values)

    def _stand(
        self, entry: Entry, row: Mapping[str, Any], report: Report, standing: Report | None
    ) -> None:
        line = Line(
            number=entry.number,
            disposition=report.disposition,
            answers=report.answers,
            asked_on=report.asked_on,
            interviewer=self.by,
        )
        before = standing.answers if standing else {}
        write(self.connection, self.survey, self.instrument, [(line, row, before)], self.today)
