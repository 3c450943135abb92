"""复核: who is asked again, by whom, and what comes of it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.models.surveys import CallBack
from outreach.store import Store
from outreach.surveys.fieldwork import calling_back
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.calling_back import Again, choose, draw
from outreach.surveys.fieldwork.service import agreement
from outreach.surveys.fieldwork.taking import take
from outreach.vault import Vault
from tests.surveys.county import TODAY, VILLAGE
from tests.surveys.fieldwork.field import OTHER_VILLAGE, QIAN, REF, SUN, build, entry, rows


@pytest.fixture
def field(store: Store, vault: Vault) -> Store:
    """qian interviewed four, sun one."""
    with store.begin() as connection:
        build(connection, vault)
        assign(connection, REF, QIAN, [VILLAGE])
        assign(connection, REF, SUN, [OTHER_VILLAGE])
        take(connection, REF, [entry(number) for number in (1, 2, 3, 4)], QIAN, TODAY)
        take(connection, REF, [entry(5), entry(6, "refused")], SUN, TODAY)
    return store


def test_the_drawing_is_by_interviewer_and_anybodys() -> None:
    interviews = {"a": range(1, 101), "b": range(101, 106)}
    first = choose({name: list(some) for name, some in interviews.items()}, 0.1, "s")
    assert len([number for number in first if number <= 100]) == 10
    assert len([number for number in first if number > 100]) == 1
    assert first == choose({name: list(some)[::-1] for name, some in interviews.items()}, 0.1, "s")
    assert first != choose({name: list(some) for name, some in interviews.items()}, 0.1, "t")


def test_the_drawing_is_even() -> None:
    seen = [0] * 10
    for seed in range(2000):
        for number in choose({"a": list(range(10))}, 0.2, str(seed)):
            seen[number] += 1
    assert sum(seen) == 4000
    assert all(340 < count < 460 for count in seen)  # 400 ± 3.4 standard errors


def test_somebody_else_asks_again_and_what_was_drawn_stays(field: Store) -> None:
    with field.begin() as connection:
        first = draw(connection, REF, 0.5, SUN)
        assert len(first.numbers) == 2
        assert set(first.numbers) <= {1, 2, 3, 4}  # sun's own are not for sun
        more = draw(connection, REF, 0.5)
        assert more.numbers == (5,)
        assert draw(connection, REF, 0.5).numbers == ()
        marked = {n: row["call_back_by"] for n, row in rows(connection).items() if row["call_back"]}
    assert marked == {first.numbers[0]: SUN, first.numbers[1]: SUN, 5: ""}


def test_agreement_counts_and_names_what_did_not_take_place(field: Store) -> None:
    with field.begin() as connection:
        assert draw(connection, REF, 1.0, "li").numbers == (1, 2, 3, 4, 5)
        said = [
            Again(1, "confirmed", TODAY, {"prompted": "知道"}),
            Again(2, "confirmed", TODAY, {"prompted": "unaware"}),
            Again(3, "not_interviewed", TODAY),
            Again(4, "not_reached", TODAY),
        ]
        for one in said:
            calling_back.enter(connection, REF, one, "li", TODAY)
            calling_back.enter(connection, REF, one, "li", TODAY)  # the same words twice
        found = agreement(connection, REF)
        assert connection.scalar(select(func.count()).select_from(CallBack)) == 4
    assert (found.drawn, found.asked, found.confirmed, found.not_reached) == (5, 4, 2, 1)
    assert [(one.number, one.interviewer) for one in found.not_interviewed] == [(3, QIAN)]
    headline = next(one for one in found.questions if one.code == "prompted")
    assert (headline.n, headline.equal, headline.percent, headline.kappa) == (2, 1, 50.0, 0.0)


@pytest.mark.parametrize(
    ("again", "by", "error", "code"),
    [
        (Again(1, "confirmed", TODAY), QIAN, Refused, "fieldwork.same_person"),
        (Again(6, "confirmed", TODAY), "li", Missing, "fieldwork.no_call_back"),
        (Again(9, "confirmed", TODAY), "li", Missing, "fieldwork.no_call_back"),
        (Again(1, "well", TODAY), "li", Invalid, "fieldwork.bad_result"),
        (Again(1, "confirmed", TODAY.replace(year=2027)), "li", Invalid, "fieldwork.future_date"),
        (Again(1, "refused", TODAY, {"prompted": "aware"}), "li", Invalid, "fieldwork.answers_without_call_back"),
        (Again(1, "confirmed", TODAY, {"prompted": "nope"}), "li", Invalid, "surveys.unknown_option"),
    ],
    ids=["their own", "not drawn", "reserve", "no such result", "the future", "answers without asking", "no such answer"],
)  # fmt: skip
def test_what_cannot_be_written_down(
    field: Store, again: Again, by: str, error: type[OutreachError], code: str
) -> None:
    with field.begin() as connection:
        draw(connection, REF, 1.0)
        with pytest.raises(error) as problem:
            calling_back.enter(connection, REF, again, by, TODAY)
    assert problem.value.code == code


def test_other_words_on_the_same_day_are_a_conflict(field: Store) -> None:
    with field.begin() as connection:
        draw(connection, REF, 1.0)
        calling_back.enter(connection, REF, Again(1, "not_reached", TODAY), "li", TODAY)
        with pytest.raises(Conflict):
            calling_back.enter(connection, REF, Again(1, "refused", TODAY), "li", TODAY)
        assert agreement(connection, REF).not_reached == 1


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5])
def test_a_share_lies_between_nothing_and_all(field: Store, share: float) -> None:
    with field.begin() as connection, pytest.raises(Invalid):
        draw(connection, REF, share)
