"""What the page 知晓与触达 shows: the rate with its interval, 逐级情况, and counts per village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.formats import percent, thousands
from outreach.web.views.common import Choice, Link, Rate, Shade


@dataclass(frozen=True)
class Response:
    """What became of the sample. `others` are dispositions in words with their counts."""

    drawn: int
    answered: int
    others: tuple[tuple[str, int], ...] = ()

    @property
    def rate(self) -> float:
        """Answered of drawn, 0…1."""
        return self.answered / self.drawn if self.drawn else 0.0


@dataclass(frozen=True)
class Volunteers:
    """自愿填答: people who answered by themselves. They get no interval and stand for nobody but themselves."""

    aware: int
    n: int
    source: str  # such as 扫码


@dataclass(frozen=True)
class Awareness:
    """One survey's headline. `generated` answers were made up for a demonstration and say so."""

    title: str
    rate: Rate
    response: Response
    base: str  # in words: who could be drawn, who counts as aware
    generated: bool = False
    worst: tuple[float, float] | None = (
        None  # when fewer than half answered: if nobody or everybody else knew
    )
    fictional: float | None = None  # share that "knew" an invented policy
    baseline: str = ""  # '' prints 无基线，不能说提高
    decided: Rate | None = None  # the other base: without 说不清 and 拒答
    frame: str = ""  # who could be drawn, and the code of that list
    approval: str = ""  # 表号/批准文号/有效期; '' prints the line for unapproved surveys
    volunteers: Volunteers | None = None

    @property
    def sentence(self) -> str:
        """The page's title: the conclusion, with its uncertainty."""
        if self.rate.use == "none":
            return f"答的人太少（n = {self.rate.n}），说不出多少人知道"
        return f"每 100 个该知道的人里，约 {self.rate.rate * 100:.0f} 个知道"

    @property
    def worst_words(self) -> str:
        """What the rate could be at most and at least, had everybody answered."""
        if self.worst is None:
            return ""
        low, high = self.worst
        return f"回答不到一半：没答的人全不知道是 {percent(low)}，全知道是 {percent(high)}。"


@dataclass(frozen=True)
class Level:
    """One row of 逐级情况. `of` is 应知, the length of every bar; an estimate carries its interval in persons."""

    label: str
    n: int
    of: int
    note: str = ""
    unknown: int = 0  # 待核实 beside it, hatched
    low: int | None = None
    high: int | None = None
    counted: bool = True  # False when there is no list to count from: then no number is shown

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
        """Of 应知; '' for the first row itself."""
        return (
            ""
            if not self.counted or (self.n == self.of and not self.estimated)
            else percent(self.n / self.of)
            if self.of
            else ""
        )

    @property
    def interval_words(self) -> str:
        """区间 in persons."""
        return (
            ""
            if self.low is None or self.high is None
            else f"区间 {thousands(self.low)}–{thousands(self.high)}，抽样推算"
        )


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

    @property
    def rate(self) -> str:
        """触达率: told in person or delivered, of everybody who certainly fits; '' when nobody does."""
        return percent(self.told / self.eligible) if self.eligible else ""

    @property
    def told(self) -> int:
        """触达."""
        return self.in_person + self.delivered

    @property
    def scale(self) -> int:
        """The longest bar: 应知 with 待核实."""
        return max(self.eligible + self.unknown, 1)


@dataclass(frozen=True)
class VillageRow:
    """Counts of one village or town, in office order. There is no rate below the village, and no ranking."""

    name: str
    eligible: int
    told: int
    published: bool
    unreached: int
    link: Link | None = None


@dataclass(frozen=True)
class Unreached:
    """Why some were never told, and the next way to them."""

    reason: str
    n: int
    next: str


@dataclass(frozen=True)
class ResultsView:
    """知晓与触达."""

    policies: tuple[Choice, ...]
    policy: str
    policy_name: str
    place: str
    as_of: date
    awareness: Awareness | None = None
    reach: Reach | None = None
    villages: tuple[VillageRow, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    unreached_link: Link | None = None
    report: Link | None = None
    first_steps: tuple[Link, ...] = ()
    above: tuple[Link, ...] = ()  # the regions around the one shown
    level: str = "地方"  # what one row of the table is: 乡镇, 村（社区）
    region: str = ""

    @property
    def never_told(self) -> int:
        """Everybody in the list of the unreached."""
        return sum(row.n for row in self.unreached)

    @property
    def title(self) -> str:
        """The conclusion for the policy shown."""
        return (
            self.awareness.sentence
            if self.awareness
            else f"{self.policy_name}：还没有问过群众知不知道"
        )
