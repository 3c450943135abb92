"""What a check that stops a campaign says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from outreach.wording import Lang, say


@dataclass(frozen=True)
class Stop:
    """Something must not go on as it is. code: of its words in a catalogue, with params for them.

    subject: which list, account or text. state: how that stands (a list's date); who lets it pass lets just this state
    pass, another one is asked about anew. passable: whether a named person may let it pass at all.
    """

    code: str
    subject: str = ""
    state: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    passable: bool = True

    def message(self, lang: Lang = "zh") -> str:
        """What stands in the way, and what to do."""
        return say(self.code, lang, **self.params)

    def said(self) -> str:
        """Only what stands in the way, for the record of who let it pass."""
        return self.message().split("。", 1)[0]


Step = Mapping[str, Any] | None
"""A row of a step; None: the whole campaign, before it is submitted and signed."""

Check = Callable[[Connection, Mapping[str, Any], Step, date], Iterable[Stop]]
"""(connection, campaign, step, day) → what stops it then. Reads only."""


@dataclass(frozen=True)
class Passed:
    """Somebody let a stop pass. It holds while the thing stands as it stood then."""

    code: str
    subject: str
    state: str
    said: str
    reason: str
    by: str
    at: datetime

    def as_dict(self) -> dict[str, str]:
        """For the frozen document: who signs later signs this too."""
        return {
            "code": self.code, "subject": self.subject, "state": self.state, "said": self.said, "reason": self.reason, "by": self.by,
            "at": self.at.isoformat(),
        }  # fmt: skip

    def covers(self, stop: Stop) -> bool:
        """Whether it is about this very stop."""
        return (self.code, self.subject, self.state) == (stop.code, stop.subject, stop.state)
