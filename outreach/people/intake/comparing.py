"""A list held against the register before it is taken in: who is new, what changes from what, who is gone."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from outreach.access.scope import Scope
from outreach.people.intake import members
from outreach.people.intake.importer import Intake
from outreach.people.intake.options import Options
from outreach.people.intake.register import ADDRESS, Plan, Planned
from outreach.people.masking import mask_name, mask_phone
from outreach.people.queries import comparing as queries
from outreach.people.queries import imports
from outreach.people.reading.headers import SYNONYMS
from outreach.people.reading.words import SEX_WORDS
from outreach.people.schemas import ImportReport, Preview
from outreach.store import Begin, chunks
from outreach.vault import Vault
from segments import vocabulary

MOST = 1_000
"""People of each kind that are shown; the rest is counted."""


class Change(NamedTuple):
    """One fact of a person: the word of its column, what stands in the register, what the list says. Masked."""

    column: str
    old: str
    new: str


class Changed(NamedTuple):
    """A row that changes somebody."""

    row: int
    name: str
    changes: tuple[Change, ...]


class Gone(NamedTuple):
    """Somebody who was in the list before and is not in this one: number, masked name, last digits, region."""

    person: int
    name: str
    id_last4: str
    region: str


@dataclass
class Comparison:
    """Report of a dry run, and beside it what would change. `since`: the earlier run that "gone" speaks of."""

    report: ImportReport
    new: list[tuple[int, str]] = field(default_factory=list)  # row, masked name
    changed: list[Changed] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    gone_total: int = 0
    since: Row[Any] | None = None
    preview: Preview | None = None

    def as_dict(self) -> dict[str, object]:
        """Figures and the first of each kind."""
        since = self.since
        return {
            **{name: getattr(self.report, name) for name in ("rows", "accepted", "rejected", "duplicates")},
            "new": self.report.new, "changed": self.report.changed, "unchanged": self.report.unchanged,
            "gone": self.gone_total,
            "since": None if since is None else {"run": since.id, "file": since.file_name, "at": since.at},
            "new_people": [{"row": row, "name": name} for row, name in self.new],
            "changed_people": [
                {"row": one.row, "name": one.name, "changes": [each._asdict() for each in one.changes]}
                for one in self.changed
            ],
            "gone_people": [one._asdict() for one in self.gone],
        }  # fmt: skip


def compare_file(
    path: Path,
    *,
    begin: Begin,
    vault: Vault,
    today: date,
    scope: Scope,
    options: Options,
    since: int | None = None,
) -> Comparison:
    """Check a list and hold it against the register; nothing is written. `options` are those of the import.

    Who is gone is told against `since` (a run), else against the newest list of the same source, else of the same
    columns, for the same region; nobody is gone when there was none. Raises what `import_file` raises.
    """
    seen = _Seen(vault)
    options = {**options, "dry_run": True, "scope": scope}
    intake = Intake(Path(path), begin, vault, today, options, look=seen.look).run()
    found = Comparison(intake.report, seen.new, seen.changed, preview=intake.preview)
    with begin() as connection:
        found.since = earlier(connection, intake.mapping(), options, Path(path).name, since)
        if found.since is not None:
            missing = _missing(connection, found.since.id, seen.people)
            _tell_gone(connection, vault, scope, missing, found)
    return found


def earlier(
    connection: Connection,
    mapping: Mapping[str, str],
    options: Mapping[str, Any],
    name: str,
    since: int | None = None,
    before: int | None = None,
) -> Row[Any] | None:
    """The run that a list follows: the one that is named, else the newest of its kind before `before`."""
    runs = imports.earlier_runs(connection, before)
    if since is not None:
        return next((run for run in runs if run.id == since), None)
    region = options.get("region") or ""
    same = [run for run in runs if not run.list_ref and (run.options.get("region") or "") == region]
    source = options.get("source") or name
    by_source = (run for run in same if (run.options.get("source") or run.file_name) == source)
    by_columns = (run for run in same if run.mapping.keys() == mapping.keys())
    return next(by_source, None) or next(by_columns, None)


def gone_since(
    begin: Begin, vault: Vault, scope: Scope, run: int, mapping: Mapping[str, str]
) -> Comparison:
    """Who was in the list before the one that a finished run has taken in, and is not in it."""
    with begin() as connection:
        there = imports.get_run(connection, run)
        found = Comparison(ImportReport())
        found.since = earlier(connection, mapping, there.options, there.file_name, before=run)
        if found.since is not None:
            present = members.unpacked(imports.members(connection, run))
            missing = _missing(connection, found.since.id, present)
            _tell_gone(connection, vault, scope, missing, found)
    return found


def _missing(connection: Connection, run: int, present: Sequence[int]) -> list[int]:
    """Numbers of the earlier list that are not in this one."""
    here = set(present)
    return [one for one in members.unpacked(imports.members(connection, run)) if one not in here]


def _tell_gone(
    connection: Connection, vault: Vault, scope: Scope, missing: Sequence[int], found: Comparison
) -> None:
    for some in chunks(missing):
        for row in queries.active_people(connection, scope, some):
            found.gone_total += 1
            if len(found.gone) < MOST:
                name = mask_name(vault.decrypt("name", row.name))
                found.gone.append(Gone(row.id, name, row.id_last4, row.region))


class _Seen:
    """Collects what each chunk of a dry run would do."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.new: list[tuple[int, str]] = []
        self.changed: list[Changed] = []
        self.people = array("q")

    def look(self, plan: Plan) -> None:
        """One chunk."""
        for one in plan.rows:
            if one.old is None:
                if len(self.new) < MOST:
                    self.new.append((one.row.row, self._name(one.row.facts["name"])))
                continue
            self.people.append(one.old.id)
            if one.changes and len(self.changed) < MOST:
                name = self._name(one.old.name)
                changes = tuple(changes_of(one, self._vault))
                self.changed.append(Changed(one.row.row, name, changes))

    def _name(self, sealed: str) -> str:
        return mask_name(self._vault.decrypt("name", sealed))


_SILENT = frozenset({"name_key", "phone_key", "phone_kind", "phone_closed", "masked_key", "id_key", "facts_on", "circumstances_known"})  # fmt: skip
_WORDS = {"id_last4": "身份证号", "household_id": "户", ADDRESS: "住址"}


def changes_of(one: Planned, vault: Vault) -> list[Change]:
    """What a row changes, in words and masked."""
    found = []
    for name, value in one.changes.items():
        if name in _SILENT:
            continue
        column = _WORDS.get(name) or SYNONYMS[name].split()[0]
        if name in ("household_id", ADDRESS):
            found.append(Change(column, "", "换到另一户" if name == "household_id" else "有变化"))
            continue
        old = getattr(one.old, name)
        found.append(Change(column, _shown(name, old, vault), _shown(name, value, vault)))
    if "circumstances_known" in one.changes and "circumstances" not in one.changes:
        found.append(Change("人员类别", "不清楚", "清楚了：没有"))
    return found


def _shown(name: str, value: Any, vault: Vault) -> str:
    if value in (None, ""):
        return ""
    if name == "name":
        return mask_name(vault.decrypt("name", value))
    if name == "phone":
        return mask_phone(vault.decrypt("phone", value))
    if name == "circumstances":
        return "、".join(vocabulary.by_code(code).zh for code in vocabulary.codes(value)) or "没有"
    words = {"sex": SEX_WORDS, "status": _STATUSES, "hukou_type": _HUKOU, "job_kind": _JOBS}
    if isinstance(value, bool):
        return "是" if value else "否"
    return words.get(name, {}).get(str(value), str(value))


_STATUSES = {"active": "正常", "deceased": "已故", "moved": "迁出"}
_HUKOU = {"rural": "农业", "urban": "非农业", "resident": "居民"}
_JOBS = {"worker": "工人", "cadre": "干部"}
