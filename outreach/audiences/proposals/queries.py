"""All SQL of proposals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    or_,
    select,
    true,
    update,
)

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences.proposals.schemas import Looked, ProposalView
from outreach.models.audiences import Proposal, ProposalPerson
from outreach.models.campaigns import AudienceMember, Campaign, CampaignPolicy
from outreach.models.people import Person
from outreach.models.policies import Policy, PolicyVersion
from outreach.store import upsert

_CHUNK = 2_000


# -- campaigns that are out -----------------------------------------------------------------------


def first_submitted(connection: Connection, policy: int) -> datetime | None:
    """When the first campaign about a policy that was not called off was submitted."""
    return connection.scalar(select(func.min(Campaign.submitted_at)).where(*_submitted(policy)))


def submitted(connection: Connection, policy: int) -> list[tuple[str, str]]:
    """(ref, title) of campaigns about a policy whose audience is frozen."""
    statement = select(Campaign.ref, Campaign.title).where(*_submitted(policy))
    return [(row.ref, row.title) for row in connection.execute(statement.order_by(Campaign.id))]


def on_a_list(
    connection: Connection, policy: int, people: Collection[int], since: datetime | None = None
) -> set[int]:
    """Who of some people stands on the closed list of a campaign about a policy.

    since: only on lists that were closed then or later, and only who certainly fitted.
    """
    out = select(Campaign.id).where(*_submitted(policy))
    sure: ColumnElement[bool] = true()
    if since is not None:
        out = out.where(Campaign.submitted_at >= since)
        sure = AudienceMember.certainty == "yes"
    listed = sorted(people)
    found: set[int] = set()
    for start in range(0, len(listed), _CHUNK):
        statement = select(AudienceMember.person_id).where(
            AudienceMember.person_id.in_(listed[start : start + _CHUNK]),
            AudienceMember.policy_id == policy,
            AudienceMember.campaign_id.in_(out),
            sure,
        )
        found.update(connection.scalars(statement))
    return found


def _submitted(policy: int) -> tuple[ColumnElement[bool], ...]:
    about = select(CampaignPolicy.campaign_id).where(CampaignPolicy.policy_id == policy)
    return (
        Campaign.id.in_(about),
        Campaign.submitted_at.is_not(None),
        Campaign.status.not_in(("draft", "cancelled")),
    )


def people(
    connection: Connection, condition: ColumnElement[bool], why: ColumnElement[str]
) -> list[tuple[int, str]]:
    """(person, reason) of the active people for whom a condition holds, in order."""
    statement = select(Person.id, why).where(Person.status == "active", condition)
    return [(row[0], row[1]) for row in connection.execute(statement.order_by(Person.id))]


# -- writing ---------------------------------------------------------------------------------------


def proposed(
    connection: Connection, policy: int, kinds: Collection[str], from_: date | None
) -> set[int]:
    """Who stands in a proposal of such a kind that was made on a day or later (None = ever)."""
    statement = (
        select(ProposalPerson.person_id)
        .join(Proposal, Proposal.id == ProposalPerson.proposal_id)
        .where(Proposal.policy_id == policy, Proposal.kind.in_(kinds))
    )
    if from_ is not None:
        statement = statement.where(Proposal.on >= from_)
    return set(connection.scalars(statement))


def lock(connection: Connection, policy: int) -> None:
    """One machine at a time writes what it found under a policy; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            select(Policy.id).where(Policy.id == policy).with_for_update(key_share=True)
        )


def open_one(connection: Connection, policy: int, kind: str) -> int | None:
    """The proposal of a kind that nobody has decided on yet."""
    statement = select(Proposal.id).where(
        Proposal.policy_id == policy, Proposal.kind == kind, Proposal.state == "open"
    )
    return connection.scalar(statement.order_by(Proposal.id.desc()).limit(1))


def add(connection: Connection, looked: Looked, kind: str) -> int:
    """A proposal without people yet; its row number. On the same day a decided one is not touched again."""
    key = f"{kind}:{looked.policy}:{looked.on.isoformat()}"
    same = or_(Proposal.key == key, Proposal.key.startswith(f"{key}:", autoescape=True))
    number = connection.scalar(select(func.count()).select_from(Proposal).where(same)) or 0
    key = f"{key}:{number + 1}" if number else key
    values = {
        "key": key, "policy_id": looked.policy_id, "version_id": looked.version_id, "kind": kind,
        "since": looked.since or looked.on, "on": looked.on, "people": 0, "at": clock.now(),
    }  # fmt: skip
    connection.execute(upsert(connection, Proposal).values(**values).on_conflict_do_nothing())
    return connection.execute(select(Proposal.id).where(Proposal.key == key)).scalar_one()


def put_people(
    connection: Connection, proposal: int, rows: Sequence[tuple[int, str]], looked: Looked
) -> int:
    """Add people to an open proposal; returns how many it has now."""
    for start in range(0, len(rows), _CHUNK):
        some = [
            {"proposal_id": proposal, "person_id": person, "why": why}
            for person, why in rows[start : start + _CHUNK]
        ]
        connection.execute(upsert(connection, ProposalPerson).on_conflict_do_nothing(), some)
    mine = ProposalPerson.proposal_id == proposal
    count = connection.scalar(select(func.count()).select_from(ProposalPerson).where(mine)) or 0
    values = {"people": count, "on": looked.on, "version_id": looked.version_id}
    connection.execute(update(Proposal).where(Proposal.id == proposal).values(**values))
    return count


def decide(connection: Connection, proposal: int, values: Mapping[str, Any]) -> bool:
    """Write a decision on an open one; False when somebody was faster."""
    statement = update(Proposal).where(Proposal.id == proposal, Proposal.state == "open")
    return connection.execute(statement.values(**values, decided_at=clock.now())).rowcount == 1


# -- reading ---------------------------------------------------------------------------------------


def views(
    connection: Connection, scope: Scope, state: str = "", proposal: int | None = None
) -> list[ProposalView]:
    """Proposals with their counts inside a scope, newest first; those without anybody inside are left out."""
    columns: tuple[Any, ...] = (
        Proposal, Policy.ref, PolicyVersion.number, PolicyVersion.facts["plain_name"].as_string().label("plain_name"),
        Campaign.ref.label("campaign"),
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Policy, Policy.id == Proposal.policy_id)
        .join(PolicyVersion, PolicyVersion.id == Proposal.version_id)
        .outerjoin(Campaign, Campaign.id == Proposal.campaign_id)
        .order_by(Proposal.id.desc())
    )
    if state:
        statement = statement.where(Proposal.state == state)
    if proposal is not None:
        statement = statement.where(Proposal.id == proposal)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    counts = _counts(connection, scope, [row["id"] for row in rows])
    found = [_view(row, counts.get(row["id"], {})) for row in rows]
    return [one for one in found if one.people]


def _counts(
    connection: Connection, scope: Scope, ids: Collection[int]
) -> dict[int, dict[str, int]]:
    statement = (
        select(ProposalPerson.proposal_id, ProposalPerson.why, func.count())
        .join(Person, Person.id == ProposalPerson.person_id)
        .where(ProposalPerson.proposal_id.in_(ids), scope.condition(Person.region))
        .group_by(ProposalPerson.proposal_id, ProposalPerson.why)
    )
    found: dict[int, dict[str, int]] = {}
    for proposal, why, count in connection.execute(statement):
        found.setdefault(proposal, {})[why] = count
    return found


def _view(row: Mapping[str, Any], why: Mapping[str, int]) -> ProposalView:
    return ProposalView(
        id=row["id"], policy=row["ref"], policy_id=row["policy_id"], plain_name=row["plain_name"] or row["ref"],
        version=row["number"], kind=row["kind"], since=row["since"], on=row["on"], people=sum(why.values()),
        state=row["state"], campaign=row["campaign"] or "", note=row["note"], by=row["by"], at=row["at"],
        decided_at=row["decided_at"], why=why,
    )  # fmt: skip


def by_place(
    connection: Connection, scope: Scope, proposal: int, depth: int
) -> list[tuple[str, int]]:
    """(code, people) of a proposal inside a scope."""
    place = func.substr(Person.region, 1, depth)
    statement = (
        select(place, func.count())
        .select_from(ProposalPerson)
        .join(Person, Person.id == ProposalPerson.person_id)
        .where(ProposalPerson.proposal_id == proposal, scope.condition(Person.region))
        .group_by(place)
        .order_by(place)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def members(proposal: int) -> Select[int]:
    """Row numbers of the people of a proposal."""
    return select(ProposalPerson.person_id).where(ProposalPerson.proposal_id == proposal)
