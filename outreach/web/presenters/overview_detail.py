"""总览: one policy in detail. Every figure has its table; nothing is said that its interval does not carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.reports import service as reports
from outreach.reports.charts import service as charts
from outreach.reports.charts.schemas import IntervalRow, LevelRow, Tone, TrendPoint
from outreach.reports.overview.schemas import PolicyLine
from outreach.reports.schemas import PlaceCount
from outreach.surveys.comparing import service as comparing
from outreach.surveys.comparing.schemas import TownFigure, WavePoint
from outreach.web.presenters import results_ledger as ledger
from outreach.web.presenters.live_reasons import reason_words
from outreach.web.presenters.names import places
from outreach.web.presenters.results import Asked, counted_for
from outreach.web.presenters.survey_figures import points as signed
from outreach.web.views.common import Rate
from outreach.web.views.overview import Levels, Past, TownRow, Towns
from outreach.wording import say
from outreach.wording.figures import interval, percent, thousands

_TAG = {"behind": "bad", "ahead": "yes", "same": "no", "few": "ask"}
_MOST_REASONS = 5


def rate_of(figure: Mapping[str, Any] | None) -> Rate | None:
    """A survey's headline, ready to be shown; None without a survey or without a figure."""
    if figure is None or figure["rate"] is None or figure["use"] == "none":
        return None
    asked = date.fromisoformat(figure["date"]) if figure["date"] else None
    return Rate(
        figure["rate"], figure["low"], figure["high"], n=figure["n"], use=figure["use"],
        on=asked, mode=figure["mode"],
    )  # fmt: skip


def title(line: PolicyLine) -> str:
    """The conclusion, as far as the figures carry one."""
    if line.figure is None:
        return f"{line.name}：还没有问过群众知不知道"
    if line.figure["use"] == "none":
        return f"{line.name}：答的人太少，看不出有多少人知道"
    compared = [town for town in line.towns if town.verdict != "few"]
    behind = len(line.behind)
    if behind:
        return f"{behind} 个乡镇确实落后{_rest(compared, behind)}"
    if compared:
        return "看不出哪个乡镇落后"
    return f"每 100 个该知道的人里，约 {line.figure['rate'] * 100:.0f} 个知道"


def _rest(compared: Sequence[TownFigure], behind: int) -> str:
    if len(compared) == behind:
        return ""
    ahead = any(town.verdict == "ahead" for town in compared)
    return "，其余没有落后或不能区分" if ahead else "，其余不能区分"


def asked(line: PolicyLine) -> str:
    """When, how, how many: 2026-11 入户，n = 832，回答率 71 %."""
    figure = line.figure
    if figure is None:
        return ""
    response = figure["response"]["rate"]
    said = [f"{figure['date'][:7]} {figure['mode']}".strip(), f"n = {thousands(figure['n'])}"]
    if response is not None:
        said.append(f"回答率 {percent(response, 0)}")
    return "，".join(said)


def towns(connection: Connection, line: PolicyLine) -> Towns | None:
    """Towns with their intervals; None where the survey compares none, or has no figure itself."""
    whole = rate_of(line.figure)
    if whole is None or line.figure is None or len(line.towns) < 2:
        return None
    named = places(connection, [town.code for town in line.towns])
    rows = [_interval(named[town.code], town) for town in line.towns]
    county = IntervalRow("全县", whole.rate, whole.low, whole.high)
    told = say("overview.chart.towns", policy=line.name)
    chart = charts.interval_chart(rows, told, say("overview.chart.towns_text"), county)
    table = tuple(_town_row(named[town.code], town, whole) for town in line.towns)
    return Towns(chart, table, whole, _notes(line))


def _interval(name: str, town: TownFigure) -> IntervalRow:
    tone: Tone = "bad" if town.verdict == "behind" else "few" if town.rate is None else "plain"
    return IntervalRow(name, town.rate, town.low, town.high, tone, town.word())


def _town_row(name: str, town: TownFigure, whole: Rate) -> TownRow:
    rate = None
    if town.rate is not None:
        rate = Rate(
            town.rate, town.low or 0.0, town.high or 0.0, town.n, town.use, whole.on, whole.mode
        )
    difference = ""
    if town.difference is not None and town.diff_low is not None and town.diff_high is not None:
        span = f"{signed(town.diff_low)} 到 {signed(town.diff_high)}"
        difference = f"{signed(town.difference)}（{span}）"
    return TownRow(name, rate, town.n, difference, _TAG[town.verdict], town.word())


def _notes(line: PolicyLine) -> tuple[str, ...]:
    figure = line.figure or {}
    compared = sum(town.verdict != "few" for town in line.towns)
    said = [say("overview.note.behind", n=compared)]
    fictional = figure.get("fictional")
    if fictional and fictional["rate"] is not None:
        said.append(say("overview.note.fictional", rate=percent(fictional["rate"])))
    worst = figure.get("worst_case")
    if worst:
        said.append(say("overview.note.worst", range=interval(worst["low"], worst["high"])))
    return tuple(said)


def levels(line: PolicyLine) -> Levels | None:
    """逐级情况; None when nobody fits and nothing is open."""
    total = line.reach.total
    if not total.eligible and not total.unknown:
        return None
    rows = [
        LevelRow("应知", total.eligible, unknown=total.unknown),
        LevelRow("已告知", total.told),
    ]
    aware = _aware(line, total)
    if aware is not None:
        rows.append(aware)
    rows += [LevelRow("申请", total.applied or None), LevelRow("领取", total.received or None)]
    drawn = charts.levels_chart(
        rows, say("overview.chart.levels", policy=line.name), say("overview.chart.levels_text")
    )
    return Levels(drawn, tuple(_level_words(row, total) for row in rows))


def _aware(line: PolicyLine, total: PlaceCount) -> LevelRow | None:
    rate = rate_of(line.figure)
    if rate is None:
        return None
    people, low, high = (
        round(share * total.eligible) for share in (rate.rate, rate.low, rate.high)
    )
    return LevelRow("知晓", people, low, high)


def _level_words(row: LevelRow, total: PlaceCount) -> tuple[str, str, str]:
    beside = {
        "应知": f"另有 {thousands(row.unknown)} 人待核实" if row.unknown else "",
        "已告知": f"当面 {thousands(total.in_person)}，送达 {thousands(total.delivered)}",
        "知晓": f"区间 {thousands(row.low or 0)}–{thousands(row.high or 0)}，抽样推算",
    }.get(row.label, "按名单逐人对上" if row.n else "还没有名单，数不出来")
    share = ""
    if row.n is not None and total.eligible and row.label != "应知":
        share = percent(row.n / total.eligible)
    return (
        row.label,
        "—" if row.n is None else thousands(row.n),
        "，".join(filter(None, (share, beside))),
    )


def past(connection: Connection, line: PolicyLine) -> Past | None:
    """The waves of the policy and what may be said of them; None without any survey."""
    if line.figure is None:
        return None
    points = [point for point in comparing.trend(connection, line.ref) if point.comparable]
    said = line.comparison.sentence() if line.comparison else say("comparing.no_baseline")
    cautions = line.comparison.warnings() if line.comparison else ()
    chart = None
    if len(points) > 1:
        chart = charts.trend_chart(
            _points(points),
            say("overview.chart.trend", policy=line.name),
            said,
        )
    rows = tuple((point.title, rate) for point in points if (rate := _wave(point)) is not None)
    return Past(chart, rows if len(rows) > 1 else (), said, cautions)


def _points(points: Sequence[WavePoint]) -> list[TrendPoint]:
    """One after the other; a second survey of a day says that it is one."""
    days = [point.on for point in points]
    return [_point(point, days[: k + 1].count(point.on)) for k, point in enumerate(points)]


def _point(point: WavePoint, which: int) -> TrendPoint:
    when, share = f"{point.on:%Y-%m-%d}" + (f"（{which}）" if which > 1 else ""), point.share
    if share.use == "none":
        return TrendPoint(when, None)
    return TrendPoint(when, share.rate, share.low, share.high)


def _wave(point: WavePoint) -> Rate | None:
    share = point.share
    if share.rate is None or share.low is None or share.high is None or share.use == "none":
        return None
    return Rate(share.rate, share.low, share.high, share.n, share.use, point.on, point.mode)


def unreached(asked: Asked) -> tuple[int, tuple[tuple[str, int, str], ...]]:
    """How many were never told, the most frequent reasons and the next way to them: as on the page of reach.

    While a large register is counted for the first time, by what stands in the kept counts.
    """
    counted = counted_for(asked)
    if counted is not None:
        rows = ledger.unreached(asked, counted.figures)
        return sum(row.n for row in rows), tuple(
            (row.reason, row.n, row.next) for row in rows[:_MOST_REASONS]
        )
    kept = reports.untold(asked.connection, asked.scope, asked.policy, asked.on, asked.home)
    return sum(row.n for row in kept), tuple(
        (
            say(f"web.untold.{row.stage}", reason=reason_words(row.reason)),
            row.n,
            say(f"web.untold_next.{row.stage}"),
        )
        for row in kept[:_MOST_REASONS]
    )
