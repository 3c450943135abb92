"""A database that is away for a moment: nothing is lost of what the carrier said, and no claim is left lying."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from outreach.deliveries import leases, send
from outreach.models.deliveries import Account, DeliveryAgain, DeliveryBatch
from outreach.store import Store, passes
from outreach.vault import Vault
from tests.factories import Office, free_pace

AT_ONCE: dict[str, Any] = {"ignore_quiet_hours": {"reason": "测试"}}


@dataclass(frozen=True)
class Away(Store):
    """A store that is away at the write transactions with these numbers, counted from one."""

    at: tuple[int, ...] = ()
    begun: list[int] = field(default_factory=list)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        self.begun.append(1)
        if len(self.begun) in self.at:
            raise OperationalError("", {}, Exception("the server went away"))
        with super().begin() as connection:
            yield connection


CLAIM, COMMIT, ANSWERS = 1, 2, 3
"""The write transactions of a chunk."""


def sender_over(office: Office, *at: int) -> tuple[send.Sender, Away]:
    away = Away(office.store.reader, office.store.writer, at)
    sender = office.sender()
    sender._store = away
    return sender, away


def planned(store: Store, vault: Vault, people: int = 3) -> Office:
    office = Office(store, vault)
    for _ in range(people):
        office.person()
    office.plan(**AT_ONCE)
    return office


def test_answers_wait_for_the_database(store: Store, vault: Vault) -> None:
    office = planned(store, vault)
    sender, away = sender_over(office, ANSWERS, ANSWERS + 1)
    assert asyncio.run(sender.step()) == 0
    assert len(away.begun) == ANSWERS + 2
    assert office.states() == {"accepted": 3}
    assert len(office.channel.sent) == 3


def test_answers_that_wait_too_long_are_looked_up(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "INSIST", 0.0)
    office = planned(store, vault)
    sender, _ = sender_over(office, ANSWERS)
    with pytest.raises(OperationalError):
        asyncio.run(sender.step())
    assert (office.attempts(), office.states()) == (3, {"waiting": 3})
    assert office.count(DeliveryAgain, DeliveryAgain.reason == "in_flight") == 3  # for the sweep


def test_a_claim_outlives_a_commit_that_failed(store: Store, vault: Vault) -> None:
    office = planned(store, vault)
    sender, away = sender_over(office, COMMIT)
    with pytest.raises(OperationalError):
        asyncio.run(sender.step())
    assert office.attempts() == 0
    assert asyncio.run(sender.step()) == 0
    assert office.states() == {"accepted": 3}
    assert len(away.begun) == 4  # claimed once


def test_a_claim_that_fails_twice_is_left_to_run_out(store: Store, vault: Vault) -> None:
    office = planned(store, vault)
    sender, _ = sender_over(office, COMMIT, COMMIT + 1)
    for _ in range(2):
        with pytest.raises(OperationalError):
            asyncio.run(sender.step())
    assert asyncio.run(sender.step()) is None  # it is leased, and this sender forgot it


def test_who_ends_lets_go_of_what_it_has_not_begun(store: Store, vault: Vault) -> None:
    office = planned(store, vault)
    with store.begin() as connection:
        connection.execute(update(Account).values(per_second=1.0))
    sender = office.sender()
    assert asyncio.run(sender.step()) == 0
    with store.begin() as connection:
        assert leases.claim_batch(connection, office.account) is None
    sender.let_go()
    sender.let_go()
    with store.read() as connection:
        assert connection.scalar(select(DeliveryBatch.lease_until)) is None
    free_pace(store, office.account)
    office.send()
    assert office.states() == {"accepted": 3}


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (OperationalError("", {}, Exception()), True),
        (ProgrammingError("", {}, Exception(), connection_invalidated=True), True),
        (ProgrammingError("", {}, Exception()), False),
        (ValueError(), False),
    ],
    ids=["busy or restarting", "the connection is gone", "our mistake", "no database at all"],
)
def test_what_passes_by_itself(error: BaseException, away: bool) -> None:
    assert passes(error) is away
