"""Thirty rules counted over a population: our SQL beside JSON layouts, the snapshot beside SQL and OpenFisca-Core.

Every way must count the same as the naive oracle, or there are no figures at all.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.audiences import matrix, preview, settling, snapshot
from outreach.audiences.predicates import eligible
from outreach.audiences.segments.schemas import Asked
from outreach.audiences.snapshot import keeping
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.store import open_store
from tests import bench_oracle, postgres
from tests.bench_layouts import Jsonb, JsonTags
from tests.bench_plain import hand_over
from tests.bench_population import (
    TODAY,
    into_postgres,
    into_sqlite,
    make,
    policies,
)
from tests.bench_report import Ratio, computed, same, served, timed

HOME = Path(__file__).parent.parent
BENCH_PYTHON = HOME / ".venv-bench" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Counts:
    """The measures of one population; `notes` are lines beside the table."""

    def __init__(self, people: int, folder: Path) -> None:
        self.people = make(people)
        self.size = f"{people:,} people × 30 rules"
        self.large = people >= 1_000_000  # the demands are made for so many
        self.folder = folder
        self.views = policies()
        self.rules = [view.rule for view in self.views]
        self.notes: list[str] = []

    def run(self) -> list[Ratio]:
        """All ratios that can be measured here."""
        path = self.folder / "people.db"
        into_sqlite(self.people, path)
        truth = bench_oracle.counts(self.people, self.rules)
        store = open_store(f"sqlite:///{path}")
        with store.read() as connection:
            ours = computed(lambda: in_sql(connection, self.views))
            counted: list[tuple[str, object]] = [
                ("the naive oracle", [sure for sure, _ in truth]),
                ("SQLite", in_sql(connection, self.views)),
            ]
            found = [*self._json(ours, counted), *self._snapshot(connection, ours, counted, truth)]
            found += self._previews(connection)
        store.close()
        keeping.forget()
        found += self._postgres(counted)
        self.notes.insert(0, same("Certain answers of thirty rules", counted))
        return found

    def _json(self, ours: float, counted: list[tuple[str, object]]) -> Iterator[Ratio]:
        other = JsonTags(self.people, self.folder / "json.db")
        seconds = computed(lambda: other.counts(self.rules))
        counted.append(("a JSON column on SQLite", other.counts(self.rules)))
        other.database.close()
        yield Ratio(
            "30 rule counts, SQL", self.size, "SQLite, bits in a covering index", ours,
            "SQLite, JSON list (json_each) in a covering index", seconds, 2.5 * self.large,
        )  # fmt: skip

    def _snapshot(
        self,
        connection: Connection,
        ours: float,
        counted: list[tuple[str, object]],
        truth: list[tuple[int, int]],
    ) -> Iterator[Ratio]:
        loading = timed(lambda: snapshot.current(connection))
        answers = snapshot.current(connection)
        assert answers is not None
        first = computed(lambda: in_snapshot(answers, self.views), 1)
        warm = computed(lambda: in_snapshot(answers, self.views), 10)
        found = in_snapshot(answers, self.views)
        counted.append(("the snapshot", [sure for sure, _ in found]))
        self.notes.append(
            same("Unknown answers", [("the naive oracle", truth), ("the snapshot", found)])
        )
        self.notes.append(
            f"The snapshot took {loading:.1f} s to load and {first:.2f} s for the first thirty rules; "
            "“warm” means that the conditions, not the rules, were asked before."
        )
        yield Ratio(
            "30 rule counts", self.size, "snapshot, warm (certain and possible)", warm,
            "our SQL on SQLite (certain)", ours, 60 * self.large,
        )  # fmt: skip
        yield Ratio(
            "30 rule counts", self.size, "snapshot, first asked", first, "our SQL on SQLite (certain)", ours,
        )  # fmt: skip
        seconds = self._openfisca(counted)
        if seconds is not None:
            yield Ratio(
                "30 rule counts", self.size, "snapshot, warm", warm, "OpenFisca-Core 46 (certain), arrays built",
                seconds, 15 * self.large,
            )  # fmt: skip

    def _openfisca(self, counted: list[tuple[str, object]]) -> float | None:
        if not BENCH_PYTHON.exists():
            self.notes.append("OpenFisca-Core was not measured: there is no .venv-bench.")
            return None
        hand_over(self.people, self.rules, self.folder)
        done = subprocess.run(
            [str(BENCH_PYTHON), str(HOME / "tests" / "bench_openfisca.py"), str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            self.notes.append(f"OpenFisca-Core failed: {done.stderr.strip().splitlines()[-1]}")
            return None
        told = json.loads(done.stdout.splitlines()[-1])
        counted.append(("OpenFisca-Core", told["counts"]))
        return float(told["seconds"])

    def _previews(self, connection: Connection) -> Iterator[Ratio]:
        """What a person waits for, on a policy for the whole country."""
        view = self.views[0]
        asked = Asked(TODAY)
        ways = {
            "three totals": lambda: preview.totals(connection, view, asked),
            "by region, age band and language": lambda: preview.breakdowns(connection, view, asked),
            "what would settle most": lambda: settling.settle(connection, view, asked),
        }
        warm = {what: computed(way) for what, way in ways.items()}
        figures = (
            preview.breakdowns(connection, view, asked),
            settling.settle(connection, view, asked),
        )
        warm["match matrix without channels"] = computed(
            lambda: matrix.figures(connection, self.views, asked)
        )
        in_memory = matrix.figures(connection, self.views, asked)[0]
        keeping.forget()
        slow = {what: computed(way) for what, way in ways.items()}
        again = (
            preview.breakdowns(connection, view, asked),
            settling.settle(connection, view, asked),
        )
        self.notes.append(same("Parts of a preview", [("the snapshot", figures), ("SQL", again)]))
        slow["match matrix without channels"] = computed(
            lambda: matrix.figures(connection, self.views, asked, use_snapshot=False), 1
        )
        by_hand = matrix.figures(connection, self.views, asked, use_snapshot=False)[0]
        self.notes.append(same("The match matrix", [("the snapshot", in_memory), ("SQL", by_hand)]))
        for what, seconds in warm.items():
            yield Ratio(
                f"preview: {what}",
                f"{len(self.people):,} people",
                "snapshot",
                seconds,
                "our SQL",
                slow[what],
            )

    def _postgres(self, counted: list[tuple[str, object]]) -> Iterator[Ratio]:
        try:
            url = postgres.create_database("bench_counts")
        except Exception as error:  # whatever keeps a server from starting
            self.notes.append(f"PostgreSQL was not measured: {error}")
            return
        try:
            yield self._on_postgres(url, counted)
        finally:
            postgres.drop_database("bench_counts")

    def _on_postgres(self, url: str, counted: list[tuple[str, object]]) -> Ratio:
        """Both on one core, on a server told that its disk has no moving parts."""
        store = into_postgres(self.people, url)
        with store.read() as connection:
            for setting in SERVER:
                connection.exec_driver_sql(setting)
            server = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            ours = served(server, lambda: in_sql(connection, self.views), 3)
            counted.append(("PostgreSQL", in_sql(connection, self.views)))
        store.close()
        other = Jsonb(self.people, postgres.plain(url))
        for setting in SERVER:
            other.connection.execute(setting.encode())
        server = other.connection.info.backend_pid
        seconds = served(
            server, lambda: counted.append(("JSONB on PostgreSQL", other.counts(self.rules))), 1
        )
        other.connection.close()
        return Ratio(
            "30 rule counts, SQL", self.size, "PostgreSQL, bits in a covering index", ours,
            "PostgreSQL, JSONB attributes, a scan per count", seconds, 8 * self.large,
        )  # fmt: skip


SERVER = ("SET max_parallel_workers_per_gather = 0", "SET random_page_cost = 1.1")


def in_sql(connection: Connection, views: list[PolicyView]) -> list[int]:
    """Whom each certainly fits, one statement per policy."""
    return [
        connection.scalar(
            select(func.count()).where(eligible(view, TODAY)[0], Person.status == "active")
        )
        or 0
        for view in views
    ]


def in_snapshot(answers: Any, views: list[PolicyView]) -> list[tuple[int, int]]:
    """(certain, unknown) of each."""
    found = [answers.policy(view, TODAY) for view in views]
    return [(len(one.yes), len(one.maybe) - len(one.yes)) for one in found]
