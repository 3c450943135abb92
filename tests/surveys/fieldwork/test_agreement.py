"""Cohen's kappa, and what it means in words."""

from __future__ import annotations

import random

import pytest

from outreach.surveys.fieldwork.agreement import compared, kappa, meaning
from outreach.surveys.instrument import awareness_instrument


def table(yes_yes: int, yes_no: int, no_yes: int, no_no: int) -> list[tuple[str, str]]:
    return (
        [("y", "y")] * yes_yes + [("y", "n")] * yes_no + [("n", "y")] * no_yes + [("n", "n")] * no_no
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        pytest.param(table(20, 5, 10, 15), 0.4, id="observed .7, by chance .5"),
        pytest.param(table(45, 15, 25, 15), 0.1304, id="observed .6, by chance .54"),
        pytest.param(table(25, 35, 5, 35), 0.2593, id="the same agreement, other habits"),
        pytest.param(table(10, 0, 0, 10), 1.0, id="always the same"),
        pytest.param(table(0, 10, 10, 0), -1.0, id="always the opposite"),
        pytest.param(table(5, 5, 5, 5), 0.0, id="chance"),
    ],
)
def test_kappa_of_known_tables(pairs: list[tuple[str, str]], value: float) -> None:
    assert kappa(pairs) == pytest.approx(value, abs=5e-5)


def test_kappa_is_that_of_the_textbook_package() -> None:
    rates = pytest.importorskip("statsmodels.stats.inter_rater")
    draw = random.Random(7)
    for _ in range(20):
        counts = [[draw.randrange(9) for _ in range(3)] for _ in range(3)]
        counts[0][1] += 1  # never only one answer
        pairs = [
            (str(a), str(b)) for a, row in enumerate(counts) for b, n in enumerate(row) for _ in range(n)
        ]  # fmt: skip
        ours = kappa(pairs)
        assert ours is not None
        assert ours == pytest.approx(rates.cohens_kappa(counts).kappa)


@pytest.mark.parametrize("pairs", [[], table(7, 0, 0, 0)], ids=["nobody", "one answer only"])
def test_without_variety_there_is_no_kappa(pairs: list[tuple[str, str]]) -> None:
    assert kappa(pairs) is None


@pytest.mark.parametrize(
    ("value", "n", "word"),
    [
        (None, 50, "两次回答都是同一项，除去碰巧后看不出一致程度"),
        (-0.2, 50, "不比碰巧好"),
        (0.2, 50, "一致性很弱"),
        (0.41, 50, "一致性中等"),
        (0.8, 50, "一致性较强"),
        (0.81, 50, "几乎完全一致"),
        (0.81, 29, "几乎完全一致（只有 29 份，仅供参考）"),
    ],
)
def test_kappa_in_words(value: float | None, n: int, word: str) -> None:
    assert meaning(value, n) == word


def test_only_questions_that_were_answered_twice_are_compared() -> None:
    instrument = awareness_instrument("高龄津贴")
    first = {"prompted": "aware", "channel": "sms,group", "who": "right"}
    second = {"prompted": "aware", "channel": "group,sms", "applied": "applied"}
    found = {one.code: one for one in compared(instrument, [(first, second)])}
    assert (found["prompted"].n, found["prompted"].equal, found["prompted"].percent) == (1, 1, 100)
    assert (found["channel"].n, found["channel"].equal) == (1, 1)  # the order of ticks says nothing
    assert (found["who"].n, found["who"].percent, found["applied"].n) == (0, None, 0)
    assert found["who"].word == "还没有可比的答卷"
