"""What became of each sampled person, and the rates of response.

The groups are those of AAPOR, Standard Definitions (10th edition, 2023), for people drawn by name from a register:

    I  interview            完成
    P  partial interview    部分完成
    R  refusal, break-off   拒访, 中途停访
    NC not contacted        不在家, 外出
    O  other                语言不通, 无法作答
    U  eligibility unknown  联系不上, 已搬走, 地址不存在, 尚未回报
    NE not eligible         已故, 不符合条件, 重复

What a partial interview is: the headline question was answered and at least one later one was not. It counts as
answered for the questions that were answered, so it stands in the headline's base like a complete one and is left out
of the base of every question that it never came to. Without an answer to the headline question it is a break-off
(中途停访), which is a refusal. RR1 counts complete interviews only and is the rate that is shown; RR2 adds partial ones.

Members of a reserve that was not released were never part of the sample: whoever counts leaves them out beforehand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from outreach.errors import Invalid
from outreach.wording import say


class Disposition(StrEnum):
    """How the attempts to ask one sampled person ended. The order is that of the codes on paper, from 1."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    REFUSED = "refused"
    BROKE_OFF = "broke_off"
    NOT_HOME = "not_home"
    AWAY = "away"
    """Lives here and is elsewhere for the whole time of asking."""
    UNREACHABLE = "unreachable"
    LANGUAGE = "language"
    UNABLE = "unable"
    MOVED = "moved"
    NO_ADDRESS = "no_address"
    DECEASED = "deceased"
    INELIGIBLE = "ineligible"
    DUPLICATE = "duplicate"
    PENDING = ""
    """Nobody has reported yet."""


Group = Literal["I", "P", "R", "NC", "O", "U", "NE"]

GROUPS: Mapping[Disposition, Group] = MappingProxyType(
    {
        Disposition.COMPLETED: "I",
        Disposition.PARTIAL: "P",
        Disposition.REFUSED: "R",
        Disposition.BROKE_OFF: "R",
        Disposition.NOT_HOME: "NC",
        Disposition.AWAY: "NC",
        Disposition.UNREACHABLE: "U",
        Disposition.LANGUAGE: "O",
        Disposition.UNABLE: "O",
        Disposition.MOVED: "U",
        Disposition.NO_ADDRESS: "U",
        Disposition.DECEASED: "NE",
        Disposition.INELIGIBLE: "NE",
        Disposition.DUPLICATE: "NE",
        Disposition.PENDING: "U",
    }
)
"""Disposition → its group."""

OUTSIDE = frozenset(each for each, group in GROUPS.items() if group == "NE")
"""Not part of the population: neither asked nor missed."""

INTERVIEWED = frozenset({Disposition.COMPLETED, Disposition.PARTIAL})
"""Whose answers enter estimates."""

AGAIN = frozenset(
    {Disposition.PENDING, Disposition.NOT_HOME, Disposition.AWAY, Disposition.UNREACHABLE}
)
"""Worth another try."""

TRIES = 3
"""As many visits or calls are made before somebody is given up."""

LOW_RESPONSE = 0.5

CODES: Mapping[int, Disposition] = MappingProxyType(
    dict(enumerate((one for one in Disposition if one), 1))
)
"""The number that is written on paper → disposition."""

_FORMERLY = {"已去世": Disposition.DECEASED, "不属于调查对象": Disposition.INELIGIBLE}
"""Words on sheets that were handed out before."""


def label(disposition: Disposition) -> str:
    """The Chinese word on pages and sheets."""
    return say(f"surveys.disposition.{disposition or 'pending'}")


def parse_disposition(text: str) -> Disposition:
    """A disposition from its code, its Chinese word or its number on paper. Raises Invalid for any other text."""
    wanted = text.strip()
    for disposition in Disposition:
        if wanted in (disposition.value, label(disposition)):
            return disposition
    if wanted.isascii() and wanted.isdecimal() and int(wanted) in CODES:
        return CODES[int(wanted)]
    if wanted in _FORMERLY:
        return _FORMERLY[wanted]
    choices = "、".join(label(disposition) for disposition in Disposition)
    raise Invalid("surveys.unknown_disposition", value=text, choices=choices)


@dataclass(frozen=True)
class Response:
    """How the sampled people divide: `counts` per disposition, in the order of Disposition.

    Every rate is a share of 1, or None when its denominator is empty.
    """

    counts: Mapping[Disposition, int]

    def of(self, *groups: Group) -> int:
        """How many people are in these groups."""
        return sum(count for each, count in self.counts.items() if GROUPS[each] in groups)

    @property
    def drawn(self) -> int:
        """All sampled people."""
        return sum(self.counts.values())

    @property
    def completed(self) -> int:
        """People interviewed to the end: I."""
        return self.of("I")

    @property
    def interviewed(self) -> int:
        """People whose answers enter estimates: I + P."""
        return self.of("I", "P")

    @property
    def eligible(self) -> int:
        """The denominator of RR1: drawn without those who do not belong."""
        return self.drawn - self.of("NE")

    @property
    def missed(self) -> int:
        """People who belong (or may belong) and whose answers are not known."""
        return self.eligible - self.interviewed

    @property
    def rate(self) -> float | None:
        """RR1, the minimum rate: I / ((I + P) + (R + NC + O) + U)."""
        return response_rate(self.completed, self.eligible) if self.eligible else None

    @property
    def rr2(self) -> float | None:
        """RR2, partial interviews as answered: (I + P) / ((I + P) + (R + NC + O) + U)."""
        return response_rate(self.interviewed, self.eligible) if self.eligible else None

    @property
    def e(self) -> float | None:
        """The share of U that belongs, estimated as among those whose eligibility is known (CASRO):
        (I + P + R + NC + O) / (I + P + R + NC + O + NE). None where nobody's is known."""
        known = self.of("I", "P", "R", "NC", "O")
        return _share(known, known + self.of("NE"))

    def rr3(self, e: float | None = None) -> float | None:
        """RR3: I / ((I + P) + (R + NC + O) + e · U), with `e` given or estimated.

        Raises ValueError for an `e` outside 0…1.
        """
        chosen = self.e if e is None else e
        if chosen is None:
            return None
        if not 0 <= chosen <= 1:
            raise ValueError(f"e = {chosen} is not a share")
        return _share(self.completed, self.of("I", "P", "R", "NC", "O") + chosen * self.of("U"))

    @property
    def cooperation(self) -> float | None:
        """COOP1, of those who were met: I / ((I + P) + R + O)."""
        return _share(self.completed, self.of("I", "P", "R", "O"))

    @property
    def refusal(self) -> float | None:
        """REF1: R / ((I + P) + (R + NC + O) + U)."""
        return _share(self.of("R"), self.eligible)

    @property
    def contact(self) -> float | None:
        """CON1: ((I + P) + R + O) / ((I + P) + R + O + NC + U)."""
        return _share(self.of("I", "P", "R", "O"), self.eligible)

    @property
    def low(self) -> bool:
        """Whether fewer than half answered, so that the worst-case range must be printed."""
        return self.rate is not None and self.rate < LOW_RESPONSE


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def response_rate(completed: int, eligible: int) -> float:
    """Completed / eligible; ValueError when nobody is eligible or more completed than are."""
    if not 0 <= completed <= eligible or eligible == 0:
        raise ValueError(f"{completed} of {eligible} is not a response rate")
    return completed / eligible


def response(dispositions: Iterable[Disposition]) -> Response:
    """The counts of all dispositions, also of those that did not occur."""
    seen = Counter(dispositions)
    return Response({disposition: seen[disposition] for disposition in Disposition})
