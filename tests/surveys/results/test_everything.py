"""All that a survey found, question by question, on both databases."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach.errors import Conflict
from outreach.models.access import User
from outreach.models.people import Household, Person
from outreach.models.surveys import Answer, CallBack, Respondent, Survey, VolunteerAnswer
from outreach.models.work import HelperHousehold
from outreach.store import Store
from outreach.surveys.instrument import Instrument, standard_instrument
from outreach.surveys.intervals import wilson
from outreach.surveys.questions import Kind
from outreach.surveys.results import service
from outreach.surveys.results.schemas import QuestionFigure, SurveyResults
from tests.surveys.results.built import DAY, MOMENT, STANDARD, Group, add_groups, build


def found(
    store: Store, groups: list[Group], instrument: Instrument = STANDARD, **columns: Any
) -> SurveyResults:
    with store.begin() as connection:
        build(connection, "s", groups, instrument, **columns)
        return service.everything(connection, "s")


def question(results: SurveyResults, code: str) -> QuestionFigure:
    return next(one for one in results.questions if one.code == code)


def counts(figure: QuestionFigure) -> dict[str, int]:
    return {option.code: option.share.aware for option in figure.options if option.share.aware}


def test_knowledge_is_scored_question_by_question_and_all_together(store: Store) -> None:
    results = found(
        store,
        [
            Group(30, 30, more={"who": "right", "what": "right", "where": "right"}),
            Group(40, 50, more={"who": "right", "what": "partly", "where": "wrong"}),
            Group(0, 40, more={"who": "unsure"}),
        ],
    )
    shares = [one.counting for one in results.of_kind(Kind.KNOWLEDGE)]
    assert [one.aware for one in shares if one] == [80, 30, 30]
    assert {one.n for one in shares if one} == {120}
    assert results.all_right is not None
    assert (results.all_right.aware, results.all_right.n) == (30, 120)
    assert (results.all_right.low, results.all_right.high) == wilson(30, 120)
    assert question(results, "what").blank == 40


def test_several_answers_are_counted_each_by_itself(store: Store) -> None:
    results = found(
        store, [Group(30, 40, more={"channel": "sms,group"}), Group(5, 20, more={"channel": "sms"})]
    )
    heard = question(results, "channel")
    assert heard.several
    assert heard.counting is None
    assert counts(heard) == {"sms": 60, "group": 40}


def test_satisfaction_is_shown_with_its_whole_distribution(store: Store) -> None:
    answers = {"very": 40, "rather": 30, "middle": 20, "not": 6, "refused": 4}
    groups = [Group(n, n, more={"satisfaction": code}) for code, n in answers.items()]
    figure = question(found(store, groups), "satisfaction")
    assert figure.counting is not None
    assert (figure.counting.aware, figure.counting.n) == (70, 100)
    assert figure.counted_labels == ("满意", "比较满意")
    assert counts(figure) == answers
    assert [option.label for option in figure.options][:5] == [
        "满意", "比较满意", "一般", "不太满意", "不满意",
    ]  # fmt: skip


def test_items_of_gain_stand_each_for_itself_and_open_answers_are_counted(store: Store) -> None:
    instrument = standard_instrument("satisfaction", "免费体检")
    more = {"overall": "very", "burden": "agree", "secure": "not", "say": "窗口太少"}
    groups = [Group(0, 40, more=more), Group(0, 20, more={"overall": "not", "burden": "rather"})]
    results = found(store, groups, instrument)
    items = results.of_kind(Kind.GAIN)
    assert [one.code for one in items] == ["burden", "secure", "better"]
    assert [one.counting.aware for one in items if one.counting] == [60, 0, 0]
    words = question(results, "say")
    assert (words.texts, words.options, words.counting) == (40, (), None)
    assert (results.headline.share.aware, results.headline.share.n) == (40, 60)
    assert not hasattr(results, "index")


@pytest.mark.parametrize("kind", ["quiz", "experience"])
def test_people_who_like_to_take_part_are_counted_and_nothing_is_estimated(
    store: Store, kind: str
) -> None:
    instrument = standard_instrument(kind, "免费体检")
    first = instrument.questions[0]
    results = found(store, [Group(0, 60, more={first.code: first.options[0].code})], instrument)
    assert not results.representative
    assert question(results, first.code).options[0].share.aware == 60
    for figure in results.questions:
        for option in figure.options:
            assert (option.share.rate, option.share.low, option.share.use) == (None, None, "none")
    assert any("不具代表性" in one for one in results.said())


def test_volunteers_are_counted_apart(store: Store) -> None:
    with store.begin() as connection:
        key = build(connection, "s", [Group(30, 60)])
        rows = [
            {"survey_id": key, "key": f"k{at}", "source": "qr", "answers": {"prompted": "aware"}, "at": MOMENT}
            for at in range(7)
        ]  # fmt: skip
        connection.execute(insert(VolunteerAnswer), rows)
        results = service.everything(connection, "s")
    assert results.volunteers is not None
    assert (results.volunteers.n, results.volunteers.aware) == (7, 7)
    assert results.volunteers.sources == {"qr": 7}
    assert results.volunteers.options["prompted"] == {"aware": 7}
    assert (results.headline.share.aware, results.headline.share.n) == (30, 60)


def test_call_backs_stand_beside_the_figure(store: Store) -> None:
    with store.begin() as connection:
        key = build(connection, "s", [Group(30, 60)])
        ids = connection.scalars(
            select(Respondent.id).where(Respondent.survey_id == key).order_by(Respondent.number)
        ).all()
        rows = [
            {"respondent_id": one, "on": DAY, "result": "confirmed", "answers": {"prompted": "aware"}, "by": "c", "at": MOMENT}
            for one in ids[25:35]
        ]  # fmt: skip
        connection.execute(insert(CallBack), rows)
        results = service.everything(connection, "s")
    assert results.call_backs is not None
    prompted = next(one for one in results.call_backs.questions if one.code == "prompted")
    assert (prompted.n, prompted.equal) == (10, 5)


def test_an_interview_by_the_messenger_is_said(store: Store) -> None:
    with store.begin() as connection:
        key = build(connection, "s", [Group(30, 60)])
        connection.execute(
            insert(User).values(name="fang", role="worker", password="x", created_at=MOMENT)
        )
        home = connection.execute(
            insert(Household).values(key=b"h", region="990101101001").returning(Household.id)
        ).scalar_one()
        person = connection.scalars(
            select(Respondent.person_id).where(Respondent.survey_id == key).limit(1)
        ).one()
        connection.execute(update(Person).where(Person.id == person).values(household_id=home))
        connection.execute(
            insert(HelperHousehold).values(helper="fang", household_id=home, since=DAY, by="o")
        )
        results = service.everything(connection, "s")
    assert any("有 1 份是由做过宣传的人自己去问的（共 60 份）" in one for one in results.said())


def test_two_ways_of_asking_are_said(store: Store) -> None:
    results = found(store, [Group(30, 60), Group(10, 20, mode="电话")])
    assert results.modes == {"入户": 60, "电话": 20}
    assert any("访问方式不止一种" in one for one in results.said())


def test_a_closed_survey_says_nothing_about_changing(store: Store) -> None:
    assert any("还没有结束" in one for one in found(store, [Group(30, 60)]).said())
    with store.begin() as connection:
        build(connection, "t", [Group(30, 60)], closed_at=datetime(2026, 11, 24, tzinfo=UTC))
        assert service.everything(connection, "t").said() == ()


def test_an_approved_survey_bears_its_permit_and_another_the_line(store: Store) -> None:
    assert "未经统计部门审批" in found(store, [Group(30, 60)]).notice


def test_a_survey_about_no_policy_is_estimated(store: Store) -> None:
    instrument = standard_instrument("satisfaction", "免费体检")
    results = found(store, [Group(0, 40, more={"overall": "very"})], instrument, policy_id=None)
    assert results.headline.share.rate == 1.0


def test_needs_without_a_headline_have_their_questions_and_no_rate(store: Store) -> None:
    instrument = standard_instrument("needs")
    first = next(one for one in instrument.questions if one.options and not one.several)
    results = found(store, [Group(0, 80, more={first.code: first.options[0].code})], instrument)
    if not instrument.headline:
        assert results.headline.share.rate is None
    assert question(results, first.code).options[0].share.rate == 1.0


# -- while it is being recorded ---------------------------------------------------------------------------


def test_what_is_recorded_later_is_in_the_next_figure(store: Store) -> None:
    with store.begin() as connection:
        key = build(connection, "s", [Group(30, 60)])
        first = service.estimate(connection, "s")
        again = service.estimate(connection, "s")
        add_groups(connection, key, [Group(20, 20)])
        later = service.estimate(connection, "s")
        one = connection.scalars(
            select(Respondent.id).where(Respondent.survey_id == key).order_by(Respondent.number)
        ).first()
        connection.execute(
            update(Answer)
            .where(Answer.respondent_id == one, Answer.question == "prompted")
            .values(value="unaware", at=datetime(2026, 11, 25, tzinfo=UTC))
        )
        corrected = service.estimate(connection, "s")
        connection.execute(
            update(Respondent).where(Respondent.id == one).values(disposition="deceased")
        )
        died = service.estimate(connection, "s")
    assert first == again
    assert [(one_["aware"], one_["n"]) for one_ in (first, later, corrected, died)] == [
        (30, 60), (50, 80), (49, 80), (49, 79),
    ]  # fmt: skip


def test_a_figure_that_somebody_changes_is_not_the_kept_one(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "s", [Group(30, 60)])
        service.estimate(connection, "s")["response"]["completed"] = 0
        assert service.estimate(connection, "s")["response"]["completed"] == 60


def test_a_changed_questionnaire_is_refused_also_when_a_figure_was_kept(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "s", [Group(30, 60)])
        service.everything(connection, "s")
        changed = {**STANDARD.as_data(), "headline": "unprompted"}
        connection.execute(update(Survey).where(Survey.ref == "s").values(instrument=changed))
        with pytest.raises(Conflict):
            service.everything(connection, "s")


def big(people: int) -> list[Group]:
    """Strata of towns with villages, weighted to three margins."""
    bands = ("18-44", "45-59", "60+")
    answers = {"who": "right", "what": "wrong", "where": "right", "channel": "sms", "satisfaction": "very", "fictional": "unaware"}  # fmt: skip
    each = people // 500
    return [
        Group(
            each * (3 + at % 5) // 10, each, stratum=f"t{at % 20}", cluster=f"v{at % 100}", weight=1 + at % 7,
            traits={"sex": "FM"[at % 2], "band": bands[at % 3]}, more=answers,
        )
        for at in range(500)
    ]  # fmt: skip


MARGINS = {"sex": {"F": 5200, "M": 4800}, "band": {"18-44": 4000, "45-59": 3000, "60+": 3000}}


@pytest.mark.slow
def test_a_survey_of_five_thousand_is_quick_enough_for_a_page(store: Store) -> None:
    design = {"rake": ["sex", "band"]}
    with store.begin() as connection:
        build(connection, "s", big(5000), frame={"margins": MARGINS}, design=design)
        service.everything(connection, "s")
        start = time.perf_counter()
        service.everything(connection, "s")
        again = time.perf_counter() - start
    assert again < 0.2


def test_days_are_those_of_asking(store: Store) -> None:
    results = found(store, [Group(30, 60), Group(3, 5, asked_on=date(2026, 11, 20))])
    assert (results.first, results.last) == (date(2026, 11, 20), DAY)
