"""Opinions as a workbook: a list that came on paper or from the hotline taken in, and the list for a meeting.

What goes out has no contacts, and numbers that somebody wrote into the text are hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import xlsxwriter
from sqlalchemy import Connection

from channels.whole import becoming, plain
from outreach import clock
from outreach.errors import Invalid, OutreachError
from outreach.people.masking import mask_numbers
from outreach.people.queries import regions
from outreach.people.reading.spreadsheet import read_sheets
from outreach.policies import service as policies
from outreach.reach.opinions.schemas import (
    ANSWER,
    KINDS,
    SOURCES,
    TEXT,
    Hand,
    NewOpinion,
    OpinionView,
)
from outreach.reach.opinions.service import say as say_opinion
from outreach.vault import Vault
from outreach.wording import say

_HEADERS: Mapping[str, Sequence[str]] = {
    "text": ("内容", "意见", "意见内容", "text"),
    "source": ("来源", "渠道", "source"),
    "kind": ("类型", "kind"),
    "policy": ("政策", "policy"),
    "region": ("地区代码", "代码", "地区", "region"),
    "contact": ("联系方式", "电话", "联系电话", "contact"),
}
_SEARCHED = 10
"""Rows among which the header is looked for, below titles."""


@dataclass(frozen=True)
class Line:
    """One row, as an office counts rows; column → text."""

    row: int
    cells: Mapping[str, str]


def read(path: Path) -> list[Line]:
    """The rows of the first sheet with a column 内容. Invalid opinions.no_header, and what reading a sheet raises."""
    for sheet in read_sheets(path):
        rows = [tuple(cell.strip() for cell in row) for row in sheet.rows]
        for at, row in enumerate(rows[:_SEARCHED]):
            columns = _columns(row)
            if "text" in columns:
                return _lines(rows, at, columns)
    known = "、".join(words[0] for words in _HEADERS.values())
    raise Invalid("opinions.no_header", file=path.name, known=known)


def _columns(row: Sequence[str]) -> dict[str, int]:
    return {
        name: at
        for name, words in _HEADERS.items()
        for at, cell in enumerate(row)
        if cell.lower() in words
    }


def _lines(rows: Sequence[Sequence[str]], header: int, columns: Mapping[str, int]) -> list[Line]:
    return [
        Line(number, {name: row[at] if at < len(row) else "" for name, at in columns.items()})
        for number, row in enumerate(rows[header + 1 :], header + 2)
        if any(row)
    ]


@dataclass(frozen=True)
class Terms:
    """What holds where a row says nothing: its source and region; who takes the list in."""

    source: str
    region: str
    hand: Hand


def take(
    connection: Connection, vault: Vault, lines: Sequence[Line], terms: Terms
) -> tuple[list[int], list[tuple[int, str]]]:
    """(numbers of the opinions, what is wrong with which row). With one bad row the caller rolls back.

    The same row of the same list taken in twice is one opinion.
    """
    named = {view.plain_name: view.ref for view in policies.all_policies(connection)}
    done: list[int] = []
    errors: list[tuple[int, str]] = []
    for line in lines:
        try:
            done.append(say_opinion(connection, vault, _opinion(connection, line, named, terms)))
        except OutreachError as error:
            errors.append((line.row, say(error.code, **error.params)))
    return done, errors


def _opinion(
    connection: Connection, line: Line, named: Mapping[str, str], terms: Terms
) -> NewOpinion:
    cell = {name: line.cells.get(name, "") for name in _HEADERS}
    policy = named.get(cell["policy"], cell["policy"])
    if policy and policy not in named.values():
        raise Invalid("opinions.row_policy", value=cell["policy"])
    region = cell["region"] or terms.region
    if region != terms.region and not regions.by_codes(connection, [region]):
        raise Invalid("opinions.row_region", value=region)
    if not terms.hand.scope.covers(region):
        raise Invalid("opinions.row_region", value=region)
    source = _code("source", SOURCES, cell["source"]) or terms.source
    kind = _code("kind", KINDS, cell["kind"]) or "other"
    same = "\x1f".join((str(line.row), source, policy, region, cell["text"], cell["contact"]))
    key = f"sheet:{sha256(same.encode()).hexdigest()}"
    return NewOpinion(
        source, cell["text"], kind, policy, region=region, contact=cell["contact"], by=terms.hand.by, key=key
    )  # fmt: skip


def _code(what: str, known: Sequence[str], value: str) -> str:
    """The code of a word in a cell, '' for an empty one; Invalid names what it may be."""
    words = {say(f"opinions.{what}.{code}"): code for code in known} | {
        code: code for code in known
    }
    if value and value not in words:
        code = "opinions.row_source" if what == "source" else "opinions.row_kind"
        names = "、".join(say(f"opinions.{what}.{one}") for one in known)
        raise Invalid(code, value=value, known=names)
    return words.get(value, "")


_OUT = (
    ("编号", 8), ("日期", 12), ("来源", 10), ("类型", 12), ("政策", 20), ("地方", 18), ("内容", 60), ("进展", 10),
    ("答复", 60), ("答复日期", 12),
)  # fmt: skip


def write(connection: Connection, vault: Vault, found: Sequence[OpinionView], out: Path) -> int:
    """The list for a meeting, without contacts and without who dealt with it; how many rows.

    Nothing is left behind when it cannot be written whole.
    """
    names = {view.ref: view.plain_name for view in policies.all_policies(connection)}
    places = regions.full_names(connection, {one.region for one in found if one.region})
    with becoming(out) as file, xlsxwriter.Workbook(file, plain()) as book:
        sheet = book.add_worksheet("意见")
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_string(0, 0, say("opinions.sheet_title", n=len(found)))
        for column, (title, width) in enumerate(_OUT):
            sheet.set_column(column, column, width)
            sheet.write_string(2, column, title, head)
        for number, one in enumerate(found, 3):
            for column, text in enumerate(_row(vault, one, names, places)):
                sheet.write_string(number, column, text, wrap)
        sheet.freeze_panes(3, 0)
    return len(found)


def _row(
    vault: Vault, one: OpinionView, names: Mapping[str, str], places: Mapping[str, str]
) -> tuple[str, ...]:
    answered = f"{clock.here(one.answered_at):%Y-%m-%d}" if one.answered_at else ""
    return (
        str(one.id), f"{clock.here(one.at):%Y-%m-%d}", say(f"opinions.source.{one.source}"),
        say(f"opinions.kind.{one.kind}"), names.get(one.policy, one.policy), places.get(one.region, one.region),
        mask_numbers(vault.decrypt(TEXT, one.said)), say(f"opinions.state.{one.state}"),
        mask_numbers(vault.decrypt(ANSWER, one.answer)), answered,
    )  # fmt: skip
