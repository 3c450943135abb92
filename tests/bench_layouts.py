"""The same people in other layouts, and the same thirty counts there: what a bulk-mail manager or a JSON column does.

`Jsonb`: PostgreSQL, one JSONB column of attributes without an index, a scan per count (as listmonk keeps them).
`JsonTags`: SQLite, plain columns but circumstances as a JSON list, under an index that covers all of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from segments import vocabulary
from segments.person import cutoff_birth
from segments.regions import next_code
from segments.rules import Clause, Rule
from tests.bench_population import TODAY, Population, rows

Row = tuple[Any, ...]


class Layout:
    """Counts of who certainly fits and is active, in SQL of its own."""

    text = "{}"
    """How a plain attribute is written."""

    def run(self, where: str) -> int:
        """Count rows."""
        raise NotImplementedError

    def has(self, codes: tuple[str, ...], *, all_of: bool, absent: bool = False) -> str:
        """Whether one (or all) of some circumstances is true, or known to be absent."""
        raise NotImplementedError

    def counts(self, rules: list[Rule]) -> list[int]:
        """One count per rule."""
        return [self.run(self.where(rule)) for rule in rules]

    def where(self, rule: Rule) -> str:
        """The certain answer as SQL."""
        parts = [f"{self.text.format('status')} = 'active'", *map(self.clause, rule.all)]
        if rule.any:
            ways = [" AND ".join(map(self.clause, way.all)) for way in rule.any]
            parts.append("(" + " OR ".join(f"({way})" for way in ways) + ")")
        parts += [self.has(one.operands or (), all_of=True, absent=True) for one in rule.none]
        return " AND ".join(parts)

    def clause(self, clause: Clause) -> str:
        """One clause that holds for sure."""
        values: Any = clause.operands
        if clause.field == "circumstances":
            return self.has(values, all_of=clause.op == "has_all")
        name = self.text.format("birth" if clause.field == "age" else clause.field)
        if clause.field == "age":
            born = [f"{name} <= '{cutoff_birth(values[0], TODAY)}'"]
            if clause.op == "between":
                born.append(f"{name} > '{cutoff_birth(values[1] + 1, TODAY)}'")
            return " AND ".join(born)
        if clause.field == "region":
            return f"{name} >= '{values[0]}' AND {name} < '{next_code(values[0])}'"
        words = ", ".join(f"'{one}'" for one in values)
        return f"{name} IN ({words})"


def _facts(people: Population) -> Iterator[Row]:
    """(id, region, birth, sex, hukou_type, status, true codes, codes known to be absent, the whole row)."""
    memo: dict[tuple[int, int], tuple[str, str]] = {}
    for chunk in rows(people):
        for one in chunk:
            tags, known = one[7], one[8]
            if (tags, known) not in memo:
                memo[tags, known] = (
                    json.dumps(vocabulary.codes(tags)), json.dumps(vocabulary.codes(known & ~tags)),
                )  # fmt: skip
            yield one[0], one[2], one[4], one[5], one[6], one[11], *memo[tags, known], one


class JsonTags(Layout):
    """SQLite."""

    def __init__(self, people: Population, path: Path) -> None:
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA cache_size=-65536")
        self.database.execute(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, region, birth, sex, hukou_type, status, tags, absent, "
            "name, phone)"
        )
        self.database.execute("BEGIN")
        self.database.executemany(
            "INSERT INTO people VALUES (?,?,?,?,?,?,?,?,?,?)",
            ((*one[:-1], *one[-1][12:14]) for one in _facts(people)),
        )
        self.database.execute("COMMIT")
        self.database.execute(
            "CREATE INDEX match ON people (region, birth, sex, hukou_type, tags, absent, status)"
        )
        self.database.execute("ANALYZE")

    def run(self, where: str) -> int:
        """Count rows."""
        found = self.database.execute(f"SELECT count(*) FROM people WHERE {where}").fetchone()  # noqa: S608
        return int(found[0])

    def has(self, codes: tuple[str, ...], *, all_of: bool, absent: bool = False) -> str:
        """A walk through the list of each row."""
        column = "absent" if absent else "tags"

        def among(some: str) -> str:
            return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({some}))"  # noqa: S608

        words = [f"'{one}'" for one in codes]
        return " AND ".join(map(among, words)) if all_of else among(", ".join(words))


class Jsonb(Layout):
    """PostgreSQL."""

    text = "(attribs->>'{}')"

    def __init__(self, people: Population, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute(
            "CREATE TABLE subscribers (id bigint PRIMARY KEY, name text, phone text, attribs jsonb)"
        )
        keys = ("region", "birth", "sex", "hukou_type", "status")
        with self.connection.cursor() as cursor, cursor.copy("COPY subscribers FROM STDIN") as copy:
            for number, *plain, tags, absent, row in _facts(people):
                # everything that our table knows of a person, not only what these rules read
                more = {
                    "household": row[1], "hukou_region": row[3], "income_month": row[9], "household_size": None,
                    "paid_months": None, "paid_months_running": None, "job_kind": "", "language": row[10],
                    "phone_kind": row[14], "synthetic": True, "needs": "", "relation": "",
                }  # fmt: skip
                said = json.dumps({**dict(zip(keys, plain, strict=True)), **more})
                text = f'{said[:-1]}, "tags": {tags}, "absent": {absent}}}'
                copy.write_row((number, *row[12:14], text))
        self.connection.execute("VACUUM ANALYZE subscribers")

    def run(self, where: str) -> int:
        """Count rows."""
        found = self.connection.execute(
            f"SELECT count(*) FROM subscribers WHERE {where}".encode()  # noqa: S608
        ).fetchone()
        assert found is not None
        return int(found[0])

    def has(self, codes: tuple[str, ...], *, all_of: bool, absent: bool = False) -> str:
        """Keys of a list."""
        words = ", ".join(f"'{one}'" for one in codes)
        column = "absent" if absent else "tags"
        return f"attribs->'{column}' {'?&' if all_of else '?|'} ARRAY[{words}]"
