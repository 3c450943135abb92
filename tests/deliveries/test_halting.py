"""A campaign that goes wrong stops by itself, says why, and goes on when somebody has looked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from channels.base import Outcome, Receipt, Verdict
from outreach import clock
from outreach.access.queries import audit_lines
from outreach.campaigns import service as campaigns
from outreach.cli.standing import standing
from outreach.deliveries import halting
from outreach.deliveries.limits import SHIPPED, Share, Silence
from outreach.deliveries.receipts import Event
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Account, Attempt, Delivery
from outreach.models.deliveries import Outcome as Stored
from outreach.models.people import Person
from outreach.people.keys import phone_key
from tests.factories import Office

LOOSE = replace(SHIPPED, permanent=Share(3, 10), opted_out=Share(3, 10), silent=Silence(4, 30))
"""The same rules for small campaigns."""

DEAD = Outcome("refused", error_code="21614", permanent=True)
GONE = Outcome("refused", error_code="21610", opted_out=True, permanent=True)


def people(office: Office, n: int, first: int = 0) -> list[str]:
    phones = [f"+86139{first + number:08d}" for number in range(n)]
    for phone in phones:
        office.person(phone=phone, phone_key=phone_key(office.vault, phone))
    return phones


def in_turn(office: Office) -> list[str]:
    """The phones of a planned campaign in the order in which they are written to."""
    with office.store.read() as connection:
        sealed = connection.scalars(
            select(Person.phone)
            .join(Delivery, Delivery.addressee == Person.id)
            .where(Delivery.campaign_id == office.campaign)
            .order_by(Delivery.id)
        )
        return [office.vault.decrypt("phone", one) for one in sealed]


def status(office: Office) -> str:
    with office.store.read() as connection:
        return str(connection.scalar(select(Campaign.status).where(Campaign.id == office.campaign)))


def pauses(office: Office) -> list[dict[str, object]]:
    with office.store.read() as connection:
        lines = audit_lines(connection, limit=50)
    found = [dict(line.detail) for line in lines if line.detail.get("move") == "pause"]
    return found[::-1]


def resume(office: Office) -> None:
    with office.store.begin() as connection:
        campaigns.resume(connection, str(office.campaign), "gan")


def judge(office: Office) -> halting.Halt | None:
    with office.store.begin() as connection:
        return halting.judge(connection, office.campaign, LOOSE)


BARS: list[tuple[int, int, bool]] = [
    (10, 99, True),
    (10, 100, False),  # not more than 10 %
    (9, 9, False),  # fewer than ten
    (11, 100, True),
    (0, 0, False),
]


@pytest.mark.parametrize(("n", "among", "stopped"), BARS)
def test_ten_dead_numbers_and_more_than_a_tenth(n: int, among: int, stopped: bool) -> None:
    assert SHIPPED.permanent.exceeded(n, among) is stopped


def test_too_many_dead_numbers_stop_the_campaign_at_the_next_chunk(office: Office) -> None:
    people(office, 30)
    office.change(Account, Account.id == office.account, per_second=10.0)
    office.plan()
    for phone in in_turn(office)[2:6]:
        office.channel.plan(phone, DEAD)
    office.send(office.sender(limits=LOOSE))
    assert status(office) == "paused"
    assert len(office.channel.sent) == 10  # the chunk in hand, and none after it
    assert pauses(office) == [{"move": "pause", "code": "halting.permanent", "said": "4 / 10"}]
    with office.store.read() as connection:
        named = standing(connection, str(office.campaign))["stopped_by"]
    assert "4 / 10" in named["message"]
    assert named["message_en"].startswith("Too many numbers that do not exist")


def test_after_a_person_resumed_the_same_numbers_do_not_stop_it_and_new_ones_do(
    office: Office,
) -> None:
    people(office, 40)
    office.change(Account, Account.id == office.account, per_second=10.0)
    office.plan()
    phones = in_turn(office)
    for phone in (*phones[2:6], *phones[12:14], *phones[25:29]):
        office.channel.plan(phone, DEAD)
    office.send(office.sender(limits=LOOSE))
    resume(office)
    assert judge(office) is None
    office.send(office.sender(limits=LOOSE))
    # two more among the next ten are too few; with the four after them there are six
    assert status(office) == "paused"
    assert len(office.channel.sent) == 30
    assert [one["said"] for one in pauses(office)] == ["4 / 10", "6 / 20"]
    resume(office)
    office.send(office.sender(limits=LOOSE))
    assert office.states() == {"accepted": 30, "refused": 10}


def test_dead_numbers_that_only_receipts_tell_stop_it_too(office: Office) -> None:
    people(office, 12)
    office.plan()
    office.send(office.sender(limits=LOOSE))
    failed = Receipt("", "undelivered", "undelivered", "30005", Verdict.PERMANENT)
    with office.store.read() as connection:
        ids = list(connection.scalars(select(Stored.provider_id).limit(4)))
    office.receive(*(Event(replace(failed, provider_id=str(one))) for one in ids))
    assert judge(office) == halting.Halt("halting.permanent", "4 / 12")
    assert status(office) == "paused"
    assert judge(office) is None
    assert len(pauses(office)) == 1


def test_what_trickles_in_after_the_stop_belongs_to_it(office: Office) -> None:
    people(office, 12)
    office.plan()
    office.send(office.sender(limits=LOOSE))
    failed = Receipt("", "undelivered", "undelivered", "30005", Verdict.PERMANENT)
    with office.store.read() as connection:
        ids = list(connection.scalars(select(Stored.provider_id).limit(8)))
    events = [Event(replace(failed, provider_id=str(one))) for one in ids]
    office.receive(*events[:4])
    judge(office)
    office.receive(*events[4:])
    judge(office)
    resume(office)
    assert judge(office) is None
    assert status(office) == "running"


def test_many_who_want_no_more_stop_it(office: Office) -> None:
    phones = people(office, 10)
    for phone in phones[:3]:
        office.channel.plan(phone, GONE)
    office.plan()
    office.send(office.sender(limits=LOOSE))
    assert [one["code"] for one in pauses(office)] == ["halting.opted_out"]


def test_opt_outs_that_are_texted_back_count_for_the_campaign_that_wrote(office: Office) -> None:
    phones = people(office, 10)
    office.plan()
    office.send(office.sender(limits=LOOSE))
    with office.store.begin() as connection:
        for phone in phones[:3]:
            halting.note_reply(connection, phone_key(office.vault, phone))
        halting.note_reply(connection, phone_key(office.vault, "+8613700000000"))
    assert judge(office) == halting.Halt("halting.opted_out", "3 / 10")


def test_a_second_word_about_one_message_counts_once(office: Office) -> None:
    people(office, 5)
    office.plan()
    office.send(office.sender(limits=LOOSE))
    with office.store.read() as connection:
        ids = list(connection.scalars(select(Stored.provider_id)))
    arrived = [Event(Receipt(str(one), "delivered", "delivered")) for one in ids]
    office.receive(*arrived)
    office.receive(*arrived)
    with office.store.begin() as connection:
        for one in range(10):
            halting.note(connection, {(one, "unheard of"): 0})  # nothing is written for nothing
    failed = replace(LOOSE, permanent=Share(0, -1))
    with office.store.begin() as connection:
        said = halting.judge(connection, office.campaign, failed)
    assert said == halting.Halt("halting.permanent", "0 / 5")


def test_a_carrier_that_took_all_and_reports_nothing_stops_it(
    office: Office, now: clock.fixed
) -> None:
    people(office, 6)
    office.plan()
    office.send(office.sender(limits=LOOSE))

    def look(reporting: list[int]) -> halting.Halt | None:
        with office.store.begin() as connection:
            return halting.judge_silence(connection, office.campaign, LOOSE, reporting)

    assert look([office.account]) is None  # too early
    now.advance(minutes=31)
    assert look([]) is None  # an account without receipts
    assert look([office.account]) == halting.Halt("halting.silent", "6")
    resume(office)
    assert look([office.account]) is None  # the same six
    assert status(office) == "running"


def test_one_receipt_is_a_word(office: Office, now: clock.fixed) -> None:
    people(office, 6)
    office.plan()
    office.send(office.sender(limits=LOOSE))
    with office.store.read() as connection:
        one = connection.scalar(select(Stored.provider_id).limit(1))
    office.receive(Event(Receipt(str(one), "delivered", "delivered")))
    now.advance(hours=3)
    with office.store.begin() as connection:
        assert halting.judge_silence(connection, office.campaign, LOOSE, [office.account]) is None


def test_a_campaign_that_somebody_paused_is_not_stopped_again(office: Office) -> None:
    phones = people(office, 10)
    for phone in phones[:5]:
        office.channel.plan(phone, DEAD)
    office.plan()
    office.send()
    office.set_status("paused")
    assert judge(office) is None
    assert pauses(office) == []
    office.set_status("running")
    assert judge(office) is not None


def test_sheets_and_posts_do_not_thin_out_the_share(office: Office) -> None:
    """Counts are by step: a thousand sheets say nothing about the numbers of the texts."""
    phones = people(office, 4)
    for phone in phones[:3]:
        office.channel.plan(phone, DEAD)
    office.plan()
    with office.store.begin() as connection:
        halting.note(connection, {(0, halting.ANSWERED): 1000})
    office.send(office.sender(limits=LOOSE))
    assert [one["said"] for one in pauses(office)] == ["3 / 4"]
    assert office.count(Attempt) == 4
