"""A policy as it was on a past day: which version was known and in force, and what regions had filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from outreach.audiences.changes.schemas import Span
from outreach.policies import versions
from outreach.policies.schemas import LocalFacts, PolicyView

_TIMES = ("valid_from", "valid_to", "window")


def as_then(connection: Connection, view: PolicyView, span: Span) -> PolicyView | None:
    """The version that held on the first day, with what regions had filled in by then; None before the first one."""
    found = choose(versions.history(connection, view.ref), span)
    if found is None:
        return None
    kept = tuple(
        one for one in found.locals if one.verified_on is None or one.verified_on < span.since
    )
    return replace(found, locals=kept)


def choose(history: Sequence[PolicyView], span: Span) -> PolicyView | None:
    """Of versions, newest first: the newest that was loaded and in force by then.

    When nothing was loaded by then (a history that was taken in later), the newest that was in force; a version that
    does not say since when has always been.
    """
    in_force = [one for one in history if one.valid_from is None or one.valid_from <= span.since]
    loaded = [one for one in in_force if one.created_at and one.created_at < span.moment]
    return next(iter(loaded or in_force), None)


def timeless(view: PolicyView) -> PolicyView:
    """The same policy, whenever it can be claimed: without validity, window and clauses about the day."""
    rule = replace(
        view.rule,
        all=tuple(one for one in view.rule.all if one.field != "today"),
        none=tuple(one for one in view.rule.none if one.field != "today"),
    )
    locals_ = tuple(_always(one) for one in view.locals)
    return replace(view, rule=rule, facts=_without(view.facts), locals=locals_, withdrawn_on=None)


def _always(local: LocalFacts) -> LocalFacts:
    return replace(local, facts=_without(local.facts))


def _without(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in _TIMES}


def says_the_same(one: PolicyView, other: PolicyView) -> bool:
    """Whether two versions give everybody the same answer on the same day: rule, times, and what regions filled in."""
    return _core(one) == _core(other)


def _core(view: PolicyView) -> tuple[object, ...]:
    times = [view.facts.get(key) for key in (*_TIMES, "region_basis")]
    local = {
        one.region: (dict(one.parameters), [one.facts.get(key) for key in _TIMES])
        for one in view.locals
        if one.parameters or any(key in one.facts for key in _TIMES)
    }
    return view.rule, times, local
