"""What a campaign says on paper: one sheet per household, in the order in which one walks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, SQLColumnExpression, func, literal, null, select

from channels.flyer import HouseholdSheet, Serial, SheetMeta
from channels.flyer.sheets import MOST_POLICIES, Edition, HouseholdSize
from outreach.access.scope import under
from outreach.deliveries import drop, numbers
from outreach.deliveries.blocks import Blocks, Said
from outreach.deliveries.orders import Orders
from outreach.deliveries.sheet_words import HOTLINE, HOTLINE_HOURS, asks_money
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery, delivery_state
from outreach.models.people import Household, Person, Region
from outreach.people.addresses import matches_place, natural_key
from outreach.policies.schemas import PolicyView
from outreach.store import chunks
from outreach.vault import Vault

Kind = Literal["open", "sealed", "letter", "visits", "calls", "covers"]
"""一户一单公开版, 封口版, 一封信; 入户名单, 电话名单, 批次封面."""

SHEETS = ("open", "sealed", "letter")
"""Kinds that are handed over to a household; the others are for the worker who walks or calls."""


@dataclass(frozen=True)
class Selection:
    """Which sheets of a campaign, and how they are laid out.

    By region or grid code, by '3栋2单元', by household, from sheet N of the pile on. `spare`: so many in a hundred
    more without a name; `cover`: a cover for each grid; `duplex`: every sheet begins on a front side.
    """

    region: str = ""
    place: str = ""
    household: int | None = None
    from_sheet: int = 1
    copies: int = 1
    size: HouseholdSize = "a4"
    edition: Edition = "normal"
    kind: Kind = "open"
    spare: int = 0
    cover: bool = False
    duplex: bool = False
    crop_marks: bool = False
    pdfa: bool = False

    @property
    def sealed(self) -> bool:
        """Whether every policy may be said: only the open sheet is for anybody's eyes."""
        return self.kind != "open"


@dataclass(frozen=True)
class Door:
    """One delivery on paper: where it goes, and what its sheet says."""

    delivery_id: int
    household: int | None
    region: str
    village: str
    address: str
    sheet: HouseholdSheet
    language: str = ""
    policies: tuple[str, ...] = ()
    certain: bool = False  # every one of them, for everybody it is about
    left_out: tuple[drop.Subject, ...] = ()  # whom it was planned for and does not tell


@dataclass(frozen=True)
class Walk:
    """Every door of a campaign inside a region, in walking order, with all that may be said there.

    `stops` and `grids` are what numbers are given by, also to those who get no sheet any more.
    """

    rows: Sequence[tuple[Mapping[str, Any], str, tuple[Said, ...]]]
    stops: Sequence[numbers.Stop]
    grids: Sequence[str]

    def doors(self, *, sealed: bool) -> list[Door]:
        """Those for whom this edition has something to say; open and sealed sheets carry the same number."""
        return [
            _door(row, serial, kept)
            for row, serial, said in self.rows
            if (kept := [one for one in said if sealed or one.open])
        ]


def meta(
    campaign: Mapping[str, Any], policies: Sequence[PolicyView], public_url: str, *, demo: bool
) -> SheetMeta:
    """What stands on every sheet of a campaign, whatever a household is told: so it tells nothing about anybody."""
    options = campaign["options"]
    phone = options.get("phone", HOTLINE)
    return SheetMeta(
        title="您家能用上的惠民政策",
        issuer=options["office"],
        version=f"{campaign['ref']}·{(campaign['frozen_hash'] or '草稿')[:6]}",
        valid_until=date.fromisoformat(options["valid_until"]),
        phone=phone,
        phone_label="" if phone == HOTLINE else SheetMeta.phone_label,
        office_hours=HOTLINE_HOURS if phone == HOTLINE else SheetMeta.office_hours,
        url=f"{public_url.rstrip('/')}/calculator",
        demo=demo,
        fees=any(asks_money(view.facts_at(campaign["region"])) for view in policies),
    )


def walk(connection: Connection, vault: Vault, orders: Orders, on: date, region: str = "") -> Walk:
    """Everybody in a region whom the campaign's paper steps are for and who still gets a sheet on this day."""
    campaign = orders.campaign_id
    clear, numbered = _numbered(connection, vault, campaign, region)
    left = {
        key: one
        for key, one in remaining(connection, orders, [row["id"] for row in clear], on).items()
        if not one.reason
    }
    said = Blocks(orders.policies).read(connection, campaign, left)
    rows = [
        (
            {**row, "left_out": left[row["id"]].left_out},
            str(numbered.serials[row["id"]]),
            said[row["id"]],
        )
        for row in clear
        if row["id"] in said
    ]
    return Walk(rows, numbered.stops, numbered.grids)


def serials(
    connection: Connection, vault: Vault, campaign: int, region: str = ""
) -> dict[int, str]:
    """Delivery → the number of its sheet, also of whoever gets none any more: a pack may be in somebody's hands."""
    _, numbered = _numbered(connection, vault, campaign, region)
    return {delivery: str(serial) for delivery, serial in numbered.serials.items()}


class _Numbered(NamedTuple):
    stops: Sequence[numbers.Stop]
    grids: Sequence[str]
    serials: Mapping[int, Serial]


def _numbered(
    connection: Connection, vault: Vault, campaign: int, region: str
) -> tuple[list[Mapping[str, Any]], _Numbered]:
    """Rows in the clear, in walking order, and their numbers."""
    clear: list[Mapping[str, Any]] = [
        {
            **row,
            "address": vault.decrypt("address", row["address"]),
            "name": vault.decrypt("name", row["name"]),
        }
        for row in _paper_rows(connection, campaign, region)
    ]
    clear.sort(key=lambda row: (row["region"], natural_key(row["address"]), row["id"]))
    stops = [(row["id"], row["region"]) for row in clear]
    every_grid = grids(connection, campaign)
    found = numbers.numbers(connection, campaign, stops, every_grid)
    return clear, _Numbered(stops, every_grid, found)


def doors(
    connection: Connection, vault: Vault, orders: Orders, on: date, *, sealed: bool
) -> list[Door]:
    """Every household of the campaign's paper steps that still gets a sheet, in walking order, numbered."""
    return walk(connection, vault, orders, on).doors(sealed=sealed)


def _door(row: Mapping[str, Any], serial: str, said: Sequence[Said]) -> Door:
    sheet = HouseholdSheet(
        serial=serial,
        householder=row["name"],
        address=row["address"] or row["village"],
        policies=tuple(one.block for one in said[:MOST_POLICIES]),
        more=max(0, len(said) - MOST_POLICIES),
    )
    return Door(
        row["id"], row["household"], row["region"], row["village"], row["address"], sheet, row["language"],
        tuple(one.ref for one in said), all(one.certain for one in said), row["left_out"],
    )  # fmt: skip


def _narrowed(statement: Any, campaign: int, place: SQLColumnExpression[Any], region: str) -> Any:
    """Deliveries of paper steps that are not skipped, in a region."""
    view = delivery_state.c
    # by their numbers, so that a campaign's messages are not walked over for its sheets
    printed = select(Step.id).where(Step.campaign_id == campaign, Step.channel == "flyer")
    return (
        statement.join(delivery_state, view.delivery_id == Delivery.id)
        .where(
            Delivery.campaign_id == campaign, Delivery.step_id.in_(printed), view.state != "skipped",
            under(place, region),
        )
    )  # fmt: skip


def _paper_rows(connection: Connection, campaign: int, region: str) -> list[Mapping[str, Any]]:
    """Who is to get a sheet, with encrypted names and addresses."""
    head = (  # who died or moved away is not written to, though the register may still call them the householder
        select(Person.name)
        .where(Person.id == Household.head_id, Person.status == "active")
        .scalar_subquery()
    )
    first = (
        select(Person.name)
        .where(Person.household_id == Household.id, Person.status == "active")
        .order_by(Person.id)
        .limit(1)
        .scalar_subquery()
    )
    householder = func.coalesce(head, first, "")  # a list may not say who it is
    village = select(Region.name).where(Region.code == Delivery.village).scalar_subquery()
    households = (
        select(
            Delivery.id, Household.id.label("household"), Household.region, Household.address,
            householder.label("name"), village.label("village"), Delivery.language,
        )
        .join(Household, Household.id == Delivery.addressee)
        .where(Delivery.kind == "household")
    )  # fmt: skip
    alone = (
        select(
            Delivery.id, null().label("household"), Person.region, literal("").label("address"), Person.name,
            village.label("village"), Delivery.language,
        )
        .join(Person, Person.id == Delivery.addressee)
        .where(Delivery.kind == "person")
    )  # fmt: skip
    rows: list[Mapping[str, Any]] = []
    for statement, place in ((households, Household.region), (alone, Person.region)):
        asked = _narrowed(statement, campaign, place, region)
        rows += [dict(row) for row in connection.execute(asked).mappings()]
    return [{**row, "village": row["village"] or ""} for row in rows]


def places(connection: Connection, campaign: int, region: str = "") -> dict[int, str]:
    """Delivery → grid of everybody whom paper steps are for, in a region; nothing is decrypted."""
    households = (
        select(Delivery.id, Household.region)
        .join(Household, Household.id == Delivery.addressee)
        .where(Delivery.kind == "household")
    )
    alone = (
        select(Delivery.id, Person.region)
        .join(Person, Person.id == Delivery.addressee)
        .where(Delivery.kind == "person")
    )
    found: dict[int, str] = {}
    for statement, place in ((households, Household.region), (alone, Person.region)):
        rows = connection.execute(_narrowed(statement, campaign, place, region))
        found |= {row.id: row.region for row in rows}
    return found


def grids(connection: Connection, campaign: int, region: str = "") -> list[str]:
    """Every grid of a region in which the campaign has paper, in the order of codes."""
    households = (
        select(Household.region)
        .join(Delivery, Household.id == Delivery.addressee)
        .where(Delivery.kind == "household")
    )
    alone = (
        select(Person.region)
        .join(Delivery, Person.id == Delivery.addressee)
        .where(Delivery.kind == "person")
    )
    found: set[str] = set()
    for statement, place in ((households, Household.region), (alone, Person.region)):
        found |= set(connection.scalars(_narrowed(statement, campaign, place, region).distinct()))
    return sorted(found)


def remaining(
    connection: Connection, orders: Orders, ids: Sequence[int], on: date
) -> dict[int, drop.Remaining]:
    """Delivery → what of it still stands on this day; asked in parts, because databases limit how many values one
    question may name."""
    terms = replace(orders.terms(on), channel="flyer")
    left: dict[int, drop.Remaining] = {}
    for part in chunks(ids, 1_000):
        left |= drop.remaining(connection, part, terms)
    return left


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
