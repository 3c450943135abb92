"""The change detector: what it proposes, that it says nothing twice, and what an officer makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences.proposals import service as proposals
from outreach.audiences.proposals.schemas import ProposalView
from outreach.campaigns import follow_up, queries, service
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.audiences import Proposal, ProposalPerson
from outreach.models.campaigns import AudienceMember
from outreach.models.people import Person
from outreach.models.policies import Policy, PolicyList, Reach
from outreach.policies import leaving
from outreach.policies import service as policies
from outreach.runtime.sweep import look_for_changes
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import COUNTY, EAST, TODAY, WEST

ZONE = ZoneInfo("Asia/Shanghai")


class Desk:
    """The town from day to day: one policy from 80, one up to 3."""

    def __init__(self, store: Store, vault: Vault, held: clock.fixed) -> None:
        self.store, self.vault, self.held = store, vault, held
        with store.begin() as connection:
            town.build(connection, vault)
            connection.execute(delete(Person))
            aged = {"rule": {"all": [{"field": "age", "op": ">=", "value": 80}]}}
            town.load(
                connection,
                {
                    **town.CHECK,
                    "id": "aged",
                    "official_name": "高龄津贴",
                    "plain_name": "高龄津贴",
                    **aged,
                },
            )
            town.write_text(connection, "sms/zh-Hans/aged", town.SMS)
            young = {"rule": {"all": [{"field": "age", "op": "<", "value": 3}]}}
            town.load(
                connection,
                {
                    **town.CHECK,
                    "id": "baby",
                    "official_name": "育儿补贴",
                    "plain_name": "育儿补贴",
                    **young,
                },
            )

    def person(self, name: str, **facts: Any) -> int:
        with self.store.begin() as connection:
            now = clock.now()
            given = {"needs": name, "created_at": now, "updated_at": now, **facts}
            return town.add_person(connection, self.vault, **given)

    def look(self, days: int = 0, since: date | None = None) -> list[int]:
        """Go on some days, and look at everything."""
        self.held.advance(days=days)
        terms = proposals.Terms(clock.today(ZONE), ZONE, COUNTY, since)
        return proposals.find(self.store, terms)

    def shown(self, state: str = "") -> list[ProposalView]:
        with self.store.read() as connection:
            return proposals.everything(connection, Scope(), state)

    def one(self, kind: str, policy: str = "aged") -> dict[str, str]:
        """Name → reason, of the newest proposal of a kind."""
        with self.store.read() as connection:
            number = connection.scalar(
                select(func.max(Proposal.id))
                .join(Policy)
                .where(Proposal.kind == kind, Policy.ref == policy)
            )
            rows = connection.execute(
                select(Person.needs, ProposalPerson.why)
                .join(Person, Person.id == ProposalPerson.person_id)
                .where(ProposalPerson.proposal_id == number)
            )
            return {row[0]: row[1] for row in rows}


@pytest.fixture
def desk(store: Store, vault: Vault) -> Iterator[Desk]:
    with ExitStack() as stack:
        held = stack.enter_context(clock.fixed(town.MORNING))
        yield Desk(store, vault, held)


def test_the_first_look_compares_with_nothing(desk: Desk) -> None:
    desk.person("old", birth=date(1930, 1, 1))
    assert desk.look() == []
    assert desk.shown() == []


def test_a_birthday_is_proposed_once(desk: Desk) -> None:
    desk.person("turns 80", birth=date(1946, 11, 24))
    desk.look()
    (number,) = desk.look(days=1)
    (view,) = desk.shown()
    assert (view.id, view.policy, view.kind, view.people, dict(view.why)) == (
        number, "aged", "eligible", 1, {"birthday": 1},
    )  # fmt: skip
    assert (view.since, view.on, view.state) == (TODAY, TODAY + timedelta(days=1), "open")
    assert desk.look() == []
    assert desk.look(days=1) == []
    assert desk.look(since=TODAY) == []
    assert len(desk.shown()) == 1


def test_days_that_were_missed_are_made_up_for(desk: Desk) -> None:
    for day in (25, 27, 30):
        desk.person(f"turns on {day}", birth=date(1946, 11, day))
    desk.look()
    assert len(desk.look(days=10)) == 1
    assert desk.one("eligible") == {f"turns on {day}": "birthday" for day in (25, 27, 30)}


def test_an_open_proposal_grows_and_a_decided_one_does_not(desk: Desk) -> None:
    desk.person("first", birth=date(1946, 11, 24))
    desk.person("second", birth=date(1946, 11, 25))
    desk.person("third", birth=date(1946, 11, 26))
    desk.look()
    (one,) = desk.look(days=1)
    assert desk.look(days=1) == [one]
    assert desk.one("eligible") == {"first": "birthday", "second": "birthday"}
    with desk.store.begin() as connection:
        proposals.dismiss(connection, one, "zhou", "村里已经通知")
    (other,) = desk.look(days=1)
    assert other != one
    assert desk.one("eligible") == {"third": "birthday"}
    assert [view.state for view in desk.shown()] == ["open", "dismissed"]
    assert desk.look() == []


def test_what_is_dismissed_does_not_come_back_on_the_same_day(desk: Desk) -> None:
    desk.person("first", birth=date(1946, 11, 24))
    desk.look()
    (one,) = desk.look(days=1)
    with desk.store.begin() as connection:
        proposals.dismiss(connection, one, "zhou", "不发")
    assert desk.look(since=TODAY) == []


def test_a_changed_rule_is_a_proposal_of_its_own(desk: Desk) -> None:
    desk.person("70", birth=date(1956, 1, 1))
    desk.person("turns 80", birth=date(1946, 11, 25))
    desk.look()
    desk.look(days=1)
    with desk.store.begin() as connection:
        wider = {"rule": {"all": [{"field": "age", "op": ">=", "value": 70}]}}
        town.load(
            connection,
            {
                **town.CHECK,
                "id": "aged",
                "official_name": "高龄津贴",
                "plain_name": "高龄津贴",
                **wider,
            },
        )
    assert len(desk.look(days=1)) == 2
    assert desk.one("rule") == {"70": "rule"}
    assert desk.one("eligible") == {"turns 80": "birthday"}
    (view,) = [view for view in desk.shown() if view.kind == "rule"]
    assert view.version == 2


def test_new_entries_are_followed_up_where_a_campaign_is_out(desk: Desk) -> None:
    """Product §6: the audience is closed at submit; who comes later becomes a proposed follow-up."""
    with desk.store.begin() as connection:
        town.add_person(connection, desk.vault, "+8613800000001", birth=date(1930, 1, 1))
    desk.look()
    desk.person("before the campaign", birth=date(1931, 1, 1))
    assert desk.look(days=1) == []
    with desk.store.begin() as connection:
        service.create(connection, town.order(policies=["aged"]), "gan")
        service.submit(connection, "winter", "gan", clock.today(ZONE))
    desk.held.advance(days=1)
    desk.person("newcomer", birth=date(1932, 1, 1))
    desk.person("of no age", birth=None)
    (number,) = desk.look(days=1)
    assert desk.one("eligible") == {"newcomer": "new"}
    with desk.store.read() as connection:
        view = proposals.get(connection, number)
        assert proposals.campaigns_out(connection, view) == [("winter", "冬季告知")]
        audience = select(AudienceMember.person_id)
        both = select(ProposalPerson).where(ProposalPerson.person_id.in_(audience))
        assert connection.execute(both).first() is None


def test_a_campaign_from_before_the_first_look_counts_from_its_submission(desk: Desk) -> None:
    with desk.store.begin() as connection:
        town.add_person(connection, desk.vault, "+8613800000001", birth=date(1930, 1, 1))
        service.create(connection, town.order(policies=["aged"]), "gan")
        service.submit(connection, "winter", "gan", TODAY)
    desk.held.advance(days=1)
    desk.person("newcomer", birth=date(1932, 1, 1))
    desk.person("turned 80", birth=date(1946, 11, 25), created_at=datetime(2026, 1, 1, tzinfo=ZONE))
    assert len(desk.look(days=3)) == 1
    assert desk.one("eligible") == {"newcomer": "new", "turned 80": "birthday"}


def test_the_last_30_days(desk: Desk) -> None:
    desk.person("last day", birth=date(2023, 11, 24))
    desk.person("day 30", birth=date(2023, 12, 24))
    desk.person("day 31", birth=date(2023, 12, 25))
    applied = desk.person("has applied", birth=date(2023, 12, 1))
    with desk.store.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "baby")).one()
        fact = {"policy_id": policy, "person_id": applied, "fact": "applied", "on": TODAY}
        connection.execute(insert(Reach).values(**fact))
    (number,) = desk.look()
    assert desk.one("ending", "baby") == {
        "last day": "ending-unlisted",
        "day 30": "ending-unlisted",
    }
    with desk.store.begin() as connection:
        proposals.dismiss(connection, number, "zhou", "村里去说")
        listed = {
            "policy_id": policy, "fact": "applied", "region": "", "cut_off": TODAY, "rows": 9, "unmatched": 0,
            "source": "卫健局", "at": clock.now(),
        }  # fmt: skip
        connection.execute(insert(PolicyList).values(**listed))
    (other,) = desk.look(days=1)
    assert other != number
    assert desk.one("ending", "baby") == {"day 31": "ending"}


def test_who_was_told_hears_that_a_policy_has_ended(desk: Desk) -> None:
    told, dead = desk.person("told", birth=date(1990, 1, 1)), desk.person("dead", status="deceased")
    desk.person("not told", birth=date(1930, 1, 1))
    with desk.store.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "aged")).one()
        for person in (told, dead):
            fact = {"policy_id": policy, "person_id": person, "fact": "delivered", "on": TODAY}
            connection.execute(insert(Reach).values(**fact))
    desk.look()
    with desk.store.begin() as connection:
        leaving.withdraw(connection, "aged", leaving.Exit(TODAY + timedelta(days=1)), "zhou", TODAY)
    settings = Settings(region=COUNTY)
    assert "ended" not in {view.kind for view in desk.shown()}
    desk.held.advance(days=1)
    with desk.store.begin() as connection:
        leaving.retire_due(connection, clock.today(ZONE))
        assert "aged" in proposals.due(connection, clock.today(ZONE))
    assert look_for_changes(desk.store, settings) == "aged"
    assert desk.one("ended") == {"told": "told"}
    (view,) = [view for view in desk.shown() if view.kind == "ended"]
    with desk.store.begin() as connection:
        assert follow_up.accept(connection, view.id, "zhou", COUNTY, TODAY) == ""
        assert proposals.get(connection, view.id).state == "accepted"
        assert "aged" not in proposals.due(connection, clock.today(ZONE))
    assert desk.look(days=40) == []


def tell(desk: Desk, name: str) -> int:
    """Somebody who was told of the allowance."""
    person = desk.person(name, birth=date(1990, 1, 1))
    with desk.store.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "aged")).one()
        fact = {"policy_id": policy, "person_id": person, "fact": "delivered", "on": TODAY}
        connection.execute(insert(Reach).values(**fact))
    return person


@pytest.mark.parametrize("ago", [0, 3])
def test_a_policy_that_is_ended_after_the_look_of_the_day_is_looked_at_once_more(
    desk: Desk, ago: int
) -> None:
    """The sweep has looked this morning; the officer ends the policy as of today, or of days ago."""
    settings = Settings(region=COUNTY)
    tell(desk, "told")
    desk.look()
    today = clock.today(ZONE)
    with desk.store.begin() as connection:
        over = leaving.Exit(today - timedelta(days=ago))
        leaving.withdraw(connection, "aged", over, "zhou", today)
    assert look_for_changes(desk.store, settings) == "aged"
    assert desk.one("ended") == {"told": "told"}
    assert look_for_changes(desk.store, settings) == ""
    desk.held.advance(days=1)
    assert "aged" not in [look_for_changes(desk.store, settings) for _ in range(4)]


def test_a_policy_that_ended_and_of_which_nobody_was_told_is_not_looked_at_for_ever(
    desk: Desk,
) -> None:
    settings = Settings(region=COUNTY)
    desk.look()
    today = clock.today(ZONE)
    with desk.store.begin() as connection:
        leaving.withdraw(connection, "aged", leaving.Exit(today), "zhou", today)
    assert look_for_changes(desk.store, settings) in ("aged", "")
    assert look_for_changes(desk.store, settings) == ""
    assert [view.kind for view in desk.shown()] == []


def test_who_stands_on_the_list_of_a_campaign_of_these_days_is_not_proposed_too(
    desk: Desk,
) -> None:
    """The list was closed after the import of the same day: it has them already."""
    desk.look()
    desk.held.advance(days=1)
    with desk.store.begin() as connection:
        before = datetime(2026, 1, 1, tzinfo=ZONE)
        known = {"created_at": before, "birth": date(1946, 11, 24)}
        listed = town.add_person(connection, desk.vault, "+8613800000001", **known)
        service.create(connection, town.order(policies=["aged"]), "gan")
        service.submit(connection, "winter", "gan", clock.today(ZONE))
        assert listed in set(connection.scalars(select(AudienceMember.person_id)))
    desk.person("later", birth=date(1946, 11, 25), created_at=before)
    desk.look(days=1)
    assert desk.one("eligible") == {"later": "birthday"}


# -- the daily sweep -------------------------------------------------------------------------------


def test_the_sweep_takes_one_policy_at_a_time_and_each_once_a_day(desk: Desk) -> None:
    settings = Settings(region=COUNTY)
    looked = [look_for_changes(desk.store, settings) for _ in range(6)]
    assert looked == ["aged", "baby", "check", "insure", "", ""]
    desk.held.advance(days=1)
    assert look_for_changes(desk.store, settings) == "aged"


def test_a_policy_that_cannot_be_looked_at_does_not_hold_the_others_up(desk: Desk) -> None:
    from outreach.models.policies import PolicyVersion

    with desk.store.begin() as connection:
        mine = select(Policy.id).where(Policy.ref == "aged").scalar_subquery()
        bad = {"all": [{"field": "age", "op": "~", "value": 80}]}
        connection.execute(
            update(PolicyVersion).where(PolicyVersion.policy_id == mine).values(rule=bad)
        )
    settings = Settings(region=COUNTY)
    assert [look_for_changes(desk.store, settings) for _ in range(2)] == ["aged", "baby"]


# -- deciding --------------------------------------------------------------------------------------


def proposed(desk: Desk) -> int:
    for name, village in (("east", EAST), ("west", WEST)):
        desk.person(name, birth=date(1946, 11, 24), region=village)
    desk.person("was already", birth=date(1930, 1, 1))
    desk.look()
    (number,) = desk.look(days=1)
    return number


def test_an_accepted_proposal_is_a_draft_for_exactly_these_people(desk: Desk) -> None:
    number = proposed(desk)
    with desk.store.begin() as connection:
        ref = follow_up.accept(connection, number, "zhou", COUNTY, clock.today(ZONE))
        campaign = service.get(connection, ref)
        assert (campaign["status"], campaign["created_by"], campaign["region"]) == (
            "draft",
            "zhou",
            COUNTY,
        )
        assert campaign["title"] == "高龄津贴·新符合的人"
        assert [step["channel"] for step in queries.steps(connection, campaign["id"])] == [
            "sms",
            "flyer",
        ]
        view = proposals.get(connection, number)
        assert (view.state, view.campaign, view.by) == ("accepted", ref, "zhou")
        service.submit(connection, ref, "zhou", clock.today(ZONE))
        members = connection.scalars(
            select(Person.needs).join(AudienceMember, AudienceMember.person_id == Person.id)
        )
        assert sorted(members) == ["east", "west"]
        with pytest.raises(Conflict):
            follow_up.accept(connection, number, "zhou", COUNTY, TODAY)
        with pytest.raises(Conflict):
            proposals.dismiss(connection, number, "zhou", "不发")


def test_who_has_lost_the_right_meanwhile_is_not_taken(desk: Desk) -> None:
    number = proposed(desk)
    with desk.store.begin() as connection:
        connection.execute(update(Person).where(Person.needs == "west").values(status="moved"))
        ref = follow_up.accept(connection, number, "zhou", COUNTY, clock.today(ZONE))
        service.submit(connection, ref, "zhou", clock.today(ZONE))
        members = select(Person.needs).join(AudienceMember, AudienceMember.person_id == Person.id)
        assert list(connection.scalars(members)) == ["east"]


def test_no_needs_a_reason_and_stands_in_the_log(desk: Desk) -> None:
    number = proposed(desk)
    with desk.store.begin() as connection:
        with pytest.raises(Invalid):
            proposals.dismiss(connection, number, "zhou", "  ")
        proposals.dismiss(connection, number, "zhou", "村里已经通知")
        assert proposals.get(connection, number).note == "村里已经通知"
        with pytest.raises(Missing):
            proposals.get(connection, 99)
        line = connection.execute(
            select(AuditEntry.by, AuditEntry.detail).where(AuditEntry.thing == f"proposal:{number}")
        ).one()
        assert line.by == "zhou"
        assert (line.detail["state"], line.detail["people"]) == ("dismissed", 2)


def test_a_village_sees_its_own_part(desk: Desk) -> None:
    number = proposed(desk)
    with desk.store.read() as connection:
        assert proposals.get(connection, number, Scope(EAST)).people == 1
        assert proposals.places(connection, number, Scope(), 12) == [(EAST, 1), (WEST, 1)]
        assert proposals.everything(connection, Scope("600199")) == []
        with pytest.raises(Missing):
            proposals.get(connection, number, Scope("600199"))


def test_a_proposal_is_about_one_policy(desk: Desk) -> None:
    number = proposed(desk)
    with desk.store.begin() as connection:
        for policies_, error in ((["baby"], Invalid), (["aged", "baby"], Invalid)):
            with pytest.raises(error):
                service.create(connection, town.order(policies=policies_, proposal=number), "gan")
        with pytest.raises(Missing):
            service.create(connection, town.order(policies=["aged"], proposal=99), "gan")
        assert policies.get(connection, "aged").number == 1


@pytest.mark.parametrize("key", ["segment", "proposal"])
@pytest.mark.parametrize("value", ["x' OR 1=1", ["a"], True, 1.5, -1])
def test_a_campaign_names_them_plainly(key: str, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        town.order(**{key: value})
    assert caught.value.params["key"] == key
