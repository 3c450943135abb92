"""Texts beside other ways to make and count them: rows of a file, parts, grouping, a text that is being typed."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import smsutil
from jinja2 import Environment

from channels.parts import count_parts
from outreach.messages import trial
from outreach.messages.lint import Draft, lint
from outreach.messages.render import render, render_groups
from outreach.people.phones import InvalidPhone, parse_mobile
from tests.bench_report import Ratio, computed, timed

HOME = Path(__file__).parent.parent
_BIN = "Scripts/python.exe" if os.name == "nt" else "bin/python"
NOTIFY_PYTHON = HOME / ".venv-bench-notify" / _BIN
"""A Python 3.12 with notifications-utils, which is on no package index: made by hand where it can be had."""

ROWS = 10_000
MANY = 100_000
TEXT = (
    "【示范县卫健局】{{ village }}的{{ name }}：家有3岁以下孩子、符合条件的，可以申请养娃补贴，{{ amount }}。"
    "带户口簿到镇上办。不收费。问12345。拒收请回复R"
)
TYPED = (
    "{{ signature }}{{ village }}的乡亲，家有3岁以下孩子、符合条件的，可以申请{{ policy.plain_name }}，"
    "{{ policy.amount_text }}。带{{ policy.bring }}，到{{ policy.where }}办。不收费，不要密码和验证码。"
    "问{{ policy.phone }}。{{ opt_out }}"
)


def file_of(rows: int, chinese: bool = True) -> str:
    """A list as an office has it: number, name, village, amount; every name another one."""
    chance = random.Random(7)
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["phone number", "name", "village", "amount"])
    for number in range(rows):
        if chinese:
            village, name = f"清泉{chance.randrange(200)}村", f"王{number}"
            phone, amount = f"138{number:08d}", "3600元"
        else:
            village, name = f"village {chance.randrange(200)}", f"Wang {number}"
            phone, amount = f"07{900_000_000 + number:09d}", "3600 yuan"
        write.writerow([phone, name, village, amount])
    return out.getvalue()


def ours(data: str) -> int:
    """Every row checked, rendered and counted."""
    rows = []
    for row in csv.DictReader(io.StringIO(data)):
        try:
            parse_mobile(row["phone number"])
        except InvalidPhone:
            continue
        rows.append(row)
    return sum(
        len(group.rows) * count_parts(group.text, "china").parts
        for group in render_groups(TEXT, rows)
    )


def by_hand(data: str) -> int:
    """The least that can be done with other people's tools: a compiled template, row by row, and smsutil."""
    template = Environment(autoescape=False).from_string(TEXT)  # noqa: S701 - plain text
    parts = 0
    for row in csv.DictReader(io.StringIO(data)):
        if row["phone number"].isdigit():
            parts += len(smsutil.split(template.render(row)).parts)
    return parts


def texts(count: int) -> list[str]:
    """Texts of every kind, dense around the lengths at which a part more begins."""
    chance = random.Random(11)
    alphabets = ("补贴孩子三岁", "abc XYZ 123", "ab{}~€[", "补a{𠊎😀", "é£@ß")
    lengths = [*range(60, 75), *range(130, 165), *range(200, 205), *range(300, 312), 1, 500]
    return [
        "".join(chance.choices(chance.choice(alphabets), k=chance.choice(lengths)))
        for _ in range(count)
    ]


def few_villages(rows: int) -> list[dict[str, Any]]:
    """People of some villages who are told the same policy: under two distinct texts in a hundred rows."""
    chance = random.Random(5)
    policy = {
        "plain_name": "养娃补贴",
        "amount_text": "每孩每年3600元",
        "where": "镇上",
        "bring": "户口簿",
        "phone": "12345",
    }
    return [
        {
            "village": f"清泉{chance.randrange(rows // 100)}村", "name": f"王{number}", "policy": policy,
            "signature": "【示范县卫健局】", "opt_out": "拒收请回复R",
        }
        for number in range(rows)
    ]  # fmt: skip


def lines(folder: Path, said: list[str]) -> Iterator[Ratio]:
    """The rows of the page; what else is to be said goes into `said`."""
    data = file_of(ROWS)
    if ours(data) != by_hand(data):
        raise AssertionError("rows: not the same parts")
    mine = computed(lambda: ours(data))
    size = f"{ROWS:,} rows CSV"
    peer = _notify(folder, said)
    if peer is not None:
        yield Ratio(
            "rendered, counted, number checked", size, "render_groups, every text another", mine,
            "GOV.UK notifications-utils, in English", peer, 10,
        )  # fmt: skip
    yield Ratio(
        "rendered, counted, number checked", size, "render_groups, every text another", mine,
        "Jinja2 compiled once, smsutil, no check", computed(lambda: by_hand(data)),
    )  # fmt: skip
    yield _parts(said)
    yield from _grouping(said)
    yield from _typing()


def _parts(said: list[str]) -> Ratio:
    many = texts(6000)
    different = [
        text for text in many if count_parts(text).parts != max(1, len(smsutil.split(text).parts))
    ]
    if different:
        raise AssertionError(f"parts: smsutil counts otherwise for {different[0]!r}")
    said.append(f"Parts: the same as smsutil for {len(many):,} texts of five alphabets.")
    usual = [
        f"【示范县卫健局】清泉{number}村，养娃补贴每孩每年3600元。" * 2 for number in range(ROWS)
    ]
    return Ratio(
        "parts counted", f"{ROWS:,} texts", "channels.parts", computed(_all(count_parts, usual)), "smsutil",
        computed(_all(smsutil.split, usual)), 4,
    )  # fmt: skip


def _all(work: Callable[[str], object], given: Sequence[str]) -> Callable[[], object]:
    def run() -> None:
        for one in given:
            work(one)

    return run


def _grouping(said: list[str]) -> Iterator[Ratio]:
    rows = few_villages(MANY)
    groups = render_groups(TYPED, rows)
    found = {row: group.text for group in groups for row in group.rows}
    template = Environment(autoescape=False).from_string(TYPED)  # noqa: S701 - plain text
    if any(found[row] != template.render(rows[row]) for row in range(0, MANY, 97)):
        raise AssertionError("grouping: not the same texts")
    said.append(
        f"Grouping: {len(groups):,} distinct texts of {MANY:,} rows, the same as one by one."
    )
    mine = computed(lambda: render_groups(TYPED, rows))
    size = f"{MANY:,} rows, {len(groups) / MANY:.0%} distinct"
    yield Ratio(
        "texts of an audience", size, "grouped by what the text reads", mine, "one render per row, plain Jinja2",
        computed(lambda: [template.render(row) for row in rows], 1), 10,
    )  # fmt: skip
    yield Ratio(
        "texts of an audience", size, "grouped by what the text reads", mine, "one render per row, as a single text is made",
        computed(lambda: [render(TYPED, row) for row in rows], 1),
    )  # fmt: skip


def _typing() -> Iterator[Ratio]:
    """What an editor waits for after a key was pressed; the clock counts, because another process works."""
    facts = few_villages(100)[0]
    trial.warm_up()
    trial.try_out(TYPED, [facts] * 3)
    warm = min(timed(lambda: trial.try_out(TYPED, [facts] * 3)) for _ in range(20))

    def cold() -> None:
        worker = trial.Worker()
        worker.order(TYPED, [facts] * 3, 30, 256)
        worker.end()

    yield Ratio(
        "a text tried while it is typed", "3 examples", "in the process that waits", warm,
        "in a process of its own", min(timed(cold) for _ in range(3)),
    )  # fmt: skip
    examples = tuple(
        {**facts, "policy": {**facts["policy"], "official_name": "育儿补贴制度"}} for _ in range(3)
    )
    counter = iter(range(10**9))

    def typed() -> None:
        lint(Draft("sms", "zh-Hans", f"{TYPED}{next(counter)}", examples=examples))

    typed()
    yield Ratio(
        "a text checked while it is typed", "3 examples, all rules", "lint", min(timed(typed) for _ in range(20)),
        "the tenth of a second that nobody notices", 0.1,
    )  # fmt: skip


def _notify(folder: Path, said: list[str]) -> float | None:
    if not NOTIFY_PYTHON.exists():
        said.append(
            "GOV.UK notifications-utils was not measured: it is on no package index, and there is no .venv-bench-notify "
            "(a Python 3.12 with it). The row beside Jinja2 and smsutil is the floor that could be measured."
        )
        return None
    rows = folder / "rows.csv"
    rows.write_text(file_of(ROWS, chinese=False), "utf-8")
    done = subprocess.run(
        [str(NOTIFY_PYTHON), str(HOME / "tests" / "bench_notify.py"), str(rows)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said.append(f"GOV.UK notifications-utils failed: {done.stderr.strip().splitlines()[-1]}")
        return None
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])
