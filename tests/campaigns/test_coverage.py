"""A campaign's languages before it is signed: counted over the audience, the same on both databases."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from outreach.campaigns import schedule, service
from outreach.deliveries import queries as deliveries
from outreach.errors import Invalid, Refused
from outreach.messages.coverage import Coverage, Share
from outreach.messages.remarks import remarks
from outreach.models.messages import Variant
from outreach.models.people import Household, Person, Region
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests import town


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """The town; its western village speaks Cantonese, one of the east reads Uyghur, one Hong Kong's characters."""
    with store.begin() as connection:
        town.build(connection, vault)
        west = Region.code == town.WEST
        connection.execute(update(Region).where(west).values(dialect="yue-Hans"))
        town.add_person(connection, vault, "+8613800000110", language="ug-Arab")
        town.add_person(connection, vault, "+8613800000111", language="ug-Arab")
        town.add_person(connection, vault, "+8613800000112", language="zh-Hant-HK")
        town.add_person(connection, vault)
        town.write_text(connection, "sms/yue-Hans/bundle", "粤", needs_review=True)
    return store


def create(connection: Connection, **changes: Any) -> dict[str, Any]:
    order = town.order(**changes)
    service.create(connection, order, "gan")
    return dict(service.get(connection, order.ref))


def covered(store: Store, **changes: Any) -> Coverage:
    with store.begin() as connection:
        return service.covered(connection, create(connection, **changes), town.TODAY)


def shares(found: Coverage, step: int = 0) -> dict[tuple[str, str], Share]:
    return {(one.language, one.policy): one for one in found.steps[step].shares}


def test_everybody_with_a_number_is_in_one_share(home: Store) -> None:
    found = covered(home)
    (step,) = found.steps
    assert step.readers == 7
    said = {key: (one.count, one.answer) for key, one in shares(found).items()}
    assert said == {
        ("ug", "bundle"): (2, "gap"),
        ("zh-Hant-HK", "bundle"): (1, "fallback"),
        ("yue-Hans", "bundle"): (1, "fallback"),
        ("zh-Hans", "bundle"): (1, "exact"),
        ("zh-Hans", "insure"): (1, "exact"),
        ("zh-Hans", "check"): (1, "exact"),
    }
    assert shares(found)["yue-Hans", "bundle"].switched_off == "sms/yue-Hans/bundle"
    assert shares(found)["zh-Hant-HK", "bundle"].switched_off == "sms/zh-Hans/bundle"


def test_with_the_switch_a_text_still_waits_for_its_reader(home: Store) -> None:
    found = covered(home, written_dialects={"reason": "老人习惯"})
    by_key = shares(found)
    assert by_key["yue-Hans", "bundle"].waiting == "sms/yue-Hans/bundle"
    assert by_key["zh-Hant-HK", "bundle"].answer == "converted"


def test_the_gaps_are_those_of_the_preview_and_of_the_senders(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        campaign = create(connection)
        looked = service.look(connection, campaign, town.TODAY)
        found = service.covered(connection, campaign, town.TODAY)
        service.submit(connection, "winter", "gan", town.TODAY)
        service.approve(connection, "winter", "zhang")
        service.release(connection, "winter", "gan")
    assert looked.steps[0].gaps == {"维吾尔语": 2}
    assert found.gaps == 2
    schedule.tick(home.begin, town.ZONE)
    town.carrier(home, vault, "sms").send_all()
    with home.read() as connection:
        reasons = {
            row["reason"]: row["count"] for row in deliveries.reasons(connection, campaign["id"])
        }
    assert reasons["no_text"] == found.gaps


def test_places_and_households_are_counted_as_what_they_are(home: Store) -> None:
    with home.begin() as connection:
        key = connection.scalar(
            insert(Household).values(key=b"1" * 16, region=town.EAST).returning(Household.id)
        )
        some = Person.language == "ug-Arab"
        connection.execute(update(Person).where(some).values(household_id=key))
    found = covered(home, steps=[{"channel": "group"}, {"channel": "flyer"}])
    group, flyer = found.steps
    assert (group.readers, flyer.readers) == (2, 7)
    assert {(one.language, one.count) for one in group.shares} == {("zh-Hans", 1), ("yue-Hans", 1)}
    gaps = {one.policy: one.count for one in flyer.shares if one.answer == "gap"}
    assert gaps == {"check": 1, "insure": 1}


def test_the_report_is_signed_and_stays_as_it_was_signed(home: Store) -> None:
    with home.begin() as connection:
        before = service.covered(connection, create(connection), town.TODAY)
        service.submit(connection, "winter", "gan", town.TODAY)
        campaign = service.get(connection, "winter")
        connection.execute(update(Person).values(language="bo"))
        after = service.covered(connection, campaign, town.TODAY)
    assert after == before
    assert campaign["frozen"]["coverage"]["gaps"] == 2
    assert remarks(after)[0].gap


def test_a_gap_is_part_of_what_the_hash_binds(home: Store) -> None:
    def digest() -> str:
        with home.begin() as connection:
            signed = service.submit(connection, "winter", "gan", town.TODAY)
            service.send_back(connection, "winter", "zhang", "再看看")
        return signed

    with home.begin() as connection:
        create(connection)
    first = digest()
    assert digest() == first
    with home.begin() as connection:
        connection.execute(update(Person).where(Person.language == "ug-Arab").values(language="bo"))
    assert digest() != first


# -- the form of a step -----------------------------------------------------------------------------------


CORRECTION = (
    "{{ signature }}更正：原来写的是12月，写错了；正确的是1月。问{{ phone }}。{{ opt_out }}"
)


def test_a_step_with_a_form_sends_that_form(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        for policy in ("check", "insure", "bundle"):
            town.write_text(
                connection,
                f"sms/zh-Hans/{policy}",
                CORRECTION,
                form="correction",
            )
        connection.execute(update(Region).values(dialect=""))
        town.released(connection, steps=[{"channel": "sms", "form": "correction"}])
    schedule.tick(home.begin, town.ZONE)
    assert set(town.carrier(home, vault, "sms").send_all()) == {
        "【演示县政务办】更正：原来写的是12月，写错了；正确的是1月。问12345。拒收请回复R"
    }


@pytest.mark.parametrize("channel", ["sms", "flyer"])
def test_a_form_needs_its_text_in_the_common_language(home: Store, channel: str) -> None:
    with home.begin() as connection:
        create(connection, steps=[{"channel": channel, "form": "correction"}])
        with pytest.raises(Refused) as caught:
            service.submit(connection, "winter", "gan", town.TODAY)
    assert caught.value.code == "campaigns.no_form_text"
    assert caught.value.params["form"] == "correction"


@pytest.mark.parametrize(
    ("channel", "form"),
    [("sms", "rhyme"), ("visit", "correction"), ("flyer", "story"), ("sms", "letter"), ("sms", "更正"), ("sms", 3), ("call", "")],
)  # fmt: skip
def test_a_form_that_the_channel_does_not_carry_is_refused(channel: str, form: object) -> None:
    with pytest.raises(Invalid) as caught:
        town.order(steps=[{"channel": channel, "form": form}])
    assert caught.value.code == "campaigns.form_not_of_channel"
    assert caught.value.params["key"] == "steps[1].form"
    assert channel in str(caught.value.params["known"])


def test_the_channels_own_form_needs_no_word() -> None:
    (plain,) = town.order(steps=[{"channel": "flyer", "form": "flyer"}]).steps
    (letter,) = town.order(steps=[{"channel": "flyer", "form": "letter"}]).steps
    assert "form" not in plain.options
    assert letter.options["form"] == "letter"


# -- to a person, or to everybody ---------------------------------------------------------------------------

DIBAO = 1 << vocabulary.by_code("income.dibao").bit
POOR: dict[str, Any] = {
    **town.CHECK, "id": "poor", "official_name": "困难群众价格补贴", "plain_name": "价格补贴",
    "one_line": "价格补贴可以申请了", "rule": {"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]},
}  # fmt: skip
GENERAL = (
    "{{ signature }}家庭困难的，可以申请{{ policy.plain_name }}，以受理部门审核为准。{{ opt_out }}"
)
PERSONAL = (
    "{{ signature }}您好，您可以申请{{ policy.plain_name }}，以受理部门审核为准。{{ opt_out }}"
)


def test_a_sensitive_policy_speaks_only_to_who_alone_reads_it(home: Store, vault: Vault) -> None:
    """Preview, coverage and the carrier agree on who is spoken to."""
    known = {"circumstances": DIBAO, "circumstances_known": DIBAO}
    with home.begin() as connection:
        town.load(connection, POOR)
        town.write_text(connection, "sms/zh-Hans/poor", GENERAL)
        key = town.write_text(connection, "sms/zh-Hans/poor", PERSONAL, version=2)
        connection.execute(
            update(Variant).where(Variant.id == key).values(announce="personal", version=1)
        )
        town.add_person(connection, vault, "+8613800000201", **known)
        town.add_person(connection, vault, "+8613800000202", **known)
        family = town.add_person(connection, vault, "+8613800000203", **known)
        connection.execute(update(Person).where(Person.id == family).values(phone_kind="family"))
        campaign = create(connection, policies=["poor"], announce="personal")
        found = service.covered(connection, campaign, town.TODAY)
        looked = service.look(connection, campaign, town.TODAY)
        service.submit(connection, "winter", "gan", town.TODAY)
        service.approve(connection, "winter", "zhang")
        service.release(connection, "winter", "gan")
    schedule.tick(home.begin, town.ZONE)
    sent = Counter(town.carrier(home, vault, "sms").send_all())
    assert Counter("您" in said for said in sent.elements()) == {True: 2, False: 1}
    assert {text.text: text.count for text in looked.steps[0].texts} == sent
    said = {(one.personal, one.kept_back): one.count for one in found.steps[0].shares}
    assert said == {(True, ""): 2, (False, "not_private"): 1}
