"""What the ledger hands out: who was told and how, households, who was never told and what comes next, money, rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Literal

Confidence = Literal["in_person", "delivered", "relayed", "published"]
"""How sure it is that somebody was told: 当面告知, 已送达, 家人转告, 已发布 (a place was covered, nobody counted)."""

GRADES: tuple[Confidence, ...] = ("in_person", "delivered", "relayed", "published")
"""The strongest first. The first two together are 触达; the others are never added to them."""

TOLD = GRADES[:2]


@dataclass(frozen=True)
class Told:
    """How a person first learnt of a policy, by the strongest mark in the ledger.

    date: of the first proof of that strength. delivery: which one proved it; None when no delivery did. by: who said
    it (a user), or the carrier's account; '' when that is not known any more.
    """

    date: date
    channel: str
    confidence: Confidence
    delivery: int | None
    by: str = ""

    @property
    def counts(self) -> bool:
        """Whether the person counts as told (触达)."""
        return self.confidence in TOLD


@dataclass(frozen=True)
class HouseholdCount:
    """Households with at least one member who certainly fits; each stands in one column only, its strongest.

    Reached: a member of 14 or over was told in person or delivered to, for themselves or for a child at home.
    """

    eligible: int = 0
    reached: int = 0
    relayed: int = 0

    @property
    def unreached(self) -> int:
        """Neither reached nor told by the family."""
        return self.eligible - self.reached - self.relayed

    def plus(self, other: HouseholdCount) -> HouseholdCount:
        """Both places together."""
        names = [one.name for one in fields(self)]
        return HouseholdCount(
            **{name: getattr(self, name) + getattr(other, name) for name in names}
        )


Number = Literal["ok", "none", "closed", "not_personal", "no_guardian"]
"""Of whoever would get the message: usable · there is none · it was found wrong · a clerk's or landline · nobody to
write to, because a child has no guardian on record."""


@dataclass(frozen=True)
class Situation:
    """Everything that decides why somebody was never told, and what should come next.

    stage: how far a message came, as `reports.schemas.Untold` has it. reason: why it was skipped. word: what was last
    said at the door or on the phone. error: the carrier's code. homes: how often nobody was at home. done: on a list of
    who applied or received. stopped: a worker stopped the household. door: there is an address to go to. relative:
    somebody else of the household can be telephoned.
    """

    stage: str = "none"
    channel: str = ""
    reason: str = ""
    word: str = ""
    error: str = ""
    homes: int = 0
    published: bool = False
    done: bool = False
    stopped: bool = False
    number: Number = "ok"
    no_sms: bool = False
    no_call: bool = False
    door: bool = True
    relative: bool = False


@dataclass(frozen=True, order=True)
class Advice:
    """Codes: why.REASON, and next.WAY for that person; `detail` is a number in the words (times, a carrier's code)."""

    why: str
    next: str
    detail: str = ""


@dataclass(frozen=True)
class Missed:
    """Some people who were never told, for the same reason and with the same next way."""

    advice: Advice
    n: int


@dataclass(frozen=True)
class MissedPlace:
    """The never-reached of one place, the most frequent first."""

    code: str
    rows: tuple[Missed, ...] = ()

    @property
    def n(self) -> int:
        """People."""
        return sum(row.n for row in self.rows)


@dataclass(frozen=True)
class MissedPerson:
    """One of them, for a list: name and address are encrypted. Nothing here says what the policy is about."""

    id: int
    region: str
    name: str
    address: str
    advice: Advice


@dataclass(frozen=True)
class MissedPeople:
    """Everybody to be found, and how many of the never-reached need not be: done, stopped."""

    people: tuple[MissedPerson, ...]
    done: int = 0
    stopped: int = 0


@dataclass(frozen=True)
class NeverReached:
    """Who certainly fits and was never told, by place in the order of codes.

    to_find: those for whom something can be done. done: on a list of applicants or recipients, so nobody has to go.
    stopped: a worker stopped the household; they are on no list. All three sum to `PlaceCount.untold`.
    """

    places: tuple[MissedPlace, ...] = ()
    done: int = 0
    stopped: int = 0

    @property
    def to_find(self) -> int:
        """People for whom something is to be done."""
        return sum(place.n for place in self.places)

    def together(self) -> list[Missed]:
        """All places added up, the most frequent first."""
        return summed(row for place in self.places for row in place.rows)

    def by_next(self) -> dict[str, int]:
        """Next way → people, the most frequent first."""
        found: dict[str, int] = {}
        for row in self.together():
            found[row.advice.next] = found.get(row.advice.next, 0) + row.n
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def summed(rows: Iterable[Missed]) -> list[Missed]:
    """Equal advice once, with its people added up; the most frequent first."""
    counted: dict[Advice, int] = {}
    for row in rows:
        counted[row.advice] = counted.get(row.advice, 0) + row.n
    return [Missed(one, n) for one, n in sorted(counted.items(), key=lambda each: (-each[1], each[0]))]  # fmt: skip


@dataclass(frozen=True)
class ListState:
    """The newest list of who applied or received, as far as it speaks of a place: its date and how much of it fits nobody.

    word: none · old · estimate (估计名单) · good.
    """

    fact: str
    word: Literal["none", "old", "estimate", "good"]
    cut_off: date | None = None
    rows: int = 0
    unmatched: int = 0
    complete_for: str = ""

    @property
    def share(self) -> float:
        """Unmatched of all rows, 0 to 1."""
        return self.unmatched / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Coverage:
    """覆盖率: recipients / eligible, before and after the first contact.

    since: the day of the first contact; None when there was none yet. before: received before that day; after: received
    by the list's cut-off date (`state.cut_off`). Both over the same people: those who certainly fit today. baseline: a
    list is older than the first contact; without one, and without rows of their own date, "before" is not known.
    """

    eligible: int
    before: int
    after: int
    since: date | None
    state: ListState
    baseline: bool = False

    @property
    def rate_before(self) -> float | None:
        """0 to 1; None without a first contact, or when nothing says who had received by then."""
        known = self.since is not None and (self.baseline or self.before > 0)
        return self._share(self.before) if known else None

    @property
    def rate_after(self) -> float | None:
        """0 to 1; None when nobody fits, or there is no list."""
        return self._share(self.after)

    def _share(self, n: int) -> float | None:
        return n / self.eligible if self.eligible and self.known else None

    @property
    def known(self) -> bool:
        """Whether there is anything to count from."""
        return self.state.word != "none" or self.after > 0


@dataclass(frozen=True)
class Conversion:
    """告知后申领: applied within 90 days after the first contact, of those who fit and had not applied when it began.

    contacted: how many of them were told. young: told less than 90 days before the list's date, so that their time is
    not over. It says nothing about why somebody applied.
    """

    base: int
    contacted: int
    applied: int
    young: int
    since: date | None
    state: ListState

    @property
    def rate(self) -> float | None:
        """0 to 1; None when there is no list, or nobody to convert."""
        return self.applied / self.base if self.base and self.state.word != "none" else None


@dataclass(frozen=True)
class ChannelCount:
    """People told through one channel, by the strongest mark; each person stands in one row only."""

    channel: str
    in_person: int = 0
    delivered: int = 0
    relayed: int = 0
    published: int = 0


@dataclass(frozen=True)
class LanguageCount:
    """People who certainly fit, by the language that they are written to in ('' = that of their region)."""

    language: str
    eligible: int = 0
    told: int = 0


@dataclass(frozen=True)
class Costs:
    """Money of what was handed over, and persons newly told through it.

    fen: 1/100 yuan of attempts that a carrier took or may have taken; work and paper of the office are not in it.
    people: told in person or delivered to, whose first such proof is one of these deliveries.
    """

    fen: float
    people: int
    campaigns: tuple[str, ...] = ()

    @property
    def per_person(self) -> float | None:
        """Fen for each person newly told; None when nobody was."""
        return self.fen / self.people if self.people else None


@dataclass(frozen=True)
class AwareCost:
    """Fen for each person more who is aware, with its interval; or a code that says why there is no figure.

    caution: the code of what must stand beside it; '' = nothing.
    """

    why_not: str = ""
    fen: float = 0.0
    low: float = 0.0
    high: float = 0.0
    params: Mapping[str, object] = field(default_factory=dict)
    caution: str = ""


@dataclass(frozen=True)
class Rated:
    """A policy's own outcome on a day, counted by its office: n of `of`."""

    on: date
    n: int
    of: int
    source: str

    @property
    def rate(self) -> float:
        """0 to 1."""
        return self.n / self.of


@dataclass(frozen=True)
class OutcomeRate:
    """参保率, 申领率…: one measure of one region over time, the oldest first. A count of everybody, not a sample."""

    measure: str
    region: str
    points: tuple[Rated, ...] = ()

    @property
    def newest(self) -> Rated:
        """The last one."""
        return self.points[-1]


@dataclass(frozen=True)
class Levels:
    """逐级情况 of one policy in one campaign: 应知 with 待核实 beside it, then what is known of the same people."""

    policy: str
    due: int = 0
    unknown: int = 0
    in_person: int = 0
    delivered: int = 0
    relayed: int = 0
    published: int = 0
    applied: int = 0
    received: int = 0

    @property
    def told(self) -> int:
        """触达."""
        return self.in_person + self.delivered


@dataclass(frozen=True)
class Figures:
    """Everything of one policy in one scope that has to be counted person by person."""

    households: HouseholdCount
    channels: tuple[ChannelCount, ...]
    languages: tuple[LanguageCount, ...]
    missed: NeverReached
    coverage: Coverage
    conversion: Conversion
    costs: Costs
