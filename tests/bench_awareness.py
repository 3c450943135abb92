"""Rates of a large table beside R's survey package, and charts and pages of a survey; computed times of each process."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from outreach.reports.charts import service as charts
from outreach.reports.charts.drawing import _drawn
from outreach.reports.charts.schemas import IntervalRow
from outreach.surveys.design import Design
from outreach.surveys.estimation import estimate
from tests.bench_report import Ratio

STRATA, VILLAGES = 40, 25

_R = """
suppressMessages(library(survey))
rows <- read.csv(commandArgs(TRUE)[1], colClasses = c(stratum = "character", cluster = "character"))
begun <- proc.time()[["user.self"]]
design <- svydesign(~cluster, strata = ~stratum, weights = ~weight, data = rows, nest = TRUE)
mean <- svymean(~outcome, design)
limits <- attr(suppressWarnings(svyciprop(~outcome, design, method = "logit")), "ci")
cat(coef(mean)[[1]], SE(mean)[[1]], limits[[1]], limits[[2]], proc.time()[["user.self"]] - begun)
"""


def compare(folder: Path, rows: int) -> Iterator[Ratio]:
    """Ours beside R; the figures must be equal. Then a chart, first and kept."""
    table = _rows(rows)
    design = Design(weight="weight", stratum="stratum", cluster="cluster")
    begun = time.process_time()
    ours = estimate(table, design)
    took = time.process_time() - begun
    if shutil.which("Rscript"):
        path = folder / "rows.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        script = folder / "rate.R"
        script.write_text(_R)
        said = subprocess.run(
            ["Rscript", str(script), str(path)],
            capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        rate, se, low, high, seconds = map(float, said)
        for mine, theirs in ((ours.rate, rate), (ours.se, se), (ours.low, low), (ours.high, high)):
            if abs(mine - theirs) > 1e-6:
                raise AssertionError(f"{mine} is not what R says: {theirs}")
        yield Ratio(
            "a rate by strata and villages, with its interval", f"{rows:,} rows", "estimate(), standard library", took,
            "R survey: svydesign, svymean, svyciprop", seconds,
        )  # fmt: skip
    yield _chart()


def _rows(count: int) -> list[dict[str, object]]:
    draw = random.Random(7)
    found: list[dict[str, object]] = []
    for at in range(count):
        stratum, village = at % STRATA, at // STRATA % VILLAGES
        knows = draw.random() < 0.5 + 0.2 * ((stratum * 7 + village) % 5 - 2) / 2
        found.append(
            {"outcome": int(knows), "weight": 10 + stratum, "stratum": f"s{stratum:02}", "cluster": f"c{village:02}"}
        )  # fmt: skip
    return found


def _chart() -> Ratio:
    rows = [IntervalRow(f"{k}号镇", 0.5, 0.4, 0.6, note="不能区分") for k in range(20)]
    charts.interval_chart(rows, "热身", "")  # the engine is loaded once for a process
    _drawn.cache_clear()
    begun = time.perf_counter()
    charts.interval_chart(rows, "知道的人", "")
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    charts.interval_chart(rows, "知道的人", "")
    return Ratio(
        "a chart of twenty towns, in two widths", "2 drawings", "kept", time.perf_counter() - begun,
        "drawn", first,
    )  # fmt: skip
