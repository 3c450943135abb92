"""A synthetic population and thirty policies for `make bench`: seeded, in region order, made by numpy.

131 counties, about 70,000 villages, 24 circumstances with assumed rates. A circumstance is known for everybody where
a county has a complete list, elsewhere only for those who have it. A few people have no birth date, no sex, or a
region that is known only to the county.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.store import Store, open_store, refresh_statistics
from outreach.upkeep.migrate import migrate
from segments.parse import parse_rule
from segments.rules import Rule
from segments.vocabulary import by_code

TODAY = date(2026, 11, 23)
CHUNK = 100_000
TAGS = (
    "income.dibao", "income.tekun", "income.edge", "income.rigid", "rural.tuopin", "rural.monitor", "dis.any",
    "dis.severe", "dis.mind", "health.disabled", "health.chronic", "mat.pregnant", "emp.unemployed", "emp.hard",
    "emp.flex", "emp.migrant", "child.leftbehind", "stu.k12", "stu.college", "elder.alone", "mil.veteran",
    "fp.onechild", "ins.resident", "ins.employee",
)  # fmt: skip
RATES = (
    0.03, 0.004, 0.006, 0.003, 0.07, 0.01, 0.06, 0.02, 0.01, 0.02, 0.12, 0.006, 0.01, 0.01, 0.06, 0.15, 0.01, 0.12,
    0.03, 0.02, 0.03, 0.05, 0.45, 0.18,
)  # fmt: skip
SEXES = ("", "M", "F")
HUKOU_TYPES = ("", "rural", "urban", "resident")
LANGUAGES = ("", "zh-Hans", "yue-Hans", "ug")
STATUSES = ("active", "deceased", "moved")

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """Columns of everybody, in region order. `region` and `hukou` are numbers into `codes`; `birth` days since 1970,
    far below zero where it is not known."""

    codes: list[str]
    region: Ints
    hukou: Ints
    birth: Ints
    sex: Ints
    hukou_type: Ints
    tags: Ints
    known: Ints
    income: Ints
    language: Ints
    status: Ints
    household: Ints

    def __len__(self) -> int:
        return len(self.region)


UNKNOWN_BIRTH = -(10**6)


def _codes(seed: np.random.Generator) -> list[str]:
    """'' · counties · villages, sorted: 131 counties of 12–15 towns with 37 villages each."""
    found = [""]
    for number in range(131):
        county = f"{43 + number // 44:02d}{1 + number % 44 // 11:02d}{21 + number % 11:02d}"
        found.append(county)
        for town in range(int(seed.integers(12, 16))):
            found += [f"{county}{100 + town:03d}{village:03d}" for village in range(1, 39)]
    return sorted(found)


def make(people: int, seed: int = 7) -> Population:
    """So many people."""
    dice = np.random.default_rng(seed)
    codes = _codes(dice)
    lengths = np.array([len(code) for code in codes])
    villages, counties = np.flatnonzero(lengths == 12), np.flatnonzero(lengths == 6)
    region = dice.choice(villages, people)
    vague = dice.random(people) < 0.02
    region[vague] = dice.choice(np.concatenate([counties, [0]]), int(vague.sum()))
    region.sort()
    hukou = np.where(dice.random(people) < 0.85, region, dice.choice(villages, people))
    today = (TODAY - date(1970, 1, 1)).days
    birth = today - (np.abs(dice.normal(0.42, 0.27, people)) * 95 * 365.25).astype(np.int64)
    birth[dice.random(people) < 0.01] = UNKNOWN_BIRTH
    county_of = np.searchsorted(counties, region, side="right")
    tags = np.zeros(people, dtype=np.int64)
    known = np.zeros(people, dtype=np.int64)
    for code, rate in zip(TAGS, RATES, strict=True):
        bit = np.int64(1) << by_code(code).bit
        has = dice.random(people) < rate
        listed = (dice.random(len(counties) + 1) < 0.6)[county_of]
        tags |= np.where(has, bit, 0)
        known |= np.where(has | listed, bit, 0)
    return Population(
        codes, region, hukou, birth, _some(dice, people, (0.01, 0.51, 0.48)),
        _some(dice, people, (0.05, 0.6, 0.25, 0.1)), tags, known,
        np.where(dice.random(people) < 0.1, dice.integers(0, 3000, people), -1),
        _some(dice, people, (0.9, 0.04, 0.04, 0.02)), _some(dice, people, (0.98, 0.01, 0.01)),
        np.arange(people) // 3 + 1,
    )  # fmt: skip


def _some(dice: np.random.Generator, people: int, odds: tuple[float, ...]) -> Ints:
    return dice.choice(len(odds), people, p=odds).astype(np.int64)


COLUMNS = (
    "id", "household_id", "region", "hukou_region", "birth", "sex", "hukou_type", "circumstances",
    "circumstances_known", "income_month", "language", "status", "name", "phone", "phone_kind",
)  # fmt: skip
_FILLED: dict[str, Any] = {
    "relation": "", "synthetic": True, "needs": "", "phone_closed": False, "id_last4": "", "job_kind": "",
    "created_at": "2026-11-23 02:00:00.000000", "updated_at": "2026-11-23 02:00:00.000000",
}  # fmt: skip
_SEALED = "b1:" + "x" * 61
"""As long as an encrypted name or number."""


def rows(people: Population) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of rows in the order of COLUMNS, dates as ISO text."""
    days = people.birth.astype("datetime64[D]")
    for start in range(0, len(people), CHUNK):
        part = slice(start, start + CHUNK)
        written = np.datetime_as_string(days[part]).tolist()
        births = [
            None if day == UNKNOWN_BIRTH else text
            for day, text in zip(people.birth[part].tolist(), written, strict=True)
        ]
        size = len(births)
        yield list(
            zip(
                range(start + 1, start + size + 1), people.household[part].tolist(),
                [people.codes[one] for one in people.region[part].tolist()],
                [people.codes[one] for one in people.hukou[part].tolist()], births,
                [SEXES[one] for one in people.sex[part].tolist()],
                [HUKOU_TYPES[one] for one in people.hukou_type[part].tolist()],
                people.tags[part].tolist(), people.known[part].tolist(),
                [None if one < 0 else one for one in people.income[part].tolist()],
                [LANGUAGES[one] for one in people.language[part].tolist()],
                [STATUSES[one] for one in people.status[part].tolist()],
                [_SEALED] * size, [_SEALED] * size, ["own"] * size, strict=True,
            )
        )  # fmt: skip


def into_sqlite(people: Population, path: Path) -> None:
    """A migrated installation's database with these people and their households; indexes are built afterwards."""
    store = open_store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=OFF")
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("PRAGMA foreign_keys=OFF")
    indexes = [
        (name, sql)
        for name, sql in raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name='person' AND sql IS NOT NULL"
        )
    ]
    for name, _ in indexes:
        raw.execute(f'DROP INDEX "{name}"')
    raw.execute("BEGIN")
    homes = int(people.household[-1]) if len(people) else 0
    raw.executemany(
        "INSERT INTO household (id, key, region, address, complete, stopped) VALUES (?, ?, '', '', ?, 0)",
        ((number, number.to_bytes(16, "big"), number % 2) for number in range(1, homes + 1)),
    )
    present = {one.name for one in Person.__table__.columns}
    filled = {name: value for name, value in _FILLED.items() if name in present}
    names = ", ".join((*COLUMNS, *filled))
    marks = ", ".join(["?"] * len(COLUMNS) + [_literal(value) for value in filled.values()])
    statement = f"INSERT INTO person ({names}) VALUES ({marks})"  # noqa: S608 - names of our own columns
    for chunk in rows(people):
        raw.executemany(statement, chunk)
    raw.execute("COMMIT")
    for _, sql in indexes:
        raw.execute(sql)
    raw.close()
    store = open_store(f"sqlite:///{path}")
    with store.begin() as connection:
        refresh_statistics(connection)
    store.close()


def into_postgres(people: Population, url: str) -> Store:
    """The same on PostgreSQL, without households."""
    store = open_store(url)
    migrate(store)
    names = [*COLUMNS, *_FILLED]
    home = COLUMNS.index("household_id")
    with psycopg.connect(url.replace("+psycopg", "")) as raw, raw.cursor() as cursor:
        with cursor.copy(f"COPY person ({', '.join(names)}) FROM STDIN".encode()) as copy:
            for chunk in rows(people):
                for row in chunk:
                    copy.write_row((*row[:home], None, *row[home + 1 :], *_FILLED.values()))
        raw.commit()
        raw.autocommit = True
        cursor.execute("VACUUM ANALYZE person")
    return store


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(int(bool(value)))


def policies(seed: int = 11, count: int = 30) -> list[PolicyView]:
    """Seeded policies: 40 % without a region, 30 % of a city, 20 % of a county, 10 % of a town; some match nobody."""
    dice = np.random.default_rng(seed)
    return [_policy(number, dice) for number in range(1, count + 1)]


def _policy(number: int, dice: np.random.Generator) -> PolicyView:
    facts = {"plain_name": f"第{number}项政策"}
    return PolicyView(
        number, f"p{number}", "live", number, 1, "", facts, _rule(number, dice), None, None, ""
    )


def _rule(number: int, dice: np.random.Generator) -> Rule:
    clauses: list[dict[str, Any]] = [_ages(dice)]
    place = number % 10
    if place >= 4:
        code = f"{43 + int(dice.integers(0, 2)):02d}{1 + int(dice.integers(0, 4)):02d}"
        code += "" if place < 7 else f"{21 + int(dice.integers(0, 11)):02d}"
        code += "104" if place == 9 else ""
        clauses.append({"field": "region", "op": "within", "value": code})
    if number % 5 == 0:
        clauses.append({"field": "sex", "op": "=", "value": "F"})
    if number % 6 == 0:
        clauses.append({"field": "hukou_type", "op": "in", "value": ["rural", "resident"]})
    rule: dict[str, Any] = {"all": clauses}
    if number % 3:
        op = "has_all" if number % 7 == 0 else "has_any"
        clauses.append({"field": "circumstances", "op": op, "value": _tags(dice, 3)})
    else:
        rule["any"] = [
            {"label": "一", "all": [{"field": "circumstances", "op": "has_any", "value": _tags(dice, 2)}]},
            {"label": "二", "all": [_ages(dice), {"field": "circumstances", "op": "has", "value": _tags(dice, 1)}]},
        ]  # fmt: skip
    if number % 4 == 0:
        rule["none"] = [{"field": "circumstances", "op": "has_any", "value": _tags(dice, 2)}]
    return parse_rule(rule)


def _ages(dice: np.random.Generator) -> dict[str, Any]:
    low = int(dice.integers(0, 85))
    if dice.random() < 0.4:
        return {"field": "age", "op": ">=", "value": low}
    return {"field": "age", "op": "between", "value": [low, low + int(dice.integers(2, 40))]}


def _tags(dice: np.random.Generator, count: int) -> Any:
    found = [TAGS[one] for one in dice.choice(len(TAGS), count, replace=False)]
    return found[0] if count == 1 else found
