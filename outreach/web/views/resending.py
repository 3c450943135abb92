"""只给这些人再发: for which reasons a step could go out once more, and what waits for the second person."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Choice


@dataclass(frozen=True)
class OfferStep:
    """One step with the reasons for which it can be sent once more: `reasons` are (value, words with the count)."""

    number: int
    channel: str
    reasons: tuple[Choice, ...]
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pending:
    """A step that somebody proposed. `confirm` and `withdraw` are where the forms go, '' when this user may not."""

    number: int
    words: str
    reasons: str
    confirm: str = ""
    withdraw: str = ""
    not_me: str = ""


@dataclass(frozen=True)
class ResendView:
    """The page."""

    title: str
    href: str
    steps: tuple[OfferStep, ...]
    pending: tuple[Pending, ...]
    action: str = ""
    problem: str = ""
    done: str = ""
