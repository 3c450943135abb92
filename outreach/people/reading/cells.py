"""Reading one cell: from the text of an office to a fact of the register, or the reason why not. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from outreach.errors import Invalid, OutreachError
from outreach.people.identity import (
    IdCard,
    InvalidIdCard,
    InvalidPhone,
    OtherDocument,
    masked_id,
    parse_id_card,
    parse_landline,
    parse_mobile,
    plain,
)
from outreach.people.languages import find_language
from outreach.people.reading.columns import Columns
from outreach.people.reading.places import Places
from outreach.people.reading.words import (
    HUKOU_TYPES,
    JOB_KINDS,
    NEEDS,
    SEX_WORDS,
    SEXES,
    STATUSES,
    YES_NO,
    circumstance_codes,
    parse_date,
)
from outreach.people.schemas import PersonRow


@dataclass
class Context:
    """What a cell is read against. `remarks` collects (header, what is worth a look)."""

    columns: Columns
    homes: Places
    country: Places
    today: date
    remarks: list[tuple[str, OutreachError]] = field(default_factory=list)
    unlisted: set[str] = field(default_factory=set)  # places that were remarked on once
    cards: Mapping[str, IdCard] = field(default_factory=dict)  # numbers found in order already

    def header(self, name: str) -> str:
        """The header under which a field stands in this sheet."""
        return self.columns.header(name)


MAX_NAME = 60
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
    ]
)


def _name(_: Context, person: PersonRow, text: str) -> None:
    name = re.sub(r"[\s]+", "" if not text.isascii() else " ", unicodedata.normalize("NFKC", text))
    name = name.replace("•", "·").replace("・", "·")
    if len(name) > MAX_NAME or not any(char.isalpha() for char in name):
        raise Invalid("people.name_strange", length=len(name))
    person.name = name


def _id_card(context: Context, person: PersonRow, text: str) -> None:
    masked = masked_id(text)
    if masked:
        person.masked, person.id_last4 = masked, masked[1]
        return
    try:
        card = context.cards.get(text) or parse_id_card(text, context.today)
    except OtherDocument as error:
        # In order, but it says nothing about birth and sex; the number's keyed hash still finds the person.
        context.remarks.append((context.header("id_card"), error))
        person.id_number = plain(text)
        person.id_last4 = person.id_number[-4:]
        return
    person.id_number, person.id_last4 = plain(text), card.last4
    person.birth, person.sex = card.birth, card.sex
    if card.region[:2] not in _PROVINCES:
        context.remarks.append(
            (context.header("id_card"), Invalid("people.id_region_unknown", region=card.region))
        )


def _birth(context: Context, person: PersonRow, text: str) -> None:
    birth = parse_date(text, context.today)
    if person.birth is not None and birth != person.birth:
        raise Invalid(
            "people.birth_contradicts_id",
            column=context.header("id_card"),
            given=birth.isoformat(),
            id_card=person.birth.isoformat(),
        )
    person.birth = birth


def _sex(context: Context, person: PersonRow, text: str) -> None:
    sex = SEXES.get(text.upper())
    if sex is None:
        raise Invalid("people.sex_unknown", value=text)
    if person.sex and sex != person.sex:
        raise Invalid(
            "people.sex_contradicts_id",
            column=context.header("id_card"),
            given=SEX_WORDS[sex],
            id_card=SEX_WORDS[person.sex],
        )
    person.sex = sex


def _phone(context: Context, person: PersonRow, text: str) -> None:
    """The first mobile number of the row; a landline only where there is none."""
    try:
        number, landline = parse_mobile(text), False
    except InvalidPhone as error:
        if error.code != "people.landline":
            raise
        number, landline = parse_landline(text), True
    if not person.phone or (person.landline and not landline):
        person.phone, person.landline = number, landline


def _region(context: Context, person: PersonRow, text: str) -> None:
    place = context.homes.find(text)
    if not place.listed and text not in context.unlisted:
        context.unlisted.add(text)
        context.remarks.append(
            (context.header("region"), Invalid("people.region_unlisted", region=text))
        )
    person.region, person.region_before = place.code, place.before


def _hukou_region(context: Context, person: PersonRow, text: str) -> None:
    try:
        person.hukou_region = context.homes.find(text).code
    except Invalid:
        person.hukou_region = context.country.find(text).code


def _one_of(
    words: dict[str, str], field_name: str, code: str
) -> Callable[[Context, PersonRow, str], None]:
    def read(_: Context, person: PersonRow, text: str) -> None:
        if text not in words:
            raise Invalid(code, value=text)
        setattr(person, field_name, words[text])

    return read


def _text(field_name: str) -> Callable[[Context, PersonRow, str], None]:
    def read(_: Context, person: PersonRow, text: str) -> None:
        setattr(person, field_name, unicodedata.normalize("NFKC", text))

    return read


def _number(
    field_name: str, code: str, least: int, most: int
) -> Callable[[Context, PersonRow, str], None]:
    def read(_: Context, person: PersonRow, text: str) -> None:
        value = (
            unicodedata.normalize("NFKC", text)
            .removesuffix("元")
            .removesuffix("人")
            .replace(",", "")
        )
        if not re.fullmatch(r"\d{1,7}(\.\d{1,6})?", value) or not least <= float(value) <= most:
            raise Invalid(code, value=text)
        if field_name == "household_size" and float(value) != int(float(value)):
            raise Invalid(code, value=text)
        setattr(person, field_name, int(float(value) + 0.5))

    return read


_MONTHS = re.compile(r"(?:(\d{1,2})年)?(?:(\d{1,3})(?:个?月)?)?")


def _months(field_name: str) -> Callable[[Context, PersonRow, str], None]:
    """18, 18个月, 1年6个月; the header says which months are counted."""

    def read(_: Context, person: PersonRow, text: str) -> None:
        value = unicodedata.normalize("NFKC", text).replace(" ", "").removesuffix(".0")
        found = _MONTHS.fullmatch(value)
        if found is None or not value:
            raise Invalid("people.months", value=text)
        setattr(person, field_name, int(found[1] or 0) * 12 + int(found[2] or 0))

    return read


def _needs(_: Context, person: PersonRow, text: str) -> None:
    """Codes in alphabetical order with a space between: `hear read`."""
    found = set()
    for word in filter(None, re.split(r"[、,，;；/|\s]+", text)):
        if word not in NEEDS:
            raise Invalid("people.needs_unknown", value=word)
        found.add(NEEDS[word])
    person.needs = " ".join(sorted(found))


def _head_id(context: Context, person: PersonRow, text: str) -> None:
    person.head_id = _document(context, text)


def _guardian(context: Context, person: PersonRow, text: str) -> None:
    """An identity number or a name, whichever the column holds."""
    if any(char.isdigit() for char in text):
        person.guardian_id = _document(context, text)
    else:
        person.guardian_name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _document(context: Context, text: str) -> str:
    try:
        if text not in context.cards:
            parse_id_card(text, context.today)
    except OtherDocument:
        pass
    except InvalidIdCard as error:
        raise Invalid("people.related_id", **error.params) from error
    return plain(text)


def _language(_: Context, person: PersonRow, text: str) -> None:
    tag = find_language(text)
    if tag is None:
        raise Invalid("people.language_unknown", value=text)
    person.language = tag


def _circumstances(_: Context, person: PersonRow, text: str) -> None:
    person.present = (*person.present, *circumstance_codes(text))


def _synthetic(_: Context, person: PersonRow, text: str) -> None:
    answer = YES_NO.get(
        text.upper(),
        True if text in ("演示", "合成", "演示数据", "合成数据", "synthetic") else None,
    )
    if answer is None:
        raise Invalid("people.yes_no", value=text)
    person.synthetic = answer


# In this order: the identity number first, because birth date and sex are held against it.
READERS: tuple[tuple[str, Callable[[Context, PersonRow, str], None]], ...] = (
    ("name", _name),
    ("id_card", _id_card),
    ("birth", _birth),
    ("sex", _sex),
    ("phone", _phone),
    ("region", _region),
    ("hukou_region", _hukou_region),
    ("hukou_type", _one_of(HUKOU_TYPES, "hukou_type", "people.hukou_type")),
    ("address", _text("address")),
    ("household", _text("household")),
    ("relation", _text("relation")),
    ("head_id", _head_id),
    ("guardian", _guardian),
    ("language", _language),
    ("circumstances", _circumstances),
    ("household_size", _number("household_size", "people.household_size", 1, 99)),
    ("income_month", _number("income_month", "people.income", 0, 1_000_000)),
    ("paid_months", _months("paid_months")),
    ("paid_months_running", _months("paid_months_running")),
    ("job_kind", _one_of(JOB_KINDS, "job_kind", "people.job_kind")),
    ("needs", _needs),
    ("status", _one_of(STATUSES, "status", "people.status_unknown")),
    ("synthetic", _synthetic),
)
