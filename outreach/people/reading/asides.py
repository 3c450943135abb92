"""Rows that are no people: totals, a header or title repeated on the next page, signatures, numbers without anybody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from outreach.errors import Invalid
from outreach.people.reading.columns import Columns
from outreach.people.reading.headers import field_of

_TOTAL = re.compile(
    "(本页|本表|本组|本村|本社区|全村|全镇|全组|累计|总)?(合计|总计|小计|共计|累计|总数|总人数)"
    r"([:：]?(共|约)?[\d,.]*(人|户|名|人次|元|万元|个)?[,，、;；]?)*"
)
_SIGNED = re.compile(
    "(填表|填报|制表|经办|审核|审批|复核|负责|统计|录入|联系|上报|分管)(人|员|者|领导|单位|部门|机构|科室|日期|时间|电话|责任人)?(员)?[\\(（]?(签字|签名|签章|盖章)?[\\)）]?[:：]"
    "|(单位|村委会|社区|主要)(主要)?[\\(（]?(负责人|领导|盖章|公章|签章)|^[\\(（]?(盖章|公章|签字|签名|签章)[\\)）]?[:：]?$|^(注|说明|备注|填表说明|注意事项)[\\d一二三]*[:：]"
)
_COUNT = re.compile(r"(共|计|共计)?[\d,.]+(人|户|名|人次|个)")
_IDENTITY = re.compile(r"\d{6}|\d{4}[-/.年]\d")
_WHO = ("id_card", "birth", "phone", "disability_card")
_MOST_FIELDS = 2  # no chance gives so many


def aside(columns: Columns, cells: Sequence[str]) -> Invalid | None:
    """Why this row below the header is nobody, or None when it should be somebody.

    Codes: people.totals_row, people.header_repeated, people.signature_row, people.number_only.
    """
    if _says_who(columns, cells):
        return None
    texts = tuple(cell.strip() for cell in cells)
    if texts in columns.above or _repeats(columns, texts) or _names_fields(columns, texts):
        return Invalid("people.header_repeated")
    return None if _has_name(columns, texts) else _of_the_form(columns, texts)


def is_total(text: str) -> bool:
    """Whether a cell says that its row adds up others: 合计, 全村总计：, 共计 123人."""
    return _TOTAL.fullmatch(_folded(text)) is not None


def _of_the_form(columns: Columns, texts: Sequence[str]) -> Invalid | None:
    folded = [_folded(text) for text in texts if text]
    if any(_TOTAL.fullmatch(text) for text in folded):
        return Invalid("people.totals_row")
    if any(_SIGNED.search(text) for text in folded):
        return Invalid("people.signature_row")
    return Invalid("people.number_only") if _only_serial(columns, texts) else None


def _repeats(columns: Columns, texts: Sequence[str]) -> bool:
    """Every cell says what stands in the header above it, in one of its rows."""
    said = [
        text in columns.headers[at].split("/") if at < len(columns.headers) else False
        for at, text in enumerate(texts)
        if text
    ]
    return len(said) >= _MOST_FIELDS and all(said)


def _names_fields(columns: Columns, texts: Sequence[str]) -> bool:
    """The words of the header row stand where people should: the name column says 姓名, and so on."""
    indexes = [at for name in ("name", *_WHO) for at in columns.of.get(name, ()) if at < len(texts)]
    words = [at for at in indexes if texts[at] and field_of(texts[at]) in ("name", *_WHO)]
    return len(words) >= min(_MOST_FIELDS, len(indexes)) and any(
        at in words for at in columns.of.get("name", ())
    )


def _says_who(columns: Columns, texts: Sequence[str]) -> bool:
    """Whether the row holds an identity number, a birth date or a telephone number of somebody."""
    return any(
        _IDENTITY.search(texts[at]) and not _SIGNED.search(texts[at])
        for name in _WHO
        for at in columns.of.get(name, ())
        if at < len(texts)
    )


def _has_name(columns: Columns, texts: Sequence[str]) -> bool:
    """Whether the name column holds what may be a name: then a remark beside it makes no signature of the row."""
    names = [_folded(texts[at]) for at in columns.of.get("name", ()) if at < len(texts)]
    return any(
        any(map(str.isalpha, name))
        and not (_TOTAL.fullmatch(name) or _SIGNED.search(name) or _COUNT.fullmatch(name))
        for name in names
    )


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _only_serial(columns: Columns, texts: Sequence[str]) -> bool:
    """A form whose rows were numbered before anybody filled them in."""
    serial = columns.of.get("serial", ())
    return all(
        not text or (at in serial and text.isdigit()) for at, text in enumerate(texts)
    ) and any(texts)
