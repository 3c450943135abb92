"""The quick ways of an import say what the plain ones say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.people.identity import IdCard, InvalidIdCard, parse_id_card
from outreach.people.intake import idcheck, keyindex, members
from outreach.people.intake.idcheck import FEW, known_cards
from outreach.people.intake.importer import import_file
from outreach.people.intake.keyindex import PlainIndex, SortedIndex
from outreach.people.intake.rejected import RejectedBook
from outreach.people.intake.sealing import Sealed, seal
from outreach.people.intake.spool import Spool
from outreach.people.reading.spreadsheet import read_sheets
from outreach.people.schemas import MOST_PROBLEMS, PersonRow
from outreach.store import Store
from outreach.vault import Vault
from tests.people.intake.registers import told
from tests.people.office import TODAY, csv_file, id_number, people

digits = st.text("0123456789", min_size=17, max_size=17)
near = st.builds(
    lambda birth, order, at, char: (lambda text: text[:at] + char + text[at + 1 :])(
        id_number(birth, order)
    ),
    st.dates(date(1880, 1, 1), date(2030, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 18),
    st.sampled_from("0123456789Xx *a\uff11"),
)
texts = st.one_of(
    near,
    st.builds(id_number, st.dates(date(1000, 1, 1), date(2026, 12, 31)), st.integers(0, 999)),
    st.builds(lambda stem, last: stem + last, digits, st.sampled_from("0123456789Xx")),
    st.text(max_size=20),
)


def plainly(text: str) -> IdCard | None:
    try:
        return parse_id_card(text, TODAY)
    except InvalidIdCard:
        return None


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=FEW, max_size=2 * FEW, unique=True))
def test_numbers_found_in_order_at_once_are_those_found_one_by_one(numbers: list[str]) -> None:
    found = known_cards(numbers, TODAY)
    for text, card in found.items():
        assert plainly(text) == card
    plain_ones = {text for text in numbers if len(text) == 18 and text.isascii() and plainly(text)}
    assert plain_ones == found.keys()


def test_leap_days_and_the_last_possible_birthday_at_once() -> None:
    births = [date(2000, 2, 29), date(2024, 2, 29), TODAY]
    good = [id_number(birth) for birth in births]
    bad = [_numbered("19000229"), _numbered("20230229"), _numbered("20261124"), _numbered("20261301"), _numbered("00000101")]  # fmt: skip
    filler = [id_number(date(1980, 1, 1), order) for order in range(FEW)]
    assert known_cards([*good, *bad, *filler], TODAY).keys() == {*good, *filler}


def _numbered(day: str) -> str:
    """A right check digit over a day that may not exist."""
    stem = f"430102{day}001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, stem, strict=True))
    return stem + "10X98765432"[total % 11]


keys = st.lists(st.integers(0, 40), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(st.lists(keys, max_size=12))
def test_the_compact_index_remembers_what_the_dictionary_remembers(some: list[list[int]]) -> None:
    compact, plain, row = SortedIndex(), PlainIndex(), 0
    for few in some:
        wide = [key * 0x9E3779B97F4A7C15 % 2**64 for key in few]
        assert compact.find(wide) == plain.find(wide)
        fresh = [key for key in dict.fromkeys(wide) if plain.find([key]) == [-1]]
        numbers = list(range(row, row + len(fresh)))
        row += len(fresh)
        compact.add(fresh, numbers)
        plain.add(fresh, numbers)
        assert compact.find(wide) == plain.find(wide)


HEADER = ["姓名", "身份证号", "手机", "户号", "与户主关系", "人员类别", "家庭人口数"]


def many(count: int) -> list[list[str]]:
    """With repeats, bad rows, contradictions, families, shared phones."""
    made = []
    for n in range(count):
        number = id_number(date(1960 + n % 25, 1 + n % 12, 1), n % 300)
        made.append(
            [f"王{'一二三四五'[n % 5]}明", "1" if n % 11 == 3 else number, f"138{n % 120:08}", str(n // 4),
             ("户主", "配偶", "子", "子")[n % 4], ("低保", "", "独居")[n % 3], "4"]
        )  # fmt: skip
    return made


@pytest.fixture
def take(store: Store, vault: Vault, tmp_path: Path) -> Callable[..., Any]:
    def run(rows: list[list[str]], **options: Any) -> Any:
        path = csv_file(tmp_path, [HEADER, *rows])
        return import_file(path, begin=store.begin, vault=vault, today=TODAY, **options)

    return run


@pytest.mark.parametrize("without", ["other processes", "numpy"])
def test_with_other_processes_and_without_numpy_the_register_is_the_same(
    store: Store, vault: Vault, take: Any, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    rows = many(900)
    with monkeypatch.context() as patch:
        patch.setattr("outreach.people.intake.tables.BUNDLE", 100)
        if without == "numpy":
            patch.setattr(idcheck, "np", None)
            patch.setattr(keyindex, "np", None)
            first = take(rows, workers=1)
        else:
            first = take(rows, workers=2)
    register = told(store, vault)
    second = take(rows, workers=1)
    assert (second.new, second.changed, second.unchanged) == (0, 0, first.accepted)
    assert first.as_dict()["errors"] == second.as_dict()["errors"]
    assert first.as_dict()["warnings"] == second.as_dict()["warnings"]
    assert told(store, vault) == register
    assert first.duplicates > 0
    assert first.rejected > 0


def test_the_order_of_rows_does_not_hide_a_repeat_in_a_far_bundle(
    take: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.people.intake.tables.BUNDLE", 3)
    fill = [["张三", id_number(order=n), "", "", "", "", ""] for n in range(10)]
    report = take([*fill, ["张三", id_number(order=0), "", "", "", "低保", ""]])
    assert (report.accepted, report.duplicates) == (10, 1)
    assert people(store)[0].circumstances == 1


def test_a_repeat_brings_the_number_that_the_first_row_lacks(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    rows = [
        ["姓名", "身份证号", "出生日期", "手机"],
        ["王五", "", "1980-05-06", "13800138000"],
        ["王五", id_number(), "", "13800138000"],
    ]
    report = import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    assert (report.accepted, report.duplicates) == (1, 1)
    (person,) = people(store)
    assert person.id_key == vault.keyed_hash("id", id_number())
    assert person.id_last4 == id_number()[-4:]


def test_two_people_of_the_file_behind_one_masked_number_are_not_guessed(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    one = id_number(date(1980, 5, 6))
    twin = next(
        number
        for year in range(1930, 1980)
        for month in range(1, 13)
        if (number := id_number(date(year, month, 1)))[-4:] == one[-4:]
    )
    rows = [
        ["姓名", "身份证号", "出生日期"],
        ["张三", one, ""],
        ["张三", twin, ""],
        ["张三", f"430102********{one[-4:]}", "1980-05-06"],
    ]
    report = import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    assert (report.accepted, report.rejected) == (2, 1)
    assert [(problem.row, problem.code) for problem in report.errors] == [(4, "people.masked_ambiguous")]  # fmt: skip


def test_a_report_says_how_many_problems_it_does_not_list(
    take: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["张三", "1", "", "", "", "", ""] for _ in range(MOST_PROBLEMS + 5)]
    out = tmp_path / "退回.xlsx"
    report = take([["李四", id_number(), "", "", "", "", ""], *rows], rejected=out)
    given_ = report.as_dict()
    assert len(given_["errors"]) == MOST_PROBLEMS
    assert given_["errors_total"] == MOST_PROBLEMS + 5
    assert "warnings_total" not in given_
    assert len(read_sheets(out)[0].rows) == MOST_PROBLEMS + 6


def test_what_waits_on_disk_is_sealed(vault: Vault) -> None:
    person = PersonRow(
        0, 2, name="欧阳春花", id_number=id_number(), id_last4=id_number()[-4:], birth=date(1980, 5, 6),
        phone="+8613800138000", address="东村三组", household="H77", head_id=id_number(order=5), guardian_name="李四",
    )  # fmt: skip
    sealed = seal(vault, person)
    record = sealed.pack()
    assert Sealed.unpack(record) == sealed
    for text in ("欧阳春花", id_number(), "13800138000", "东村三组", "H77", id_number(order=5), "李四"):  # fmt: skip
        assert text.encode() not in record


def test_a_spool_gives_back_what_it_was_given(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        for text in (b"one", b"", b"three" * 1000):
            spool.append(text)
        assert spool[0] == b"one"
        spool.replace(0, b"another")
        spool.append(b"four")
        assert list(spool) == [b"another", b"", b"three" * 1000, b"four"]
        assert list(tmp_path.iterdir()) == []  # it has no name


def test_a_workbook_that_breaks_off_leaves_no_half(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), RejectedBook(tmp_path / "退回.xlsx"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2**40), max_size=50))
def test_members_are_kept_whole(numbers: list[int]) -> None:
    assert list(members.unpacked(members.packed(numbers))) == sorted(set(numbers))
    assert list(members.unpacked(b"")) == []
