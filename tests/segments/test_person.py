"""Ages, birthdays and the facts of a person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.errors import FactsError
from segments.person import Person, age_on, birthday, cutoff_birth


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        pytest.param("1946-11-23", "2026-11-23", 80, id="birthday today"),
        pytest.param("1946-11-24", "2026-11-23", 79, id="birthday tomorrow"),
        pytest.param("1946-11-22", "2026-11-23", 80, id="birthday yesterday"),
        pytest.param("1944-02-29", "2024-02-29", 80, id="born on 29 February, leap year"),
        pytest.param(
            "1944-02-29", "2025-02-28", 80, id="born on 29 February, day before the 81st birthday"
        ),
        pytest.param(
            "1944-02-29", "2025-03-01", 81, id="born on 29 February, other years count from 1 March"
        ),
        pytest.param("2026-11-23", "2026-11-23", 0, id="born today"),
        pytest.param("2026-11-24", "2026-11-23", -1, id="born tomorrow"),
    ],
)
def test_completed_years(birth: str, on: str, age: int) -> None:
    assert age_on(date.fromisoformat(birth), date.fromisoformat(on)) == age


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31)) | st.sampled_from(
    [
        date(year, month, day)
        for year in (1904, 1960, 2000, 2023, 2024)
        for month, day in ((2, 28), (3, 1))
    ]
    + [date(1904, 2, 29), date(1960, 2, 29), date(2000, 2, 29), date(2024, 2, 29)]
)


@settings(max_examples=200, deadline=None)
@given(birth=DAYS, on=DAYS, age=st.integers(0, 151))
def test_cut_off_date_birthday_and_age_agree(birth: date, on: date, age: int) -> None:
    reached = age_on(birth, on) >= age
    assert (birth <= cutoff_birth(age, on)) is reached
    day = birthday(birth, age)
    assert day is not None
    assert (day <= on) is reached


def test_an_age_beyond_the_calendar_has_no_dates() -> None:
    assert birthday(date(2000, 1, 1), 9000) is None
    assert cutoff_birth(9000, date(2026, 1, 1)) == date.min


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"circumstances": 1}, id="true but not known"),
        pytest.param({"circumstances_known": 1 << 63}, id="bit 63"),
        pytest.param({"circumstances_known": -1}, id="negative bits"),
        pytest.param({"sex": "X"}, id="sex"),
        pytest.param({"hukou_type": "农业"}, id="hukou type"),
        pytest.param({"region": "430000"}, id="region not cut"),
        pytest.param({"hukou_region": "4312261"}, id="region of no level"),
    ],
)
def test_impossible_facts_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"known|bits|sex|region"):
        Person(**facts)


def test_facts_from_json() -> None:
    person = Person.from_facts(
        {
            "birth": "1946-11-23",
            "sex": "女",
            "region": "431226101000",
            "hukou_region": None,
            "hukou_type": "rural",
            "circumstances": ["低保户", "dis.g1"],
            "not": ["职工医保"],
            "income_month": 500,
        }
    )
    bits = 1 << 0 | 1 << 9 | 1 << 10 | 1 << 11
    assert person == Person(
        birth=date(1946, 11, 23),
        sex="F",
        region="431226101",
        hukou_type="rural",
        circumstances=bits,
        circumstances_known=bits | 1 << 62 | 1 << 12,
        income_month=500,
    )
    assert Person.from_facts({}) == Person()


@pytest.mark.parametrize(
    ("facts", "code", "key"),
    [
        ({"brith": "1946-11-23"}, "segments.unknown_fact", "brith"),
        ({"birth": "1946-02-30"}, "segments.bad_date_fact", "birth"),
        ({"birth": 19460230}, "segments.bad_date_fact", "birth"),
        ({"sex": "X"}, "segments.bad_sex_fact", "sex"),
        ({"region": 431226}, "segments.bad_region_fact", "region"),
        ({"hukou_region": "4312261"}, "segments.bad_region_fact", "hukou_region"),
        ({"hukou_type": ["rural"]}, "segments.bad_hukou_type_fact", "hukou_type"),
        ({"income_month": -1}, "segments.bad_number_fact", "income_month"),
        ({"household_size": True}, "segments.bad_number_fact", "household_size"),
        ({"circumstances": "低保"}, "segments.bad_list_fact", "circumstances"),
        ({"not": ["富裕"]}, "segments.unknown_circumstance_fact", "not"),
        (
            {"circumstances": ["dis.g3"], "not": ["dis.any"]},
            "segments.contradiction",
            "circumstances",
        ),
        ({"circumstances": ["dis.g3", "dis.severe"]}, "segments.contradiction", "circumstances"),
        ([], "segments.not_facts", ""),
    ],
)
def test_wrong_facts_name_the_key(facts: object, code: str, key: str) -> None:
    with pytest.raises(FactsError) as caught:
        Person.from_facts(facts)
    assert (caught.value.code, caught.value.key) == (code, key)
