"""A print job, its parts, and what a person has to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from outreach.deliveries import served
from outreach.deliveries.paper import Selection

OPEN = ("waiting", "running")
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Ask:
    """What somebody wants printed. `region`: the scope of who asks; `helper`: whose name stands on lists and covers.

    `held`: the job stays on the list 待打印 until somebody at the printer starts it.
    """

    campaign_id: int
    selection: Selection
    by: str
    region: str = ""
    helper: str = ""
    held: bool = False


class Spares(NamedTuple):
    """Sheets without a name for one grid: the first sequence number and how many."""

    first: int
    sheets: int


@dataclass(frozen=True)
class Job:
    """A row of print_job. `total` and `done` count sheets (of a list: doors), `pages` what lies in the files."""

    id: int
    campaign_id: int
    kind: str
    choice: Mapping[str, Any]
    region: str
    state: str
    held: int
    by: str
    created_at: datetime
    started_at: datetime | None
    beat_at: datetime | None
    ended_at: datetime | None
    total: int
    done: int
    pages: int
    problems: Sequence[Mapping[str, Any]]
    error: Mapping[str, Any] | None

    @property
    def selection(self) -> Selection:
        """What was asked for."""
        known = Selection.__dataclass_fields__
        return Selection(**{key: value for key, value in self.choice.items() if key in known})

    @property
    def helper(self) -> str:
        """Whose name stands on lists and covers."""
        return str(self.choice.get("helper", ""))

    @property
    def spares(self) -> dict[str, Spares]:
        """Grid → the numbers of its spare sheets; given once, so that a job taken up again has the same."""
        return {grid: Spares(*pair) for grid, pair in self.choice.get("spares", {}).items()}


@dataclass(frozen=True)
class Part:
    """A row of print_part: one grid. `members`: deliveries in walking order, as they were when it was asked for."""

    job_id: int
    number: int
    grid: str
    sheets: int
    pages: int
    first: str
    last: str
    file: str
    digest: bytes | None
    members: Sequence[int]

    @property
    def made(self) -> bool:
        """Whether it is done; a part of which nothing could be printed is done and has no file."""
        return self.digest is not None


@dataclass(frozen=True)
class HouseholdProblem:
    """One household that needs a person. The name is masked: this is kept in the clear, and shown on pages."""

    serial: str
    name: str
    grid: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    printed: bool = False

    def as_dict(self) -> dict[str, object]:
        """For the row of the job."""
        return asdict(self)


@dataclass(frozen=True)
class Made:
    """What came out of the press for one part. `printed`: deliveries; `failed`: delivery → code of the reason.

    texts: delivery → the version of the text on its letter. left_out: of whom its sheets say nothing, and why.
    """

    pdf: bytes
    pages: int
    printed: Sequence[int] = ()
    failed: Mapping[int, str] = field(default_factory=dict)
    problems: Sequence[HouseholdProblem] = ()
    first: str = ""
    last: str = ""
    texts: Mapping[int, int] = field(default_factory=dict)
    left_out: Sequence[served.Row] = ()
