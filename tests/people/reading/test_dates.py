"""Birth dates as offices write them, and why some are none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.people.reading.dates import EPOCH_1904, parse_date, parse_month
from outreach.wording import catalogue
from tests.people.office import TODAY, wide

DAY = date(1949, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "1949.12.31", "1949年12月31日", "1949年12月31", "1949/12/31", "19491231", "1949-12-31", "1949-12-31 00:00:00",
        "1949/12/31 0:00", "1949-12-31T00:00:00", "1949 12 31", "1949、12、31", "1949。12。31", "1949—12—31", "1949 年 12 月 31 日",
        "'1949-12-31", "\u200b1949-12-31\ufeff", "\u00a01949-12-31", wide("1949-12-31"), wide("19491231"), "18263", "18263.0",
        "1949年12月31号", "19491231.0",
    ],
)  # fmt: skip
def test_a_date_in_every_form(text: str) -> None:
    assert parse_date(text, TODAY) == DAY


def test_day_numbers_of_the_other_calendar() -> None:
    assert parse_date("16801", TODAY, EPOCH_1904) == DAY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1949-12", "people.birth_incomplete"),
        ("1949年12月", "people.birth_incomplete"),
        ("194912", "people.birth_incomplete"),
        ("1949", "people.birth_incomplete"),
        ("不详年", "people.birth_incomplete"),
        ("49-12-31", "people.birth_short_year"),
        ("49.12.31", "people.birth_short_year"),
        ("49年12月31日", "people.birth_short_year"),
        ("491231", "people.birth_short_year"),
        ("31/12/1949", "people.birth_year_last"),
        ("12-31-1949", "people.birth_year_last"),
        ("1949-31-12", "people.birth_swapped"),
        ("19493112", "people.birth_swapped"),
        ("1949-02-30", "people.birth_impossible"),
        ("1949-13-32", "people.birth_impossible"),
        ("1949-00-00", "people.birth_impossible"),
        ("1800-01-01", "people.birth_impossible"),
        ("2026-11-24", "people.birth_future"),
        ("99999", "people.birth_future"),
    ],
)
def test_what_is_no_date_says_why(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_date(text, TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("1949-12", (1949, 12)), ("1949.12", (1949, 12)), ("1949年12月", (1949, 12)), ("194912", (1949, 12)),
        ("1949", (1949, 0)), ("1949年", (1949, 0)), ("1949-13", None), ("491231", None), ("1949-12-31", None), ("", None),
    ],
)  # fmt: skip
def test_year_and_month_alone(text: str, month: tuple[int, int] | None) -> None:
    assert parse_month(text) == month


@given(st.text(st.sampled_from("0123456789年月日-/. :T'一\u200b\ufeff" + wide("19")), max_size=14))
@settings(max_examples=400, deadline=None)
def test_whatever_stands_there_it_is_a_date_or_a_reason(text: str) -> None:
    parse_month(text)
    try:
        day = parse_date(text, TODAY)
    except Invalid as error:
        reason, day = error.code, TODAY
    else:
        reason = "people.birth_incomplete"
    assert reason in catalogue()
    assert date(1880, 1, 1) <= day <= TODAY
