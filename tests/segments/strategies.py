"""Generated people and rules: small worlds, so that clauses often meet and often miss."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from segments.parse import parse_rule
from segments.person import Person, age_on
from segments.rules import Rule
from segments.vocabulary import CIRCUMSTANCES

BITS = (0, 1, 2, 30, 31, 32, 33, 61, 62)
CODES = tuple(one.code for one in CIRCUMSTANCES if one.bit in BITS)
BIRTHS = (
    date(1936, 2, 29), date(1946, 11, 23), date(1946, 11, 24), date(1956, 3, 1), date(1960, 2, 28), date(1960, 2, 29),
    date(2008, 2, 29), date(2011, 11, 9), date(2011, 11, 10), date(2023, 11, 23), date(2023, 11, 24), date(2024, 2, 29),
    date(2027, 1, 1),
)  # fmt: skip
DAYS = (
    date(2024, 2, 29),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2026, 11, 23),
    date(2028, 2, 29),
)
PLACES = (
    "",
    "43",
    "44",
    "4312",
    "431226",
    "431227",
    "431226101",
    "431226101001",
    "431226101001G1",
    "431226101001G12",
)
_NUMBERS = {
    "age": (0, 1, 2, 3, 13, 15, 59, 60, 79, 80, 90),
    "income_month": (0, 500, 900),
    "household_size": (1, 3, 5),
}


@st.composite
def people(draw: st.DrawFn) -> Person:
    known = draw(st.lists(st.sampled_from(BITS), unique=True))
    have = [bit for bit in known if draw(st.booleans())]
    return Person(
        birth=draw(st.none() | st.sampled_from(BIRTHS)),
        sex=draw(st.sampled_from(("", "M", "F"))),
        region=draw(st.sampled_from(PLACES)),
        hukou_region=draw(st.sampled_from(PLACES)),
        hukou_type=draw(st.sampled_from(("", "rural", "urban", "resident"))),
        circumstances=sum(1 << bit for bit in have),
        circumstances_known=sum(1 << bit for bit in known),
        income_month=draw(st.none() | st.sampled_from((0, 499, 500, 900, 901))),
        household_size=draw(st.none() | st.sampled_from((1, 2, 3, 6))),
    )


def _ordered(draw: st.DrawFn, values: tuple[Any, ...]) -> dict[str, Any]:
    op = draw(st.sampled_from((">=", "<=", ">", "<", "=", "between", "in")))
    one = st.sampled_from(values)
    if op == "between":
        return {"op": op, "value": sorted([draw(one), draw(one)])}
    return {
        "op": op,
        "value": draw(st.lists(one, min_size=1, max_size=3)) if op == "in" else draw(one),
    }


_ALLOWED = (("sex", ["M", "F"]), ("hukou_type", ["rural", "urban", "resident"]))
_CODE_LISTS = st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)


@st.composite
def _numbers(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(tuple(_NUMBERS)))
    return {"field": field, **_ordered(draw, _NUMBERS[field])}


@st.composite
def _births(draw: st.DrawFn) -> dict[str, Any]:
    return {"field": "birth_date", **_ordered(draw, BIRTHS)}


@st.composite
def _choices(draw: st.DrawFn) -> dict[str, Any]:
    field, allowed = draw(st.sampled_from(_ALLOWED))
    return {
        "field": field,
        "op": "in",
        "value": draw(st.lists(st.sampled_from(allowed), min_size=1)),
    }


_PLACES = st.fixed_dictionaries(
    {
        "field": st.sampled_from(("region", "hukou_region")),
        "op": st.just("within"),
        "value": st.lists(st.sampled_from(PLACES[1:]), min_size=1, max_size=2),
    }
)
_FLAGS = st.fixed_dictionaries(
    {
        "field": st.just("circumstances"),
        "op": st.sampled_from(("has_any", "has_all", "exists")),
        "value": _CODE_LISTS,
    }
)
_EXISTS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(
            ("birth_date", "age", "sex", "region", "hukou_type", "income_month")
        ),
        "op": st.just("exists"),
        "value": st.booleans(),
    }
)
_OPEN = st.fixed_dictionaries(
    {
        "field": st.just("age"),
        "op": st.sampled_from((">=", "<")),
        "value": st.just({"param": "start"}),
    }
)


def clauses() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(_numbers(), _births(), _choices(), _PLACES, _FLAGS, _EXISTS, _OPEN)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    listed = st.lists(clauses(), max_size=3)
    ways = st.lists(st.builds(lambda each: {"label": "一项", "all": each}, listed), max_size=3)
    return parse_rule(
        {"all": draw(listed), "any": draw(ways), "none": draw(st.lists(clauses(), max_size=2))},
        segment=True,
    )


@st.composite
def rules_about_age(draw: st.DrawFn, birth: date, on: date) -> Rule:
    """Rules whose answer moves within a few years of the day, or did a little earlier."""
    now = max(age_on(birth, on), 0)
    near = tuple(range(max(now - 1, 0), now + 4))
    age = st.composite(lambda draw: {"field": "age", **_ordered(draw, near)})()
    listed = st.lists(age | _FLAGS, max_size=2)
    ways = st.lists(st.builds(lambda each: {"label": "一项", "all": each}, listed), max_size=3)
    return parse_rule(
        {"all": draw(listed), "any": draw(ways), "none": draw(st.lists(age, max_size=1))},
        segment=True,
    )
