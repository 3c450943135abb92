"""From rows to alerts: what is kept is read, opened once, brought up to date, ended; nothing in it names a person."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.campaigns import schedule
from outreach.deliveries import funnel, halting
from outreach.deliveries.outgoing import purse
from outreach.errors import Missing
from outreach.models.alerts import Alert
from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import (
    Account,
    Counter,
    Delivery,
    DeliveryAgain,
    Funnel,
    FunnelDelta,
)
from outreach.models.people import CompleteList, Person
from outreach.models.policies import Policy, PolicyList, PolicyVerification
from outreach.models.signals import HotlineWeek
from outreach.reach.opinions import service as opinions
from outreach.reach.opinions.schemas import NewOpinion
from outreach.reports.alerts import limits, service
from outreach.reports.alerts.looking import Terms
from outreach.reports.alerts.schemas import AlertView
from outreach.reports.counted import service as counts
from outreach.store import Store
from outreach.vault import Vault
from tests import town

COUNTY = Scope(town.COUNTY)
LATER = town.MORNING + timedelta(hours=25)


@pytest.fixture
def office(store: Store, vault: Vault) -> Store:
    """A campaign whose text messages were planned an hour more than a day ago."""
    with clock.fixed(town.MORNING):
        with store.begin() as connection:
            town.build(connection, vault)
            town.released(connection)
        schedule.tick(store.begin, town.ZONE)
    return store


def terms(store: Store, *, reporting: bool = True) -> Terms:
    with store.read() as connection:
        every = frozenset(connection.scalars(select(Account.id)))
    return Terms(limits.read(), town.ZONE, town.COUNTY, every if reporting else frozenset())


def counted(store: Store, **states: int) -> None:
    """What the kept counts say of the campaign's text messages."""
    with store.begin() as connection:
        step = connection.execute(select(Step.id, Step.campaign_id)).one()
        for table in (Funnel, FunnelDelta):
            connection.execute(delete(table))
        for state, n in states.items():
            row = {
                "campaign_id": step.campaign_id, "step_id": step.id, "village": town.EAST, "age_band": "", "language": "",
                "state": state, "n": n,
            }  # fmt: skip
            connection.execute(insert(Funnel).values(**row))


def check(store: Store, at: datetime = LATER, **more: Any) -> service.Checked:
    with clock.fixed(at):
        done = service.check(store, terms(store, **more))
    assert done is not None
    return done


def kinds(store: Store, scope: Scope = COUNTY) -> list[str]:
    return [one.kind for one in open_(store, scope)]


def open_(store: Store, scope: Scope = COUNTY) -> list[AlertView]:
    with store.read() as connection:
        return service.open_alerts(connection, scope)


def test_it_is_opened_once_kept_up_to_date_and_ends_by_itself(office: Store) -> None:
    counted(office, delivered=70, undelivered=30)
    assert check(office) == service.Checked(1, 0, 0, 1)
    assert check(office) == service.Checked(0, 0, 0, 1)
    [before] = open_(office)
    assert (before.kind, before.thing, before.region) == ("delivery_low", "campaign:winter/1", town.COUNTY)  # fmt: skip
    counted(office, delivered=75, undelivered=25)
    check(office, LATER + timedelta(minutes=1))
    [now] = open_(office)
    assert (now.id, now.opened_at, now.params["percent"]) == (before.id, LATER, 75.0)
    counted(office, delivered=90, undelivered=10)
    assert check(office, LATER + timedelta(minutes=2)).ended == 1
    assert open_(office) == []
    with office.read() as connection, clock.fixed(LATER + timedelta(minutes=3)):
        [over] = service.ended_alerts(connection, COUNTY)
    assert (over.id, over.ended_at) == (before.id, LATER + timedelta(minutes=2))


def test_what_comes_back_soon_is_the_same_alert_and_later_a_new_one(office: Store) -> None:
    def low(at: datetime) -> int:
        counted(office, delivered=70, undelivered=30)
        check(office, at)
        [one] = open_(office)
        counted(office, delivered=90, undelivered=10)
        check(office, at + timedelta(minutes=1))
        return one.id

    first = low(LATER)
    assert low(LATER + timedelta(hours=11)) == first
    assert low(LATER + timedelta(hours=24)) != first


def test_without_receipts_from_a_carrier_nothing_is_said_of_arrivals(office: Store) -> None:
    counted(office, accepted=100)
    assert check(office, reporting=False).lasting == 0
    check(office)
    assert kinds(office) == ["zero_delivered"]


def test_a_step_whose_failures_rise_says_so_until_the_next_whole_stretch_is_good(
    office: Store,
) -> None:
    at = town.MORNING + timedelta(hours=3)
    counted(office, delivered=980, undelivered=20)
    assert check(office, at).lasting == 0
    counted(office, delivered=1_010, undelivered=40)
    check(office, at + timedelta(minutes=30))
    assert kinds(office) == ["bounce_spike"]
    counted(office, delivered=1_060, undelivered=60)
    check(office, at + timedelta(hours=2))
    assert kinds(office) == ["bounce_spike"]
    check(office, at + timedelta(hours=3))  # nothing new: it lasts
    assert kinds(office) == ["bounce_spike"]
    counted(office, delivered=1_200, undelivered=61)
    check(office, at + timedelta(hours=4))
    assert kinds(office) == []


def test_opt_outs_are_read_from_what_halting_counts(office: Store) -> None:
    with office.begin() as connection:
        step = connection.scalars(select(Step.id)).one()
        halting.note(connection, {(step, halting.ANSWERED): 500, (step, halting.OPTED_OUT): 3})
    check(office, reporting=False)
    [one] = open_(office)
    assert (one.kind, one.params["n"], one.params["of"]) == ("opt_out", 3, 500)


def test_money_a_day_and_deliveries_that_wait_for_a_person(office: Store) -> None:
    with office.begin() as connection:
        campaign = connection.scalars(select(Campaign.id)).one()
        account = connection.scalars(select(Account.id).where(Account.channel == "sms")).one()
        connection.execute(
            update(Account).where(Account.id == account).values(options={"daily": 100})
        )
        rows = [
            {"name": purse(campaign), "n": 9_500},
            {"name": f"day:{account}:2026-11-24", "n": 95},
        ]
        connection.execute(insert(Counter), rows)
        delivery = connection.scalars(select(Delivery.id).order_by(Delivery.id)).first()
        again = {
            "delivery_id": delivery,
            "account_id": account,
            "due_at": LATER,
            "reason": "ask",
            "looks": 0,
        }
        connection.execute(insert(DeliveryAgain).values(**again, lease_no=0))
    check(office)
    found = {one.kind: one.params for one in open_(office)}
    assert set(found) == {"unknown_waiting", "budget", "quota"}
    assert (found["budget"]["spent"], found["budget"]["budget"]) == (95.0, 100.0)
    assert found["unknown_waiting"]["n"] == 1


def test_a_campaign_that_ended_without_anybody_is_looked_at_for_two_weeks(office: Store) -> None:
    with office.begin() as connection:
        connection.execute(update(Campaign).values(status="finished", ended_at=LATER))
        for table in (Funnel, FunnelDelta):
            connection.execute(delete(table))
    check(office)
    assert kinds(office) == ["finished_empty"]
    check(office, LATER + timedelta(days=15))
    assert kinds(office) == []


def test_days_of_policies_and_lists(office: Store) -> None:
    with office.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "check")).one()
        connection.execute(update(PolicyVerification).values(at=LATER - timedelta(days=400)))
        listed = {
            "circumstance": "income.dibao", "region": town.COUNTY, "on": date(2026, 10, 1),
            "expires_on": date(2026, 11, 1), "source": "民政局",
        }  # fmt: skip
        connection.execute(insert(CompleteList).values(**listed))
        of_policy = {
            "policy_id": policy, "fact": "applied", "region": town.COUNTY, "cut_off": date(2026, 11, 20), "rows": 100,
            "unmatched": 6, "source": "卫健局", "at": LATER,
        }  # fmt: skip
        connection.execute(insert(PolicyList).values(**of_policy))
    check(office)
    assert kinds(office) == ["policy_old", "policy_old", "list_estimate", "list_expired"]
    with office.begin() as connection:
        connection.execute(insert(CompleteList).values(**{**listed, "on": date(2026, 11, 20), "expires_on": None}))  # fmt: skip
        connection.execute(insert(PolicyList).values(**{**of_policy, "cut_off": date(2026, 11, 21), "unmatched": 5}))  # fmt: skip
    check(office)
    assert not {"list_estimate", "list_expired"} & set(kinds(office))


def test_people_whom_no_channel_reaches(office: Store, vault: Vault) -> None:
    with office.begin() as connection:
        connection.execute(update(Person).values(phone_kind="", phone_closed=True))
        for _ in range(6):
            town.add_person(connection, vault)
    with clock.fixed(town.MORNING):
        with office.begin() as connection:
            town.released(connection, id="again", title="第二次")
        schedule.tick(office.begin, town.ZONE)
    check(office, town.MORNING + timedelta(minutes=5))
    assert "no_channel" not in kinds(office)  # a later step may reach them
    with office.begin() as connection:
        connection.execute(update(Campaign).values(status="finished", ended_at=town.MORNING))
    check(office, town.MORNING + timedelta(minutes=6))
    found = [one for one in open_(office) if one.kind == "no_channel"]
    assert found
    assert all(one.params["n"] * 20 > one.params["of"] for one in found)


def test_opinions_that_wait_are_said_by_town_and_calls_by_policy(
    office: Store, vault: Vault
) -> None:
    with clock.fixed(datetime(2026, 11, 12, 2, tzinfo=UTC)), office.begin() as connection:
        for region in (town.EAST, town.WEST, "600101102001"):
            opinions.say(connection, vault, NewOpinion("door", "太远", region=region, by="wu"))
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "check")).one()
        for weeks, calls in enumerate((40, 9, 10, 11, 12)):
            row = {
                "policy_id": policy, "topic": "", "region": town.COUNTY, "week": date(2026, 11, 16) - timedelta(weeks=weeks),
                "calls": calls, "source": "", "by": "test", "at": LATER,
            }  # fmt: skip
            connection.execute(insert(HotlineWeek).values(**row))
    check(office)
    every = {(one.kind, one.thing) for one in open_(office)}
    assert every == {
        ("opinions_overdue", f"opinions:{town.TOWN}"), ("opinions_overdue", "opinions:600101102"), ("hotline_spike", "policy:check"),
    }  # fmt: skip
    assert kinds(office, Scope(town.TOWN)) == ["opinions_overdue", "hotline_spike"]
    assert kinds(office, Scope("600102")) == []


def test_calls_of_a_county_and_of_its_towns_are_counted_once(office: Store) -> None:
    with office.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "check")).one()
        for weeks in range(5):
            for region in (town.COUNTY, town.TOWN, town.EAST)[: 3 if weeks == 0 else 1]:
                row = {
                    "policy_id": policy, "topic": "", "region": region, "week": date(2026, 11, 16) - timedelta(weeks=weeks),
                    "calls": 20, "source": "", "by": "test", "at": LATER,
                }  # fmt: skip
                connection.execute(insert(HotlineWeek).values(**row))
    check(office)
    assert kinds(office) == []


def test_a_clock_that_was_set_back_does_not_end_the_looking(office: Store) -> None:
    def due(at: datetime) -> bool:
        with clock.fixed(at):
            return service.check(office, terms(office), due_only=True) is not None

    assert due(LATER + timedelta(days=365))
    assert due(LATER)
    assert not due(LATER + timedelta(minutes=1))


def test_seen_is_noted_once_and_only_by_whom_it_concerns(office: Store) -> None:
    counted(office, accepted=100)
    check(office)
    [one] = open_(office)
    with office.begin() as connection, clock.fixed(LATER):
        with pytest.raises(Missing):
            service.seen(connection, Scope("600102"), one.id, "li")
        assert service.seen(connection, COUNTY, one.id, "gan")
        assert not service.seen(connection, COUNTY, one.id, "li")
    check(office)
    [after] = open_(office)
    assert (after.id, after.seen_by, after.seen_at) == (one.id, "gan", LATER)


def test_a_part_that_cannot_be_read_ends_nothing(
    office: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.errors import Invalid
    from outreach.reports.alerts import rules

    counted(office, accepted=100)
    check(office)

    def broken(*_: object) -> None:
        raise Invalid("alerts.unknown", alert=0)

    monkeypatch.setattr(rules, "OF_STEPS", (broken,))
    assert check(office) == service.Checked(0, 0, 0, 1)
    assert kinds(office) == ["zero_delivered"]


def test_several_machines_that_look_at_once_open_one_alert(office: Store) -> None:
    counted(office, accepted=100)
    found = terms(office)
    with clock.fixed(LATER):
        threads = [threading.Thread(target=service.check, args=(office, found)) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    with office.read() as connection:
        assert len(connection.scalars(select(Alert.id)).all()) == 1


def test_it_is_looked_at_every_ten_minutes_by_one_machine(office: Store) -> None:
    found = terms(office)
    with clock.fixed(LATER) as now:
        looked = [service.check(office, found, due_only=True) is not None for _ in range(2)]
        now.advance(minutes=9, seconds=59)
        looked.append(service.check(office, found, due_only=True) is not None)
        now.advance(seconds=1)
        looked.append(service.check(office, found, due_only=True) is not None)
    assert looked == [True, False, False, True]


def test_no_look_goes_through_deliveries(office: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is read: the table of deliveries is joined only from the short list of what waits for a person."""
    from sqlalchemy import event

    monkeypatch.setattr(counts, "small", lambda _connection: False)
    counted(office, delivered=70, undelivered=30)
    with office.begin() as connection:
        funnel.fold(connection)
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(office.reader, "before_cursor_execute", note)
    try:
        check(office)
    finally:
        event.remove(office.reader, "before_cursor_execute", note)
    assert any("FROM funnel" in one for one in asked)
    through = re.compile(r"delivery_state|FROM (delivery|attempt|outcome|delivery_subject)\b")
    assert [one for one in asked if through.search(one)] == []
