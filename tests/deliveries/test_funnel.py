"""Counts by village, age band, language and state."""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from outreach.deliveries import funnel, queries
from outreach.deliveries.funnel import Cell
from outreach.models.campaigns import Step
from outreach.models.deliveries import Funnel, FunnelDelta
from tests.factories import Office

CELL = Cell(1, 1, "110101001001", "60-79", "zh-Hans")


def test_changes_that_cancel_out_leave_no_row(office: Office) -> None:
    with office.store.begin() as connection:
        funnel.move(connection, [(CELL, "planned", "waiting"), (CELL, "waiting", "planned")])
        funnel.move(connection, [(CELL, "planned", "planned")])
        assert connection.scalar(select(func.count()).select_from(FunnelDelta)) == 0


def test_counts_are_the_same_before_and_after_folding(office: Office) -> None:
    with office.store.begin() as connection:
        funnel.move(connection, [(CELL, "", "planned")] * 3)
        funnel.move(connection, [(CELL, "planned", "waiting")])
        before = funnel.counts(connection, 1)
        assert before == {("planned",): 2, ("waiting",): 1}
        assert funnel.fold(connection) == 3
        assert funnel.counts(connection, 1) == before
        assert funnel.fold(connection) == 0
        funnel.move(connection, [(CELL, "planned", "waiting")] * 2)
        assert funnel.counts(connection, 1, "village", "state") == {(CELL.village, "waiting"): 3}


def test_folding_loses_nothing_that_is_written_meanwhile(office: Office) -> None:
    def write() -> None:
        for _ in range(20):
            with office.store.begin() as connection:
                funnel.move(connection, [(CELL, "", "planned")])

    def fold() -> None:
        for _ in range(20):
            with office.store.begin() as connection:
                funnel.fold(connection)

    threads = [threading.Thread(target=work) for work in (write, fold, write, fold, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.store.begin() as connection:
        funnel.fold(connection)
        assert connection.scalar(select(func.sum(Funnel.n))) == 60


def test_a_rebuild_mends_what_was_miscounted(office: Office) -> None:
    office.person()
    office.plan()
    office.send()
    office.change(Funnel, Funnel.n != 0, n=77)
    with office.store.begin() as connection:
        funnel.move(connection, [(Cell(office.campaign, 1, "", "", ""), "", "delivered")])
        funnel.rebuild(connection, office.campaign)
        assert funnel.counts(connection, office.campaign) == {("accepted",): 1}
        funnel.rebuild(connection)
        assert funnel.counts(connection, office.campaign) == {("accepted",): 1}


def test_messages_without_a_receipt_are_those_that_are_accepted(office: Office) -> None:
    for _ in range(3):
        office.person()
    office.plan()
    with office.store.read() as connection:
        step = connection.execute(select(Step.id)).scalar_one()
        assert queries.without_receipt(connection, step) == 0
    office.send()
    with office.store.read() as connection:
        assert queries.without_receipt(connection, step) == 3
