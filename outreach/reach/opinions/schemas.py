"""An opinion, what is needed to write one down, and the moves that it may make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from outreach.access.scope import Scope

SOURCES = ("qr", "door", "phone", "observer", "survey", "sms", "hotline")
KINDS = ("question", "problem", "suggestion", "thanks", "other")
STATES = ("new", "taken", "answered", "closed")
OPEN = ("new", "taken")
"""States in which somebody still waits for an answer."""

LONGEST = 2_000
"""Characters of what is said, of an answer, of a note: more than the longest text message that a carrier joins."""

MOVES: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "take": (("new",), "taken"),
        "give": (("new", "taken"), "taken"),
        "answer": (("new", "taken"), "answered"),
        "close": (("new", "taken", "answered"), "closed"),
        "reopen": (("answered", "closed"), "taken"),
    }
)
"""Move → the states from which it is made, and the state to which it leads."""

TEXT, CONTACT, ANSWER, NOTE = "opinion", "opinion_contact", "opinion_answer", "opinion_note"
"""Under which the vault keeps the four encrypted fields."""


@dataclass(frozen=True)
class NewOpinion:
    """What somebody said. text, contact: in clear, encrypted where it is written.

    policy: its ref, '' = none; region: of the household or the place, never more exact than that; key: equal keys are
    one opinion, so that a form sent twice is taken once; by: who wrote it down, '' = the resident.
    """

    source: str
    text: str
    kind: str = "other"
    policy: str = ""
    campaign_id: int | None = None
    survey_id: int | None = None
    region: str = ""
    contact: str = ""
    by: str = ""
    key: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where something was said, before anybody writes it down. policy: '' where it may have been about several."""

    region: str = ""
    policy: str = ""
    campaign_id: int | None = None


@dataclass(frozen=True)
class OpinionView:
    """An opinion as it stands. said, contact and answer are encrypted; policy: its ref, '' = about none."""

    id: int
    source: str
    kind: str
    policy: str
    campaign_id: int | None
    survey_id: int | None
    region: str
    said: str
    contact: str
    by: str
    at: datetime
    state: str
    assigned: str
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Move:
    """One move that was made; note is encrypted."""

    id: int
    state: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """Which opinions somebody looks for; what is empty narrows nothing.

    before: said before this moment; by: written down by this user; whose: assigned to this user.
    """

    states: tuple[str, ...] = ()
    source: str = ""
    policy: str = ""
    region: str = ""
    by: str = ""
    whose: str = ""
    before: datetime | None = None
    since: datetime | None = None
    limit: int = 200


@dataclass(frozen=True)
class Hand:
    """Who moves it, and within which region."""

    by: str
    scope: Scope


@dataclass(frozen=True)
class WeekCount:
    """Opinions about one policy ('' = none) in the week that began on a Monday, by source and by state now."""

    policy: str
    week: date
    n: int
    sources: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """Opinions of one town that nobody answered in time: how many, and since when the oldest waits."""

    region: str
    n: int
    oldest: datetime
