"""A text with an error keeps a campaign in draft, if one of its steps could send it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from outreach.campaigns import service
from outreach.errors import Refused
from outreach.models.messages import Variant
from outreach.store import Store
from outreach.vault import Vault
from tests import town

BARE = "{{ signature }}到{{ policy.where }}。"
DISCLOSING = "{{ signature }}您家是低保家庭，到{{ policy.where }}。{{ opt_out }}"


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def faults(
    store: Store, place: str, body: str, *, by_itself: str = "general", **changes: Any
) -> list[str]:
    """The codes of what is wrong with the campaign's texts after one was written."""
    waiting = changes.pop("needs_review", False)
    with store.begin() as connection:
        key = town.write_text(connection, place, body, version=9, needs_review=waiting)
        connection.execute(update(Variant).where(Variant.id == key).values(announce=by_itself))
        order = town.order(**changes)
        service.create(connection, order, "gan")
        campaign = service.get(connection, order.ref)
        found = service.faults(
            connection, campaign, service._views(connection, campaign), town.TODAY
        )
    return [
        f"{params['text']} {params['code']}"
        for code, params in found
        if code == "campaigns.text_faulty"
    ]


@pytest.mark.parametrize(
    ("place", "body", "expected"),
    [
        ("sms/zh-Hans/check", town.SMS, []),
        ("sms/zh-Hans/check", BARE, ["sms/zh-Hans/check messages.missing_opt_out"]),
        ("sms/zh-Hans/check", DISCLOSING, ["sms/zh-Hans/check messages.disclosure"]),
        ("sms/zh-Hans/bundle", BARE.replace("policy.where", "phone"), ["sms/zh-Hans/bundle messages.missing_opt_out"]),
        ("group/zh-Hans/check", "不办就后果自负。", []),  # no step posts to groups
        ("sms/zh-Hans/elsewhere", BARE, []),  # not of this campaign
        ("sms/yue-Hans/check", BARE, []),  # written dialect is switched off
    ],
)  # fmt: skip
def test_only_what_a_step_could_send_is_checked(
    home: Store, place: str, body: str, expected: list[str]
) -> None:
    assert faults(home, place, body) == expected


def test_a_dialect_that_is_switched_on_is_checked_too(home: Store) -> None:
    on = {"written_dialects": {"reason": "村里都说粤语"}}
    found = faults(home, "sms/yue-Hans/check", BARE, **on)
    assert found == ["sms/yue-Hans/check messages.missing_opt_out"]


def test_a_text_that_waits_for_its_reader_is_not_sent_and_so_not_checked(home: Store) -> None:
    on = {"written_dialects": {"reason": "村里都说粤语"}}
    assert faults(home, "sms/yue-Hans/check", BARE, needs_review=True, **on) == []


@pytest.mark.parametrize(
    ("announce", "expected"),
    [("general", []), ("personal", ["sms/zh-Hans/check.personal messages.no_proviso"])],
)
def test_a_text_about_one_person_counts_only_in_a_campaign_to_persons(
    home: Store, announce: str, expected: list[str]
) -> None:
    body = "{{ signature }}您可能符合，到{{ policy.where }}。{{ opt_out }}"
    assert (
        faults(home, "sms/zh-Hans/check", body, by_itself="personal", announce=announce) == expected
    )


def test_the_facts_of_a_region_can_spoil_a_text(home: Store) -> None:
    found = faults(
        home, "sms/zh-Hans/check", "{{ signature }}到{{ policy.where }}，。{{ opt_out }}"
    )
    assert found == ["sms/zh-Hans/check messages.gap_in_text"]


def test_submitting_names_the_text_and_says_what_to_do(home: Store) -> None:
    with home.begin() as connection:
        town.write_text(connection, "sms/zh-Hans/check", BARE, version=2)
        service.create(connection, town.order(), "gan")
    with pytest.raises(Refused) as problem, home.begin() as connection:
        service.submit(connection, "winter", "gan", town.TODAY)
    assert problem.value.code == "campaigns.text_faulty"
    said = problem.value.params
    assert (said["text"], said["code"]) == ("sms/zh-Hans/check", "messages.missing_opt_out")
    assert "{{ opt_out }}" in str(said["said"])
    with home.read() as connection:
        assert service.get(connection, "winter")["status"] == "draft"
