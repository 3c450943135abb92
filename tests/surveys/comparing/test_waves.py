"""Two waves of a survey, and what may be concluded, on both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from outreach.errors import Conflict, Invalid, Missing
from outreach.models.campaigns import Campaign, CampaignWave, Firing, Step, WaveMove
from outreach.models.surveys import Survey
from outreach.store import Store
from outreach.surveys.comparing import service
from outreach.surveys.comparing.schemas import Comparison
from outreach.surveys.instrument import parse_instrument
from outreach.surveys.questions import Kind
from tests.surveys.results.built import DAY, STANDARD, Group, build, policy_id

MAY = date(2026, 9, 20)


def compared(
    store: Store,
    before: Sequence[Group],
    now: Sequence[Group],
    first: dict[str, Any] | None = None,
    **columns: Any,
) -> Comparison:
    with store.begin() as connection:
        key = build(connection, "before", before, **(first or {}))
        if columns.pop("panel_of", False):
            columns |= {"follows_id": key, "panel": True}
        build(connection, "now", now, wave=2, **columns)
        found = service.between(connection, "now", "before")
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()
    return found


def at(found: Comparison) -> tuple[float, ...]:
    assert found.difference is not None
    assert found.low is not None
    assert found.high is not None
    return found.difference, found.low, found.high


# -- other people each time ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((280, 400), (380, 400), (0.25, 0.199913, 0.299778)),  # worked number 7
        ((140, 200), (190, 200), (0.25, 0.178745, 0.320516)),  # worked number 8
        ((48, 80), (56, 70), (0.2, 0.052431, 0.333873)),
    ],
)
def test_repeated_cross_sections_are_newcombes(
    store: Store, before: tuple[int, int], now: tuple[int, int], expected: tuple[float, ...]
) -> None:
    found = compared(store, [Group(*before, asked_on=MAY)], [Group(*now)])
    assert at(found) == pytest.approx(expected, abs=1e-6)
    assert (found.kind, found.may_claim, found.by_campaign) == ("repeated", True, False)
    assert "同期其他原因也可能" in found.sentence()
    assert "知道的人确实多了" in found.sentence()


def test_an_interval_around_zero_says_nothing_has_changed(store: Store) -> None:
    found = compared(store, [Group(140, 200, asked_on=MAY)], [Group(150, 200)])
    assert not found.may_claim
    assert "包含零：不能说有变化" in found.sentence()
    assert "nothing can be said to have changed" in found.sentence("en")


def test_a_fall_is_said_without_minus_signs(store: Store) -> None:
    found = compared(store, [Group(190, 200, asked_on=MAY)], [Group(140, 200)])
    assert found.sentence().startswith("比上一次少 25.0 个百分点（区间 17.9–32.1）")
    assert not found.rose


def test_few_answers_are_not_compared(store: Store) -> None:
    found = compared(store, [Group(20, 29, asked_on=MAY)], [Group(150, 200)])
    assert found.difference is None
    assert "样本不足" in found.sentence()


def test_another_wording_is_not_compared(store: Store) -> None:
    data = STANDARD.as_data()
    data["questions"][1]["text"] = "您听说过免费体检吗？"
    other = parse_instrument(data)
    found = compared(
        store, [Group(140, 200, asked_on=MAY)], [Group(190, 200)], {"instrument": other}
    )
    assert found.difference is None
    assert "不能比较" in found.sentence()
    assert "您听说过免费体检吗？" in found.sentence()


def test_the_same_question_in_another_questionnaire_is_compared_with_a_warning(
    store: Store,
) -> None:
    data = STANDARD.as_data()
    data["questions"] = [one for one in data["questions"] if one["kind"] != Kind.FICTIONAL]
    found = compared(
        store,
        [Group(140, 200, asked_on=MAY)],
        [Group(190, 200)],
        {"instrument": parse_instrument(data)},
    )
    assert found.may_claim
    assert any("其他题目不同" in one for one in found.warnings())


@pytest.mark.parametrize(
    ("first", "columns", "words"),
    [
        ({"mode": "电话"}, {}, "当面和电话的回答不完全可比"),
        ({"design": {"base": "adults"}}, {}, "能抽到的人不同"),
        ({"region": "990101101"}, {}, "能抽到的人不同"),
        ({}, {"generated": True}, "程序编的演示回答"),
    ],
    ids=["mode", "base", "region", "generated"],
)
def test_what_makes_two_surveys_unlike_is_said(
    store: Store, first: dict[str, Any], columns: dict[str, Any], words: str
) -> None:
    found = compared(store, [Group(140, 200, asked_on=MAY)], [Group(190, 200)], first, **columns)
    assert [words in one for one in found.warnings()] == [True]


def test_another_season_is_said_and_a_month_later_is_not(store: Store) -> None:
    found = compared(store, [Group(140, 200, asked_on=date(2026, 5, 3))], [Group(190, 200)])
    assert [one for one in found.warnings() if "一年里的时间不同（5月、11月）" in one]
    with store.begin() as connection:
        build(connection, "october", [Group(140, 200, asked_on=date(2026, 10, 3))])
        assert service.between(connection, "now", "october").warnings() == ()


def test_two_surveys_of_one_day_overlap(store: Store) -> None:
    found = compared(store, [Group(140, 200)], [Group(190, 200)])
    assert any("不分先后" in one for one in found.warnings())


def test_a_baseline_asked_after_the_first_message_is_no_clean_one(store: Store) -> None:
    with store.begin() as connection:
        campaign = staggered(connection, {})
        step = connection.execute(
            insert(Step).values(campaign_id=campaign, number=1, channel="sms").returning(Step.id)
        ).scalar_one()
        moment = datetime(2026, 9, 10, 2, tzinfo=UTC)
        connection.execute(insert(Firing).values(step_id=step, due_at=moment, fired_at=moment))
        build(connection, "before", [Group(140, 200, asked_on=MAY)])
        build(connection, "now", [Group(190, 200)], campaign_id=campaign)
        found = service.between(connection, "now", "before")
    assert any("2026-09-10 已经开始" in one for one in found.warnings())


def test_what_cannot_be_asked_for_is_refused(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "before", [Group(140, 200, asked_on=MAY)])
        build(connection, "now", [Group(190, 200)])
        build(connection, "other", [Group(1, 2)], policy_id=policy_id(connection, "insure"))
        build(connection, "unasked", [Group(0, 0, missed=4)])
        build(connection, "undrawn", [], drawn_at=None)
        for pair, code in (
            (("now", "now"), "comparing.same_survey"),
            (("now", "other"), "comparing.other_policy"),
            (("before", "now"), "comparing.wrong_order"),
        ):
            with pytest.raises(Invalid) as problem:
                service.between(connection, *pair)
            assert problem.value.code == code
        with pytest.raises(Missing):
            service.between(connection, "now", "none")
        with pytest.raises(Conflict):
            service.between(connection, "now", "undrawn")
        assert "unasked 还没有人回答" in service.between(connection, "unasked", "before").sentence()


def test_a_changed_questionnaire_is_not_compared(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "before", [Group(140, 200, asked_on=MAY)])
        build(connection, "now", [Group(190, 200)])
        changed = {**STANDARD.as_data(), "headline": "unprompted"}
        connection.execute(update(Survey).where(Survey.ref == "now").values(instrument=changed))
        with pytest.raises(Conflict):
            service.between(connection, "now", "before")


def test_surveys_about_no_policy_are_compared_by_their_question(store: Store) -> None:
    found = compared(
        store, [Group(140, 200, asked_on=MAY)], [Group(190, 200)], {"policy_id": None}, policy_id=None
    )  # fmt: skip
    assert found.may_claim


# -- the same people ------------------------------------------------------------------------------------------


def panel(weight: float = 1.0, stratum: str = "") -> tuple[list[Group], list[Group]]:
    """Worked number 9: both 130, before only 10, now only 45, neither 15, by register number."""
    common: dict[str, Any] = {"weight": weight, "stratum": stratum}
    before = [
        Group(140, 140, first=1000, asked_on=MAY, **common),
        Group(0, 60, first=1140, asked_on=MAY, **common),
    ]
    now = [
        Group(130, 130, first=1000, **common), Group(0, 10, first=1130, **common),
        Group(45, 45, first=1140, **common), Group(0, 15, first=1185, **common),
    ]  # fmt: skip
    return before, now


def test_a_panel_is_compared_person_by_person(store: Store) -> None:
    found = compared(store, *panel(), panel_of=True)
    assert found.kind == "panel"
    assert found.pairs == (130, 10, 45, 15)
    assert at(found) == pytest.approx((0.175, 0.105211, 0.244089), abs=1e-6)
    assert "同一批 200 人里" in found.sentence()
    assert any("200 人里，这一次又答的有 200 人" in one for one in found.warnings())


def test_a_weighted_panel_uses_the_paired_linearisation(store: Store) -> None:
    """With one stratum and equal weights it is the paired Wald interval of worked number 9, with Student's t."""
    before, now = panel(2.0, "一")
    extra = [Group(20, 40, stratum="二", weight=3.0)]
    found = compared(store, before, [*now, *extra], panel_of=True)
    assert found.method == "linearised-paired"
    difference, low, high = at(found)
    assert difference == pytest.approx(0.175)
    assert (low, high) == pytest.approx((0.106489, 0.243511), abs=1e-3)


def test_people_drawn_anew_show_what_comes_from_having_been_asked(store: Store) -> None:
    before, now = panel()
    fresh = [Group(140, 200, first=3000)]
    found = compared(store, before, [*now, *fresh], panel_of=True)
    assert found.pairs == (130, 10, 45, 15)
    assert any("被问过的人比新抽的人多 17.5 个百分点" in one for one in found.warnings())


def test_the_third_wave_of_a_panel_asks_the_people_of_the_first_again(store: Store) -> None:
    """Other people would be said, and the interval of independent samples given, if only the wave between counted."""
    before, now = panel()
    with store.begin() as connection:
        first = build(connection, "before", before)
        second = build(connection, "between", now, follows_id=first, panel=True, wave=2)
        build(connection, "now", now, follows_id=second, panel=True, wave=3)
        found = service.between(connection, "now", "before")
    assert found.kind == "panel"
    assert found.pairs == (130, 10, 45, 15)


def test_too_few_people_drawn_anew_are_said(store: Store) -> None:
    before, now = panel()
    found = compared(store, before, [*now, Group(10, 20, first=3000)], panel_of=True)
    assert any("没有足够的新抽的人" in one for one in found.warnings())


# -- those who wait -------------------------------------------------------------------------------------------


FIRST = datetime(2026, 10, 1, 2, tzinfo=UTC)


def staggered(connection: Any, options: dict[str, Any], sent: datetime | None = FIRST) -> int:
    """A campaign whose second wave waits until December; its first one was sent to at `sent`."""
    values = {
        "ref": "winter",
        "title": "冬",
        "created_by": "o",
        "created_at": datetime(2026, 9, 1, tzinfo=UTC),
    }
    values["options"] = options
    key = connection.execute(insert(Campaign).values(**values).returning(Campaign.id)).scalar_one()
    first, last = datetime(2026, 10, 1, 2, tzinfo=UTC), datetime(2026, 12, 20, 2, tzinfo=UTC)
    rows = [
        {"campaign_id": key, "number": 1, "due_at": first, "comparison": False, "personal": False},
        {"campaign_id": key, "number": 2, "due_at": last, "comparison": True, "personal": False},
    ]
    connection.execute(insert(CampaignWave), rows)
    if sent is not None:
        step = connection.execute(
            insert(Step).values(campaign_id=key, number=9, channel="sms").returning(Step.id)
        ).scalar_one()
        fired = {"step_id": step, "due_at": first, "fired_at": sent, "wave": 1}
        connection.execute(insert(Firing).values(fired))
    return int(key)


BY_PERSON = {"stagger": {"unit": "person"}}
BY_VILLAGE = {"stagger": {"unit": "village"}}


def test_those_told_rose_more_than_those_who_wait(store: Store) -> None:
    """Worked number 10."""
    with store.begin() as connection:
        campaign = staggered(connection, BY_PERSON)
        told, waiting = {"wave": 1}, {"wave": 2}
        first = [
            Group(140, 200, traits=told, asked_on=MAY),
            Group(138, 200, traits=waiting, asked_on=MAY),
        ]
        build(connection, "before", first, campaign_id=campaign)
        now = [Group(172, 200, traits=told), Group(146, 200, traits=waiting)]
        build(connection, "now", now, campaign_id=campaign, wave=2)
        found = service.differences(connection, "now", "before")
        kinds = [one.kind for one in service.comparisons(connection, "now")]
    assert found is not None
    assert at(found) == pytest.approx((0.12, 0.000588, 0.238542), abs=1e-6)
    assert found.by_campaign
    assert "可以归于宣传" in found.sentence()
    assert len(found.sides) == 4
    assert kinds == ["differences", "staggered", "repeated"]


def villages(aware: Sequence[int], wave: int, start: int = 1) -> list[Group]:
    return [
        Group(each, 20, village=f"990101101{number:03d}", traits={"wave": wave})
        for number, each in enumerate(aware, start)
    ]


def test_villages_are_the_units_where_villages_were_drawn(store: Store) -> None:
    with store.begin() as connection:
        campaign = staggered(connection, BY_VILLAGE)
        groups = [
            *villages([18, 19, 17, 20, 16, 18], 1), *villages([9, 12, 8, 14, 10, 11], 2, start=50),
        ]  # fmt: skip
        build(connection, "now", groups, campaign_id=campaign)
        found = service.staggered(connection, "now")
        plain = service.staggered(connection, "now")
    assert found is not None
    assert found == plain
    assert found.difference == pytest.approx((108 - 64) / 120)
    assert {side.share.df for side in found.sides} == {5}
    assert found.by_campaign
    assert any("只有 12 个村" in one for one in found.warnings())


def test_one_village_that_waits_is_no_comparison(store: Store) -> None:
    with store.begin() as connection:
        campaign = staggered(connection, BY_VILLAGE)
        groups = [*villages([18, 19, 17], 1), *villages([9], 2, start=50)]
        build(connection, "now", groups, campaign_id=campaign)
        found = service.staggered(connection, "now")
    assert found is not None
    assert found.difference is None
    assert "还没轮到的有 1 个村" in found.sentence()


def test_after_the_last_wave_nobody_waits(store: Store) -> None:
    with store.begin() as connection:
        campaign = staggered(connection, BY_PERSON)
        late = date(2026, 12, 22)
        groups = [
            Group(90, 120, traits={"wave": 1}, asked_on=late),
            Group(90, 120, traits={"wave": 2}, asked_on=late),
        ]
        build(connection, "now", groups, campaign_id=campaign)
        found = service.staggered(connection, "now")
    assert found is not None
    assert found.sentence().startswith("问的时候没有还没轮到的人")


def test_whoever_was_moved_counts_where_the_lot_put_them(store: Store) -> None:
    with store.begin() as connection:
        campaign = staggered(connection, BY_PERSON)
        groups = [
            Group(90, 120, traits={"wave": 1}),
            Group(60, 120, traits={"wave": 2}),
            Group(40, 40, traits={"wave": 1}, first=5000),
        ]
        build(connection, "now", groups, campaign_id=campaign)
        moment = datetime(2026, 9, 2, tzinfo=UTC)
        rows = [
            {"campaign_id": campaign, "person_id": 5000 + k, "drawn": 2, "wave": 1, "why": "asked", "by": "o", "at": moment}
            for k in range(40)
        ]  # fmt: skip
        connection.execute(insert(WaveMove), rows)
        found = service.staggered(connection, "now")
    assert found is not None
    assert [side.share.n for side in found.sides] == [120, 160]
    assert any("40 个人后来换了批次" in one for one in found.warnings())


def test_a_campaign_that_is_sent_at_once_has_nobody_waiting(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "now", [Group(140, 200)])
        assert service.staggered(connection, "now") is None


# -- in a row -------------------------------------------------------------------------------------------------


def test_without_a_baseline_nothing_is_said_about_a_rise(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "now", [Group(140, 200)])
        found = service.comparisons(connection, "now")
    assert [one.sentence() for one in found] == ["无基线，不能说提高。"]


def test_the_survey_before_is_the_baseline_unless_another_is_named(store: Store) -> None:
    with store.begin() as connection:
        for month in (6, 7, 8):
            build(connection, f"m{month}", [Group(140, 200, asked_on=date(2026, month, 1))])
        build(connection, "now", [Group(190, 200)])
        assert service.comparisons(connection, "now")[-1].sides[0].survey == "m8"
        assert service.comparisons(connection, "now", "m6")[-1].sides[0].survey == "m6"
        assert service.comparisons(connection, "m6")[-1].kind == "none"


def test_a_trend_is_in_the_order_of_asking_with_what_is_comparable(store: Store) -> None:
    data = STANDARD.as_data()
    data["questions"][1]["text"] = "您听说过免费体检吗？"
    with store.begin() as connection:
        build(connection, "second", [Group(150, 200, asked_on=DAY - timedelta(days=40))])
        build(connection, "third", [Group(190, 200)])
        build(connection, "unasked", [Group(0, 0, missed=3)])
        build(connection, "quiz", [Group(9, 9)], kind="quiz")
        build(
            connection,
            "first",
            [Group(140, 200, asked_on=MAY)],
            parse_instrument(data),
        )
        points = service.trend(connection, "check")
    assert [(one.ref, one.comparable) for one in points] == [
        ("first", False), ("second", True), ("third", True),
    ]  # fmt: skip
    assert [one.share.aware for one in points] == [140, 150, 190]


# -- what must not be claimed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [None, datetime(2026, 12, 1, 2, tzinfo=UTC)])
def test_a_wave_whose_day_came_but_that_was_not_sent_to_was_not_told(
    store: Store, sent: datetime | None
) -> None:
    with store.begin() as connection:
        campaign = staggered(connection, BY_PERSON, sent)
        groups = [Group(150, 200, traits={"wave": 1}), Group(100, 200, traits={"wave": 2})]
        build(connection, "now", groups, campaign_id=campaign)
        found = service.staggered(connection, "now")
    assert found is not None
    assert found.difference is None
    assert not found.by_campaign
    assert "还没有给哪一批发送过" in found.sentence()


def test_villages_told_together_stay_units_when_strata_run_through_them(store: Store) -> None:
    """Strata by sex cut each village in two; its halves are no independent units."""
    counts = [*((1, each) for each in (19, 10, 17, 9)), *((2, each) for each in (15, 6, 14, 5))]

    def survey(connection: Any, ref: str, strata: Sequence[str]) -> Comparison:
        groups = [
            Group(aware // 2, 10, stratum=stratum, village=f"990101101{at:03d}", traits={"wave": wave}, weight=5)
            for at, (wave, aware) in enumerate(counts, 1)
            for stratum in strata
        ]  # fmt: skip
        frame = {"strata": {one: {"population": 800} for one in strata}}
        build(connection, ref, groups, campaign_id=campaign, frame=frame)
        found = service.staggered(connection, ref)
        assert found is not None
        return found

    with store.begin() as connection:
        campaign = staggered(connection, BY_VILLAGE)
        by_sex = survey(connection, "sexes", ("F", "M"))
    assert {side.share.df for side in by_sex.sides} == {3}


def test_few_who_answered_are_said_beside_a_rise(store: Store) -> None:
    found = compared(store, [Group(60, 120, asked_on=MAY)], [Group(110, 120, missed=200)])
    assert found.may_claim
    assert any("回答率只有 38%" in one for one in found.warnings())


def test_what_was_asked_in_the_same_days_is_no_baseline_unless_it_is_named(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "before", [Group(60, 120)])
        build(connection, "now", [Group(110, 120)], wave=2)
        (alone,) = service.comparisons(connection, "now")
        (named,) = service.comparisons(connection, "now", "before")
    assert "无基线" in alone.sentence()
    assert named.may_claim


def test_made_up_answers_are_no_baseline_of_real_ones(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "before", [Group(60, 120, asked_on=MAY)], generated=True)
        build(connection, "now", [Group(110, 120)], wave=2)
        (alone,) = service.comparisons(connection, "now")
    assert "无基线" in alone.sentence()
