"""Who asks and has also told: an answer to the one who brought the news is no independent one.

Somebody is a messenger for a sampled person when they look after the household, or when they marked a delivery to it
(handed over, visited, called) about what the survey asks. They are known by account or by the name that an interviewer
wrote on a sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, union
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Person
from outreach.models.surveys import Respondent
from outreach.models.work import HelperHousehold, Word
from outreach.surveys.dispositions import INTERVIEWED
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.queries import EVERYWHERE
from outreach.surveys.service import get
from outreach.wording import say


@dataclass(frozen=True)
class Messenger:
    """One interviewer who also told. `name` as on pages; `numbers`: the sampled people whom they told or look after;
    `interviewed`: those of them whom they have interviewed."""

    account: str
    name: str
    numbers: tuple[int, ...]
    interviewed: tuple[int, ...]

    def sentence(self) -> str:
        """What stands beside an assignment and a result."""
        return say(
            "fieldwork.messenger",
            name=self.name,
            people=len(self.numbers),
            interviewed=len(self.interviewed),
        )


def messengers(
    connection: Connection, ref: str, scope: Scope = EVERYWHERE
) -> tuple[Messenger, ...]:
    """Interviewers of a survey (by assignment, or by the name on a sheet) who told people whom they ask; by account.

    () when nobody does. Raises Missing.
    """
    survey = get(connection, ref)
    told = tellers(connection, survey)
    names = {row.name: row.display or row.name for row in queries.accounts(connection)}
    asked: dict[str, set[int]] = defaultdict(set)
    done: dict[str, set[int]] = defaultdict(set)
    for row in queries.sample(connection, survey["id"], scope):
        interviewed = row["disposition"] in INTERVIEWED
        who = row["interviewer"] if interviewed and row["interviewer"] else row["assigned"]
        for account in told.get(row["number"], ()):
            if who and who in (account, names.get(account, account)):
                asked[account].add(row["number"])
                if interviewed:
                    done[account].add(row["number"])
    return tuple(
        Messenger(account, names.get(account, account), tuple(sorted(numbers)), tuple(sorted(done[account])))
        for account, numbers in sorted(asked.items())
    )  # fmt: skip


def tellers(connection: Connection, survey: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Number → the accounts that told the household of this sampled person, or look after it."""
    found: dict[int, set[str]] = defaultdict(set)
    for number, account in (*_helpers(connection, survey["id"]), *_marked(connection, survey)):
        found[number].add(account)
    return {number: frozenset(accounts) for number, accounts in found.items()}


def _helpers(connection: Connection, survey: int) -> Iterable[tuple[int, str]]:
    statement = (
        select(Respondent.number, HelperHousehold.helper)
        .join(Person, Person.id == Respondent.person_id)
        .join(HelperHousehold, HelperHousehold.household_id == Person.household_id)
        .where(Respondent.survey_id == survey)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def _marked(connection: Connection, survey: Mapping[str, Any]) -> Iterable[tuple[int, str]]:
    """Words about deliveries to one person or household; a post to a group or a broadcast told nobody in person."""
    home = aliased(Person)
    own = select(Respondent.number, Respondent.person_id.label("person")).where(
        Respondent.survey_id == survey["id"]
    )
    family = (
        select(Respondent.number, home.id.label("person"))
        .join(Person, Person.id == Respondent.person_id)
        .join(home, home.household_id == Person.household_id)
        .where(Respondent.survey_id == survey["id"])
    )
    people = union(own, family).subquery()
    statement = (
        select(people.c.number, Word.by)
        .join(DeliverySubject, DeliverySubject.person_id == people.c.person)
        .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
        .join(Word, Word.delivery_id == Delivery.id)
        .where(Delivery.kind.in_(("person", "household")), Word.undone_at.is_(None))
        .distinct()
    )
    if survey["policy_id"] is not None:
        statement = statement.where(DeliverySubject.policy_id == survey["policy_id"])
    return [(row[0], row[1]) for row in connection.execute(statement)]
