"""Generated people and rules: small worlds, so that clauses often meet and often miss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from segments.parse import parse_rule
from segments.person import POLICY_FACTS, Person, age_on
from segments.rules import Rule
from segments.vocabulary import CIRCUMSTANCES

BITS = (0, 1, 2, 30, 31, 32, 33, 61, 62)
CODES = tuple(one.code for one in CIRCUMSTANCES if one.bit in BITS)
BIRTHS = (
    date(1936, 2, 29), date(1946, 11, 23), date(1946, 11, 24), date(1956, 3, 1), date(1960, 2, 28), date(1960, 2, 29),
    date(2008, 2, 29), date(2011, 11, 9), date(2011, 11, 10), date(2023, 11, 23), date(2023, 11, 24), date(2024, 2, 29),
    date(2027, 1, 1),
)  # fmt: skip
WORKING = (
    date(1961, 11, 23),
    date(1965, 1, 31),
    date(1966, 11, 24),
    date(1972, 2, 29),
    date(1975, 3, 1),
)
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
    "paid_months": (0, 6, 180),
    "paid_months_running": (0, 6),
    "members": (0, 1, 2),
    "retires_in": (0, 1, 2, 60, 240),
}
POLICIES = ("elder-80", "hpv")
SEASONS = ("01-01", "02-28", "02-29", "03-01", "09-01", "11-23", "12-31")


@dataclass(frozen=True)
class Known:
    """What lists say of one person: (fact, policy) → whether, and from which day on; before it nobody knows."""

    said: tuple[tuple[str, str, bool, date], ...] = ()

    def __call__(self, fact: str, policy: str, on: date) -> bool | None:
        return next(
            (
                value
                for name, ref, value, since in self.said
                if (name, ref) == (fact, policy) and since <= on
            ),
            None,
        )


_SAID = st.lists(
    st.tuples(
        st.sampled_from(POLICY_FACTS),
        st.sampled_from(POLICIES),
        st.booleans(),
        st.sampled_from(DAYS),
    ),
    max_size=3,
    unique_by=lambda said: said[:2],
).map(lambda said: Known(tuple(said)))
_HOUSEHOLDS = st.none() | st.lists(st.none() | st.sampled_from(BIRTHS), max_size=4).map(tuple)


@st.composite
def people(draw: st.DrawFn) -> Person:
    known = draw(st.lists(st.sampled_from(BITS), unique=True))
    have = [bit for bit in known if draw(st.booleans())]
    return Person(
        birth=draw(st.none() | st.sampled_from((*BIRTHS, *WORKING))),
        sex=draw(st.sampled_from(("", "M", "F"))),
        region=draw(st.sampled_from(PLACES)),
        hukou_region=draw(st.sampled_from(PLACES)),
        hukou_type=draw(st.sampled_from(("", "rural", "urban", "resident"))),
        circumstances=sum(1 << bit for bit in have),
        circumstances_known=sum(1 << bit for bit in known),
        income_month=draw(st.none() | st.sampled_from((0, 499, 500, 900, 901))),
        household_size=draw(st.none() | st.sampled_from((1, 2, 3, 6))),
        paid_months=draw(st.none() | st.sampled_from((0, 5, 6, 200))),
        paid_months_running=draw(st.none() | st.sampled_from((0, 6))),
        job_kind=draw(st.sampled_from(("", "worker", "cadre"))),
        members=draw(_HOUSEHOLDS),
        about=draw(_SAID),
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


_ALLOWED = (
    ("sex", ["M", "F"]),
    ("hukou_type", ["rural", "urban", "resident"]),
    ("job_kind", ["worker", "cadre"]),
)
_AHEAD = st.sampled_from((0, 0, 30, -30, 366))
_CODE_LISTS = st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)


@st.composite
def _numbers(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from(tuple(_NUMBERS)))
    clause = {"field": field, **_ordered(draw, _NUMBERS[field])}
    if field in ("age", "members", "retires_in"):
        clause["in_days"] = draw(_AHEAD)
    if field == "members":
        clause["aged"] = draw(st.sampled_from(([0, 2], [3, 17], [60, 150], [80, 80])))
    return clause


@st.composite
def _days(draw: st.DrawFn) -> dict[str, Any]:
    """Clauses on the day of the question: validity, a window, a season of every year."""
    ahead = {"field": "today", "in_days": draw(_AHEAD)}
    if draw(st.booleans()):
        pair = [draw(st.sampled_from(SEASONS)), draw(st.sampled_from(SEASONS))]
        return {**ahead, "op": "yearly", "value": pair}
    return {**ahead, **_ordered(draw, DAYS)}


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
            (
                "birth_date",
                "age",
                "sex",
                "region",
                "hukou_type",
                "income_month",
                "paid_months",
                "job_kind",
                "members",
                "retires_in",
            )
        ),
        "op": st.just("exists"),
        "value": st.booleans(),
    }
)
_POLICIES = st.fixed_dictionaries(
    {
        "field": st.sampled_from(POLICY_FACTS),
        "op": st.just("has"),
        "value": st.lists(st.sampled_from(POLICIES), min_size=1, max_size=2, unique=True),
        "in_days": _AHEAD,
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
    return st.one_of(
        _numbers(), _births(), _choices(), _PLACES, _FLAGS, _EXISTS, _OPEN, _days(), _POLICIES
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    listed = st.lists(clauses(), max_size=3)
    ways = st.lists(st.builds(lambda each: {"label": "一项", "all": each}, listed), max_size=3)
    return parse_rule(
        {"all": draw(listed), "any": draw(ways), "none": draw(st.lists(clauses(), max_size=2))},
        segment=True,
    )


@st.composite
def _near(draw: st.DrawFn, birth: date, on: date) -> dict[str, Any]:
    """A clause that turns within a few years of the day, or did a little earlier."""
    field = draw(st.sampled_from(("age", "age", "members", "retires_in", "today", "season")))
    ahead = {"in_days": draw(_AHEAD)}
    if field == "season":
        pair = [draw(st.sampled_from(SEASONS)), draw(st.sampled_from(SEASONS))]
        return {**ahead, "field": "today", "op": "yearly", "value": pair}
    now = max(age_on(birth, on), 0)
    near: dict[str, tuple[Any, ...]] = {
        "age": tuple(range(max(now - 1, 0), now + 4)),
        "members": (0, 1, 2),
        "retires_in": (0, 1, 12, 24),
        "today": tuple(on + timedelta(days=n) for n in (-30, 0, 1, 200, 800)),
    }
    clause = {**ahead, "field": field, **_ordered(draw, near[field])}
    if field == "members":
        clause["aged"] = [max(now - 1, 0), now + draw(st.sampled_from((0, 2)))]
    return clause


@st.composite
def rules_about_time(draw: st.DrawFn, birth: date, on: date) -> Rule:
    """Rules whose answer moves within a few years of the day."""
    near = _near(birth, on)
    listed = st.lists(near | _FLAGS, max_size=2)
    ways = st.lists(st.builds(lambda each: {"label": "一项", "all": each}, listed), max_size=3)
    return parse_rule(
        {"all": draw(listed), "any": draw(ways), "none": draw(st.lists(near, max_size=1))},
        segment=True,
    )
