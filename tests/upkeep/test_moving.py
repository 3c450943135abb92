"""Moving from SQLite to PostgreSQL: everything, compared, or nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select, text

from outreach.cli import run
from outreach.errors import Misconfigured, Refused
from outreach.models import Base
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Counter
from outreach.models.people import Person
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.upkeep.moving import Moved, move, moved_mark, refuse_moved, summed, tables
from outreach.vault import Vault
from tests import postgres
from tests.town import CHECK, INSURE, MORNING, add_person, load


@pytest.fixture
def source(tmp_path: Path, vault: Vault) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'outreach.db'}")
    migrate(opened)
    with opened.begin() as connection:
        load(connection, CHECK)
        load(connection, INSURE)
        for number in range(3):
            add_person(connection, vault, f"+861390000000{number}")
        detail = {"说": "好", "n": 1.0, "big": 1e5, "none": None, "list": [1, "𠮷", True]}
        connection.execute(insert(AuditEntry), [{"at": MORNING, "by": "gan", "action": "x", "detail": detail}])  # fmt: skip
        row = {
            "ref": "c",
            "title": "题",
            "created_by": "gan",
            "created_at": MORNING,
            "frozen": None,
        }
        connection.execute(insert(Campaign), [row])
    yield opened
    opened.close()


@pytest.fixture
def target() -> Iterator[Store]:
    name = f"t_move_{os.getpid()}"
    opened = open_store(postgres.create_database(name))
    migrate(opened)
    yield opened
    opened.close()
    postgres.drop_database(name)


def test_every_row_arrives_and_the_next_one_gets_the_next_number(
    source: Store, target: Store, tmp_path: Path
) -> None:
    said: list[Moved] = []
    done = move(source, target, tmp_path, said.append)
    assert said == done
    assert [one.table for one in done] == [table.name for table in tables()]
    with source.read() as old, target.read() as new:
        for table in Base.metadata.sorted_tables:
            assert summed(old, table) == summed(new, table), table.name
        assert old.execute(select(AuditEntry.detail)).all() == new.execute(select(AuditEntry.detail)).all()  # fmt: skip
        people = new.execute(select(Person.id).order_by(Person.id)).scalars().all()
    with target.begin() as connection:
        added = connection.execute(
            insert(AuditEntry).values(at=MORNING, by="gan", action="y").returning(AuditEntry.id)
        ).scalar_one()
    assert (len(people), added) == (3, 2)


@pytest.mark.parametrize("value", ["'null'", "NULL"], ids=["a written null", "nothing"])
def test_a_written_null_and_nothing_stay_apart(
    source: Store, target: Store, tmp_path: Path, value: str
) -> None:
    with source.begin() as connection:
        connection.execute(text(f"UPDATE campaign SET frozen = {value}"))  # noqa: S608 - ours
    move(source, target, tmp_path)
    with target.read() as connection:
        found = connection.execute(text("SELECT frozen IS NULL FROM campaign")).scalar_one()
    assert found is (value == "NULL")


def test_the_sum_knows_a_changed_cell_a_missing_row_and_no_order(source: Store) -> None:
    table = Base.metadata.tables["counter"]
    sums = []
    for rows in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], [("a", 2), ("b", 1)], [("a", 1)]):
        with source.begin() as connection:
            connection.execute(table.delete())
            connection.execute(insert(Counter), [{"name": name, "n": n} for name, n in rows])
            sums.append(summed(connection, table))
    assert sums[0] == sums[1]
    assert len({(one.rows, one.digest) for one in sums}) == 3


def test_a_database_that_holds_something_is_not_overwritten(
    source: Store, target: Store, tmp_path: Path
) -> None:
    with target.begin() as connection:
        connection.execute(insert(Counter).values(name="x", n=1))
    with pytest.raises(Refused) as refused:
        move(source, target, tmp_path)
    assert (refused.value.code, refused.value.params["table"]) == (
        "upkeep.move_not_empty",
        "counter",
    )
    assert not moved_mark(tmp_path).exists()


def test_a_value_that_has_no_place_there_leaves_both_as_they_were(
    source: Store, target: Store, tmp_path: Path
) -> None:
    with source.begin() as connection:
        connection.execute(insert(AuditEntry).values(at=MORNING, by="g\0n", action="x"))
    with pytest.raises(Refused) as refused:
        move(source, target, tmp_path)
    assert (refused.value.code, refused.value.params["table"]) == (
        "upkeep.move_value",
        "audit_entry",
    )
    with target.read() as connection:
        for table in tables()[:-1]:  # the last one holds what migrations write
            assert connection.execute(select(table).limit(1)).first() is None
    assert not moved_mark(tmp_path).exists()


def test_a_difference_takes_everything_back(
    source: Store, target: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trigger on the other side changes what is written, as a faulty database would."""
    with target.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.name = upper(NEW.name); RETURN NEW; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER spoil BEFORE INSERT ON counter FOR EACH ROW EXECUTE FUNCTION spoil()")
        )  # fmt: skip
    with source.begin() as connection:
        connection.execute(insert(Counter).values(name="cost:1", n=5))
    with pytest.raises(Refused) as refused:
        move(source, target, tmp_path)
    assert refused.value.params == {**refused.value.params, "table": "counter"}
    assert refused.value.code == "upkeep.move_differs"
    with target.read() as connection:
        assert connection.execute(select(Counter)).first() is None


def test_the_old_file_is_closed_to_everybody(tmp_path: Path) -> None:
    refuse_moved(tmp_path, "sqlite")
    moved_mark(tmp_path).write_text("2026-11-26T10:00:00+00:00\n")
    refuse_moved(tmp_path, "postgresql")
    with pytest.raises(Misconfigured) as refused:
        refuse_moved(tmp_path, "sqlite")
    assert refused.value.code == "upkeep.moved_away"


def test_only_from_sqlite_to_postgresql(source: Store, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        move(source, source, tmp_path)
    assert refused.value.code == "upkeep.move_ways"


def test_the_command_moves_an_installation_and_the_old_one_says_where_it_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OUTREACH_DATA_DIR", str(tmp_path))
    assert run(["migrate", "--json"]) == 0
    name = f"t_moved_{os.getpid()}"
    url = postgres.create_database(name)
    try:
        capsys.readouterr()
        assert run(["move", "--to", postgres.plain(url), "--json"]) == 0
        said = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert said["verified"]
        assert said["tables"]["account"]["rows"] > 0
        assert run(["campaign", "list", "--json"]) == 2
        assert "upkeep.moved_away" in capsys.readouterr().out
        monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
        assert run(["campaign", "list", "--json"]) == 0
        assert run(["move", "--to", url, "--json"]) == 1
        opened = open_store(url)
        assert "account" in inspect(opened.reader).get_table_names()
        opened.close()
    finally:
        postgres.drop_database(name)
