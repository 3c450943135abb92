# ruff: noqa: S608 - statements are put together from our own names
"""A county with as many deliveries as are asked for, written straight into the file of a demonstration.

About a ninth as many people as deliveries, fifteen hundred to a village, three to a household. Ten campaigns reach
everybody, each by one step about one policy: eight by text message (one of them half sent), one on paper, one at the door. Most
arrived; some were skipped, not delivered, never confirmed, and a few wait for a person. Triggers are off while this is
written, and all counts are computed afterwards by what computes them in an installation.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

PEOPLE_OF_A_VILLAGE = 1_500
VILLAGES_OF_A_TOWN = 12
CAMPAIGNS = 10
ASKED = 300
"""Deliveries that wait for a person."""

_CHANNELS = ("sms",) * 8 + ("flyer", "visit")
_POLICIES = ("phys-65", "resident-medical", "childcare-2025")


@dataclass(frozen=True)
class Filled:
    """What is there now."""

    people: int
    villages: int
    deliveries: int
    attempts: int
    reach: int


def fill(path: Path, deliveries: int) -> Filled:
    """Write it all, without waiting for the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=OFF",
        "temp_store=MEMORY",
        "cache_size=-400000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()  # fmt: skip
    connection.execute("BEGIN")
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    people = deliveries * 3 // (8 * 3 + 2)
    villages = _places(connection, people)
    _people(connection, people)
    connection.execute("COMMIT")
    for number, channel in enumerate(_CHANNELS):
        connection.execute("BEGIN")
        _campaign(connection, number, channel)
        connection.execute("COMMIT")
    connection.execute("BEGIN")
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA analysis_limit=1000")
    connection.execute("ANALYZE")
    sizes = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("person", "delivery", "attempt", "reach")
    ]
    connection.close()
    return Filled(sizes[0], villages, *sizes[1:])


def _places(connection: sqlite3.Connection, people: int) -> int:
    """Villages of the county: those of the demonstration, and more."""
    here = [
        row[0]
        for row in connection.execute(
            "SELECT code FROM region WHERE length(code) = 12 AND code LIKE '600101%' ORDER BY code"
        )
    ]
    wanted = max(len(here), people // PEOPLE_OF_A_VILLAGE)
    columns = "code, name, level, parent, dialect, successor"
    for number in range(wanted - len(here)):
        town, place = divmod(number, VILLAGES_OF_A_TOWN)
        code = f"600101{201 + town}"
        if place == 0:
            row = (code, f"第{town + 1}镇", "town", "600101", "", "")
            connection.execute(f"INSERT INTO region ({columns}) VALUES (?,?,?,?,?,?)", row)
        village = f"{code}{place + 1:03d}"
        row = (village, f"第{number + 1}村", "village", code, "", "")
        connection.execute(f"INSERT INTO region ({columns}) VALUES (?,?,?,?,?,?)", row)
        here.append(village)
    connection.execute("CREATE TEMP TABLE place (n INTEGER PRIMARY KEY, code TEXT)")
    connection.executemany("INSERT INTO place VALUES (?,?)", enumerate(here))
    return len(here)


def _series(n: int) -> str:
    return f"WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {n}) "


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _people(connection: sqlite3.Connection, people: int) -> None:
    """The people of the demonstration again and again, each time as somebody else."""
    (known,) = connection.execute("SELECT max(id) FROM person").fetchone()
    (homes,) = connection.execute("SELECT max(id) FROM household").fetchone()
    of = "(SELECT code FROM place WHERE n = ({number} / 1500) % (SELECT count(*) FROM place))"
    place = of.format(number="s.n")
    connection.execute(
        _series(people // 3)
        + "INSERT INTO household (id, key, region, address, complete, stopped) "
        + f"SELECT {homes} + 1 + s.n, randomblob(16), {of.format(number='(s.n * 3)')} || '01', '', s.n % 2, 0 FROM s"
    )
    given = {
        "id": f"{known} + 1 + s.n", "household_id": f"min({homes} + 1 + s.n / 3, (SELECT max(id) FROM household))",
        "region": f"{place} || '0' || (1 + s.n % 5)", "id_key": "randomblob(16)", "phone_key": "randomblob(16)",
        "name_key": "randomblob(16)", "masked_key": "randomblob(16)", "guardian_id": "NULL", "contact_id": "NULL",
        "merged_into": "NULL",
    }  # fmt: skip
    names = _columns(connection, "person")
    values = ", ".join(given.get(name, f"p.{name}") for name in names)
    connection.execute(
        _series(people)
        + f"INSERT INTO person ({', '.join(names)}) SELECT {values} FROM s "
        + f"JOIN person p ON p.id = 1 + s.n % {known}"
    )


_FATE = "((d.id * 2654435761) >> 7) % 100"
"""A number from 0 to 99 for each delivery."""


def _campaign(connection: sqlite3.Connection, number: int, channel: str) -> None:
    """A copy of the campaign of the demonstration, for everybody, with what came of it."""
    ref, running = f"bench-{number}", number == 0
    (campaign,) = connection.execute("SELECT max(id) + 1 FROM campaign").fetchone()
    given = {"id": str(campaign), "ref": f"'{ref}'", "title": f"'第 {number + 1} 次告知'"}
    given["status"] = "'running'" if running else "'finished'"
    names = _columns(connection, "campaign")
    connection.execute(
        f"INSERT INTO campaign ({', '.join(names)}) "
        f"SELECT {', '.join(given.get(name, name) for name in names)} FROM campaign WHERE id = 1"
    )
    name = _POLICIES[number % len(_POLICIES)]
    (policy,) = connection.execute("SELECT id FROM policy WHERE ref = ?", [name]).fetchone()
    for table in ("campaign_policy", "sign_off"):
        _copied(connection, table, campaign)
    step, firing = _step(connection, campaign, channel)
    _deliveries(connection, (campaign, step, firing, policy), channel, running)


def _copied(connection: sqlite3.Connection, table: str, campaign: int) -> None:
    """What belongs to the first campaign, for its copy too."""
    names = [one for one in _columns(connection, table) if one != "id"]
    given = {"campaign_id": str(campaign)}
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {', '.join(given.get(one, one) for one in names)} FROM {table} WHERE campaign_id = 1"
    )


def _step(connection: sqlite3.Connection, campaign: int, channel: str) -> tuple[int, int]:
    """All steps of the campaign again; (step, firing) of the one that the deliveries are of."""
    (before,) = connection.execute("SELECT max(id) FROM step").fetchone()
    number = 1 if channel == "sms" else 4
    for table, given in (
        ("step", {
            "id": f"{before} + id", "campaign_id": str(campaign),
            "channel": f"CASE number WHEN {number} THEN '{channel}' ELSE channel END",
        }),
        ("firing", {"id": "(SELECT max(id) FROM firing) + step_id", "step_id": f"{before} + step_id"}),
    ):  # fmt: skip
        names = _columns(connection, table)
        where = "campaign_id = 1" if table == "step" else "step_id <= 4"
        connection.execute(
            f"INSERT INTO {table} ({', '.join(names)}) "
            f"SELECT {', '.join(given.get(one, one) for one in names)} FROM {table} WHERE {where}"
        )
    (firing,) = connection.execute("SELECT id FROM firing WHERE step_id = ?", [before + number]).fetchone()  # fmt: skip
    return before + number, firing


def _deliveries(
    connection: sqlite3.Connection, cell: tuple[int, int, int, int], channel: str, running: bool
) -> None:
    campaign, step, firing, policy = cell
    (first,) = connection.execute("SELECT max(id) FROM delivery").fetchone()
    kind = "person" if channel == "sms" else "household"
    whose = (
        "SELECT id, randomblob(16) AS phone_key, language, region, birth, id AS person FROM person WHERE status = 'active'"
        if kind == "person"
        else "SELECT household_id AS id, NULL AS phone_key, language, region, birth, min(id) AS person FROM person "
        "WHERE status = 'active' AND household_id IS NOT NULL GROUP BY household_id"
    )
    band = "CASE WHEN birth < '1966-11-26' THEN '60-79' WHEN birth < '1981-11-26' THEN '45-59' ELSE '18-44' END"
    connection.execute("CREATE TEMP TABLE whose AS " + whose)
    connection.execute(
        "INSERT INTO delivery (id, campaign_id, step_id, firing_id, kind, addressee, address_key, language, village, age_band) "
        f"SELECT {first} + rowid, {campaign}, {step}, {firing}, '{kind}', id, phone_key, "
        f"CASE language WHEN '' THEN 'zh-Hans' ELSE language END, substr(region, 1, 12), {band} FROM whose"
    )
    connection.execute(
        "INSERT INTO delivery_subject (delivery_id, person_id, policy_id, reason) "
        f"SELECT {first} + rowid, person, {policy}, '' FROM whose"
    )
    connection.execute(
        "INSERT INTO audience_member (campaign_id, person_id, policy_id, certainty, wave) "
        f"SELECT {campaign}, person, {policy}, 'yes', 0 FROM whose"
    )
    _outcomes(connection, cell, channel, running)
    connection.execute("DROP TABLE whose")


def _outcomes(
    connection: sqlite3.Connection, cell: tuple[int, int, int, int], channel: str, running: bool
) -> None:
    campaign, step, _firing, policy = cell
    (account,) = connection.execute("SELECT id FROM account WHERE channel = ?", [channel]).fetchone()  # fmt: skip
    mine = f"FROM delivery d WHERE d.step_id = {step} AND d.campaign_id = {campaign}"
    tried = f"{mine} AND {_FATE} < 93" + (" AND d.id % 2 = 0" if running else "")
    moment = "'2026-11-20 02:00:00.000000'"
    connection.execute(
        "INSERT INTO attempt (delivery_id, no, campaign_id, account_id, at, deadline, address, body, parts, cost_fen, resent) "
        f"SELECT d.id, 1, {campaign}, {account}, {moment}, {moment}, '', '', 2, 14, 0 {tried}"
    )
    arrived = 80 if channel != "flyer" else 60
    rest = f"CASE WHEN {_FATE} < {arrived} THEN '{{0}}' WHEN {_FATE} < 86 THEN '{{1}}' ELSE '{{2}}' END"
    state = rest.format("delivered", "undelivered", "accepted")
    rank = rest.format("60", "50", "40")
    error = f"CASE WHEN {_FATE} BETWEEN {arrived} AND 85 THEN '3000' || (d.id % 7) ELSE '' END"
    name = "'b' || d.id" if channel == "sms" else "NULL"
    columns = "(delivery_id, no, state, rank, at, provider_id, error, reason)"
    connection.execute(
        f"INSERT INTO outcome {columns} SELECT d.id, 1, {state}, {rank}, {moment}, {name}, {error}, '' {tried}"
    )
    connection.execute(
        f"INSERT INTO outcome {columns} "
        f"SELECT d.id, 0, 'skipped', 10, {moment}, NULL, '', CASE d.id % 3 WHEN 0 THEN 'no_address' ELSE 'cap' END "
        f"{mine} AND {_FATE} >= 93"
    )
    fact = "in_person" if channel == "visit" else "delivered"
    connection.execute(
        'INSERT OR IGNORE INTO reach (policy_id, person_id, fact, "on", channel, delivery_id) '
        f"SELECT {policy}, s.person_id, '{fact}', '2026-11-20', '{channel}', d.id "
        f"{mine.replace('d WHERE', 'd JOIN delivery_subject s ON s.delivery_id = d.id WHERE')} "
        f"AND {_FATE} < {arrived}" + (" AND d.id % 2 = 0" if running else "")
    )
    share = ASKED // CAMPAIGNS
    asked = f"SELECT d.id {tried} AND {_FATE} BETWEEN 86 AND 92 ORDER BY d.id LIMIT {share}"
    connection.execute(
        f"UPDATE outcome SET state = 'unknown', rank = 20 WHERE no = 1 AND delivery_id IN ({asked})"
    )
    connection.execute(
        "INSERT INTO delivery_again (delivery_id, account_id, due_at, reason, looks, lease_no) "
        f"SELECT delivery_id, {account}, {moment}, 'ask', 0, 0 FROM outcome "
        f"WHERE no = 1 AND state = 'unknown' AND delivery_id IN ({asked})"
    )
