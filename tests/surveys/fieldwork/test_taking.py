"""Entries from phones, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.errors import Invalid
from outreach.models.policies import Reach
from outreach.models.surveys import Answer, Respondent, Survey
from outreach.store import Store
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.progress import progress
from outreach.surveys.fieldwork.taking import MOST, Entry, take
from outreach.vault import Vault
from tests.surveys.county import TODAY, VILLAGE
from tests.surveys.fieldwork.field import QIAN, REF, SUN, build, entry, kept, rows, states

YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)


@pytest.fixture
def field(store: Store, vault: Vault) -> Store:
    """The village is qian's; the other one nobody's."""
    with store.begin() as connection:
        build(connection, vault)
        assign(connection, REF, QIAN, [VILLAGE])
    return store


def send(store: Store, *entries: Entry, by: str = QIAN) -> list[str]:
    with store.begin() as connection:
        return states(take(connection, REF, entries, by, TODAY))


def test_an_interview_is_kept_with_its_answers_and_who_is_aware_becomes_so(field: Store) -> None:
    given = entry(1, answers={"prompted": "知道", "channel": "短信、微信群", "who": "1"})
    assert send(field, given) == ["taken"]
    with field.read() as connection:
        row = rows(connection)[1]
        stored = {one.question: one.value for one in connection.execute(select(Answer))}
        facts = connection.execute(select(Reach.person_id, Reach.fact, Reach.channel)).all()
    assert (row["disposition"], row["asked_on"], row["interviewer"]) == ("completed", TODAY, QIAN)
    assert stored == {"prompted": "aware", "channel": "sms,group", "who": "right"}
    assert [tuple(one) for one in facts] == [(row["person_id"], "aware", "survey")]


def test_a_queue_sent_twice_is_taken_once(field: Store) -> None:
    queue = [entry(1, "not_home", asked_on=YESTERDAY), entry(1), entry(2, "refused")]
    assert send(field, *queue) == ["taken", "taken", "taken"]
    with field.read() as connection:
        before = (kept(connection), rows(connection))
    assert send(field, *queue) == ["again", "again", "again"]
    with field.read() as connection:
        assert (kept(connection), rows(connection)) == before


def test_an_old_not_at_home_does_not_overwrite_an_interview(field: Store) -> None:
    assert send(field, entry(1)) == ["taken"]
    assert send(field, entry(1, "not_home", asked_on=YESTERDAY)) == ["taken"]
    with field.read() as connection:
        assert rows(connection)[1]["disposition"] == "completed"
        assert kept(connection) == [("completed", "taken", TODAY), ("not_home", "taken", YESTERDAY)]
        assert progress(connection, REF).aside == ()
        assert queries.tries(connection, rows(connection)[1]["survey_id"]) == {1: 2}


def test_the_second_of_two_interviews_is_set_aside_and_listed(field: Store) -> None:
    assert send(field, entry(1), entry(1, answer="unaware")) == ["taken", "set_aside"]
    with field.read() as connection:
        (aside,) = progress(connection, REF).aside
        assert connection.scalars(select(Answer.value)).all() == ["aware"]
    assert (aside.number, aside.disposition, aside.by) == (1, "completed", QIAN)


def test_the_interviewer_may_correct_their_own_entry(field: Store) -> None:
    assert send(field, entry(1), entry(1, answer="unaware", corrects=True)) == ["taken", "taken"]
    with field.read() as connection:
        assert connection.scalars(select(Answer.value)).all() == ["unaware"]
        assert connection.scalars(select(Reach.fact)).all() == []
        assert [state for _, state, _ in kept(connection)] == ["set_aside", "taken"]
        assert progress(connection, REF).aside == ()  # corrected: nobody has to look at it


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(entry(5), "fieldwork.not_yours", id="somebody else's"),
        pytest.param(entry(9), "fieldwork.not_yours", id="of a reserve that was not released"),
        pytest.param(entry(99), "fieldwork.not_yours", id="nobody"),
        pytest.param(entry(1, key="x"), "fieldwork.bad_key", id="a short key"),
        pytest.param(entry(1, key="a:b:c:d:e:f"), "fieldwork.bad_key", id="a key with marks"),
        pytest.param(entry(1, "gone"), "surveys.unknown_disposition", id="an unknown result"),
        pytest.param(entry(1, ""), "fieldwork.choose_result", id="no result"),
        pytest.param(entry(1, asked_on=TOMORROW), "fieldwork.future_date", id="tomorrow"),
        pytest.param(entry(1, answers={"nose": "long"}), "fieldwork.other_questions", id="another questionnaire"),
        pytest.param(entry(1, answer="nope"), "surveys.unknown_option", id="an unknown option"),
        pytest.param(entry(1, answers={}), "fieldwork.no_headline_answer", id="complete without the headline"),
        pytest.param(entry(1, "partial", answers={"who": "right"}), "fieldwork.partial_without_headline", id="partial without it"),
        pytest.param(entry(1, "refused", answers={"who": "right"}), "fieldwork.answers_without_interview", id="refused with answers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_leaves_nothing(field: Store, given: Entry, code: str) -> None:
    assert send(field, given) == [code]
    with field.read() as connection:
        assert kept(connection) == []
        assert {row["disposition"] for row in rows(connection).values()} == {""}


def test_one_wrong_entry_does_not_keep_the_others(field: Store) -> None:
    assert send(field, entry(5), entry(1)) == ["fieldwork.not_yours", "taken"]


def test_the_same_key_of_two_accounts_are_two_entries(field: Store) -> None:
    with field.begin() as connection:
        assign(connection, REF, SUN, numbers=[5])
    assert send(field, entry(1, key="12345678")) == ["taken"]
    assert send(field, entry(5, key="12345678"), by=SUN) == ["taken"]


def test_a_reserve_that_was_released_is_asked_like_everybody(field: Store) -> None:
    with field.begin() as connection:
        connection.execute(update(Respondent).where(Respondent.number == 9).values(released_at=clock.now()))  # fmt: skip
        assign(connection, REF, QIAN, numbers=[9, 10])
        assert rows(connection)[10]["assigned"] == ""
    assert send(field, entry(9), entry(10)) == ["taken", "fieldwork.not_yours"]


@pytest.mark.parametrize(
    ("survey", "given", "state"),
    [
        ({"opens_on": TODAY}, {"asked_on": YESTERDAY}, "fieldwork.outside_fieldwork"),
        ({"opens_on": YESTERDAY, "closes_on": YESTERDAY}, {"asked_on": YESTERDAY}, "taken"),
        ({"closes_on": YESTERDAY}, {}, "fieldwork.outside_fieldwork"),
        ({"closed_at": clock.now()}, {}, "fieldwork.closed"),
    ],
    ids=["before it began", "asked in time, sent late", "asked too late", "closed"],
)
def test_entries_are_of_the_fieldwork(
    field: Store, survey: dict[str, Any], given: dict[str, Any], state: str
) -> None:
    with field.begin() as connection:
        connection.execute(update(Survey).values(**survey))
    assert send(field, entry(1, **given)) == [state]


def test_a_parcel_has_its_limit(field: Store) -> None:
    with field.begin() as connection, pytest.raises(Invalid) as problem:
        take(connection, REF, [entry(1)] * (MOST + 1), QIAN, TODAY)
    assert problem.value.code == "fieldwork.parcel"
