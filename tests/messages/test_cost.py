"""What texts cost agrees with counting them one by one, and what less would save with writing less."""

from __future__ import annotations

import statistics
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.parts import count_parts
from outreach.messages.cost import MOST_CUT, Cost, Saving, Size, cost_of, size

Billing = Literal["china", "3gpp"]
HAN = "惠"

SIZES = {
    "a full part of Chinese": (HAN * 70, "china", Size(1)),
    "one character past the first part": (HAN * 71, "china", Size(2, 1, 1)),
    "three past the first part": (HAN * 73, "china", Size(2, 3, 1)),
    "one character past the second part": (HAN * 135, "china", Size(3, 1, 1)),
    "a full part of letters on the network": ("a" * 160, "3gpp", Size(1)),
    "letters are characters to a Chinese carrier": ("a" * 160, "china", Size(3, 26, 1)),
    "one Chinese mark among letters is what to leave out": ("a" * 150 + "，", "3gpp", Size(3, 1, 2)),
    "a rare character is two units": (HAN * 69 + "𬭛", "china", Size(2, 1, 1)),
    "a rare character across two parts": (HAN * 66 + "𬭛" + HAN * 66, "china", Size(3, 1, 1)),
    "nothing at all is one part": ("", "china", Size(1)),
}  # fmt: skip


@pytest.mark.parametrize(("text", "billing", "expected"), SIZES.values(), ids=SIZES)
def test_size_says_how_much_too_long(text: str, billing: Billing, expected: Size) -> None:
    assert size(text, billing) == expected


TEXTS = st.lists(
    st.one_of(
        st.builds(lambda one, n, tail: one * n + tail, st.sampled_from("惠a，€𬭛"), st.integers(0, 150), st.text("惠a€𬭛", max_size=6)),
        st.text("惠民ab€^𬭛【】", max_size=80),
    ),
    max_size=12,
)  # fmt: skip
BILLINGS = st.sampled_from(["china", "3gpp"])


@given(TEXTS, BILLINGS, st.integers(0, 12))
def test_every_figure_agrees_with_counting_one_by_one(
    texts: list[str], billing: Billing, fen: int
) -> None:
    cost = cost_of(texts, billing, fen)
    each = [count_parts(text, billing).parts for text in texts]
    assert cost.messages == len(texts)
    assert cost.total == sum(each)
    assert cost.fen == sum(each) * fen
    assert cost.histogram == {count: each.count(count) for count in sorted(set(each))}
    if each:
        middle = statistics.median_high(each)
        assert cost.summary() == {
            "min": min(each), "median": middle, "max": max(each), "total": sum(each),
        }  # fmt: skip
    else:
        assert cost.summary() == {}
        assert (cost.minimum, cost.median, cost.maximum) == (0, 0, 0)


@given(TEXTS, st.integers(0, 12))
def test_savings_agree_with_cutting_every_text(texts: list[str], fen: int) -> None:
    """As a Chinese carrier counts, each of MOST_CUT characters less saves exactly what is said."""
    said = {one.characters: one for one in cost_of(texts, "china", fen).savings}
    saved = Saving(0, 0, 0)
    for less in range(1, MOST_CUT + 1):
        saved = said.get(less, saved)
        cut = [text[: max(0, len(text) - less)] for text in texts]
        before = sum(count_parts(text, "china").parts for text in texts)
        after = sum(count_parts(text, "china").parts for text in cut)
        assert (saved.parts, saved.fen) == (before - after, (before - after) * fen)


@given(TEXTS, TEXTS, BILLINGS)
def test_a_campaign_costs_what_its_steps_cost(
    one: list[str], other: list[str], billing: Billing
) -> None:
    both = cost_of(one, "china", 5) + cost_of(other, billing, 8)
    assert both.fen == cost_of(one, "china", 5).fen + cost_of(other, billing, 8).fen
    assert both.messages == len(one) + len(other)
    again = Cost.from_dict(both.as_dict())
    assert (again, again.savings) == (both, both.savings)


def test_money_is_whole_fen() -> None:
    cost = cost_of([HAN * 71] * 1204, "china", 5)
    assert cost.savings == (Saving(1, 1204, 6020),)
    assert cost.savings[0].as_dict() == {"characters": 1, "parts": 1204, "cost_fen": 6020}
    assert isinstance(cost.fen, int)
