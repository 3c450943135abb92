"""What the room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

WHY = ("birthday", "opened", "rule", "import", "moved", "new")
"""birthday: an age was completed, or another day came · opened: the validity or the window began · rule: the policy
or what a region filled in changed · import: a list said something new · moved: another place · new in the register."""


_OLDEST = date(1900, 1, 1)
"""Before there was any register; the first moments of the calendar have no counterpart in every zone."""


@dataclass(frozen=True)
class Newly:
    """Somebody whom a policy certainly fits now and did not certainly fit then, and why."""

    person: int
    why: str


@dataclass(frozen=True)
class Span:
    """From a day to another one. What came into the register on the first day counts as having come after it.

    home: the installation's region.
    """

    since: date
    on: date
    moment: datetime
    home: str = ""

    @classmethod
    def between(cls, since: date, on: date, zone: ZoneInfo, home: str = "") -> Span:
        """`moment` is the beginning of `since` in the business zone; nothing is older than _OLDEST."""
        return cls(since, on, datetime.combine(max(since, _OLDEST), time.min, zone), home)
