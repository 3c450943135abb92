"""From answers of sampled people to the figure that is shown."""

from __future__ import annotations

import pytest

from outreach.errors import Invalid
from outreach.surveys.awareness import wilson
from outreach.surveys.dispositions import Disposition, parse_disposition, response, response_rate
from outreach.surveys.instrument import awareness_instrument, parse_instrument
from outreach.surveys.questions import Kind
from outreach.surveys.results.headline import Interview, headline, share, worst_case

STANDARD = awareness_instrument("高龄津贴")
DONE = Disposition.COMPLETED


def answered(option: str, times: int, fictional: str = "没听说过") -> list[Interview]:
    return [Interview(DONE, {"prompted": option, "fictional": fictional})] * times


def missed(disposition: Disposition, times: int) -> list[Interview]:
    return [Interview(disposition)] * times


SAMPLE = [
    *answered("知道", 60),
    *answered("听说过", 20),
    *answered("没听说过", 25, fictional="知道"),
    *answered("说不清", 8),
    *answered("拒答", 5),
    *answered("", 2),
    *missed(Disposition.REFUSED, 10),
    *missed(Disposition.NOT_HOME, 15),
    *missed(Disposition.DECEASED, 4),
    *missed(Disposition.INELIGIBLE, 1),
]


def test_the_headline_counts_only_who_knows_among_all_who_were_asked() -> None:
    found = headline(STANDARD, SAMPLE)
    assert (found.share.aware, found.share.n, found.share.rate) == (60, 120, 0.5)
    assert (found.share.low, found.share.high) == wilson(60, 120)
    assert (found.share.use, found.share.word()) == ("compare", "可比较")


def test_the_other_base_leaves_out_who_had_no_opinion() -> None:
    found = headline(STANDARD, SAMPLE)
    assert (found.decided.aware, found.decided.n) == (60, 105)
    assert found.heard == 20


def test_over_claiming_stands_beside_the_figure() -> None:
    fictional = headline(STANDARD, SAMPLE).fictional
    assert fictional is not None
    assert (fictional.aware, fictional.n) == (25, 120)
    data = STANDARD.as_data()
    data["questions"] = [q for q in data["questions"] if q["kind"] != Kind.FICTIONAL]
    assert headline(parse_instrument(data), SAMPLE).fictional is None


def test_everybody_who_was_drawn_is_accounted_for() -> None:
    told = headline(STANDARD, SAMPLE).response
    assert (told.drawn, told.completed, told.eligible, told.missed) == (150, 120, 145, 25)
    assert told.counts[Disposition.NOT_HOME] == 15
    assert told.counts[Disposition.MOVED] == 0
    assert told.rate == pytest.approx(120 / 145)
    assert headline(STANDARD, SAMPLE).worst_case is None


def test_a_low_response_prints_the_worst_case() -> None:
    found = headline(STANDARD, [*answered("知道", 40), *missed(Disposition.UNREACHABLE, 60)])
    assert found.response.low
    assert found.worst_case == (0.4, 1.0)
    assert found.share.rate == 1.0


def test_exactly_half_is_no_low_response() -> None:
    assert not response([DONE, Disposition.MOVED]).low
    assert response([DONE, Disposition.MOVED, Disposition.PENDING]).low


@pytest.mark.parametrize(
    ("n", "word"), [(29, "样本不足"), (30, "仅供参考"), (99, "仅供参考"), (100, "可比较")]
)
def test_few_answers_are_called_few(n: int, word: str) -> None:
    assert share(n // 2, n).word() == word


def test_nobody_answered_gives_no_rate() -> None:
    found = headline(STANDARD, missed(Disposition.REFUSED, 3))
    assert (found.share.rate, found.share.low, found.share.high) == (None, None, None)
    assert (found.share.use, found.worst_case) == ("none", (0.0, 1.0))
    empty = headline(STANDARD, [])
    assert (empty.response.rate, empty.worst_case, empty.response.low) == (None, None, False)


def test_answers_of_people_who_were_not_interviewed_do_not_count() -> None:
    found = headline(STANDARD, [Interview(Disposition.REFUSED, {"prompted": "知道"})])
    assert (found.share.aware, found.share.n) == (0, 0)


def test_an_answer_that_is_no_option_is_refused() -> None:
    with pytest.raises(Invalid):
        headline(STANDARD, answered("大概知道", 1))


@pytest.mark.parametrize(
    ("completed", "drawn", "rate"), [(3002, 6247, 0.4806), (215, 1410, 0.1525)]
)
def test_response_rates_are_the_worked_numbers(completed: int, drawn: int, rate: float) -> None:
    assert response_rate(completed, drawn) == pytest.approx(rate, abs=5e-5)
    told = response([DONE] * completed + [Disposition.NOT_HOME] * (drawn - completed))
    assert told.rate == response_rate(completed, drawn)


def test_an_impossible_response_rate_is_refused() -> None:
    for completed, eligible in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="response rate"):
            response_rate(completed, eligible)
    with pytest.raises(ValueError, match="nobody"):
        worst_case(0, response([Disposition.DECEASED]))


@pytest.mark.parametrize(
    ("text", "disposition"),
    [
        ("完成", DONE),
        ("completed", DONE),
        (" 不在家 ", Disposition.NOT_HOME),
        ("拒访", Disposition.REFUSED),
        ("", Disposition.PENDING),
    ],
)
def test_a_disposition_is_read_from_its_word_or_code(text: str, disposition: Disposition) -> None:
    assert parse_disposition(text) == disposition


def test_an_unknown_disposition_lists_the_choices() -> None:
    with pytest.raises(Invalid) as raised:
        parse_disposition("出差")
    assert "已搬走" in str(raised.value.params["choices"])
