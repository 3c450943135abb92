"""Sent in waves, from the draft to the last message: who waits, who cannot, who asks, and what is refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from outreach import clock
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import schedule, schemas
from outreach.campaigns import service as campaigns
from outreach.campaigns.staggering import queries, seeing, service
from outreach.campaigns.staggering.service import Answered
from outreach.deliveries import ending
from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.models.campaigns import AudienceMember, Campaign, CampaignWave, WaveMove
from outreach.models.deliveries import Attempt, Delivery, GroupChat
from outreach.people.keys import phone_key
from outreach.policies import service as policies
from outreach.policies import signing
from outreach.store import Store
from outreach.vault import Vault
from outreach.wording import catalogue
from tests.factories import (
    CHILD,
    ELDER,
    NOON,
    ZONE,
    Office,
    add_account,
    add_group,
    add_household,
    add_region,
    free_pace,
)

VILLAGES = [f"11010100100{number}" for number in range(1, 7)]
START = "2026-11-24T10:00"
WAVES = {"unit": "village", "waves": 3, "seed": 7, "days": 7, "hold": 14, "start": START}
PERSONS = {**WAVES, "unit": "person"}
PHONE = "+8613911112222"


@pytest.fixture
def now() -> Iterator[clock.fixed]:
    with clock.fixed(NOON) as held:
        yield held


@pytest.fixture
def office(store: Store, vault: Vault, now: clock.fixed) -> Office:
    made = Office(store, vault)
    with store.begin() as connection:
        for code in VILLAGES[1:]:
            add_region(connection, code, f"村{code[-1]}")
    return made


def villagers(office: Office, each: int = 2) -> dict[int, str]:
    return {office.person(region=code): code for code in VILLAGES for _ in range(each)}


def waves(office: Office) -> dict[int, int]:
    with office.store.read() as connection:
        rows = connection.execute(
            select(AudienceMember.person_id, AudienceMember.wave).where(
                AudienceMember.campaign_id == office.campaign
            )
        )
        return {row.person_id: row.wave for row in rows}


def turns(office: Office) -> dict[int, datetime]:
    with office.store.read() as connection:
        return {row.number: row.due_at for row in queries.waves(connection, office.campaign)}


def go(office: Office) -> None:
    """Fire what is due and send it."""
    schedule.tick(office.store.begin, ZONE)
    office.send()
    free_pace(office.store, office.account)


def told(office: Office) -> set[int]:
    """Whose message was handed over."""
    with office.store.read() as connection:
        return set(
            connection.scalars(
                select(Delivery.addressee)
                .join(Attempt, Attempt.delivery_id == Delivery.id)
                .where(Delivery.campaign_id == office.campaign)
            )
        )


def answer(office: Office, person: int, by: str = "worker") -> Answered:
    with office.store.begin() as connection:
        campaign = campaigns.get(connection, str(office.campaign))
        return service.answer(connection, campaign, person, by, clock.today(ZONE))


def rewrite(office: Office, ref: str = ELDER, **facts: Any) -> None:
    """The policy says something else from now on, and everybody stands for it."""
    with office.store.begin() as connection:
        view = policies.all_policies(connection, [ref])[0]
        rule = {"all": [{"field": "age", "op": ">=", "value": 65}]}
        document = {**view.facts, "rule": rule, **facts}
        policies.load(connection, policies.check_document(document, ref))
        policies.verify(connection, ref, "核验")
        signing.sign(connection, ref, str(document["office"]), "核验")


# -- the draw --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["village", "person"])
def test_everybody_is_of_one_wave_and_the_signature_holds_it(office: Office, unit: str) -> None:
    people = villagers(office)
    office.sign(stagger={**WAVES, "unit": unit})
    found = waves(office)
    assert found.keys() == people.keys()
    assert Counter(found.values()) == {1: 4, 2: 4, 3: 4}
    assert [(key, due.astimezone(ZONE).isoformat()[:16]) for key, due in turns(office).items()] == [
        (1, START),
        (2, "2026-12-01T10:00"),
        (3, "2026-12-15T10:00"),
    ]
    if unit == "village":
        assert len({(people[person], wave) for person, wave in found.items()}) == len(VILLAGES)
    with office.store.read() as connection:
        signed = campaign_queries.by_id(connection, office.campaign)["frozen"]["audience"]["waves"]
        last = connection.scalars(
            select(CampaignWave.number).where(
                CampaignWave.campaign_id == office.campaign, CampaignWave.comparison
            )
        ).all()
    assert [one["people"] for one in signed["every"]] == [4, 4, 4]
    digest = hashlib.sha256("".join(repr(pair) for pair in sorted(found.items())).encode())
    assert signed["hash"] == digest.hexdigest()
    assert last == [3]


def test_the_same_seed_draws_the_same_and_another_one_does_not(office: Office) -> None:
    villagers(office)
    drawn = []
    for seed in (7, 7, 8, 9):
        office.sign(stagger={**WAVES, "seed": seed})
        drawn.append(waves(office))
    assert drawn[0] == drawn[1]
    assert len({tuple(sorted(one.items())) for one in drawn}) > 1


def test_one_household_and_one_phone_are_told_at_the_same_time(office: Office) -> None:
    with office.store.begin() as connection:
        home = add_household(connection)
    key = {"phone": PHONE, "phone_key": phone_key(office.vault, PHONE), "phone_kind": "family"}
    first, second = office.person(household_id=home), office.person(household_id=home, **key)
    third = office.person(**key)
    mother = office.person(birth=date(1995, 1, 1))
    twins = [
        office.person(birth=date(2025, 6, 1), guardian_id=mother, phone=None) for _ in range(2)
    ]
    for _ in range(6):
        office.person()
    office.sign(stagger=PERSONS)
    found = waves(office)
    assert len({found[one] for one in (first, second, third)}) == 1
    assert len({found[one] for one in twins}) == 1


def test_a_draft_shows_what_would_be_drawn_and_after_submit_what_was(office: Office) -> None:
    villagers(office)
    with office.store.begin() as connection:
        document = {
            "id": "draft", "title": "冬季", "policies": [ELDER], "office": "东城区", "stagger": WAVES,
            "valid_until": "2027-02-28", "steps": [{"channel": "sms"}],
        }  # fmt: skip
        key = campaigns.create(connection, schemas.parse(document, ZONE, "c.yaml"), "gan")
        campaign = campaigns.get(connection, "draft")
        look = campaigns.looking(connection, campaign, NOON.date())
        steps = campaign_queries.steps(connection, key)
        shown, against = seeing.seen(connection, campaign, look.views, steps, NOON.date())
        campaigns.submit(connection, "draft", "gan", NOON.date())
        campaign = campaigns.get(connection, "draft")
        signed, _ = seeing.seen(connection, campaign, look.views, steps, NOON.date())
    assert (shown, against) == (signed, [])
    lines = seeing.lines(signed, campaign["options"], ZONE)
    assert lines[0] == "按村（社区）分 3 批，先后由抽签定，种子 7"
    assert lines[1] == "第 1 批：4 人，2 个村（社区），2026-11-24 10:00 起"
    assert "对照" in lines[3]


def test_a_campaign_that_is_sent_back_and_not_staggered_any_more_has_no_waves(
    office: Office,
) -> None:
    villagers(office)
    office.sign(stagger=WAVES)
    with office.store.begin() as connection:
        campaign = campaigns.get(connection, str(office.campaign))
        plain = {**campaign, "options": {**campaign["options"], "stagger": None}}
        assert service.freeze(connection, plain, [], [], NOON.date()) == {}
    assert turns(office) == {}


# -- sending ---------------------------------------------------------------------------------------------


def test_each_wave_is_told_in_its_turn_and_nobody_twice(office: Office, now: clock.fixed) -> None:
    villagers(office)
    office.sign(stagger=WAVES)
    drawn = waves(office)
    for days, so_far in ((0, 0), (1, 1), (6, 1), (1, 2), (13, 2), (1, 3)):
        now.advance(days=days)
        go(office)
        assert told(office) == {person for person, wave in drawn.items() if wave <= so_far}
    assert office.states() == {"accepted": 12}
    with office.store.read() as connection:
        assert ending.counts(connection, office.campaign) == {"accepted": 12}


def test_whoever_waits_has_not_been_told_and_is_not_forgotten(
    office: Office, now: clock.fixed
) -> None:
    villagers(office)
    office.sign(stagger=WAVES)
    now.advance(days=1)
    go(office)
    with office.store.read() as connection:
        assert ending.counts(connection, office.campaign) == {"accepted": 4, "waiting": 8}
        status = connection.scalar(select(Campaign.status).where(Campaign.id == office.campaign))
    assert status == "running"


def test_a_post_goes_to_the_villages_of_its_wave(office: Office, now: clock.fixed) -> None:
    people = villagers(office, 1)
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        for code in VILLAGES:
            key = add_group(connection, office.vault, robot, f"robot-{code[-1]}")
            connection.execute(delete(GroupChat).where(GroupChat.id == key))
            values = {"region": code, "name": f"群{code[-1]}", "account_id": robot}
            address = office.vault.encrypt("group", f"robot-{code[-1]}")
            connection.execute(insert(GroupChat).values(**values, address=address))
    office.sign(stagger=WAVES, steps=[{"channel": "group"}])
    drawn = waves(office)
    now.advance(days=1)
    schedule.tick(office.store.begin, ZONE)
    office.send(office.sender(account=robot))
    first = {people[person][-1] for person, wave in drawn.items() if wave == 1}
    assert {message.to[-1] for message in office.channel.sent} == first


# -- who asks --------------------------------------------------------------------------------------------


def test_who_asks_is_told_at_once_and_the_comparison_knows(
    office: Office, now: clock.fixed
) -> None:
    with office.store.begin() as connection:
        homes = {code: add_household(connection, region=code) for code in VILLAGES}
    people = {
        office.person(region=code, household_id=homes[code]): code
        for code in VILLAGES
        for _ in range(2)
    }
    office.sign(stagger=WAVES)
    now.advance(days=1)
    go(office)
    drawn = waves(office)
    asking = next(person for person, wave in drawn.items() if wave == 3)
    home = {person for person, code in people.items() if code == people[asking]}
    with office.store.read() as connection:
        [held] = service.held(connection, asking)
    assert (held.campaign, held.wave) == (office.campaign, 3)
    found = answer(office, asking)
    assert (set(found.people), found.wave, found.by_hand) == (home, 4, False)
    go(office)
    assert told(office) == {p for p, wave in drawn.items() if wave == 1} | home
    with office.store.read() as connection:
        rows = connection.execute(select(WaveMove.person_id, WaveMove.drawn, WaveMove.why)).all()
        assert service.held(connection, asking) == []
    assert {tuple(row) for row in rows} == {
        (one, 3, "asked" if one == asking else "household") for one in home
    }
    assert answer(office, asking).people == ()  # again: nothing changes
    for days in (7, 14):
        now.advance(days=days)
        go(office)
    assert told(office) == set(people)
    assert office.states() == {"accepted": 12}


def test_a_household_that_was_told_does_not_take_its_villages_post_away(
    office: Office, now: clock.fixed
) -> None:
    people = villagers(office)
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_group(connection, office.vault, robot)
    office.sign(stagger=WAVES, steps=[{"channel": "group"}, {"channel": "sms"}])
    drawn = waves(office)
    asking = next(person for person, wave in drawn.items() if wave == 3)
    office.change(GroupChat, GroupChat.account_id == robot, region=people[asking])
    answer(office, asking)
    schedule.tick(office.store.begin, ZONE)
    office.send()
    office.send(office.sender(account=robot))
    assert told(office) == {asking}
    assert office.count(Delivery, Delivery.kind == "group") == 0
    for days in (1, 7, 14):  # each on its day: what is late asks a person
        now.advance(days=days)
        schedule.tick(office.store.begin, ZONE)
    assert office.count(Delivery, Delivery.kind == "group") == 1


def test_where_only_posts_are_sent_somebody_has_to_say_it(office: Office) -> None:
    villagers(office, 1)
    with office.store.begin() as connection:
        add_account(connection, "broadcast", provider="manual")
    office.sign(stagger=WAVES, steps=[{"channel": "broadcast"}])
    drawn = waves(office)
    asking = next(person for person, wave in drawn.items() if wave == 3)
    found = answer(office, asking)
    assert (found.by_hand, found.people, found.wave) == (True, (), 3)
    assert waves(office) == drawn
    assert office.count(WaveMove, WaveMove.person_id == asking) == 1
    answer(office, asking)
    assert office.count(WaveMove, WaveMove.person_id == asking) == 1


def test_answers_that_are_not_possible_say_why(office: Office) -> None:
    people = villagers(office)
    stranger = office.person(birth=date(2000, 1, 1))
    office.sign(stagger=WAVES)
    with pytest.raises(Missing, match=r"staggering\.not_in_audience"):
        answer(office, stranger)
    office.set_status("cancelled")
    with pytest.raises(Conflict, match=r"staggering\.not_at_work"):
        answer(office, next(iter(people)))
    office.sign()
    with pytest.raises(Refused, match=r"staggering\.not_staggered"):
        answer(office, next(iter(people)))


# -- who cannot wait -------------------------------------------------------------------------------------


def test_a_child_who_would_be_three_before_its_turn_is_told_with_the_first(
    office: Office, now: clock.fixed
) -> None:
    villagers(office)
    mother = office.person(birth=date(1995, 1, 1))
    # three on the 20th of December: the last turn is on the 15th, and ten days must be left
    child = office.person(birth=date(2023, 12, 20), guardian_id=mother, phone=None)
    other = office.person(birth=date(2025, 12, 20), guardian_id=mother, phone=None)
    office.sign(stagger=WAVES)
    found = waves(office)
    assert (found[child], found[other]) == (4, 4)  # they share the mother's phone
    assert turns(office)[4] == turns(office)[1]
    with office.store.read() as connection:
        rows = connection.execute(select(WaveMove.person_id, WaveMove.why)).all()
        personal = connection.scalar(
            select(CampaignWave.personal).where(
                CampaignWave.campaign_id == office.campaign, CampaignWave.number == 4
            )
        )
    assert personal
    assert {row.why for row in rows} <= {"losing"}
    now.advance(days=1)
    go(office)
    assert mother in told(office)


def test_who_cannot_wait_is_not_left_to_a_post(office: Office) -> None:
    villagers(office)
    office.person(birth=date(2023, 12, 20), guardian_id=office.person(birth=date(1995, 1, 1)))
    with office.store.begin() as connection:
        add_account(connection, "broadcast", provider="manual")
    with pytest.raises(Refused, match=r"staggering\.losing"):
        office.sign(stagger=WAVES, steps=[{"channel": "broadcast"}])


# -- what is refused -------------------------------------------------------------------------------------


def why_not(office: Office, **document: Any) -> str:
    with pytest.raises(OutreachError) as caught:
        office.sign(**{"stagger": WAVES, **document})
    return caught.value.code


def test_everybody_is_sent_to_ten_days_before_the_window_closes(office: Office) -> None:
    villagers(office)
    # the last wave has its turn on the 15th of December
    rewrite(office, window={"from": "2026-10-01", "to": "2026-12-24"})
    assert why_not(office) == "staggering.too_late"
    rewrite(office, window={"from": "2026-10-01", "to": "2026-12-25"})
    office.sign(stagger=WAVES)
    # a step of its own date tells the last wave then, not on its turn
    late = [{"channel": "sms", "at": "2026-12-16T10:00"}]
    assert why_not(office, steps=late) == "staggering.too_late"


def test_a_short_window_leaves_nobody_time_to_wait(office: Office) -> None:
    villagers(office)
    rewrite(office, window={"from": "2026-11-24", "to": "2026-12-22"})
    assert why_not(office) == "staggering.short_window"
    rewrite(office, window={"yearly": ["11-20", "12-10"]})
    assert why_not(office) == "staggering.short_window"


def test_the_end_of_the_policy_closes_the_window_too(office: Office) -> None:
    villagers(office)
    rewrite(office, valid_from="2026-01-01", valid_to="2026-12-20")
    assert why_not(office) == "staggering.too_late"


def test_nobody_waits_for_social_assistance_or_for_what_is_urgent(office: Office) -> None:
    villagers(office)
    urgent = {"class": "urgent", "urgent": {"reason": "台风"}}
    assert why_not(office, **urgent) == "staggering.urgent"
    rewrite(office, domain="社会救助")
    assert why_not(office) == "staggering.domain"


def test_what_speaks_to_a_place_wants_villages(office: Office) -> None:
    villagers(office)
    with office.store.begin() as connection:
        add_account(connection, "broadcast", provider="manual")
    steps = [{"channel": "sms"}, {"channel": "broadcast"}]
    assert why_not(office, stagger=PERSONS, steps=steps) == "staggering.unit"
    office.sign(stagger=WAVES, steps=steps)


def test_a_group_of_several_villages_would_tell_several_waves(office: Office) -> None:
    villagers(office)
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_group(connection, office.vault, robot)
    office.change(GroupChat, GroupChat.account_id == robot, region=VILLAGES[0][:9])
    assert why_not(office, steps=[{"channel": "group"}]) == "staggering.wide_group"


def test_waves_have_a_beginning_that_is_still_to_come(office: Office) -> None:
    villagers(office)
    without = {key: value for key, value in WAVES.items() if key != "start"}
    assert why_not(office, stagger=without) == "staggering.no_start"
    assert why_not(office, stagger={**WAVES, "start": "2026-11-20T10:00"}) == "staggering.past"
    office.sign(stagger=without, steps=[{"channel": "sms", "at": START}])
    assert turns(office)[1] == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_three_waves_want_three_villages(office: Office) -> None:
    for code in VILLAGES[:2]:
        office.person(region=code)
    assert why_not(office) == "staggering.few_units"


BAD: list[tuple[Any, str]] = [
    ("yes", "campaigns.bad_value"),
    ({**WAVES, "unit": "town"}, "campaigns.bad_value"),
    ({**WAVES, "waves": 1}, "staggering.number"),
    ({**WAVES, "seed": "x"}, "staggering.number"),
    ({**WAVES, "days": 0}, "staggering.number"),
    ({**WAVES, "holdout": 5}, "campaigns.unknown_key"),
    ({**WAVES, "start": "soon"}, "campaigns.bad_value"),
    ({"unit": "village", "waves": 2, "days": 7}, "staggering.number"),  # no seed
]


@pytest.mark.parametrize(("written", "code"), BAD)
def test_a_document_that_cannot_be_meant_is_refused(written: Any, code: str) -> None:
    document = {
        "id": "c", "title": "t", "policies": [ELDER, CHILD], "office": "o", "valid_until": "2027-02-28",
        "steps": [{"channel": "sms"}], "stagger": written,
    }  # fmt: skip
    with pytest.raises(Invalid) as caught:
        schemas.parse(document, ZONE, "c.yaml")
    assert caught.value.code == code


def test_everything_that_is_refused_has_words() -> None:
    assert len([code for code in catalogue() if code.startswith("staggering.")]) >= 20
