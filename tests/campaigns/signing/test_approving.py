"""Everybody signs the same hash, each once, in order; what changes is signed anew."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.campaigns import editing, queries, service
from outreach.campaigns.signing import approving
from outreach.errors import Conflict, OutreachError, Refused
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Account
from outreach.store import Store
from outreach.vault import Vault
from tests import town

FOUR: Mapping[str, Any] = {"chain": "four-levels"}
URGENT: Mapping[str, Any] = {"class": "urgent", "urgent": {"reason": "台风红色预警"}}


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def submitted(store: Store, **changes: Any) -> str:
    with store.begin() as connection:
        service.create(connection, town.order(**changes), "gan")
        return service.submit(connection, "winter", "li", town.TODAY)


def approve(store: Store, by: str, level: str = "") -> str:
    with store.begin() as connection:
        return service.approve(connection, "winter", by, level=level).id


def campaign(store: Store) -> Mapping[str, Any]:
    with store.read() as connection:
        return service.get(connection, "winter")


def log(store: Store) -> list[tuple[str, str, str]]:
    """Who signed what: (by, move, level)."""
    with store.read() as connection:
        rows = connection.execute(
            select(AuditEntry.by, AuditEntry.detail)
            .where(AuditEntry.thing == "campaign:winter")
            .order_by(AuditEntry.id)
        )
        return [
            (row.by, row.detail["move"], row.detail["level"])
            for row in rows
            if "level" in row.detail
        ]


def test_every_level_signs_the_same_hash_in_order_and_the_last_one_approves(home: Store) -> None:
    digest = submitted(home, **FOUR)
    for name, level in (("ke", "department"), ("xuan", "publicity")):
        assert approve(home, name) == level
        assert campaign(home)["status"] == "submitted"
    with pytest.raises(Refused, match="not_signed"), home.begin() as connection:
        service.release(connection, "winter", "gan")
    assert approve(home, "zhang") == "sign"
    assert campaign(home)["status"] == "approved"
    with home.begin() as connection:
        rows = queries.signatures(connection, campaign(home)["id"])
        assert [(one["level"], one["by"]) for one in rows] == [
            ("draft", "li"), ("department", "ke"), ("publicity", "xuan"), ("sign", "zhang"),
        ]  # fmt: skip
        assert {one["hash"] for one in rows} == {digest}
        service.release(connection, "winter", "gan")
    assert log(home) == [
        ("ke", "sign", "department"), ("xuan", "sign", "publicity"), ("zhang", "approve", "sign"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("gan", "campaigns.same_person"),
        ("li", "campaigns.same_person"),
        ("ke", "signing.signed_before"),
    ],
    ids=["who wrote it", "who submitted it", "who signed the level before"],
)
def test_every_level_is_another_persons(home: Store, by: str, code: str) -> None:
    submitted(home, **FOUR)
    approve(home, "ke")
    with pytest.raises(Refused) as caught:
        approve(home, by)
    assert caught.value.code == code
    assert [one.signature is None for one in _standing(home)] == [False, True, True]


def _standing(store: Store) -> Any:
    with store.read() as connection:
        return approving.standing(connection, service.get(connection, "winter"))


def test_a_level_waits_for_its_turn(home: Store) -> None:
    submitted(home, **FOUR)
    with pytest.raises(Conflict) as caught:
        approve(home, "zhang", "sign")
    assert caught.value.code == "signing.not_its_turn"


def test_of_two_who_sign_one_level_at_once_one_wins(home: Store) -> None:
    submitted(home, **FOUR)
    gate = Barrier(2)

    def sign(name: str) -> str:
        gate.wait()
        try:
            return approve(home, name, "department")
        except OutreachError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(sign, ["ke", "xuan"]))
    assert ends == ["department", "signing.not_its_turn"]


def test_any_level_may_send_it_back_and_then_all_sign_anew(home: Store) -> None:
    submitted(home, **FOUR)
    approve(home, "ke")
    with home.begin() as connection:
        service.send_back(connection, "winter", "xuan", "第二句太长")
        last = queries.signatures(connection, campaign(home)["id"])[-1]
        assert (last["level"], last["decision"], last["note"]) == (
            "publicity",
            "returned",
            "第二句太长",
        )
        assert approving.standing(connection, service.get(connection, "winter")) == ()
        service.submit(connection, "winter", "li", town.TODAY)
    assert [one.signature for one in _standing(home)] == [None, None, None]


def test_the_chain_that_was_submitted_stays_whatever_is_written_later(home: Store) -> None:
    submitted(home, **FOUR)
    with home.begin() as connection:
        options = {**campaign(home)["options"], "chain": "two-people"}
        connection.execute(update(Campaign).values(options=options))
    assert [one.level.id for one in _standing(home)] == ["department", "publicity", "sign"]


# -- what a person changes afterwards ------------------------------------------------------------------


def test_an_account_that_became_dearer_is_not_signed(home: Store) -> None:
    submitted(home)
    with home.begin() as connection:
        connection.execute(update(Account).where(Account.channel == "sms").values(part_fen=9))
    with pytest.raises(Refused) as caught:
        approve(home, "zhang")
    assert caught.value.code == "preflight.account_changed"
    with home.begin() as connection:
        service.send_back(connection, "winter", "zhang", "涨价了")
        service.submit(connection, "winter", "li", town.TODAY)
    assert approve(home, "zhang") == "sign"


def test_a_draft_that_came_back_and_was_changed_is_another_hash(home: Store) -> None:
    first = submitted(home)
    approve(home, "zhang")
    with home.begin() as connection:
        with pytest.raises(Conflict, match="wrong_state"):
            editing.change(connection, "winter", town.order(budget=50), "gan")
        service.send_back(connection, "winter", "gan", "预算写多了")
        editing.change(connection, "winter", town.order(budget=50), "gan")
        assert service.submit(connection, "winter", "li", town.TODAY) != first
    assert [one.signature for one in _standing(home)] == [None]


# -- the urgent path -----------------------------------------------------------------------------------


def test_an_urgent_one_goes_out_on_one_signature_and_owes_the_others(home: Store) -> None:
    with clock.fixed(town.MORNING) as now:
        submitted(home, **URGENT)
        assert approve(home, "zhi") == "duty"
        assert campaign(home)["status"] == "approved"
        with home.begin() as connection:
            service.release(connection, "winter", "gan")
        owed = _owed(home)
        assert [(level, late) for level, _, late in owed] == [("publicity", False), ("sign", False)]
        assert [due for _, due, _ in owed] == [
            town.MORNING + timedelta(hours=24), town.MORNING + timedelta(hours=72),
        ]  # fmt: skip
        now.advance(hours=25)
        assert [late for *_, late in _owed(home)] == [True, False]
        assert approve(home, "xuan") == "publicity"
        assert approve(home, "zhang") == "sign"
        assert _owed(home) == []
        assert campaign(home)["status"] == "running"
    assert log(home) == [
        ("zhi", "approve", "duty"), ("xuan", "countersign", "publicity"), ("zhang", "countersign", "sign"),
    ]  # fmt: skip


def _owed(store: Store) -> list[tuple[str, Any, bool]]:
    with store.read() as connection:
        found = approving.owed(connection, queries.everything(connection))
    return [(place.level.id, place.due, place.overdue(clock.now())) for _, place in found]


def test_a_later_signature_is_another_persons_too(home: Store) -> None:
    submitted(home, **URGENT)
    approve(home, "zhi")
    with pytest.raises(Refused) as caught:
        approve(home, "zhi")
    assert caught.value.code == "signing.signed_before"


def test_nothing_is_owed_by_what_is_not_urgent(home: Store) -> None:
    submitted(home)
    approve(home, "zhang")
    assert _owed(home) == []
    with pytest.raises(Conflict, match="wrong_state"):
        approve(home, "xuan")


def test_why_it_is_urgent_is_signed_and_stands_in_the_log(home: Store) -> None:
    submitted(home, **URGENT)
    found = campaign(home)
    assert found["frozen"]["campaign"]["options"]["urgent"] == "台风红色预警"
    with home.read() as connection:
        details = connection.scalars(select(AuditEntry.detail).order_by(AuditEntry.id)).all()
    assert [one["urgent"] for one in details if "urgent" in one] == ["台风红色预警"]
