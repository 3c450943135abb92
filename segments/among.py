"""One person and several rules of which one holds, nobody knows which: places with rules of their own.

The answer is yes or no only where every rule says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from segments.match import Match, match
from segments.person import Person
from segments.reasons import Finding
from segments.rules import Rule
from segments.truth import Answer, answer_on
from segments.turning import candidates, turning

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def answer_among(rules: Sequence[Rule], person: Person, on: date) -> Answer:
    """What all of them say, else unknown."""
    said = {answer_on(rule, person, on) for rule in rules}
    return said.pop() if len(said) == 1 else "unknown"


def match_among(
    rules: Sequence[Rule],
    person: Person,
    on: date,
    unsure: Finding,
    names: Mapping[str, str] = _NO_NAMES,
) -> Match:
    """The reasons of the first rule, and the answer and the days of all together.

    `unsure` is what is missing where the first rule alone would say more than all of them.
    """
    found = match(rules[0], person, on, names)
    if len(rules) == 1:
        return found
    answer = answer_among(rules, person, on)
    days = sorted({day for rule in rules for day in candidates(rule, person, on)})
    becomes, ends = turning(lambda day: answer_among(rules, person, day), days, on)
    found = replace(found, becomes_true_on=becomes, ends_on=ends)
    if answer == found.answer:
        return found
    return replace(found, answer=answer, failed=(), missing=(*found.missing, unsure))
