"""Complete lists: not on it means no, for those who were there, as long as it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.errors import Invalid, Refused
from outreach.people.intake.importer import import_file
from outreach.people.lists import ListFacts, complete_list, expire_lists, lists_of
from outreach.people.queries import consent
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests.people.office import TODAY, csv_file, id_number, people

A, B = "430102001", "430102002"
ON, END = date(2026, 11, 1), date(2027, 11, 1)


@pytest.fixture
def take(store: Store, vault: Vault, tmp_path: Path) -> Any:
    def run(*rows: list[str]) -> None:
        header = ["姓名", "身份证号", "现住地区", "人员类别"]
        report = import_file(
            csv_file(tmp_path, [header, *rows]), begin=store.begin, vault=vault, today=TODAY
        )
        assert report.errors == []

    return run


def known(store: Store, vault: Vault, code: str = "income.dibao") -> dict[str, bool | None]:
    """name → yes, no or not known."""
    mask = vocabulary.by_code(code).mask
    return {
        vault.decrypt("name", one.name): bool(one.circumstances & mask)
        if one.circumstances_known & mask
        else None
        for one in people(store)
    }


def declare(
    store: Store, region: str = A, code: str = "income.dibao", expires_on: date | None = END
) -> int:
    with store.begin() as connection:
        return complete_list(
            connection, Scope("430102"), ListFacts(code, region, ON, expires_on, "民政")
        )


def test_not_on_the_list_means_no_for_those_registered_there(
    take: Any, store: Store, vault: Vault
) -> None:
    take(
        ["在册", id_number(order=1), A, "低保"],
        ["不在", id_number(order=2), A + "201", ""],
        ["别处", id_number(order=3), B, ""],
        ["不明", id_number(order=4), "430102", ""],
        ["新生", id_number(date(2026, 11, 2), 5), A, ""],
    )
    assert declare(store) == 1
    assert known(store, vault) == {
        "在册": True,
        "不在": False,
        "别处": None,
        "不明": None,
        "新生": None,
    }
    take(["后来", id_number(order=7), A, ""])
    assert known(store, vault)["后来"] is None
    assert declare(store) == 1  # taken in again on a later day, it speaks of the newcomer too
    with store.read() as connection:
        assert [one.region for one in lists_of(connection, Scope(A))] == [A, A]
        assert lists_of(connection, Scope(B)) == []


def test_what_implies_a_no_is_no_as_well(take: Any, store: Store, vault: Vault) -> None:
    take(["甲", id_number(order=1), A, ""], ["乙", id_number(order=2), A, "三级残疾"])
    assert declare(store, code="dis.any") == 1
    assert known(store, vault, "dis.vision") == {"甲": False, "乙": None}
    assert known(store, vault, "dis.any") == {"甲": False, "乙": True}


def test_when_a_list_expires_its_noes_are_not_known_any_more(
    take: Any, store: Store, vault: Vault
) -> None:
    take(["在册", id_number(order=1), A, "低保"], ["不在", id_number(order=2), A, ""])
    declare(store)
    assert expire_lists(store.begin, date(2027, 10, 31)) == 0
    assert expire_lists(store.begin, END) == 1
    assert expire_lists(store.begin, END) == 0
    assert known(store, vault) == {"在册": True, "不在": None}


def test_a_list_that_still_holds_keeps_its_noes(take: Any, store: Store, vault: Vault) -> None:
    take(["甲", id_number(order=1), A + "201", ""], ["乙", id_number(order=2), A + "202", ""])
    declare(store)
    declare(store, region=A + "201", expires_on=None)
    assert expire_lists(store.begin, END) == 1
    assert known(store, vault) == {"甲": False, "乙": None}


def test_somebody_s_own_no_outlives_the_list(
    take: Any, store: Store, vault: Vault, tmp_path: Path
) -> None:
    rows = [["姓名", "身份证号", "现住地区", "是否低保"], ["甲", id_number(), A, "否"]]
    import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    assert declare(store) == 0
    assert expire_lists(store.begin, END) == 0
    assert known(store, vault) == {"甲": False}


def test_a_list_outside_the_scope_or_without_sense_is_refused(store: Store) -> None:
    with pytest.raises(Refused):
        declare(store, region="430103")
    with pytest.raises(Invalid, match=r"people\.circumstance_unknown"):
        declare(store, code="rich")
    with pytest.raises(Invalid, match=r"people\.list_dates"):
        declare(store, expires_on=ON)


def test_what_one_s_own_grade_rules_out_outlives_the_list(
    take: Any, store: Store, vault: Vault
) -> None:
    take(["三级", id_number(order=1), A, "三级残疾"], ["别人", id_number(order=2), A, ""])
    declare(store, code="dis.severe")
    assert known(store, vault, "dis.severe") == {"三级": False, "别人": False}
    assert expire_lists(store.begin, END) == 1
    assert known(store, vault, "dis.severe") == {"三级": False, "别人": None}
    assert known(store, vault, "dis.g1") == {"三级": False, "别人": None}  # 三级 is neither


def test_a_list_of_another_circumstance_that_holds_keeps_what_it_says(
    take: Any, store: Store, vault: Vault
) -> None:
    take(["甲", id_number(order=1), A, ""])
    declare(store, code="dis.any")
    declare(store, code="dis.vision", expires_on=None)
    assert expire_lists(store.begin, END) == 1
    assert known(store, vault, "dis.vision") == {"甲": False}
    assert known(store, vault, "dis.hearing") == {"甲": None}
    assert known(store, vault, "dis.any") == {"甲": None}


def test_somebody_s_own_no_to_a_part_outlives_the_list_of_the_whole(
    take: Any, store: Store, vault: Vault, tmp_path: Path
) -> None:
    rows = [["姓名", "身份证号", "现住地区", "视力残疾"], ["甲", id_number(), A, "否"]]
    import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    declare(store, code="dis.any")
    assert expire_lists(store.begin, END) == 1
    assert known(store, vault, "dis.vision") == {"甲": False}
    assert known(store, vault, "dis.any") == {"甲": None}


def test_an_end_is_written_in_parts(
    take: Any, store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(*(["甲", id_number(order=order), A, ""] for order in range(1, 8, 2)))
    declare(store)
    monkeypatch.setattr(consent, "_PART", 3)
    parts = []

    @contextmanager
    def begin() -> Iterator[Connection]:
        with store.begin() as connection:
            parts.append(1)
            yield connection

    assert expire_lists(begin, END, store.read) == 4
    assert len(parts) == 2
    assert known(store, vault) == {"甲": None}
