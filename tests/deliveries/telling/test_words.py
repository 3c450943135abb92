"""What each word means, and what several say together: pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.deliveries.telling.words import SLOTS, WORDS, overrules, standing, wanted
from outreach.reach.tasks.schemas import RESULTS
from outreach.wording import say


@pytest.mark.parametrize(
    ("channel", "said", "word", "state"),
    [
        pytest.param("visit", [], "", "", id="nobody has said anything"),
        pytest.param("visit", ["not_home"], "not_home", "undelivered", id="nobody at home"),
        pytest.param("visit", ["not_home", "told"], "told", "delivered", id="at home the second time"),
        pytest.param("visit", ["told", "not_home"], "told", "delivered", id="told stays told"),
        pytest.param("flyer", ["relayed", "needs_help"], "needs_help", "delivered", id="paper is a visit"),
        pytest.param("call", ["no_answer"], "", "", id="one call that nobody answers says nothing"),
        pytest.param("call", ["no_answer"] * 2, "", "", id="nor do two"),
        pytest.param("call", ["no_answer"] * 3, "no_answer", "undelivered", id="three do"),
        pytest.param("call", ["no_answer"] * 3 + ["told"], "told", "delivered", id="the fourth was answered"),
        pytest.param("call", ["wrong_number", "asks_visit"], "asks_visit", "undelivered", id="the later of two equals"),
        pytest.param("broadcast", ["not_played", "played"], "played", "delivered", id="played a day later"),
        pytest.param("group", ["posted", "not_posted"], "posted", "delivered", id="posted stays posted"),
    ],
)  # fmt: skip
def test_words_of_one_delivery_say_together(
    channel: str, said: list[str], word: str, state: str
) -> None:
    stands = standing(channel, said)
    assert (stands.word, stands.state) == (word, state)


def test_tasks_follow_from_words() -> None:
    assert wanted([("visit", "told")]) == frozenset()
    assert wanted([("visit", "needs_help"), ("visit", "needs_help")]) == {"assist"}
    assert wanted([("call", "no_answer")] * 2) == frozenset()
    assert wanted([("call", "no_answer")] * 3) == {"visit"}
    assert wanted([("call", "asks_visit"), ("visit", "needs_help")]) == {"visit", "assist"}


@given(st.sampled_from(sorted(WORDS)).flatmap(
    lambda channel: st.tuples(st.just(channel), st.lists(st.sampled_from(sorted(WORDS[channel])), max_size=8))
))  # fmt: skip
def test_another_word_never_says_less(case: tuple[str, list[str]]) -> None:
    channel, said = case
    strongest = 0
    for n in range(len(said) + 1):
        word = standing(channel, said[:n]).word
        strength = WORDS[channel][word].strength if word else 0
        assert strength >= strongest
        strongest = strength


def test_a_word_does_not_take_the_place_of_itself_or_of_a_stronger_one() -> None:
    assert overrules("visit", "told", "")
    assert not overrules("visit", "told", "told")
    assert not overrules("visit", "declined", "relayed")
    assert overrules("visit", "needs_help", "told")


def test_every_word_slot_and_result_is_said_in_two_languages() -> None:
    codes = [f"telling.word.{word}" for table in WORDS.values() for word in table]
    codes += [f"telling.slot.{slot}" for slot in SLOTS]
    codes += [f"tasks.kind.{kind}" for kind in RESULTS]
    codes += [f"tasks.result.{result}" for results in RESULTS.values() for result in results]
    for code in codes:
        assert say(code) != code
        assert say(code, "en") != code
