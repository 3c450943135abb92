"""Who asks whom: people of a village are handed to the account of an interviewer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action, allowed
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.surveys.dispositions import INTERVIEWED
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.checking import require_open
from outreach.surveys.fieldwork.messengers import tellers
from outreach.surveys.fieldwork.queries import EVERYWHERE
from outreach.surveys.service import get_drawn, thing


@dataclass(frozen=True)
class Assigned:
    """What an assignment did. `people` were handed over; `told`: numbers whom this account also told or looks after;
    `kept`: people of the place who were interviewed already and stay with whom they were."""

    account: str
    name: str
    people: int
    kept: int
    told: tuple[int, ...]


def interviewers(connection: Connection) -> dict[str, str]:
    """Account → name on pages, of everybody who may interview; interviewers before others."""
    found = [
        row for row in queries.accounts(connection) if allowed(row.role, Action.SURVEYS_RECORD)
    ]
    found.sort(key=lambda row: (row.role != "interviewer", row.name))
    return {row.name: row.display or row.name for row in found}


def assign(
    connection: Connection,
    ref: str,
    account: str,
    villages: Collection[str] = (),
    numbers: Iterable[int] = (),
    by: str = audit.SYSTEM,
    scope: Scope = EVERYWHERE,
) -> Assigned:
    """Hand the sampled people of villages (or any region), or of these numbers, to an account; '' takes them back.

    Only people of the scope are handed over. Whoever was interviewed stays with whom they were. Raises Missing for an account that may not interview or a
    survey that does not exist, Conflict before the drawing and after the closing, Invalid where nobody is to be asked.
    """
    survey = get_drawn(connection, ref)
    require_open(survey)
    known = interviewers(connection)
    if account and account not in known:
        raise Missing("fieldwork.no_interviewer", account=account)
    rows = {row["number"]: row for row in queries.sample(connection, survey["id"], scope)}
    wanted = {number for number in numbers if number in rows}
    wanted |= {
        number
        for number, row in rows.items()
        if any(village and Scope(village).covers(row["region"]) for village in villages)
    }
    if not wanted:
        raise Invalid("fieldwork.nobody_there", survey=ref, places="、".join(villages) or "—")
    free = {number for number in wanted if rows[number]["disposition"] not in INTERVIEWED}
    queries.hand_over(connection, survey["id"], account, free)
    detail = {"to": account, "people": len(free)}
    audit.record(connection, by, Action.SURVEYS_CHECK, thing(ref), detail)
    told = tellers(connection, survey) if account else {}
    also = tuple(sorted(number for number in free if account in told.get(number, ())))
    return Assigned(account, known.get(account, ""), len(free), len(wanted - free), also)


def packs(assigned: Iterable[str]) -> dict[str, int]:
    """Account → number of the pack of paper, from 1, in the order of the accounts' names."""
    return {account: number for number, account in enumerate(sorted({*assigned} - {""}), 1)}
