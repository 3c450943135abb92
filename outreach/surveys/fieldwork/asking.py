"""What an interviewer sees: their surveys, their people, one of them. Nobody else's, and only during fieldwork."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Conflict, Refused
from outreach.surveys.dispositions import INTERVIEWED, Disposition
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.checking import in_the_field, require_open
from outreach.surveys.fieldwork.people import Sampled, sampled, walk
from outreach.surveys.fieldwork.progress import is_left
from outreach.surveys.service import get, get_drawn, thing
from outreach.vault import Vault


@dataclass(frozen=True)
class MySurvey:
    """One survey of an interviewer. `again`: people whom they ask again; `open`: whether the people are shown today."""

    survey: Mapping[str, Any]
    people: int
    interviewed: int
    left: int
    again: int
    open: bool


@dataclass(frozen=True)
class Asked:
    """One person on an interviewer's list, and what has become of them; `tries`: days on which somebody tried."""

    person: Sampled
    disposition: Disposition
    asked_on: date | None
    tries: int
    left: bool


def surveys(connection: Connection, account: str, today: date) -> list[MySurvey]:
    """The surveys in which an account has somebody to ask, newest first."""
    return [
        _mine(connection, get(connection, ref), account, today)
        for ref in queries.surveys_of(connection, account)
    ]


def _mine(connection: Connection, survey: Mapping[str, Any], account: str, today: date) -> MySurvey:
    rows = queries.sample(connection, survey["id"])
    mine = [row for row in rows if row["assigned"] == account]
    tried = queries.tries(connection, survey["id"])
    return MySurvey(
        survey,
        people=len(mine),
        interviewed=sum(row["disposition"] in INTERVIEWED for row in mine),
        left=sum(is_left(row["disposition"], tried.get(row["number"], 0)) for row in mine),
        again=sum(row["call_back_by"] == account for row in rows),
        open=in_the_field(survey, today),
    )


def list_of(
    connection: Connection, vault: Vault, ref: str, account: str, today: date
) -> list[Asked]:
    """The people of an account in the order of doors, in clear; the log says that they were shown.

    Raises Missing, Conflict outside the fieldwork, Refused where the account has nobody.
    """
    survey = _open(connection, ref, today)
    rows = {
        row["number"]: row
        for row in queries.sample(connection, survey["id"])
        if row["assigned"] == account
    }
    if not rows:
        raise Refused("fieldwork.nobody_yours", survey=ref)
    people = sampled(connection, vault, survey, list(rows))
    tried = queries.tries(connection, survey["id"])
    detail = {"page": "fieldwork", "people": len(people)}
    audit.record(connection, account, Action.PEOPLE_REVEAL, thing(ref), detail)
    return [_asked(one, rows[one.number], tried) for one in walk(people)]


def one_of(
    connection: Connection, vault: Vault, ref: str, number: int, account: str, today: date
) -> tuple[Asked, Sequence[Mapping[str, Any]]]:
    """One person of an account and the tries so far. Refused for somebody else's, whether or not there is one."""
    survey = _open(connection, ref, today)
    row = queries.locked(connection, survey["id"], number)
    if row is None or row["assigned"] != account:
        raise Refused("fieldwork.not_yours", number=number)
    (person,) = sampled(connection, vault, survey, [number])
    tried = queries.tries(connection, survey["id"])
    detail = {"page": "fieldwork", "number": number}
    audit.record(connection, account, Action.PEOPLE_REVEAL, thing(ref), detail)
    return _asked(person, row, tried), queries.entries(connection, survey["id"], number)


def again_of(connection: Connection, vault: Vault, ref: str, account: str) -> list[Sampled]:
    """Whom an account asks again, until the survey is closed; what they had answered is not told."""
    survey = get_drawn(connection, ref)
    require_open(survey)
    rows = queries.sample(connection, survey["id"])
    numbers = [row["number"] for row in rows if row["call_back_by"] == account]
    if numbers:
        detail = {"page": "call-backs", "people": len(numbers)}
        audit.record(connection, account, Action.PEOPLE_REVEAL, thing(ref), detail)
    return walk(sampled(connection, vault, survey, numbers)) if numbers else []


def _open(connection: Connection, ref: str, today: date) -> Mapping[str, Any]:
    survey = get_drawn(connection, ref)
    require_open(survey)
    if survey["opens_on"] is not None and today < survey["opens_on"]:
        raise Conflict("fieldwork.not_begun", survey=ref, on=survey["opens_on"])
    if survey["closes_on"] is not None and today > survey["closes_on"]:
        raise Conflict("fieldwork.over", survey=ref, on=survey["closes_on"])
    return survey


def _asked(person: Sampled, row: Mapping[str, Any], tried: Mapping[int, int]) -> Asked:
    tries = tried.get(person.number, 0)
    return Asked(
        person,
        Disposition(row["disposition"]),
        row["asked_on"],
        tries,
        is_left(row["disposition"], tries),
    )
