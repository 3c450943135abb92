"""Reading a policy's own outcome as its office counts it: 参保率 by town, 申领率 by month. A rate alone is no count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from outreach.errors import Invalid, OutreachError
from outreach.people.plain import tidy
from outreach.people.reading.dates import parse_date, parse_month
from outreach.people.schemas import Problem
from outreach.reach.signals.naming import Names
from outreach.reach.signals.reading import Table, aside, number, tables
from outreach.reach.signals.schemas import Counted, SignalReport, Terms

_WORDS = {
    "policy": "政策 政策名称 惠民政策 事项 项目 项目名称 policy",
    "measure": "指标 指标名称 口径 measure",
    "region": "地区 区域 乡镇 街道 镇街 乡镇街道 乡镇名称 镇街名称 村 社区 村社区 地区名称 单位 region",
    "on": "日期 统计日期 截至日期 截止日期 统计时间 截至时间 截止时间 截至 截止 月份 on",
    "n": "办理数 已办数 已办理 办结数 已参保 参保人数 已参保人数 实际参保人数 参保数 已领取 领取人数 已领人数 享受人数 受助人数 发放人数 申领人数 "
    "已申领 申请人数 完成数 已完成 分子 n",
    "of": "应办数 应办人数 应参保 应参保人数 应保人数 应领人数 应领取 应申领人数 应享受人数 符合条件人数 应受助人数 目标数 目标人数 总人数 任务数 分母 of",
    "rate": "参保率 申领率 覆盖率 领取率 办理率 完成率 资助覆盖率 享受率 比例 占比 rate",
}  # fmt: skip
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*([%％])?")
_ROUNDED = 0.006
"""How far a written rate may lie from n / of: offices round to whole percents."""

_USUAL = "办理率"


class Read:
    """What a file says: counts with their rows, and the report so far."""

    def __init__(self) -> None:
        self.report = SignalReport("counts")
        self.rows: dict[tuple[object, ...], int] = {}
        self.counts: list[Counted] = []


def read_counts(path: Path, names: Names, terms: Terms) -> Read:
    """Every sheet with a header. Raises Invalid signals.columns and what reading a spreadsheet raises."""
    read = Read()

    def enough(fields: Sequence[str], _: Sequence[str]) -> bool:
        return {"n", "of"} <= set(fields)

    for table in tables(path, _WORDS, enough):
        for row, texts in table.rows:
            read.report.rows += 1
            if aside(texts):
                read.report.totals += 1
                continue
            try:
                _row(read, table, row, table.given(texts), names, terms)
            except OutreachError as error:
                read.report.rejected += 1
                column = str(error.params.get("column", ""))
                read.report.errors.append(Problem.of(row, column, error, table.sheet))
    return read


def _row(
    read: Read, table: Table, row: int, given: dict[str, str], names: Names, terms: Terms
) -> None:
    text = given.get("policy") or terms.policy
    if not text:
        raise Invalid("signals.policy_missing")
    policy = names.policy(text)
    if policy is None:
        read.report.others[text] = read.report.others.get(text, 0) + 1
        return
    on = _day(table, given, terms)
    region = names.region(given.get("region", ""), terms.region)
    n, of = (_count(table, given, name) for name in ("n", "of"))
    _check(table, given, n, of)
    measure = given.get("measure") or terms.measure or table.header_of("rate") or _USUAL
    one = Counted(policy, measure, region, on, n, of, terms.source)
    key = (policy, measure, region, on)
    if key in read.rows:
        raise Invalid("signals.twice", row=read.rows[key])
    read.rows[key] = row
    read.counts.append(one)
    read.report.accepted += 1


def _count(table: Table, given: dict[str, str], name: str) -> int:
    found = number(given.get(name, ""), table.header_of(name))
    if found is None:
        raise Invalid("signals.empty", column=table.header_of(name))
    return found


def _check(table: Table, given: dict[str, str], n: int, of: int) -> None:
    if not of:
        raise Invalid("signals.of_nothing", column=table.header_of("of"))
    if n > of:
        raise Invalid("signals.more_than_of", n=n, of=of, column=table.header_of("n"))
    written = _PERCENT.fullmatch(tidy(given.get("rate", "")))
    if written is None:
        return
    value, percent = float(written[1]), bool(written[2])
    # without its sign 1 may be all of them or one of a hundred
    shares = (value / 100,) if percent or value > 1 else (value, value / 100)
    if all(abs(share - n / of) > _ROUNDED for share in shares):
        rate = f"{n / of * 100:.1f} %"
        raise Invalid("signals.rate_differs", value=given["rate"], rate=rate, column=table.header_of("rate"))  # fmt: skip


def _day(table: Table, given: dict[str, str], terms: Terms) -> date:
    """The day of a count: its own, that of the order, else the one that a title names (截至2026年11月20日)."""
    text = given.get("on", "")
    if text:
        return _written(text, table, terms)
    if terms.on is not None:
        return terms.on
    for title in table.titles:
        if match := re.search(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", title):
            return _written(match[0], table, terms)
    raise Invalid("signals.day_missing")


def _written(text: str, table: Table, terms: Terms) -> date:
    column = table.header_of("on")
    if month := parse_month(text):
        raise Invalid("signals.day_incomplete", value=text, month=month[1], column=column)
    try:
        return parse_date(text, terms.today, table.epoch)
    except Invalid as error:
        code = "signals.day_future" if error.code == "people.birth_future" else "signals.day"
        raise Invalid(code, value=text, column=column) from None
