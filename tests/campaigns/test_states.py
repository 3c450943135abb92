"""The table of moves: what may follow what, whoever is faster, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, update

from outreach.campaigns import queries, service
from outreach.campaigns.states import ALIVE, MOVES, Status
from outreach.errors import Conflict
from outreach.models.campaigns import Campaign
from outreach.store import Store
from outreach.vault import Vault
from tests import town

BY_PERSON: dict[str, Callable[[Connection], object]] = {
    "submit": lambda c: service.submit(c, "winter", "gan", town.TODAY),
    "return": lambda c: service.send_back(c, "winter", "zhang", "再改"),
    "approve": lambda c: service.approve(c, "winter", "zhang"),
    "pause": lambda c: service.pause(c, "winter", "gan"),
    "resume": lambda c: service.resume(c, "winter", "gan"),
    "cancel": lambda c: service.cancel(c, "winter", "gan"),
}
"""Moves that a person makes without a condition of their own (`release` also wants a signature)."""

FORBIDDEN = [
    (move, status) for move in BY_PERSON for status in Status if status not in MOVES[move][0]
]


@pytest.fixture
def draft(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
        service.create(connection, town.order(), "gan")
    return store


def stand(store: Store, status: Status) -> None:
    with store.begin() as connection:
        connection.execute(update(Campaign).values(status=status.value))


def test_the_table_is_whole() -> None:
    reached = {Status.DRAFT} | {to for _, to in MOVES.values()}
    assert reached == set(Status)
    over = {Status.FINISHED, Status.CANCELLED}
    assert not any(Status.CANCELLED in allowed for allowed, _ in MOVES.values())
    # only a step that a second person confirmed wakes a campaign that was over
    assert [move for move, (allowed, _) in MOVES.items() if Status.FINISHED in allowed] == [
        "reopen"
    ]
    assert all(any(one in allowed for allowed, _ in MOVES.values()) for one in set(Status) - over)
    assert not over & set(ALIVE)
    assert {allowed for allowed, to in MOVES.values() if to is Status.APPROVED} == {
        (Status.SUBMITTED,)
    }


def test_every_illegal_move_is_a_conflict_that_names_the_state(draft: Store) -> None:
    for move, status in FORBIDDEN:
        stand(draft, status)
        with pytest.raises(Conflict) as caught, draft.begin() as connection:
            BY_PERSON[move](connection)
        assert caught.value.code == "campaigns.wrong_state"
        assert caught.value.params["status"] == status
        with draft.read() as connection:
            assert service.get(connection, "winter")["status"] == status


def test_of_two_at_once_one_wins(draft: Store) -> None:
    with draft.begin() as connection:
        service.submit(connection, "winter", "gan", town.TODAY)
    gate = Barrier(2)

    def move(name: str) -> str:
        gate.wait()
        try:
            with draft.begin() as connection:
                BY_PERSON[name](connection)
        except Conflict as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(move, ["approve", "approve"]))
    assert ends == ["campaigns.wrong_state", "done"]
    with draft.read() as connection:
        key = service.get(connection, "winter")["id"]
        decisions = [one["decision"] for one in queries.signatures(connection, key)]
    assert decisions == ["submitted", "approved"]


def test_nobody_signs_what_was_sent_back_and_frozen_anew(draft: Store) -> None:
    """The reader of the old version comes too late: the hash is part of the compare-and-swap."""
    with draft.begin() as connection:
        service.submit(connection, "winter", "gan", town.TODAY)
    with draft.read() as connection:
        old = service.get(connection, "winter")
    with draft.begin() as connection:
        connection.execute(update(Campaign).values(frozen_hash="another"))
        allowed, to = MOVES["approve"]
        assert not queries.move(connection, old["id"], allowed, to, seen=old["frozen_hash"])
        assert queries.move(connection, old["id"], allowed, to, seen="another")
