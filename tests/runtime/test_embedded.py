"""One process that sends, over real HTTP to the sandbox carrier, with receipts that come back over HTTP."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, insert, select

from channels.twilio_callbacks import sign
from outreach import clock
from outreach.deliveries import leases, queries
from outreach.models.deliveries import Account, Attempt, Receipt
from outreach.models.people import Person, Refusal
from outreach.runtime.embedded import Embedded, drain
from outreach.runtime.timetable import Timetable
from outreach.web.sandbox import Faults, SandboxAccount
from tests.factories import CHILD, ELDER, add_account
from tests.runtime.conftest import Connect, Line

AT_ONCE: dict[str, Any] = {"ignore_quiet_hours": {"reason": "测试"}}
"""These tests run by the machine's clock, at night too."""

ENDINGS = {
    "1000": "delivered",
    "0001": "undelivered",  # off
    "0002": "refused",  # opted out
    "0003": "delivered",  # accepted, connection dropped
    "0005": "delivered",  # busy the first time
    "0007": "delivered",  # accepted, answer unreadable
    "0008": "refused",  # not a mobile
    "0009": "undelivered",  # nobody has it any more
}


def listed(line: Line, phone: str) -> int:
    """How many messages the carrier has for a number."""
    account = SandboxAccount()
    answer = httpx2.get(
        f"{line.sandbox.base_url}/2010-04-01/Accounts/{account.sid}/Messages.json",
        params={"To": phone},
        auth=(account.sid, account.token),
    )
    return len(answer.json()["messages"])


def until(true: Callable[[], bool], patience: float = 20.0) -> None:
    """Wait in real time."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def run(line: Line) -> None:
    """Drain by the real clock, as the command does; quiet hours are switched off."""
    office = line.office
    drain(office.store, office.vault, line.settings, office.campaign, patience=20)


def settled(line: Line) -> dict[str, int]:
    with line.store.read() as connection:
        counts = queries.state_counts(connection, line.office.campaign)
    return {state: n for state, n in counts.items() if n and state != "planned"}


def test_every_way_in_which_a_message_can_end(connect: Connect) -> None:
    line = connect()
    office = line.office
    people = {office.person(phone=f"+8613900{n:02d}{end}"): end for n, end in enumerate(ENDINGS)}
    office.plan(**AT_ONCE)
    run(line)
    expected = Counter(ENDINGS.values())
    until(lambda: settled(line) == expected)
    rows = [office.one(one) for one in office.deliveries()]
    assert {people[row["addressee"]]: row["state"] for row in rows} == ENDINGS
    assert all(listed(line, f"+8613900{n:02d}{end}") <= 1 for n, end in enumerate(ENDINGS))
    assert office.states() == expected
    assert office.count(Person, Person.phone_closed) == 2  # not a mobile, nobody's
    assert office.count(Refusal, Refusal.source == "carrier") == 1
    assert office.count(Receipt, Receipt.applied.is_(False)) == 0


def test_without_receipts_what_was_dropped_is_looked_up_and_what_was_not_taken_is_sent_once_more(
    connect: Connect,
) -> None:
    line = connect(receipts=False)
    office = line.office
    dropped = office.person(phone="+8613900000003")
    failing = office.person(phone="+8613900000004")
    office.plan(**AT_ONCE)
    run(line)
    rows = {office.one(one)["addressee"]: office.one(one) for one in office.deliveries()}
    assert (rows[dropped]["state"], rows[dropped]["attempts"]) == ("accepted", 1)
    assert listed(line, "+8613900000003") == 1
    assert (rows[failing]["state"], rows[failing]["attempts"]) == ("unknown", 2)
    with office.store.read() as connection:
        [waiting] = queries.waiting_for_a_person(connection, office.campaign)
        assert queries.spent(connection, office.campaign)[2] == 1
    assert waiting["addressee"] == failing


def test_messages_and_a_group_post_go_to_their_own_accounts(connect: Connect) -> None:
    line = connect(Faults(by_suffix=False))
    office = line.office
    mother = office.person(birth=date(1990, 1, 1))
    office.person(birth=clock.now().date(), guardian_id=mother, phone=None)
    steps = [{"channel": "sms"}, {"channel": "group"}]
    office.plan(policies=[CHILD], steps=steps, **AT_ONCE)
    run(line)
    until(lambda: settled(line) == {"delivered": 1, "accepted": 1})
    with office.store.read() as connection:
        assert queries.by_channel(connection, office.campaign) == {
            "sms": {"planned": 1, "handed_over": 1},
            "group": {"planned": 1, "handed_over": 1},
        }


def test_a_wrong_token_pauses_the_campaign_and_the_right_one_sends_what_was_kept(
    connect: Connect,
) -> None:
    line = connect(Faults(by_suffix=False))
    office, right = line.office, line.settings
    office.person()
    office.plan(policies=[ELDER], **AT_ONCE)
    line.settings = right.model_copy(update={"twilio_auth_token": "wrong"})
    run(line)
    assert settled(line) == {"waiting": 1}
    assert office.again() == "deferred"
    office.set_status("running")
    line.settings = right
    run(line)
    until(lambda: settled(line) == {"delivered": 1})


def test_a_carrier_that_is_down_keeps_everything_waiting(connect: Connect) -> None:
    line = connect()
    office = line.office
    office.person()
    office.plan(**AT_ONCE)
    line.sandbox.stop()
    sender_settings = line.settings
    embedded = Embedded(office.store, office.vault, sender_settings)
    embedded.start()
    until(lambda: office.again() == "deferred")
    embedded.stop()
    assert settled(line) == {"waiting": 1}


def test_threads_send_what_a_timetable_fires_and_stop_when_told(connect: Connect) -> None:
    line = connect(Faults(by_suffix=False))
    office = line.office
    for _ in range(150):
        office.person()
    office.sign(**AT_ONCE)
    embedded = Embedded(office.store, office.vault, line.settings)
    timetable = Timetable(office.store, line.settings, embedded, seconds=0.2)
    embedded.start()
    timetable.start()
    try:
        until(lambda: settled(line) == {"delivered": 150})
    finally:
        timetable.stop()
        embedded.stop()
    assert office.attempts() == 150
    office.states()


def test_an_account_without_its_settings_stops_no_other(connect: Connect) -> None:
    line = connect(Faults(by_suffix=False))
    office = line.office
    line.settings = line.settings.model_copy(update={"twilio_auth_token": ""})
    office.person(birth=clock.now().date(), phone=None)
    office.plan(policies=[CHILD], steps=[{"channel": "group"}], **AT_ONCE)
    embedded = Embedded(office.store, office.vault, line.settings)
    embedded.start()
    try:
        until(lambda: settled(line) == {"accepted": 1})
    finally:
        embedded.stop()


def test_a_restart_takes_over_at_once_what_the_dead_process_held(connect: Connect) -> None:
    line = connect(Faults(by_suffix=False))
    if line.store.dialect != "sqlite":
        pytest.skip("on PostgreSQL other machines may live: leases run out by themselves")
    office = line.office
    office.person()
    office.plan(**AT_ONCE)
    with office.store.begin() as connection:
        assert leases.claim_batch(connection, office.account) is not None
    embedded = Embedded(office.store, office.vault, line.settings)
    embedded.start()
    try:
        until(lambda: office.count(Attempt) == 1, patience=10)
    finally:
        embedded.stop()


def test_an_account_that_comes_while_they_send_gets_its_sender(connect: Connect) -> None:
    line = connect(Faults(by_suffix=False))
    office = line.office
    office.person()
    with office.store.begin() as connection:
        late = delete(Account).where(Account.id == office.account)
        kept = connection.execute(select(Account.__table__).where(Account.id == office.account))
        row = dict(kept.mappings().one())
        connection.execute(late)
    embedded = Embedded(office.store, office.vault, line.settings)
    timetable = Timetable(office.store, line.settings, embedded, seconds=0.2)
    embedded.start()
    timetable.start()
    try:
        with office.store.begin() as connection:
            connection.execute(insert(Account).values(row))
        office.plan(policies=[ELDER], **AT_ONCE)
        until(lambda: settled(line) == {"delivered": 1})
    finally:
        embedded.stop()
        timetable.stop()


# -- what carriers may post --------------------------------------------------------------------------


def callback(line: Line, path: str, form: dict[str, str], token: str | None = None) -> int:
    url = line.settings.public_url + path
    signature = sign(form, url, token or line.settings.twilio_auth_token)
    headers = {"X-Twilio-Signature": signature}
    return httpx2.post(url, data=form, headers=headers).status_code


def test_only_a_receipt_that_we_asked_for_and_the_carrier_signed_is_taken(
    connect: Connect,
) -> None:
    line = connect()
    office = line.office
    office.person()
    office.plan(**AT_ONCE)
    office.send()
    [message] = office.channel.sent
    path = f"/callbacks/twilio/status/{message.reference}"
    form = {"MessageSid": "FK00000001", "MessageStatus": "delivered"}
    assert callback(line, path, form, token="forged") == 403
    assert callback(line, path[:-1] + "é", form) == 403
    assert callback(line, "/callbacks/twilio/status/1.1.AAAAAAAAAAAAAAAA", form) == 403
    assert office.states() == {"accepted": 1}
    assert callback(line, path, form) == 204
    assert callback(line, path, form) == 204
    assert office.states() == {"delivered": 1}


@pytest.mark.parametrize(("said", "refusals"), [("TD", 1), ("好的，谢谢", 0)])
def test_a_reply_of_td_stops_the_next_message(connect: Connect, said: str, refusals: int) -> None:
    line = connect()
    office = line.office
    office.person(phone="+8613911112222")
    form = {"MessageSid": "SM9", "From": "+8613911112222", "To": "+8610690001", "Body": said}
    assert callback(line, "/callbacks/twilio/inbound", form) == 200
    assert office.count(Refusal) == refusals
    office.plan(**AT_ONCE)
    office.send()
    assert len(office.channel.sent) == 1 - refusals


def test_an_account_that_the_campaign_does_not_use_is_not_opened(connect: Connect) -> None:
    line = connect(Faults(by_suffix=False))
    office = line.office
    office.person()
    with office.store.begin() as connection:
        # Later than the step's own, and of a provider that nobody installed: opening it would fail.
        add_account(connection, "sms", provider="nobody", name="spare")
    office.plan(policies=[ELDER], **AT_ONCE)
    run(line)
    until(lambda: settled(line) == {"delivered": 1})
