"""Taking in a list of who applied for a policy, or received it.

Lists are matched on subjects: a parent who applied for a child stands for the child. Where the list has columns about
the child they are read; where it names only the parent, whom the rule does not fit, the one ward whom it may fit is
meant, and of several nobody is guessed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.errors import Invalid
from outreach.people.handed_in.report import Desk, ListReport
from outreach.people.handed_in.returned import write_returned
from outreach.people.handed_in.rows import ListRow
from outreach.people.handed_in.taking import (
    Taken,
    Terms,
    look_up,
    read_file,
    settle_errors,
    write_run,
)
from outreach.people.queries.facts import facts_of
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import queries
from segments.person import Person as Facts
from segments.truth import answer_on

FACTS = ("applied", "received")


def take_policy_list(
    path: Path,
    list_ref: str,
    terms: Terms,
    desk: Desk,
    *,
    dry_run: bool = False,
    returned: Path | None = None,
) -> ListReport:
    """Take in `applied:REF` or `received:REF`; `terms.on` is the cut-off date, `terms.complete` that nobody is missing.

    Each person gets the fact on the row's own date, else on the cut-off date; of two dates the earlier one stays.
    Raises Invalid reach.list_ref and what `take_circumstances` raises, Missing policies.unknown.
    """
    fact, ref = parse_ref(list_ref)
    terms.check(desk)
    handed = read_file(path, desk)
    with desk.begin() as connection:
        policy = policies.get(connection, ref)
        taken = look_up(connection, handed, desk, list_ref)
        dated = _subjects(connection, taken, policy, terms)
        before = queries.already(connection, policy.id, fact, dated)
        taken.report.kept = len(before)
        taken.report.gained = len(dated) - len(before)
        settle_errors(taken)
        if not dry_run and not taken.report.failed:
            _write(connection, path, taken, terms, desk)
            queries.add(
                connection,
                [_row(policy.id, fact, one, row.dated or terms.on) for one, row in dated.items()],
            )
            if terms.complete:
                _complete(connection, policy.id, fact, terms, taken.report, desk)
    if returned is not None and handed.bad:
        write_returned(returned, handed)
    return taken.report


def _row(policy: int, fact: str, person: int, on: date) -> dict[str, Any]:
    return {
        "policy_id": policy, "person_id": person, "fact": fact, "on": on, "channel": "list", "delivery_id": None,
    }  # fmt: skip


def parse_ref(list_ref: str) -> tuple[str, str]:
    """`applied:elder-80` → (applied, elder-80); Invalid reach.list_ref for anything else."""
    fact, _, ref = list_ref.partition(":")
    if fact not in FACTS or not ref:
        raise Invalid("reach.list_ref", value=list_ref)
    return fact, ref


def _subjects(
    connection: Connection, taken: Taken, policy: PolicyView, terms: Terms
) -> dict[int, ListRow]:
    """Subject → their row with the earliest date; applicants are replaced by the one whom they applied for."""
    matching = taken.matching
    meant = _meant(connection, set(matching.people), policy, terms)
    dated: dict[int, ListRow] = {}
    for row, person in matching.found:
        several = meant.get(person.id, [person.id])
        if len(several) > 1:
            taken.handed.problem(row.place, "", Invalid("reach.list_several_wards"))
            taken.report.ambiguous += 1
            taken.report.matched -= 1
            continue
        subject = several[0]
        earlier = dated.get(subject)
        if earlier is None or (row.dated or terms.on) < (earlier.dated or terms.on):
            dated[subject] = row
    taken.report.people = len(dated)
    return dated


def _meant(
    connection: Connection, people: set[int], policy: PolicyView, terms: Terms
) -> dict[int, list[int]]:
    """Applicant → the wards who may be meant, for those whom the rule does not fit themselves."""
    wards = queries.wards(connection, people)
    facts = facts_of(
        connection, {*wards, *(ward for several in wards.values() for ward in several)}
    )
    found = {}
    for person, several in wards.items():
        if _fits(policy, facts[person], terms):
            continue
        possible = [ward for ward in several if _fits(policy, facts[ward], terms)]
        if possible:
            found[person] = possible
    return found


def _fits(policy: PolicyView, facts: Facts, terms: Terms) -> bool:
    place = getattr(facts, policy.basis)
    return answer_on(policy.rule_at(place), facts, terms.on) != "no"


def _write(connection: Connection, path: Path, taken: Taken, terms: Terms, desk: Desk) -> None:
    taken.report.run = write_run(connection, path, desk, taken, terms)
    taken.report.written = True


def _complete(
    connection: Connection, policy: int, fact: str, terms: Terms, report: ListReport, desk: Desk
) -> None:
    values = {
        "policy_id": policy, "fact": fact, "region": terms.region, "cut_off": terms.on, "rows": report.rows,
        "unmatched": report.missed, "source": terms.source, "legal_basis": terms.legal_basis,
        "purpose": terms.purpose, "by": desk.by, "at": clock.now(),
    }  # fmt: skip
    queries.add_list(connection, values)
