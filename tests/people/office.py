"""Lists as offices make them: identity numbers that are valid, rows, files. Used by the tests of this slice."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Connection, select

from outreach.models.people import Household, Person
from outreach.store import Store

TODAY = date(2026, 11, 23)
VILLAGE = "430102001201"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def wide(text: str) -> str:
    """Full width, as some input methods type it."""
    return "".join("\u3000" if char == " " else chr(ord(char) + 0xFEE0) for char in text)


def id_number(birth: date = date(1980, 5, 6), order: int = 1, region: str = "430102") -> str:
    """A valid identity number; an odd `order` is a man's."""
    stem = f"{region}{birth:%Y%m%d}{order:03}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, stem, strict=True))
    return stem + "10X98765432"[total % 11]


def csv_file(
    folder: Path, rows: Sequence[Sequence[str]], name: str = "名单.csv", encoding: str = "utf-8"
) -> Path:
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def workbook(
    folder: Path, sheets: dict[str, Sequence[Sequence[Any]]], name: str = "名单.xlsx"
) -> Path:
    path = folder / name
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, dates)
                    else:
                        sheet.write(row, column, cell)
    return path


def people(store: Store) -> list[Any]:
    """Everybody in the register, in order of registration, with the household's key columns."""
    with store.read() as connection:
        joined = Person.__table__.outerjoin(
            Household.__table__, Person.household_id == Household.id
        )
        columns = [
            *Person.__table__.columns,
            Household.complete,
            Household.head_id,
            Household.address,
        ]
        return list(connection.execute(select(*columns).select_from(joined).order_by(Person.id)))


class Killed(RuntimeError):
    """Stands for kill -9: raised where a transaction would commit."""


def killed_after(store: Store, transactions: int) -> Any:
    """A `begin` whose process dies instead of committing the transaction after so many."""
    numbers = count()

    @contextmanager
    def begin() -> Iterator[Connection]:
        number = next(numbers)
        with store.begin() as connection:
            yield connection
            if number >= transactions:
                raise Killed

    return begin
