"""One row per sampled person without identities, in random order under new numbers; strata and villages re-coded. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outreach.reports.evaluation.anonymity import STRATUM, TRAITS, VILLAGE, Kept, keep
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.service import Read

PLAIN = (
    "id", "disposition", "asked", "completed", "mode", "month", "stratum", "cluster", "fpc",
    "weight_drawn", "weight_answered", "weight_final", "town", "sex", "band", "eligible",
)  # fmt: skip
"""Columns before the answers (q_CODE, one for each closed question)."""

NOT_KNOWN = "unknown"
"""Stands in a row and among the margins for a trait that the register does not know."""

_ALIKE = 1e-6

OTHER_TRAIT = "x_"
"""Before a trait that the figures are weighted to and that is none of the plain columns."""


@dataclass(frozen=True)
class Rows:
    """`head` and `rows` of rows.csv; `kept` what may be known of a person; `strata` new code → (persons or '', drawn, asked)."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kept: Kept
    strata: tuple[tuple[str, str, int, int], ...]
    questions: tuple[str, ...]


def build(found: Read, chance: random.Random) -> Rows:
    """Refused `evaluation.few` when somebody would be one of few. `chance` makes order and codes."""
    needed = tuple(found.measured.design.rake or ())
    telling = _telling(found.interviews)
    kept = keep((_known(one, needed, telling) for one in found.interviews), needed)
    questions = tuple(question.code for question in found.instrument.questions if question.options)
    made = _Maker(
        found, kept, questions, tuple(name for name in needed if name not in PLAIN), chance
    )
    order = list(range(len(found.interviews)))
    chance.shuffle(order)
    rows = tuple(made.row(number, found.interviews[at]) for number, at in enumerate(order, 1))
    head = (
        *PLAIN,
        *(OTHER_TRAIT + name for name in made.others),
        *(f"q_{code}" for code in questions),
    )
    return Rows(head, rows, kept, tuple(made.strata()), questions)


def _known(
    one: Interview, needed: Sequence[str], telling: frozenset[str]
) -> tuple[dict[str, str], float]:
    """What somebody outside could know of a sampled person, and whom else it fits.

    Stratum and village stand in the file under codes that mean nothing, but the size of a stratum, and the weights of
    some villages, say which one it is to whoever has the list of places.
    """
    traits = {name: one.trait(name) for name in (*TRAITS, *needed)}
    village = one.cluster if one.stratum in telling else ""
    return {**traits, STRATUM: one.stratum, VILLAGE: village}, one.weight


def _telling(interviews: Sequence[Interview]) -> frozenset[str]:
    """Strata whose villages can be told by their weights: not where all weigh alike, or so much for each member of a
    household, as villages do that were drawn by their size with as many people of each."""
    weights: dict[str, set[float]] = {}
    for one in interviews:
        if one.cluster:
            weights.setdefault(one.stratum, set()).add(one.weight)
    return frozenset(
        stratum
        for stratum, found in weights.items()
        if any(abs(each / min(found) - round(each / min(found))) > _ALIKE for each in found)
    )


class _Maker:
    """Knows the new codes and, of those who were asked, the row of the estimate."""

    def __init__(
        self,
        found: Read,
        kept: Kept,
        questions: Sequence[str],
        others: tuple[str, ...],
        chance: random.Random,
    ) -> None:
        self.found, self.kept, self.questions, self.others = found, kept, questions, others
        self.weighted = frozenset(found.measured.design.rake or ())
        measured = found.measured
        self.counted = {id(one): at for at, one in enumerate(measured.asked)}
        joined = {
            one.stratum: str(measured.rows[at].get("stratum", ""))
            for at, one in enumerate(measured.asked)
        }
        self.joined = {
            one.stratum: joined.get(one.stratum, one.stratum) for one in found.interviews
        }
        self.stratum = _codes("S", self.joined.values(), chance)
        self.cluster = _codes("V", (self._unit(one) for one in found.interviews), chance)
        simple = measured.sample is None or measured.simple
        self.final = None if simple or measured.sample is None else measured.sample.weights

    def _unit(self, one: Interview) -> str:
        """The village, or the unit that the estimate made of somebody who was drawn alone."""
        at = self.counted.get(id(one))
        return one.cluster if at is None else str(self.found.measured.rows[at].get("cluster", ""))

    def row(self, number: int, one: Interview) -> tuple[str, ...]:
        at = self.counted.get(id(one))
        asked = at is not None
        answers = {code: one.answers.get(code, "") if asked else "" for code in self.questions}
        unit = self._unit(one)
        plain = (
            f"R{number:05}",
            one.disposition.value or "pending",
            str(int(asked)),
            str(int(asked and one.disposition.value == "completed")),
            one.mode,
            f"{one.asked_on:%Y-%m}" if one.asked_on else "",
            self.stratum[self.joined[one.stratum]],
            self.cluster[unit] if unit else "",
            self._fact(at, "fpc"),
            repr(one.weight),
            self._fact(at, "weight"),
            self._final(at),
        )
        traits = (self._trait(one, name) if name in self.kept.traits else "" for name in TRAITS)
        others = (self._trait(one, name) for name in self.others)
        return (
            *plain,
            *traits,
            self._trait(one, "eligible"),
            *others,
            *(_codes_of(self.found, code, said) for code, said in answers.items()),
        )

    def _trait(self, one: Interview, name: str) -> str:
        """What is not known is a value of its own where the figures are weighted to it."""
        return one.trait(name) or (NOT_KNOWN if name in self.weighted else "")

    def _final(self, at: int | None) -> str:
        """After raking; of a simple random sample the weight of the drawing stays."""
        if at is None or self.final is None:
            return self._fact(at, "weight")
        return repr(self.final[at])

    def _fact(self, at: int | None, name: str) -> str:
        value = None if at is None else self.found.measured.rows[at].get(name)
        return "" if value is None else repr(float(str(value)))

    def strata(self) -> Iterable[tuple[str, str, int, int]]:
        """New code, persons in the population where known, drawn, asked; in the order of the codes."""
        sizes = (self.found.survey["frame"] or {}).get("strata") or {}
        for name, code in sorted(self.stratum.items(), key=lambda one: one[1]):
            own = [key for key, joined in self.joined.items() if joined == name]
            known = [sizes[key].get("population") for key in own if key in sizes]
            people = [one for one in self.found.interviews if self.joined[one.stratum] == name]
            if not people:
                continue
            total = str(sum(known)) if known and None not in known else ""
            yield code, total, len(people), sum(one.asked for one in people)


def _codes(letter: str, names: Iterable[str], chance: random.Random) -> dict[str, str]:
    """Name → a new code, in random order."""
    distinct = sorted(set(names) - {""})
    numbers = list(range(1, len(distinct) + 1))
    chance.shuffle(numbers)
    found = {name: f"{letter}{number:03}" for name, number in zip(distinct, numbers, strict=True)}
    return {"": f"{letter}000", **found}


def _codes_of(found: Read, code: str, said: str) -> str:
    """An answer by the codes of its options, several separated by a blank."""
    return " ".join(option.code for option in found.instrument.question(code).chosen(said))
