"""The same thirty rules from a hundred thousand people to ten millions: SQL, and the snapshot with its memory."""

from __future__ import annotations

from pathlib import Path

from outreach.audiences import queries, snapshot
from outreach.audiences.snapshot import keeping
from outreach.policies.schemas import PolicyView
from outreach.store import Store, open_store
from tests import bench_oracle
from tests.bench_counts import in_snapshot, in_sql
from tests.bench_population import TODAY, into_sqlite, make, policies
from tests.bench_report import computed, same, timed


def growth(people: int, folder: Path) -> tuple[str, str]:
    """(row of the table of growth, line that says that the counts are the oracle's)."""
    views = policies()
    path = folder / f"growth-{people}.db"
    making, truth = _made(people, views, path)
    store: Store = open_store(f"sqlite:///{path}")
    with store.read() as connection:
        before = memory()
        counted: list[list[int]] = []
        sql = computed(lambda: counted.append(in_sql(connection, views)), 1)
        totals = computed(lambda: queries.totals(connection, views[0], "", TODAY), 2)
        loading = computed(lambda: snapshot.current(connection), 1)
        answers = snapshot.current(connection)
        first = computed(lambda: in_snapshot(answers, views), 1)
        warm = computed(lambda: in_snapshot(answers, views), 5)
        held = memory() - before
        says = same(
            f"{people:,} people",
            [("the naive oracle", truth), ("the snapshot", in_snapshot(answers, views))],
        )
        same(f"{people:,} people", [("SQL", counted[0]), ("oracle", [sure for sure, _ in truth])])
    store.close()
    keeping.forget()
    size = path.stat().st_size / 1e6
    path.unlink()
    row = (
        f"| {people:,} | {making:,.0f} | {size:,.0f} | {sql * 1000:,.0f} | {totals * 1000:,.0f} | {loading:,.1f} | "
        f"{first * 1000:,.0f} | {warm * 1000:,.1f} | {held:,.0f} | {sql / warm:,.0f}× |"
    )
    return row, says


def _made(people: int, views: list[PolicyView], path: Path) -> tuple[float, list[tuple[int, int]]]:
    """A function of its own, so that the arrays are gone before anything is measured."""
    crowd = make(people)
    seconds = timed(lambda: into_sqlite(crowd, path))
    return seconds, bench_oracle.counts(crowd, [view.rule for view in views])


GROWTH = (
    "| people | s to make | MB on disk | ms, 30 counts in SQL | ms, totals of one | s to load the snapshot "
    "| ms, 30 first asked | ms, 30 warm | MB in memory | snapshot ÷ SQL |",
    "|---|---|---|---|---|---|---|---|---|---|",
)


def memory() -> float:
    """Megabytes that this process holds, or 0 where that cannot be read."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6
