"""One person and one rule: yes, no or unknown, with reasons and the days on which the answer changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from segments.person import Person
from segments.reasons import Case, Finding, findings
from segments.rules import Rule
from segments.truth import Answer, answer_on
from segments.turning import turns

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Match:
    """The answer for a person on a day.

    `becomes_true_on`: the first later day on which the answer is yes, by the passing of time alone (None when it is
    yes already, or never will be). `ends_on`: the last day before the answer turns to no, of the stretch that the
    day lies in or else of the next one (None when it does not end, or there is none).
    """

    answer: Answer
    met: tuple[Finding, ...]
    failed: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    check: tuple[str, ...]
    becomes_true_on: date | None
    ends_on: date | None

    def as_json(self) -> dict[str, Any]:
        """The same as plain data, with dates as ISO text."""
        plain = asdict(self)
        for key in ("becomes_true_on", "ends_on"):
            plain[key] = plain[key] and plain[key].isoformat()
        return plain


def match(rule: Rule, person: Person, on: date, names: Mapping[str, str] = _NO_NAMES) -> Match:
    """Compare the facts of a person with a rule on a day. What is not known never decides.

    `names` gives words for region codes, policies and parameters, which otherwise say themselves.
    """
    met, failed, missing = findings(rule, Case(person, on, names))
    becomes, ends = turns(rule, person, on)
    return Match(answer_on(rule, person, on), met, failed, missing, rule.check, becomes, ends)
