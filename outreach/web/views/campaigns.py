"""What the pages show of a campaign that is being sent: 今日 and its own page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from outreach.web.formats import duration, thousands
from outreach.web.views.common import Bar, Link, Part
from outreach.wording import say


@dataclass(frozen=True)
class States:
    """How many deliveries are in each state of `delivery_state`; exclusive, they sum to everything planned."""

    planned: int = 0
    waiting: int = 0
    accepted: int = 0
    delivered: int = 0
    undelivered: int = 0
    refused: int = 0
    skipped: int = 0
    unknown: int = 0

    @property
    def to_send(self) -> int:
        """Everything that is not skipped."""
        return self.handed_over + self.waiting + self.planned

    @property
    def handed_over(self) -> int:
        """What the carrier has had in its hands, or may have had."""
        return self.accepted + self.delivered + self.failed + self.unknown

    @property
    def failed(self) -> int:
        """没送到."""
        return self.undelivered + self.refused

    @property
    def left(self) -> int:
        """Still to be handed over."""
        return self.planned + self.waiting

    @property
    def percent(self) -> float:
        """Handed over, of what is to be sent, 0…100; of nothing 100 once somebody was skipped, 0 before that."""
        if not self.to_send:
            return 100.0 if self.skipped else 0.0
        return self.handed_over * 100 / self.to_send

    @property
    def bar(self) -> Bar:
        """已送达 · 等回执 · 结果不明 · 没送到 · 待发."""
        # 结果不明 has its place even when there is none: it may come while the page is open
        parts = (
            Part("delivered", "已送达", self.delivered, "yes"),
            Part("accepted", "等回执", self.accepted, "ask"),
            Part("unknown", "结果不明", self.unknown, "ask"),
            Part("failed", "没送到", self.failed, "bad"),
            Part("left", "待发", self.left, "todo"),
        )
        return Bar(parts, self.to_send)


@dataclass(frozen=True)
class Reason:
    """Why some were not delivered or skipped, what happens next by itself, and what a person can do."""

    label: str
    n: int
    next: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class Event:
    """One line of 经过."""

    at: datetime
    text: str


@dataclass(frozen=True)
class StepLine:
    """One step of a campaign: its channel in words, when it is or was due, and its counts."""

    number: int
    channel: str
    due_at: datetime | None
    states: States

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The columns 要发 已交出 已送达 没送到: the name of each place in the live progress, and its number."""
        names = ("to_send", "handed_over", "delivered", "failed")
        return tuple(
            (f"s{self.number}-{name}", thousands(getattr(self.states, name))) for name in names
        )


@dataclass(frozen=True)
class Ask:
    """One delivery that only a person can settle; `who` is masked. The form goes to `action` with seen=yes or no."""

    number: int
    channel: str
    who: str
    place: str
    action: str


@dataclass(frozen=True)
class LiveCampaign:
    """A campaign that is being sent, or has just been. `live` is the address of its progress events, '' when done."""

    title: str
    href: str
    status: str  # in words: 发送中 已暂停 已发完
    states: States
    live: str = ""
    per_minute: float = 0.0
    measured_seconds: float = 0.0  # over how long the rate was taken; 0 = it was not
    by_itself: int = 0  # of what is left, what a machine sends
    by_hand: int = 0  # of what is left, what waits for people
    seconds_left: float | None = None
    ends_at: datetime | None = None
    ends: str = ""  # the same in words
    quiet_note: str = ""  # such as: 12:00 进入静默时段，来得及
    to_come: str = ""  # what has not begun yet, in words
    resent: int = 0
    failed: tuple[Reason, ...] = ()
    skipped: tuple[Reason, ...] = ()
    unknown_link: Link | None = None
    asks: tuple[Ask, ...] = ()  # the first of them, with buttons
    asks_total: int = 0
    stopped_by: str = ""  # why it paused by itself
    cost: str = ""  # what it has cost so far, in words
    steps: tuple[StepLine, ...] = ()
    events: tuple[Event, ...] = ()
    resend: str = ""  # where it can be sent once more to those whom it did not reach
    pending: int = 0  # resends that wait for a second person
    export: str = ""  # where the list of deliveries is, '' when this user may not have it
    action: str = ""  # where the form that pauses or resumes is sent to, '' when this user may not
    action_label: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The words that change while it runs, by the names that the page gives their places."""
        s = self.states
        counts = {part.key: thousands(part.n) for part in s.bar.parts}
        return counts | {
            "percent": f"{s.percent:.1f}",
            "handed_over": thousands(s.handed_over),
            "to_send": thousands(s.to_send),
            "left_of": f"共 {thousands(s.to_send)} 件，还剩 {thousands(s.left)} 件",
            "eta": self.eta,
            "pace": self.pace,
            "unknown_n": thousands(s.unknown),
            **{key: n for step in self.steps for key, n in step.shown},
        }

    @property
    def eta(self) -> str:
        """How long it still takes, and until when, in words."""
        if not self.states.left:
            return self.to_come or say("live.all_out")
        if not self.by_itself and self.by_hand:
            return say("live.only_by_hand")
        if self.seconds_left is None:
            return say("live.measuring")
        code = "live.until" if self.ends else "live.left"
        return say(code, left=duration(self.seconds_left), at=self.ends)

    @property
    def pace(self) -> str:
        """How fast it goes, in words; honest about standing still."""
        found = [self._rate, self.quiet_note]
        if self.by_hand and self.by_itself:
            found.append(say("live.by_hand", n=thousands(self.by_hand)))
        return "。".join(filter(None, found)) or "关掉这一页不影响发送"

    @property
    def _rate(self) -> str:
        if not self.measured_seconds or not self.by_itself:
            return ""
        if not self.per_minute:
            minutes = max(1, round(self.measured_seconds / 60))
            return "" if self.quiet_note else say("live.nothing_lately", minutes=minutes)
        shown = (
            thousands(round(self.per_minute)) if self.per_minute >= 10 else f"{self.per_minute:.1f}"
        )
        return say("live.rate", n=shown, minutes=duration(self.measured_seconds))

    @property
    def event(self) -> dict[str, object]:
        """The data of a `progress` event; outreach.js puts it in place."""
        pieces = {piece.part.key: [piece.start, piece.width] for piece in self.states.bar.pieces}
        return {"texts": self.texts, "pieces": pieces, "percent": round(self.states.percent)}


@dataclass(frozen=True)
class Todo:
    """One thing that waits for this user, the most urgent first."""

    title: str
    text: str
    link: Link


@dataclass(frozen=True)
class Upcoming:
    """Something that will happen by itself, or a window that closes."""

    at: datetime
    title: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Losing:
    """People whose right ends within 30 days and who have not applied. `days` holds one number per person."""

    policy: str
    why: str  # such as: 孩子满3岁，最早 11月26日
    n: int
    days: tuple[int, ...]


@dataclass(frozen=True)
class TodayView:
    """今日. `on` is the date at the installation."""

    on: date
    live: tuple[LiveCampaign, ...] = ()
    todo: tuple[Todo, ...] = ()
    losing: tuple[Losing, ...] = ()
    losing_link: Link | None = None
    upcoming: tuple[Upcoming, ...] = ()
    first_steps: tuple[Link, ...] = field(
        default=()
    )  # for an installation where nothing has happened yet

    @property
    def lede(self) -> str:
        """The one sentence under the date."""
        waiting = f"{len(self.todo)} 件事等您动手" if self.todo else "没有等您动手的事"
        running = sum(1 for campaign in self.live if campaign.live)
        return f"{waiting}，{running} 个任务正在发。" if running else f"{waiting}。"
