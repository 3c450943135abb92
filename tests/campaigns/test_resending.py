"""只补发这些人: exactly those whom a step did not reach, once, after a second person has said yes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach.campaigns import queries, resending, schedule, service
from outreach.campaigns.resending import choosing
from outreach.deliveries import queries as deliveries
from outreach.deliveries import settle
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.models.campaigns import StepTarget
from outreach.models.deliveries import Delivery, DeliverySubject, GroupChat, delivery_state
from outreach.models.people import Person
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import ZONE


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


def settled(store: Store, states: dict[str, str], reason: str = "") -> None:
    """The carrier's last word, by the last digit of the number that it went to."""
    with store.begin() as connection:
        rows = _by_digit(connection)
        settle.apply(
            connection,
            [settle.Change(rows[digit], 1, state, error=reason) for digit, state in states.items()],
        )


def _by_digit(connection: Any) -> dict[str, int]:
    people = connection.scalars(select(Person.id).order_by(Person.id)).all()
    rows = connection.execute(select(Delivery.id, Delivery.addressee).where(Delivery.kind == "person"))  # fmt: skip
    return {str(people.index(row.addressee) + 1): row.id for row in rows}


def sent(store: Store, vault: Vault, *steps: dict[str, Any], **more: Any) -> int:
    """A campaign whose first step went to everybody: four people with numbers, and one without."""
    with store.begin() as connection:
        town.add_person(connection, vault)
        key = town.released(connection, steps=list(steps) or [{"channel": "sms"}], **more)
    tick(store)
    town.carrier(store, vault, "sms").send_all()
    return key


def people_of(store: Store, number: int) -> set[int]:
    with store.read() as connection:
        (step,) = [
            one
            for one in queries.steps(connection, service.get(connection, "winter")["id"])
            if one["number"] == number
        ]
        return set(
            connection.scalars(select(StepTarget.person_id).where(StepTarget.step_id == step["id"]))
        )


def served(store: Store, number: int) -> list[int]:
    """Whom the deliveries of a step are about, with repeats."""
    with store.read() as connection:
        steps = queries.steps(connection, service.get(connection, "winter")["id"])
        (step,) = [one for one in steps if one["number"] == number]
        rows = connection.execute(
            select(DeliverySubject.delivery_id, DeliverySubject.person_id)
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .where(Delivery.step_id == step["id"])
            .distinct()
        )
        return sorted(row.person_id for row in rows)


def status(store: Store, key: int) -> str:
    with store.read() as connection:
        return str(queries.by_id(connection, key)["status"])


def first(store: Store, n: int) -> list[int]:
    with store.read() as connection:
        return list(connection.scalars(select(Person.id).order_by(Person.id).limit(n)))


def test_only_those_and_only_after_a_second_person_said_yes(home: Store, vault: Vault) -> None:
    key = sent(home, vault)
    settled(home, {"1": "delivered", "2": "undelivered", "3": "undelivered"})
    tick(home)
    assert status(home, key) == "finished"
    ids = first(home, 5)
    with home.begin() as connection:
        assert [(one.reason, one.people) for one in resending.offers(connection, "winter", 1)] == [
            ("undelivered", 2),
            ("no_address", 1),
        ]
        proposed = resending.propose(connection, "winter", 1, ["undelivered"], "gan")
    assert (proposed.number, proposed.people) == (2, 2)
    assert people_of(home, 2) == {ids[1], ids[2]}
    assert tick(home) == 0  # it waits
    with home.begin() as connection:
        with pytest.raises(Refused) as caught:
            resending.confirm(connection, "winter", 2, "gan")
        assert caught.value.code == "resending.same_person"
        confirmed = resending.confirm(connection, "winter", 2, "zhang")
    assert confirmed == proposed
    assert status(home, key) == "running"
    assert tick(home) == 1
    texts = town.carrier(home, vault, "sms").send_all()
    assert len(texts) == 2
    assert served(home, 2) == [ids[1], ids[2]]
    tick(home)
    assert status(home, key) == "finished"
    with home.begin() as connection, pytest.raises(Conflict):
        resending.confirm(connection, "winter", 2, "zhang")


def test_the_signatures_say_who_proposed_and_who_confirmed(home: Store, vault: Vault) -> None:
    key = sent(home, vault)
    settled(home, {"2": "undelivered"})
    with home.begin() as connection:
        proposed = resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        resending.confirm(connection, "winter", 2, "zhang")
    with home.read() as connection:
        signed = [
            (one["level"], one["decision"], one["by"], one["hash"])
            for one in queries.signatures(connection, key)
        ][-2:]
    assert signed == [
        ("step:2", "proposed", "gan", proposed.hash),
        ("step:2", "approved", "zhang", proposed.hash),
    ]


@pytest.mark.parametrize("state", ["accepted", "unknown"])
def test_never_to_whom_it_may_have_reached(home: Store, vault: Vault, state: str) -> None:
    key = sent(home, vault)
    ids = first(home, 5)
    settled(home, {"1": "undelivered"})
    with home.begin() as connection:
        digits = _by_digit(connection)
        if state == "unknown":  # the carrier's answer got lost
            from outreach.models.deliveries import Outcome

            connection.execute(
                update(Outcome)
                .where(Outcome.delivery_id == digits["2"])
                .values(state="unknown", rank=10)
            )
        found = resending.propose(connection, "winter", 1, ["undelivered", "no_address"], "gan")
        assert found.people == 2
        with pytest.raises(Refused):
            resending.propose(connection, "winter", 1, ["refused"], "gan")
    assert people_of(home, 2) == {ids[0], ids[4]}
    assert key


def test_who_is_told_by_another_channel_meanwhile_is_left_out_when_it_fires(
    home: Store, vault: Vault
) -> None:
    sent(home, vault, {"channel": "sms"}, {"channel": "flyer", "at": "2026-12-20 09:00"})
    ids = first(home, 5)
    settled(home, {"1": "undelivered", "2": "undelivered"})
    with home.begin() as connection:
        resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        resending.confirm(connection, "winter", 3, "zhang")
        # somebody was found to have got it after all: the first message arrived late
        digits = _by_digit(connection)
        settle.apply(connection, [settle.Change(digits["1"], 1, "delivered")])
    tick(home)
    assert served(home, 3) == [ids[1]]


def test_a_proposal_can_be_taken_back_and_made_again(home: Store, vault: Vault) -> None:
    key = sent(home, vault)
    settled(home, {"1": "undelivered"})
    with home.begin() as connection:
        resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        resending.withdraw(connection, "winter", 2, "gan")
        assert [one["number"] for one in queries.steps(connection, key)] == [1]
        again = resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        assert again.number == 2
        resending.confirm(connection, "winter", 2, "zhang")
        with pytest.raises(Conflict):
            resending.withdraw(connection, "winter", 2, "gan")


def test_what_is_confirmed_is_what_was_proposed(home: Store, vault: Vault) -> None:
    sent(home, vault)
    settled(home, {"1": "undelivered"})
    with home.begin() as connection:
        resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        step = queries.steps(connection, service.get(connection, "winter")["id"])[-1]
        other = first(home, 3)[2]
        connection.execute(insert(StepTarget).values(step_id=step["id"], person_id=other))
        with pytest.raises(Conflict) as caught:
            resending.confirm(connection, "winter", 2, "zhang")
        assert caught.value.code == "resending.changed"


REFUSED: list[tuple[list[str], type[Exception], str]] = [
    (["deceased"], Refused, "resending.final"),
    (["refused_channel"], Refused, "resending.final"),
    (["phase of the moon"], Invalid, "resending.unknown_reason"),
    ([], Invalid, "resending.unknown_reason"),
    (["over_budget"], Refused, "resending.nobody"),
]


@pytest.mark.parametrize(("reasons", "error", "code"), REFUSED, ids=[one[2] for one in REFUSED])
def test_reasons_that_are_none(
    home: Store, vault: Vault, reasons: list[str], error: type[Exception], code: str
) -> None:
    sent(home, vault)
    settled(home, {"1": "undelivered"})
    with home.begin() as connection:
        with pytest.raises(error) as caught:
            resending.propose(connection, "winter", 1, reasons, "gan")
        assert getattr(caught.value, "code", "") == code


def test_of_a_large_step_the_offers_are_read_from_counts(
    home: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(home, vault)
    settled(home, {"1": "delivered", "2": "undelivered", "3": "undelivered"})
    with home.begin() as connection:
        looked_up = resending.offers(connection, "winter", 1)
        monkeypatch.setattr(choosing, "LARGE", 0)
        read = resending.offers(connection, "winter", 1)
    assert looked_up
    assert [(one.reason, one.people, one.at_most) for one in read] == [
        (one.reason, one.people, True) for one in looked_up
    ]


def test_of_a_campaign_that_is_over_for_good_nothing_is_sent_again(
    home: Store, vault: Vault
) -> None:
    sent(home, vault)
    settled(home, {"1": "undelivered"})
    with home.begin() as connection:
        service.cancel(connection, "winter", "gan")
        with pytest.raises(Conflict):
            resending.propose(connection, "winter", 1, ["undelivered"], "gan")
    with home.begin() as connection, pytest.raises(Missing):
        resending.offers(connection, "winter", 7)


def test_a_carriers_code_is_a_reason_too(home: Store, vault: Vault) -> None:
    sent(home, vault)
    settled(home, {"1": "undelivered"}, "30003")
    settled(home, {"2": "undelivered"}, "30005")
    with home.begin() as connection:
        found = resending.propose(connection, "winter", 1, ["30003"], "gan")
    assert people_of(home, found.number) == {first(home, 1)[0]}


def test_the_budget_still_holds(home: Store, vault: Vault) -> None:
    key = sent(home, vault, budget=0.28)  # four messages of 7 fen
    settled(home, {"1": "undelivered"})
    with home.begin() as connection:
        resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        resending.confirm(connection, "winter", 2, "zhang")
    tick(home)
    assert town.carrier(home, vault, "sms").send_all() == []
    with home.read() as connection:
        assert {row["reason"]: row["count"] for row in deliveries.reasons(connection, key)}["over_budget"] == 1  # fmt: skip


def test_a_post_that_failed_goes_to_those_groups_again(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        town.released(connection, steps=[{"channel": "group"}])
    tick(home)
    with home.begin() as connection:
        view = delivery_state.c
        keys = connection.execute(
            select(view.delivery_id, view.addressee).order_by(view.delivery_id)
        ).all()
        settle.skip(connection, {keys[0].delivery_id: "no_text"})
    town.carrier(home, vault, "group").send_all()
    with home.begin() as connection:
        resending.propose(connection, "winter", 1, ["no_text"], "gan")
        resending.confirm(connection, "winter", 2, "zhang")
    tick(home)
    with home.read() as connection:
        again = connection.execute(
            select(Delivery.addressee).where(Delivery.id.not_in([row.delivery_id for row in keys]))
        ).all()
        names = connection.scalars(select(GroupChat.id)).all()
    assert [row.addressee for row in again] == [keys[0].addressee]
    assert len(names) == 2
