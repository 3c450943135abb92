"""What a household's sheet says: its policies with whom they are for, the sure and urgent ones first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from channels.flyer import PolicyBlock
from channels.flyer.sheets import MOST_POLICIES
from outreach.deliveries import drop
from outreach.deliveries.sheet_words import said_amount, sum_of
from outreach.messages import facts
from outreach.models.campaigns import AudienceMember
from outreach.models.deliveries import DeliverySubject
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.store import chunks
from segments.reading import read_clause, sensitivity
from segments.rules import Rule


@dataclass(frozen=True)
class Said:
    """One policy on one sheet; `open`: it may stand on a sheet that anybody can read."""

    ref: str
    block: PolicyBlock
    certain: bool
    open: bool
    rank: tuple[bool, date, float]


@dataclass(frozen=True)
class _Member:
    relation: str
    certain: bool
    region: str


class Blocks:
    """Makes each distinct block once: ten thousand households have a few hundred of them."""

    def __init__(self, policies: Sequence[PolicyView]) -> None:
        self._views = {view.id: view for view in policies}
        self._made: dict[tuple[int, str, str, bool], Said] = {}

    @cached_property
    def _open(self) -> dict[int, bool]:
        return {key: sensitivity(view.rule) == "open" for key, view in self._views.items()}

    @property
    def open_refs(self) -> frozenset[str]:
        """Policies that may stand on a sheet that anybody can read."""
        return frozenset(self._views[key].ref for key, is_open in self._open.items() if is_open)

    def read(
        self, connection: Connection, campaign: int, left: Mapping[int, drop.Remaining]
    ) -> dict[int, tuple[Said, ...]]:
        """Delivery → what its sheet says, in the order in which it says it."""
        found: dict[int, dict[int, list[_Member]]] = {}
        for ids in chunks(left, 1_000):
            rows = connection.execute(_subjects(ids)).all()
            certainty = _certainty(connection, campaign, {row.person_id for row in rows})
            for delivery, policy, person, relation, region in rows:
                answer = certainty.get((person, policy))
                if answer is not None and left[delivery].is_about(
                    person, policy, self._views[policy].ref
                ):
                    member = _Member(relation, answer == "yes", region)
                    found.setdefault(delivery, {}).setdefault(policy, []).append(member)
        return {
            delivery: tuple(
                sorted(
                    (self._said(policy, members) for policy, members in by_policy.items()),
                    key=lambda said: said.rank,
                )
            )
            for delivery, by_policy in found.items()
        }

    def for_anybody(self, region: str) -> tuple[PolicyBlock, ...]:
        """What holds in a region whoever lives there: open policies, each still to be checked."""
        kin = _kin("")
        every = (
            self._make(key, region, kin, certain=False) for key in self._views if self._open[key]
        )
        return tuple(one.block for one in sorted(every, key=lambda said: said.rank)[:MOST_POLICIES])

    def _said(self, policy: int, members: Sequence[_Member]) -> Said:
        kin = "、".join(dict.fromkeys(_kin(one.relation) for one in members))
        certain = all(one.certain for one in members)
        key = (policy, members[0].region, kin, certain)
        if key not in self._made:
            self._made[key] = self._make(*key[:3], certain=certain)
        return self._made[key]

    def _make(self, policy: int, region: str, kin: str, *, certain: bool) -> Said:
        view = self._views[policy]
        block = _block(view, region, kin, certain=certain)
        amount = float(block.amount) if block.amount.replace(".", "", 1).isdecimal() else 0.0
        rank = (block.status != "yes", _last_day(view, region), -amount)
        return Said(view.ref, block, certain, self._open[policy], rank)


def _subjects(ids: Sequence[int]) -> Any:
    """Delivery, policy, person, relation and region of everybody whom deliveries serve."""
    return (
        select(
            DeliverySubject.delivery_id, DeliverySubject.policy_id, DeliverySubject.person_id, Person.relation,
            Person.region,
        )
        .join(Person, Person.id == DeliverySubject.person_id)
        .where(DeliverySubject.delivery_id.in_(ids))
        .order_by(DeliverySubject.delivery_id, DeliverySubject.policy_id, Person.birth, Person.id)
    )  # fmt: skip


def _certainty(
    connection: Connection, campaign: int, people: Collection[int]
) -> dict[tuple[int, int], str]:
    """(person, policy) → yes or unknown, as the audience was frozen. Asked by itself: joined to a thousand deliveries
    SQLite walks through the whole audience for each."""
    found: dict[tuple[int, int], str] = {}
    for some in chunks(people, 1_000):
        rows = connection.execute(
            select(
                AudienceMember.person_id, AudienceMember.policy_id, AudienceMember.certainty
            ).where(AudienceMember.campaign_id == campaign, AudienceMember.person_id.in_(some))
        )
        found |= {(person, policy): certainty for person, policy, certainty in rows}
    return found


def _block(view: PolicyView, region: str, kin: str, *, certain: bool) -> PolicyBlock:
    here, rule = view.facts_at(region), view.rule_at(region)
    money = sum_of(here)
    return PolicyBlock(
        name=facts.words(here.get("plain_name")),
        status="yes" if certain and not rule.check else "maybe",
        reason=kin + _threshold(rule),
        amount=money.number or said_amount(here),
        prefix=money.prefix,
        unit=money.money + money.each,
        bring=facts.documents_to_bring(here),
        when=facts.words(here.get("window")),
        where=facts.words(here.get("where")),
        phone=facts.words(here.get("phone")) or "12345",
        steps=tuple(facts.words(step) for step in (here.get("how_to_apply") or [])[:4]),
        check="；".join(rule.check),
    )


def _last_day(view: PolicyView, region: str) -> date:
    """The last day on which it can be claimed, as far as it is known: what ends soonest stands first."""
    window = view.facts_at(region).get("window")
    closes = window.get("to") if isinstance(window, Mapping) else None
    days = [view.last_day(region), date.fromisoformat(str(closes)) if closes else None]
    return min((day for day in days if day is not None), default=date.max)


def _threshold(rule: Rule) -> str:
    """The condition that a reader checks first."""
    if rule.all:
        return read_clause(rule.all[0])
    return f"不{read_clause(rule.none[0])}" if rule.none else ""


def _kin(relation: str) -> str:
    """The word by which a household knows its member; never a name or a birth date on an open sheet."""
    return {"": "家里人", "户主": "户主本人", "本人": "户主本人"}.get(relation, relation)
