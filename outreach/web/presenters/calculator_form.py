"""What somebody who works here sends from the form with every fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from outreach.audiences.calculator import questions
from outreach.audiences.calculator.told import CHOICES, NUMBERS, PLACES, QUESTIONS
from outreach.errors import Invalid
from outreach.web.presenters.calculator import Facts, State, read_value
from outreach.wording import say
from segments.errors import FactsError

_One = Callable[[str], str]

_CODE = "c."
"""Inputs of circumstances are named by it and the code."""


def filled(state: State, sent: Mapping[str, Sequence[str]], on: date, here: str) -> State:
    """The state with what the form says of the member who is asked; Invalid when it cannot be read."""

    def one(name: str) -> str:
        return next(iter(sent.get(name, ())), "").strip()

    facts = _plain(one) | _places(one, state.person.facts) | _circumstances(sent)
    for key in ("members", "unsure"):
        if key in state.person.facts:
            facts[key] = state.person.facts[key]
    relation = one("relation")[:20] or state.person.relation
    after = state.with_person(replace(state.person, relation=relation, facts=facts, steps=()))
    after = replace(after, complete=one("complete") == "yes")
    try:
        after.family(on, here)
    except FactsError as error:
        raise Invalid("web.calculator_form", reason=say(error.code, **error.params)) from error
    return after


def _plain(one: _One) -> Facts:
    facts: Facts = {}
    if one("birth"):
        try:
            facts["birth"] = date.fromisoformat(one("birth")).isoformat()
        except ValueError as error:
            raise Invalid("web.calculator_birth", value=one("birth")[:20]) from error
    for name in ("age", *NUMBERS):
        if one(name) and not (name == "age" and "birth" in facts):
            facts[name] = read_value("paid_months" if name == "age" else name, one(name))
    for name in CHOICES:
        if one(name):
            facts[name] = read_value(name, one(name))
    return facts


def _places(one: _One, before: Facts) -> Facts:
    """Here keeps what the register says more exactly."""
    facts: Facts = {}
    for key, name in PLACES.items():
        kept = before.get(name)
        if one(key) == "here" and kept and kept != "99":
            facts[name] = kept
        elif one(key):
            facts[key] = read_value(key, one(key))
    return facts


def _circumstances(sent: Mapping[str, Sequence[str]]) -> Facts:
    """Yes and no; with 没点的都当作没有 also those that were left open, except what follows from a yes."""
    said = {
        name.removeprefix(_CODE): next(iter(values), "")
        for name, values in sent.items()
        if name.startswith(_CODE) and name.removeprefix(_CODE) in QUESTIONS
    }
    have = [code for code, value in said.items() if value == "yes"]
    absent = [code for code, value in said.items() if value == "no"]
    if next(iter(sent.get("rest", ())), "") == "no":
        follows = questions.implied(have)
        absent += [code for code, value in said.items() if not value and code not in follows]
    return {"circumstances": have, "not": absent}
