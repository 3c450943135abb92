"""Who asks whom, who has also told, and how far it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from outreach import clock
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign, Firing, Step
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Person
from outreach.models.policies import Policy
from outreach.models.surveys import Respondent, Survey
from outreach.models.work import HelperHousehold, Word
from outreach.store import Store
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.assigning import assign, interviewers, packs
from outreach.surveys.fieldwork.progress import progress
from outreach.surveys.fieldwork.service import messengers
from outreach.surveys.fieldwork.taking import take
from outreach.vault import Vault
from tests.surveys.county import TODAY, VILLAGE
from tests.surveys.fieldwork.field import (
    LI,
    OTHER_VILLAGE,
    QIAN,
    REF,
    SUN,
    build,
    entry,
    rows,
)


@pytest.fixture
def field(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        build(connection, vault)
    return store


def assigned(connection: Connection) -> dict[int, str]:
    return {number: row["assigned"] for number, row in rows(connection).items()}


def test_people_of_a_village_are_handed_to_an_account(field: Store) -> None:
    with field.begin() as connection:
        done = assign(connection, REF, QIAN, [VILLAGE], by=LI)
        assert (done.people, done.kept, done.told, done.name) == (4, 0, (), "qian某")
        assert assign(connection, REF, SUN, [OTHER_VILLAGE], by=LI).people == 4
        found = assigned(connection)
        last = connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert [found[number] for number in range(1, 11)] == [QIAN] * 4 + [SUN] * 4 + ["", ""]
    assert last is not None
    assert last.detail == {"to": SUN, "people": 4}


def test_a_whole_town_and_single_numbers_work_too_and_can_be_taken_back(field: Store) -> None:
    with field.begin() as connection:
        assert assign(connection, REF, QIAN, ["990101101"]).people == 8
        assert assign(connection, REF, SUN, numbers=[2, 3, 77]).people == 2
        assert assign(connection, REF, "", numbers=[3]).people == 1
        assert [assigned(connection)[number] for number in (1, 2, 3)] == [QIAN, SUN, ""]


def test_whoever_was_interviewed_stays_with_whom_they_were(field: Store) -> None:
    with field.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
        take(connection, REF, [entry(1)], QIAN, TODAY)
        done = assign(connection, REF, SUN, [VILLAGE])
        assert (done.people, done.kept) == (3, 1)
        assert assigned(connection)[1] == QIAN


@pytest.mark.parametrize(
    ("account", "villages", "error", "code"),
    [
        ("nobody", [VILLAGE], Missing, "fieldwork.no_interviewer"),
        ("wei", [VILLAGE], Missing, "fieldwork.no_interviewer"),
        (QIAN, ["110101001001"], Invalid, "fieldwork.nobody_there"),
        (QIAN, [], Invalid, "fieldwork.nobody_there"),
    ],
    ids=["no account", "a worker", "another county", "no place"],
)
def test_a_wrong_order_is_refused(
    field: Store, account: str, villages: list[str], error: type[Exception], code: str
) -> None:
    with field.begin() as connection:
        with pytest.raises(error) as problem:
            assign(connection, REF, account, villages)
        assert set(assigned(connection).values()) == {""}
    assert getattr(problem.value, "code", "") == code


def test_a_closed_survey_is_handed_to_nobody(field: Store) -> None:
    with field.begin() as connection:
        connection.execute(update(Survey).values(closed_at=clock.now()))
        with pytest.raises(Conflict):
            assign(connection, REF, QIAN, [VILLAGE])


def test_accounts_that_may_interview_begin_with_interviewers(field: Store) -> None:
    with field.read() as connection:
        assert list(interviewers(connection)) == [QIAN, SUN, LI]
    assert packs([SUN, "", QIAN, SUN]) == {QIAN: 1, SUN: 2}


# -- messengers ---------------------------------------------------------------------------------------


def visited(connection: Connection, person: int, by: str, *, kind: str = "household") -> int:
    """Somebody ticked a delivery about the policy to a person's household; the row number of the word."""
    moment = clock.now()
    name = f"c{person}{by}{kind}"
    campaign = connection.execute(
        insert(Campaign).values(ref=name, title="冬", created_by="o", created_at=moment).returning(Campaign.id)
    ).scalar_one()  # fmt: skip
    step = connection.execute(
        insert(Step).values(campaign_id=campaign, number=1, channel="visit").returning(Step.id)
    ).scalar_one()
    firing = connection.execute(
        insert(Firing).values(step_id=step, due_at=moment, fired_at=moment).returning(Firing.id)
    ).scalar_one()  # fmt: skip
    row = {"campaign_id": campaign, "step_id": step, "firing_id": firing, "kind": kind, "addressee": person}  # fmt: skip
    delivery = connection.execute(insert(Delivery).values(**row).returning(Delivery.id)).scalar_one()  # fmt: skip
    policy = connection.scalars(select(Policy.id)).first()
    subject = {"delivery_id": delivery, "person_id": person, "policy_id": policy}
    connection.execute(insert(DeliverySubject).values(**subject))
    word = {"delivery_id": delivery, "no": 1, "word": "told", "by": by, "at": moment}
    return int(connection.execute(insert(Word).values(**word).returning(Word.id)).scalar_one())


def looks_after(connection: Connection, person: int, helper: str) -> None:
    home = connection.scalar(select(Person.household_id).where(Person.id == person))
    row = {"household_id": home, "helper": helper, "since": TODAY, "by": LI}
    connection.execute(insert(HelperHousehold).values(**row))


def test_whoever_told_is_named_at_the_assignment_and_in_progress(field: Store) -> None:
    with field.begin() as connection:
        person = {number: row["person_id"] for number, row in rows(connection).items()}
        visited(connection, person[1], QIAN)
        looks_after(connection, person[2], QIAN)
        visited(connection, person[3], "wei")
        visited(connection, person[4], QIAN, kind="group")  # a post told nobody in person
        assert messengers(connection, REF) == ()
        assert assign(connection, REF, QIAN, [VILLAGE]).told == (1, 2)
        take(connection, REF, [entry(2)], QIAN, TODAY)
        (one,) = messengers(connection, REF)
        assert progress(connection, REF).messengers == (one,)
    assert (one.account, one.name, one.numbers, one.interviewed) == (QIAN, "qian某", (1, 2), (2,))
    assert "换人访问" in one.sentence()


def test_a_word_that_was_taken_back_told_nobody(field: Store) -> None:
    with field.begin() as connection:
        word = visited(connection, rows(connection)[1]["person_id"], QIAN)
        gone = {"undone_at": clock.now(), "undone_by": QIAN}
        connection.execute(update(Word).where(Word.id == word).values(gone))
        assert assign(connection, REF, QIAN, [VILLAGE]).told == ()


def test_a_relative_who_was_told_counts_and_a_name_on_a_sheet_is_known(field: Store) -> None:
    with field.begin() as connection:
        first = rows(connection)[1]
        home = connection.scalar(select(Person.household_id).where(Person.id == first["person_id"]))
        relative = rows(connection)[8]["person_id"]
        connection.execute(update(Person).where(Person.id == relative).values(household_id=home))  # fmt: skip
        visited(connection, relative, "wei")
        said = {"disposition": "completed", "interviewer": "wei某"}
        connection.execute(update(Respondent).where(Respondent.number == 1).values(said))  # fmt: skip
        (one,) = messengers(connection, REF)
    assert (one.account, one.numbers, one.interviewed) == ("wei", (1,), (1,))


# -- progress -----------------------------------------------------------------------------------------


def test_progress_says_who_is_left_per_stratum_and_pack(field: Store) -> None:
    with field.begin() as connection:
        assign(connection, REF, QIAN, [VILLAGE])
        three = [entry(2, "not_home", key=f"try-{k}-1234", asked_on=TODAY - timedelta(k)) for k in (2, 1, 0)]  # fmt: skip
        given = [entry(1), *three, entry(3, "refused"), entry(4, "not_home")]
        take(connection, REF, given, QIAN, TODAY)
        found = progress(connection, REF)
    whole = found.whole
    assert (whole.people, whole.interviewed, whole.ended, whole.left) == (8, 1, 2, 5)
    strata = [(one.key, one.people, one.interviewed, one.ended, one.left, one.reserve) for one in found.strata]  # fmt: skip
    assert strata == [("近", 4, 1, 1, 2, 1), ("远", 4, 0, 1, 3, 1)]
    assert [(one.key, one.pack, one.people, one.left) for one in found.packs] == [
        ("", 0, 4, 4),
        (QIAN, 1, 4, 1),
    ]
    assert [(one.key, one.people) for one in found.villages] == [(VILLAGE, 4), (OTHER_VILLAGE, 4)]
    assert found.reserve == 2
    assert found.response.rate == 1 / 8


def test_a_survey_appears_with_whoever_has_somebody_to_ask(field: Store) -> None:
    with field.begin() as connection:
        assert queries.surveys_of(connection, QIAN) == []
        assign(connection, REF, QIAN, [VILLAGE])
        assert queries.surveys_of(connection, QIAN) == [REF]
        assert queries.surveys_of(connection, SUN) == []
