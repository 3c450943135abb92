"""Where somebody lives: town, village and group may stand in one column or in three, by code or by name.

A village that no list of regions holds belongs to what is known around it, and its name goes into the address.
"""

from __future__ import annotations

import re
import unicodedata

from outreach.errors import Invalid
from outreach.people.reading.context import Context
from outreach.people.reading.places import Place
from outreach.people.schemas import PersonRow


def read_town(context: Context, _: PersonRow, text: str) -> None:
    """乡镇: remembered for the village beside it."""
    context.town = text


def read_group(context: Context, _: PersonRow, text: str) -> None:
    """组: part of the address."""
    value = unicodedata.normalize("NFKC", text)
    number = re.fullmatch(r"(\d+)(?:\.0+)?", value)
    context.group = f"{number[1]}组" if number else value


def read_region(context: Context, person: PersonRow, text: str) -> None:
    """现住地区: the most precise region that is known."""
    place = _in_town(context, text) if context.town and not text.isascii() else None
    if place is None:
        place = _find(context, person, text)
    if not place.listed:
        context.remark_once("region", text, Invalid("people.region_unlisted", region=text))
    person.region, person.region_before = place.code, place.before


def _in_town(context: Context, text: str) -> Place | None:
    """The village of that name in the town of the row; the town alone where its list does not hold the village."""
    town = context.homes.get(context.town)
    joined = context.homes.get(context.town + text)
    if joined is not None or town is None:
        return joined
    alone = context.homes.get(text)
    if alone is not None and alone.code.startswith(town.code):
        return alone
    context.below = text
    _remark_below(context, text, town.code)
    return town


def _find(context: Context, person: PersonRow, text: str) -> Place:
    try:
        return context.homes.find(text)
    except Invalid as error:
        if error.code != "people.region_unknown" or text.isascii():
            raise
        elsewhere = context.country.named_in_full(text)
        if elsewhere is not None and _apart(elsewhere[0].code, person.region):
            place, context.below = elsewhere
            return place
        found = context.homes.lead(text)
        if found is None and not person.region:
            raise
        # The installation's own region stands in the row until the row says something better.
        place, context.below = found or (Place(person.region), text)
    _remark_below(context, text, place.code)
    return place


def _apart(one: str, other: str) -> bool:
    return not one.startswith(other) and not other.startswith(one)


def _remark_below(context: Context, text: str, code: str) -> None:
    context.remark_once(
        "region",
        f"\0{context.town}{text}",
        Invalid("people.region_unlisted_name", region=text, code=code),
    )


def read_hukou_region(context: Context, person: PersonRow, text: str) -> None:
    """户籍地: inside the installation's region, or anywhere in the country."""
    place = context.homes.get(text) or _in_country(context, text)
    person.hukou_region = place.code


def _in_country(context: Context, text: str) -> Place:
    try:
        return context.country.find(text)
    except Invalid as error:
        found = None if text.isascii() else context.homes.lead(text) or context.country.lead(text)
        if error.code != "people.region_unknown" or found is None:
            raise
        place, _ = found
        wrong = Invalid("people.hukou_unlisted_name", region=text, code=place.code)
        context.remark_once("hukou_region", f"\0hukou{text}", wrong)
        return place


def settle_place(context: Context, person: PersonRow) -> None:
    """When all columns are read: a town without a village is the region; village and group belong to the address."""
    if context.town and "region" not in context.columns.of:
        read_region(context, person, context.town)
    for part in (context.group, context.below):
        if part and part not in person.address:
            person.address = part + person.address
