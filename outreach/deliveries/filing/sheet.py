"""The list that goes to a console and comes back: one row for each signature and text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import get_args

import xlsxwriter
from sqlalchemy import Connection

from channels.providers import Kind
from channels.whole import becoming, plain
from outreach.deliveries.accounts import AccountView
from outreach.deliveries.answering import line
from outreach.deliveries.filing import service
from outreach.deliveries.filing.service import STATUSES, NewFiling, Status
from outreach.deliveries.filing.templates import slotted
from outreach.errors import Invalid, OutreachError
from outreach.people.reading.spreadsheet import open_sheets
from outreach.wording import say

HEADERS = ("类别", "名称", "内容", "变量", "状态", "模板编号", "备注")
_HEADER_WITHIN = 10
_LEAST = ("类别", "名称", "状态")


@dataclass(frozen=True)
class Taken:
    """What a list told. listed: rows that could not be used, each with its place."""

    written: int
    listed: Sequence[OutreachError]


def kind_words() -> Mapping[str, Kind]:
    """签名, 模板 → its kind."""
    return {say(f"filing.kind.{kind}"): kind for kind in get_args(Kind)}


def status_words() -> Mapping[str, Status]:
    """未报备, 审核中, 已报备, 被退回 → the status."""
    return {say(f"filing.status.{status}"): status for status in STATUSES}


def write(connection: Connection, account: AccountView, office: str, out: Path) -> int:
    """Write the list to hand in: the office's signature and every newest text message. Returns its rows."""
    rows = list(_lines(connection, account, office))
    with becoming(out) as file, xlsxwriter.Workbook(file, plain()) as book:
        sheet = book.add_worksheet("报备")
        sheet.set_column(1, 1, 40)
        sheet.set_column(2, 2, 80)
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate([HEADERS, *rows]):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
    return len(rows)


def _lines(connection: Connection, account: AccountView, office: str) -> Iterator[tuple[str, ...]]:
    """One row as HEADERS name it; what is written down already stands beside it, so that it can be changed there."""
    found = service.listed(connection, account.id)
    standing = {(one.kind, one.name): one for one in found if one.current}
    yield _line("signature", office, f"【{office}】", (), standing.get(("signature", office)))
    for name, (_, body) in sorted(service.newest_texts(connection).items()):
        shape = slotted(body)
        if shape is None:
            continue
        known = standing.get(("template", name))
        parameters = known.parameters if known else shape.parameters
        words = shape.handed_in(parameters, {"opt_out": line(account)})
        yield _line("template", name, words, parameters, known)


def _line(
    kind: Kind, name: str, words: str, parameters: Sequence[str], known: service.Standing | None
) -> tuple[str, ...]:
    status = say(f"filing.status.{known.status if known else 'none'}")
    number, note = (known.number, known.note) if known else ("", "")
    return say(f"filing.kind.{kind}"), name, words, "、".join(parameters), status, number, note


def take(connection: Connection, account: AccountView, path: Path, by: str) -> Taken:
    """Take a list in, good rows written and bad ones told. Invalid filing.no_table when it has no such table."""
    written = 0
    bad: list[OutreachError] = []
    found = False
    with open_sheets(path) as book:
        for sheet in book.sheets:
            header = _header([list(row) for row in sheet.head(_HEADER_WITHIN)])
            if header is None:
                continue
            found = True
            above, columns = header
            for number, cells in enumerate(islice(sheet.rows, above, None), above + 1):
                if not any(cell.strip() for cell in cells):
                    continue
                try:
                    service.put(connection, account, _row(columns, cells, sheet.name, number), by)
                    written += 1
                except Invalid as error:
                    bad.append(
                        Invalid(error.code, **{**error.params, "sheet": sheet.name, "row": number})
                    )
    if not found:
        raise Invalid("filing.no_table", file=path.name, headers="、".join(_LEAST))
    return Taken(written, bad)


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, Mapping[str, int]] | None:
    """(rows up to and with the header, header → column)."""
    for number, cells in enumerate(rows, 1):
        columns = {
            cell.strip(): index for index, cell in enumerate(cells) if cell.strip() in HEADERS
        }
        if set(_LEAST) <= set(columns):
            return number, columns
    return None


def _row(columns: Mapping[str, int], cells: Sequence[str], sheet: str, row: int) -> NewFiling:
    def cell(name: str) -> str:
        index = columns.get(name, len(cells))
        return cells[index].strip() if index < len(cells) else ""

    kind, status = kind_words().get(cell("类别")), status_words().get(cell("状态"))
    if kind is None or status is None:
        value = cell("类别") if kind is None else cell("状态")
        known = "、".join(kind_words() if kind is None else status_words())
        raise Invalid("filing.word", sheet=sheet, row=row, value=value, known=known)
    named = [one.strip() for one in cell("变量").replace(",", "、").split("、") if one.strip()]
    return NewFiling(
        kind,
        cell("名称"),
        status,
        cell("模板编号"),
        named if "变量" in columns and named else None,
        cell("备注"),
    )
