"""Weeks as offices write them."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.errors import Invalid
from outreach.reach.signals.weeks import is_week, parse_week, week_in

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2026年第47周", None), ("2026-W47", None), ("第47周", 2026), ("47周", 2026), ("2026第47周", None),
        ("2026-11-16", None), ("2026/11/18", None), ("2026年11月22日", None), ("20261116", None), ("46342", None),
        ("2026-11-16至2026-11-22", None), ("2026年11月16日—11月22日", None), ("2026年11月16日-22日", None),
        ("11.16-11.22", 2026), ("11月16日~11月22日", 2026), ("20261116-20261122", None),
        ("2026.11.16 — 2026.11.22", None), ("\uff11\uff11.16\uff0d11.22", 2026),
    ],
)  # fmt: skip
def test_a_week_is_kept_by_its_monday_however_it_is_written(text: str, year: int | None) -> None:
    found = parse_week(text, year)
    assert (found.monday, found.shifted) == (MONDAY, False)
    assert is_week(text)


@pytest.mark.parametrize(
    ("text", "year", "monday"),
    [
        ("2026-11-20至2026-11-26", None, date(2026, 11, 23)),  # Friday to Thursday: four days in the later week
        ("2026-11-14至2026-11-20", None, MONDAY),  # Saturday to Friday
        ("2026-11-15至2026-11-21", None, MONDAY),  # Sunday to Saturday
    ],
)  # fmt: skip
def test_a_week_from_another_day_is_kept_where_most_of_it_lies_and_says_so(
    text: str, year: int | None, monday: date
) -> None:
    found = parse_week(text, year)
    assert (found.monday, found.shifted) == (monday, True)


@pytest.mark.parametrize(
    ("text", "year"),
    [("12.28-1.3", 2026), ("2026.12.28-2027.1.3", None), ("12月28日至2027年1月3日", None)],
)
def test_a_week_over_new_year_ends_in_the_next(text: str, year: int | None) -> None:
    assert parse_week(text, year).monday == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("text", "year", "code"),
    [
        ("第47周", None, "signals.week_year"),
        ("11.16-11.22", None, "signals.week_year"),
        ("2026-11-01至2026-11-30", None, "signals.week_length"),
        ("2026-11-16至2026-11-21", None, "signals.week_length"),
        ("2026年第54周", None, "signals.week"),
        ("2026-13-01", None, "signals.week"),
        ("十一月", None, "signals.week"),
        ("47", 2026, "signals.week"),
        ("件数", 2026, "signals.week"),
    ],
)
def test_what_is_no_week_is_said(text: str, year: int | None, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_week(text, year)
    assert caught.value.code == code


def test_a_title_names_its_week() -> None:
    for title in ("12345热线周报（2026年11月16日—11月22日）", "示范县2026年第47周热线情况"):
        found = week_in(title)
        assert found is not None
        assert found.monday == MONDAY
    assert week_in("12345热线情况通报") is None
