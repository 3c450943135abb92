"""When a policy can be claimed: its validity and its window, as clauses on the day of the question.

A window is `{from, to}` (dates, one of them may be missing) or `{yearly: [MM-DD, MM-DD]}`; a `text` alone says
something to readers and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from segments.operands import operands
from segments.person import Person
from segments.reading import read_clause
from segments.rules import Clause, Rule
from segments.truth import truth_of

_DAYS = frozenset({"from", "to", "yearly"})

TIMES = frozenset({"valid_from", "valid_to", "window"})
"""Facts of a policy that say when."""


def in_force(rule: Rule, facts: Mapping[str, Any]) -> Rule:
    """The rule, held only within the validity and the window that `facts` give.

    Raises RuleError (path `valid_from`, `valid_to`, `window.…`) for a value that is no date.
    """
    window = facts.get("window")
    return rule.and_also(
        *_day(">=", facts.get("valid_from"), "valid_from", "政策{}执行"),
        *_day("<=", facts.get("valid_to"), "valid_to", "政策执行到{}"),
        *(_window(window) if isinstance(window, Mapping) else ()),
    )


def opens_on(window: object, day: date) -> bool:
    """Whether a window opens on a day: it is open then and was not the day before. Words alone never open."""
    return _open(window, day) and not _open(window, day - timedelta(days=1))


def closes_on(window: object, day: date) -> bool:
    """Whether a day is the last one of a window."""
    return _open(window, day) and not _open(window, day + timedelta(days=1))


def _open(window: object, day: date) -> bool:
    clauses = _window(window) if isinstance(window, Mapping) else ()
    return bool(clauses) and all(truth_of(clause, Person(), day) for clause in clauses)


def localised_window(before: object, local: object) -> object:
    """The window of a region: its own words, and its own days if it gives any; words alone move no day."""
    if not isinstance(before, Mapping) or not isinstance(local, Mapping) or _DAYS & set(local):
        return local
    return {**{key: value for key, value in before.items() if key in _DAYS}, **local}


def _window(window: Mapping[str, Any]) -> tuple[Clause, ...]:
    if window.get("yearly"):
        season = operands("today", "yearly", window["yearly"], "window.yearly")
        clause = Clause("today", "yearly", season)
        return (Clause("today", "yearly", season, f"办理时间为{read_clause(clause)}"),)
    return (
        *_day(">=", window.get("from"), "window.from", "{}开始办理"),
        *_day("<=", window.get("to"), "window.to", "办理到{}"),
    )


def _day(op: str, day: date | str | None, path: str, words: str) -> tuple[Clause, ...]:
    if not day:
        return ()
    clause = Clause("today", op, operands("today", op, day, path))
    said = read_clause(clause).removesuffix("截止")
    return (Clause("today", op, clause.value, words.format(said)),)
