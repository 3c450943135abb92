"""The sample as a workbook for interviewers, and the same workbook read back.

Sheet 样本: row 1 is a line of marks that ends in `调查编号：REF`; row 2 the column names 编号 姓名 地区 地址 电话 备注 结果
访问日期 访问员 and one column per question (`1. text`, `2. text`, …); below, one row per sampled person. Sheet 选项 holds
the words of the drop-down lists. Reading needs 编号, 结果 and all questions, by number and text, by text or by code, in
any order, also as CSV; names and addresses are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from channels.whole import plain
from outreach.errors import Invalid
from outreach.people.intake.rejected import ERROR
from outreach.people.reading.spreadsheet import read_sheets
from outreach.people.schemas import Problem
from outreach.surveys.dispositions import Disposition, label
from outreach.surveys.fieldwork.checking import chosen
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind, Question
from outreach.surveys.schemas import Line

SHEET = "样本"
OPTIONS = "选项"
NUMBER, RESULT, ASKED_ON, INTERVIEWER = "编号", "结果", "访问日期", "访问员"
_FIXED = (NUMBER, "姓名", "地区", "地址", "电话", "备注", RESULT, ASKED_ON, INTERVIEWER)
_WIDTHS = (6, 10, 24, 30, 14, 22, 12, 12, 10)
_REF = re.compile(r"调查编号[：:]\s*(\S+)\s*$")
_TOP = 20  # rows in which the column names must stand


def heading(marks: Iterable[str], ref: str) -> str:
    """The line above the column names."""
    return "　".join([*(mark for mark in marks if mark), f"调查编号：{ref}"])


def question_header(number: int, question: Question) -> str:
    """The column name of a question, numbered from 1."""
    return f"{number}. {question.text}"


def write_sheet(path: Path, title: str, instrument: Instrument, lines: Sequence[Line]) -> None:
    """Write the workbook; what lines have filled in already stands in it. Every cell is text, none is a formula."""
    with xlsxwriter.Workbook(str(path), plain()) as book:
        sheet = book.add_worksheet(SHEET)
        columns = (
            [label(each) for each in Disposition if each],
            *([option.label for option in question.options] for question in instrument.questions),
        )
        places = _write_options(book, columns)
        _write_head(book, sheet, title, instrument)
        for row, line in enumerate(lines, 2):
            for column, cell in enumerate(_cells(line, instrument)):
                sheet.write_string(row, column, cell)
        if lines:
            _add_lists(sheet, instrument, places, len(lines) + 1)


def _write_options(book: Any, columns: Iterable[Sequence[str]]) -> list[str]:
    """Write each list of words into a column of its own; returns the references to them."""
    sheet = book.add_worksheet(OPTIONS)
    references = []
    for column, words in enumerate(columns):
        for row, word in enumerate(words):
            sheet.write_string(row, column, word)
        name = xlsxwriter.utility.xl_col_to_name(column)
        references.append(f"='{OPTIONS}'!${name}$1:${name}${max(len(words), 1)}")
    return references


def _write_head(book: Any, sheet: Any, title: str, instrument: Instrument) -> None:
    mark = book.add_format({"bold": True, "font_color": "#B3261E"})
    head = book.add_format(
        {"bold": True, "bg_color": "#EEF3F8", "border": 1, "text_wrap": True, "valign": "top"}
    )
    text = book.add_format({"num_format": "@"})
    headers = [*_FIXED, *(question_header(*each) for each in enumerate(instrument.questions, 1))]
    sheet.write_string(0, 0, title, mark)
    for column, name in enumerate(headers):
        width = _WIDTHS[column] if column < len(_WIDTHS) else 22
        sheet.set_column(column, column, width, text)
        sheet.write_string(1, column, name, head)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.repeat_rows(0, 1)


def _cells(line: Line, instrument: Instrument) -> list[str]:
    return [
        str(line.number),
        line.name,
        line.place,
        line.address,
        line.phone,
        line.note,
        label(line.disposition) if line.disposition else "",
        line.asked_on.isoformat() if line.asked_on else "",
        line.interviewer,
        *(
            _answer(question, line.answers.get(question.code, ""))
            for question in instrument.questions
        ),
    ]


def _answer(question: Question, value: str) -> str:
    if question.kind == Kind.OPEN:
        return value
    return "、".join(option.label for option in chosen(question, value))


def _add_lists(sheet: Any, instrument: Instrument, places: Sequence[str], last: int) -> None:
    column = _FIXED.index(RESULT)
    # a number from the paper may be typed as well: what is wrong is said when the sheet is taken in
    offered = {"validate": "list", "show_error": False}
    sheet.data_validation(2, column, last, column, {**offered, "source": places[0]})
    for number, question in enumerate(instrument.questions):
        if not question.options:
            continue
        column = len(_FIXED) + number
        rule: dict[str, Any] = {**offered, "source": places[number + 1]}
        if question.several:
            rule |= {
                "input_title": "可多选",
                "input_message": f"几项之间用顿号隔开，文字照“{OPTIONS}”表。",
            }
        sheet.data_validation(2, column, last, column, rule)


@dataclass(frozen=True)
class Filled:
    """One row as an interviewer left it: cells by 编号, 结果, 访问日期, 访问员 and the codes of questions."""

    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class FilledSheet:
    """All rows that are not empty; `headers` gives for each key of the cells the column name in the file.

    `table`: the cells as they stand in the file; `top`: where in it the column names are.
    """

    rows: list[Filled]
    headers: Mapping[str, str]
    table: Sequence[Sequence[str]] = ()
    top: int = 0


def read_filled(path: Path, instrument: Instrument, ref: str) -> FilledSheet:
    """Read the first sheet of a filled workbook or CSV file.

    Raises Missing for a file that is not there; Invalid for one that is no spreadsheet, is a sheet of another survey,
    has no row of column names, or lacks or repeats a column.
    """
    rows = [[cell.strip() for cell in row] for row in read_sheets(path)[0].rows]
    top = next((k for k, row in enumerate(rows[:_TOP]) if NUMBER in row), None)
    if top is None:
        raise Invalid("fieldwork.no_header", file=path.name, rows=_TOP)
    _refuse_other(rows[:top], ref, path.name)
    columns = _columns(rows[top], instrument, path.name)
    filled = [
        Filled(number, {key: row[at] if at < len(row) else "" for key, at in columns.items()})
        for number, row in enumerate(rows[top + 1 :], top + 2)
        if any(row)
    ]
    return FilledSheet(filled, {key: rows[top][at] for key, at in columns.items()}, rows, top)


def _refuse_other(above: Iterable[Sequence[str]], ref: str, file: str) -> None:
    for row in above:
        for cell in row:
            found = _REF.search(cell)
            if found is not None and found[1] != ref:
                raise Invalid("fieldwork.other_survey", file=file, other=found[1], survey=ref)


def _columns(header: Sequence[str], instrument: Instrument, file: str) -> dict[str, int]:
    names = {key: [key] for key in (NUMBER, RESULT, ASKED_ON, INTERVIEWER)}
    for number, question in enumerate(instrument.questions, 1):
        names[question.code] = [question_header(number, question), question.text, question.code]
    found: dict[str, int] = {}
    for key, known in names.items():
        at = [k for k, name in enumerate(header) if name in known]
        if len(at) > 1:
            raise Invalid("fieldwork.column_twice", file=file, column=header[at[0]])
        if not at and key not in (ASKED_ON, INTERVIEWER):
            raise Invalid("fieldwork.column_missing", file=file, column=known[0])
        if at:
            found[key] = at[0]
    return found


def write_wrong(path: Path, sheet: FilledSheet, problems: Iterable[Problem]) -> None:
    """The wrong rows to correct and hand in again: the same cells, and what is wrong in a last column 错误."""
    wrong: dict[int, list[str]] = {}
    for problem in problems:
        wrong.setdefault(problem.row, []).append(f"{problem.column}：{problem.message}")
    head = list(sheet.table[sheet.top])
    kept = [column for column, name in enumerate(head) if name != ERROR]
    with xlsxwriter.Workbook(str(path), plain()) as book:
        page = book.add_worksheet(SHEET)
        red = book.add_format({"font_color": "#B3261E", "text_wrap": True, "valign": "top"})
        page.set_column(0, len(kept) - 1, 14, book.add_format({"num_format": "@"}))
        page.set_column(len(kept), len(kept), 60, red)
        above = [(row, "") for row in sheet.table[: sheet.top]] + [(head, ERROR)]
        below = [(sheet.table[row - 1], "\n".join(words)) for row, words in sorted(wrong.items())]
        for at, (cells, words) in enumerate([*above, *below]):
            for column, index in enumerate(kept):
                page.write_string(at, column, cells[index] if index < len(cells) else "")
            page.write_string(at, len(kept), words)
        page.freeze_panes(sheet.top + 1, 2)
    path.chmod(0o600)
