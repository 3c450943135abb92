"""Charts are SVG that a strict page takes, in two widths, with every number in words and nothing that only colour says."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as Xml

import pytest

from outreach.reports.charts import service
from outreach.reports.charts.schemas import Chart, CountRow, IntervalRow, LevelRow, TrendPoint

TOWNS = [
    IntervalRow("青禾镇", 0.812, 0.696, 0.890, "plain", "不能区分"),
    IntervalRow("柳溪镇", 0.592, 0.468, 0.705, "bad", "落后"),
    IntervalRow("梅坞乡", None, tone="few", note="样本不足"),
]
COUNTY = IntervalRow("全县", 0.769, 0.724, 0.808)
WAVES = [
    TrendPoint("2026-03", 0.61, 0.55, 0.66),
    TrendPoint("2026-07", None),
    TrendPoint("2026-11", 0.77, 0.72, 0.81),
]
LEVELS = [
    LevelRow("应知", 9112, unknown=1286),
    LevelRow("知晓", 7007, 6597, 7362),
    LevelRow("领取", None),
]

Made = Callable[[], Chart]
EVERY: dict[str, Made] = {
    "intervals": lambda: service.interval_chart(TOWNS, "知道的人", "各乡镇", COUNTY),
    "trend": lambda: service.trend_chart(WAVES, "历次调查", "三次"),
    "levels": lambda: service.levels_chart(LEVELS, "逐级情况", "人"),
    "counts": lambda: service.counts_chart([CountRow("11月2日起", 12)], "12345", "每周"),
    "no place at all": lambda: service.interval_chart([], "知道的人", "没有"),
    "no wave at all": lambda: service.trend_chart([], "历次调查", "没有"),
    "nobody in any level": lambda: service.levels_chart([LevelRow("应知", 0)], "逐级情况", ""),
    "a week without a call": lambda: service.counts_chart([CountRow("11月2日起", 0)], "12345", ""),
}


def words(svg: str) -> list[str]:
    return [
        (node.text or "").replace("\u202f", " ")
        for node in Xml.fromstring(svg).iter()  # noqa: S314 - we drew it
        if node.tag.endswith("text")
    ]


def shapes(svg: str) -> set[str]:
    """The outlines of the points that are drawn: the same path is the same shape."""
    return set(re.findall(r'<path transform="[^"]*" d="(M[^"]+)" fill="#(?:4E5969|B93A26)"', svg))


@pytest.mark.parametrize("made", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_chart_needs_no_script_no_style_attribute_and_nothing_from_outside(
    made: Made, width: str
) -> None:
    svg = getattr(made(), width)
    root = Xml.fromstring(svg)  # noqa: S314 - we drew it
    assert root.get("role") == "img"
    assert [node.tag.rsplit("}")[-1] for node in root][:2] == ["title", "desc"]
    for node in root.iter():
        assert node.get("style") is None
        assert not node.tag.endswith(("script", "image", "use", "foreignObject"))
        assert not any("href" in name or name.startswith("on") for name in node.attrib)


def test_a_place_that_is_behind_has_another_shape_and_says_so() -> None:
    svg = service.interval_chart(TOWNS, "知道的人", "各乡镇", COUNTY).wide
    said = words(svg)
    assert "59.2 %（46.8–70.5 %） 落后" in said
    assert "81.2 %（69.6–89.0 %） 不能区分" in said
    assert len(shapes(svg)) == 2


def test_on_a_phone_every_rate_keeps_its_interval_and_every_place_its_name() -> None:
    svg = service.interval_chart(TOWNS, "知道的人", "各乡镇", COUNTY).narrow
    said = words(svg)
    assert {"青禾镇", "柳溪镇", "梅坞乡"} <= set(said)
    assert {"81.2 %（69.6–89.0 %）", "59.2 %（46.8–70.5 %） 落后", "样本不足"} <= set(said)
    assert float(re.search(r' width="([\d.]+)"', svg)[1]) <= 328  # type: ignore[index] # 360 px less the margins


def test_a_place_with_too_few_answers_has_no_rate_but_words() -> None:
    svg = service.interval_chart(TOWNS[2:], "知道的人", "各乡镇").wide
    assert "样本不足" in words(svg)
    assert not shapes(svg)


def test_a_wave_with_too_few_answers_leaves_a_gap_and_keeps_its_place() -> None:
    said = words(service.trend_chart(WAVES, "历次调查", "三次").wide)
    assert "2026-07" in said
    assert [word for word in said if word.endswith(("61.0 %", "77.0 %"))] == ["61.0 %", "77.0 %"]


def test_two_lines_are_named_where_they_end() -> None:
    points = [
        TrendPoint(when, rate, rate - 0.05, rate + 0.05, series)
        for series, rates in (("已告知的村", (0.60, 0.77)), ("待告知的村", (0.61, 0.65)))
        for when, rate in zip(("2026-03", "2026-11"), rates, strict=True)
    ]
    said = words(service.trend_chart(points, "历次调查", "两组").narrow)
    assert "77.0 % 已告知的村" in said
    assert "65.0 % 待告知的村" in said


def test_a_level_without_a_list_has_a_dash_and_no_number() -> None:
    said = words(service.levels_chart(LEVELS, "逐级情况", "人").wide)
    assert {"9,112", "7,007", "—"} <= set(said)


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert EVERY["intervals"]() == EVERY["intervals"]()


def test_what_a_name_says_stays_a_name() -> None:
    rows = [IntervalRow("<script>&\"'", 0.5, 0.4, 0.6)]
    svg = service.interval_chart(rows, "<b>", '"&').wide
    assert "<script" not in svg
    assert "<script>&\"'" in words(svg)
    assert Xml.fromstring(svg)[0].text == "<b>"  # noqa: S314 - we drew it


def test_places_without_a_figure_keep_their_place_in_office_order() -> None:
    rows = [
        IntervalRow("甲镇", None, tone="few", note="样本不足"),
        IntervalRow("乙镇", 0.5, 0.4, 0.6),
        IntervalRow("丙镇", 0.7, 0.6, 0.8),
    ]
    drawn = service.interval_chart(rows, "各乡镇", "按行政区划排序").wide
    labels = [name for name in re.findall(r">([^<>]*镇)<", drawn) if name in "甲镇乙镇丙镇"]
    assert labels[:3] == ["甲镇", "乙镇", "丙镇"]
