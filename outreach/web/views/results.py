"""What the page 触达 shows: who was told in grades, places, who was never told and what comes next, lists, money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.formats import percent, thousands
from outreach.web.views.common import Choice, Link, Rate, Shade


@dataclass(frozen=True)
class Aware:
    """One line about awareness; everything that belongs to the figure stands on its own page."""

    title: str
    rate: Rate
    link: Link | None
    generated: bool = False  # the answers were made up for a demonstration


@dataclass(frozen=True)
class Level:
    """One row of 逐级情况. `of` is 应知, the length of every bar; an estimate carries its interval in persons.

    means: its definition. list: where the people behind the number are listed.
    """

    label: str
    n: int
    of: int
    note: str = ""
    unknown: int = 0  # 待核实 beside it, hatched
    low: int | None = None
    high: int | None = None
    counted: bool = True  # False when there is no list to count from: then no number is shown
    means: str = ""
    list: Link | None = None
    rates: bool = True  # below the village there are counts only

    @property
    def estimated(self) -> bool:
        """Whether it comes from a sample."""
        return self.low is not None

    @property
    def shade(self) -> Shade:
        """Solid when counted person by person, outlined when estimated."""
        return "mid" if self.estimated else "yes"

    @property
    def share(self) -> str:
        """Of 应知; '' for the first row itself, and where there are no rates."""
        first = self.n == self.of and not self.estimated
        if not (self.counted and self.rates and self.of) or first:
            return ""
        return percent(self.n / self.of)

    @property
    def interval_words(self) -> str:
        """区间 in persons."""
        if self.low is None or self.high is None:
            return ""
        return f"区间 {thousands(self.low)}–{thousands(self.high)}，抽样推算"


@dataclass(frozen=True)
class Reach:
    """Who was told, in grades that are never added silently: 当面告知 + 已送达 = 触达; 已发布 counts nobody."""

    levels: tuple[Level, ...]
    eligible: int
    unknown: int
    in_person: int
    delivered: int
    relayed: int
    published: int  # people in whose place something was published; shown, never added
    as_of: str = ""
    rates: bool = True

    @property
    def rate(self) -> str:
        """触达率: told in person or delivered, of everybody who certainly fits; '' when nobody does."""
        return percent(self.told / self.eligible) if self.eligible and self.rates else ""

    @property
    def told(self) -> int:
        """触达."""
        return self.in_person + self.delivered

    @property
    def scale(self) -> int:
        """The longest bar: 应知 with 待核实."""
        return max(self.eligible + self.unknown, 1)


@dataclass(frozen=True)
class PlaceRow:
    """Counts of one place, in office order. No rate, no ranking."""

    name: str
    eligible: int
    told: int
    relayed: int
    published: bool
    unreached: int
    applied: int | None  # None where there is no list to count from
    received: int | None
    link: Link | None = None


@dataclass(frozen=True)
class Unreached:
    """Why some were never told, the next way to them, and the page where that is done."""

    reason: str
    n: int
    next: str
    go: Link | None = None


@dataclass(frozen=True)
class UnreachedPlace:
    """People never told at one place, with what comes next for how many."""

    name: str
    n: int
    ways: tuple[tuple[str, int], ...]
    list: Link | None = None


@dataclass(frozen=True)
class Fact:
    """A number with what it means under it."""

    label: str
    value: str
    means: str
    notes: tuple[str, ...] = ()
    link: Link | None = None


@dataclass(frozen=True)
class CountRow:
    """A line of a small table: a channel, a language."""

    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class SmallTable:
    """Counts by channel or language, with the definition beneath."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[CountRow, ...]
    means: str


@dataclass(frozen=True)
class Outcome:
    """参保率…: counted by the policy's own office."""

    measure: str
    points: tuple[tuple[str, str, str], ...]  # day, rate with n of, source


@dataclass(frozen=True)
class ResultsView:
    """触达."""

    policies: tuple[Choice, ...]
    policy: str
    policy_name: str
    place: str
    as_of: date
    aware: Aware | None = None
    reach: Reach | None = None
    facts: tuple[Fact, ...] = ()  # households, coverage, conversion, money
    places: tuple[PlaceRow, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    unreached_places: tuple[UnreachedPlace, ...] = ()
    set_aside: str = ""  # whom nobody has to look for
    untold_list: Link | None = None
    tables: tuple[SmallTable, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    plays: str = ""  # that plays are no evidence
    hotline: Link | None = None
    file: Link | None = None
    counting: bool = False  # a large register is being counted for the first time
    counted_at: str = ""
    first_steps: tuple[Link, ...] = ()
    above: tuple[Link, ...] = ()  # the regions around the one shown
    level: str = "地方"  # what one row of the table is: 乡镇, 村（社区）, 网格
    region: str = ""
    definitions: tuple[str, ...] = ()

    @property
    def never_told(self) -> int:
        """Everybody in the list of the unreached."""
        return sum(row.n for row in self.unreached)

    @property
    def title(self) -> str:
        """The conclusion for the policy and place shown; a rate only where there are rates."""
        if self.reach is None or not self.reach.eligible:
            return f"{self.policy_name}：还没有人该知道" if self.policy else "还没有数字"
        if not self.reach.rate:
            return f"{self.policy_name}：{thousands(self.reach.eligible)} 人里告知了 {thousands(self.reach.told)} 人"
        return f"{self.policy_name}：该知道的人里，{self.reach.rate} 已告知"
