"""三网测试: the texts as signed, to a test phone of each network, until each handset has answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from channels.base import Outcome, Receipt
from channels.networks import THREE, Network, guess
from outreach import clock
from outreach.campaigns import preflight, rehearsing, service
from outreach.deliveries import orders
from outreach.errors import Missing, OutreachError, Refused
from outreach.models.campaigns import Rehearsal
from outreach.models.deliveries import Account, Delivery
from outreach.store import Store
from outreach.vault import Vault
from tests.factories import NOON, Office

PHONES: dict[Network, str] = {
    "mobile": "+8613900000010", "unicom": "+8613000000010", "telecom": "+8613300000010",
}  # fmt: skip


@pytest.fixture
def office(store: Store, vault: Vault) -> Iterator[Office]:
    with clock.fixed(NOON):
        yield Office(store, vault)


def campaign(office: Office) -> dict[str, Any]:
    with office.store.read() as connection:
        return dict(service.get(connection, str(office.campaign)))


def rehearse(office: Office, *networks: Network, **more: Any) -> rehearsing.State:
    one = campaign(office)
    with office.store.read() as connection:
        step = rehearsing.step_to_rehearse(connection, one, None)
        account = orders.account(connection, office.account)
    rig = rehearsing.Rig(office.store, office.vault, account, office.channel, office.line(**more))
    phones = [rehearsing.Phone(network, PHONES[network]) for network in networks]
    return rehearsing.rehearse(rig, one, step, phones, "gan")


def state(office: Office) -> rehearsing.State:
    one = campaign(office)
    with office.store.read() as connection:
        step = rehearsing.step_to_rehearse(connection, one, None)
        return rehearsing.state(connection, one, step)


def receive(office: Office, said: str = "delivered", error: str | None = None) -> None:
    """A receipt for every message that was sent."""
    for number, sent in enumerate(office.channel.sent, 1):
        key = rehearsing.read_token(office.vault, sent.reference)
        receipt = Receipt(f"FK{number:08d}", said, said, error)  # type: ignore[arg-type]
        with office.store.begin() as connection:
            rehearsing.record(connection, key, receipt)


def test_it_passes_when_each_network_has_delivered_every_text(office: Office) -> None:
    office.person()
    office.sign()
    assert state(office).missing == list(THREE)
    now = rehearse(office, "mobile", "unicom")
    assert (now.passed, [word.state for word in now.words.values()]) == (False, ["accepted"] * 2)
    receive(office)
    assert state(office).missing == ["telecom"]
    rehearse(office, "mobile", "telecom")
    assert len(office.channel.sent) == 3, "what has arrived is not sent again"
    receive(office)
    assert state(office).passed


def test_the_phone_gets_exactly_what_was_signed_and_the_register_nothing(office: Office) -> None:
    office.person()
    office.sign()
    rehearse(office, "mobile")
    [sent] = office.channel.sent
    [text] = rehearsing.signed_texts(campaign(office), 1)
    assert (sent.to, sent.text) == (PHONES["mobile"], text.text)
    assert sent.callback_url is not None
    assert sent.callback_url.endswith(f"/callbacks/twilio/status/{sent.reference}")
    assert office.count(Delivery) == 0
    with office.store.read() as connection:
        [row] = connection.execute(select(Rehearsal.address, Rehearsal.body)).all()
    assert "139" not in row.address
    assert text.text[:5] not in row.body


@pytest.mark.parametrize("order", [("delivered", "accepted"), ("accepted", "delivered")])
def test_receipts_in_any_order_twice_and_before_the_answer(
    order: tuple[str, str], office: Office
) -> None:
    office.person()
    office.sign()
    rehearse(office, "mobile")
    for said in (*order, *order):
        receive(office, said)
    [word] = state(office).words.values()
    assert word.state == "delivered"


def test_another_version_of_what_is_signed_is_rehearsed_anew(office: Office) -> None:
    office.person()
    office.sign()
    rehearse(office, *THREE)
    receive(office)
    office.change(Rehearsal, Rehearsal.hash != "", hash="what was signed before")
    assert state(office).missing == list(THREE)


def test_what_nobody_knows_stays_so_and_may_be_tried_again(office: Office) -> None:
    office.person()
    office.sign()
    office.channel.plan(PHONES["mobile"], Outcome("unknown", error_code="timeout"), kept=True)
    now = rehearse(office, "mobile")
    assert [(word.state, word.error) for word in now.words.values()] == [("unknown", "timeout")]
    receive(office)
    assert not state(office).missing.count("mobile")


def test_a_required_rehearsal_stops_a_release_until_it_passed_or_somebody_answers_for_it(
    office: Office,
) -> None:
    office.change(Account, Account.id == office.account, options={"rehearsal": "required"})
    office.person()
    with pytest.raises(Refused) as raised:
        office.sign()
    assert raised.value.code == "rehearsal.not_passed"
    assert raised.value.params["networks"] == "移动、联通、电信"


@pytest.mark.parametrize("way", ["rehearsed", "answered for"])
def test_then_it_may_go(way: str, office: Office) -> None:
    office.person()
    office.sign()
    office.change(Account, Account.id == office.account, options={"rehearsal": "required"})
    one = campaign(office)
    with office.store.begin() as connection, pytest.raises(Refused):
        preflight.require_carried(connection, one)
    if way == "rehearsed":
        rehearse(office, *THREE)
        receive(office)
    else:
        with office.store.begin() as connection:
            found = ("rehearsal.not_passed", "step:1")
            on = clock.now().date()
            preflight.let_pass(connection, one, found, "测试机坏了，已电话核实", "zhang", on)
    with office.store.read() as connection:
        preflight.require_carried(connection, one)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"provider": "gateway"}, "rehearsal.no_receipts"),
        ({}, "rehearsal.no_phones"),
        ({"place": "US"}, "transfer.no_basis"),
    ],
)
def test_what_cannot_be_rehearsed_says_why(
    change: dict[str, Any], code: str, office: Office
) -> None:
    office.person()
    office.sign()
    line = {key: one for key, one in change.items() if key == "place"}
    account = {key: one for key, one in change.items() if key == "provider"}
    if account:
        office.change(Account, Account.id == office.account, **account)
    phones: list[Network] = [] if code.endswith("no_phones") else ["mobile"]
    with pytest.raises(OutreachError) as raised:
        rehearse(office, *phones, **line)
    assert raised.value.code == code
    assert office.count(Rehearsal) == 0


def test_a_draft_and_a_campaign_without_texts_cannot_be_rehearsed(office: Office) -> None:
    office.person()
    office.sign()
    office.set_status("draft")
    with pytest.raises(Refused):
        rehearse(office, "mobile")
    with office.store.read() as connection, pytest.raises(Missing):
        rehearsing.step_to_rehearse(connection, campaign(office), 9)


@pytest.mark.parametrize("token", ["t1.x", "t.abc", "t1", "tx.abc", "t²." + "a" * 16])
def test_a_token_that_we_did_not_make_is_refused(token: str, vault: Vault) -> None:
    assert rehearsing.is_token(token)
    with pytest.raises(Refused):
        rehearsing.read_token(vault, token)
    assert rehearsing.read_token(vault, rehearsing.token(vault, 12)) == 12


@pytest.mark.parametrize(
    ("number", "network"),
    [
        ("+8613912345678", "mobile"), ("+8613412345678", "mobile"), ("+8613491234567", "telecom"),
        ("+8618612345678", "unicom"), ("+8617031234567", "mobile"), ("+8617041234567", "unicom"),
        ("+8617001234567", "telecom"), ("+8619212345678", "broadcast"), ("+8610012345678", None), ("+85291234567", None),
    ],
)  # fmt: skip
def test_a_number_began_on_a_network(number: str, network: Network | None) -> None:
    assert guess(number) == network
