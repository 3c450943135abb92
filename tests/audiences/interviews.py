"""Somebody who answers what the calculator asks, and the invented county in which it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from outreach.audiences.calculator import (
    Family,
    Member,
    Place,
    Question,
    Result,
    Told,
    answers,
    ask,
)
from outreach.audiences.calculator.results import YEAR
from outreach.audiences.calculator.shipped import shipped
from outreach.policies.schemas import LocalFacts, PolicyView
from tests.segments.catalogue import FILLED, HOME

TODAY = date(2026, 11, 24)
PLACE = Place(HOME, HOME)
MORE_FILLED: Mapping[str, dict[str, Any]] = {
    "elder-80": {"amount_80": 100, "amount_90": 200, "amount_100": 500},
}
"""Invented figures, besides those that rules need."""


def county() -> list[PolicyView]:
    """The shipped policies as the invented county has filled them in and verified them."""
    return [_local(one) for one in shipped()]


def _local(policy: PolicyView) -> PolicyView:
    parameters = {**FILLED.get(policy.ref, {}), **MORE_FILLED.get(policy.ref, {})}
    local = LocalFacts(HOME, parameters, {}, "某人", TODAY)
    return replace(policy, verified_by="某人", locals=(local,))


def interview(
    truth: Mapping[str, Any], policies: list[PolicyView], on: date = TODAY
) -> tuple[Told, list[Question]]:
    """Ask until nothing is left. A circumstance that is not in `truth` is absent, another fact is not known."""
    told, asked = Told(), []
    while question := ask(Family((Member("本人", told),)), policies, on, PLACE, YEAR):
        asked.append(question)
        known = {"hukou": HOME, "residence": HOME, **truth}
        value = known.get(question.key, False if "." in question.key else None)
        if value is None:
            told = replace(told, unsure=told.unsure | {question.key})
        else:
            told = told.fact(question.key, value)
    return told, asked


def results(truth: Mapping[str, Any], on: date = TODAY) -> list[Result]:
    """What the calculator says in the end."""
    policies = county()
    told, _ = interview(truth, policies, on)
    return answers(policies, told, on, PLACE)
