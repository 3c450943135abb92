"""The specifications (Vega-Lite 5): bars from zero, intervals as whiskers, readable in grey. Pure.

Colours are those of the pages' style sheet; what they say is also said by shape and words: behind is a square, an
estimate is outlined, what is not known is hatched by strokes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from outreach.reports.charts.drawing import FONT
from outreach.reports.charts.schemas import CountRow, IntervalRow, LevelRow, TrendPoint
from outreach.wording.figures import interval, percent, thousands

INK, INK_2, LINE = "#1D2129", "#4E5969", "#DFE3E8"
ACCENT, ACCENT_MID, ACCENT_SOFT = "#1F6F5C", "#7DB3A4", "#E3F1EC"
DANGER, HATCH = "#B93A26", "#A9741A"

_ROW, _TALL = 34, 54  # px between two rows; where the words stand over their whisker
_FIGURES = 190  # px that a rate with its interval and its verdict takes
_UNDER, _OVER = 12, -14  # px from the middle of a tall row
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
SERIES = len(_DASHES)
"""At most so many lines in one chart: more cannot be told apart in grey."""

_SHARES = {"domain": [0, 1]}
_PERCENT = {
    "format": ".0%", "tickCount": 5, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "title": None,
}  # fmt: skip

Layer = dict[str, Any]


def base(width: int, height: Any, values: Sequence[Any]) -> dict[str, Any]:
    """What every chart has."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "padding": 4,
        "autosize": {"type": "pad"},
        "data": {"values": list(values)},
        "config": {
            "font": FONT,
            "background": None,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 14, "labelColor": INK_2, "titleFontSize": 14, "labelLimit": 150},
            "text": {"fontSize": 14, "color": INK},
        },
    }  # fmt: skip


def _rows(field: str = "label", **more: Any) -> dict[str, Any]:
    axis = {"domain": False, "ticks": False, "title": None, "labelColor": INK, "labelPadding": 8}
    return {"field": field, "type": "nominal", "sort": None, "axis": {**axis, **more}}


def _whisker(low: str, high: str, y: Any, colour: Any, down: int = 0) -> list[Layer]:
    """An interval: a line with an end at each limit, so many pixels under the middle of its row."""
    along = {
        "x": {"field": low, "type": "quantitative"},
        "x2": {"field": high},
        "y": y,
        "color": colour,
    }
    ends = [
        {
            "mark": {"type": "tick", "thickness": 2, "size": 12, "yOffset": down},
            "encoding": {"x": {"field": at, "type": "quantitative"}, "y": y, "color": colour},
        }
        for at in (low, high)
    ]
    return [{"mark": {"type": "rule", "size": 2, "yOffset": down}, "encoding": along}, *ends]


def intervals(
    rows: Sequence[IntervalRow], whole: IntervalRow | None, width: int, *, beside: bool
) -> dict[str, Any]:
    """Rates of places under each other, in the order given; behind them the rate of the whole with its interval.

    Name and figures stand `beside` the whisker, else over it, where the page is too narrow for both.
    """
    values = [
        {
            "label": row.label, "rate": row.rate, "low": row.low, "high": row.high,
            "tone": row.tone, "words": _rate_words(row, wordy=beside),
        }
        for row in rows
    ]  # fmt: skip
    spec = base(width, {"step": _ROW if beside else _TALL}, values)
    down = 0 if beside else _UNDER
    tone = {
        "field": "tone", "type": "nominal", "legend": None,
        "scale": {"domain": ["plain", "bad", "few"], "range": [INK_2, DANGER, INK_2]},
    }  # fmt: skip
    y = {
        **_rows(labels=beside),
        "sort": [row.label for row in rows],
    }  # also of those without a figure
    x = {"type": "quantitative", "scale": _SHARES, "axis": _PERCENT}
    known = {"filter": "isValid(datum.rate)"}
    layers = [*_whole(whole, x, () if beside else [row.label for row in rows], y)]
    layers += [{**layer, "transform": [known]} for layer in _whisker("low", "high", y, tone, down)]
    layers.append(
        {
            "transform": [known],
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 90, "yOffset": down},
            "encoding": {
                "x": {"field": "rate", **x},
                "y": y,
                "color": tone,
                "shape": {
                    "field": "tone", "type": "nominal", "legend": None,
                    "scale": {"domain": ["plain", "bad", "few"], "range": ["circle", "square", "circle"]},
                },
            },
        }
    )  # fmt: skip
    words = {"field": "words"}
    if beside:
        layers.append(_said(words, y, width + 10, {"align": "left"}))
    else:
        over = {"yOffset": _OVER}
        layers.append(
            _said({"field": "label"}, y, 0, {**over, "align": "left", "limit": width - _FIGURES})
        )
        layers.append(_said(words, y, width, {**over, "align": "right"}))
    return {**spec, "layer": layers}


def _said(text: Layer, y: Layer, x: int, mark: Layer) -> Layer:
    """Words of each row."""
    colour = {"condition": {"test": "datum.tone == 'bad'", "value": DANGER}, "value": INK}
    return {
        "mark": {"type": "text", **mark},
        "encoding": {"x": {"value": x}, "y": y, "text": text, "color": colour},
    }


def _rate_words(row: IntervalRow, *, wordy: bool) -> str:
    if row.rate is None:
        return row.note
    between = ""
    if row.low is not None and row.high is not None:
        between = f"（{interval(row.low, row.high)}）"
    note = row.note if wordy or row.tone == "bad" else ""  # the table under it has all words
    return " ".join(part for part in (percent(row.rate) + between, note) if part)


def _whole(whole: IntervalRow | None, x: Layer, rows: Sequence[str], y: Layer) -> list[Layer]:
    """The rate of the whole, a line, and its interval, a band: through the chart, or in `rows` under the words of each."""
    if whole is None or whole.rate is None or whole.low is None:
        return []
    one: dict[str, Any] = {"rate": whole.rate, "low": whole.low, "high": whole.high}
    data = {"values": [{**one, "label": label} for label in rows] or [one]}
    along, at = {"x": {"field": "low", **x}, "x2": {"field": "high"}}, {"x": {"field": "rate", **x}}
    band: Layer = {"type": "rect"}
    line: Layer = {"type": "rule", "size": 1.5}
    if rows:
        along, at = {**along, "y": y}, {**at, "y": y}
        band = {"type": "bar", "height": _TALL // 2, "yOffset": _UNDER}
        line = {"type": "tick", "size": _TALL // 2, "thickness": 1.5, "yOffset": _UNDER}
    return [
        {"data": data, "mark": {**band, "color": ACCENT_SOFT}, "encoding": along},
        {"data": data, "mark": {**line, "color": ACCENT}, "encoding": at},
    ]


def trend(points: Sequence[TrendPoint], width: int) -> dict[str, Any]:
    """Rates from wave to wave; the line is broken where a wave has too few answers."""
    waves = list(dict.fromkeys(one.when for one in points))
    names = list(dict.fromkeys(one.series for one in points))[:SERIES]
    shown = [one for one in points if one.series in names]
    spec = base(width, 200, [_placed(one, waves, names, shown) for one in shown])
    x: Layer = {
        "field": "at", "type": "quantitative",
        "scale": {"domain": [-0.5, len(waves) - 0.5], "nice": False, "zero": False},
        "axis": {
            "title": None, "grid": False, "values": list(range(len(waves))), "domainColor": LINE,
            "tickColor": LINE, "labelExpr": f"{json.dumps(waves, ensure_ascii=False)}[datum.value]", "labelOverlap": "greedy",
            "labelSeparation": 8,
        },
    }  # fmt: skip
    y: Layer = {"type": "quantitative", "scale": _SHARES, "axis": {**_PERCENT, "tickCount": 4}}
    dash: Layer = {
        "field": "series", "type": "nominal", "legend": None,
        "scale": {"domain": names, "range": list(_DASHES[: len(names)])},
    }  # fmt: skip
    rate: Layer = {"x": x, "y": {"field": "rate", **y}}
    figures: Layer = {**rate, "text": {"field": "words"}}
    known = [{"filter": "isValid(datum.rate)"}]
    return {
        **spec,
        "layer": [
            {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2}, "encoding": {**rate, "strokeDash": dash}},
            {"transform": known, "mark": {"type": "rule", "color": INK_2, "size": 2},
             "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}},
            {"transform": known, "mark": {"type": "point", "filled": True, "opacity": 1, "size": 80, "color": ACCENT},
             "encoding": rate},
            *({"transform": [{"filter": f"datum.rises == {test}"}, *known],
               "mark": {"type": "text", "dx": 9, "dy": dy, "align": "left"},
               "encoding": figures}
              for test, dy in (("true", 13), ("false", -11), ("null", 0))),
        ],
    }  # fmt: skip


def _placed(
    point: TrendPoint, waves: list[str], names: list[str], shown: Sequence[TrendPoint]
) -> dict[str, Any]:
    """A point in its place: those of one wave stand side by side, and each line is named where it ends."""
    aside = (names.index(point.series) - (len(names) - 1) / 2) * 0.1
    line = [one for one in shown if one.series == point.series and one.rate is not None]
    later = line[line.index(point) + 1 :] if point in line else []
    last = point.rate is not None and not later
    figure = "" if point.rate is None or (len(names) > 1 and not last) else percent(point.rate)
    rises = None if not later else (later[0].rate or 0.0) >= (point.rate or 0.0)
    return {
        "at": waves.index(point.when) + aside, "rate": point.rate, "low": point.low, "high": point.high,
        "series": point.series, "words": f"{figure} {point.series}".strip() if last else figure,
        "rises": rises,
    }  # fmt: skip


def levels(rows: Sequence[LevelRow], width: int) -> dict[str, Any]:
    """逐级情况: counted bars are solid, an estimate is outlined with its whisker, 待核实 is hatched beside its bar."""
    longest = max((max((row.n or 0) + row.unknown, row.high or 0) for row in rows), default=1) or 1
    values = [
        {
            "label": row.label, "n": row.n or 0, "to": (row.n or 0) + row.unknown, "low": row.low, "high": row.high,
            "estimated": row.estimated, "words": "—" if row.n is None else thousands(row.n),
        }
        for row in rows
    ]  # fmt: skip
    spec = base(width, {"step": _ROW}, values)
    x = {
        "type": "quantitative", "axis": None, "scale": {"domain": [0, longest]},
    }  # fmt: skip
    fill = {"condition": {"test": "datum.estimated", "value": ACCENT_MID}, "value": ACCENT}
    layers: list[Layer] = [
        {"mark": {"type": "bar", "height": 22, "stroke": ACCENT},
         "encoding": {"x": {"field": "n", **x}, "y": _rows(), "color": fill}},
        {"transform": [{"filter": "datum.to > datum.n"}],
         "mark": {"type": "bar", "height": 22, "stroke": HATCH, "strokeDash": [3, 2], "fill": "#FFF6E5"},
         "encoding": {"x": {"field": "n", **x}, "x2": {"field": "to"}, "y": _rows()}},
        *({**layer, "transform": [{"filter": "isValid(datum.low)"}]}
          for layer in _whisker("low", "high", _rows(), {"value": INK})),
        {"mark": {"type": "text", "align": "left", "fontWeight": "bold"},
         "encoding": {"x": {"value": width + 10}, "y": _rows(), "text": {"field": "words"}}},
    ]  # fmt: skip
    return {**spec, "layer": layers}


def counts(rows: Sequence[CountRow], width: int) -> dict[str, Any]:
    """Bars from zero with their number at the end."""
    values = [
        {"label": row.label, "n": row.n, "words": row.words or thousands(row.n)} for row in rows
    ]
    longest = max((row.n for row in rows), default=1) or 1
    spec = base(width, {"step": 28}, values)
    x = {"field": "n", "type": "quantitative", "axis": None, "scale": {"domain": [0, longest]}}
    bar = {"type": "bar", "height": 18, "color": ACCENT_MID, "stroke": ACCENT}
    text = {"type": "text", "align": "left", "dx": 6}
    return {
        **spec,
        "layer": [
            {"mark": bar, "encoding": {"x": x, "y": _rows()}},
            {"mark": text, "encoding": {"x": x, "y": _rows(), "text": {"field": "words"}}},
        ],
    }
