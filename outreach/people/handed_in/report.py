"""What became of a list that an office handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from outreach.access.scope import Scope
from outreach.people.schemas import Problem
from outreach.store import Begin
from outreach.vault import Vault

ESTIMATE_ABOVE = 0.05
"""With a larger share of rows that fit nobody, what follows from a list is an estimate (product §8)."""


@dataclass(frozen=True)
class Desk:
    """Where a list is taken in: the database, the keys, the date, whose people may be named, who does it."""

    begin: Begin
    vault: Vault
    today: date
    scope: Scope
    by: str


@dataclass
class ListReport:
    """rows = matched + unmatched + ambiguous + rejected; `people` are the different persons of the matched rows.

    Of a list of a circumstance: who `gained` it, who had it already (`kept`), who `lost` it by not being on a complete
    list, for how many it became `known` not to be so, and who was `spared` that because an unmatched row may be them.
    Of a list of who applied or received: who is `new` by it.
    """

    list_ref: str
    rows: int = 0
    matched: int = 0
    people: int = 0
    unmatched: int = 0
    ambiguous: int = 0
    rejected: int = 0
    gained: int = 0
    kept: int = 0
    lost: int = 0
    known: int = 0
    spared: int = 0
    inactive: int = 0
    errors: list[Problem] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    written: bool = False
    run: int | None = None

    @classmethod
    def counted(cls, list_ref: str, counts: Mapping[str, int]) -> ListReport:
        """What `counts` said of a list that was written."""
        report = cls(list_ref, written=True)
        for name, n in counts.items():
            setattr(report, name, n)
        return report

    @property
    def missed(self) -> int:
        """Rows that nobody in the register answers to, for whatever reason."""
        return self.unmatched + self.ambiguous + self.rejected

    @property
    def share(self) -> float:
        """The missed rows' share of all, 0 to 1."""
        return self.missed / self.rows if self.rows else 0.0

    @property
    def estimate(self) -> bool:
        """Whether what follows from the list is only an estimate."""
        return self.share > ESTIMATE_ABOVE

    @property
    def failed(self) -> bool:
        """Whether the command ends with exit status 1: nobody was found."""
        return self.matched == 0

    def counts(self) -> dict[str, int]:
        """The figures alone."""
        names = (
            "rows", "matched", "people", "unmatched", "ambiguous", "rejected", "gained", "kept", "lost", "known",
            "spared", "inactive",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "list": self.list_ref,
            **self.counts(),
            "unmatched_share": round(self.share, 4),
            "estimate": self.estimate,
            "written": self.written,
            "run": self.run,
            "columns": [{"header": header, "read_as": name} for header, name in self.columns],
            "errors": [problem.as_dict() for problem in self.errors],
        }
