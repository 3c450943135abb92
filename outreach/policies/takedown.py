"""The take-down list: where sheets, posts, broadcasts and notices about a policy are still out, to be collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import Connection

from channels.whole import plain
from outreach.people.queries import regions
from outreach.policies.queries import exits
from outreach.policies.schemas import PolicyView

CHANNELS: Mapping[str, str] = {"flyer": "一户一单", "group": "群消息", "broadcast": "大喇叭稿", "board": "公告"}  # fmt: skip
_VILLAGE = 12
_STATES: Mapping[str, str] = {
    "flyer/accepted": "已打印",
    "flyer/delivered": "已送到户",
    "broadcast/accepted": "稿子已发",
    "broadcast/delivered": "已播",
    "group/accepted": "已发",
    "group/delivered": "已发",
    "board/hanging": "张贴中",
}
_DO: Mapping[str, str] = {
    "flyer": "没发的收回销毁，送出的上门换新单或告知停办",
    "group": "在群里撤回或发更正",
    "broadcast": "停播，收回稿子",
    "board": "撤下，有新版的换上新的",
}


@dataclass(frozen=True)
class Out:
    """One line: what is out at one place, how much of it, and until when it says that it is valid."""

    village: str
    village_name: str
    place: str
    channel: str
    what: str
    campaign: str
    title: str
    version: int | None
    n: int
    state: str
    since: date
    valid_until: date | None

    @property
    def todo(self) -> str:
        """What to do about it."""
        return _DO[self.channel]


def out_there(connection: Connection, view: PolicyView, zone: ZoneInfo) -> list[Out]:
    """Everything about a policy that may still be seen, by village and place; days as they are at `zone`."""
    rows = exits.out_there(connection, view.id)
    hanging = exits.hanging(connection, view.id)
    codes = {row[key] for row in rows for key in ("village", "place")}
    codes |= {row["region"][:_VILLAGE] for row in hanging}
    known = {code: row.name for code, row in regions.by_codes(connection, codes).items()}
    lines = [_line(row, known, zone) for row in rows] + [_notice(row, known) for row in hanging]
    return sorted(lines, key=lambda line: line.village)


def _notice(row: Mapping[str, Any], known: Mapping[str, str]) -> Out:
    """A notice on a board: one sheet of paper at one place."""
    village = row["region"][:_VILLAGE]
    return Out(
        village=village,
        village_name=known.get(village, village),
        place=row["board"],
        channel="board",
        what=CHANNELS["board"],
        campaign="",
        title=row["title"],
        version=None,
        n=1,
        state=_STATES["board/hanging"],
        since=row["posted_on"],
        valid_until=row["valid_until"],
    )


def _line(row: Mapping[str, Any], known: Mapping[str, str], zone: ZoneInfo) -> Out:
    channel, village = row["channel"], row["village"]
    place = row["group"] or known.get(row["place"], row["place"])
    return Out(
        village=village,
        village_name=known.get(village, village),
        place=place,
        channel=channel,
        what=CHANNELS[channel],
        campaign=row["campaign"],
        title=row["title"],
        version=row["number"],
        n=row["n"],
        state=_STATES.get(f"{channel}/{row['state']}", "不清楚是否发出，要去看"),
        since=row["at"].astimezone(zone).date(),
        valid_until=_valid_until(row),
    )


def _valid_until(row: Mapping[str, Any]) -> date | None:
    """What stands on it: the campaign's last day, or the policy's, whichever comes first."""
    written = row["options"].get("valid_until")
    days = [date.fromisoformat(written)] if written else []
    days += [row["valid_to"]] if row["valid_to"] else []
    return min(days, default=None)


_HEADERS = (
    ("村（社区）", 18), ("地点", 22), ("是什么", 12), ("数量", 8), ("现在", 12), ("哪天发的", 12), ("上面写的有效期", 16),
    ("哪次宣传", 26), ("政策版本", 10), ("要做什么", 36), ("已撤（打钩）", 14), ("谁撤的、哪天", 18), ("备注", 24),
)  # fmt: skip


def write(lines: list[Out], view: PolicyView, out: Path, on: date) -> None:
    """The list as a workbook to print and tick; nothing is left behind when it cannot be written whole."""
    part = out.with_name(f".{out.name}.part")
    try:
        _write(lines, view, part, on)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _write(lines: list[Out], view: PolicyView, path: Path, on: date) -> None:
    with xlsxwriter.Workbook(str(path), plain()) as book:  # fmt: skip
        sheet = book.add_worksheet("撤下清单")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#E6E6E6"})  # fmt: skip
        cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd", "valign": "top"})
        ends = f"，{view.withdrawn_on} 起停办" if view.withdrawn_on else ""
        sheet.write_string(0, 0, f"撤下清单：{view.plain_name}（{view.facts['official_name']}）{ends}", bold)  # fmt: skip
        sheet.write_string(1, 0, f"制表 {on}，共 {len(lines)} 处。撤一处打一个钩；没有登记的张贴处也请一并撤下，写在备注里。")  # fmt: skip
        for column, (title, width) in enumerate(_HEADERS):
            sheet.set_column(column, column, width)
            sheet.write_string(3, column, title, head)
        for row, line in enumerate(lines, 4):
            for column, value in enumerate(_cells(line)):
                if isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                elif isinstance(value, int):
                    sheet.write_number(row, column, value, cell)
                else:
                    sheet.write_string(row, column, value, cell)
        sheet.freeze_panes(4, 0)
        sheet.repeat_rows(3)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)


def _cells(line: Out) -> tuple[str | int | date, ...]:
    return (
        line.village_name, line.place, line.what, line.n, line.state,
        line.since, line.valid_until or "", line.title,
        f"第 {line.version} 版" if line.version else "", line.todo, "", "", "",
    )  # fmt: skip
