"""A text with an error keeps a campaign in draft, if one of its steps could send it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.campaigns import service
from outreach.deliveries import orders
from outreach.errors import Refused
from outreach.messages.schemas import Request
from outreach.models.messages import Variant
from outreach.models.policies import Policy, PolicyList
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
    on: dict[str, Any] = {"written_dialects": {"reason": "村里都说粤语"}}
    found = faults(home, "sms/yue-Hans/check", BARE, **on)
    assert found == ["sms/yue-Hans/check messages.missing_opt_out"]


def test_a_text_that_waits_for_its_reader_is_not_sent_and_so_not_checked(home: Store) -> None:
    on: dict[str, Any] = {"written_dialects": {"reason": "村里都说粤语"}}
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


REMINDER = "{{ signature }}截至{{ list_date }}的名单，还没办的请来办，如已办理请忽略。问{{ phone }}。{{ opt_out }}"


def listed(
    store: Store, ref: str, cut_off: date, fact: str = "applied", region: str = town.COUNTY
) -> None:
    with store.begin() as connection:
        key = connection.execute(select(Policy.id).where(Policy.ref == ref)).scalar_one()
        connection.execute(
            insert(PolicyList).values(
                policy_id=key, fact=fact, region=region, cut_off=cut_off, rows=9, unmatched=0, source="x", by="gan",
                at=clock.now(),
            )
        )  # fmt: skip


def test_a_reminder_needs_the_list_whose_date_it_names(home: Store) -> None:
    def said(store: Store) -> list[str]:
        with store.begin() as connection:
            campaign = service.get(connection, "winter")
            views = service._views(connection, campaign)
            return [code for code, _ in service.faults(connection, campaign, views, town.TODAY)]

    faults(home, "sms/zh-Hans/check", REMINDER)
    assert said(home) == ["campaigns.no_applied_list"]
    listed(home, "check", date(2026, 11, 20))
    assert said(home) == ["campaigns.no_applied_list"]  # of the other policy nothing is known
    listed(home, "insure", date(2026, 11, 18), "received")
    assert said(home) == []


def test_a_reminder_names_the_day_up_to_which_all_is_known(home: Store) -> None:
    faults(home, "sms/zh-Hans/check", REMINDER)
    for ref, day, fact in (
        ("check", 20, "applied"),
        ("check", 22, "received"),
        ("insure", 21, "applied"),
    ):
        listed(home, ref, date(2026, 11, day), fact)
    listed(home, "insure", date(2026, 11, 25), region="61")  # another place
    with home.begin() as connection:
        campaign = service.get(connection, "winter")
        composer = orders.composer(connection, campaign, service._views(connection, campaign))
    (made,) = composer.compose("sms", [Request("zh-Hans", ("check",), town.EAST)])
    assert made is not None
    assert "截至11月21日的名单" in made.text


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
