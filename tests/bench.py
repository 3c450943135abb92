"""`make bench`: what this installation's ways cost beside others, measured in one run, into docs/benchmarks.md.

    make bench                                  a million people, growth to ten millions: about half an hour
    make bench ARGS="--people 100000"           a quick look
    make bench ARGS="--only counts,growth"      parts: counts, import, growth, messages, print, demo, delivery, carrier, awareness

    .venv/bin/python -m tests.bench_pages       every page at a million deliveries and at ten: an hour, 10 GB of disk

Machines are noisy: read the ratios, not the seconds. Nothing here asserts a time; that all ways count the same is
asserted always. PostgreSQL, OpenFisca-Core and notifications-utils are left out, with a line that says so, where they are not there.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import (
    bench_awareness,
    bench_delivery,
    bench_demo,
    bench_import,
    bench_messages,
    bench_print,
    bench_twilio,
)
from tests.bench_counts import Counts
from tests.bench_growth import GROWTH, growth
from tests.bench_report import RATIOS, Ratio

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PARTS = (
    "counts",
    "import",
    "growth",
    "messages",
    "print",
    "demo",
    "delivery",
    "carrier",
    "awareness",
)
_ROWS = 200_000
"""Rows of a file: a million, four times, would take longer than all the rest."""

_ROOM = 900
"""Bytes on disk and in memory that a person of the growth table takes, with room to spare."""


class Page:
    """The page, written as the measures come in."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.begun = time.monotonic()
        self.lines: list[str] = []

    def say(self, *lines: str) -> None:
        """Add lines, and show them."""
        self.lines += lines
        for line in lines:
            print(line, flush=True)

    def table(self, title: str, head: tuple[str, ...], rows: Iterator[str]) -> None:
        """A section with a table, its rows shown one by one."""
        self.say("", f"## {title}", "", *head)
        for row in rows:
            self.say(row)

    def minutes(self) -> float:
        """Since the beginning."""
        return (time.monotonic() - self.begun) / 60


def head(page: Page) -> None:
    """What was measured where."""
    page.say(
        "# Benchmarks",
        "",
        f"Written by `make bench` on: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}. "
        f"Load of the machine when it began: {_load()}. The machine is shared and noisy: read the ratios, "
        "which were measured in one run, not the times. For counts in this process the times are those that it "
        "computed, and for PostgreSQL those that its server process computed, else (imports, the main job) those of the clock. A demand that was missed is "
        "said to be missed.",
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


def counts(page: Page, folder: Path) -> None:
    """Thirty rules in several ways."""
    measured = Counts(page.people, folder)
    page.table(
        f"Thirty rules, {page.people:,} people",
        RATIOS,
        (one.row() for one in measured.run()),
    )
    page.say("", *(f"- {note}" for note in measured.notes))
    for left in folder.glob("*.db*"):
        left.unlink()
    gc.collect()


def taking_in(page: Page, folder: Path) -> None:
    """Files of offices; the clock counts here, because helpers of the import compute beside it."""
    said: list[str] = []
    page.table("Import", RATIOS, (one.row() for one in _files(page.people, folder, said)))
    page.say("", *(f"- {line}" for line in said))


def _files(people: int, folder: Path, said: list[str]) -> Iterator[Ratio]:
    count = sheet = min(people, _ROWS)
    large = people >= 1_000_000  # the demands are made for large files
    found = bench_import.csv_import(folder, count)
    size, floor = f"{count:,} rows CSV", "bare csv.reader and upsert, unchecked, in clear"
    yield Ratio(
        "import, first time", size, "checked, encrypted, hashed, with households", count / found["ours"], floor,
        count / found["floor"], 1.5 * large, at_most=True,
    )  # fmt: skip
    yield Ratio(
        "import, the same file again", size, "the same", count / found["ours_again"], floor,
        count / found["floor_again"], at_most=True,
    )  # fmt: skip
    said.append(
        f"Encryption and keyed hashes, computed on one core, would take {found['share_of_sealing']:.0%} of the time of "
        "the first import."
    )
    found = bench_import.id_check(count)
    yield Ratio(
        "identity numbers checked", f"{count:,}", "all at once", count / found["at_once"], "one by one",
        count / found["plain"], 8 * large,
    )  # fmt: skip
    found = bench_import.xlsx_reading(folder, sheet)
    yield Ratio(
        "a workbook read", f"{sheet:,} rows XLSX", "as an import reads it", sheet / found["ours"],
        "openpyxl, read-only", sheet / found["openpyxl"], 5 * large,
    )  # fmt: skip


def growing(page: Page, folder: Path, sizes: list[int]) -> None:
    """The same from small to large."""
    said: list[str] = []

    def rows() -> Iterator[str]:
        for size in sizes:
            why = _too_much(size, folder, page)
            if why:
                said.append(f"{size:,} people were not measured: {why}.")
                continue
            row, line = growth(size, folder)
            said.append(line)
            yield row
            gc.collect()

    page.table("Growth", GROWTH, rows())
    page.say("", *(f"- {line}" for line in said))


def _too_much(size: int, folder: Path, page: Page) -> str:
    if shutil.disk_usage(folder).free < size * _ROOM:
        return "there is no room on the disk"
    if _free_memory() < size * _ROOM:
        return "there is not enough free memory"
    if size > page.people * 5 and page.minutes() > 9:
        return "the run had taken too long already"
    return ""


def _free_memory() -> float:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return float("inf")
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def messages(page: Page, folder: Path) -> None:
    """Texts of an audience."""
    said: list[str] = []
    page.table("Texts", RATIOS, (one.row() for one in bench_messages.lines(folder, said)))
    page.say("", *(f"- {line}" for line in said))


def paper(page: Page, folder: Path) -> None:
    """Sheets on paper."""
    measured = bench_print.Sheets(folder)
    page.table("Sheets", RATIOS, (one.row() for one in measured.run()))
    page.say("", *(f"- {line}" for line in measured.notes))


def delivery(page: Page, folder: Path) -> None:
    """The delivery engine; the clock counts here, because databases compute beside it."""
    said: list[str] = []
    rows = (one.row() for one in bench_delivery.run(folder, page.people, said))
    page.table("Delivery", RATIOS, rows)
    page.say("", *(f"- {line}" for line in said))


def carrier(page: Page, folder: Path) -> None:
    """Text messages over HTTP; the clock counts, because a loop waits for each answer."""
    rows = (one.row() for one in bench_twilio.compare(folder, min(page.people, 20_000)))
    page.table("Text messages to a carrier", RATIOS, rows)


def awareness(page: Page, folder: Path) -> None:
    """Rates of samples; computed times."""
    rows = (one.row() for one in bench_awareness.compare(folder, min(page.people, 500_000)))
    page.table("Rates of samples", RATIOS, rows)


def demo(page: Page, folder: Path) -> None:
    """The main job."""
    rows = (one.row() for one in bench_demo.lines(min(page.people, 4000), folder))
    page.table("The main job, beside floors", bench_demo.HEAD, rows)


def main(arguments: list[str]) -> None:
    """Measure, print, and write the page when all parts were asked for."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--growth", default="", help="sizes, with commas between")
    parser.add_argument("--only", default=",".join(PARTS), help=",".join(PARTS))
    parser.add_argument("--out", type=Path, default=DOCS)
    options = parser.parse_args(arguments)
    sizes = [int(one) for one in options.growth.split(",") if one] or [
        options.people // 10, options.people, options.people * 10,
    ]  # fmt: skip
    page = Page(options.people)
    head(page)
    work: dict[str, Callable[[Page, Path], None]] = {
        "counts": counts,
        "import": taking_in,
        "growth": lambda page, folder: growing(page, folder, sizes),
        "messages": messages,
        "print": paper,
        "demo": demo,
        "delivery": delivery,
        "carrier": carrier,
        "awareness": awareness,
    }
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as name:
        for part in options.only.split(","):
            work[part](page, Path(name))
    page.say("", f"The run took {page.minutes():.1f} minutes.")
    if options.only == ",".join(PARTS) or options.out != DOCS:
        options.out.write_text("\n".join([*page.lines, ""]), "utf-8")
    else:
        print(f"{DOCS.name} is left as it is: only parts were measured.", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
