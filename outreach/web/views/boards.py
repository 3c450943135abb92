"""公告栏: where notices hang, what must come down, and the two taps for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class PostingLine:
    """One notice. `why`: why it should come down, '' while it may hang."""

    id: int
    title: str
    policy: str
    note: str
    valid_until: date
    why: str
    board: str
    place: str
    down: str


@dataclass(frozen=True)
class BoardLine:
    """One board with what hangs there; `post` is where 已贴 is sent to."""

    id: int
    name: str
    place: str
    note: str
    postings: tuple[PostingLine, ...]
    post: str
    remove: str = ""  # '' while something hangs there
    last: str = ""


@dataclass(frozen=True)
class Said:
    """What was just done, and where it is taken back."""

    text: str
    undo: str = ""


@dataclass(frozen=True)
class BoardsView:
    """The page. `until` is what the form proposes."""

    places: tuple[Choice, ...]
    place: str
    due: tuple[PostingLine, ...]
    boards: tuple[BoardLine, ...]
    policies: tuple[Choice, ...]
    until: date
    earliest: date
    regions: tuple[Choice, ...]
    said: Said | None = None
    first_steps: tuple[Link, ...] = ()
