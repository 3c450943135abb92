"""What the manager's page shows of each policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach.reports.overview.judging import Judgement, State
from outreach.reports.schemas import ReachFigures
from outreach.surveys.comparing.schemas import Comparison, TownFigure


@dataclass(frozen=True)
class PolicyLine:
    """One policy: its state and what is said about it. `figure` is the newest survey's, None without one."""

    ref: str
    name: str
    state: State
    judgement: Judgement
    reach: ReachFigures
    figure: Mapping[str, Any] | None = None
    towns: tuple[TownFigure, ...] = ()
    comparison: Comparison | None = None

    @property
    def behind(self) -> tuple[TownFigure, ...]:
        """The towns of which it is certain, in office order."""
        return tuple(town for town in self.towns if town.verdict == "behind")
