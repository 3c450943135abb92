"""An import that was taken back has never been; what somebody has built on it stays, and is told."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Conflict, Missing, Refused
from outreach.models import Base
from outreach.models.access import AuditEntry
from outreach.models.people import (
    CircumstanceRecord,
    Household,
    ImportChange,
    ImportRun,
    Person,
    Refusal,
)
from outreach.people.intake.importer import import_file
from outreach.people.intake.undo import undo
from outreach.people.lists import ListFacts, complete_list, expire_lists
from outreach.people.queries import imports, register
from outreach.people.schemas import ImportReport
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests.people.office import TODAY, Killed, id_number, killed_after, people

HEADER = ["姓名", "身份证号", "手机", "户号", "与户主关系", "住址", "现住地区", "人员类别", "家庭人口数", "人员状态", "监护人"]  # fmt: skip
BIRTHS = [date(1950, 1, 1), date(1980, 5, 6), date(1990, 2, 3), date(2018, 6, 1), date(2020, 1, 1), date(1975, 3, 3)]  # fmt: skip
NAMES = "张三 李四 王五 张小 王小 赵六".split()  # noqa: SIM905
IDS = [id_number(birth, order) for order, birth in enumerate(BIRTHS, start=1)]


def whole(store: Store) -> dict[str, list[Any]]:
    """Everything the register says."""
    with store.read() as connection:
        return {
            str(table): list(connection.execute(select(table).order_by(table.c.id)))
            for table in (Person.__table__, Household.__table__, CircumstanceRecord.__table__)
        }


def empty(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(update(Person).values(guardian_id=None, contact_id=None))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def take(
    store: Store, vault: Vault, folder: Path, rows: Sequence[Sequence[str]], **options: Any
) -> ImportReport:
    path = folder / options.pop("name", "名单.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    begin = options.pop("begin", store.begin)
    return import_file(path, begin=begin, vault=vault, today=TODAY, **options)


def row(who: int, **given: str) -> list[str]:
    cells = {"姓名": NAMES[who], "身份证号": IDS[who], **given}
    return [cells.get(name, "") for name in HEADER]


rows = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.fixed_dictionaries(
            {},
            optional={
                "姓名": st.sampled_from(["改名", "某人"]),
                "手机": st.sampled_from(["13800138000", "13900139000", "01062345678"]),
                "户号": st.sampled_from(["1", "2", "3"]),
                "与户主关系": st.sampled_from(["户主", "配偶", "子", "孙女"]),
                "住址": st.sampled_from(["1栋301", "2栋"]),
                "现住地区": st.sampled_from(["430102001201", "430102001202"]),
                "人员类别": st.sampled_from(["低保", "独居", "低保、一级残疾"]),
                "家庭人口数": st.sampled_from(["1", "2", "3"]),
                "人员状态": st.sampled_from(["正常", "死亡", "迁出"]),
                "监护人": st.sampled_from(["张三", "李四", IDS[0]]),
            },
        ),
    ).map(lambda one: row(one[0], **one[1])),
    min_size=1,
    max_size=7,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=rows, second=rows)
def test_import_a_then_b_then_b_undone_is_as_after_a(
    store: Store,
    vault: Vault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    first: list[list[str]],
    second: list[list[str]],
) -> None:
    monkeypatch.setattr(register, "CHUNK", 3)
    empty(store)
    with clock.fixed(datetime(2026, 11, 1, tzinfo=UTC)) as held:
        take(store, vault, tmp_path, [HEADER, *first])
        before = whole(store)
        held.advance(days=1)
        report = take(store, vault, tmp_path, [HEADER, *second], name="又一份.csv")
        held.advance(days=1)
        assert report.import_id is not None
        done = undo(store.begin, report.import_id, "zhou")
    assert (done.removed, done.kept_total) == (report.new, 0)
    assert whole(store) == before
    with store.read() as connection:
        left = select(func.count()).select_from(ImportChange)
        assert connection.scalar(left.where(ImportChange.import_id == report.import_id)) == 0


@pytest.fixture
def office(store: Store, vault: Vault, tmp_path: Path) -> Any:
    """Takes rows in on successive days; gives the report."""

    class Office:
        day = 0

        @contextmanager
        def at(self) -> Iterator[None]:
            Office.day += 1
            with clock.fixed(datetime(2026, 11, Office.day, tzinfo=UTC)):
                yield

        def take(self, *some: list[str], **options: Any) -> ImportReport:
            with self.at():
                return take(store, vault, tmp_path, [HEADER, *some], **options)

        def undo(self, report: ImportReport) -> Any:
            assert report.import_id is not None
            with self.at():
                return undo(store.begin, report.import_id, "zhou")

    Office.day = 0
    return Office()


def test_who_was_changed_by_a_later_import_stays_and_is_told(office: Any, store: Store) -> None:
    first = office.take(row(0), row(1))
    second = office.take(row(0, 手机="13800138000"))
    done = office.undo(first)
    assert (done.removed, done.restored, done.kept_total) == (1, 0, 1)
    assert done.kept[0].code == "people.undo_later"
    assert f"第 {second.import_id} 次" in done.kept[0].message()
    assert len(people(store)) == 1


def test_what_a_later_import_has_changed_too_is_not_put_back(office: Any, store: Store) -> None:
    office.take(row(0, 手机="13800138000"))
    second = office.take(row(0, 手机="13900139000"))
    third = office.take(row(0, 人员类别="低保"))
    done = office.undo(second)
    assert (done.restored, done.kept_total) == (0, 1)
    assert done.kept[0].later == third.import_id
    assert office.undo(third).restored == 1
    (person,) = people(store)
    assert person.circumstances == 0


def test_the_later_one_first_and_then_the_earlier_one_leaves_nothing(
    office: Any, store: Store
) -> None:
    first = office.take(row(0, 户号="1"), row(3, 户号="1", 监护人="张三"))
    second = office.take(row(0, 手机="13800138000", 人员类别="低保"), row(1, 户号="1"))
    assert office.undo(second).kept_total == 0
    done = office.undo(first)
    assert (done.removed, done.households, done.kept_total) == (2, 1, 0)
    assert all(not rows for rows in whole(store).values())


def refuse(connection: Connection, person: int) -> None:
    connection.execute(
        insert(Refusal).values(
            person_id=person, channel="sms", message_class="publicity", source="r", at=clock.now()
        )
    )


def edit(connection: Connection, person: int) -> None:
    connection.execute(
        update(Person).where(Person.id == person).values(phone_closed=True, updated_at=clock.now())
    )


def record(connection: Connection, person: int) -> None:
    connection.execute(
        insert(CircumstanceRecord).values(
            person_id=person, code="income.dibao", value=True, source="别处", at=clock.now()
        )
    )


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (refuse, "people.undo_used"),
        (edit, "people.undo_touched"),
        (record, "people.undo_touched"),
    ],
    ids=["stands in another table", "was edited by hand", "another list speaks of them"],
)
def test_nobody_is_taken_out_on_whom_something_was_built(
    office: Any, store: Store, deed: Any, code: str
) -> None:
    report = office.take(row(0), row(1))
    one, _ = people(store)
    with office.at(), store.begin() as connection:
        deed(connection, one.id)
    done = office.undo(report)
    assert (done.removed, dict(done.reasons)) == (1, {code: 1})
    assert [left.id for left in people(store)] == [one.id]


def test_a_ward_who_stays_keeps_the_guardian(office: Any, store: Store) -> None:
    report = office.take(row(0, 户号="1"), row(3, 户号="1", 监护人="张三"), row(1))
    child = next(one for one in people(store) if one.guardian_id)
    with office.at(), store.begin() as connection:
        refuse(connection, child.id)
    done = office.undo(report)
    assert dict(done.reasons) == {"people.undo_used": 1, "people.undo_guardian": 1}
    assert {one.id for one in people(store)} == {child.id, child.guardian_id}


def test_undoing_twice_is_refused_with_words(office: Any, store: Store) -> None:
    report = office.take(row(0))
    office.undo(report)
    with pytest.raises(Conflict) as caught:
        office.undo(report)
    assert caught.value.code == "people.undo_twice"
    assert caught.value.params["by"] == "zhou"
    with store.read() as connection:
        logged = connection.scalars(select(AuditEntry.detail)).all()
    assert logged == [{"undo": True, "removed": 1, "restored": 0, "kept": 0}]


def test_an_import_that_goes_on_and_one_that_is_none_cannot_be_undone(
    office: Any, store: Store
) -> None:
    report = office.take(row(0))
    with store.begin() as connection:
        imports.update_run(connection, report.import_id, {"state": "writing"})
    with pytest.raises(Refused):
        office.undo(report)
    with store.begin() as connection:
        connection.execute(update(ImportRun).values(state="finished", list_ref="income.dibao"))
    with pytest.raises(Refused) as caught:
        office.undo(report)
    assert caught.value.code == "people.undo_list"
    with pytest.raises(Missing):
        undo(store.begin, 99, "zhou")


@pytest.mark.parametrize("transactions", range(1, 12))
def test_an_undoing_that_was_cut_off_is_done_again(
    office: Any, store: Store, monkeypatch: pytest.MonkeyPatch, transactions: int
) -> None:
    monkeypatch.setattr(register, "CHUNK", 2)
    office.take(row(0, 户号="1"), row(3, 户号="1", 监护人="张三"))
    before = whole(store)
    report = office.take(*(row(who, 户号="2", 手机="13800138000") for who in range(6)))
    with office.at(), pytest.raises(Killed):
        undo(killed_after(store, transactions), report.import_id or 0, "zhou")
    office.undo(report)
    assert whole(store) == before


@pytest.mark.parametrize("ended", [False, True], ids=["list holds", "list has ended"])
def test_what_a_complete_list_has_said_since_outlives_the_undoing(
    store: Store, vault: Vault, tmp_path: Path, ended: bool
) -> None:
    """It names nobody who is not on it, so no row of theirs is newer than the import."""
    at = "430102001201"
    take(store, vault, tmp_path, [HEADER, row(0, 现住地区=at)])
    report = take(store, vault, tmp_path, [HEADER, row(0, 人员类别="独居")], name="又一份.csv")
    end = date(2027, 1, 1)
    facts = ListFacts("income.dibao", at, TODAY, end, "民政")
    with store.begin() as connection:
        assert complete_list(connection, Scope(), facts) == 1
    if ended:
        expire_lists(store.begin, end)
    assert undo(store.begin, report.import_id or 0, "zhou").restored == 1
    (one,) = people(store)
    bits = vocabulary.mask(["income.dibao", "elder.alone"])
    wanted = 0 if ended else vocabulary.mask(["income.dibao"])
    assert (one.circumstances, one.circumstances_known & bits) == (0, wanted)


def test_who_stayed_because_of_a_later_import_goes_when_that_one_is_undone(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    first = take(store, vault, tmp_path, [HEADER, row(0), row(1)]).import_id or 0
    later = take(store, vault, tmp_path, [HEADER, row(0, 手机="13900139000")], name="又一份.csv")
    assert undo(store.begin, first, "zhou").kept_total == 1
    undo(store.begin, later.import_id or 0, "zhou")
    again = undo(store.begin, first, "zhou")
    assert (again.removed, again.kept_total) == (1, 0)
    assert people(store) == []
    with pytest.raises(Conflict):
        undo(store.begin, first, "zhou")


def test_nobody_gets_the_number_of_somebody_who_was_taken_out(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    """The log says who looked at whom by that number."""
    first = take(store, vault, tmp_path, [HEADER, row(0), row(1)]).import_id or 0
    gone = {one.id for one in people(store)}
    undo(store.begin, first, "zhou")
    take(store, vault, tmp_path, [HEADER, row(2), row(3)])
    assert gone.isdisjoint(one.id for one in people(store))
