"""Everything that a report is made of, read at once. What has no source yet is empty, and left out of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from outreach.reports.reaching.schemas import ChannelCount
from outreach.reports.schemas import PlaceCount, ReachFigures
from outreach.reports.suppression import TOTAL, Suppressed, suppress

Subject = Literal["campaign", "survey", "policy"]

LEVELS = ("eligible", "told", "in_person", "delivered", "relayed", "untold")
"""Counts of people who certainly fit, in the order in which they are printed."""

_SUMS = {"told": ("in_person", "delivered"), "eligible": ("told", "relayed", "untold")}
_BY_CHANNEL = ("in_person", "delivered", "relayed")
_BESIDE = ("published", "unknown", "applied", "received")


@dataclass(frozen=True)
class Step:
    """One step of a campaign: deliveries planned, handed over to a carrier or a hand, and proved delivered."""

    name: str
    planned: int
    handed: int
    delivered: int


@dataclass(frozen=True)
class Signed:
    """Who signed which level when; `name` '' while it is missing."""

    level: str
    name: str
    on: str


@dataclass(frozen=True)
class Done:
    """One campaign. Parts (billed pieces of text messages) and money are those of the whole campaign, in every scope."""

    ref: str
    title: str
    status: str
    steps: tuple[Step, ...]
    parts: int
    cost_fen: int
    signed: tuple[Signed, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class ListDate:
    """Up to which day the newest list speaks. fact: applied, received; word: none old estimate good (reach.Standing)."""

    fact: str
    word: str
    cut_off: date | None = None
    rows: int = 0
    unmatched: int = 0


@dataclass(frozen=True)
class Verdict:
    """A town's own figure, and what may be said of it. Codes of regions; shares 0 to 1, None where n_eff < 30."""

    code: str
    n: int
    use: str
    rate: float | None
    low: float | None
    high: float | None
    verdict: str
    word: str = ""


@dataclass(frozen=True)
class Reason:
    """People who were never told for one reason: why, what comes next (in words), how many."""

    why: str
    next: str
    n: int


@dataclass(frozen=True)
class Compared:
    """What may and may not be concluded about a change, in sentences; `may_claim`: there is one to speak of; `before`:
    an earlier survey was compared, not only those told with those who wait."""

    sentences: tuple[str, ...]
    may_claim: bool = False
    before: bool = True


@dataclass(frozen=True)
class Told:
    """One policy in the scope: who fits and who was told, what a survey found, what the lists say.

    `waves`: the rate of each survey so far, in lines, where there are several. `channels`: people by the channel of their strongest mark. `awareness` as `reports.service.awareness` gives it, None without a survey; `survey` its row.
    """

    ref: str
    name: str
    reach: ReachFigures
    untold: tuple[Reason, ...] = ()
    lists: tuple[ListDate, ...] = ()
    awareness: Mapping[str, Any] | None = None
    wording: str = ""
    survey: Mapping[str, Any] | None = None
    verdicts: tuple[Verdict, ...] = ()
    compared: Compared | None = None
    waves: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    channels: tuple[ChannelCount, ...] = ()

    @property
    def total(self) -> PlaceCount:
        """Everybody in scope."""
        return self.reach.total

    def shown(self, length: int) -> Suppressed:
        """The grades by place (towns 9, villages 12), by channel, the never-told by reason, and in total, with small
        counts hidden, also against subtraction from one table to the other. Rows: code, `channel:x`, `reason:n`, total."""
        places = {place.code: _grades(place) for place in self.reach.by_length(length)}
        channels = {
            f"channel:{one.channel}": {name: getattr(one, name) for name in _BY_CHANNEL}
            for one in self.channels
        }
        reasons = {f"reason:{at}": {"untold": one.n} for at, one in enumerate(self.untold)}
        total = _grades(self.total)
        splits = [
            dict.fromkeys(rows, TOTAL) for rows in (channels, reasons) if _adds_up(rows, total)
        ]
        every = {**places, **channels, **reasons, TOTAL: total}
        return suppress(every, dict.fromkeys(places, TOTAL), _SUMS, also=splits)

    def beside(self) -> Suppressed:
        """Counts that belong to no sum of the grades: 已发布, 待核实, 申请, 领取."""
        return suppress({TOTAL: {name: getattr(self.total, name) for name in _BESIDE}})


def _adds_up(rows: Mapping[str, Mapping[str, int]], total: Mapping[str, int]) -> bool:
    """Counts that were taken a moment apart need not; then they are hidden each for itself."""
    columns = set().union(*rows.values()) if rows else set()
    return bool(rows) and all(
        sum(row[name] for row in rows.values()) == total[name] for name in columns
    )


def _grades(place: PlaceCount) -> dict[str, int]:
    return {name: getattr(place, name) for name in LEVELS}


@dataclass(frozen=True)
class Facts:
    """One report's worth. `place`: the scope in words; `names`: code of a region → its name; `whole`: the scope is all
    of the installation; `basis`: what it rests on, in lines; `signals`: opinions and hotline, in lines."""

    kind: Subject
    ref: str
    title: str
    region: str
    place: str
    on: date
    demo: bool
    whole: bool
    policies: Sequence[Told]
    campaigns: Sequence[Done] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    basis: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    people: int = 0

    @property
    def lead(self) -> Told | None:
        """The policy that the conclusion is about: one with a survey before others, then the one that most people fit."""
        return max(
            self.policies,
            key=lambda one: (one.awareness is not None, one.total.eligible),
            default=None,
        )

    @property
    def length(self) -> int:
        """Towns for a county, villages for a town; nothing is counted below."""
        return 12 if len(self.region) >= 9 else 9

    @property
    def generated(self) -> bool:
        """Whether a figure rests on answers that a program made up."""
        return any(one.awareness and one.awareness["generated"] for one in self.policies)
