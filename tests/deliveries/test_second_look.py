"""The look inside the commit is left out only where it would find the same; the whole look is the oracle.

Between the look and the commit something happens, drawn at random from what decides who still gets it, from what does
not, and from nothing at all.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import Connection, insert, select, update

from outreach import clock
from outreach.deliveries import drop, orders, requests
from outreach.deliveries.leases import Lease
from outreach.deliveries.outgoing import Chunk
from outreach.deliveries.send import Sender
from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Counter
from outreach.models.people import Household, Person
from outreach.models.policies import Policy, PolicyLocal, PolicyVersion, Reach
from outreach.people import consent
from tests.factories import ELDER, VILLAGE, ZONE, Office, add_household, free_pace

Happens = Callable[[Office, Connection, int], None]
"""What happens, to a person if it does so to one."""


def _of_person(**values: Any) -> Happens:
    return lambda office, connection, person: _set(connection, Person, person, **values)


def _of_all(table: Any, **values: Any) -> Happens:
    def happens(office: Office, connection: Connection, person: int) -> None:
        connection.execute(update(table).values(**values))

    return happens


def _set(connection: Connection, table: Any, key: int, **values: Any) -> None:
    connection.execute(update(table).where(table.id == key).values(**values))


def refuses(office: Office, connection: Connection, person: int) -> None:
    consent.refuse(
        connection, consent.Subject(person_id=person), channel="sms", message_class="publicity",
        source="test", at=clock.now(),
    )  # fmt: skip


def has_it(office: Office, connection: Connection, person: int) -> None:
    policy = connection.scalar(select(Policy.id).where(Policy.ref == ELDER))
    row = {"policy_id": policy, "person_id": person, "fact": "received", "on": clock.today(ZONE)}
    connection.execute(insert(Reach).values(**row))


def local_rule(office: Office, connection: Connection, person: int) -> None:
    refs = select(PolicyVersion.id).join(Policy, Policy.id == PolicyVersion.policy_id)
    row = {
        "version_id": connection.scalar(refs.where(Policy.ref == ELDER)),
        "region": VILLAGE,
        "parameters": {},
        "facts": {"phone": "12345"},
    }
    connection.execute(insert(PolicyLocal).values(verified_by="gan", **row))


def counted_elsewhere(office: Office, connection: Connection, person: int) -> None:
    connection.execute(insert(Counter).values(name=f"elsewhere:{clock.now()}", n=1))


def nothing(office: Office, connection: Connection, person: int) -> None:
    pass


HAPPENS: dict[str, Happens] = {
    "nothing": nothing,
    "a counter of something else": counted_elsewhere,
    "a death": _of_person(status="deceased"),
    "a move": _of_person(status="moved"),
    "a number that is gone": _of_person(phone_closed=True),
    "a number of somebody else": _of_person(phone_kind="clerk"),
    "a birth date": _of_person(birth=None),
    "a refusal": refuses,
    "somebody has it": has_it,
    "households that are stopped": _of_all(Household, stopped=True),
    "a pause": _of_all(Campaign, status="paused"),
    "a withdrawal": _of_all(Policy, status="withdrawn"),
    "another ceiling": _of_all(Step, late_hours=3),
}
PERSONAL = ("nothing", "a birth date", "a number of somebody else", "a move")
"""What may decide otherwise where a text speaks to a person."""


class Watched(Sender):
    """Compares each answer about a chunk with a whole look at the same moment."""

    answers: list[tuple[bool, bool]]

    def _still(self, connection: Connection, lease: Lease, chunk: Chunk) -> bool:
        on = clock.today(ZONE)
        signed = orders.read(connection, chunk.orders.campaign_id, chunk.orders.step_id)
        whole = (
            signed.status == "running"
            and drop.remaining(connection, chunk.ids, signed.terms(on)) == chunk.left
            and requests.standing(connection, signed, chunk.ids, on) == chunk.standings
        )
        self.answers.append((super()._still(connection, lease, chunk), whole))
        return self.answers[-1][0]


def commit_after(sender: Sender, office: Office, happens: Happens, person: int) -> bool:
    """One chunk, with something between its look and its commit; False when there was none."""
    lease = sender._claim(None)
    chunk = None if lease is None else sender._prepare(lease)
    if lease is None or chunk is None:
        return False
    with office.store.begin() as connection:
        happens(office, connection, person)
    sender._commit(lease, chunk)
    sender._held = None
    return True


def an_office(office: Office, announce: str) -> list[int]:
    with office.store.begin() as connection:
        home = add_household(connection)
    people = [office.person(household_id=home) for _ in range(4)]
    people += [office.person() for _ in range(4)]
    office.plan(announce=announce)
    return people


def watched(office: Office) -> Watched:
    usual = office.sender()
    sender = Watched(office.store, office.vault, usual.account, usual.channel, usual.line)
    sender.answers = []
    return sender


@pytest.mark.parametrize(
    ("what", "announce"),
    [*((what, "general") for what in HAPPENS), *((what, "personal") for what in PERSONAL)],
)
def test_what_happens_before_the_commit_is_seen_as_a_whole_look_sees_it(
    office: Office, what: str, announce: str
) -> None:
    people = an_office(office, announce)
    sender = watched(office)
    assert commit_after(sender, office, HAPPENS[what], people[0])
    [(said, whole)] = sender.answers
    assert said == whole


@pytest.mark.parametrize("seed", range(3))
def test_any_course_of_events_is_seen_as_a_whole_look_sees_it(office: Office, seed: int) -> None:
    drawn = random.Random(seed)
    people = an_office(office, drawn.choice(["general", "personal"]))
    sender = watched(office)
    for _ in range(6):
        office.set_status("running")
        happens = HAPPENS[drawn.choice([*HAPPENS, "nothing", "nothing"])]
        commit_after(sender, office, happens, drawn.choice(people))
        free_pace(office.store, office.account)
    assert all(said == whole for said, whole in sender.answers)
    assert sender.answers


def test_a_new_day_is_looked_at_again_though_nothing_was_written(
    office: Office, now: clock.fixed
) -> None:
    """Who was still young enough yesterday may be too old today."""
    an_office(office, "general")
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    now.advance(days=1)
    with mock.patch.object(drop, "remaining", wraps=drop.remaining) as looks:
        assert sender._commit(lease, chunk) is not None
    assert looks.call_count == 1


def test_nothing_is_asked_twice_while_nobody_writes(office: Office) -> None:
    if office.store.dialect == "postgresql":
        pytest.skip("whatever else writes in the server's other databases counts too")
    an_office(office, "general")
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.delattr(drop, "remaining")
        assert sender._commit(lease, chunk) is not None


# -- orders that are kept --------------------------------------------------------------------------------

TO_ORDERS: dict[str, Happens] = {
    "a pause": _of_all(Campaign, status="paused"),
    "a budget": _of_all(Campaign, budget_fen=1),
    "an option of the step": _of_all(Step, options={"once": "household"}),
    "how late it may be": _of_all(Step, late_hours=3),
    "a withdrawal": _of_all(Policy, status="withdrawn"),
    "the last day of a policy": _of_all(Policy, withdrawn_on=date(2026, 12, 31)),
    "what a village filled in": local_rule,
}


@pytest.mark.parametrize("what", TO_ORDERS)
def test_orders_are_kept_as_long_as_nothing_of_them_changes(office: Office, what: str) -> None:
    [person, *_] = an_office(office, "general")
    with office.store.read() as connection:
        [step] = connection.scalars(select(Step.id))
        first = orders.read(connection, office.campaign, step)
        assert orders.read(connection, office.campaign, step, first) is first
    with office.store.begin() as connection:
        TO_ORDERS[what](office, connection, person)
    with office.store.read() as connection:
        kept = orders.read(connection, office.campaign, step, first)
        anew = orders.read(connection, office.campaign, step)
    assert kept is not first
    assert kept.basis == anew.basis
