"""One reader, one writer: readers cannot write, writers wait for each other, and an error leaves nothing."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    text,
)  # fmt: skip
from sqlalchemy.exc import DBAPIError, OperationalError

from outreach import clock
from outreach.errors import Misconfigured
from outreach.models.deliveries import Counter
from outreach.models.people import Person
from outreach.store import Store, among, database_now, open_store, upsert


def put(store: Store, name: str, n: int = 1) -> None:
    with store.begin() as connection:
        connection.execute(insert(Counter).values(name=name, n=n))


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(Counter.name).order_by(Counter.name)))


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), store.read() as connection:
        connection.execute(insert(Counter).values(name="a", n=1))
    assert names(store) == []


def test_what_was_read_is_one_moment(store: Store) -> None:
    with store.read() as connection:
        before = connection.scalar(select(func.count()).select_from(Counter))
        put(store, "meanwhile")
        assert connection.scalar(select(func.count()).select_from(Counter)) == before == 0
    assert names(store) == ["meanwhile"]


def test_an_error_leaves_nothing(store: Store) -> None:
    put(store, "kept")

    def halfway() -> None:
        with store.begin() as connection:
            connection.execute(delete(Counter))
            connection.execute(insert(Counter).values(name="half", n=1))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        halfway()
    assert names(store) == ["kept"]
    put(store, "next")  # and the writer is free again
    assert names(store) == ["kept", "next"]


def test_two_writers_add_up(store: Store) -> None:
    put(store, "n", 0)

    def add() -> None:
        for _ in range(20):
            with store.begin() as connection:
                statement = upsert(connection, Counter).values(name="n", n=1)
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["name"], set_={"n": Counter.n + 1}
                    )
                )

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert connection.scalar(select(Counter.n)) == 60


def _other(path: Path, timeout: float) -> Store:
    """The same file as a second process has it."""
    return open_store(f"sqlite:///{path}", timeout=timeout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.db"
    store = _other(path, 5)
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER)"))
    store.close()
    return path


def test_a_writer_is_one_from_its_first_word(file: Path) -> None:
    """BEGIN IMMEDIATE: whoever has only read so far already holds the place, and the other waits."""
    one, two = _other(file, 5), _other(file, 5)
    order: list[str] = []
    with one.begin() as connection:
        connection.execute(select(func.count()).select_from(Counter))

        def later() -> None:
            with two.begin() as second:
                order.append("second")
                second.execute(insert(Counter).values(name="second", n=1))

        thread = threading.Thread(target=later)
        thread.start()
        time.sleep(0.2)
        order.append("first")
        connection.execute(insert(Counter).values(name="first", n=1))
    thread.join()
    assert order == ["first", "second"]
    assert names(one) == ["first", "second"]
    one.close()
    two.close()


def test_a_writer_that_waits_too_long_says_so_and_readers_never_wait(file: Path) -> None:
    one, two = _other(file, 5), _other(file, 0.1)
    with one.begin() as connection:
        connection.execute(insert(Counter).values(name="first", n=1))
        assert names(two) == []
        with pytest.raises(OperationalError, match="locked"):
            put(two, "second")
    put(two, "third")
    assert names(two) == ["first", "third"]
    one.close()
    two.close()


def test_the_databases_clock_is_the_right_one(store: Store) -> None:
    with clock.fixed(clock.now() - timedelta(days=400)), store.begin() as connection:
        moment = database_now(connection)
        assert moment.utcoffset() == timedelta()
        assert abs(moment - clock.machine_now()) < timedelta(seconds=30)


def test_parameters_are_not_in_error_messages(store: Store) -> None:
    put(store, "13800000000")
    with pytest.raises(DBAPIError) as caught:
        put(store, "13800000000")
    if store.dialect == "sqlite":
        assert "13800000000" not in str(caught.value)
    assert "[SQL parameters hidden" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "garbage",
        "mysql://u:secret@h/d",
        "postgres://u:secret@h/d",
        "",
        "postgresql://u:secret@h:port/d",
    ],
    ids=["no address", "another database", "an old name", "nothing", "a port in words"],
)
def test_an_address_that_is_none_is_said_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        open_store(url)
    assert caught.value.code == "settings.database_url"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("ids", [[], [2], [3, 1, 2, 99]])
def test_among_says_what_in_says(blank_engine: Engine, ids: list[int]) -> None:
    thing = Table(
        "thing", MetaData(), Column("id", BigInteger, primary_key=True), Column("name", Text)
    )
    thing.metadata.create_all(blank_engine)
    with blank_engine.begin() as connection:
        connection.execute(insert(thing), [{"id": n, "name": f"'{n}\"，"} for n in range(1, 5)])
        names = [f"'{n}\"，" for n in ids]
        for column, wanted in ((thing.c.id, ids), (thing.c.name, names)):
            plain = select(thing.c.id).where(column.in_(wanted)).order_by(thing.c.id)
            ours = select(thing.c.id).where(among(column, wanted)).order_by(thing.c.id)
            assert connection.scalars(ours).all() == connection.scalars(plain).all()
            others = select(thing.c.id).where(~among(column, wanted)).order_by(thing.c.id)
            left = select(thing.c.id).where(~column.in_(wanted)).order_by(thing.c.id)
            assert connection.scalars(others).all() == connection.scalars(left).all()


def test_among_goes_by_the_index(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by the number of rows")
    with store.read() as connection:
        compiled = select(Person.name).where(among(Person.id, [1, 2]), Person.status == "active")
        text_ = str(compiled.compile(connection.engine))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text_}", ("[1, 2]", "active")).all()
    assert any("SEARCH person USING INTEGER PRIMARY KEY" in row[3] for row in plan)
