"""All SQL of matching and freezing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    SQLColumnExpression,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.sql.elements import True_

from outreach.access.scope import under
from outreach.audiences.predicates import age_band, eligible
from outreach.models.campaigns import AudienceMember, FiringMember
from outreach.models.people import Person, RegisterChange
from outreach.policies.schemas import PolicyView
from outreach.store import upsert

_BY = ("region", "age_band", "language")


def group_of(by: str, on: date, depth: int) -> SQLColumnExpression[str] | None:
    """By what counts are divided: region (codes of `depth`), age_band, language; None by nothing."""
    if by not in _BY:
        return None
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
    group: SQLColumnExpression[str] | None,
) -> list[tuple[str, int, int, int, int]]:
    """(group, likely, unknown, not, blocked) of everybody inside, by a pair (certain, possible).

    Three counts, because each reads little: everybody without a look at the facts, the few who are blocked from
    their own index, and of the rest only whom the rule may fit.
    """
    certain, possible = pair
    everybody = _counted(connection, group, [inside], func.count())
    # written out: a bound value would not lead the planner to the index of who is blocked
    blocked = _counted(
        connection, group, [inside, Person.status != literal_column("'active'")], func.count()
    )
    active = Person.status == "active"
    likely = func.sum(case((certain, 1), else_=0))
    fitting = _counted(connection, group, [inside, possible, active], func.count(), likely)
    rows = []
    for name in sorted(everybody):
        whole, stopped = everybody[name][0], blocked.get(name, (0,))[0]
        maybe, sure = fitting.get(name, (0, 0))
        rows.append((name, sure, maybe - sure, whole - stopped - maybe, stopped))
    return rows


def _counted(
    connection: Connection,
    group: SQLColumnExpression[str] | None,
    where: list[ColumnElement[bool]],
    *sums: ColumnElement[int],
) -> dict[str, tuple[int, ...]]:
    """Group → sums; '' without a group. Conditions that say nothing are left out: then SQLite need not look."""
    said = [one for one in where if not isinstance(one, True_)]
    if group is None:
        row = connection.execute(select(*sums).select_from(Person).where(*said)).one()
        return {"": tuple(int(one or 0) for one in row)}
    rows = connection.execute(select(group, *sums).where(*said).group_by(group)).all()
    return {row[0]: tuple(int(one or 0) for one in row[1:]) for row in rows}


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


def find(
    connection: Connection,
    firing: tuple[int, int],
    policy: PolicyView,
    inside: ColumnElement[bool],
    on: date,
    *,
    take_unknown: bool,
    home: str = "",
) -> None:
    """Whom one firing of a recurring step is for, about one policy; who is new joins the campaign's audience.

    firing: (campaign, firing). inside: which people of the register may be found.
    """
    campaign, key = firing
    certain, possible = eligible(policy, on, home)
    wanted = and_(inside, Person.status == "active", possible if take_unknown else certain)
    people = select(literal(key), Person.id, literal(policy.id)).where(wanted)
    names = ["firing_id", "person_id", "policy_id"]
    connection.execute(
        upsert(connection, FiringMember).from_select(names, people).on_conflict_do_nothing()
    )
    rows = (
        select(
            literal(campaign), Person.id, literal(policy.id),
            case((certain, "yes"), else_="unknown"), literal(0),
        )
        .join(FiringMember, FiringMember.person_id == Person.id)
        .where(FiringMember.firing_id == key, FiringMember.policy_id == policy.id)
    )  # fmt: skip
    columns = ["campaign_id", "person_id", "policy_id", "certainty", "wave"]
    statement = upsert(connection, AudienceMember).from_select(columns, rows)
    known_better = {"certainty": statement.excluded.certainty}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["campaign_id", "person_id", "policy_id"], set_=known_better
        )
    )


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


def list_hash(connection: Connection, campaign: int) -> str:
    """The hash of an audience: SHA-256 over every row, in order."""
    digest = hashlib.sha256()
    for member in members(connection, campaign):
        digest.update(repr(member).encode())
    return digest.hexdigest()


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


def fold_changes(connection: Connection, most: int = 10_000) -> int:
    """Forget all but the newest note of a change of the register, when there are more than `most`; returns how many.

    PostgreSQL notes each statement in a row of its own. A snapshot that was made before is made anew, and that is all.
    """
    newest, notes = connection.execute(
        select(func.max(RegisterChange.id), func.count()).select_from(RegisterChange)
    ).one()
    if notes <= most:
        return 0
    return connection.execute(delete(RegisterChange).where(RegisterChange.id < newest)).rowcount
