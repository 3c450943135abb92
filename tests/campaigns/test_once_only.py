"""Nobody gets twice what is sent once more: what is still tried, what comes late, and two who ask for the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from channels.networks import THREE
from outreach import clock
from outreach.campaigns import correcting, queries, rehearsing, resending, schedule, service
from outreach.deliveries import orders, settle
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Why
from outreach.errors import Refused
from outreach.models.campaigns import Rehearsal, Step
from outreach.models.deliveries import Account, Delivery, delivery_state
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import MORNING, TODAY, ZONE

_LATER = Next(Why.TEMPORARY, 1800)


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


def sent(store: Store, vault: Vault, channel: str = "sms") -> int:
    """A campaign of one step that went to everybody."""
    with store.begin() as connection:
        key = town.released(connection, steps=[{"channel": channel}])
    tick(store)
    town.carrier(store, vault, channel).send_all()
    return key


def deliveries(store: Store, step: int = 1) -> list[int]:
    with store.read() as connection:
        statement = select(Delivery.id).join(Step, Step.id == Delivery.step_id)
        return list(connection.scalars(statement.where(Step.number == step).order_by(Delivery.id)))


def said(store: Store, delivery: int, state: str, follow: Next | None = None) -> None:
    with store.begin() as connection:
        settle.apply(connection, [settle.Change(delivery, 1, state, follow=follow)])


def again(store: Store, reason: str = "undelivered") -> int:
    """Proposed and confirmed; the number of the step."""
    with store.begin() as connection:
        number = resending.propose(connection, "winter", 1, [reason], "gan").number
        resending.confirm(connection, "winter", number, "zhang")
    return number


def ends(store: Store, step: int) -> list[tuple[str, str]]:
    with store.read() as connection:
        view = delivery_state.c
        rows = connection.execute(
            select(view.state, view.reason)
            .join(Step, Step.id == view.step_id)
            .where(Step.number == step)
            .order_by(view.delivery_id)
        )
        return [(row[0], row[1]) for row in rows]


def test_what_is_still_tried_by_itself_is_not_offered(home: Store, vault: Vault) -> None:
    sent(home, vault)
    one, other = deliveries(home)[:2]
    said(home, one, "undelivered", _LATER)  # the phone is off: tried again in half an hour
    said(home, other, "undelivered")
    with home.begin() as connection:
        assert [(one.reason, one.people) for one in resending.offers(connection, "winter", 1)] == [
            ("undelivered", 1)
        ]
        assert resending.propose(connection, "winter", 1, ["undelivered"], "gan").people == 1


def test_what_is_tried_again_by_itself_meanwhile_is_left_out_when_it_fires(
    home: Store, vault: Vault
) -> None:
    sent(home, vault)
    one = deliveries(home)[0]
    said(home, one, "undelivered")
    number = again(home)
    with home.begin() as connection:  # a person looked and had it tried again
        settle.again(connection, one, _LATER)
    tick(home)
    assert deliveries(home, number) == []


def test_a_word_that_comes_between_planning_and_sending_is_heard(home: Store, vault: Vault) -> None:
    sent(home, vault)
    one, other = deliveries(home)[:2]
    said(home, one, "undelivered")
    said(home, other, "undelivered")
    number = again(home)
    tick(home)
    assert len(deliveries(home, number)) == 2
    said(home, one, "delivered")  # in the night, while the step waits for the morning
    texts = town.carrier(home, vault, "sms").send_all()
    assert len(texts) == 1
    assert ends(home, number) == [("skipped", "reached"), ("accepted", "")]


def test_a_post_that_was_seen_after_all_is_not_posted_again(home: Store, vault: Vault) -> None:
    sent(home, vault, "group")
    one, other = deliveries(home)
    said(home, one, "undelivered")
    said(home, other, "undelivered")
    number = again(home)
    said(home, one, "delivered")
    tick(home)
    assert len(town.carrier(home, vault, "group").send_all()) == 1
    assert len(deliveries(home, number)) == 1


def test_two_who_ask_for_the_same_place_get_one_post(home: Store, vault: Vault) -> None:
    sent(home, vault, "group")
    for one in deliveries(home):
        said(home, one, "undelivered")
    with home.begin() as connection:
        for _ in range(2):
            resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        for number in (2, 3):
            resending.confirm(connection, "winter", number, "zhang")
    tick(home)
    assert len(town.carrier(home, vault, "group").send_all()) == 2  # one for each of two groups


def test_two_who_ask_for_the_same_people_get_one_message(home: Store, vault: Vault) -> None:
    sent(home, vault)
    for one in deliveries(home):
        said(home, one, "undelivered")
    with home.begin() as connection:
        for _ in range(2):
            resending.propose(connection, "winter", 1, ["undelivered"], "gan")
        for number in (2, 3):
            resending.confirm(connection, "winter", number, "zhang")
    tick(home)
    assert len(town.carrier(home, vault, "sms").send_all()) == 4


def test_a_text_that_went_twice_is_corrected_once(home: Store, vault: Vault) -> None:
    sent(home, vault)
    one = deliveries(home)[0]
    said(home, one, "undelivered")
    again(home)
    tick(home)
    town.carrier(home, vault, "sms").send_all()
    tick(home)
    with home.begin() as connection:
        places = [f"sms/zh-Hans/{policy}" for policy in ("check", "insure", "bundle")]
        ref = correcting.draft(connection, "winter", places, "gan", TODAY)
        steps = queries.steps(connection, service.get(connection, ref)["id"])
    assert [one["channel"] for one in steps] == ["sms"]


def test_nothing_is_sent_again_when_its_texts_hold_no_more(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING):
        sent(home, vault)
    said(home, deliveries(home)[0], "undelivered")
    late = clock.fixed(MORNING + timedelta(days=120))
    with late, home.begin() as connection, pytest.raises(Refused) as caught:
        resending.propose(connection, "winter", 1, ["undelivered"], "gan")
    assert caught.value.code == "campaigns.texts_expired"


def test_another_price_than_the_signed_one_stops_a_step_that_was_added(
    home: Store, vault: Vault
) -> None:
    key = sent(home, vault)
    said(home, deliveries(home)[0], "undelivered")
    number = again(home)
    with home.begin() as connection:
        connection.execute(update(Account).where(Account.channel == "sms").values(part_fen=70))
    tick(home)
    assert deliveries(home, number) == []
    with home.read() as connection:
        assert queries.by_id(connection, key)["status"] == "paused"


def test_a_rehearsed_text_needs_no_other_rehearsal_to_be_sent_again(
    home: Store, vault: Vault
) -> None:
    key = sent(home, vault)
    said(home, deliveries(home)[0], "undelivered")
    with home.begin() as connection:
        campaign = queries.by_id(connection, key)
        (step,) = queries.steps(connection, key)
        account = connection.scalars(select(Account.id).where(Account.channel == "sms")).one()
        connection.execute(
            update(Account).where(Account.id == account).values(options={"rehearsal": "required"})
        )
        for text in rehearsing.signed_texts(campaign, 1):
            for network in THREE:
                connection.execute(
                    insert(Rehearsal).values(
                        campaign_id=key, step_id=step["id"], account_id=account, network=network,
                        address="", body="", variant_id=text.variant, hash=campaign["frozen_hash"],
                        by="gan", at=clock.now(), state="delivered", error="",
                    )
                )  # fmt: skip
    number = again(home)
    tick(home)
    assert len(deliveries(home, number)) == 1


def test_what_stood_still_until_its_texts_held_no_more_does_not_go_on(
    home: Store, vault: Vault
) -> None:
    with clock.fixed(MORNING), home.begin() as connection:
        town.released(connection)
        service.pause(connection, "winter", "gan")
    late = clock.fixed(MORNING + timedelta(days=120))
    with late, home.begin() as connection, pytest.raises(Refused) as caught:
        service.resume(connection, "winter", "gan")
    assert caught.value.code == "campaigns.texts_expired"


def test_who_is_told_before_something_begins_fits_on_that_day_also_the_second_time(
    home: Store, vault: Vault
) -> None:
    key = sent(home, vault)
    said(home, deliveries(home)[0], "undelivered")
    again(home)
    with home.begin() as connection:
        one, other = queries.steps(connection, key)
        relative = {"to": "eligible", "days": -7, "at": "09:00"}
        queries.set_options(connection, one["id"], {**one["options"], "relative": relative})
        ahead = [orders.read(connection, key, step["id"]).ahead for step in (one, other)]
    assert ahead[0] == ahead[1] > 0
