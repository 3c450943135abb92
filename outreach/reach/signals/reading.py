"""A table in a file of counts: its header wherever it stands, its rows, the titles above. Pure but for the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from outreach.errors import Invalid
from outreach.people.plain import tidy
from outreach.people.reading.asides import is_total
from outreach.people.reading.spreadsheet import read_sheets

_LOOKED_AT = 20
_NOTHING = frozenset({"", "-", "—", "–", "/", "无"})
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?(?:件|人|户|次|个|条|通|起|例|宗|人次)?")
_DIGITS, _SHOWN = 9, 40  # more than there are people; how much of a cell a message repeats
_NOTE = re.compile(r"^(注|说明|备注|填表人|制表人|填报单位|审核人|联系人)[:：]")


@dataclass(frozen=True)
class Table:
    """One sheet's table. fields: for each column its field, '' where the header is none of ours. rows: by their number."""

    sheet: str
    headers: Sequence[str]
    fields: Sequence[str]
    rows: Sequence[tuple[int, list[str]]]
    titles: Sequence[str]
    epoch: date

    def given(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells of a row by field."""
        return {
            name: tidy(cells[at]) if at < len(cells) else ""
            for at, name in enumerate(self.fields)
            if name
        }

    def header_of(self, name: str) -> str:
        """The header of a field as it stands in the file; '' when there is no such column."""
        return next((self.headers[at] for at, one in enumerate(self.fields) if one == name), "")


Enough = Callable[[Sequence[str], Sequence[str]], bool]
"""Whether fields (by column) of a row with these cells make it a header."""


def plain_header(text: str) -> str:
    """A header as it is compared: half width, no spaces, no units in brackets."""
    value = unicodedata.normalize("NFKC", tidy(text))
    return re.sub(r"\s+|\(.*?\)|[:：*]", "", value).lower()


def tables(path: Path, words: Mapping[str, str], enough: Enough) -> Iterator[Table]:
    """The tables of all sheets; words: field → headers, separated by spaces. Invalid signals.columns when none has one."""
    field_of = {word: name for name, listed in words.items() for word in listed.split()}
    found = False
    for sheet in read_sheets(path):
        at = _header_at(sheet.rows, field_of, enough)
        if at is None:
            continue
        found = True
        headers = [tidy(cell) for cell in sheet.rows[at]]
        fields = _fields(headers, field_of)
        below = [(row, cells) for row, cells in enumerate(sheet.rows[at + 1 :], at + 2) if any(map(tidy, cells))]  # fmt: skip
        titles = [cell for cells in sheet.rows[:at] for cell in cells if tidy(cell)]
        name = sheet.name if sheet.name != path.stem else ""
        yield Table(name, headers, fields, below, [path.stem, name, *titles], sheet.epoch)
    if not found:
        raise Invalid("signals.columns", file=path.name)


def _header_at(
    rows: Sequence[list[str]], field_of: Mapping[str, str], enough: Enough
) -> int | None:
    for at, cells in enumerate(rows[:_LOOKED_AT]):
        if enough(_fields(cells, field_of), cells):
            return at
    return None


def _fields(cells: Sequence[str], field_of: Mapping[str, str]) -> list[str]:
    """For each column its field; of two columns of one field the first."""
    fields = [field_of.get(plain_header(cell), "") for cell in cells]
    return [name if name not in fields[:at] else "" for at, name in enumerate(fields)]


def aside(cells: Sequence[str]) -> bool:
    """Whether a row adds up others, or is a note under the table."""
    texts = [tidy(cell) for cell in cells if tidy(cell)]
    return any(map(is_total, texts[:3])) or (bool(texts) and bool(_NOTE.match(texts[0])))


def number(text: str, column: str) -> int | None:
    """A count: 12, 1,234, 12件; None where the cell is empty or a dash. Invalid signals.count for anything else."""
    value = unicodedata.normalize("NFKC", tidy(text)).replace(" ", "")
    if value in _NOTHING:
        return None
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise Invalid("signals.count", value=text[:_SHOWN], column=column)
    digits = match[1].replace(",", "").lstrip("0") or "0"
    if len(digits) > _DIGITS:
        raise Invalid("signals.count_huge", value=text[:_SHOWN], column=column)
    return int(digits)
