"""Reading one cell: from the text of an office to a fact of the register, or the reason why not. Pure."""

from __future__ import annotations

import re
import unicodedata

from outreach.errors import Invalid
from outreach.people.identity import InvalidIdCard, OtherDocument, parse_id_card, plain
from outreach.people.languages import find_language
from outreach.people.reading.contact import read_phone
from outreach.people.reading.context import Context as Context
from outreach.people.reading.context import Read
from outreach.people.reading.whereabouts import (
    read_group,
    read_hukou_region,
    read_region,
    read_town,
)
from outreach.people.reading.who import (
    read_birth,
    read_certificate,
    read_document_kind,
    read_grade,
    read_id_card,
    read_kind,
    read_name,
    read_sex,
)
from outreach.people.reading.words import (
    HUKOU_TYPES,
    JOB_KINDS,
    NEEDS,
    STATUSES,
    YES_NO,
    circumstance_codes,
)
from outreach.people.schemas import PersonRow


def _one_of(words: dict[str, str], field_name: str, code: str) -> Read:
    def read(_: Context, person: PersonRow, text: str) -> None:
        if text not in words:
            raise Invalid(code, value=text)
        setattr(person, field_name, words[text])

    return read


def _text(field_name: str) -> Read:
    def read(_: Context, person: PersonRow, text: str) -> None:
        setattr(person, field_name, unicodedata.normalize("NFKC", text))

    return read


def _number(field_name: str, code: str, least: int, most: int) -> Read:
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


def _months(field_name: str) -> Read:
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


_RELATION = re.compile(r"[^\d*]{1,12}|\d{1,2}")  # in words, or as GB/T 4761 numbers it


def _relation(_: Context, person: PersonRow, text: str) -> None:
    """与户主关系 is kept as it stands, and in clear: nobody's number may slip into it."""
    value = unicodedata.normalize("NFKC", text)
    if not _RELATION.fullmatch(value):
        raise Invalid("people.relation_strange", value=text)
    person.relation = value


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
READERS: tuple[tuple[str, Read], ...] = (
    ("name", read_name),
    ("document", read_document_kind),
    ("id_card", read_id_card),
    ("disability_card", read_certificate),
    ("disability_kind", read_kind),
    ("disability_grade", read_grade),
    ("birth", read_birth),
    ("sex", read_sex),
    ("phone", read_phone),
    ("town", read_town),
    ("region", read_region),
    ("group", read_group),
    ("hukou_region", read_hukou_region),
    ("hukou_type", _one_of(HUKOU_TYPES, "hukou_type", "people.hukou_type")),
    ("address", _text("address")),
    ("household", _text("household")),
    ("relation", _relation),
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
