"""复核: what came of asking again, question by question.

Percent agreement is the share of people who gave the same answer twice. Part of it comes by chance: Cohen's kappa
(Cohen 1960, Educational and Psychological Measurement 20:37–46) is (p_o − p_e) / (1 − p_e), where p_o is the share of
equal answers and p_e the share that two askers with the same habits would give equally by chance. It is 1 for full
agreement, 0 for no more than chance, and undefined where everybody said the same both times. The words are those of
Landis and Koch (1977, Biometrics 33:159–174). An answer of several options is equal only as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from outreach.surveys import queries as surveys
from outreach.surveys.dispositions import INTERVIEWED
from outreach.surveys.fieldwork import queries
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind
from outreach.surveys.service import get_drawn, locked_instrument
from outreach.wording import say

FEW = 30
"""Pairs below which the words are only indicative."""

_WORDS = ((0.0, "none"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))
"""Up to which kappa which word holds; above the last one, almost perfect."""


@dataclass(frozen=True)
class QuestionAgreement:
    """One question: `equal` of `n` pairs gave the same answer; `kappa` None where chance cannot be told apart."""

    code: str
    text: str
    n: int
    equal: int
    kappa: float | None

    @property
    def percent(self) -> float | None:
        """Percent of pairs with the same answer; None without pairs."""
        return 100 * self.equal / self.n if self.n else None

    @property
    def word(self) -> str:
        """What kappa means, in words."""
        if not self.n:
            return say("fieldwork.kappa.nothing")
        return meaning(self.kappa, self.n)


@dataclass(frozen=True)
class NotInterviewed:
    """An interview that did not take place, as the person says."""

    number: int
    interviewer: str


@dataclass(frozen=True)
class Agreement:
    """What came of all call-backs. `drawn` are to be asked again, `asked` were; each of those ended in one way."""

    drawn: int
    asked: int
    confirmed: int
    not_reached: int
    refused: int
    not_interviewed: tuple[NotInterviewed, ...]
    questions: tuple[QuestionAgreement, ...]


def agreement(connection: Connection, ref: str) -> Agreement:
    """How far second answers say the same as first ones. Raises Missing, and Conflict before the drawing."""
    survey = get_drawn(connection, ref)
    rows = {row["number"]: row for row in queries.sample(connection, survey["id"])}
    last = {one["number"]: one for one in queries.call_backs(connection, survey["id"])}
    first = surveys.answers(connection, survey["id"])
    pairs = [
        (first.get(rows[number]["id"], {}), one["answers"])
        for number, one in sorted(last.items())
        if one["result"] == "confirmed" and rows[number]["disposition"] in INTERVIEWED
    ]
    ended = Counter(one["result"] for one in last.values())
    return Agreement(
        drawn=sum(bool(row["call_back"]) for row in rows.values()),
        asked=len(last),
        confirmed=ended["confirmed"],
        not_reached=ended["not_reached"],
        refused=ended["refused"],
        not_interviewed=tuple(
            NotInterviewed(number, rows[number]["interviewer"] or rows[number]["assigned"])
            for number, one in sorted(last.items())
            if one["result"] == "not_interviewed"
        ),
        questions=compared(locked_instrument(survey), pairs),
    )


Answers = Mapping[str, str]


def compared(
    instrument: Instrument, pairs: Sequence[tuple[Answers, Answers]]
) -> tuple[QuestionAgreement, ...]:
    """Agreement per question over pairs (first, second) in which both gave an answer; open questions are left out."""
    found = []
    for question in instrument.questions:
        if question.kind == Kind.OPEN:
            continue
        both = [
            (_whole(a[question.code]), _whole(b[question.code]))
            for a, b in pairs
            if a.get(question.code) and b.get(question.code)
        ]
        equal = sum(a == b for a, b in both)
        found.append(QuestionAgreement(question.code, question.text, len(both), equal, kappa(both)))
    return tuple(found)


def _whole(answer: str) -> str:
    return ",".join(sorted(answer.split(",")))


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of pairs of answers; None without pairs, and where chance alone explains everything (p_e = 1)."""
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(count * second[answer] for answer, count in first.items())  # p_e · n²
    if n == 0 or chance == n * n:
        return None
    observed = sum(a == b for a, b in pairs) / n
    expected = chance / (n * n)
    return (observed - expected) / (1 - expected)


def meaning(value: float | None, n: int) -> str:
    """Kappa in words, with a warning for few pairs."""
    if value is None:
        return say("fieldwork.kappa.undefined")
    word = next((word for limit, word in _WORDS if value <= limit), "perfect")
    said = say(f"fieldwork.kappa.{word}")
    return say("fieldwork.kappa.few", word=said, n=n) if n < FEW else said
