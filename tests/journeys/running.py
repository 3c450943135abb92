"""The demonstration as a process of its own, and what must be true of its end."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2]
STATES = (
    "waiting", "accepted", "delivered", "undelivered", "refused", "skipped", "unknown",
)  # fmt: skip


def start(data: Path, people: int, settings: Mapping[str, str]) -> subprocess.Popen[str]:
    """`outreach demo --exit --json` with nothing else of this environment's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
    words = ["demo", "--exit", "--json", "--people", str(people), "--data", str(data)]
    return subprocess.Popen(
        [sys.executable, "-m", "outreach", *words],
        cwd=HOME,
        env={**clean, "OUTREACH_SEND_TIMEOUT": "2", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str], seconds: float = 120) -> dict[str, Any]:
    """The summary, once it has come to its end."""
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err[-3000:]
    summary: dict[str, Any] = json.loads(out.splitlines()[-1])
    return summary


def without_seconds(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same however long it took."""
    return {key: value for key, value in summary.items() if key != "seconds"}


def check_sums(summary: Mapping[str, Any]) -> None:
    """Every delivery has exactly one state, and the books agree with each other."""
    deliveries, channels = summary["deliveries"], summary["channels"]
    assert set(deliveries) == {"planned", *STATES}
    assert deliveries["planned"] == sum(deliveries[state] for state in STATES)
    assert deliveries["planned"] == sum(channel["planned"] for channel in channels.values())
    handed_over = sum(deliveries[state] for state in ("accepted", "delivered", "undelivered"))
    assert handed_over == sum(channel["handed_over"] for channel in channels.values())
    assert (deliveries["unknown"], deliveries["waiting"]) == (0, 0)


def carried(database: Path) -> list[tuple[str, str]]:
    """(number, text) of everything that the sandbox's carrier has."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.execute("SELECT recipient, body FROM message"))


def posted(database: Path) -> list[tuple[str, str]]:
    """(robot, text) of everything in the sandbox's groups."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.execute("SELECT robot, content FROM post"))


def check_nobody_got_it_twice(database: Path, expected: int) -> None:
    """One copy of each text per number, as many as the books say were handed over."""
    messages = Counter(carried(database))
    assert not {message: n for message, n in messages.items() if n > 1}
    assert messages.total() == expected
    assert max(Counter(number for number, _ in messages).values()) <= 2  # two steps write


def states_per_delivery(database: Path) -> Counter[int]:
    """How many rows the one definition of a state gives each delivery."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT d.id, COUNT(s.state) FROM delivery d LEFT JOIN delivery_state s ON s.delivery_id = d.id GROUP BY d.id"
        )
        return Counter(n for _, n in rows)
