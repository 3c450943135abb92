"""What a campaign says on paper: one sheet per household, in the order in which one walks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, literal, null, select

from channels.flyer import HouseholdSheet, PolicyBlock, Serial, SheetMeta
from channels.flyer.sheets import MOST_POLICIES, Edition, HouseholdSize
from outreach.deliveries import drop
from outreach.deliveries.orders import Orders
from outreach.messages import facts
from outreach.models.campaigns import AudienceMember, Step
from outreach.models.deliveries import (
    Delivery,
    DeliverySubject,
    delivery_state,
)
from outreach.models.people import Household, Person, Region
from outreach.people.addresses import matches_place, natural_key
from outreach.policies.schemas import PolicyView
from outreach.vault import Vault
from segments.reading import read_clause, sensitivity
from segments.rules import Rule


@dataclass(frozen=True)
class Selection:
    """Which sheets of a campaign: by region or grid code, by '3栋2单元', by household, from a page on."""

    region: str = ""
    place: str = ""
    household: int | None = None
    from_sheet: int = 1
    copies: int = 1
    size: HouseholdSize = "a4"
    edition: Edition = "normal"
    sealed: bool = False


@dataclass(frozen=True)
class Door:
    """One delivery on paper: where it goes, and what its sheet says."""

    delivery_id: int
    household: int | None
    region: str
    village: str
    address: str
    sheet: HouseholdSheet


def meta(campaign: Mapping[str, Any], public_url: str, *, demo: bool) -> SheetMeta:
    """What stands on every sheet of a campaign."""
    options = campaign["options"]
    return SheetMeta(
        title="您家能用上的惠民政策",
        issuer=options["office"],
        version=f"{campaign['ref']}·{(campaign['frozen_hash'] or '草稿')[:6]}",
        valid_until=date.fromisoformat(options["valid_until"]),
        phone=options.get("phone", "12345"),
        url=f"{public_url.rstrip('/')}/calculator",
        demo=demo,
    )


def doors(
    connection: Connection, vault: Vault, orders: Orders, on: date, *, sealed: bool
) -> list[Door]:
    """Every household of the campaign's paper steps that still gets a sheet, in walking order, numbered.

    Numbers come from the whole pile, so a part that is printed again carries the same ones.
    """
    rows = _paper_rows(connection, orders.campaign_id)
    ids = [row["id"] for row in rows]
    left = _remaining(connection, orders, ids, on)
    rows = [row for row in rows if not left[row["id"]].reason]
    blocks = _blocks(connection, orders, [row["id"] for row in rows], left, sealed=sealed)
    clear = [
        {
            **row,
            "address": vault.decrypt("address", row["address"]),
            "name": vault.decrypt("name", row["name"]),
        }
        for row in rows
    ]
    clear.sort(key=lambda row: (row["region"], natural_key(row["address"]), row["id"]))
    grids = {
        code: number for number, code in enumerate(sorted({row["region"] for row in clear}), 1)
    }
    place: dict[str, int] = {}
    made = []
    for row in clear:
        # numbered even where this edition has nothing to say, so that open and sealed sheets carry the same number
        place[row["region"]] = place.get(row["region"], 0) + 1
        chosen = blocks.get(row["id"])
        if chosen:
            serial = Serial(orders.campaign_id, grids[row["region"]], place[row["region"]])
            made.append(_door(row, str(serial), chosen))
    return made


def _door(row: Mapping[str, Any], serial: str, blocks: Sequence[PolicyBlock]) -> Door:
    sheet = HouseholdSheet(
        serial=serial,
        householder=row["name"],
        address=row["address"] or row["village"],
        policies=tuple(blocks[:MOST_POLICIES]),
        more=max(0, len(blocks) - MOST_POLICIES),
    )
    return Door(row["id"], row["household"], row["region"], row["village"], row["address"], sheet)


def _paper_rows(connection: Connection, campaign: int) -> list[Mapping[str, Any]]:
    """Deliveries of paper steps that are not skipped, with their encrypted addresses."""
    view = delivery_state.c
    head = func.coalesce(Household.head_id, Person.id)
    householder = (
        select(Person.name).where(Person.id == head).correlate(Household).scalar_subquery()
    )
    village = select(Region.name).where(Region.code == Delivery.village).scalar_subquery()
    households = (
        select(
            Delivery.id,
            Household.id.label("household"),
            Household.region,
            Household.address,
            householder.label("name"),
            village.label("village"),
        )
        .join(Household, Household.id == Delivery.addressee)
        .where(Delivery.kind == "household")
    )
    alone = (
        select(
            Delivery.id,
            null().label("household"),
            Person.region,
            literal("").label("address"),
            Person.name,
            village.label("village"),
        )
        .join(Person, Person.id == Delivery.addressee)
        .where(Delivery.kind == "person")
    )
    rows: list[Mapping[str, Any]] = []
    for statement in (households, alone):
        narrowed = (
            statement.join(Step, Step.id == Delivery.step_id)
            .join(delivery_state, view.delivery_id == Delivery.id)
            .where(
                Delivery.campaign_id == campaign, Step.channel == "flyer", view.state != "skipped"
            )
        )
        rows += [dict(row) for row in connection.execute(narrowed).mappings()]
    return [{**row, "village": row["village"] or ""} for row in rows]


def _remaining(
    connection: Connection, orders: Orders, ids: Sequence[int], on: date
) -> dict[int, drop.Remaining]:
    """Asked in parts, because databases limit how many values one question may name."""
    terms = replace(orders.terms(on), channel="flyer")
    left: dict[int, drop.Remaining] = {}
    for start in range(0, len(ids), 1000):
        left |= drop.remaining(connection, ids[start : start + 1000], terms)
    return left


def _blocks(
    connection: Connection,
    orders: Orders,
    ids: Sequence[int],
    left: Mapping[int, drop.Remaining],
    *,
    sealed: bool,
) -> dict[int, list[PolicyBlock]]:
    """What each household's sheet says: its policies with whom they are for. Certain ones first."""
    views = {view.id: view for view in orders.policies}
    found: dict[int, dict[int, list[tuple[str, str, str]]]] = {}
    for start in range(0, len(ids), 1000):
        rows = connection.execute(
            select(
                DeliverySubject.delivery_id, DeliverySubject.policy_id, Person.relation, AudienceMember.certainty,
                Person.region,
            )
            .join(Person, Person.id == DeliverySubject.person_id)
            .join(
                AudienceMember,
                (AudienceMember.campaign_id == orders.campaign_id)
                & (AudienceMember.person_id == DeliverySubject.person_id)
                & (AudienceMember.policy_id == DeliverySubject.policy_id),
            )
            .where(DeliverySubject.delivery_id.in_(ids[start : start + 1000]))
            .order_by(DeliverySubject.delivery_id, DeliverySubject.policy_id, Person.birth, Person.id)
        )  # fmt: skip
        for delivery, policy, relation, certainty, region in rows:
            view = views[policy]
            if view.ref in left[delivery].policies and (sealed or sensitivity(view.rule) == "open"):
                found.setdefault(delivery, {}).setdefault(policy, []).append(
                    (relation, certainty, region)
                )
    return {
        delivery: sorted(
            (_block(views[policy], members) for policy, members in by_policy.items()),
            key=lambda block: block.status != "yes",
        )
        for delivery, by_policy in found.items()
    }


def _block(view: PolicyView, members: Sequence[tuple[str, str, str]]) -> PolicyBlock:
    here = view.facts_at(members[0][2])
    rule = view.rule_at(members[0][2])
    certain = all(certainty == "yes" for _, certainty, _ in members) and not rule.check
    amount = here.get("amount") or {}
    value = amount.get("value") if isinstance(amount, Mapping) else None
    kin = "、".join(dict.fromkeys(_kin(relation) for relation, _, _ in members))
    return PolicyBlock(
        name=facts.words(here.get("plain_name")),
        status="yes" if certain else "maybe",
        reason=kin + _threshold(rule),
        amount=str(value) if value is not None else facts.words(amount),
        prefix=str(amount.get("prefix", "")) if value is not None else "",
        unit=str(amount.get("unit", "")) if value is not None else "",
        bring=facts.documents_to_bring(here),
        where=facts.words(here.get("where")),
        phone=facts.words(here.get("phone")) or "12345",
        steps=tuple(facts.words(step) for step in (here.get("how_to_apply") or [])[:4]),
        check="；".join(rule.check),
    )


def _threshold(rule: Rule) -> str:
    """The condition that a reader checks first."""
    if rule.all:
        return read_clause(rule.all[0])
    return f"不{read_clause(rule.none[0])}" if rule.none else ""


def _kin(relation: str) -> str:
    """The word by which a household knows its member; never a name or a birth date on an open sheet."""
    return {"": "家里人", "户主": "户主本人", "本人": "户主本人"}.get(relation, relation)


def choose(every: Sequence[Door], selection: Selection) -> list[Door]:
    """The part of the pile that a selection asks for, in order."""
    chosen = [
        door
        for door in every
        if door.region.startswith(selection.region)
        and (not selection.place or matches_place(door.address, selection.place))
        and selection.household in (None, door.household)
    ]
    return chosen[max(0, selection.from_sheet - 1) :]
