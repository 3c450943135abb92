"""Looking people up, showing them, marking them; always inside a scope."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing, Refused
from outreach.people import service
from outreach.people.intake.importer import import_file
from outreach.people.queries import people as queries
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY, csv_file, id_number, people

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
A, B = "430102001201", "430102002201"


@pytest.fixture
def register(store: Store, vault: Vault, tmp_path: Path) -> Store:
    rows = [
        ["姓名", "身份证号", "手机", "户号", "与户主关系", "住址", "现住地区", "人员类别"],
        ["张小", id_number(order=2), "", "1", "女", "1栋301", A, ""],
        ["张三", id_number(order=1), "13800138000", "1", "户主", "1栋301", A, "低保"],
        ["李四", id_number(order=3), "13900139000", "2", "户主", "2栋101", B, ""],
    ]
    import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    return store


def names(rows: Any, vault: Vault) -> list[str]:
    return [service.show(row, vault, masked=False).name for row in rows]


def test_a_scope_shows_its_own_people_and_no_others(register: Store, vault: Vault) -> None:
    with register.read() as connection:
        assert names(queries.people_of(connection, Scope()), vault) == ["张小", "张三", "李四"]
        assert names(queries.people_of(connection, Scope("430102002")), vault) == ["李四"]
        assert names(queries.people_of(connection, Scope(), region=A), vault) == ["张小", "张三"]
        with pytest.raises(Refused):
            queries.people_of(connection, Scope(A), region=B)
        assert queries.count_people(connection, Scope(A)) == 2
        li = people(register)[2]
        assert queries.person(connection, Scope(A), li.id) is None
        assert queries.people_by_id(connection, Scope(A), [li.id]) == []
        assert queries.household_members(connection, Scope(A), li.household_id) == []
        assert queries.circumstance_history(connection, Scope(B), people(register)[1].id) == []
        assert [row.region for row in queries.households_of(connection, Scope(B))] == [B]


def test_pages_follow_each_other(register: Store, vault: Vault) -> None:
    with register.read() as connection:
        first = queries.people_of(connection, Scope(), limit=2)
        rest = queries.people_of(connection, Scope(), limit=2, after=first[-1].id)
    assert (names(first, vault), names(rest, vault)) == (["张小", "张三"], ["李四"])


@pytest.mark.parametrize(
    "text", ["张三", " 张三 ", "13800138000", "+86 138-0013-8000", id_number(order=1).lower()]
)
def test_a_person_is_found_by_name_number_or_document(
    register: Store, vault: Vault, text: str
) -> None:
    with register.read() as connection:
        found = queries.people_of(connection, Scope(), keys=service.search_keys(vault, text))
    assert names(found, vault) == ["张三"]


def test_a_page_shows_a_mask_unless_somebody_reveals(register: Store, vault: Vault) -> None:
    with register.read() as connection:
        row = service.get_person(connection, Scope(), people(register)[1].id)
        (record,) = queries.circumstance_history(connection, Scope(), row.id)
    shown = service.show(row, vault)
    assert (shown.name, shown.phone, shown.address) == ("张*", "138****8000", "")
    revealed = service.show(row, vault, masked=False)
    assert (revealed.name, revealed.phone, revealed.address) == ("张三", "+8613800138000", "1栋301")
    assert (record.code, record.value) == ("income.dibao", True)


def test_the_head_of_a_household_comes_first(register: Store, vault: Vault) -> None:
    with register.read() as connection:
        home = people(register)[0].household_id
        assert names(queries.household_members(connection, Scope(), home), vault) == [
            "张三",
            "张小",
        ]


def test_what_a_worker_marks(register: Store) -> None:
    girl, father, _ = people(register)
    with register.begin() as connection:
        service.mark_status(connection, Scope(A), father.id, "deceased", AT)
        service.close_phone(connection, Scope(A), father.id, AT)
        service.stop_household(connection, Scope(A), girl.household_id)
        row = service.get_person(connection, Scope(A), father.id)
        assert (row.status, row.phone_closed, row.stopped) == ("deceased", True, True)
        service.stop_household(connection, Scope(A), girl.household_id, stopped=False)
        assert service.get_person(connection, Scope(A), girl.id).stopped is False


def test_nobody_marks_people_of_another_region(register: Store) -> None:
    girl, father, li = people(register)
    with register.begin() as connection:
        with pytest.raises(Missing):
            service.mark_status(connection, Scope(A), li.id, "moved", AT)
        with pytest.raises(Missing):
            service.stop_household(connection, Scope(B), father.household_id)
        with pytest.raises(Invalid):
            service.mark_status(connection, Scope(A), girl.id, "gone", AT)  # type: ignore[arg-type]
