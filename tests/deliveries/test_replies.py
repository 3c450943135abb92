"""Texts from phones: obeyed once, whatever the carrier repeats; and whoever refuses a channel is told by another."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from channels.base import Receipt as Said
from outreach import clock
from outreach.access.scope import Scope
from outreach.campaigns import schedule
from outreach.deliveries import queries, receipts, replies
from outreach.deliveries.replies import Reply
from outreach.models.deliveries import Counter, Delivery, DeliverySubject, Receipt
from outreach.models.people import Refusal
from outreach.models.policies import Reach
from outreach.models.signals import Opinion
from outreach.people import refusing
from outreach.people.keys import phone_key
from outreach.people.opt_out import Wish
from outreach.people.refusing import Asked, Hand
from outreach.reach.opinions.schemas import CONTACT, TEXT
from tests.factories import ZONE, Office, add_account, add_household

PHONE = "+8613911112222"
THEN_PAPER = [
    {"channel": "sms"},
    {"channel": "flyer", "after": 1, "when": "unreached", "wait": "0s"},
]


def say(office: Office, text: str, number: str = "SM1", sender: str = PHONE) -> Wish | None:
    with office.store.begin() as connection:
        return replies.take(connection, office.vault, Reply(number, sender, text), clock.now())


def refused(office: Office) -> set[str]:
    """Classes that are refused now."""
    with office.store.read() as connection:
        return set(
            connection.scalars(select(Refusal.message_class).where(Refusal.ended_at.is_(None)))
        )


def test_td_stops_publicity_and_all_stops_what_is_about_oneself_too(office: Office) -> None:
    assert say(office, "TD") is Wish.STOP_PUBLICITY
    assert refused(office) == {"publicity"}
    assert say(office, "全部退订", "SM2") is Wish.STOP_SMS
    assert refused(office) == {"publicity", "own-benefit"}
    assert say(office, "恢复", "SM3") is Wish.RESUBSCRIBE
    assert refused(office) == set()


def test_a_refusal_that_the_carrier_repeats_does_not_undo_a_return(office: Office) -> None:
    say(office, "退订")
    say(office, "恢复", "SM2")
    assert say(office, "退订") is None
    assert refused(office) == set()
    assert say(office, "退订", "SM3") is Wish.STOP_PUBLICITY  # said again it counts again
    assert refused(office) == {"publicity"}


def test_another_text_is_an_opinion_and_its_words_stand_nowhere_in_clear(office: Office) -> None:
    words = "我是张三，住在东城区"
    for _ in range(2):  # a carrier that repeats itself is heard once
        say(office, words)
    say(office, "R", "SM2")
    with office.store.read() as connection:
        assert replies.counts(connection) == {
            "none": 1, "stop-publicity": 1, "stop-sms": 0, "resubscribe": 0,
        }  # fmt: skip
        receipts_ = connection.execute(select(Receipt).order_by(Receipt.id)).mappings().all()
        [opinion] = connection.execute(select(Opinion)).mappings().all()
    kept = [dict(row) for row in (*receipts_, opinion)]
    assert all(words not in str(row) and PHONE not in str(row) for row in kept)
    assert all(row["applied"] for row in receipts_)  # the sweep of receipts leaves them alone
    assert office.vault.decrypt(TEXT, opinion["said"]) == words
    assert office.vault.decrypt(CONTACT, opinion["contact"]) == PHONE
    assert (opinion["source"], opinion["region"], opinion["by"]) == ("sms", "", "")


@pytest.mark.parametrize(
    ("sender", "kept"),
    [("+861012345678", 1), ("+12025550100", 1), ("10086", 0), ("anonymous", 0)],
)
def test_words_of_a_service_number_are_counted_only(office: Office, sender: str, kept: int) -> None:
    assert say(office, "话费优惠来了", sender=sender) is Wish.NONE
    assert office.count(Opinion) == kept


@pytest.mark.parametrize("sender", ["+861012345678", "+12025550100", "10086", "anonymous"])
def test_a_sender_that_is_no_mobile_of_ours_stops_nobody(office: Office, sender: str) -> None:
    assert say(office, "TD", sender=sender) is Wish.STOP_PUBLICITY
    assert office.count(Refusal) == 0


@pytest.mark.parametrize(
    ("word", "message_class", "sent"),
    [("TD", "publicity", 0), ("TD", "own-benefit", 2), ("全部退订", "own-benefit", 0), ("全部退订", "urgent", 2)],
)  # fmt: skip
def test_what_a_number_refuses_holds_for_everybody_on_it_and_for_its_class_alone(
    office: Office, word: str, message_class: str, sent: int
) -> None:
    for phone in (PHONE, PHONE, "+8613911113333"):
        office.person(phone=phone)
    say(office, word)
    say(office, word, "SM2", "+8613911113333")
    why = {"urgent": {"reason": "今晚停止办理"}} if message_class == "urgent" else {}
    office.plan(**{"class": message_class}, **why)
    office.send()
    assert len(office.channel.sent) == sent
    assert sum(office.reasons().values()) == 2 - sent


def test_who_refuses_between_plan_and_send_is_left_out(office: Office) -> None:
    office.person(phone=PHONE)
    office.plan()
    say(office, "td")
    office.send()
    assert (office.channel.sent, office.reasons()) == ([], {"refused_channel": 1})


# -- nobody is dropped -------------------------------------------------------------------------------


def on_paper(office: Office) -> set[int]:
    with office.store.read() as connection:
        mine = (
            select(DeliverySubject.person_id)
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .where(Delivery.campaign_id == office.campaign, Delivery.address_key.is_(None))
        )
        return set(connection.scalars(mine))


def told_a_worker(office: Office, person: int) -> None:
    """Not by text message, please."""
    with office.store.begin() as connection:
        hand = Hand("wu", Scope(), "入户时说的", clock.now())
        refusing.refuse(connection, person, Asked("sms", "publicity"), hand)


def through_both_steps(office: Office) -> None:
    office.send()
    for _ in range(2):
        schedule.tick(office.store.begin, ZONE)


@pytest.fixture
def paper(office: Office) -> Office:
    with office.store.begin() as connection:
        add_account(connection, "flyer", provider="paper")
    return office


def test_nobody_is_dropped_for_refusing_text_messages(paper: Office) -> None:
    with paper.store.begin() as connection:
        home = add_household(connection)
    told = paper.person()
    by_number = paper.person(phone=PHONE, household_id=home)
    by_self = paper.person()
    say(paper, "退订")
    told_a_worker(paper, by_self)
    paper.plan(steps=THEN_PAPER)
    through_both_steps(paper)
    assert len(paper.channel.sent) == 1
    assert paper.reasons() == {"refused_channel": 2}
    with paper.store.read() as connection:
        [counted] = queries.refused(connection, paper.campaign)
    assert counted == {"channel": "sms", "class": "publicity", "count": 2}
    assert on_paper(paper) == {by_number, by_self}
    everybody = set().union(*(paper.subjects(one) for one in paper.deliveries()))
    assert everybody == {told, by_number, by_self}


def test_who_was_left_out_of_a_message_on_a_shared_phone_is_not_taken_for_told(
    paper: Office,
) -> None:
    first, second = (paper.person(phone=PHONE) for _ in range(2))
    told_a_worker(paper, second)
    paper.plan(steps=THEN_PAPER)
    paper.send()
    [message] = paper.channel.sent
    token = receipts.read_token(paper.vault, message.reference)
    paper.receive(receipts.Event(Said("FK1", "delivered", "delivered"), token))
    through_both_steps(paper)
    assert on_paper(paper) == {second}
    with paper.store.read() as connection:
        assert set(connection.scalars(select(Reach.person_id))) == {first}


def test_who_refuses_after_the_message_came_was_told_all_the_same(
    paper: Office, now: clock.fixed
) -> None:
    told = paper.person(phone=PHONE)
    paper.plan(steps=THEN_PAPER)
    paper.send()
    now.advance(minutes=1)
    told_a_worker(paper, told)
    through_both_steps(paper)
    assert on_paper(paper) == set()


def test_an_opt_out_counts_against_the_campaign_that_wrote(office: Office) -> None:
    office.person(phone=PHONE, phone_key=phone_key(office.vault, PHONE))
    office.plan()
    office.send()
    for _ in range(2):  # a carrier that repeats itself counts once
        say(office, "退订", "SM9")
    with office.store.read() as connection:
        rows = connection.execute(select(Counter.name, Counter.n)).all()
    found = {row.name.split(":")[2]: row.n for row in rows if row.name.startswith("step:")}
    assert found == {"answered": 1, "opted_out": 1}
