"""Every page at a million deliveries and at ten: `python -m tests.bench_pages --sizes 1000000,10000000`.

For each size the demonstration is played, the file filled up (tests.bench_pages_fill), all counts computed, and every
GET address of the application asked by somebody of each role who may: once to warm up, then five times, of which the
middle one counts. Times are those that this process computed, SQLite in it included: the machine is shared. An address with a number or a name in it is asked for one that is there. Downloads of whole lists are
asked once and marked: what they hold is what they are asked for.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from starlette.routing import Route

from outreach import bootstrap, clock
from outreach.deliveries import funnel
from outreach.demo.people import PASSWORD
from outreach.reports.counted import service as counted
from outreach.store import Store
from outreach.web.app import create_app
from tests.bench_pages_fill import fill
from tests.web.conftest import Browser

ROLES = ("officer", "manager", "worker", "evaluator", "admin")
LIMIT_MS = 200.0
DOWNLOADS = (".csv", ".xlsx", ".pdf", ".docx", "/qr", "/download", ".zip", ".svg", ".png")
STREAMS = ("/live",)
"""They go on as long as somebody listens."""

TIMES = 5
PATIENCE = 10.0
"""Seconds after which a page is not asked again: one answer tells enough."""


@dataclass
class Times:
    """Milliseconds by address and role."""

    deliveries: int
    notes: list[str] = field(default_factory=list)
    found: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="bench_pages")
    parser.add_argument("--sizes", default="1000000,10000000")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to work and leave the files"
    )
    parser.add_argument("--only", default="", help="a part of an address")
    parser.add_argument("--no-downloads", action="store_true", help="pages, and no files")
    options = parser.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="outreach-pages-"))
    folder.mkdir(parents=True, exist_ok=True)
    every = []
    for size in [int(one) for one in options.sizes.split(",")]:
        home = folder / str(size)
        every.append(measure(home, size, options.only, files=not options.no_downloads))
        if options.folder is None:
            shutil.rmtree(home)
    for line in table(every):
        print(line)
    return 0


def prepare(home: Path, size: int, notes: list[str]) -> None:
    """The demonstration, filled up to that many deliveries, with all counts."""
    play = [sys.executable, "-m", "outreach", "demo", "--exit", "--people", "600", "--data", str(home)]  # fmt: skip
    subprocess.run(play, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    filled = fill(home / "outreach.db", size)
    notes.append(f"{filled}: written in {time.monotonic() - begun:.0f} s")
    office = bootstrap.open_installation(home)
    begun = time.monotonic()
    with office.store.begin() as connection:
        funnel.rebuild(connection)
        funnel.fold(connection)
    notes.append(f"funnel, reasons and money computed in {time.monotonic() - begun:.0f} s")
    begun = time.monotonic()
    terms = counted.Terms(clock.today(office.settings.zone), office.settings.region)
    made = counted.rebuild(office.store, terms)
    notes.append(f"{made} counts of reach computed in {time.monotonic() - begun:.0f} s")
    office.close()


def measure(home: Path, size: int, only: str = "", *, files: bool = True) -> Times:
    """All pages at one size."""
    times = Times(size)
    if not (home / "outreach.db").exists():
        prepare(home, size, times.notes)
    office = bootstrap.open_installation(home)
    app = create_app(office)
    values = _values(office.store)
    for role in ROLES:
        browser = Browser(app, follow_redirects=False)
        if browser.log_in(role, PASSWORD) != 303:
            times.notes.append(f"{role} could not log in")
            continue
        for address in addresses(app):
            left_out = STREAMS if files else (*STREAMS, *DOWNLOADS)
            if only in address and not address.endswith(left_out):
                _ask(browser, role, address, values, times)
    office.close()
    for note in times.notes:
        print(note, flush=True)
    return times


def addresses(app: Any) -> list[str]:
    """Every GET address, in order."""
    return sorted(set(_paths(app.routes)))


def _paths(routes: Any, prefix: str = "") -> Iterator[str]:
    for route in routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()):
            yield prefix + route.path
        elif hasattr(route, "original_router"):
            yield from _paths(route.original_router.routes, prefix)


def _ask(
    browser: Browser, role: str, address: str, values: dict[str, list[str]], times: Times
) -> None:
    """One address by one role: the slowest of what stands for its name."""
    path = _filled(address, values)
    if path is None:
        return
    spent, status = _once(browser, path)
    if status not in (200, 303, 307):
        return
    many = 0 if spent > PATIENCE * 1000 or path.endswith(DOWNLOADS) else TIMES
    rounds = [_once(browser, path)[0] for _ in range(many)] or [spent]
    times.found[address, role] = (statistics.median(rounds), status)
    print(
        f"{times.deliveries:>11,} {role:10} {statistics.median(rounds):9.1f} ms {status} {path}",
        flush=True,
    )


def _once(browser: Browser, path: str) -> tuple[float, int]:
    begun = time.process_time()
    try:
        status = browser.get(path).status_code
    except Exception as error:  # a page that falls over is told, and the others are measured
        print(f"{path}: {error!r}", file=sys.stderr)
        status = 500
    return (time.process_time() - begun) * 1000, status


def _values(store: Store) -> dict[str, list[str]]:
    """What stands for a name in an address."""
    asked = {
        "campaigns": "SELECT 'bench-0'", "policies": "SELECT 'phys-65'", "approvals": "SELECT 'bench-0'",
        "surveys": "SELECT ref FROM survey ORDER BY id DESC LIMIT 1", "previews": "SELECT 'bench-0'",
        "segments": "SELECT ref FROM segment ORDER BY id DESC LIMIT 1", "people": "SELECT max(id) FROM person",
        "print": "SELECT 'bench-8'", "fieldwork": "SELECT ref FROM survey ORDER BY id DESC LIMIT 1",
        "households": "SELECT max(id) FROM household", "results": "SELECT 'phys-65'", "awareness": "SELECT 'phys-65'",
        "visits": "SELECT max(id) FROM household", "delivery": "SELECT max(id) FROM delivery",
        "imports": "SELECT max(id) FROM import_run", "lists": "SELECT max(id) FROM import_run",
        "reports": "SELECT 'phys-65'",
    }  # fmt: skip
    with store.read() as connection:
        return {
            name: [str(one) for one in connection.scalars(text(statement)) if one is not None]
            for name, statement in asked.items()
        }


def _filled(address: str, values: dict[str, list[str]]) -> str | None:
    """The address with something that is there; None when nothing is known to be."""
    if "{" not in address:
        return address
    first, rest = address.strip("/").split("/")[0], address
    known = values.get(first)
    if not known or address.count("{") > 1:
        return None
    start, end = rest.index("{"), rest.index("}")
    return rest[:start] + known[0] + rest[end + 1 :]


def table(every: list[Times]) -> Iterator[str]:
    """Address × size, the slowest role of each."""
    sizes = [one.deliveries for one in every]
    yield "| page | role | " + " | ".join(f"{size:,}" for size in sizes) + " | ratio |"
    yield "|---|---|" + "---|" * (len(sizes) + 1)
    keys = sorted({key for one in every for key in one.found})
    slow = 0
    for address in sorted({key[0] for key in keys}):
        role = max(
            (key[1] for key in keys if key[0] == address),
            key=lambda role: every[-1].found.get((address, role), (0.0, 0))[0],
        )
        took = [one.found.get((address, role), (float("nan"), 0))[0] for one in every]
        ratio = f"{took[-1] / took[0]:.1f}" if len(took) > 1 else ""
        late = took[-1] > LIMIT_MS and not address.endswith(DOWNLOADS)
        slow += late
        cells = " | ".join(f"{one:.0f} ms" for one in took)
        yield f"| {address} | {role} | {cells} | {ratio}{' **over**' if late else ''} |"
    yield f"\n{slow} pages take more than {LIMIT_MS:.0f} ms at {sizes[-1]:,} deliveries."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
