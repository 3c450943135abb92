"""What the cells of a sheet are read against, and what one row has said so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from outreach.errors import Invalid, OutreachError
from outreach.people.identity import IdCard
from outreach.people.reading.columns import Columns
from outreach.people.reading.places import Places
from outreach.people.schemas import PersonRow


@dataclass
class Context:
    """What a cell is read against. `remarks` collects (header, what is worth a look).

    `document`, `town`, `group`, `below`: what this row says in columns that count only together with others.
    """

    columns: Columns
    homes: Places
    country: Places
    today: date
    remarks: list[tuple[str, OutreachError]] = field(default_factory=list)
    unlisted: set[str] = field(default_factory=set)  # what was remarked on once
    cards: Mapping[str, IdCard] = field(default_factory=dict)  # numbers found in order already
    document: str = ""
    town: str = ""
    group: str = ""
    below: str = ""

    def header(self, name: str) -> str:
        """The header under which a field stands in this sheet."""
        return self.columns.header(name)

    def begin_row(self) -> None:
        """Forget what the row before has said."""
        self.remarks = []
        self.document = self.town = self.group = self.below = ""

    def remark(self, name: str, error: OutreachError) -> None:
        """Something in the column of a field is worth a look."""
        self.remarks.append((self.header(name), error))

    def remark_once(self, name: str, key: str, error: Invalid) -> None:
        """The same, for what would otherwise be said of every row."""
        if key not in self.unlisted:
            self.unlisted.add(key)
            self.remark(name, error)


Read = Callable[[Context, PersonRow, str], None]
"""Reads one cell into the person of its row; raises Invalid."""
