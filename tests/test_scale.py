"""The simulated run: what is put in comes out once, whoever is killed, and the limits are those that the page names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench_scale import BATCH, CHUNK, Scale, simulate

SMALL = Scale(200_000, 10, 4, 50, before=0.02, after=0.01, transactions=4)


@pytest.mark.parametrize(
    "a_kill", [0.0, 120.0, 15.0], ids=["nobody dies", "now and then", "all the time"]
)
def test_every_chunk_is_handed_over_once_whoever_is_killed(a_kill: float) -> None:
    run = simulate(replace(SMALL, a_kill=a_kill))
    assert (run.doubled, run.left) == (0, 0)
    assert run.handed_over == SMALL.deliveries // CHUNK
    assert (run.kills > 0) is bool(a_kill)
    assert run.looked_up <= run.kills * SMALL.accounts


def test_an_account_is_the_limit_until_the_database_is() -> None:
    slow = simulate(SMALL)
    twice = simulate(replace(SMALL, pace=100))
    assert 1.8 < slow.hours / twice.hours < 2.1
    floor = SMALL.deliveries / CHUNK * 0.5  # seconds of one transaction place
    choked = simulate(replace(SMALL, pace=1e6, answer=0.0, before=0.3, after=0.2, transactions=1))
    assert choked.hours * 3600 == pytest.approx(floor, rel=0.01)
    assert choked.waited > 0


def test_nothing_is_sent_in_the_night() -> None:
    run = simulate(replace(SMALL, deliveries=4_000_000, accounts=1))
    assert all(not n for hour, n in enumerate(run.by_hour) if not 8 <= hour % 24 < 23)
    assert len(run.by_hour) > 24


def test_chunks_fill_batches() -> None:
    assert BATCH % CHUNK == 0
