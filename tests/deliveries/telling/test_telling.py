"""Words of people and their undoing, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from channels.manual import ManualChannel
from outreach import clock
from outreach.access.scope import Scope
from outreach.deliveries.telling import service as telling
from outreach.deliveries.telling.follow import Hand
from outreach.deliveries.telling.words import WORDS
from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Account, Delivery, GroupChat, Receipt
from outreach.models.people import Household, Person, Refusal
from outreach.models.policies import Reach
from outreach.models.work import HelperHousehold, Task, Word
from outreach.people import refusing
from outreach.people import service as people
from outreach.reach.tasks import queries as task_queries
from outreach.reach.tasks import service as tasks
from tests.factories import NOON, VILLAGE, Office, add_account, add_household, check_counts

TODAY = date(2026, 11, 23)
WU, XIE = Hand("wu", Scope(VILLAGE), TODAY), Hand("xie", Scope(VILLAGE), TODAY)


def hand_out(office: Office, channel: str, people: int = 1, homes: bool = True) -> list[int]:
    """Deliveries of a channel in people's hands, one for each person, who each live alone."""
    with office.store.begin() as connection:
        known = connection.scalar(select(Account.id).where(Account.channel == channel))
        account = known or add_account(connection, channel, provider="manual")
        if channel == "group":  # without a robot
            values = {"region": VILLAGE, "name": "村民群", "account_id": account, "address": ""}
            connection.execute(insert(GroupChat).values(**values))
    for _ in range(people):
        with office.store.begin() as connection:
            home = add_household(connection) if homes else None
        person = office.person(household_id=home)
        if home:
            office.change(Household, Household.id == home, head_id=person)
    office.plan(steps=[{"channel": channel}])
    office.send(office.sender(channel=ManualChannel(channel), account=account))  # type: ignore[arg-type]
    return office.deliveries()


def tell(office: Office, delivery: int, word: str, hand: Hand = WU, **more: Any) -> telling.Said:
    with office.store.begin() as connection:
        return telling.tell(connection, [delivery], word, hand, **more)


def undo(office: Office, word: int, hand: Hand = WU, **more: Any) -> telling.Undone:
    with office.store.begin() as connection:
        return telling.undo(connection, word, hand, **more)


def facts(office: Office, delivery: int) -> dict[str, date]:
    """Of whom a delivery serves."""
    with office.store.read() as connection:
        rows = connection.execute(
            select(Reach.fact, Reach.on).where(Reach.person_id.in_(office.subjects(delivery)))
        )
        return {row.fact: row.on for row in rows}


def open_tasks(office: Office, delivery: int) -> list[str]:
    with office.store.read() as connection:
        mine = (Task.delivery_id == delivery) & (Task.state == "open")
        return sorted(connection.scalars(select(Task.kind).where(mine)))


def of_person(office: Office, delivery: int) -> tuple[str, bool, int]:
    """(status, whether the number is closed, open refusals) of whom a delivery serves."""
    [person] = office.subjects(delivery)
    with office.store.read() as connection:
        row = connection.execute(
            select(Person.status, Person.phone_closed).where(Person.id == person)
        ).one()
    refused = office.count(Refusal, Refusal.person_id == person, Refusal.ended_at.is_(None))
    return row.status, row.phone_closed, refused


def everything(office: Office, delivery: int) -> dict[str, Any]:
    """All that words about a delivery have an effect on."""
    there = office.one(delivery)
    return {
        "state": (there["state"], there["reason"]), "facts": facts(office, delivery),
        "tasks": open_tasks(office, delivery), "person": of_person(office, delivery),
    }  # fmt: skip


# -- one word, and its undoing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "word", "state", "fact", "task", "person"),
    [
        ("visit", "told", "delivered", {"in_person"}, [], ("active", False, 0)),
        ("visit", "relayed", "delivered", {"relayed"}, [], ("active", False, 0)),
        ("visit", "not_understood", "undelivered", set(), [], ("active", False, 0)),
        ("visit", "not_home", "undelivered", set(), [], ("active", False, 0)),
        ("visit", "moved", "undelivered", set(), [], ("moved", False, 0)),
        ("visit", "deceased", "undelivered", set(), [], ("deceased", False, 0)),
        ("visit", "needs_help", "delivered", {"in_person"}, ["assist"], ("active", False, 0)),
        ("visit", "declined", "undelivered", set(), [], ("active", False, 0)),
        ("call", "told", "delivered", {"in_person"}, [], ("active", False, 0)),
        ("call", "relayed", "delivered", {"relayed"}, [], ("active", False, 0)),
        ("call", "no_answer", "accepted", set(), [], ("active", False, 0)),
        ("call", "wrong_number", "undelivered", set(), [], ("active", True, 0)),
        ("call", "asks_visit", "undelivered", set(), ["visit"], ("active", False, 0)),
        ("call", "declined", "undelivered", set(), [], ("active", False, 1)),
        ("group", "posted", "delivered", {"published"}, [], ("active", False, 0)),
        ("group", "not_posted", "undelivered", set(), [], ("active", False, 0)),
        ("broadcast", "played", "delivered", {"published"}, [], ("active", False, 0)),
        ("broadcast", "not_played", "undelivered", set(), [], ("active", False, 0)),
    ],
)
def test_each_word_does_what_the_table_says_and_its_undoing_leaves_nothing(
    office: Office,
    channel: str,
    word: str,
    state: str,
    fact: set[str],
    task: list[str],
    person: tuple[str, bool, int],
) -> None:
    [delivery] = hand_out(office, channel)
    before = everything(office, delivery)
    assert (before["state"][0], before["facts"]) == ("accepted", {})
    said = tell(office, delivery, word)
    assert office.states() == {state: 1}
    assert set(facts(office, delivery)) == fact
    assert open_tasks(office, delivery) == task
    assert of_person(office, delivery) == person
    assert undo(office, said.word).remarks == ()
    assert everything(office, delivery) == before
    check_counts(office.store, office.campaign)
    assert office.count(Word, Word.undone_at.is_not(None)) == 1  # crossed out, not gone


def test_every_word_of_the_table_is_tried_above() -> None:
    marks = test_each_word_does_what_the_table_says_and_its_undoing_leaves_nothing.pytestmark  # type: ignore[attr-defined]
    tried = {(row[0], row[1]) for row in marks[0].args[1]}
    assert tried == {
        (channel, word) for channel, table in WORDS.items() if channel != "flyer" for word in table
    }


def test_a_proof_marked_again_keeps_its_day_by_the_clock_on_the_wall(office: Office) -> None:
    [delivery] = hand_out(office, "call")
    with clock.fixed(datetime(2026, 11, 25, 17, tzinfo=UTC)):  # one o'clock at night of the 26th
        tell(office, delivery, "relayed")
        again = tell(office, delivery, "told")
    assert facts(office, delivery)["relayed"] == date(2026, 11, 26)
    undo(office, again.word, any_time=True)
    assert facts(office, delivery) == {"relayed": date(2026, 11, 26)}


# -- any taps and undos equal what the remaining words say -------------------------------------------------


@dataclass
class Twins:
    """Two people who live alike: of one everything is said and partly taken back, of the other only what stayed."""

    office: Office
    channel: str
    acts: list[tuple[str, int, int]] = field(default_factory=list)

    def play(self) -> None:
        first, second = hand_out(self.office, self.channel, people=2)
        said: list[int] = []
        now = NOON
        log: dict[int, tuple[Any, str, Hand]] = {}
        for word, who, back in self.acts:
            now += timedelta(hours=7)
            hand = (WU, XIE)[who]
            with clock.fixed(now):
                if back and said:
                    gone = said.pop(back % len(said))
                    undo(self.office, gone, hand, any_time=True)
                    log.pop(gone)
                else:
                    key = tell(self.office, first, word, hand).word
                    said.append(key)
                    log[key] = (now, word, hand)
        for at, word, hand in log.values():
            with clock.fixed(at):
                tell(self.office, second, word, hand)
        assert everything(self.office, first) == everything(self.office, second)
        check_counts(self.office.store, self.office.campaign)


ACTS = {
    channel: st.lists(
        st.tuples(st.sampled_from(sorted(WORDS[channel])), st.integers(0, 1), st.integers(0, 6)),
        min_size=1,
        max_size=12,
    )
    for channel in ("visit", "call")
}


@pytest.mark.parametrize("channel", ["visit", "call"])
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
    phases=[
        Phase.generate
    ],  # a failing example is short enough to be read, and each costs a campaign
)
@given(data=st.data())
def test_taps_and_undos_leave_what_the_remaining_words_say(
    office: Office, channel: str, data: st.DataObject
) -> None:
    office.change(Person, Person.id > 0, status="moved")  # each example has people of its own
    Twins(office, channel, data.draw(ACTS[channel])).play()


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["visit", "call"])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.generate],
)
@given(data=st.data())
def test_many_taps_and_undos_leave_what_the_remaining_words_say(
    office: Office, channel: str, data: st.DataObject
) -> None:
    office.change(Person, Person.id > 0, status="moved")
    Twins(office, channel, data.draw(ACTS[channel])).play()


# -- what belongs to more than one word ----------------------------------------------------------------------


def test_a_fact_that_another_delivery_proves_too_stays(office: Office) -> None:
    [first] = hand_out(office, "visit")
    told = tell(office, first, "told")
    with office.store.begin() as connection:
        account = add_account(connection, "call", provider="manual")
    office.plan(steps=[{"channel": "call"}])
    office.send(office.sender(channel=ManualChannel("call"), account=account))
    [second] = office.deliveries()
    with clock.fixed(NOON + timedelta(days=1)):
        tell(office, second, "told")
        assert facts(office, first) == {"in_person": TODAY}
        undo(office, told.word)
    assert facts(office, first) == {"in_person": TODAY + timedelta(days=1)}


def test_a_post_of_a_robot_keeps_what_it_proved_when_a_loudspeaker_is_taken_back(
    office: Office,
) -> None:
    [slot] = hand_out(office, "broadcast")
    played = tell(office, slot, "played")
    with office.store.begin() as connection:
        account = add_account(connection, "group", provider="fake")
        values = {"region": VILLAGE, "name": "机器人群", "account_id": account, "address": office.vault.encrypt("group", "r")}  # fmt: skip
        connection.execute(insert(GroupChat).values(**values))
    office.plan(steps=[{"channel": "group"}])
    office.send(office.sender(account=account))
    undo(office, played.word)
    assert set(facts(office, slot)) == {"published"}


def test_two_who_say_that_a_number_is_dead_close_it_until_both_take_it_back(office: Office) -> None:
    [delivery] = hand_out(office, "call")
    one, other = (
        tell(office, delivery, "wrong_number", WU),
        tell(office, delivery, "wrong_number", XIE),
    )
    undo(office, one.word, WU)
    assert of_person(office, delivery)[1] is True
    undo(office, other.word, XIE)
    assert of_person(office, delivery)[1] is False


def test_a_number_that_was_closed_before_stays_closed(office: Office) -> None:
    [delivery] = hand_out(office, "call")
    [person] = office.subjects(delivery)
    office.change(Person, Person.id == person, phone_closed=True)
    undo(office, tell(office, delivery, "wrong_number").word)
    assert of_person(office, delivery)[1] is True


def test_a_number_of_which_the_carrier_says_the_same_stays_closed_and_that_is_said(
    office: Office,
) -> None:
    [delivery] = hand_out(office, "call")
    said = tell(office, delivery, "wrong_number")
    with office.store.begin() as connection:
        values = {
            "provider_id": "SM1", "status": "undelivered", "error": "30005", "state": "undelivered",
            "verdict": "permanent", "delivery_id": delivery, "no": 1, "at": NOON,
        }  # fmt: skip
        connection.execute(insert(Receipt).values(**values))
    assert undo(office, said.word).remarks == ("telling.number_stays",)
    assert of_person(office, delivery)[1] is True


def test_a_refusal_that_was_there_before_the_call_stays(office: Office) -> None:
    [delivery] = hand_out(office, "call")
    [person] = office.subjects(delivery)
    hand = refusing.Hand("zhou", Scope(), "来电说的", NOON)
    with office.store.begin() as connection:
        refusing.refuse(connection, person, refusing.Asked("call", "publicity"), hand)
    undo(office, tell(office, delivery, "declined").word)
    assert of_person(office, delivery)[2] == 1


def test_what_is_urgent_cannot_be_refused_by_phone(office: Office) -> None:
    [delivery] = hand_out(office, "call")
    office.change(Campaign, Campaign.id == office.campaign, message_class="urgent")
    tell(office, delivery, "declined")
    assert of_person(office, delivery)[2] == 0


def test_the_register_is_left_alone_when_somebody_changed_it_since(office: Office) -> None:
    [delivery] = hand_out(office, "visit")
    said = tell(office, delivery, "moved")
    [person] = office.subjects(delivery)
    with office.store.begin() as connection:
        people.mark_status(connection, Scope(), person, "deceased", NOON)
    assert undo(office, said.word).remarks == ("telling.register_changed",)
    assert of_person(office, delivery)[0] == "deceased"


def test_a_home_of_two_is_said_to_be_gone_and_the_register_stays(office: Office) -> None:
    [delivery] = hand_out(office, "visit")
    with office.store.read() as connection:
        home = connection.scalar(select(Delivery.addressee))
    office.person(household_id=home)
    assert tell(office, delivery, "moved").marked is None
    assert of_person(office, delivery)[0] == "active"


# -- tasks ---------------------------------------------------------------------------------------------------


def test_three_calls_that_nobody_answers_become_a_visit_and_one_undo_takes_it_back(
    office: Office,
) -> None:
    [delivery] = hand_out(office, "call")
    said = [tell(office, delivery, "no_answer") for _ in range(3)]
    assert [one.changed for one in said] == [True] * 3
    assert office.states() == {"undelivered": 1}
    assert open_tasks(office, delivery) == ["visit"]
    undo(office, said[0].word)
    assert (office.states(), open_tasks(office, delivery)) == ({"accepted": 1}, [])
    tell(office, delivery, "no_answer")
    assert open_tasks(office, delivery) == ["visit"]


def test_a_task_has_a_day_a_place_and_the_helper_of_the_household(office: Office) -> None:
    [delivery] = hand_out(office, "visit")
    with office.store.begin() as connection:
        home = connection.scalar(select(Delivery.addressee))
        values = {"household_id": home, "helper": "sun", "since": TODAY, "by": "zhou"}
        connection.execute(insert(HelperHousehold).values(**values))
    [key] = tell(office, delivery, "needs_help").tasks
    with office.store.read() as connection:
        task = task_queries.one(connection, Scope(VILLAGE), key)
    assert (task.kind, task.helper, task.due_on, task.region, task.household_id) == (
        "assist", "sun", TODAY + timedelta(days=7), VILLAGE, home,
    )  # fmt: skip


@pytest.mark.parametrize("begun", ["begin", "close"])
def test_a_task_on_which_work_has_begun_outlives_the_word(office: Office, begun: str) -> None:
    [delivery] = hand_out(office, "visit")
    said = tell(office, delivery, "needs_help")
    hand = tasks.Hand("sun", Scope(VILLAGE))
    with office.store.begin() as connection:
        if begun == "begin":
            tasks.begin(connection, said.tasks[0], hand)
        else:
            tasks.close(connection, said.tasks[0], "done_for_them", hand)
    assert undo(office, said.word).remarks == ("telling.task_begun",)
    assert office.states() == {"accepted": 1}
    assert office.count(Task, Task.state.in_(("open", "done"))) == 1


def test_two_who_say_that_a_home_needs_help_open_one_task(office: Office) -> None:
    [delivery] = hand_out(office, "visit")
    first, second = (
        tell(office, delivery, "needs_help"),
        tell(office, delivery, "needs_help", XIE),
    )
    assert (len(first.tasks), second.tasks) == (1, ())
    undo(office, first.word)
    assert open_tasks(office, delivery) == ["assist"]
    undo(office, second.word, XIE)
    assert open_tasks(office, delivery) == []


# -- one tap for several deliveries --------------------------------------------------------------------------


def test_one_tap_at_a_door_is_said_of_everything_that_went_there_and_undone_at_once(
    office: Office,
) -> None:
    first, second = hand_out(office, "visit", people=2)
    with office.store.begin() as connection:
        said = telling.tell(connection, [second, first], "needs_help", WU)
    assert office.states() == {"delivered": 2}
    assert office.count(Task) == 1
    with office.store.read() as connection:
        other = connection.scalar(select(Word.id).where(Word.tap == said.word))
    done = undo(office, other or 0)
    assert set(done.deliveries) == {first, second}
    assert office.states() == {"accepted": 2}
    assert open_tasks(office, second) == []


def test_a_broadcast_is_played_in_several_ways_and_each_is_a_word(office: Office) -> None:
    [slot] = hand_out(office, "broadcast")
    assert tell(office, slot, "played", slot="loudspeaker").changed
    assert tell(office, slot, "played", slot="market").changed
    assert not tell(office, slot, "played", slot="market").changed
    with office.store.read() as connection:
        kept = Counter(connection.scalars(select(Word.slot)))
    assert kept == {"loudspeaker": 1, "market": 2}
    with pytest.raises(Invalid, match=r"telling\.slot"):
        tell(office, slot, "played", slot="balloon")


# -- who may, and when ---------------------------------------------------------------------------------------


def test_a_day_later_only_an_officer_takes_a_word_back(office: Office) -> None:
    [delivery] = hand_out(office, "visit")
    said = tell(office, delivery, "told")
    with pytest.raises(Refused, match=r"telling\.not_yours"):
        undo(office, said.word, XIE)
    with clock.fixed(NOON + timedelta(days=1, seconds=1)):
        with pytest.raises(Refused, match=r"telling\.too_late"):
            undo(office, said.word)
        undo(office, said.word, XIE, any_time=True)
    with pytest.raises(Conflict, match=r"telling\.undone"):
        undo(office, said.word, XIE, any_time=True)
    with pytest.raises(Missing, match=r"telling\.no_word"):
        undo(office, 999)
    assert office.count(AuditEntry, AuditEntry.thing == f"delivery:{delivery}") == 2


def test_another_village_is_refused(office: Office) -> None:
    [delivery] = hand_out(office, "visit")
    far = Hand("xi", Scope("110101001002"), TODAY)
    said = tell(office, delivery, "told")
    for act in (
        lambda: tell(office, delivery, "told", far),
        lambda: undo(office, said.word, far, any_time=True),
    ):
        with pytest.raises(Refused, match="outside_region"):
            act()


@pytest.mark.parametrize(
    ("channel", "word", "kind", "code"),
    [
        ("sms", "told", Invalid, "telling.by_carrier"),
        ("visit", "played", Invalid, "deliveries.visit_outcome"),
        ("call", "not_home", Invalid, "deliveries.visit_outcome"),
    ],
)
def test_words_that_a_channel_does_not_have_are_refused(
    office: Office, channel: str, word: str, kind: type[OutreachError], code: str
) -> None:
    if channel == "sms":
        office.person()
        office.plan()
        office.send()
        [delivery] = office.deliveries()
    else:
        [delivery] = hand_out(office, channel)
    with pytest.raises(kind) as caught:
        tell(office, delivery, word)
    assert caught.value.code == code


def test_what_nobody_has_in_hand_yet_is_not_ticked(office: Office) -> None:
    with office.store.begin() as connection:
        add_account(connection, "visit", provider="manual")
    office.person()
    office.plan(steps=[{"channel": "visit"}])
    [delivery] = office.deliveries()
    with pytest.raises(Conflict, match=r"telling\.not_in_hand"):
        tell(office, delivery, "told")


def test_an_undo_says_that_a_later_step_has_gone_out_because_of_the_word(office: Office) -> None:
    [first] = hand_out(office, "call")
    said = tell(office, first, "asks_visit")
    with office.store.begin() as connection:
        add_account(connection, "visit", provider="manual")
    from outreach.models.campaigns import Firing, Step
    from outreach.models.deliveries import DeliverySubject

    later = NOON + timedelta(hours=1)
    with office.store.begin() as connection:  # as a step for those who were not reached leaves it
        values = {"campaign_id": office.campaign, "number": 2, "channel": "visit", "condition": "unreached"}  # fmt: skip
        step = connection.scalar(insert(Step).values(**values).returning(Step.id))
        fired = {"step_id": step, "due_at": later, "fired_at": later, "planned": True}
        firing = connection.scalar(insert(Firing).values(**fired).returning(Firing.id))
        row = {
            "campaign_id": office.campaign, "step_id": step, "firing_id": firing, "kind": "person",
            "addressee": min(office.subjects(first)), "village": VILLAGE,
        }  # fmt: skip
        second = connection.scalar(insert(Delivery).values(**row).returning(Delivery.id))
        about = select(DeliverySubject.person_id, DeliverySubject.policy_id).where(DeliverySubject.delivery_id == first)  # fmt: skip
        for person, policy in connection.execute(about).all():
            connection.execute(
                insert(DeliverySubject).values(
                    delivery_id=second, person_id=person, policy_id=policy
                )
            )
    assert undo(office, said.word).remarks == ("telling.sent_since",)


def test_a_receipt_is_never_written_over_by_a_tap(office: Office) -> None:
    from outreach.deliveries import settle
    from outreach.models.deliveries import Outcome

    [delivery] = hand_out(office, "call")
    with office.store.begin() as connection:
        connection.execute(
            update(Outcome).where(Outcome.delivery_id == delivery).values(provider_id="CA1")
        )
        settle.restate(connection, [settle.Word(delivery, 1, "delivered", "told")])
    assert office.states() == {"accepted": 1}
