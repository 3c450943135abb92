"""导入名单: what a checked file looks like before anything is written. Cells are masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people import regions
from outreach.people.intake.comparing import Comparison
from outreach.people.masking import mask_name, mask_phone
from outreach.people.queries import imports as queries
from outreach.people.queries import regions as region_queries
from outreach.people.reading.columns import SENSITIVE_PREFIX, SYNONYMS
from outreach.people.reading.encoding import CODECS
from outreach.people.reading.spreadsheet import encoding_of
from outreach.people.schemas import Problem, SheetPreview
from outreach.web.formats import thousands, when
from outreach.web.presenters.names import people_at_work
from outreach.web.services import Services
from outreach.web.uploads import Upload
from outreach.web.views.common import Choice, Link
from outreach.web.views.imports import (
    ColumnGuess,
    Difference,
    ImportCounts,
    ImportDone,
    ImportLocked,
    ImportPreview,
    ImportStart,
    RecentImport,
    RowProblem,
)
from segments import vocabulary

BASE = "/people/import"
SHOWN = 50
"""Problems on the page; all of them are in the workbook to download."""

COUNTS = ("rows", "accepted", "rejected", "duplicates", "new", "changed", "unchanged")
RECENT = 8
_STATES = {
    "cancelled": "已取消",
    "failed": "没有完成",
    "waiting": "等待",
    "checking": "检查中",
    "writing": "写入中",
}
_SAMPLES = 3
_LONGEST = 16
_DIGITS = re.compile(r"[0-9Xx]{5,}")


def sees_all(services: Services, actor: Actor) -> bool:
    """Whoever is responsible for a part, and a department, see only their own imports."""
    everybody = actor.may(Action.PEOPLE_VIEW) or actor.may(Action.REGIONS_MANAGE)
    return everybody and not _narrow(services, actor)


def start(
    services: Services, actor: Actor, connection: Connection, problem: str = "", pasted: str = ""
) -> ImportStart:
    """Choosing a file."""
    home = actor.region or services.settings.region
    below = regions.children(connection, home) if home else []
    by = None if sees_all(services, actor) else actor.name
    recent = queries.runs(connection, by, RECENT)
    named, zone = people_at_work(connection), services.settings.zone
    return ImportStart(
        regions=(Choice(home, _here(connection, home)), *(Choice(row.code, row.name) for row in below)),
        region=home,
        template=Link("下载空表", f"{BASE}/template.xlsx", "down"),
        recent=tuple(
            RecentImport(
                row.file_name,
                when(row.at, zone, clock.today(zone)),
                named.get(row.by, row.by),
                _outcome(row),
                Link("详情", f"{BASE}/runs/{row.id}"),
            )
            for row in recent
        ),
        problem=problem,
        pasted=pasted,
    )  # fmt: skip


def _outcome(run: Row[Any]) -> str:
    if run.undone_at is not None:
        return "已撤销"
    if run.state != "finished":
        return _STATES.get(run.state, "还没完成")
    return f"写入 {thousands(run.accepted)} 行" + (f"，退回 {thousands(run.rejected)} 行" if run.rejected else "")  # fmt: skip


def locked(upload: Upload, problem: str = "") -> ImportLocked:
    """A workbook that wants a password."""
    here = f"{BASE}/{upload.token}"
    return ImportLocked(upload.meta.name, f"{here}/password", f"{here}/cancel", problem)


def _narrow(services: Services, actor: Actor) -> bool:
    return bool(actor.region) and actor.region != services.settings.region


def _here(connection: Connection, code: str) -> str:
    line = region_queries.line(connection, code) if code else []
    return f"{line[-1].name}（全部）" if line else "全部地区"


def preview(
    upload: Upload, found: Comparison, problem: str = "", difference: Difference | None = None
) -> ImportPreview:
    """What would become of the file; of a long one only what its columns are."""
    sheets, report = found.preview.sheets if found.preview else (), found.report
    columns = _columns(sheets)
    here = f"{BASE}/{upload.token}"
    return ImportPreview(
        file_name=upload.meta.name,
        sheet="、".join(sheet.name for sheet in sheets) if len(sheets) > 1 else "",
        header_row=sheets[0].header_row,
        token=upload.token,
        counts=ImportCounts(**{name: getattr(report, name) for name in COUNTS}),
        columns=columns,
        fields=_fields(columns),
        problems=problems_of(report.errors),
        problems_total=report.errors_total,
        warnings=problems_of(report.warnings),
        warnings_total=report.warnings_total,
        rejected_file=_rejected(upload) if report.rejected else None,
        confirm=f"{here}/confirm",
        remap=f"{here}/columns",
        cancel=f"{here}/cancel",
        problem=problem,
        about_rows=report.rows if upload.is_long else 0,
        encodings=_encodings(upload),
        encoding=upload.meta.encoding,
        difference=difference or Difference(),
    )


def _encodings(upload: Upload) -> tuple[Choice, ...]:
    """What a text file may be, where that is in doubt or was chosen."""
    read = encoding_of(upload.path, upload.meta.encoding or None)
    if read is None or not (read.rival or upload.meta.encoding):
        return ()
    return (Choice("", "自动判断"), *(Choice(name, name) for name in CODECS))


def problems_of(every: Sequence[Problem]) -> tuple[RowProblem, ...]:
    """The first of them as the page shows them."""
    return tuple(RowProblem(one.row, one.column, one.message) for one in every[:SHOWN])


def _rejected(upload: Upload) -> Link:
    return Link("下载错误行", f"{BASE}/{upload.token}/rejected.xlsx", "down")


def _columns(sheets: Sequence[SheetPreview]) -> tuple[ColumnGuess, ...]:
    """Columns of all sheets, each header once: a header means the same on every sheet of a file."""
    found: dict[str, ColumnGuess] = {}
    for sheet in sheets:
        for index, header in enumerate(sheet.headers):
            if not header or header in found:
                continue
            taken_for = sheet.fields[index]
            cells = (row[index].strip() for row in sheet.first_rows if index < len(row))
            samples = tuple(mask_cell(taken_for, cell) for cell in islice(filter(None, cells), _SAMPLES))  # fmt: skip
            found[header] = ColumnGuess(len(found), header, samples, taken_for, field_label(taken_for))  # fmt: skip
    return tuple(found.values())


def field_label(name: str) -> str:
    """The Chinese word for a field; '' when a column is left out."""
    if name.startswith(SENSITIVE_PREFIX):
        return f"是不是{vocabulary.by_code(name.removeprefix(SENSITIVE_PREFIX)).zh}"
    return SYNONYMS[name].split()[0] if name in SYNONYMS else ""


def _fields(columns: Sequence[ColumnGuess]) -> tuple[Choice, ...]:
    known = [name for name in SYNONYMS if name != "ignored"]
    special = sorted({one.field for one in columns if one.field.startswith(SENSITIVE_PREFIX)})
    return (
        Choice("", "不导入"),
        *(Choice(name, field_label(name)) for name in [*known, *special]),
    )


_MASKS: Mapping[str, Callable[[str], str]] = {
    "name": mask_name,
    "head_name": mask_name,
    "guardian": mask_name,
    "address": lambda text: f"{text[:6]}…" if len(text) > 6 else text,
}


def mask_cell(taken_for: str, text: str) -> str:
    """A cell as the page may show it: names and numbers masked, long texts cut."""
    hide = _MASKS.get(taken_for)
    shown = hide(text) if hide else _DIGITS.sub(lambda found: _mask_number(found[0]), text)
    return shown if len(shown) <= _LONGEST + 4 else f"{shown[:_LONGEST]}…"


def _mask_number(number: str) -> str:
    if len(number) == 11 and number.startswith("1"):
        return mask_phone(number)
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"


def chosen(columns: Sequence[ColumnGuess], form: Mapping[str, str]) -> dict[str, str]:
    """Header → field as the form says; only what the page offers is taken."""
    allowed = {choice.value for choice in _fields(columns)}
    return {
        one.header: value
        for one in columns
        if (value := form.get(f"column-{one.index}", one.field)) in allowed
    }


def done(actor: Actor, upload: Upload) -> ImportDone:
    """What became of it."""
    counts = ImportCounts(**upload.meta.counts)
    links = [Link("再导入一份", BASE, "file")]
    if upload.meta.run:
        links.append(Link("看谁不在这次名单里，或撤销", f"{BASE}/runs/{upload.meta.run}"))
    if actor.may(Action.REACH_VIEW):
        links.insert(0, Link("看谁符合哪项政策", "/results", "chart"))
    return ImportDone(upload.meta.name, counts, _rejected(upload) if counts.rejected else None, tuple(links))  # fmt: skip
