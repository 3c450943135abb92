"""The retirement schedule: its vectors, and that its three questions agree on every day of birth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.retirement import (
    WOMEN_CADRE,
    add_months,
    cutoff_birth_for,
    first_day_within,
    months_to_retirement,
    retirement_day,
    schedule_for,
)

WHO = [("M", ""), ("F", "cadre"), ("F", "worker")]
EACH = pytest.mark.parametrize(("sex", "job_kind"), WHO)


def births() -> Iterator[date]:
    day = date(1955, 1, 1)
    while day <= date(1990, 12, 31):
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("sex", "job_kind", "birth", "years", "months", "on"),
    [
        pytest.param("M", "", "1964-12-31", 60, 0, "2024-12-31", id="the last man before the schedule"),
        pytest.param("M", "", "1965-01-01", 60, 1, "2025-02-01", id="the first man of the schedule"),
        pytest.param("M", "", "1965-01-31", 60, 1, "2025-02-28", id="in the month of the table, not after it"),
        pytest.param("M", "", "1965-04-30", 60, 1, "2025-05-30", id="the first four months are one step"),
        pytest.param("M", "", "1965-05-01", 60, 2, "2025-07-01", id="the fifth month is the next step"),
        pytest.param("M", "worker", "1965-05-01", 60, 2, "2025-07-01", id="for men the kind of job is nothing"),
        pytest.param("M", "", "1976-08-31", 62, 11, "2039-07-31", id="the last man before the cap"),
        pytest.param("M", "", "1976-09-01", 63, 0, "2039-09-01", id="the cap for men"),
        pytest.param("M", "", "1990-06-15", 63, 0, "2053-06-15", id="long after the cap"),
        pytest.param("F", "cadre", "1969-12-31", 55, 0, "2024-12-31", id="the last woman of 55 before it"),
        pytest.param("F", "cadre", "1970-01-10", 55, 1, "2025-02-10", id="the first woman of 55 in it"),
        pytest.param("F", "cadre", "1981-09-01", 58, 0, "2039-09-01", id="the cap for women of 55"),
        pytest.param("F", "worker", "1974-12-31", 50, 0, "2024-12-31", id="the last woman of 50 before it"),
        pytest.param("F", "worker", "1975-01-10", 50, 1, "2025-02-10", id="the first woman of 50 in it"),
        pytest.param("F", "worker", "1975-02-28", 50, 1, "2025-03-28", id="two months are one step"),
        pytest.param("F", "worker", "1975-03-10", 50, 2, "2025-05-10", id="the third month is the next"),
        pytest.param("F", "worker", "1984-11-01", 55, 0, "2039-11-01", id="the cap for women of 50"),
        pytest.param("F", "cadre", "1968-02-29", 55, 0, "2023-02-28", id="born on 29 February"),
    ],
)  # fmt: skip
def test_vectors(sex: str, job_kind: str, birth: str, years: int, months: int, on: str) -> None:
    schedule = schedule_for(sex, job_kind)
    assert schedule is not None
    assert schedule.age_months(date.fromisoformat(birth)) == years * 12 + months
    assert retirement_day(date.fromisoformat(birth), sex, job_kind) == date.fromisoformat(on)


@pytest.mark.parametrize(
    ("sex", "job_kind"), [("F", ""), ("", "worker"), ("", ""), ("F", "manager")]
)
def test_what_is_not_known_has_no_answer(sex: str, job_kind: str) -> None:
    born, on = date(1970, 1, 1), date(2026, 11, 23)
    assert retirement_day(born, sex, job_kind) is None
    assert months_to_retirement(born, sex, job_kind, on) is None
    assert first_day_within(60, born, sex, job_kind) is None
    with pytest.raises(ValueError, match="no retirement age"):
        cutoff_birth_for(60, sex, job_kind, on)


@pytest.mark.parametrize(
    ("birth", "on", "left"),
    [
        pytest.param("1965-01-10", "2025-02-10", 0, id="today"),
        pytest.param("1965-01-10", "2025-02-09", 1, id="tomorrow: a begun month is a month"),
        pytest.param("1965-01-10", "2025-01-10", 1, id="a month to the day"),
        pytest.param("1965-01-10", "2025-01-09", 2, id="a month and a day"),
        pytest.param("1965-01-31", "2025-01-31", 1, id="from the 31st to the end of February"),
        pytest.param("1965-01-31", "2024-12-31", 2, id="two short months"),
        pytest.param("1965-01-10", "2030-01-01", 0, id="long ago"),
    ],
)  # fmt: skip
def test_months_left(birth: str, on: str, left: int) -> None:
    assert months_to_retirement(date.fromisoformat(birth), "M", "", date.fromisoformat(on)) == left


@EACH
def test_who_is_born_later_never_retires_earlier(sex: str, job_kind: str) -> None:
    days = [retirement_day(birth, sex, job_kind) for birth in births()]
    assert all(one is not None and two is not None and one <= two for one, two in pairwise(days))


@EACH
@pytest.mark.parametrize("on", ["2025-01-31", "2026-11-23", "2028-02-29"])
@pytest.mark.parametrize("months", [0, 1, 12, 60, 120])
def test_the_cutoff_says_the_same_for_every_day_of_birth(
    sex: str, job_kind: str, on: str, months: int
) -> None:
    day = date.fromisoformat(on)
    cutoff = cutoff_birth_for(months, sex, job_kind, day)
    for birth in births():
        left = months_to_retirement(birth, sex, job_kind, day)
        assert left is not None
        assert (birth <= cutoff) == (left <= months), birth


@settings(max_examples=300)
@given(
    who=st.sampled_from(WHO),
    birth=st.dates(date(1900, 1, 1), date(2060, 12, 31)),
    on=st.dates(date(1950, 1, 1), date(2120, 12, 31)),
    months=st.integers(0, 1200),
)
def test_cutoff_first_day_and_months_left_agree(
    who: tuple[str, str], birth: date, on: date, months: int
) -> None:
    left = months_to_retirement(birth, *who, on)
    first = first_day_within(months, birth, *who)
    assert left is not None
    assert first is not None
    assert (left <= months) == (on >= first) == (birth <= cutoff_birth_for(months, *who, on))


@settings(max_examples=300)
@given(
    who=st.sampled_from(WHO),
    birth=st.dates(date(1955, 1, 1), date(1990, 12, 31)),
    on=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
)
def test_months_left_is_the_smallest_number_that_reaches_the_day(
    who: tuple[str, str], birth: date, on: date
) -> None:
    left, reached = months_to_retirement(birth, *who, on), retirement_day(birth, *who)
    assert left is not None
    assert reached is not None
    assert add_months(on, left) >= reached
    assert left == 0 or add_months(on, left - 1) < reached


def test_the_ends_of_the_calendar_do_not_break_it() -> None:
    assert add_months(date(2026, 1, 31), 10**6) == date.max
    assert add_months(date(2026, 1, 31), -(10**6)) == date.min
    assert cutoff_birth_for(10**6, "M", "", date(2026, 1, 1)) > date(9000, 1, 1)
    assert cutoff_birth_for(0, "M", "", date(30, 1, 1)) == date.min
    assert retirement_day(date.max, "F", "cadre") == date.max
    assert WOMEN_CADRE.age_months(date.max) == 58 * 12
    with pytest.raises(ValueError, match="months"):
        cutoff_birth_for(-1, "M", "", date(2026, 1, 1))
