"""What the import pages show: choosing a file, the preview before anything is written, and the result."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Bar, Choice, Link, Part


@dataclass(frozen=True)
class ColumnGuess:
    """One column of the sheet: its header, some masked cells, and the field that it was taken for ('' = left out)."""

    index: int  # 0-based, names the form field
    header: str
    samples: tuple[str, ...]
    field: str
    field_label: str = ""


@dataclass(frozen=True)
class RowProblem:
    """Something about one row. `row` counts as the spreadsheet does, from 1; `text` says what, where, what to do."""

    row: int
    column: str
    text: str


@dataclass(frozen=True)
class ImportCounts:
    """The figures of contract.md: rows = accepted + rejected + duplicates; accepted = new + changed + unchanged."""

    rows: int
    accepted: int
    rejected: int
    duplicates: int
    new: int
    changed: int
    unchanged: int

    @property
    def bar(self) -> Bar:
        """可以导入 · 重复 · 有错."""
        parts = (
            Part("accepted", "可以导入", self.accepted, "yes"),
            Part("duplicates", "文件里重复", self.duplicates, "no"),
            Part("rejected", "有错", self.rejected, "bad"),
        )
        return Bar(parts, self.rows)


@dataclass(frozen=True)
class RecentImport:
    """One earlier import."""

    file_name: str
    when: str
    by: str
    counts: str
    link: Link | None = None


@dataclass(frozen=True)
class ImportStart:
    """Choosing a file. `problem` says why the last one could not be read."""

    regions: tuple[Choice, ...] = ()
    region: str = ""
    template: Link | None = None
    recent: tuple[RecentImport, ...] = ()
    problem: str = ""
    most_megabytes: int = 32


@dataclass(frozen=True)
class ImportPreview:
    """What would happen; nothing is written yet. `token` finds the checked file again."""

    file_name: str
    sheet: str
    header_row: int
    token: str
    counts: ImportCounts
    columns: tuple[ColumnGuess, ...]
    fields: tuple[Choice, ...]  # what a column may be taken for; the first one is ('', 不导入)
    problems: tuple[RowProblem, ...] = ()
    problems_total: int = 0
    warnings: tuple[RowProblem, ...] = ()
    warnings_total: int = 0
    rejected_file: Link | None = None
    confirm: str = ""  # where the form that writes the good rows is sent to
    remap: str = ""  # where the form with other columns is sent to
    cancel: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ImportDone:
    """What happened."""

    file_name: str
    counts: ImportCounts
    rejected_file: Link | None = None
    next_steps: tuple[Link, ...] = ()
