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
    pasted: str = ""
    most_megabytes: int = 160


@dataclass(frozen=True)
class ImportLocked:
    """A workbook with a password."""

    file_name: str
    action: str
    cancel: str
    problem: str = ""


@dataclass(frozen=True)
class PersonChange:
    """A row that changes somebody: masked name, and 列：旧 → 新."""

    row: int
    name: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class GonePerson:
    """Somebody who was in the list before and is not now."""

    person: int
    name: str
    id_last4: str
    region: str


@dataclass(frozen=True)
class Difference:
    """What a list changes. `since` names the list before; '' when there was none."""

    changed: tuple[PersonChange, ...] = ()
    changed_total: int = 0
    gone: tuple[GonePerson, ...] = ()
    gone_total: int = 0
    since: str = ""
    mark: str = ""  # where the form that marks somebody as moved is sent to; '' = not here


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
    about_rows: int = 0  # of a long file, which is not checked yet
    encodings: tuple[Choice, ...] = ()  # where the encoding is in doubt
    encoding: str = ""
    difference: Difference = Difference()


@dataclass(frozen=True)
class ImportRunView:
    """One import, while it goes on and afterwards. `state`: going broken finished cancelled failed undone."""

    file_name: str
    state: str
    title: str
    lede: str
    bar: Bar | None = None
    percent: float = 0
    pace: str = ""
    counts: ImportCounts | None = None
    rejected_file: Link | None = None
    problems: tuple[RowProblem, ...] = ()
    problems_total: int = 0
    difference: Difference = Difference()
    cancel: str = ""
    resume: str = ""
    undo: str = ""
    next_steps: tuple[Link, ...] = ()


@dataclass(frozen=True)
class KeptPerson:
    """Somebody whom an undoing left as the import left them, and why."""

    person: int
    text: str


@dataclass(frozen=True)
class ImportUndone:
    """What became of taking an import back."""

    file_name: str
    removed: int
    restored: int
    kept_total: int
    kept: tuple[KeptPerson, ...] = ()
    next_steps: tuple[Link, ...] = ()


@dataclass(frozen=True)
class ImportDone:
    """What happened."""

    file_name: str
    counts: ImportCounts
    rejected_file: Link | None = None
    next_steps: tuple[Link, ...] = ()
