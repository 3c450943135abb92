"""What comes back in the demonstration: a few opinions, eight weeks of 12345, and the office's own counts. All invented."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from outreach.access.scope import Scope
from outreach.bootstrap import Installation
from outreach.demo import people as accounts
from outreach.demo.county import COUNTY, County
from outreach.reach.opinions import service as opinions
from outreach.reach.opinions.schemas import NewOpinion
from outreach.reach.signals import service as signals
from outreach.reach.signals.schemas import Terms

_POLICY = "resident-medical"
_CALLS = (11, 9, 12, 10, 14, 13, 19, 26)
"""About 居民医保, by week, the newest last."""

_OUGHT, _INSURED = 0.75, (0.68, 0.78, 0.86)
"""The share of all people who ought to be insured, and of them who was, on three days."""

_SAID = (
    ("qr", "question", "resident-medical", "在外地打工，能不能让家里人替我在网上交？"),
    ("door", "problem", "phys-65", "老人腿脚不便，卫生院太远，希望能到村里来做。"),
    ("phone", "suggestion", "childcare-2025", "短信里的网址老人不会点，建议写清楚到哪个窗口办。"),
)


def come_back(home: Installation, place: County, today: date, people: int) -> None:
    """Written once, however often the demonstration is started: opinions have keys, weeks and days are replaced."""
    with home.store.begin() as connection:
        for at, (source, kind, policy, said) in enumerate(_SAID):
            region = place.grids[at * 7 % len(place.grids)].code[:12]
            by = "" if source == "qr" else accounts.WORKER.name
            new = NewOpinion(
                source, said, kind=kind, policy=policy, region=region, by=by, key=f"demo-{at}"
            )
            opinions.say(connection, home.vault, new)
    terms = Terms(Scope(COUNTY), COUNTY, today, accounts.OFFICER.name, "演示")
    folder = home.settings.data_dir
    with home.store.begin() as connection:
        signals.take_hotline(connection, _hotline(folder, today), terms)
        signals.take_counts(connection, _counts(folder, today, people), terms)


def _hotline(folder: Path, today: date) -> Path:
    monday = today - timedelta(days=today.weekday(), weeks=len(_CALLS))
    rows = [
        [(monday + timedelta(weeks=at)).isoformat(), _POLICY, calls]
        for at, calls in enumerate(_CALLS)
    ]
    return _write(folder / "12345每周来电（演示）.csv", ["周次", "政策", "来电数"], rows)


def _counts(folder: Path, today: date, people: int) -> Path:
    of = max(1, round(people * _OUGHT))
    rows = [
        [
            (today - timedelta(days=30 * (len(_INSURED) - at))).isoformat(),
            _POLICY,
            "参保率",
            round(of * share),
            of,
        ]
        for at, share in enumerate(_INSURED)
    ]
    return _write(
        folder / "居民医保参保数（演示）.csv",
        ["日期", "政策", "指标", "参保人数", "应参保人数"],
        rows,
    )


def _write(path: Path, head: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path
