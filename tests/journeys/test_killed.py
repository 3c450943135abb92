"""Killed at any moment and started again: the same end, and nobody gets anything twice."""

from __future__ import annotations

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach.web.sandbox import Faults, SandboxServer
from tests.journeys import running

PEOPLE = 250
SEED = 20261123
END = (
    "people",
    "policies",
    "matches",
    "campaign",
    "deliveries",
    "channels",
    "flyer_pages",
    "reached",
    "survey",
)
"""What is the same at every end. Attempts that a kill cut off are in the books too: parts and cost may be more."""


def kill_at_random(start: Callable[[], subprocess.Popen[str]], times: int, seed: int) -> None:
    """Start and kill, at moments drawn by seed between the first import and the last print."""
    moments = random.Random(seed)
    for _ in range(times):
        process = start()
        try:
            process.communicate(timeout=moments.uniform(1.5, 6.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A data folder and its summary."""
    data = tmp_path_factory.mktemp("undisturbed")
    summary = running.finish(running.start(data, PEOPLE, {}))
    running.check_sums(summary)
    return data, summary


def test_three_kills_end_as_an_undisturbed_run(
    tmp_path: Path, undisturbed: tuple[Path, dict[str, Any]]
) -> None:
    kill_at_random(lambda: running.start(tmp_path, PEOPLE, {}), 3, SEED)
    summary = running.finish(running.start(tmp_path, PEOPLE, {}))
    running.check_sums(summary)
    folder, quiet = undisturbed
    assert {key: summary[key] for key in END} == {key: quiet[key] for key in END}
    assert summary["parts"] >= quiet["parts"]
    for read in (running.carried, running.posted):  # the same texts to the same numbers and groups
        assert Counter(read(tmp_path / "sandbox.db")) == Counter(read(folder / "sandbox.db"))
    running.check_nobody_got_it_twice(
        tmp_path / "sandbox.db", summary["channels"]["sms"]["handed_over"]
    )
    assert set(running.states_per_delivery(tmp_path / "outreach.db")) == {1}


@pytest.mark.slow
def test_kills_while_an_outside_carrier_drops_throttles_and_garbles(tmp_path: Path) -> None:
    """The carrier outlives the sender and has what it has; looking up finds out what that is."""
    faults = Faults(drop_after=0.05, error500=0.02, throttle=0.03, garbage=0.01, seed=SEED)
    database = tmp_path / "carrier.db"
    with SandboxServer(database, faults=faults) as carrier:
        settings = {
            "OUTREACH_TWILIO_BASE_URL": carrier.base_url,
            "OUTREACH_TWILIO_ACCOUNT_SID": carrier.account.sid,
            "OUTREACH_TWILIO_AUTH_TOKEN": carrier.account.token,
        }
        data = tmp_path / "data"
        kill_at_random(lambda: running.start(data, PEOPLE, settings), 2, SEED + 1)
        summary = running.finish(running.start(data, PEOPLE, settings))
        running.check_sums(summary)
    running.check_nobody_got_it_twice(database, summary["channels"]["sms"]["handed_over"])
    assert set(running.states_per_delivery(data / "outreach.db")) == {1}
    assert running.carried(data / "sandbox.db") == []  # text messages went to the other carrier
