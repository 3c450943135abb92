"""Good reports into the tables: what became of respondents, their answers, and who is aware."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.surveys import queries
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line


@dataclass
class Changes:
    """What good rows say that the database does not; nothing when they are recorded again."""

    instrument: Instrument
    today: date
    reports: list[dict[str, Any]] = field(default_factory=list)
    given: list[dict[str, Any]] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    aware: dict[int, date] = field(default_factory=dict)
    unaware: list[int] = field(default_factory=list)

    def add(self, line: Line, row: Mapping[str, Any], old: Mapping[str, str]) -> None:
        """Compare a line with its respondent (`row`) and the answers recorded before (`old`)."""
        asked_on = line.asked_on or row["asked_on"] or self.today
        values = {
            "disposition": line.disposition.value,
            "asked_on": asked_on,
            "interviewer": line.interviewer or row["interviewer"],
        }
        if line.answers != old or any(row[name] != value for name, value in values.items()):
            self.reports.append({"respondent": row["id"], **values})
        self.given += [
            {"respondent_id": row["id"], "question": question, "value": value}
            for question, value in line.answers.items()
            if old.get(question) != value
        ]
        self.gone += [(row["id"], question) for question in old if question not in line.answers]
        if self.instrument.is_aware(line.answers):
            self.aware[row["person_id"]] = asked_on
        elif self.instrument.is_aware(old):
            self.unaware.append(row["person_id"])


def write(
    connection: Connection,
    survey: Mapping[str, Any],
    instrument: Instrument,
    lines: Iterable[tuple[Line, Mapping[str, Any], Mapping[str, str]]],
    today: date,
) -> int:
    """Write what differs from the database (line, its respondent, the answers before); returns how many it was."""
    changes = Changes(instrument, today)
    for line, row, old in lines:
        changes.add(line, row, old)
    queries.set_reports(connection, changes.reports)
    queries.put_answers(connection, changes.given)
    queries.drop_answers(connection, changes.gone)
    if survey["policy_id"] is not None:
        queries.mark_aware(connection, survey["policy_id"], changes.aware)
        queries.unmark_aware(connection, survey["policy_id"], changes.unaware)
    return len(changes.reports)
