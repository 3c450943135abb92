"""Lists that offices hand in: who is found, what they gain and lose, what comes back, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach.access.scope import Scope
from outreach.errors import Invalid, Refused
from outreach.models.people import CircumstanceRecord, CompleteList, ImportRun, Person
from outreach.people import keys
from outreach.people.handed_in import circumstances
from outreach.people.handed_in.circumstances import take_circumstances
from outreach.people.handed_in.report import Desk, ListReport
from outreach.people.handed_in.taking import Terms
from outreach.people.lists import expire_lists
from outreach.people.queries import consent
from outreach.people.reading.spreadsheet import read_sheets
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests.people.office import TODAY, Killed, csv_file, id_number, killed_after, people
from tests.people.registered import register

COUNTY, A, B = "430102", "430102001201", "430102002201"
ON, END = date(2026, 11, 1), date(2027, 11, 1)
ONE, TWO, THREE = (id_number(order=order) for order in (1, 2, 3))
FIVE = id_number(date(1950, 3, 3), 5)
HEADER = ["姓名", "身份证号"]


def terms(**more: Any) -> Terms:
    usual: dict[str, Any] = {
        "on": ON, "source": "民政局低保名单", "legal_basis": "履行法定职责", "purpose": "政策告知", "region": COUNTY,
    }  # fmt: skip
    return Terms(**usual | more)


@pytest.fixture
def desk(store: Store, vault: Vault) -> Desk:
    """A register of five: 丙 in another village, 丁 without document; 乙 and 戊 have 低保."""
    register(store, vault, "甲", ONE, phone="13800138001", region=A)
    register(
        store, vault, "乙", TWO, phone="13800138002", region=A, circumstances=("income.dibao",)
    )
    register(store, vault, "丙", THREE, phone="13800138003", region=B)
    register(store, vault, "丁", birth=date(1960, 2, 2), phone="13800138004", region=A)
    register(
        store, vault, "戊", FIVE, phone="13800138005", region=A, circumstances=("income.dibao",)
    )
    return Desk(store.begin, vault, TODAY, Scope(COUNTY), "ke")


Take = Callable[..., ListReport]


@pytest.fixture
def take(desk: Desk, tmp_path: Path) -> Take:
    def run(
        *rows: Sequence[str],
        code: str = "income.dibao",
        header: Sequence[str] = HEADER,
        **more: Any,
    ) -> ListReport:
        options = {name: more.pop(name) for name in ("dry_run", "returned") if name in more}
        path = csv_file(tmp_path, [list(header), *map(list, rows)], "list.csv")
        return take_circumstances(path, code, terms(**more), desk, **options)

    return run


def state(store: Store, vault: Vault, code: str = "income.dibao") -> dict[str, bool | None]:
    """name → yes, no or not known."""
    mask = vocabulary.by_code(code).mask
    return {
        vault.decrypt("name", one.name): bool(one.circumstances & mask)
        if one.circumstances_known & mask
        else None
        for one in people(store)
    }


def masked(number: str) -> str:
    return f"{number[:6]}********{number[-4:]}"


def test_people_are_found_by_document_then_masked_document_then_birth_and_phone(
    take: Take, store: Store, vault: Vault
) -> None:
    report = take(
        ["甲", ONE, "", ""],
        ["丙", masked(THREE), "", ""],
        ["丁", "", "1960-02-02", "138 0013 8004"],
        ["丁", "", "1960-02-02", "138 0013 9999"],
        ["甲", "", "1960-02-02", ""],
        header=["姓名", "身份证号", "出生日期", "联系电话"],
    )
    assert (report.rows, report.matched, report.unmatched, report.gained) == (5, 3, 2, 3)
    assert [(one.row, one.code) for one in report.errors] == [
        (5, "people.list_unmatched"),
        (6, "people.list_too_little"),
    ]
    assert state(store, vault) == {"甲": True, "乙": True, "丙": True, "丁": True, "戊": True}


def test_whoever_may_be_two_is_listed_and_never_guessed(
    take: Take, store: Store, vault: Vault
) -> None:
    with store.begin() as connection:  # the check digit is not part of what a mask leaves
        key = keys.masked_key(vault, ONE[:6], ONE[-4:], "甲")
        connection.execute(update(Person).where(Person.id_last4 == TWO[-4:]).values(masked_key=key))
    report = take(["甲", masked(ONE)])
    assert (report.ambiguous, report.matched, report.written) == (1, 0, False)
    assert report.errors[0].code == "people.list_ambiguous"
    assert state(store, vault)["甲"] is None


def test_a_complete_list_gives_takes_and_says_no(take: Take, store: Store, vault: Vault) -> None:
    report = take(["甲", ONE], ["乙", TWO], complete=True, expires_on=END)
    assert (report.gained, report.kept, report.lost, report.known) == (1, 1, 1, 2)
    assert state(store, vault) == {"甲": True, "乙": True, "丙": False, "丁": False, "戊": False}
    with store.read() as connection:
        lost = connection.execute(
            select(CircumstanceRecord.value, CircumstanceRecord.source, CircumstanceRecord.valid_to)
            .join(Person, Person.id == CircumstanceRecord.person_id)
            .where(Person.id_last4 == FIVE[-4:])
            .order_by(CircumstanceRecord.id)
        ).all()
        run = connection.execute(select(ImportRun).where(ImportRun.list_ref != "")).one()
        listed = connection.execute(select(CompleteList)).one()
    assert [tuple(one) for one in lost] == [
        (True, "台账", None),
        (False, "民政局低保名单", END),
    ]
    assert (run.list_ref, run.by, run.accepted, run.rejected) == ("income.dibao", "ke", 2, 0)
    assert run.options["legal_basis"] == "履行法定职责"
    assert listed.import_id == run.id


def test_a_list_that_is_not_complete_takes_nothing_from_anybody(
    take: Take, store: Store, vault: Vault
) -> None:
    report = take(["甲", ONE])
    assert (report.gained, report.lost, report.known) == (1, 0, 0)
    assert state(store, vault) == {"甲": True, "乙": True, "丙": None, "丁": None, "戊": True}


def test_a_dry_run_says_the_same_and_writes_nothing(take: Take, store: Store, vault: Vault) -> None:
    before = state(store, vault)
    rows = (["甲", ONE], ["戊", "11010119500101001X"])
    dry = take(*rows, complete=True, dry_run=True)
    assert state(store, vault) == before
    real = take(*rows, complete=True)
    assert dry.counts() == real.counts()
    assert (dry.written, real.written) == (False, True)


def test_an_unmatched_row_spares_its_namesakes(take: Take, store: Store, vault: Vault) -> None:
    """The list's 戊 and 丁 may be the registered ones under a miscopied number: nothing is taken from them."""
    other = id_number(date(1971, 1, 1), 7)
    report = take(["甲", ONE], ["戊", other], ["丁", "110101195001010018"], complete=True)
    assert (report.unmatched, report.rejected, report.lost, report.spared) == (1, 1, 1, 2)
    assert state(store, vault) == {"甲": True, "乙": False, "丙": False, "丁": None, "戊": True}


def test_wrong_rows_come_back_as_the_same_sheet_with_a_reason(take: Take, tmp_path: Path) -> None:
    out = tmp_path / "back.xlsx"
    report = take(
        ["7", "甲", ONE], ["8", "辛", "=1+1"], ["9", "壬", id_number(order=99)],
        header=["序号", "姓名", "身份证号"], returned=out,
    )  # fmt: skip
    assert (report.matched, report.rejected, report.unmatched) == (1, 1, 1)
    (sheet,) = read_sheets(out)
    assert sheet.rows[0] == ["序号", "姓名", "身份证号", "错误"]
    assert [row[:3] for row in sheet.rows[1:]] == [
        ["8", "辛", "=1+1"],
        ["9", "壬", id_number(order=99)],
    ]
    assert all(row[3] for row in sheet.rows[1:])


def test_a_row_s_own_columns_are_read(take: Take, store: Store, vault: Vault) -> None:
    report = take(
        ["甲", ONE + "44", "", "2030-01-01"],
        ["乙", TWO + "13", "一级", ""],
        ["丙", THREE + "23B1", "", "2023.1.1至2026.12.20"],
        ["戊", FIVE + "99", "", ""],
        ["戊", FIVE + "44", "", "2026-11-20"],
        code="dis.any",
        header=["姓名", "残疾人证号", "残疾等级", "有效期至"],
    )  # fmt: skip
    assert (report.matched, report.rejected) == (4, 1)
    assert [(one.row, one.code) for one in report.errors] == [
        (
            3,
            "segments.contradiction",
        ),  # its grade is not that of its certificate; the list's word stands
        (5, "people.certificate_form"),
        (6, "people.list_row_ended"),
    ]
    assert state(store, vault, "dis.g4")["甲"] is True
    assert state(store, vault, "dis.limb")["甲"] is True
    assert state(store, vault, "dis.severe") == {
        "甲": False,
        "乙": None,
        "丙": False,
        "丁": None,
        "戊": None,
    }
    assert state(store, vault, "dis.hearing")["丙"] is True
    assert expire_lists(store.begin, TODAY) == 0
    assert expire_lists(store.begin, date(2026, 12, 20)) == 1  # 丙's certificate has ended
    assert state(store, vault, "dis.any")["丙"] is None
    assert state(store, vault, "dis.g3")["丙"] is None
    assert state(store, vault, "dis.severe")["丙"] is None


def test_a_list_s_end_clears_what_it_said_unless_another_list_still_says_it(
    take: Take, store: Store, vault: Vault
) -> None:
    take(["甲", ONE], ["丙", THREE], complete=True, expires_on=date(2026, 12, 1))
    take(["丙", THREE], on=date(2026, 11, 2), expires_on=date(2027, 1, 1), source="第二份")
    expire_lists(store.begin, date(2026, 12, 1))
    assert expire_lists(store.begin, date(2026, 12, 1)) == 0
    assert state(store, vault) == {"甲": None, "乙": None, "丙": True, "丁": None, "戊": None}
    expire_lists(store.begin, date(2027, 1, 1))
    assert state(store, vault)["丙"] is None


def test_of_two_overlapping_complete_lists_the_one_that_holds_keeps_its_noes(
    take: Take, store: Store, vault: Vault
) -> None:
    take(["乙", TWO], complete=True, expires_on=date(2026, 12, 1))
    take(["乙", TWO], complete=True, region=A, on=date(2026, 11, 2), expires_on=date(2027, 1, 1))
    expire_lists(store.begin, date(2026, 12, 1))
    assert state(store, vault) == {"甲": False, "乙": True, "丙": None, "丁": False, "戊": False}
    expire_lists(store.begin, date(2027, 1, 1))
    # 乙 was called 低保 by the register itself, which names no end.
    assert state(store, vault) == {"甲": None, "乙": True, "丙": None, "丁": None, "戊": None}


def test_an_older_list_changes_nothing_against_a_newer_one(
    take: Take, store: Store, vault: Vault
) -> None:
    take(["乙", TWO], complete=True)
    with pytest.raises(Invalid, match=r"people\.list_older"):
        take(["甲", ONE], on=date(2026, 10, 1))
    assert state(store, vault)["甲"] is False
    take(["戊", FIVE], code="income.edge")
    older = take(["甲", ONE], code="income.edge", on=date(2026, 10, 1), complete=True)
    assert (older.gained, older.lost) == (1, 0)  # 戊 is on a newer list
    assert state(store, vault, "income.edge")["戊"] is True


def test_the_same_list_again_says_nothing_new(take: Take, store: Store) -> None:
    def records() -> int:
        with store.read() as connection:
            return len(connection.execute(select(CircumstanceRecord.id)).all())

    take(["甲", ONE], complete=True)
    before = records()
    again = take(["甲", ONE], complete=True)
    assert (again.gained, again.kept, again.lost) == (0, 1, 0)
    assert records() == before


def test_whoever_died_is_found_and_said(take: Take, store: Store) -> None:
    with store.begin() as connection:
        connection.execute(
            update(Person).where(Person.id_last4 == ONE[-4:]).values(status="deceased")
        )
    assert take(["甲", ONE]).inactive == 1


def test_a_list_reaches_nobody_outside_the_scope(
    desk: Desk, store: Store, vault: Vault, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [HEADER, ["甲", ONE], ["丙", THREE]], "l.csv")
    narrow = Desk(desk.begin, vault, TODAY, Scope(A), "ke")
    with pytest.raises(Refused):
        take_circumstances(path, "income.dibao", terms(), narrow)
    report = take_circumstances(path, "income.dibao", terms(region=A), narrow)
    assert (report.matched, report.unmatched) == (1, 1)
    assert state(store, vault)["丙"] is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"on": date(2027, 1, 1)}, "people.list_future", id="from tomorrow"),
        pytest.param({"expires_on": ON}, "people.list_dates", id="that ends before it begins"),
        pytest.param({"legal_basis": " "}, "people.list_basis", id="without a ground"),
        pytest.param({"purpose": ""}, "people.list_basis", id="without a purpose"),
        pytest.param({"code": "rich"}, "people.circumstance_unknown", id="of nothing we know"),
        pytest.param({"header": ["甲", "乙"]}, "people.list_no_header", id="without a header"),
    ],
)
def test_a_list_without_sense_is_refused(take: Take, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as error:
        take(["甲", ONE], **more)
    assert error.value.code == code


def test_a_list_that_was_cut_off_is_finished_when_it_is_taken_in_again(
    desk: Desk, store: Store, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circumstances, "PART", 2)
    path = csv_file(tmp_path, [HEADER, ["甲", ONE]], "l.csv")
    dying = replace(desk, begin=killed_after(store, 2))
    with pytest.raises(Killed):
        take_circumstances(path, "income.dibao", terms(complete=True), dying)
    half = state(store, vault)
    assert (half["甲"], half["乙"], half["丁"]) == (True, False, None)
    again = take_circumstances(path, "income.dibao", terms(complete=True), desk)
    assert (again.gained, again.kept, again.known) == (0, 1, 2)
    assert state(store, vault) == {"甲": True, "乙": False, "丙": False, "丁": False, "戊": False}


def test_totals_signatures_and_headers_of_the_next_page_are_nobody(take: Take) -> None:
    report = take(
        ["甲", ONE, ""],
        ["姓名", "身份证号", "备注"],
        ["合计：1人", "", ""],
        ["填表人：王五", "", "审核人：赵六"],
        header=["姓名", "身份证号", "备注"],
    )
    assert (report.rows, report.matched, report.rejected) == (1, 1, 0)


def test_a_name_with_characters_that_nobody_sees_is_the_same_name(
    take: Take, store: Store, vault: Vault
) -> None:
    report = take(
        ["\u200b丁\u00a0", "", "1960-02-02", "13800138004"],
        header=["姓名", "身份证号", "出生日期", "联系电话"],
    )
    assert (report.matched, state(store, vault)["丁"]) == (1, True)


def test_a_masked_number_with_another_birth_date_is_somebody_else(
    take: Take, store: Store, vault: Vault
) -> None:
    report = take(
        ["甲", masked(ONE), "1999-01-01"],
        ["丙", masked(THREE), ""],
        header=["姓名", "身份证号", "出生日期"],
        complete=True,
    )
    assert (report.matched, report.unmatched, report.spared) == (1, 1, 1)
    assert state(store, vault)["甲"] is None


def test_what_others_write_about_a_namesake_meanwhile_stays(
    desk: Desk, store: Store, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list and what it denies somebody else has a word."""
    path = csv_file(tmp_path, [HEADER, ["甲", ONE], ["丁", id_number(order=77)]], "list.csv")
    alone = vocabulary.by_code("elder.alone").mask
    last = consent.last_person

    def meanwhile(connection: Any) -> int:
        is_ding = Person.birth == date(1960, 2, 2)
        values = {"circumstances": alone, "circumstances_known": alone}
        connection.execute(update(Person).where(is_ding).values(**values))
        return last(connection)

    monkeypatch.setattr(consent, "last_person", meanwhile)
    take_circumstances(path, "income.dibao", terms(complete=True), desk)
    assert state(store, vault, "elder.alone")["丁"] is True
    assert state(store, vault)["丁"] is None
