"""What texts cost: parts by the carrier's rule, money in fen, and what writing a little less would save.

Everything is counted from the texts as they leave, signature and opt-out words included: a list of sizes with how
many texts have each. Money is a whole number of fen (1/100 yuan) from beginning to end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from channels import parts
from channels.parts import Billing
from outreach.messages.measure import forcing_characters, last_part_begins

MOST_CUT = 20
"""So many characters may be asked of a writer; a text that is longer than that past a limit needs another one."""


@dataclass(frozen=True, slots=True)
class Size:
    """What one text costs. `over`: so many characters less, and it costs `saves` parts less; 0 = it is one part."""

    parts: int
    over: int = 0
    saves: int = 0


def size(text: str, billing: Billing) -> Size:
    """The size of a text as it leaves. Characters are taken from its end, or those that force UCS-2 are left out."""
    count = parts.count_parts(text, billing).parts
    if count == 1:
        return Size(1)
    begins = last_part_begins(text, billing)
    over, kept = len(text) - begins, text[:begins]
    forcing = forcing_characters(text, billing)
    blamed = sum(map(text.count, forcing))
    if forcing and blamed <= over:
        over, kept = blamed, "".join(one for one in text if one not in forcing)
    return Size(count, over, count - parts.count_parts(kept, billing).parts)


@dataclass(frozen=True)
class Saving:
    """Every text shorter by so many characters would cost so many parts and fen less."""

    characters: int
    parts: int
    fen: int

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return {"characters": self.characters, "parts": self.parts, "cost_fen": self.fen}


@dataclass(frozen=True)
class Cost:
    """What all texts of a step, or of a whole campaign, cost.

    lines: for each account, how many texts have each size, and the price of a part in fen.
    """

    lines: tuple[tuple[Mapping[Size, int], int], ...] = ()

    @classmethod
    def of(cls, sizes: Mapping[Size, int], part_fen: int) -> Cost:
        """The cost of the texts of one account."""
        return cls(((dict(sizes), part_fen),)) if sizes else cls()

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.lines + other.lines)

    @cached_property
    def histogram(self) -> dict[int, int]:
        """Parts → how many texts cost so many, fewest parts first."""
        found: Counter[int] = Counter()
        for sizes, _ in self.lines:
            for one, count in sizes.items():
                found[one.parts] += count
        return dict(sorted(found.items()))

    @property
    def messages(self) -> int:
        """How many texts."""
        return sum(self.histogram.values())

    @property
    def total(self) -> int:
        """Parts of all texts."""
        return sum(count * many for count, many in self.histogram.items())

    @property
    def minimum(self) -> int:
        """Parts of the shortest text; 0 without any."""
        return min(self.histogram, default=0)

    @property
    def median(self) -> int:
        """Parts of the text in the middle, of an even number the upper one; 0 without any."""
        left = self.messages // 2
        for count, many in self.histogram.items():
            if left < many:
                return count
            left -= many
        return 0

    @property
    def maximum(self) -> int:
        """Parts of the longest text; 0 without any."""
        return max(self.histogram, default=0)

    @property
    def fen(self) -> int:
        """Money for all texts."""
        return sum(
            one.parts * count * part_fen
            for sizes, part_fen in self.lines
            for one, count in sizes.items()
        )

    @cached_property
    def savings(self) -> tuple[Saving, ...]:
        """What 1, 2 … MOST_CUT characters less would save, each number at which something more is saved."""
        gains: dict[int, list[int]] = {}
        for sizes, part_fen in self.lines:
            for one, count in sizes.items():
                if 0 < one.over <= MOST_CUT:
                    gain = gains.setdefault(one.over, [0, 0])
                    gain[0] += one.saves * count
                    gain[1] += one.saves * count * part_fen
        saved_parts = saved_fen = 0
        found = []
        for characters, (fewer, less) in sorted(gains.items()):
            saved_parts, saved_fen = saved_parts + fewer, saved_fen + less
            found.append(Saving(characters, saved_parts, saved_fen))
        return tuple(found)

    def summary(self) -> dict[str, int]:
        """min, median, max and total of parts; empty without texts."""
        if not self.lines:
            return {}
        return {
            "min": self.minimum, "median": self.median, "max": self.maximum, "total": self.total,
        }  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `from_dict` reads it again."""
        return {
            "lines": [
                {"part_fen": part_fen, "sizes": [[one.parts, one.over, one.saves, count] for one, count in sizes.items()]}
                for sizes, part_fen in self.lines
            ]
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Cost:
        """The cost behind `as_dict`."""
        return cls(
            tuple(
                ({Size(*row[:3]): row[3] for row in line["sizes"]}, line["part_fen"])
                for line in data["lines"]
            )
        )


def cost_of(texts: Iterable[str], billing: Billing, part_fen: int) -> Cost:
    """The cost of texts one by one: the definition that everything faster must agree with."""
    return Cost.of(Counter(size(text, billing) for text in texts), part_fen)
