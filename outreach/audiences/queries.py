"""All SQL of matching and freezing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    SQLColumnExpression,
    case,
    delete,
    func,
    insert,
    literal,
    select,
)

from outreach.audiences.predicates import age_band, eligible, under
from outreach.models.campaigns import AudienceMember
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView

_BY = ("region", "age_band", "language")


def group_of(by: str, on: date, depth: int) -> SQLColumnExpression[str]:
    """By what counts are divided: region (codes of `depth`), age_band, language; '' by nothing."""
    if by not in _BY:
        return literal("")
    if by == "age_band":
        return age_band(on)
    return func.substr(Person.region, 1, depth) if by == "region" else Person.language


def totals(
    connection: Connection,
    policy: PolicyView,
    scope: str,
    on: date,
    by: str = "",
    *,
    home: str = "",
    depth: int = 9,
) -> list[tuple[str, int, int, int, int]]:
    """(group, likely, unknown, not, blocked) of everybody in scope; one group '' without `by`."""
    inside = under(Person.region, scope)
    return tally(connection, eligible(policy, on, home), inside, group_of(by, on, depth))


def tally(
    connection: Connection,
    pair: tuple[ColumnElement[bool], ColumnElement[bool]],
    inside: ColumnElement[bool],
    group: SQLColumnExpression[str],
) -> list[tuple[str, int, int, int, int]]:
    """(group, likely, unknown, not, blocked) of everybody inside, by a pair (certain, possible)."""
    certain, possible = pair
    blocked = Person.status != "active"
    answer = case((blocked, "blocked"), (certain, "likely"), (possible, "unknown"), else_="not")
    facts = select(group.label("part"), answer.label("answer")).where(inside).subquery()
    sums = [
        func.sum(case((facts.c.answer == name, 1), else_=0))
        for name in ("likely", "unknown", "not", "blocked")
    ]
    rows = connection.execute(
        select(facts.c.part, *sums).group_by(facts.c.part).order_by(facts.c.part)
    ).all()
    return [(row[0], int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows]


def freeze(
    connection: Connection,
    campaign: int,
    policy: PolicyView,
    inside: ColumnElement[bool],
    on: date,
    *,
    take_unknown: bool,
    home: str = "",
) -> int:
    """Write the audience of one policy; a repeat writes nothing new. Returns how many rows were written.

    `inside`: which people of the register may be in it.
    """
    certain, possible = eligible(policy, on, home)
    wanted = possible if take_unknown else certain
    rows = (
        select(
            literal(campaign), Person.id, literal(policy.id),
            case((certain, "yes"), else_="unknown"), literal(0),
        )
        .where(inside, Person.status == "active", wanted)
    )  # fmt: skip
    names = ["campaign_id", "person_id", "policy_id", "certainty", "wave"]
    return connection.execute(insert(AudienceMember).from_select(names, rows)).rowcount


def unfreeze(connection: Connection, campaign: int) -> None:
    """Forget the audience of a campaign that went back to draft."""
    connection.execute(delete(AudienceMember).where(AudienceMember.campaign_id == campaign))


def members(connection: Connection, campaign: int) -> Iterator[tuple[int, int, str, int]]:
    """(person, policy, certainty, wave) in a fixed order: what the hash covers."""
    statement = (
        select(
            AudienceMember.person_id,
            AudienceMember.policy_id,
            AudienceMember.certainty,
            AudienceMember.wave,
        )
        .where(AudienceMember.campaign_id == campaign)
        .order_by(AudienceMember.person_id, AudienceMember.policy_id)
        .execution_options(yield_per=10_000)
    )
    for row in connection.execute(statement):
        yield row.person_id, row.policy_id, row.certainty, row.wave


def sizes(connection: Connection, campaign: int) -> tuple[int, dict[tuple[int, str], int]]:
    """People in the audience, and rows by (policy, certainty)."""
    mine = AudienceMember.campaign_id == campaign
    people = (
        connection.scalar(select(func.count(AudienceMember.person_id.distinct())).where(mine)) or 0
    )
    rows = connection.execute(
        select(AudienceMember.policy_id, AudienceMember.certainty, func.count())
        .where(mine)
        .group_by(AudienceMember.policy_id, AudienceMember.certainty)
    ).all()
    return people, {(row[0], row[1]): int(row[2]) for row in rows}
