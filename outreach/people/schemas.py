"""What the slice hands out: problems with rows, the report of an import, the preview of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from outreach.errors import OutreachError
from outreach.people.masking import mask_numbers
from outreach.wording import say

HEAD_WORDS = frozenset({"户主", "本人", "户主本人", "本人或户主"})
"""What 与户主关系 says of the head."""


@dataclass(frozen=True)
class Problem:
    """Something wrong (or worth a look) in a file: the row as an office worker counts it, the header, why."""

    row: int
    column: str
    code: str
    message: str
    sheet: str = ""

    @classmethod
    def of(cls, row: int, column: str, error: OutreachError, sheet: str = "") -> Problem:
        """The problem in Chinese words; in a workbook of several sheets they name the sheet.

        Words are kept and passed on: what a cell says is in them, but nobody's number, in whatever column it stood.
        """
        params = {
            name: mask_numbers(value) if isinstance(value, str) else value
            for name, value in error.params.items()
        }
        words = say(error.code, "zh", **params)
        return cls(row, column, error.code, f"工作表“{sheet}”：{words}" if sheet else words, sheet)

    def as_dict(self) -> dict[str, object]:
        """The four keys of the contract."""
        return {"row": self.row, "column": self.column, "code": self.code, "message": self.message}


@dataclass
class PersonRow:
    """A good row: facts in the words of the register, '' or None where the row does not say.

    `id_number` is the document's number in full; it lives only until its keyed hash is made.
    """

    sheet: int
    row: int
    name: str = ""
    id_number: str = ""
    id_last4: str = ""
    masked: tuple[str, str] | None = None  # (first 6, last 4) of a number that came masked
    birth: date | None = None
    sex: str = ""
    phone: str = ""
    landline: bool = False
    region: str = ""
    region_before: tuple[str, ...] = ()
    hukou_region: str = ""
    hukou_type: str = ""
    address: str = ""
    household: str = ""
    relation: str = ""
    head_id: str = ""
    guardian_id: str = ""
    guardian_name: str = ""
    language: str = ""
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    circumstances: int = 0
    circumstances_known: int = 0
    household_size: int | None = None
    income_month: int | None = None
    paid_months: int | None = None
    paid_months_running: int | None = None
    job_kind: str = ""
    needs: str = ""
    status: str = ""
    synthetic: bool = False


COUNTS = ("rows", "accepted", "rejected", "duplicates", "new", "changed", "unchanged")
"""The figures of a report."""

MOST_PROBLEMS = 1_000
"""Errors, and warnings, that a report holds; the rest is counted, and stands in the workbook of bad rows."""


@dataclass
class ImportReport:
    """What became of a file. rows = accepted + rejected + duplicates; accepted = new + changed + unchanged.

    `written` is False after a dry run, when --strict met a bad row, and when no row was good; then new, changed
    and unchanged say what would have happened. Of errors and warnings the first MOST_PROBLEMS are held;
    `errors_total` and `warnings_total` count all. `cancelled`: somebody stopped it; new, changed and unchanged then
    say what had been written, in whole chunks.
    """

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    written: bool = False
    import_id: int | None = None
    strict: bool = False
    cancelled: bool = False
    errors_total: int = 0
    warnings_total: int = 0

    def error(self, problem: Problem) -> None:
        """Something is wrong with a row that is counted as rejected."""
        self.errors_total += 1
        if len(self.errors) < MOST_PROBLEMS:
            self.errors.append(problem)

    def warn(self, problem: Problem) -> None:
        """Something is worth a look."""
        self.warnings_total += 1
        if len(self.warnings) < MOST_PROBLEMS:
            self.warnings.append(problem)

    @property
    def failed(self) -> bool:
        """Whether the command ends with exit status 1: no good row, or a bad one under --strict."""
        return self.accepted == 0 or (self.strict and self.rejected > 0)

    def as_dict(self) -> dict[str, object]:
        """Exactly the JSON of the contract; where not all problems are listed, how many there are is added."""
        told: dict[str, object] = {name: getattr(self, name) for name in COUNTS}
        for name in ("errors", "warnings"):
            some: list[Problem] = getattr(self, name)
            told[name] = [problem.as_dict() for problem in some]
            if len(some) < getattr(self, f"{name}_total"):
                told[f"{name}_total"] = getattr(self, f"{name}_total")
        return told


@dataclass(frozen=True)
class SheetPreview:
    """One sheet before it is taken in: headers, the field that each is taken for ('' = not read), first rows."""

    name: str
    header_row: int
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    rows: int


@dataclass(frozen=True)
class Preview:
    """What the web page shows before somebody says yes."""

    sheets: tuple[SheetPreview, ...]
    report: ImportReport
