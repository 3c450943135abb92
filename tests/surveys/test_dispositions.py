"""What became of sampled people: words, groups, and AAPOR's rates."""

from __future__ import annotations

from itertools import product

import pytest

from outreach.errors import Invalid
from outreach.surveys.dispositions import (
    AGAIN,
    CODES,
    GROUPS,
    INTERVIEWED,
    OUTSIDE,
    Disposition,
    label,
    parse_disposition,
    response,
    response_rate,
)

D = Disposition

COUNTY = {
    D.COMPLETED: 60, D.PARTIAL: 5, D.REFUSED: 7, D.BROKE_OFF: 3, D.NOT_HOME: 6, D.AWAY: 2, D.LANGUAGE: 1, D.UNABLE: 1,
    D.UNREACHABLE: 8, D.MOVED: 3, D.NO_ADDRESS: 1, D.PENDING: 2, D.DECEASED: 4, D.INELIGIBLE: 5, D.DUPLICATE: 2,
}  # fmt: skip
"""I 60, P 5, R 10, NC 8, O 2, U 14, NE 11."""


def told(counts: dict[Disposition, int]) -> list[Disposition]:
    return [each for each, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("drawn", 110),
        ("eligible", 99),
        ("interviewed", 65),
        ("missed", 34),
        ("rate", 60 / 99),
        ("rr2", 65 / 99),
        ("e", 85 / 96),
        ("cooperation", 60 / 77),
        ("refusal", 10 / 99),
        ("contact", 77 / 99),
    ],
)
def test_the_rates_of_a_county_by_hand(name: str, value: float) -> None:
    assert getattr(response(told(COUNTY)), name) == pytest.approx(value)


@pytest.mark.parametrize(
    ("e", "rate"),
    [
        pytest.param(None, 60 / (85 + 14 * 85 / 96), id="e estimated among those who are known"),
        pytest.param(0.5, 60 / 92, id="e given"),
        pytest.param(1.0, 60 / 99, id="everybody belongs: RR1"),
        pytest.param(0.0, 60 / 85, id="nobody of them belongs: RR5"),
    ],
)
def test_the_third_rate_takes_part_of_the_unknown(e: float | None, rate: float) -> None:
    assert response(told(COUNTY)).rr3(e) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("completed", "drawn", "percent"), [(3002, 6247, "48.06"), (215, 1410, "15.25")]
)
def test_published_response_rates_come_out(completed: int, drawn: int, percent: str) -> None:
    found = response([*[D.COMPLETED] * completed, *[D.UNREACHABLE] * (drawn - completed)])
    assert found.rate == response_rate(completed, drawn)
    assert f"{100 * response_rate(completed, drawn):.2f}" == percent
    assert found.low


def test_rates_keep_their_order_whatever_happened() -> None:
    some = (D.COMPLETED, D.PARTIAL, D.REFUSED, D.UNREACHABLE, D.DECEASED)
    for counts in product((0, 1, 3), repeat=len(some)):
        found = response(told(dict(zip(some, counts, strict=True))))
        rr1, rr2, rr3 = found.rate, found.rr2, found.rr3()
        if rr1 is None:
            assert found.eligible == 0
            continue
        assert rr2 is not None
        assert 0 <= rr1 <= rr2 <= 1
        if rr3 is not None:
            assert rr1 <= rr3 <= 1
        assert found.refusal is not None
        assert rr2 + found.refusal <= 1 + 1e-12


def test_nobody_gives_no_rate() -> None:
    found = response([])
    assert (found.rate, found.rr2, found.e, found.rr3(), found.cooperation) == (None,) * 5
    assert response([D.PENDING]).rr3() is None  # nothing is known that e could be estimated from
    assert response([D.PENDING]).rr3(1.0) == 0


@pytest.mark.parametrize("e", [-0.1, 1.1])
def test_a_share_is_a_share(e: float) -> None:
    with pytest.raises(ValueError, match="not a share"):
        response([D.COMPLETED]).rr3(e)


@pytest.mark.parametrize("disposition", list(Disposition))
def test_each_is_found_by_code_and_word_and_number(disposition: Disposition) -> None:
    assert parse_disposition(disposition.value) is disposition
    assert parse_disposition(f" {label(disposition)} ") is disposition
    numbers = [number for number, each in CODES.items() if each is disposition]
    assert [parse_disposition(str(number)) for number in numbers] == [disposition] * len(numbers)
    assert len(numbers) == (disposition is not D.PENDING)
    assert disposition in GROUPS


@pytest.mark.parametrize(
    ("word", "disposition"),
    [("已去世", D.DECEASED), ("不属于调查对象", D.INELIGIBLE), ("14", D.DUPLICATE)],
)
def test_words_of_earlier_sheets_are_still_read(word: str, disposition: Disposition) -> None:
    assert parse_disposition(word) is disposition


@pytest.mark.parametrize("text", ["0", "15", "-1", "完成了", "①", "1.0"])
def test_another_word_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(Invalid) as problem:
        parse_disposition(text)
    assert problem.value.code == "surveys.unknown_disposition"
    assert "部分完成" in str(problem.value.params["choices"])


def test_groups_divide_everybody() -> None:
    assert {D.DECEASED, D.INELIGIBLE, D.DUPLICATE} == OUTSIDE
    assert not INTERVIEWED & (OUTSIDE | AGAIN)
    assert len({label(each) for each in D}) == len(D)
