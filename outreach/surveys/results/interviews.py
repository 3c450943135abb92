"""What became of the sampled people, with all that estimating needs of how each of them was drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.surveys.dispositions import INTERVIEWED, OUTSIDE, Disposition
from outreach.surveys.questions import Option, Question


@dataclass(frozen=True)
class Interview:
    """One sampled person: how the try ended, the answers (question → option) if there was an interview.

    `weight` 1/probability of being drawn; `stratum` and `cluster` where persons were drawn in strata and villages;
    `traits` as they stood at the drawing; `person` the row number in the register, to find the same one in a panel.
    """

    disposition: Disposition
    answers: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    stratum: str = ""
    cluster: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)
    mode: str = ""
    asked_on: date | None = None
    interviewer: str = ""
    person: int = 0
    id: int = 0

    @property
    def asked(self) -> bool:
        """Whether there was an interview, to its end or in part: answers of others do not count."""
        return self.disposition in INTERVIEWED

    def came_to(self, question: str) -> bool:
        """Whether this person is in the base of a question: one that a partial interview never came to is not asked."""
        return self.disposition is Disposition.COMPLETED or bool(self.answers.get(question))

    @property
    def belongs(self) -> bool:
        """Whether this person is (or may be) of the population."""
        return self.disposition not in OUTSIDE

    def trait(self, name: str) -> str:
        """A trait as the label of a group; '' where it was not known."""
        value = self.traits.get(name)
        return "" if value is None else str(value)


Chosen = Sequence[tuple[Option, ...]]
"""What each of several people ticked for one question."""


def chosen(question: Question, asked: Sequence[Interview]) -> Chosen:
    """What each ticked; () where nothing was. Raises Invalid for an answer that is no option.

    There are many people and few different answers, so each answer is read once.
    """
    read: dict[str, tuple[Option, ...]] = {}
    found = []
    for one in asked:
        value = one.answers.get(question.code, "")
        if value not in read:
            read[value] = question.chosen(value)
        found.append(read[value])
    return found
