"""A board, what hangs on it, and what is to be hung."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

REASONS = ("expired", "replaced", "withdrawn", "damaged")
"""Why a notice came down: its day has passed, a newer one hangs, the policy has ended, wind and rain."""


@dataclass(frozen=True)
class Posting:
    """One notice on one board. `due`: why it should come down now, '' while it may hang."""

    id: int
    board_id: int
    board: str
    region: str
    policy: str
    policy_name: str
    title: str
    version: str
    posted_on: date
    posted_by: str
    valid_until: date
    taken_down_on: date | None
    taken_down_by: str
    why: str
    due: str = ""

    @property
    def hanging(self) -> bool:
        """Whether it is still there."""
        return self.taken_down_on is None


@dataclass(frozen=True)
class Board:
    """A place where notices hang, with those that hang there and the one that came down last."""

    id: int
    region: str
    name: str
    note: str
    by: str
    postings: tuple[Posting, ...] = ()
    last: Posting | None = None

    @property
    def due(self) -> tuple[Posting, ...]:
        """What should come down."""
        return tuple(one for one in self.postings if one.due)


@dataclass(frozen=True)
class Notice:
    """What is hung: about which policy, which version, until when it says it is valid.

    `campaign` and `version` are '' for a notice of somebody else, such as a poster from above.
    """

    policy: str
    title: str
    valid_until: date
    posted_on: date
    version: str = ""
    campaign: str = ""
