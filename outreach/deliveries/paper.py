"""Printing what a campaign hands over on paper: one sheet per household, in the order in which one walks.

Making the same sheets twice is harmless, so a crash needs no looking up: the file is written whole or not
at all, and only then do the deliveries count as handed over to the printer.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, literal, select, update

from channels import flyer
from channels.flyer import HouseholdSheet, PolicyBlock, Press, Serial, SheetMeta, SheetProblem
from outreach import clock, content
from outreach.deliveries import drop, settle
from outreach.deliveries.orders import Orders
from outreach.messages import facts
from outreach.models.campaigns import AudienceMember, Step
from outreach.models.deliveries import (
    Attempt,
    Delivery,
    DeliveryBatch,
    DeliverySubject,
    delivery_state,
)
from outreach.models.people import Household, Person, Region
from outreach.people.addresses import matches_place, natural_key
from outreach.policies.schemas import PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments.reading import read_clause, sensitivity


@dataclass(frozen=True)
class Selection:
    """Which sheets of a campaign: by region or grid code, by '3栋2单元', by household, from a page on."""

    region: str = ""
    place: str = ""
    household: int | None = None
    from_sheet: int = 1
    copies: int = 1
    size: str = "a4"
    edition: str = "normal"
    sealed: bool = False


@dataclass(frozen=True)
class Door:
    """One delivery on paper: where it goes, and what its sheet says."""

    delivery_id: int
    region: str
    village: str
    address: str
    sheet: HouseholdSheet


@dataclass(frozen=True)
class PrintJob:
    """What a print run made."""

    path: Path | None
    pages: int
    sheets: int
    problems: tuple[SheetProblem, ...] = ()
    doors: Sequence[Door] = field(default=(), repr=False)


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
        if blocks.get(row["id"])
    ]
    clear.sort(key=lambda row: (row["region"], natural_key(row["address"]), row["id"]))
    grids = {
        code: number for number, code in enumerate(sorted({row["region"] for row in clear}), 1)
    }
    place: dict[str, int] = {}
    made = []
    for row in clear:
        place[row["region"]] = place.get(row["region"], 0) + 1
        serial = Serial(orders.campaign_id, grids[row["region"]], place[row["region"]])
        chosen = blocks[row["id"]]
        sheet = HouseholdSheet(
            serial=str(serial),
            householder=row["name"],
            address=row["address"] or row["village"],
            policies=tuple(chosen[: flyer.sheets.MOST_POLICIES]),
            more=max(0, len(chosen) - flyer.sheets.MOST_POLICIES),
        )
        made.append(Door(row["id"], row["region"], row["village"], row["address"], sheet))
    return made


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
    threshold = read_clause(rule.all[0]) if rule.all else ""
    return PolicyBlock(
        name=facts.words(here.get("plain_name")),
        status="yes" if certain else "maybe",
        reason=f"{kin}{threshold}" if threshold else f"{kin}没有其他同类保障",
        amount=str(value) if value is not None else facts.words(amount),
        unit=str(amount.get("unit", "")) if value is not None else "",
        bring=facts.documents_to_bring(here),
        where=facts.words(here.get("where")),
        phone=facts.words(here.get("phone")) or "12345",
        steps=tuple(facts.words(step) for step in (here.get("how_to_apply") or [])[:4]),
        check="；".join(rule.check),
    )


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
    ]
    return chosen[max(0, selection.from_sheet - 1) :]


def print_sheets(
    store: Store,
    vault: Vault,
    orders: Orders,
    campaign: Mapping[str, Any],
    out: Path,
    selection: Selection,
    *,
    on: date,
    public_url: str,
    demo: bool,
    workers: int = 2,
) -> PrintJob:
    """Print a selection into `out` and note that it was handed over; whoever cannot be printed is named."""
    with store.read() as connection:
        every = doors(connection, vault, orders, on, sealed=selection.sealed)
    if selection.household is not None:
        with store.read() as connection:
            mine = set(
                connection.scalars(
                    select(Delivery.id).where(Delivery.addressee == selection.household)
                )
            )
        every = [door for door in every if door.delivery_id in mine]
    chosen = choose(every, selection)
    copies = [door for door in chosen for _ in range(selection.copies)]
    press = Press(templates=content.find("flyer/page.typ").parent, workers=workers)
    printed = flyer.render_households(
        [door.sheet for door in copies],
        meta(campaign, public_url, demo=demo),
        press,
        edition=selection.edition,  # type: ignore[arg-type]
        size=selection.size,  # type: ignore[arg-type]
        sealed=selection.sealed,
    )
    path = None
    if printed.sheets:
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{campaign['ref']}{'-sealed' if selection.sealed else ''}.pdf"
        _write_whole(path, printed.pdf)
    _hand_over(store, campaign["id"], chosen, printed.problems)
    return PrintJob(path, printed.pages, printed.sheets, printed.problems, chosen)


def _write_whole(path: Path, data: bytes) -> None:
    """All of the file or none of it, on the disk before anybody is told."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _hand_over(
    store: Store, campaign: int, chosen: Sequence[Door], problems: Sequence[SheetProblem]
) -> None:
    """Printed sheets count as accepted once; one that could not be printed as refused, with its reason."""
    failed = {problem.serial: problem for problem in problems if not problem.printed}
    for start in range(0, len(chosen), 500):
        part = {door.delivery_id: door for door in chosen[start : start + 500]}
        with store.begin() as connection:
            begun = set(
                connection.scalars(select(Attempt.delivery_id).where(Attempt.delivery_id.in_(part)))
            )
            fresh = {key: door for key, door in part.items() if key not in begun}
            if not fresh:
                continue
            settle.record_attempts(
                connection, _attempts(connection, campaign, list(fresh)), clock.now()
            )
            settle.apply(
                connection,
                [
                    settle.Change(key, 1, "refused", error=failed[door.sheet.serial].code)
                    if door.sheet.serial in failed
                    else settle.Change(key, 1, "accepted", reason="printed")
                    for key, door in fresh.items()
                ],
            )
    with store.begin() as connection:
        _close_batches(connection, campaign)


def _attempts(connection: Connection, campaign: int, ids: Sequence[int]) -> list[dict[str, object]]:
    account = connection.scalar(
        select(DeliveryBatch.account_id)
        .join(Delivery, Delivery.firing_id == DeliveryBatch.firing_id)
        .where(Delivery.id == ids[0])
        .limit(1)
    )
    moment = clock.now()
    return [
        {
            "delivery_id": key, "no": 1, "campaign_id": campaign, "account_id": account, "at": moment,
            "deadline": moment, "address": "", "body": "", "parts": 0, "cost_fen": 0, "resent": False,
        }
        for key in ids
    ]  # fmt: skip


def _close_batches(connection: Connection, campaign: int) -> None:
    """A paper batch is done when nothing in it waits for the printer any more."""
    view = delivery_state.c
    waiting = (
        select(view.delivery_id)
        .join(Delivery, Delivery.id == view.delivery_id)
        .where(
            Delivery.firing_id == DeliveryBatch.firing_id,
            Delivery.id.between(DeliveryBatch.lo, DeliveryBatch.hi),
            view.state == "planned",
        )
    )
    paper = select(Step.id).where(Step.campaign_id == campaign, Step.channel == "flyer")
    connection.execute(
        update(DeliveryBatch)
        .where(DeliveryBatch.step_id.in_(paper), DeliveryBatch.state == "open", ~waiting.exists())
        .values(state="done", lease_until=None, next=DeliveryBatch.hi + 1)
    )
