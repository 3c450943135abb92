"""一封信: the campaign's letter for each household, from the text that was signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from channels.flyer import Group, LetterSheet, Press, PrintedPart, SheetMeta, iter_letters
from outreach.deliveries.orders import Orders
from outreach.deliveries.paper import Door
from outreach.deliveries.printing.schemas import HouseholdProblem
from outreach.errors import Invalid
from outreach.messages.markup import parse_letter
from outreach.messages.schemas import Composed, Request
from outreach.people.masking import mask_name


@dataclass(frozen=True)
class Written:
    """Delivery → its letter; delivery → why it has none; delivery → the version of the text that was written."""

    sheets: Mapping[int, LetterSheet]
    problems: Mapping[int, HouseholdProblem]
    texts: Mapping[int, int]


def write(orders: Orders, doors: Sequence[Door], dated: date) -> Written:
    """A letter for every door for which the campaign has a text; `dated` stands under the signature."""
    requests = [
        Request(
            door.language, door.policies, door.region, door.village, door.sheet.householder, door.certain,
            private=True,
        )
        for door in doors
    ]  # fmt: skip
    sheets: dict[int, LetterSheet] = {}
    problems: dict[int, HouseholdProblem] = {}
    texts: dict[int, int] = {}
    for door, made in zip(doors, orders.composer.compose("flyer", requests, "letter"), strict=True):
        try:
            sheets[door.delivery_id] = _sheet(door, made, dated)
            texts[door.delivery_id] = made.variant_id if made else 0
        except Invalid as error:
            problems[door.delivery_id] = _problem(door, error)
    return Written(sheets, problems, texts)


def _sheet(door: Door, made: Composed | None, dated: date) -> LetterSheet:
    if made is None:
        raise Invalid(
            "print.no_letter",
            policies="、".join(door.policies),
            serial=door.sheet.serial,
            householder=mask_name(door.sheet.householder),
        )
    letter = parse_letter(made.text)
    return LetterSheet(
        serial=door.sheet.serial,
        householder=door.sheet.householder,
        address=door.sheet.address,
        salutation=letter.salutation,
        paragraphs=letter.paragraphs,
        dated=dated,
        office=letter.closing[0],
    )


def _problem(door: Door, error: Invalid) -> HouseholdProblem:
    name = mask_name(door.sheet.householder)
    params = {**error.params, "serial": door.sheet.serial, "householder": name}
    return HouseholdProblem(door.sheet.serial, name, door.region, error.code, params)


def press(groups: Sequence[Group], meta: SheetMeta, how: Press) -> Iterator[PrintedPart]:
    """Each grid's letters, in order."""
    return iter_letters(groups, meta, how)


def one(orders: Orders, door: Door, dated: date, meta: SheetMeta, how: Press) -> PrintedPart:
    """The letter of one door, to look at; Invalid when there is none."""
    written = write(orders, [door], dated)
    for problem in written.problems.values():
        raise Invalid(problem.code, **problem.params)
    (made,) = press([Group(grid=door.region, sheets=list(written.sheets.values()))], meta, how)
    return made
