"""Questionnaires: the standard one, reading, locking, and what counts as aware."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest

from outreach.errors import Invalid
from outreach.surveys.instrument import (
    KINDS,
    awareness_instrument,
    parse_instrument,
    standard_instrument,
)
from outreach.surveys.kinds import check
from outreach.surveys.questions import Kind
from outreach.wording import catalogue

STANDARD = awareness_instrument("育儿补贴")
INTERNAL = "工作评估，未经统计部门审批，不得作为统计数据发布"


def data() -> dict[str, Any]:
    return copy.deepcopy(STANDARD.as_data())


def test_the_standard_questionnaire_asks_without_prompting_first() -> None:
    kinds = [question.kind for question in STANDARD.questions]
    assert kinds[:3] == [Kind.UNPROMPTED, Kind.PROMPTED, Kind.FICTIONAL]
    assert set(kinds) == set(Kind) - {Kind.NEED, Kind.GAIN, Kind.EXPERIENCE, Kind.QUIZ, Kind.OPEN}
    assert all("{" not in question.text for question in STANDARD.questions)
    assert "育儿补贴" in STANDARD.question("prompted").text
    assert "育儿补贴" not in STANDARD.question("fictional").text


@pytest.mark.parametrize(
    ("answer", "aware"),
    [
        ("知道", True),
        ("aware", True),
        (" 知道 ", True),
        ("听说过", False),
        ("没听说过", False),
        ("说不清", False),
        ("拒答", False),
        ("", False),
    ],
)
def test_only_who_knows_is_aware(answer: str, aware: bool) -> None:
    assert STANDARD.is_aware({"prompted": answer}) is aware


def test_who_was_not_asked_is_not_aware() -> None:
    assert STANDARD.is_aware({}) is False
    assert STANDARD.is_aware({"fictional": "知道"}) is False


def test_several_channels_may_be_ticked() -> None:
    for text in ("短信、大喇叭", "sms,broadcast", "短信; broadcast"):
        codes = [option.code for option in STANDARD.answer({"channel": text}, "channel")]
        assert codes == ["sms", "broadcast"]


@pytest.mark.parametrize(
    ("question", "value"),
    [("prompted", "也许"), ("prompted", "知道、听说过"), ("channel", "短信、梦")],
)
def test_an_unknown_option_is_named(question: str, value: str) -> None:
    with pytest.raises(Invalid) as raised:
        STANDARD.answer({question: value}, question)
    assert raised.value.code == "surveys.unknown_option"
    assert raised.value.params["question"] == question


def test_an_instrument_survives_being_stored() -> None:
    stored = json.loads(json.dumps(data()))
    again = parse_instrument(stored)
    assert again == STANDARD
    assert again.hash == STANDARD.hash
    approved = parse_instrument(
        {**stored, "permit": {"table": "示调01表", "approval": "示统制2026年第1号", "valid_until": "2027-06-30"}}
    )  # fmt: skip
    assert parse_instrument(approved.as_data()) == approved


def test_the_hash_locks_questions_and_headline_only() -> None:
    wording, counting, order, headline, title = data(), data(), data(), data(), data()
    wording["questions"][1]["text"] += "？"
    counting["questions"][1]["options"][1] |= {"counts_as_aware": True, "heard_of": False}
    order["questions"].reverse()
    headline["headline"] = "fictional"
    title["title"] = "另一次调查"
    hashes = [parse_instrument(changed).hash for changed in (wording, counting, order, headline)]
    assert len({STANDARD.hash, *hashes}) == 5
    assert parse_instrument(title).hash == STANDARD.hash


def test_the_marking_says_internal_unless_a_permit_is_valid() -> None:
    permit = {
        "table": "示调01表",
        "approval": "示统制2026年第1号",
        "valid_until": date(2027, 6, 30),
    }
    approved = parse_instrument({**data(), "permit": permit})
    assert STANDARD.marking(date(2026, 11, 23)) == INTERNAL
    line = approved.marking(date(2027, 6, 30))
    assert all(part in line for part in ("示调01表", "示统制2026年第1号", "2027-06-30"))
    assert approved.marking(date(2027, 7, 1)) == INTERNAL


def test_a_policy_name_cannot_change_the_questionnaire() -> None:
    odd = awareness_instrument('a"\n[[questions]]{policy}')
    assert len(odd.questions) == len(STANDARD.questions)
    with pytest.raises(Invalid):
        awareness_instrument("  ")


def _set(path: list[str | int], value: object) -> dict[str, Any]:
    changed: Any = data()
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return {"data": changed}


BAD: dict[str, tuple[object, str, str]] = {
    "no mapping": ([], "surveys.not_a_mapping", "instrument"),
    "unknown key": ({**data(), "colour": 1}, "surveys.unknown_key", "instrument"),
    "missing key": ({k: v for k, v in data().items() if k != "headline"}, "surveys.missing_key", "instrument"),
    "version as text": ({**data(), "version": "1"}, "surveys.wrong_type", "instrument"),
    "version as truth": ({**data(), "version": True}, "surveys.wrong_type", "instrument"),
    "no questions": ({**data(), "questions": []}, "surveys.not_a_list", "questions"),
    "text question": (_set(["questions", 0], "？")["data"], "surveys.not_a_mapping", "questions[1]"),
    "unknown kind": (_set(["questions", 0, "kind"], "riddle")["data"], "surveys.unknown_kind", "questions[1]"),
    "kind as list": (_set(["questions", 0, "kind"], ["x"])["data"], "surveys.unknown_kind", "questions[1]"),
    "no options": (_set(["questions", 1, "options"], None)["data"], "surveys.not_a_list", "questions[2].options"),
    "empty label": (_set(["questions", 1, "options", 0, "label"], "")["data"], "surveys.wrong_type", "questions[2].options[1]"),
    "aware as text": (_set(["questions", 1, "options", 0, "counts_as_aware"], "yes")["data"], "surveys.wrong_type", "questions[2].options[1]"),
    "code twice": (_set(["questions", 1, "code"], "fictional")["data"], "surveys.code_twice", "questions"),
    "option twice": (_set(["questions", 1, "options", 0, "code"], "heard")["data"], "surveys.code_twice", "questions[2].options"),
    "aware and no opinion": (_set(["questions", 1, "options", 3, "counts_as_aware"], True)["data"], "surveys.contradictory_option", "questions[2].options[4]"),
    "permit date": ({**data(), "permit": {"table": "a", "approval": "b", "valid_until": "明年"}}, "surveys.bad_date", "permit.valid_until"),
    "permit key": ({**data(), "permit": {"table": "a"}}, "surveys.missing_key", "permit"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "code", "place"), BAD.values(), ids=list(BAD))
def test_a_bad_instrument_is_refused_with_its_place(given: object, code: str, place: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_instrument(given)
    assert (raised.value.code, raised.value.params["place"]) == (code, place)
    assert code in catalogue()


@pytest.mark.parametrize(
    ("headline", "code"),
    [
        ("nothing", "surveys.unknown_question"),
        ("channel", "surveys.no_headline"),
        ("satisfaction", "surveys.no_headline"),
    ],
)
def test_a_headline_must_be_able_to_count_the_aware(headline: str, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_instrument({**data(), "headline": headline})
    assert raised.value.code == code


@pytest.mark.parametrize("kind", KINDS)
def test_a_questionnaire_is_shipped_for_each_kind(kind: str) -> None:
    shipped = standard_instrument(kind, "育儿补贴")
    check(shipped)
    assert shipped.kind == kind
    assert parse_instrument(json.loads(json.dumps(shipped.as_data()))) == shipped
    assert all("{" not in question.text for question in shipped.questions)
    for question in shipped.questions:
        assert (question.kind == Kind.OPEN) == (not question.options)


def test_only_a_survey_about_awareness_makes_anybody_aware() -> None:
    quiz = standard_instrument("quiz", "育儿补贴")
    right = {question.code: question.counting[0].code for question in quiz.questions}
    assert quiz.is_aware(right) is False
    pleased = standard_instrument("satisfaction", "育儿补贴")
    assert pleased.is_aware({"overall": "very"}) is False


def test_the_satisfied_are_those_who_say_so_or_rather_so() -> None:
    pleased = standard_instrument("satisfaction", "育儿补贴")
    assert pleased.headline_question is not None
    assert [o.label for o in pleased.headline_question.counting] == ["满意", "比较满意"]
    assert [o.code for o in STANDARD.question("satisfaction").counting] == ["very", "rather"]
    labels = [o.label for o in pleased.headline_question.options]
    assert labels == ["满意", "比较满意", "一般", "不太满意", "不满意", "说不清", "拒答"]


def test_an_open_answer_is_text_and_no_option() -> None:
    needs = standard_instrument("needs")
    assert needs.answer({"say": "想要一个食堂，近一点"}, "say") == ()
    data = needs.as_data()
    data["questions"][-1]["options"] = [{"code": "a", "label": "甲"}]
    with pytest.raises(Invalid, match="open_with_options"):
        parse_instrument(data)


def test_the_hash_of_a_questionnaire_from_before_stays() -> None:
    """Locked by the first edition, when options had no other mark and surveys one kind."""
    stored = data()
    del stored["kind"]
    for question in stored["questions"]:
        for option in question["options"]:
            del option["counts"]
    assert parse_instrument(stored).hash == STANDARD.hash
    assert STANDARD.hash == "06b22ef62ffc5abfde7742ba0d35e4f06f69078137434e9c34857641c9a5825b"
