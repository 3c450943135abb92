"""What became of each sampled person, and the response rate.

Codes follow the groups of AAPOR's Standard Definitions (10th edition, 2023). The response rate is RR1, the minimum
rate: completed / (completed + refused + not reached + eligibility unknown). People who turn out not to belong (died,
not eligible) leave the denominator; those who moved, and those about whom nobody has reported yet, stay in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from outreach.errors import Invalid
from outreach.wording import say


class Disposition(StrEnum):
    """How the attempt to ask one sampled person ended."""

    COMPLETED = "completed"
    REFUSED = "refused"
    NOT_HOME = "not_home"
    MOVED = "moved"
    UNREACHABLE = "unreachable"
    DECEASED = "deceased"
    INELIGIBLE = "ineligible"
    PENDING = ""
    """Nobody has reported yet."""


OUTSIDE = frozenset({Disposition.DECEASED, Disposition.INELIGIBLE})
"""Not part of the population: neither asked nor missed."""

LOW_RESPONSE = 0.5


def label(disposition: Disposition) -> str:
    """The Chinese word on pages and sheets."""
    return say(f"surveys.disposition.{disposition or 'pending'}")


def parse_disposition(text: str) -> Disposition:
    """A disposition from its code or its Chinese word. Raises Invalid for any other text."""
    wanted = text.strip()
    for disposition in Disposition:
        if wanted in (disposition.value, label(disposition)):
            return disposition
    choices = "、".join(label(disposition) for disposition in Disposition)
    raise Invalid("surveys.unknown_disposition", value=text, choices=choices)


@dataclass(frozen=True)
class Response:
    """How the sampled people divide: `counts` per disposition, in the order of Disposition."""

    counts: dict[Disposition, int]

    @property
    def drawn(self) -> int:
        """All sampled people."""
        return sum(self.counts.values())

    @property
    def completed(self) -> int:
        """Interviewed people."""
        return self.counts[Disposition.COMPLETED]

    @property
    def eligible(self) -> int:
        """The denominator of the response rate: drawn without those who do not belong."""
        return self.drawn - sum(self.counts[each] for each in OUTSIDE)

    @property
    def missed(self) -> int:
        """People who belong (or may belong) and gave no interview."""
        return self.eligible - self.completed

    @property
    def rate(self) -> float | None:
        """AAPOR RR1; None when nobody belongs."""
        return response_rate(self.completed, self.eligible) if self.eligible else None

    @property
    def low(self) -> bool:
        """Whether fewer than half answered, so that the worst-case range must be printed."""
        return self.rate is not None and self.rate < LOW_RESPONSE


def response_rate(completed: int, eligible: int) -> float:
    """Completed / eligible; ValueError when nobody is eligible or more completed than are."""
    if not 0 <= completed <= eligible or eligible == 0:
        raise ValueError(f"{completed} of {eligible} is not a response rate")
    return completed / eligible


def response(dispositions: Iterable[Disposition]) -> Response:
    """The counts of all dispositions, also of those that did not occur."""
    seen = Counter(dispositions)
    return Response({disposition: seen[disposition] for disposition in Disposition})
