"""The ledger says the same of everybody and of one person, also after words were taken back; households beside persons."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from channels.base import Receipt as Said
from channels.manual import ManualChannel
from outreach import clock
from outreach.access.scope import Scope
from outreach.deliveries.receipts import Event
from outreach.deliveries.telling import service as telling
from outreach.deliveries.telling.follow import Hand
from outreach.deliveries.telling.words import WORDS
from outreach.errors import Missing
from outreach.models.deliveries import Account
from outreach.models.people import Household, Person
from outreach.models.policies import Policy, Reach
from outreach.policies import service as policies
from outreach.reach import service as reach
from outreach.reports import service as reports
from outreach.reports.reaching import service
from outreach.reports.reaching.queries import ledger
from outreach.reports.reaching.schemas import TOLD, HouseholdCount
from tests.factories import CHILD, ELDER, NOON, VILLAGE, Office, add_account, add_household

TODAY = date(2026, 11, 23)
WU = Hand("wu", Scope(VILLAGE), TODAY)


def hand_out(office: Office, channel: str, people: int) -> list[int]:
    with office.store.begin() as connection:
        known = connection.scalar(select(Account.id).where(Account.channel == channel))
        account = known or add_account(connection, channel, provider="manual")
    for _ in range(people):
        with office.store.begin() as connection:
            home = add_household(connection)
        person = office.person(household_id=home)
        office.change(Household, Household.id == home, head_id=person)
    office.plan(steps=[{"channel": channel}])
    office.send(office.sender(channel=ManualChannel(channel), account=account))  # type: ignore[arg-type]
    return office.deliveries()


def key_of(office: Office, ref: str = ELDER) -> int:
    with office.store.read() as connection:
        return int(connection.scalar(select(Policy.id).where(Policy.ref == ref)) or 0)


def agree(office: Office) -> None:
    """What SQL says of everybody is what is said of each, and the same as the facts that rules read."""
    with office.store.read() as connection:
        certain, _ = reach.about(connection)("told", ELDER, TODAY + timedelta(days=400))
        by_rule = set(connection.scalars(select(Person.id).where(certain)))
        every = ledger.everybody(connection, key_of(office))
        for person in connection.scalars(select(Person.id)):
            one = service.told(connection, person, ELDER)
            assert (one.confidence if one else None) == every.get(person)
            assert (one is not None and one.counts) == (person in by_rule)
        view = policies.get(connection, ELDER)
        total = reports.reach(connection, Scope(), view, TODAY).total
        living = select(Person.id).where(Person.status == "active")
        here = {person: every.get(person) for person in connection.scalars(living)}
        counted = list(here.values())
        assert total.in_person == counted.count("in_person")
        assert total.delivered == counted.count("delivered")
        assert total.relayed == counted.count("relayed")


ACTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([(channel, word) for channel in ("visit", "call") for word in sorted(WORDS[channel])]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=9,
)  # fmt: skip


def _play(office: Office, acts: list[tuple[int, tuple[str, str], int]]) -> None:
    office.change(Person, Person.id > 0, status="moved")  # each example has people of its own
    by_channel = {"visit": hand_out(office, "visit", 3)}
    by_channel["call"] = hand_out(office, "call", 0)
    said: list[int] = []
    now = NOON
    for who, (channel, word), back in acts:
        now += timedelta(hours=7)
        with clock.fixed(now), office.store.begin() as connection:
            if back and said:
                telling.undo(connection, said.pop(back % len(said)), WU, any_time=True)
            elif who < len(by_channel[channel]):
                delivery = by_channel[channel][who]
                said.append(telling.tell(connection, [delivery], word, WU).word)
        agree(office)


@settings(
    max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
def test_everybody_and_one_person_agree_after_each_word_and_each_undoing(
    office: Office, acts: list[tuple[int, tuple[str, str], int]]
) -> None:
    _play(office, acts)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
def test_many_words_and_undoings_leave_both_in_agreement(
    office: Office, acts: list[tuple[int, tuple[str, str], int]]
) -> None:
    _play(office, acts)


def test_told_says_when_by_what_how_sure_and_by_whom(office: Office) -> None:
    [delivery] = hand_out(office, "visit", 1)
    [person] = office.subjects(delivery)
    with office.store.begin() as connection:
        relayed = telling.tell(connection, [delivery], "relayed", WU)
    with clock.fixed(NOON + timedelta(days=2)), office.store.begin() as connection:
        told = telling.tell(connection, [delivery], "told", Hand("xie", Scope(), TODAY))
    with office.store.read() as connection:
        one = service.told(connection, person, ELDER)
        both = service.marks(connection, person, ELDER)
    assert one is not None
    assert (one.date, one.channel, one.confidence) == (TODAY + timedelta(days=2), "visit", "in_person")  # fmt: skip
    assert (one.delivery, one.by, one.counts) == (delivery, "xie", True)
    assert [(each.confidence, each.by) for each in both] == [("in_person", "xie"), ("relayed", "wu")]  # fmt: skip
    with office.store.begin() as connection:
        telling.undo(connection, told.word, WU, any_time=True)
        weaker = service.told(connection, person, ELDER)
        assert weaker is not None
        assert (weaker.confidence, weaker.counts) == ("relayed", False)
        telling.undo(connection, relayed.word, WU, any_time=True)
        assert service.told(connection, person, ELDER) is None


def test_a_receipt_is_carried_by_an_account_and_nobody_said_it(office: Office) -> None:
    person = office.person()
    office.plan()
    office.send()
    office.receive(Event(Said("FK00000001", "delivered", "delivered", None, None)))
    with office.store.read() as connection:
        one = service.told(connection, person, ELDER)
    assert one is not None
    assert (one.confidence, one.channel) == ("delivered", "sms")
    assert one.by.startswith("sms-")


def test_a_policy_that_is_not_there_is_said(office: Office) -> None:
    with office.store.read() as connection, pytest.raises(Missing, match=r"policies\.unknown"):
        service.told(connection, 1, "nothing")


# -- households ---------------------------------------------------------------------------------------------


def mark(office: Office, person: int, fact: str, ref: str = ELDER) -> None:
    with office.store.begin() as connection:
        values = {"policy_id": key_of_in(connection, ref), "person_id": person, "fact": fact, "on": TODAY}  # fmt: skip
        connection.execute(insert(Reach).values(**values, channel="sms"))


def key_of_in(connection: object, ref: str) -> int:
    return int(connection.scalar(select(Policy.id).where(Policy.ref == ref)))  # type: ignore[attr-defined]


def home(office: Office) -> int:
    with office.store.begin() as connection:
        return add_household(connection)


def counted(office: Office, ref: str = ELDER) -> HouseholdCount:
    with office.store.read() as connection:
        return service.households(connection, Scope(), policies.get(connection, ref), TODAY)


def test_one_member_told_is_one_household_reached_and_the_strongest_mark_counts(
    office: Office,
) -> None:
    both, relayed, neither = home(office), home(office), home(office)
    first, second = office.person(household_id=both), office.person(household_id=both)
    mark(office, first, "delivered")
    mark(office, second, "relayed")
    mark(office, office.person(household_id=relayed), "relayed")
    mark(office, office.person(household_id=neither), "published")
    alone = office.person()  # registered without a household
    mark(office, alone, "in_person")
    assert counted(office) == HouseholdCount(eligible=4, reached=2, relayed=1)
    assert counted(office).unreached == 1


def test_a_child_reaches_its_home_by_the_guardian_who_lives_there(office: Office) -> None:
    """A child is never told itself: what was said for it was said to its guardian."""
    here, elsewhere = home(office), home(office)
    mother = office.person(household_id=here, birth=date(1995, 1, 1))
    father = office.person(household_id=elsewhere, birth=date(1994, 1, 1))
    born = date(2025, 5, 1)
    with_mother = office.person(household_id=here, birth=born, guardian_id=mother, phone=None)
    mark(office, with_mother, "delivered", CHILD)
    assert counted(office, CHILD) == HouseholdCount(eligible=1, reached=1)
    away = home(office)
    with_grandmother = office.person(household_id=away, birth=born, guardian_id=father, phone=None)
    mark(office, with_grandmother, "delivered", CHILD)
    assert counted(office, CHILD) == HouseholdCount(eligible=2, reached=1)


def test_somebody_told_by_several_channels_is_one_in_the_strongest_row(office: Office) -> None:
    person = office.person(language="yue")
    mark(office, person, "published")
    mark(office, person, "in_person")
    office.person()
    with office.store.read() as connection:
        view = policies.get(connection, ELDER)
        rows = service.channels(connection, Scope(), view, TODAY)
        tongues = service.languages(connection, Scope(), view, TODAY)
    assert [(row.channel, row.in_person, row.published) for row in rows] == [("sms", 1, 0)]
    assert [(row.language, row.eligible, row.told) for row in tongues] == [("", 1, 0), ("yue", 1, 1)]  # fmt: skip
    assert TOLD == ("in_person", "delivered")
