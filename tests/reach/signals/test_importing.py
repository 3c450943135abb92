"""Counts that offices send: several layouts, bad rows named, a corrected week in place of the first, on both databases."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import insert, select

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Invalid, Refused
from outreach.models.access import AuditEntry
from outreach.models.signals import HotlineWeek, PolicyCount
from outreach.policies import service as policies
from outreach.reach.signals import service
from outreach.reach.signals.schemas import SignalReport, Terms
from outreach.store import Store
from outreach.vault import Vault
from tests import town

MONDAY = date(2026, 11, 16)
BEFORE = date(2026, 11, 9)


@pytest.fixture
def built(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def terms(**more: Any) -> Terms:
    usual: dict[str, Any] = {
        "scope": Scope(town.COUNTY), "region": town.COUNTY, "today": town.TODAY, "by": "gan",
    }  # fmt: skip
    return Terms(**usual | more)


Rows = Sequence[Sequence[object]]
Take = Callable[..., SignalReport]


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_xlsx(path: Path, rows: Rows) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("周报")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    return path


@pytest.fixture
def take(built: Store, tmp_path: Path) -> Take:
    def run(
        rows: Rows,
        *,
        kind: str = "hotline",
        dry_run: bool = False,
        encoding: str = "utf-8",
        xlsx: bool = False,
        **more: Any,
    ) -> SignalReport:
        path = (
            write_xlsx(tmp_path / "a.xlsx", rows)
            if xlsx
            else write_csv(tmp_path / "a.csv", rows, encoding)
        )
        act = service.take_hotline if kind == "hotline" else service.take_counts
        with clock.fixed(town.MORNING), built.begin() as connection:
            return act(connection, path, terms(**more), dry_run=dry_run)

    return run  # fmt: skip


def calls(store: Store) -> dict[tuple[str, date, str, str], int]:
    with store.read() as connection:
        names = {one.id: one.ref for one in policies.all_policies(connection)}
        rows = connection.execute(
            select(
                HotlineWeek.policy_id,
                HotlineWeek.week,
                HotlineWeek.region,
                HotlineWeek.topic,
                HotlineWeek.calls,
            )
        )
        return {(names[row[0]], row[1], row[2], row[3]): row[4] for row in rows}  # fmt: skip


def problems(report: SignalReport) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in report.errors]


LAYOUTS: dict[str, tuple[Rows, dict[str, Any]]] = {
    "one row per count": (
        [["周次", "事项", "件数"], ["2026年第47周", "免费体检", "12"], ["2026-11-16至2026-11-22", "交医保", "1,030件"]], {},
    ),
    "begin and end in columns": (
        [["开始日期", "结束日期", "政策", "数量"], ["2026-11-16", "2026-11-22", "免费体检", 12], ["2026-11-16", "2026-11-22", "insure", 1030]], {},
    ),
    "the week in the title": (
        [["12345热线周报（2026年11月16日—11月22日）"], [], ["序号", "事项名称", "来电量"], ["1", "老年人健康体检", "12"], ["2", "居民医保参保", "1030"]], {},
    ),
    "weeks side by side": (
        [["事项", "2026年第46周", "2026年第47周"], ["免费体检", "", "12"], ["交医保", "—", "1030"]], {},
    ),
    "weeks side by side without a year": ([["事项", "11.16-11.22"], ["免费体检", "12"], ["交医保", "1030"]], {"year": 2026}),
    "policies side by side": ([["周", "免费体检", "交医保", "噪音扰民"], ["2026-W47", "12", "1030", "99"]], {}),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("xlsx", [False, True], ids=["csv", "xlsx"])
def test_the_same_counts_are_read_from_every_layout(
    layout: str, xlsx: bool, take: Take, built: Store
) -> None:
    rows, more = LAYOUTS[layout]
    report = take(rows, xlsx=xlsx, **more)
    assert report.errors == []
    assert calls(built) == {
        ("check", MONDAY, town.COUNTY, ""): 12, ("insure", MONDAY, town.COUNTY, ""): 1030,
    }  # fmt: skip
    assert (report.written, report.new, report.replaced) == (True, 2, 0)


def test_topics_stand_side_by_side_and_their_sum_is_left_out(take: Take, built: Store) -> None:
    rows = [
        ["2026年第47周"], ["事项", "乡镇", "咨询类", "投诉", "合计"], ["免费体检", "城关镇", 8, 2, 10], ["合计", "", 8, 2, 10],
    ]  # fmt: skip
    report = take(rows)
    assert (report.rows, report.accepted, report.totals, report.errors) == (2, 1, 1, [])
    assert calls(built) == {
        ("check", MONDAY, town.TOWN, "咨询"): 8, ("check", MONDAY, town.TOWN, "投诉"): 2,
    }  # fmt: skip


def test_a_file_of_the_hotline_in_gb18030_with_other_matters_is_read(
    take: Take, built: Store
) -> None:
    rows = [
        ["示范县12345政务服务便民热线周报"], ["统计周期：2026年11月16日至11月22日", ""], ["事项", "受理件数"], ["免费体检", "7"],
        ["噪音扰民", "210"], ["占道经营", "33"], ["合计", "250"], ["制表人：李四", ""],
    ]  # fmt: skip
    report = take(rows, encoding="gb18030")
    assert calls(built) == {("check", MONDAY, town.COUNTY, ""): 7}
    assert report.others == {"噪音扰民": 1, "占道经营": 1}
    assert (report.rows, report.accepted, report.totals, report.rejected) == (5, 1, 2, 0)


def test_a_corrected_week_replaces_the_first_one_and_says_so(take: Take, built: Store) -> None:
    take([["周", "事项", "类型", "件数"], ["2026-W47", "免费体检", "咨询", 8], ["2026-W47", "免费体检", "投诉", 3], ["2026-W46", "免费体检", "咨询", 5]])  # fmt: skip
    again = take([["周", "事项", "类型", "件数"], ["2026-W47", "免费体检", "咨询", 9], ["2026-W46", "免费体检", "咨询", 5]])  # fmt: skip
    assert calls(built) == {
        ("check", MONDAY, town.COUNTY, "咨询"): 9, ("check", BEFORE, town.COUNTY, "咨询"): 5,
    }  # fmt: skip
    assert (again.new, again.unchanged, again.replaced) == (0, 1, 2)
    assert {(one.before, one.after) for one in again.changes} == {("8", "9"), ("3", None)}
    assert all("免费体检" in one.about and "2026-11-16" in one.about for one in again.changes)


def test_a_dry_run_says_the_same_and_writes_nothing(take: Take, built: Store) -> None:
    rows = [["周", "事项", "件数"], ["2026-W47", "免费体检", 8]]
    assert take(rows, dry_run=True).new == 1
    assert calls(built) == {}
    with built.read() as connection:
        assert connection.scalars(select(AuditEntry.id)).all() == []
    assert take(rows).written
    with built.read() as connection:
        (entry,) = connection.execute(select(AuditEntry.thing, AuditEntry.by, AuditEntry.detail))
    assert (entry[0], entry[1], entry[2]["new"]) == ("signals:hotline", "gan", 1)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (["2026-W47", "免费体检", "城关镇", "许多"], "件数", "signals.count"),
        (["2026-W47", "免费体检", "城关镇", "-3"], "件数", "signals.count"),
        (["2026-W47", "", "城关镇", "3"], "事项", "signals.policy_missing"),
        (["2026-W47", "免费体检", "北村", "3"], "地区", "signals.region_unknown"),
        (["第47周", "免费体检", "城关镇", "3"], "周", "signals.week_year"),
        (["2026-11-01至2026-11-30", "免费体检", "城关镇", "3"], "周", "signals.week_length"),
        (["2026-12-07", "免费体检", "城关镇", "3"], "周", "signals.future"),
        (["", "免费体检", "城关镇", "3"], "周", "signals.week_missing"),
        (["2026-W47", "体检", "东村", "3"], "", ""),
    ],
)
def test_a_wrong_row_is_named_and_nothing_of_the_file_is_written(
    row: list[str], column: str, code: str, take: Take, built: Store
) -> None:
    report = take([["周", "事项", "地区", "件数"], ["2026-W47", "交医保", "西村", "5"], row])
    if not code:  # a matter that is none of ours is no error
        assert (problems(report), report.others, report.written) == ([], {"体检": 1}, True)
        return
    assert problems(report) == [(3, column, code)]
    assert (report.accepted, report.rejected, report.written) == (1, 1, False)
    assert calls(built) == {}


def test_the_same_count_twice_names_the_other_row(take: Take) -> None:
    report = take([["周", "事项", "件数"], ["2026-W47", "免费体检", "5"], ["2026-11-18", "老年人健康体检", "6"]])  # fmt: skip
    assert problems(report) == [(3, "", "signals.twice")]
    assert "第 2 行" in report.errors[0].message


def test_a_name_that_two_policies_have_is_nobodys(take: Take, built: Store) -> None:
    with built.begin() as connection:
        town.load(connection, {**town.CHECK, "id": "check-2", "official_name": "另一项体检"})
    report = take([["周", "事项", "件数"], ["2026-W47", "免费体检", "5"], ["2026-W47", "另一项体检", "5"]])  # fmt: skip
    assert problems(report) == [(2, "事项", "signals.policy_ambiguous")]


def test_a_week_that_does_not_begin_on_monday_is_kept_with_a_remark(
    take: Take, built: Store
) -> None:
    report = take([["周", "事项", "件数"], ["2026-11-13至2026-11-19", "免费体检", "5"]])
    assert list(calls(built)) == [("check", MONDAY, town.COUNTY, "")]
    assert [(one.code, one.row) for one in report.warnings] == [("signals.week_shifted", 2)]


def test_places_outside_the_scope_are_not_there(take: Take) -> None:
    own = {"scope": Scope(town.EAST), "region": town.EAST}
    report = take([["周", "事项", "地区", "件数"], ["2026-W47", "免费体检", "西村", "5"]], **own)
    assert problems(report) == [(2, "地区", "signals.region_unknown")]
    with pytest.raises(Refused):
        take([["周", "事项", "件数"]], scope=Scope(town.EAST), region=town.COUNTY)


def test_a_file_without_a_table_that_we_know_says_what_it_must_have(take: Take) -> None:
    with pytest.raises(Invalid, match=r"signals\.columns"):
        take([["姓名", "电话"], ["张三", "1"]])


def test_of_a_county_and_its_towns_only_the_larger_counts(take: Take, built: Store) -> None:
    take([["周", "事项", "地区", "件数"], ["2026-W46", "免费体检", "城关镇", 4], ["2026-W47", "免费体检", "城关镇", 5], ["2026-W47", "免费体检", "演示县", 9]])  # fmt: skip
    with built.read() as connection:
        (one,) = service.hotline(connection, Scope(town.COUNTY), town.TODAY)
        inside = service.hotline(connection, Scope(town.TOWN), town.TODAY)
        early = service.hotline(connection, Scope(), town.TODAY, weeks=1)
    assert [(week.week, week.calls) for week in one.weeks] == [(BEFORE, 4), (MONDAY, 9)]
    assert [(week.week, week.calls) for week in inside[0].weeks] == [(BEFORE, 4), (MONDAY, 5)]
    assert early == ()


def test_each_place_counts_as_deep_as_it_was_counted(built: Store) -> None:
    counted = {town.TOWN: 5, town.EAST: 2, "600101102001": 7, "60010110200101": 1}
    with built.begin() as connection:
        policy = policies.get(connection, "check").id
        for region, n in counted.items():
            row = {"policy_id": policy, "region": region, "week": MONDAY, "calls": n, "by": "gan", "at": town.MORNING}  # fmt: skip
            connection.execute(insert(HotlineWeek).values(**row))
        (one,) = service.hotline(connection, Scope(town.COUNTY), town.TODAY)
    assert one.weeks[0].calls == 12


@pytest.mark.parametrize("huge", ["99999999999999999999", "13812345678", "1" * 5_000])
def test_a_count_that_is_none_names_its_row_and_column(huge: str, take: Take, built: Store) -> None:
    report = take([["周", "事项", "件数"], ["2026-W47", "免费体检", huge]])
    assert problems(report) == [(2, "件数", "signals.count_huge")]
    report = take([COUNTS[1], ["城关镇", huge, "1", ""]], kind="counts", policy="insure", on=town.TODAY)  # fmt: skip
    assert problems(report) == [(2, "应参保人数", "signals.count_huge")]
    assert calls(built) == {}


@pytest.mark.parametrize("rate", ["0.5%", "0.5 ％", "0.005", "1%", "0.9"])
def test_a_rate_under_one_percent_is_one(rate: str, take: Take) -> None:
    n = "9" if rate in ("1%", "0.9") else "5"
    report = take([COUNTS[1], ["城关镇", "1000", n, rate]], kind="counts", policy="insure", on=town.TODAY)  # fmt: skip
    assert problems(report) == []
    report = take([COUNTS[1], ["城关镇", "1000", "500", "0.5%"]], kind="counts", policy="insure", on=town.TODAY)  # fmt: skip
    assert problems(report) == [(2, "参保率", "signals.rate_differs")]


# -- a policy's own outcome ---------------------------------------------------------------------------------

COUNTS = [
    ["居民医保参保情况（截至2026年11月20日）"],
    ["乡镇", "应参保人数", "已参保人数", "参保率"],
    ["城关镇", "1,000", "980", "98%"],
    ["东村", "200", "150", "75.0"],
    ["合计", "1200", "1130", ""],
]


def test_an_outcome_by_town_is_read_with_its_day_from_the_title(take: Take, built: Store) -> None:
    report = take(COUNTS, kind="counts", policy="insure")
    assert (report.accepted, report.totals, report.errors) == (2, 1, [])
    with built.read() as connection:
        key = policies.get(connection, "insure").id
        (one,) = service.counts_of(connection, key, town.TOWN)
    assert tuple(one) == ("参保率", date(2026, 11, 20), 980, 1000, "a.csv")


def test_good_rows_of_outcomes_are_written_and_wrong_ones_named(take: Take, built: Store) -> None:
    rows = [
        ["政策", "日期", "地区", "应办数", "已办数", "办理率"],
        ["insure", "2026-11-20", "城关镇", "100", "85", "85%"],
        ["insure", "2026-11-20", "东村", "100", "120", ""],
        ["insure", "2026-11-20", "西村", "0", "0", ""],
        ["insure", "2026-11-20", "西村", "100", "80", "98%"],
        ["insure", "2026-12-20", "西村", "100", "80", ""],
        ["insure", "2026-11", "西村", "100", "80", ""],
        ["insure", "2026-11-20", "西村", "", "80", ""],
        ["insure", "2026-11-20", "城关镇", "100", "86", ""],
        ["垃圾分类", "2026-11-20", "城关镇", "100", "86", ""],
    ]
    report = take(rows, kind="counts", measure="参保率")
    assert problems(report) == [
        (3, "已办数", "signals.more_than_of"), (4, "应办数", "signals.of_nothing"), (5, "办理率", "signals.rate_differs"),
        (6, "日期", "signals.day_future"), (7, "日期", "signals.day_incomplete"), (8, "应办数", "signals.empty"),
        (9, "", "signals.twice"),
    ]  # fmt: skip
    assert (report.accepted, report.rejected, report.others) == (1, 7, {"垃圾分类": 1})
    with built.read() as connection:
        assert connection.execute(select(PolicyCount.n, PolicyCount.of)).all() == [(85, 100)]


def test_a_corrected_outcome_replaces_the_first_one_and_says_so(take: Take, built: Store) -> None:
    take(COUNTS, kind="counts", policy="insure")
    changed = [*COUNTS[:2], ["城关镇", "1000", "981", ""], COUNTS[3]]
    report = take(changed, kind="counts", policy="insure", dry_run=True)
    assert (report.new, report.unchanged) == (0, 1)
    assert [(one.before, one.after) for one in report.changes] == [("980/1000", "981/1000")]
    take(changed, kind="counts", policy="insure")
    with built.read() as connection:
        assert sorted(connection.scalars(select(PolicyCount.n))) == [150, 981]
