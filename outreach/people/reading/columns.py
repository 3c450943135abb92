"""Which column is which: the header of a sheet, in one row or two, below titles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from outreach.errors import Invalid
from outreach.people.reading.headers import FIELDS as FIELDS
from outreach.people.reading.headers import SENSITIVE_PREFIX as SENSITIVE_PREFIX
from outreach.people.reading.headers import SYNONYMS as SYNONYMS
from outreach.people.reading.headers import field_of as field_of
from outreach.people.reading.spreadsheet import OpenSheet
from outreach.people.reading.stacked import stacked
from outreach.people.reading.words import EPOCH_1900
from outreach.people.reading.workbook import Range

SEVERAL = frozenset({"phone", "circumstances", "disability_kind", "guardian", "serial", "ignored"})
"""Fields that several columns of a sheet may give."""

LOOKED_AT = 30
"""Rows from the top in which a header is looked for."""


@dataclass(frozen=True)
class Columns:
    """The columns of one sheet: field → their indexes from 0, their headers, and the headers that nobody reads.

    `header_row` is the last row of the header, counted from 1; `above` holds the rows up to it, titles included.
    `epoch`: the day before day 1 of date numbers in this file.
    """

    header_row: int
    headers: tuple[str, ...]
    of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    above: frozenset[tuple[str, ...]] = frozenset()
    epoch: date = EPOCH_1900

    def header(self, name: str) -> str:
        """The header of a field's first column, '' when the sheet has none."""
        return self.headers[self.of[name][0]] if name in self.of else ""

    def fields(self) -> tuple[str, ...]:
        """For each column its field, '' when it is not read."""
        by_index = {index: name for name, indexes in self.of.items() for index in indexes}
        return tuple(by_index.get(index, "") for index in range(len(self.headers)))


def columns_of(sheet: OpenSheet, mapping: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a sheet; None when it has no header. Raises what `find_header` raises."""
    found = find_header(sheet.head(LOOKED_AT + 1), mapping, sheet.merged)
    return None if found is None else replace(found, epoch=sheet.epoch)


def find_header(
    rows: Sequence[Sequence[str]],
    mapping: Mapping[str, str] | None = None,
    merged: Sequence[Range] = (),
) -> Columns | None:
    """The first header among the first rows: one row, or two, in which at least two cells mean fields.

    One with all that is required goes before one without. `mapping` says for headers of this file which field they
    are ('' = not read). Raises Invalid (people.duplicate_header, people.mapping_field, people.missing_column).
    """
    chosen = _chosen(mapping or {})
    incomplete: Invalid | None = None
    for last, cells in _headers(rows, merged):
        fields = [chosen.get(cell, field_of(cell)) if cell else None for cell in cells]
        if len({name for name in fields if name}) < 2:
            continue
        try:
            found = _required(_columns(last + 1, cells, fields))
        except Invalid as error:
            if error.code != "people.missing_column":
                raise
            incomplete = incomplete or error
        else:
            return replace(found, above=frozenset(map(_stripped, rows[: last + 1])))
    if incomplete is not None:
        raise incomplete
    return None


def _chosen(mapping: Mapping[str, str]) -> Mapping[str, str]:
    for header, name in mapping.items():
        if name and name not in FIELDS and not name.startswith(SENSITIVE_PREFIX):
            raise Invalid(
                "people.mapping_field", header=header, field=name, fields="、".join(sorted(FIELDS))
            )
    return mapping


def _headers(
    rows: Sequence[Sequence[str]], merged: Sequence[Range]
) -> Iterator[tuple[int, Sequence[str]]]:
    """(index of its last row, cells) of whatever may be a header: two rows together before each alone."""
    for index, row in enumerate(rows[:LOOKED_AT]):
        cells = _stripped(row)
        if index + 1 < len(rows):
            both = stacked(cells, _stripped(rows[index + 1]), merged, index)
            if both is not None:
                yield index + 1, both
        yield index, cells


def _stripped(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row)


def _columns(row: int, cells: Sequence[str], fields: Sequence[str | None]) -> Columns:
    found: dict[str, list[int]] = {}
    for index, name in enumerate(fields):
        if name:
            found.setdefault(name, []).append(index)
    for name, indexes in found.items():
        texts = [cells[index] for index in indexes]
        if len(indexes) > 1 and (name not in SEVERAL or len(set(texts)) < len(texts)):
            letters = "、".join(f"{column_letter(index)} {cells[index]}" for index in indexes)
            raise Invalid("people.duplicate_header", columns=letters, row=row)
    _heads_are_people(found)
    unread = tuple(
        cell
        for cell, name in zip(cells, fields, strict=True)
        if cell and name in (None, "", "ignored", "serial")
    )
    return Columns(
        row, tuple(cells), {name: tuple(indexes) for name, indexes in found.items()}, unread
    )


def _heads_are_people(found: dict[str, list[int]]) -> None:
    """A list with one row per household names only the heads: then they are the people of the list."""
    for head, own in (("head_name", "name"), ("head_id", "id_card")):
        if head in found and own not in found:
            found[own] = found.pop(head)


def _required(columns: Columns) -> Columns:
    if "name" not in columns.of:
        raise Invalid("people.missing_column", column="姓名", row=columns.header_row)
    if not {"id_card", "birth", "disability_card"} & columns.of.keys():
        raise Invalid("people.missing_column", column="身份证号 / 出生日期", row=columns.header_row)
    return columns


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as a spreadsheet names its columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
