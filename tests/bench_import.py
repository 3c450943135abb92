"""What an import costs beside what it cannot do without. Figures for `make bench`; nothing here asserts a time.

The floor reads the same file with a bare csv.reader and upserts it, unchecked and in clear, into the same table with the
same indexes, in transactions of the same size, on the same SQLite settings. It has no households, no history, no checks,
and looks nobody up. Machines are noisy: read the ratios.
"""

from __future__ import annotations

import csv
import random
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from outreach.people.identity import InvalidIdCard, parse_id_card
from outreach.people.intake import idcheck
from outreach.people.intake.importer import import_file
from outreach.people.intake.sealing import Sealer
from outreach.people.intake.workers import BUNDLE
from outreach.people.queries.register import CHUNK
from outreach.people.reading.spreadsheet import open_sheets
from outreach.people.schemas import PersonRow
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from tests.people.office import id_number

TODAY = date(2026, 11, 23)
COUNTY = "430102"
HEADER = ("姓名", "身份证号", "手机", "户号", "与户主关系", "住址", "现住地区", "人员类别", "家庭人口数")  # fmt: skip
_FAMILY, _GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗",
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超",
)
_CIRCUMSTANCES = ("",) * 6 + ("低保", "一级残疾", "独居", "低保、独居")

_UPSERT = """
INSERT INTO person (id_key, name, phone, phone_key, name_key, masked_key, relation, region, household_size, birth, sex,
  id_last4, hukou_region, hukou_type, circumstances, circumstances_known, language, status, synthetic, phone_kind,
  phone_closed, job_kind, needs, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, 0, '', 'active', 0, 'own', 0, '', '', '2026-11-23', '2026-11-23')
ON CONFLICT (id_key) DO UPDATE SET name = excluded.name, phone = excluded.phone, phone_key = excluded.phone_key,
  name_key = excluded.name_key, masked_key = excluded.masked_key, relation = excluded.relation, region = excluded.region,
  household_size = excluded.household_size, birth = excluded.birth, sex = excluded.sex, id_last4 = excluded.id_last4
"""


def roster(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Rows of a roster: households of one to five in four hundred villages; everybody's number is in order."""
    draw, home, left = random.Random(seed), 0, 0
    village, size, first = 0, 0, True
    for n in range(count):
        if not left:
            home, left, village, first = home + 1, draw.randint(1, 5), draw.randint(1, 400), True
            size = left
        birth = date(1935, 1, 1) + timedelta(days=draw.randint(0, 33_000))
        name = draw.choice(_FAMILY) + draw.choice(_GIVEN) + draw.choice(_GIVEN)
        phone = f"1{draw.randint(3, 9)}{draw.randint(0, 999_999_999):09}" if draw.random() < 0.8 else ""  # fmt: skip
        yield [
            name, id_number(birth, n % 1000, f"4301{draw.randint(1, 9):02}"), phone, str(home),
            "户主" if first else draw.choice(("配偶", "子", "女")), f"{home % 40}栋{home % 6}单元{home % 900}",
            f"{COUNTY}{village // 20 + 1:03}{200 + village % 20:03}", draw.choice(_CIRCUMSTANCES), str(size),
        ]  # fmt: skip
        left, first = left - 1, False


def write_csv(path: Path, count: int) -> None:
    """A roster of so many rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(roster(count))


def write_xlsx(path: Path, count: int) -> None:
    """The same in a workbook."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate((HEADER, *roster(count))):
            sheet.write_row(number, 0, row)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _store(folder: Path, name: str) -> Store:
    store = open_store(f"sqlite:///{folder / name}")
    migrate(store)
    return store


def floor(path: Path, store: Store) -> None:
    """A bare csv.reader and an upsert."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        while some := list(islice(reader, CHUNK)):
            rows = [_bare(row) for row in some]
            with store.begin() as connection:
                connection.exec_driver_sql(_UPSERT, rows)


def _bare(row: list[str]) -> tuple[Any, ...]:
    name, number, phone, _, relation, _, region, _, size = row
    birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    masked = number[:6] + number[-4:] + name
    return (number, name, phone, phone or None, name, masked, relation, region, int(size), birth, "F", number[-4:])  # fmt: skip


def csv_import(folder: Path, count: int) -> Mapping[str, float]:
    """Rows per second of the floor and of ours, first load and the same file again; and the share of sealing.

    `share_of_sealing`: seconds of encryption and hashing of one core, beside the seconds of the whole import.
    """
    path = folder / "roster.csv"
    write_csv(path, count)
    bare, ours = _store(folder, "floor.db"), _store(folder, "ours.db")
    vault = Vault.from_settings(new_key(), f"b1:{new_key()}")

    def load() -> None:
        import_file(path, begin=ours.begin, vault=vault, today=TODAY, region=COUNTY)

    floor_first, ours_first = _timed(lambda: floor(path, bare)), _timed(load)
    floor_again, ours_again = _timed(lambda: floor(path, bare)), _timed(load)
    bare.close()
    ours.close()
    return {
        "rows": count, "floor": count / floor_first, "ours": count / ours_first, "times": ours_first / floor_first,
        "floor_again": count / floor_again, "ours_again": count / ours_again, "times_again": ours_again / floor_again,
        "share_of_sealing": sealing(vault, min(count, 50_000)) * count / ours_first,
    }  # fmt: skip


def sealing(vault: Vault, count: int) -> float:
    """Seconds per row of encryption and keyed hashes."""
    people = [
        PersonRow(
            0, number, name=row[0], id_number=row[1], id_last4=row[1][-4:], phone=row[2] and f"+86{row[2]}",
            household=row[3], relation=row[4], address=row[5], region=row[6],
        )
        for number, row in enumerate(roster(count))
    ]  # fmt: skip
    sealer = Sealer(vault)
    return _timed(lambda: [sealer.seal(person) for person in people]) / count


def id_check(count: int) -> Mapping[str, float]:
    """Numbers per second, checked one by one and in the bundles of an import; both find the same (1 % are wrong).

    `times_with_cards` also makes what the checks find out (birth date, sex, last digits) into objects.
    """
    numbers = [row[1] if at % 100 else row[1][:-1] + "0" for at, row in enumerate(roster(count))]
    np = idcheck.np
    plain: list[bool] = []

    def one_by_one() -> None:
        plain.extend(_in_order(number) for number in numbers)

    found: list[bool] = []
    blocks = [numbers[start : start + BUNDLE] for start in range(0, count, BUNDLE)]

    def at_once() -> None:
        for block in blocks:
            codes = np.frombuffer("".join(block).encode(), np.uint8).reshape(-1, 18)
            found.extend(idcheck.in_order(codes, TODAY)[0].tolist())

    def with_cards() -> None:
        for block in blocks:
            idcheck.known_cards(block, TODAY)

    slow, fast, cards = _timed(one_by_one), _timed(at_once), _timed(with_cards)
    if found != plain:
        raise RuntimeError("the two checks do not agree")
    return {"plain": count / slow, "at_once": count / fast, "times": slow / fast, "times_with_cards": slow / cards}  # fmt: skip


def _in_order(number: str) -> bool:
    try:
        parse_id_card(number, TODAY)
    except InvalidIdCard:
        return False
    return True


def xlsx_reading(folder: Path, count: int) -> Mapping[str, float]:
    """Rows per second of a workbook as we read it, and as openpyxl does (read_only, values only)."""
    path = folder / "roster.xlsx"
    write_xlsx(path, count)

    def read() -> None:
        with open_sheets(path) as book:
            for sheet in book.sheets:
                for _ in sheet.rows:
                    pass

    def openpyxl_reads() -> None:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        for sheet in book.worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass
        book.close()

    ours, theirs = _timed(read), _timed(openpyxl_reads)
    return {"ours": count / ours, "openpyxl": count / theirs, "times": theirs / ours}


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
