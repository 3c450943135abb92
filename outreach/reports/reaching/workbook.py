"""The list of who was never told, as a workbook for those who go there: masked names, no circumstance, a line that says
whose copy it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import Connection

from channels.whole import becoming, plain
from outreach.access.scope import Scope
from outreach.people.addresses import natural_key
from outreach.people.masking import mask_name
from outreach.people.queries import regions
from outreach.policies.schemas import PolicyView
from outreach.reports.reaching import service
from outreach.reports.reaching.definitions import next_words, why_words
from outreach.reports.reaching.schemas import MissedPerson
from outreach.vault import Vault
from outreach.wording import figures, say

_HEADERS = (
    ("编号", 10), ("村（社区）、网格", 26), ("住址", 30), ("姓名", 12), ("为什么还没告知到", 30), ("下一步", 26),
    ("结果", 14), ("备注", 24),
)  # fmt: skip
_HEAD_ROWS = 4


@dataclass(frozen=True)
class Copy:
    """Who takes a copy of the list, and when: printed on it, and written into the log."""

    by: str
    at: datetime
    zone: ZoneInfo

    @property
    def number(self) -> str:
        """By which a copy that is found somewhere is traced."""
        return f"{self.at.astimezone(self.zone):%y%m%d-%H%M%S}"

    @property
    def line(self) -> str:
        """The watermark."""
        at = figures.exact_moment(self.at, self.zone)
        return say("reaching.sheet.watermark", by=self.by, at=at, number=self.number)


def called(policy: PolicyView) -> str:
    """What the list calls the policy: one whose rule reads a sensitive circumstance has only its number, because whoever
    stands on its list has that circumstance."""
    if policy.sensitivity() == "sensitive":
        return say("reaching.sheet.neutral", number=policy.id)
    return policy.plain_name


def write(  # noqa: PLR0913 - whose, of what, and where to
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str,
    vault: Vault,
    copy: Copy,
    out: Path,
    ways: Sequence[str] = (),
) -> int:
    """Write the list; how many people stand on it. ways: only those whose next way is one of these; () = all.

    In walking order within a place. Nothing is left behind when it cannot be written whole.
    """
    found = service.missed_people(connection, scope, policy, on, home)
    wanted = [one for one in found.people if not ways or one.advice.next in ways]
    names = regions.full_names(connection, {one.region for one in wanted})
    lines = sorted((_line(one, names, vault) for one in wanted), key=_order)
    place = names_of(connection, scope)
    note = say(
        "reaching.sheet.note", place=place, n=len(lines), on=on, done=found.done, stopped=found.stopped
    )  # fmt: skip
    title = say("reaching.sheet.title", policy=called(policy))
    _write(out, [title, note, copy.line], lines)
    return len(lines)


def names_of(connection: Connection, scope: Scope) -> str:
    """A scope's place in words."""
    return regions.full_names(connection, [scope.region])[scope.region] if scope.region else "全部地区"  # fmt: skip


_Line = tuple[int, str, str, str, str, str, str]


def _line(one: MissedPerson, names: dict[str, str], vault: Vault) -> _Line:
    name = mask_name(vault.decrypt("name", one.name)) if one.name else ""
    address = vault.decrypt("address", one.address) if one.address else ""
    return (one.id, one.region, names.get(one.region, one.region), address, name, why_words(one.advice), next_words(one.advice))  # fmt: skip


def _order(line: _Line) -> tuple[object, ...]:
    return (line[1], natural_key(line[3]), line[0])


def _write(out: Path, head: Sequence[str], lines: Sequence[_Line]) -> None:
    with becoming(out) as file, xlsxwriter.Workbook(file, plain()) as book:
        sheet = book.add_worksheet("还没告知到")
        bold = book.add_format({"bold": True, "border": 1, "text_wrap": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        mark = book.add_format({"italic": True, "font_color": "#8A5A00"})
        for row, text in enumerate(head):
            sheet.write_string(row, 0, text, mark if row == len(head) - 1 else None)
        for column, (title, width) in enumerate(_HEADERS):
            sheet.set_column(column, column, width, wrap)
            sheet.write_string(_HEAD_ROWS - 1, column, title, bold)
        for row, (key, _, *texts) in enumerate(lines, _HEAD_ROWS):
            sheet.write_number(row, 0, key)
            for column, text in enumerate(texts, 1):
                sheet.write_string(row, column, text, wrap)
        sheet.freeze_panes(_HEAD_ROWS, 0)
        sheet.repeat_rows(0, _HEAD_ROWS - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{head[-1]}&R&P / &N")
