"""Two queries side by side stay side by side, also when the register changes between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from outreach.deliveries import expected


def beside(keys: list[int]) -> Any:
    def rows() -> Iterator[tuple[tuple[str, int], list[Any]]]:
        for key in keys:
            yield ("person", key), [key]

    return expected._Beside(rows())


def found(keys: list[int], asked: list[int]) -> list[list[int]]:
    both = beside(keys)
    return [both.find(("person", one)) for one in asked]


def test_each_finds_its_own() -> None:
    assert found([1, 2, 3], [1, 2, 3]) == [[1], [2], [3]]


def test_one_that_went_meanwhile_has_nothing_and_the_rest_stay_right() -> None:
    assert found([1, 3, 4], [1, 2, 3, 4]) == [[1], [], [3], [4]]


def test_one_that_came_meanwhile_is_passed_over() -> None:
    assert found([1, 2, 3, 4], [1, 2, 4]) == [[1], [2], [4]]


def test_it_does_not_read_everything_to_find_one_that_is_not_there() -> None:
    many = list(range(10, 10 * expected._READERS))
    both = beside(many)
    assert both.find(("person", 1)) == []
    assert len(both._ahead) == expected._READERS
    assert both.find(("person", 10)) == [10]
