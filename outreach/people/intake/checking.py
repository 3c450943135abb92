"""Checking and sealing a bundle of rows. Pure: it runs in this process or in another."""

from __future__ import annotations

import gc
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from outreach.people.intake.idcheck import known_cards
from outreach.people.intake.sealing import Sealed, Sealer
from outreach.people.reading.asides import aside
from outreach.people.reading.cells import Context
from outreach.people.reading.columns import Columns
from outreach.people.reading.places import Places
from outreach.people.reading.rows import Checker
from outreach.people.schemas import Problem
from outreach.vault import Vault

Numbered = tuple[int, list[str]]
"""A row as the office worker counts it, and its cells."""


class Region(NamedTuple):
    """A row of the region table that can travel to another process."""

    code: str
    name: str
    parent: str
    successor: str


@dataclass(frozen=True)
class Setup:
    """All that checking needs, and nothing of the register but its regions."""

    tables: tuple[
        tuple[Columns, str], ...
    ]  # of each sheet its columns, and its name where there are several
    regions: tuple[Region, ...]
    region: str
    today: date
    vault: Vault


class Bad(NamedTuple):
    """A row that cannot be taken in: why in words, and each problem."""

    row: int
    words: str
    problems: tuple[Problem, ...]


@dataclass
class Checked:
    """What became of a bundle: rows = good + bad. `records` and `keys` belong to the good rows, in order.

    keys: for each good row three numbers by which repeats are found: document, masked document and name, name with
    birth date and phone; 0 where it has none · masked: index of a good row → its key, where the number came masked.
    """

    sheet: int
    good: list[int] = field(default_factory=list)
    records: list[bytes] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    masked: dict[int, bytes] = field(default_factory=dict)
    bad: list[Bad] = field(default_factory=list)
    remarks: list[tuple[int, Problem]] = field(default_factory=list)  # row → what is worth a look
    notes: list[Problem] = field(default_factory=list)  # about rows that are no people

    @property
    def rows(self) -> int:
        """How many people the bundle names."""
        return len(self.good) + len(self.bad)

    def leave_out(self, rows: Container[int]) -> None:
        """Good rows that cannot be taken all the same, by their numbers."""
        stay = [at for at, row in enumerate(self.good) if row not in rows]
        self.masked = {now: self.masked[at] for now, at in enumerate(stay) if at in self.masked}
        self.keys = [key for at in stay for key in self.keys[_KINDS * at : _KINDS * (at + 1)]]
        self.records = [self.records[at] for at in stay]
        self.good = [self.good[at] for at in stay]


@dataclass
class Bench:
    """Where bundles are checked, one after the other; what was found out once is remembered."""

    setup: Setup
    _checkers: dict[int, Checker] = field(default_factory=dict)
    _sealer: Sealer | None = None

    def check(self, sheet: int, rows: Sequence[Numbered]) -> Checked:
        """Every row is good, bad (and says why) or a total; empty rows are left out before."""
        checker, name = self._checker(sheet), self.setup.tables[sheet][1]
        sealer = self._sealer = self._sealer or Sealer(self.setup.vault)
        columns = checker.context.columns
        result = Checked(sheet)
        ids = columns.of.get("id_card", ())
        cards = checker.context.cards = known_cards(_numbers(columns, rows), self.setup.today)
        for number, cells in rows:
            nobody = None if _is_somebody(cells, ids, cards) else aside(columns, cells)
            if nobody is not None:
                result.notes.append(Problem.of(number, "", nobody, name))
                continue
            person = checker.check(number, cells)
            if person is None:
                result.bad.append(_bad(checker, number, name))
                continue
            result.remarks += [
                (number, Problem.of(number, column, remark, name))
                for column, remark in checker.remarks
            ]
            _keep(result, sealer.seal(person))
        return result

    def _checker(self, sheet: int) -> Checker:
        if sheet not in self._checkers:
            setup = self.setup
            columns = setup.tables[sheet][0]
            homes = Places.of(setup.regions, setup.region)
            context = Context(columns, homes, Places.of(setup.regions), setup.today)
            self._checkers[sheet] = Checker(context, setup.region, sheet)
        return self._checkers[sheet]


def _numbers(columns: Columns, rows: Sequence[Numbered]) -> set[str]:
    """All texts of a bundle that ought to be identity numbers."""
    indexes = [i for name in ("id_card", "head_id") for i in columns.of.get(name, ())]
    return {cells[i].strip() for _, cells in rows for i in indexes if i < len(cells)}


def _is_somebody(cells: Sequence[str], ids: Sequence[int], cards: Container[str]) -> bool:
    """Whoever has an identity number in order is no total and no header."""
    return any(index < len(cells) and cells[index].strip() in cards for index in ids)


def _bad(checker: Checker, number: int, sheet: str) -> Bad:
    problems = tuple(Problem.of(number, column, error, sheet) for column, error in checker.problems)
    said = [Problem.of(number, column, error) for column, error in checker.problems]
    words = "；".join(f"{one.column}：{one.message}" if one.column else one.message for one in said)
    return Bad(number, words, problems)


def _keep(result: Checked, sealed: Sealed) -> None:
    if sealed.came_masked and sealed.masked_key:
        result.masked[len(result.good)] = sealed.masked_key
    result.good.append(sealed.row)
    result.records.append(sealed.pack())
    result.keys += repeat_keys(sealed)


_KINDS = 3
_HALF = (1 << 64) - 1


def repeat_keys(sealed: Sealed) -> tuple[int, int, int]:
    """Of each key eight bytes: whoever has none of them in common is not the same person."""
    read = int.from_bytes
    masked, phone = sealed.masked_key, sealed.phone_key
    together = 0
    if phone:
        birth = sealed.facts.get("birth")
        days = birth.toordinal() if birth else 0
        together = (
            read(sealed.name_key[:8], "big") ^ read(phone[:8], "big") ^ (days * 0x9E3779B97F4A7C15)
        ) & _HALF
    return read(sealed.key[:8], "big"), read(masked[:8], "big") if masked else 0, together


_here: Bench | None = None


def prepare(setup: Setup) -> None:
    """In a process of the pool: once, before its first bundle."""
    global _here
    _here = Bench(setup)
    gc.set_threshold(100_000, 50, 100)  # rows come and go; nothing here is a circle


def check_bundle(sheet: int, rows: Sequence[Numbered]) -> Checked:
    """In a process of the pool: one bundle."""
    if _here is None:
        raise RuntimeError("prepare comes first")
    return _here.check(sheet, rows)
