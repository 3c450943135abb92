"""Who somebody is: name, number of a document, birth date, sex, and the certificate that repeats the number."""

from __future__ import annotations

import re
import unicodedata

from outreach.errors import Invalid
from outreach.people.certificate import grade_of, kinds_of, parse_certificate
from outreach.people.identity import (
    InvalidIdCard,
    OtherDocument,
    masked_id,
    other_document,
    parse_id_card,
    plain,
)
from outreach.people.reading.context import Context
from outreach.people.reading.dates import parse_date, parse_month
from outreach.people.reading.words import SEX_WORDS, SEXES
from outreach.people.schemas import PersonRow

MAX_NAME = 60
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]")
_ID_CARD_KINDS = re.compile("居民身份证|^身份证|户口|临时身份证|^$")


def read_name(_: Context, person: PersonRow, text: str) -> None:
    """A name without spaces inside, where it is not written in letters."""
    name = re.sub(r"\s+", "" if not text.isascii() else " ", unicodedata.normalize("NFKC", text))
    name = name.replace("•", "·").replace("・", "·")
    if len(name) > MAX_NAME or not any(char.isalpha() for char in name):
        raise Invalid("people.name_strange", length=len(name))
    person.name = name


def read_document_kind(context: Context, _: PersonRow, text: str) -> None:
    """证件类型: remembered for the number beside it."""
    context.document = "" if _ID_CARD_KINDS.search(text) else text


def read_id_card(context: Context, person: PersonRow, text: str) -> None:
    """The number of a document, and what it says."""
    masked = masked_id(text)
    if masked:
        person.masked, person.id_last4 = masked, masked[1]
        return
    try:
        card = context.cards.get(text) or parse_id_card(text, context.today)
    except OtherDocument as error:
        _other(context, person, text, error)
        return
    except InvalidIdCard:
        if not context.document:
            raise
        _other(context, person, text, other_document(text))
        return
    person.id_number, person.id_last4 = plain(text), card.last4
    person.birth, person.sex = card.birth, card.sex
    if person.id_number.endswith("000"):
        context.remark("id_card", Invalid("people.id_zeros_doubtful"))
    if not _PROVINCE.match(card.region):
        context.remark("id_card", Invalid("people.id_region_unknown", region=card.region))


def _other(context: Context, person: PersonRow, text: str, error: OtherDocument) -> None:
    """In order, but it may say nothing about birth and sex; the number's keyed hash still finds the person."""
    context.remark("id_card", error)
    person.id_number = plain(text)
    person.id_last4 = person.id_number[-4:]
    person.birth, person.sex = error.birth, error.sex


def read_certificate(context: Context, person: PersonRow, text: str) -> None:
    """残疾人证号: whose it is, which kind, which grade. It must be the certificate of the person of the row."""
    found = parse_certificate(text)
    card = parse_id_card(found.id_number, context.today)
    number = found.id_number
    same = person.masked in (None, (number[:6], number[-4:]))
    if not same or person.id_number not in ("", number):
        raise Invalid(
            "people.certificate_contradicts_id",
            column=context.header("id_card"),
            given=card.last4,
            id_card=person.id_last4,
        )
    if not person.id_number:
        person.id_number, person.id_last4, person.masked = number, card.last4, None
        person.birth, person.sex = card.birth, card.sex
    person.present = (*person.present, *found.circumstances)


def read_grade(_: Context, person: PersonRow, text: str) -> None:
    """残疾等级."""
    person.present = (*person.present, grade_of(text))


def read_kind(_: Context, person: PersonRow, text: str) -> None:
    """残疾类别; of 多重 nobody says which."""
    person.present = (*person.present, *(kinds_of(text) or ("dis.any",)))


def read_birth(context: Context, person: PersonRow, text: str) -> None:
    """The birth date; beside a number that says it, year and month are enough."""
    known = person.birth
    if known is not None and parse_month(text) in ((known.year, known.month), (known.year, 0)):
        return
    birth = parse_date(text, context.today, context.columns.epoch)
    if known is not None and birth != known:
        raise Invalid(
            "people.birth_contradicts_id",
            column=_where_known(context),
            given=birth.isoformat(),
            id_card=known.isoformat(),
        )
    person.birth = birth


def read_sex(context: Context, person: PersonRow, text: str) -> None:
    """男 or 女."""
    sex = SEXES.get(text.upper())
    if sex is None:
        raise Invalid("people.sex_unknown", value=text)
    if person.sex and sex != person.sex:
        raise Invalid(
            "people.sex_contradicts_id",
            column=_where_known(context),
            given=SEX_WORDS[sex],
            id_card=SEX_WORDS[person.sex],
        )
    person.sex = sex


def _where_known(context: Context) -> str:
    return context.header("id_card") or context.header("disability_card")
