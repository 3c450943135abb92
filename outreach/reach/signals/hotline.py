"""Reading weekly counts of 12345: one row per count, topics or weeks or policies side by side, or one week per file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from outreach.errors import Invalid, OutreachError
from outreach.people.reading.asides import is_total
from outreach.people.schemas import Problem
from outreach.reach.signals.naming import Names
from outreach.reach.signals.reading import Table, aside, number, plain_header, tables
from outreach.reach.signals.schemas import Calls, SignalReport, Terms
from outreach.reach.signals.weeks import Week, is_week, parse_week, week_in

_WORDS = {
    "week": "周 周次 统计周 周期 统计周期 时间 日期 统计时间 统计日期 时间段 起止日期 起止时间 受理时间 week",
    "begins": "开始日期 起始日期 开始时间 起始时间 开始 begin",
    "ends": "结束日期 截止日期 结束时间 截止时间 结束 end",
    "policy": "政策 政策名称 惠民政策 事项 事项名称 业务 业务名称 诉求事项 问题分类 主题 事项分类 policy",
    "topic": "类型 诉求类型 工单类型 来电类型 诉求类别 topic",
    "region": "地区 区域 乡镇 街道 镇街 乡镇街道 所属地区 所属乡镇 地区名称 承办地区 region",
    "calls": "件数 数量 工单数 工单量 工单数量 来电数 来电量 来电件数 受理量 受理数 受理件数 诉求量 诉求件数 次数 calls",
}  # fmt: skip
_TOPICS = ("咨询", "投诉", "求助", "建议", "举报", "表扬", "意见", "其他")


@dataclass
class Found:
    """What a file says: counts with the row where each stands first, and the report so far."""

    report: SignalReport
    calls: dict[Calls, int] = field(default_factory=dict)
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cell:
    """One count of a row: about which policy (None = as its row says), topic, week (None = as its row says)."""

    at: int
    policy: int | None = None
    topic: str = ""
    week: Week | None = None


def read_hotline(path: Path, names: Names, terms: Terms) -> Found:
    """Every sheet with a header. Raises Invalid signals.columns and what reading a spreadsheet raises."""
    found = Found(SignalReport("hotline"))

    def enough(fields: Sequence[str], cells: Sequence[str]) -> bool:
        return bool(_cells(fields, cells, names, terms)) and ("policy" in fields or "week" in fields)  # fmt: skip

    for table in tables(path, _WORDS, enough):
        cells = _cells(table.fields, table.headers, names, terms)
        for row, texts in table.rows:
            _row(found, table, cells, row, texts, names, terms)
    return found


def _cells(
    fields: Sequence[str], headers: Sequence[str], names: Names, terms: Terms
) -> list[_Cell]:
    """The columns that hold counts."""
    found = []
    for at, header in enumerate(headers):
        if at < len(fields) and fields[at] == "calls":
            found.append(_Cell(at))
        elif (at < len(fields) and fields[at]) or not header or is_total(header):
            continue
        elif topic := next((one for one in _TOPICS if plain_header(header).startswith(one)), ""):
            found.append(_Cell(at, topic=topic))
        elif "policy" in fields and is_week(header):
            found.append(_Cell(at, week=parse_week(header, terms.year or terms.today.year)))
        elif "policy" not in fields and (policy := names.policy(header)) is not None:
            found.append(_Cell(at, policy=policy))
    several = [one for one in found if one.topic]
    return several or found


def _row(
    found: Found, table: Table, cells: Sequence[_Cell], row: int, texts: list[str], names: Names, terms: Terms
) -> None:  # fmt: skip
    found.report.rows += 1
    if aside(texts):
        found.report.totals += 1
        return
    given = table.given(texts)
    try:
        policy = _policy(found, given, names, table)
        if policy is None and "policy" in table.fields:
            return
        region = names.region(given.get("region", ""), terms.region)
        read = list(_counts(table, cells, texts, given, (policy, region), terms))
        _keep(found, row, read, table, given)
    except OutreachError as error:
        found.report.rejected += 1
        found.report.errors.append(Problem.of(row, _column(table, error), error, table.sheet))
        return
    found.report.accepted += 1


def _policy(found: Found, given: dict[str, str], names: Names, table: Table) -> int | None:
    """The policy of a row; what is none of ours is counted among the others."""
    if "policy" not in table.fields:
        return None
    text = given.get("policy", "")
    if not text:
        raise Invalid("signals.policy_missing")
    policy = names.policy(text)
    if policy is None:
        found.report.others[text] = found.report.others.get(text, 0) + 1
    return policy


def _counts(
    table: Table, cells: Sequence[_Cell], texts: list[str], given: dict[str, str], about: tuple[int | None, str],
    terms: Terms,
) -> Iterator[tuple[Calls, Week]]:  # fmt: skip
    policy, region = about
    whole = None if any(one.week for one in cells) else _week(table, given, terms)
    for one in cells:
        n = number(texts[one.at] if one.at < len(texts) else "", table.headers[one.at])
        week, key = one.week or whole, one.policy or policy
        if n is None or week is None or key is None:
            continue
        if week.monday > terms.today:
            raise Invalid("signals.future", value=week.monday.isoformat())
        yield Calls(key, region, week.monday, one.topic or given.get("topic", ""), n), week


def _week(table: Table, given: dict[str, str], terms: Terms) -> Week:
    """The week of a row: its own, else the one that a title names."""
    if given.get("begins") and given.get("ends"):
        return parse_week(f"{given['begins']}至{given['ends']}", terms.year, table.epoch)
    text = given.get("week") or given.get("begins") or ""
    year = terms.year or _year_above(table)
    if text:
        return parse_week(text, year, table.epoch)
    named = next((week for title in table.titles if (week := _titled(title, year))), None)
    if named is None:
        raise Invalid("signals.week_missing")
    return named


def _titled(title: str, year: int | None) -> Week | None:
    try:
        return week_in(title, year)
    except Invalid:
        return None


def _year_above(table: Table) -> int | None:
    """The year that a title says: 2026年第47周12345热线周报."""
    for title in table.titles:
        for part in title.split("年")[:-1]:
            if part[-4:].isdecimal() and len(part[-4:]) == 4:
                return int(part[-4:])
    return None


def _keep(
    found: Found, row: int, read: Sequence[tuple[Calls, Week]], table: Table, given: dict[str, str]
) -> None:
    """Take the counts of a row; the same count twice in a file is an error."""
    for one, _ in read:
        key = (*one.cell, one.topic)
        if key in found.seen:
            raise Invalid("signals.twice", row=found.seen[key])
        found.seen[key] = row
    for one, week in read:
        found.calls[one] = row
        if week.shifted:
            text = given.get("week") or given.get("begins") or ""
            error = Invalid("signals.week_shifted", value=text, monday=week.monday.isoformat())
            problem = Problem.of(row, table.header_of("week"), error, table.sheet)
            if problem not in found.report.warnings:
                found.report.warnings.append(problem)


_COLUMN_OF = {
    "signals.policy": "policy", "signals.region": "region", "signals.week": "week", "signals.future": "week",
    "access.outside_region": "region",
}  # fmt: skip


def _column(table: Table, error: OutreachError) -> str:
    """The header that a problem is about."""
    if "column" in error.params:
        return str(error.params["column"])
    about = next((name for code, name in _COLUMN_OF.items() if error.code.startswith(code)), "")
    return table.header_of(about) or table.header_of("begins" if about == "week" else about)
