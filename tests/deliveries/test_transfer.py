"""Where data goes: nothing of real residents leaves the mainland without a recorded basis."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from channels.providers import HERE, MAINLAND, UNKNOWN, is_abroad, provider
from outreach.deliveries import orders, transfer
from outreach.deliveries.accounts import AccountView
from outreach.deliveries.transfer import NewBasis
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.wording import catalogue
from tests.factories import Office


def view(office: Office) -> AccountView:
    with office.store.read() as connection:
        return orders.account(connection, office.account)


def record(office: Office, place: str = "US", basis: str = "安全评估通过") -> int:
    with office.store.begin() as connection:
        return transfer.record(
            connection, view(office), NewBasis(place, basis, "2026 年第 1 号"), "guan"
        )


def send(office: Office, place: str) -> None:
    office.send(office.sender(loopback=False, place=place))


def status(office: Office) -> str:
    with office.store.read() as connection:
        return str(connection.scalar(select(Campaign.status).where(Campaign.id == office.campaign)))


@pytest.mark.parametrize(
    ("name", "url", "place"),
    [
        ("twilio", "https://api.twilio.com", "US"),
        ("twilio", "https://api.dublin.ie1.twilio.com", "IE"),
        ("twilio", "http://127.0.0.1:8010", HERE),
        ("twilio", "http://10.0.0.5:8010", UNKNOWN),
        ("twilio", "https://api.twilio.com.evil.example", UNKNOWN),
        ("wecom", "https://qyapi.weixin.qq.com", MAINLAND),
        ("gateway", "", MAINLAND),
        ("paper", "", HERE),
        ("somebody", "https://sms.example", UNKNOWN),
        ("somebody", "", UNKNOWN),
    ],
)
def test_a_provider_says_where_its_data_goes(name: str, url: str, place: str) -> None:
    assert provider(name).destination(url) == place
    assert is_abroad(place) is (place not in (HERE, MAINLAND))
    assert f"transfer.place.{place or 'unknown'}" in catalogue()


@pytest.mark.parametrize("place", ["US", UNKNOWN])
def test_without_a_basis_nothing_is_attempted_and_the_campaign_says_why(
    place: str, office: Office
) -> None:
    office.person()
    office.plan()
    send(office, place)
    assert (office.attempts(), office.channel.sent, status(office)) == (0, [], "paused")
    with office.store.read() as connection:
        details = [row.detail for row in connection.execute(select(AuditEntry.detail))]
    assert [one["code"] for one in details if one.get("code")] == [transfer.NO_BASIS]
    assert office.states() == {"waiting": 1}, "kept for when there is one"


def test_with_a_basis_it_goes_and_an_ended_one_blocks_again(office: Office) -> None:
    office.person()
    office.plan()
    basis = record(office)
    send(office, "US")
    assert office.attempts() == 1
    with office.store.begin() as connection:
        transfer.end(connection, view(office), basis, "guan")
    office.person()
    office.plan()
    send(office, "US")
    assert (office.attempts(), status(office)) == (0, "paused")


def test_a_basis_for_one_country_is_none_for_another(office: Office) -> None:
    office.person()
    office.plan()
    record(office, "IE")
    send(office, "US")
    assert office.attempts() == 0


def test_an_invented_person_stays_here_whatever_basis_there_is(office: Office) -> None:
    office.person(synthetic=True)
    office.plan()
    record(office)
    send(office, "US")
    assert (office.attempts(), office.reasons()) == (0, {"synthetic": 1})


@pytest.mark.parametrize("place", [HERE, MAINLAND])
def test_inside_the_mainland_nothing_is_asked(place: str, office: Office) -> None:
    office.person()
    office.plan()
    send(office, place)
    assert office.attempts() == 1
    with pytest.raises(Invalid) as raised:
        record(office, place)
    assert raised.value.code == "transfer.not_abroad"


def test_a_basis_is_said_in_words_and_once(office: Office) -> None:
    with pytest.raises(Invalid) as raised:
        record(office, basis=" 有 ")
    assert raised.value.code == "transfer.too_short"
    basis = record(office)
    with pytest.raises(Conflict) as held:
        record(office)
    assert held.value.code == "transfer.holds_already"
    with office.store.begin() as connection:
        transfer.end(connection, view(office), basis, "guan")
    with office.store.begin() as connection, pytest.raises(Missing):
        transfer.end(connection, view(office), basis, "guan")
    with office.store.read() as connection:
        [kept] = transfer.recorded(connection, office.account)
    assert (kept.basis, kept.by, kept.ended_at is not None) == ("安全评估通过", "guan", True)
