"""What a preview says: of a campaign, of each step, of each distinct text. Money is whole fen inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from outreach.messages.cost import Cost

SOMEBODY = "某某某"
"""Stands for the reader's name where texts are listed, so that a text that greets by name is one text.

Parts and money are counted with the names as they are.
"""


@dataclass(frozen=True)
class Distinct:
    """One text and how many get it.

    parts: what one costs at most; least: at least (names differ in length; 0 = the same); total: all of them together.
    seconds: to read it aloud once, of a script. variant: the version of a text that made it.
    """

    text: str
    language: str
    count: int
    parts: int
    least: int = 0
    total: int = 0
    seconds: int = 0
    variant: int = 0

    @property
    def characters(self) -> int:
        """How long it is as it is shown."""
        return len(self.text)


@dataclass(frozen=True)
class StepPreview:
    """One step before anything is sent.

    recipients: whom it has to reach (people for messages and calls, households for paper and visits, else groups or
    villages), those for whom there is no text among them. gaps: language → how many of them would get nothing.
    skipped: reason → how many get nothing for it, as things stand. asked: languages that are asked for → how many.
    at_most: a condition will leave some of them out.
    """

    number: int
    channel: str
    recipients: int
    texts: Sequence[Distinct] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    cost_fen: int = 0
    gaps: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)
    billing: str = ""
    form: str = ""
    at_most: bool = False

    @property
    def longest(self) -> Distinct | None:
        """The text with most characters."""
        return max(self.texts, key=lambda one: one.characters, default=None)

    @property
    def shortest(self) -> Distinct | None:
        """The text with fewest characters."""
        return min(self.texts, key=lambda one: one.characters, default=None)

    @cached_property
    def by_language(self) -> dict[str, int]:
        """Language of the text → how many get one in it, most first."""
        found: dict[str, int] = {}
        for text in self.texts:
            found[text.language] = found.get(text.language, 0) + text.count
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> StepPreview:
        """The preview behind `as_dict`, or behind what an earlier release froze."""
        return cls(
            number=data["step"],
            channel=data["channel"],
            recipients=data["recipients"],
            texts=[Distinct(**text) for text in data["texts"]],
            parts=data["parts"],
            cost_fen=data.get("cost_fen", round(data["cost"] * 100)),
            gaps=data["gaps"],
            skipped=data.get("skipped", {}),
            asked=data.get("asked", {}),
            cost=Cost.from_dict(data["sizes"]) if "sizes" in data else Cost(),
            billing=data.get("billing", ""),
            form=data.get("form", ""),
            at_most=data.get("at_most", False),
        )

    def as_dict(self) -> dict[str, Any]:
        """For the page, the command line and the frozen document."""
        return {
            "step": self.number,
            "channel": self.channel,
            "form": self.form,
            "recipients": self.recipients,
            "at_most": self.at_most,
            "texts": [vars(text) for text in self.texts],
            "longest": vars(self.longest) if self.longest else None,
            "shortest": vars(self.shortest) if self.shortest else None,
            "parts": dict(self.parts),
            "histogram": {str(parts): count for parts, count in self.cost.histogram.items()},
            "savings": [one.as_dict() for one in self.cost.savings],
            "cost": self.cost_fen / 100,
            "cost_fen": self.cost_fen,
            "billing": self.billing,
            "gaps": dict(self.gaps),
            "skipped": dict(self.skipped),
            "asked": dict(self.asked),
            "by_language": self.by_language,
            "sizes": self.cost.as_dict(),
        }


@dataclass(frozen=True)
class Preview:
    """A campaign before it is signed, or as it was signed."""

    people: int
    by_policy: Mapping[str, Mapping[str, int]]
    steps: Sequence[StepPreview]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preview:
        """The preview behind `as_dict`, as the frozen document keeps it."""
        steps = [StepPreview.from_dict(step) for step in data["steps"]]
        return cls(data["people"], data["by_policy"], steps)

    @property
    def cost_fen(self) -> int:
        """What all steps cost at most."""
        return sum(step.cost_fen for step in self.steps)

    @cached_property
    def cost(self) -> Cost:
        """The sizes of all texts of all steps."""
        return sum((step.cost for step in self.steps), Cost())

    def as_dict(self) -> dict[str, Any]:
        """For the command line and the frozen document."""
        return {
            "people": self.people,
            "by_policy": {ref: dict(counts) for ref, counts in self.by_policy.items()},
            "steps": [step.as_dict() for step in self.steps],
            "parts": self.cost.summary(),
            "histogram": {str(parts): count for parts, count in self.cost.histogram.items()},
            "savings": [one.as_dict() for one in self.cost.savings],
            "cost": self.cost_fen / 100,
            "cost_fen": self.cost_fen,
        }
