"""A mark of the database: equal only while nothing at all was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, insert, select, update

from outreach import unchanged
from outreach.models.deliveries import Counter
from outreach.store import Store, open_store


@pytest.fixture
def kept(store: Store) -> Store:
    with store.begin() as connection:
        connection.execute(insert(Counter), [{"name": "a", "n": 1}, {"name": "b", "n": 2}])
    return store


@pytest.fixture
def other(kept: Store) -> Iterator[Store]:
    """Another process that works on the same database."""
    opened = open_store(kept.writer.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


def put(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(Counter).values(name="c", n=3))


def change(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(update(Counter).where(Counter.name == "a").values(n=9))


def empty(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(delete(Counter))


def there_and_back(store: Store) -> None:
    for n in (5, 1):
        with store.begin() as connection:
            connection.execute(update(Counter).where(Counter.name == "a").values(n=n))


WRITES = [put, change, empty, there_and_back]


def taken(store: Store) -> unchanged.Mark:
    with unchanged.look(store) as (connection, mark):
        connection.execute(select(Counter.n)).all()
    return mark


def stands(store: Store, mark: unchanged.Mark) -> bool:
    with store.begin() as connection:
        return unchanged.unchanged(connection, mark)


def only_looked(kept: Store, other: Store) -> bool:
    mark = taken(kept)
    for store in (kept, other):
        with store.read() as connection:
            connection.execute(select(Counter.n)).all()
        with store.begin() as connection:
            connection.execute(select(Counter.n)).all()
    return stands(kept, mark)


def test_nothing_was_written_while_others_only_looked(kept: Store, other: Store) -> None:
    """On PostgreSQL the other databases of the server count too, and they may be at work."""
    tries = 1 if kept.dialect == "sqlite" else 200
    assert any(only_looked(kept, other) for _ in range(tries))


@pytest.mark.parametrize("write", WRITES)
def test_whatever_this_process_writes_is_a_change(
    kept: Store, write: Callable[[Store], None]
) -> None:
    mark = taken(kept)
    write(kept)
    assert not stands(kept, mark)


@pytest.mark.parametrize("write", WRITES)
def test_whatever_another_process_writes_is_a_change(
    kept: Store, other: Store, write: Callable[[Store], None]
) -> None:
    mark = taken(kept)
    write(other)
    assert not stands(kept, mark)


@pytest.mark.parametrize("whose", ["kept", "other"])
def test_what_is_written_while_somebody_looks_is_a_change(
    kept: Store, other: Store, whose: str
) -> None:
    with unchanged.look(kept) as (connection, mark):
        seen = connection.execute(select(Counter.name, Counter.n).order_by(Counter.name)).all()
        change({"kept": kept, "other": other}[whose])
    assert seen == [("a", 1), ("b", 2)]
    assert not stands(kept, mark)


def test_what_was_begun_before_the_look_and_ended_after_it_is_a_change(
    kept: Store, other: Store
) -> None:
    with other.begin() as writing:
        writing.execute(update(Counter).where(Counter.name == "a").values(n=9))
        with unchanged.look(kept) as (connection, mark):
            assert connection.scalar(select(Counter.n).where(Counter.name == "a")) == 1
    assert not stands(kept, mark)


def test_a_mark_means_nothing_to_another_connection(kept: Store, other: Store) -> None:
    if kept.dialect == "sqlite":  # whose counts are its own
        assert not stands(other, taken(kept))
