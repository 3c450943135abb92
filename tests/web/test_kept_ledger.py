"""Figures of a large register are counted beside the request: nobody waits, and the page says when they were counted."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Connection

from outreach import clock
from outreach.reports.counted import service as counted
from outreach.reports.reaching.schemas import (
    Conversion,
    Costs,
    Coverage,
    Figures,
    HouseholdCount,
    ListState,
    NeverReached,
)
from outreach.web.kept_ledger import AGAIN_AFTER, Counted, KeptLedger
from tests import town
from tests.web.conftest import Installation

KEY = ("check", "", "2026-11-23")
STATE = ListState("received", "none")


def figures(eligible: int) -> Figures:
    return Figures(
        HouseholdCount(eligible), (), (), NeverReached(), Coverage(0, 0, 0, None, STATE),
        Conversion(0, 0, 0, 0, None, STATE), Costs(0, 0),
    )  # fmt: skip


class Counter:
    """Counts how often it was asked, and waits until it may answer."""

    def __init__(self) -> None:
        self.asked, self.may = 0, Event()

    def __call__(self, connection: Connection) -> Figures:
        self.asked += 1
        assert self.may.wait(10)
        return figures(self.asked)


def ask(home: Installation, kept: KeptLedger, counter: Counter) -> Counted | None:
    with home.store.read() as connection:
        return kept.find(home.store, connection, KEY, counter)


def until(home: Installation, kept: KeptLedger, counter: Counter, eligible: int) -> Counted:
    for _ in range(500):
        found = ask(home, kept, counter)
        if found is not None and found.figures.households.eligible == eligible:
            return found
        time.sleep(0.01)
    raise AssertionError("was never counted")


def test_a_small_register_is_counted_at_once(installation: Installation) -> None:
    counter = Counter()
    counter.may.set()
    found = ask(installation, KeptLedger(), counter)
    assert found is not None
    assert (found.figures.households.eligible, found.at) == (1, None)


def test_a_large_one_is_counted_once_beside_the_request_and_anew_when_it_is_old(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "small", lambda connection: False)
    kept, counter = KeptLedger(), Counter()
    with clock.fixed(town.MORNING) as held:
        assert ask(installation, kept, counter) is None  # the page says that it is being counted
        assert ask(installation, kept, counter) is None  # and nobody counts a second time
        counter.may.set()
        first = until(installation, kept, counter, 1)
        assert (first.at, counter.asked) == (town.MORNING, 1)
        held.advance(seconds=(AGAIN_AFTER + timedelta(seconds=1)).total_seconds())
        counter.may.clear()
        old = ask(installation, kept, counter)  # what is known is shown meanwhile
        assert old == first
        counter.may.set()
        assert until(installation, kept, counter, 2).at == town.MORNING + AGAIN_AFTER + timedelta(seconds=1)  # fmt: skip


def test_a_count_that_fails_is_tried_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "small", lambda connection: False)
    kept, counter = KeptLedger(), Counter()
    counter.may.set()
    broken = [True]

    def count(connection: Connection) -> Figures:
        if broken:
            broken.pop()
            raise RuntimeError("the database went away")
        return counter(connection)

    with installation.store.read() as connection:
        assert kept.find(installation.store, connection, KEY, count) is None
    assert until(installation, kept, counter, 1).at is not None
