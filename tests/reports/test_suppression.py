"""Small counts stay hidden, also from somebody who subtracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.reports.suppression import Suppressed, suppress, with_total

Cell = tuple[str, str]


def one_column(*counts: int) -> Suppressed:
    table, parents = with_total({f"r{at}": {"n": n} for at, n in enumerate(counts)})
    return suppress(table, parents)


def printed(shown: Suppressed) -> list[str]:
    return [shown.text(row, column) for row, cells in shown.counts.items() for column in cells]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((40, 50), ["40", "50", "90"]),
        ((0, 40), ["0", "40", "40"]),  # a nought is printed, and with it the only count beside it
        ((3, 40, 60), ["<10", "*", "60", "103"]),
        ((3, 4, 60), ["<10", "<10", "*", "67"]),  # 3 + 4 alone would leave 1 to 6
        ((5, 5), ["<10", "<10", "10"]),  # 1 to 9 each: nothing else is needed
        ((9, 9), ["<10", "<10", "*"]),  # 18 would give both away
        ((3, 0), ["<10", "0", "<10"]),
        ((3, 12), ["<10", "*", "*"]),  # 15 beside a * (10 or more) would say: at most 5
    ],
)
def test_one_column_with_its_total(counts: tuple[int, ...], expected: list[str]) -> None:
    assert printed(one_column(*counts)) == expected


def test_a_two_way_table_hides_a_rectangle() -> None:
    rows = {
        "a": {"told": 3, "untold": 50, "all": 53},
        "b": {"told": 40, "untold": 45, "all": 85},
        "c": {"told": 80, "untold": 90, "all": 170},
    }
    table, parents = with_total(rows)
    shown = suppress(table, parents, {"all": ("told", "untold")})
    assert shown.small == {("a", "told")}
    assert shown.cover == {("a", "untold"), ("b", "told"), ("b", "untold")}
    assert not shown.withheld


def test_a_town_that_hides_hides_in_its_villages_too() -> None:
    rows = {
        "1": {"n": 4}, "1a": {"n": 4}, "1b": {"n": 0},
        "2": {"n": 60}, "2a": {"n": 35}, "2b": {"n": 25},
        "all": {"n": 64},
    }  # fmt: skip
    parents = {"1": "all", "2": "all", "1a": "1", "1b": "1", "2a": "2", "2b": "2"}
    shown = suppress(rows, parents)
    assert shown.small == {("1", "n"), ("1a", "n")}
    assert ("2", "n") in shown.cover
    assert shown.cover & {("2a", "n"), ("2b", "n")}, "else the villages would add up to the town"
    assert shown.shown("all", "n") == 64


def test_a_total_that_is_split_twice_gives_nothing_away() -> None:
    """By town and by channel: the same total is printed above both."""
    rows = {
        "east": {"n": 40}, "west": {"n": 60}, "visit": {"n": 97}, "call": {"n": 3}, "all": {"n": 100},
    }  # fmt: skip
    towns, channels = ({"east": "all", "west": "all"}, {"visit": "all", "call": "all"})
    shown = suppress(rows, towns, also=[channels])
    assert (shown.text("call", "n"), shown.text("visit", "n"), shown.text("all", "n")) == (
        "<10",
        "*",
        "100",
    )
    assert shown.text("east", "n") == "40"


def test_a_sum_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not the sum of its parts: .'t', 'n'"):
        suppress({"a": {"n": 3}, "t": {"n": 5}}, {"a": "t"})
    with pytest.raises(ValueError, match="below nought"):
        suppress({"a": {"n": -1}})


def test_the_same_table_is_hidden_the_same_way_twice() -> None:
    rows, parents = with_total({f"{at}": {"x": at * 7 % 40, "y": at * 5 % 31} for at in range(30)})
    assert suppress(rows, parents) == suppress(rows, parents)


def test_many_small_counts_side_by_side_are_hidden_and_not_the_whole_table() -> None:
    values = (0, 3, 8, 20, 60, 200)
    rows = {}
    for at in range(60):
        a, b, c, d = (values[(at * step + at // 7) % 6] for step in (1, 2, 3, 5))
        rows[f"{at:02}"] = {
            "in_person": a, "delivered": b, "told": a + b, "relayed": c, "untold": d, "eligible": a + b + c + d,
        }  # fmt: skip
    table, parents = with_total(rows)
    sums = {"told": ("in_person", "delivered"), "eligible": ("told", "relayed", "untold")}
    shown = suppress(table, parents, sums)
    assert not shown.withheld
    assert len(shown.cover) < len(shown.small)
    assert shown.text("total", "eligible") != "*"


def test_a_county_with_400_villages_takes_a_moment() -> None:
    columns = ("told", "relayed", "untold")
    rows: dict[str, dict[str, int]] = {}
    parents: dict[str, str] = {}
    for village in range(400):
        key = f"{village % 20:02}-{village}"
        rows[key] = {c: (village * (at + 3) * 37) % (25 + 30 * at) for at, c in enumerate(columns)}
        parents[key] = f"{village % 20:02}"
    towns = {town: dict.fromkeys(columns, 0) for town in set(parents.values())}
    for key, row in rows.items():
        for column, n in row.items():
            towns[parents[key]][column] += n
    every, up = with_total(towns)
    table = {**every, **rows}
    for row in table.values():
        row["all"] = sum(row.values())
    shown = suppress(table, {**up, **parents}, {"all": columns})
    assert not shown.withheld
    assert all(shown.shown("total", column) is not None for column in (*columns, "all"))


# What somebody can find out who knows all that is printed and how it is hidden: every value that a hidden cell can have.

_MOST = 60


class Reader:
    """Works out by trying: assigns hidden cells one after the other and keeps what every sum allows."""

    def __init__(self, shown: Suppressed, sums: Sequence[tuple[Cell, Sequence[Cell]]]) -> None:
        self.ranges: dict[Cell, tuple[int, int]] = {}
        for row, cells in shown.counts.items():
            for column, n in cells.items():
                cell = (row, column)
                if cell in shown.small:
                    self.ranges[cell] = (1, 9)
                elif cell in shown.cover:
                    self.ranges[cell] = (10, n + _MOST)
                else:
                    self.ranges[cell] = (n, n)
        self.sums = sums

    def can_be(self, cell: Cell, value: int) -> bool:
        return self._solve({**self.ranges, cell: (value, value)})

    def _solve(self, ranges: dict[Cell, tuple[int, int]]) -> bool:
        if not self._narrow(ranges):
            return False
        wide = [cell for cell, (low, high) in ranges.items() if low < high]
        if not wide:
            return True
        cell = min(wide, key=lambda one: ranges[one][1] - ranges[one][0])
        low, high = ranges[cell]
        return any(self._solve({**ranges, cell: (n, n)}) for n in range(low, high + 1))

    def _narrow(self, ranges: dict[Cell, tuple[int, int]]) -> bool:
        changed = True
        while changed:
            changed = False
            for total, parts in self.sums:
                for cell, (low, high) in self._bounds(total, parts, ranges):
                    was = ranges[cell]
                    now = (max(low, was[0]), min(high, was[1]))
                    if now[0] > now[1]:
                        return False
                    if now != was:
                        ranges[cell], changed = now, True
        return True

    @staticmethod
    def _bounds(
        total: Cell, parts: Sequence[Cell], ranges: Mapping[Cell, tuple[int, int]]
    ) -> Iterator[tuple[Cell, tuple[int, int]]]:
        yield total, (sum(ranges[p][0] for p in parts), sum(ranges[p][1] for p in parts))
        for part in parts:
            others = [ranges[one] for one in parts if one != part]
            yield (
                part,
                (
                    ranges[total][0] - sum(high for _, high in others),
                    ranges[total][1] - sum(low for low, _ in others),
                ),
            )


COUNT = st.one_of(st.integers(0, 14), st.integers(0, 60))


def _sums(
    rows: Mapping[str, Mapping[str, int]],
    parents: Mapping[str, str],
    columns: Mapping[str, Sequence[str]],
) -> list[tuple[Cell, list[Cell]]]:
    found: list[tuple[Cell, list[Cell]]] = []
    for parent in dict.fromkeys(parents.values()):
        below = [row for row, up in parents.items() if up == parent]
        found += [((parent, c), [(row, c) for row in below]) for c in rows[parent]]
    found += [((row, t), [(row, p) for p in parts]) for row in rows for t, parts in columns.items()]
    return found


def _nothing_found_out(
    rows: Mapping[str, Mapping[str, int]],
    parents: Mapping[str, str],
    columns: Mapping[str, Sequence[str]],
) -> None:
    shown = suppress(rows, parents, columns)
    for row, cells in rows.items():
        for column, n in cells.items():
            hidden = shown.shown(row, column) is None
            assert not (0 < n < 10) or hidden, "a small count is printed"
            assert n or not hidden or shown.withheld, "a nought is hidden"
    if shown.withheld:
        return
    sums = _sums(rows, parents, columns)
    every = {(row, column) for row, cells in rows.items() for column, n in cells.items() if n}
    marks = Reader(Suppressed(rows, shown.small, frozenset(every - shown.small)), sums)
    reader = Reader(shown, sums)
    for cell in shown.small:
        for value in range(1, 10):
            assert reader.can_be(cell, value) == marks.can_be(cell, value), (
                f"{cell} {value}: {shown}"
            )
    for row, column in shown.cover:
        n = rows[row][column]
        assert any(reader.can_be((row, column), n + by) for by in (1, -1, 2, -2, 3, -3)), (
            f"{row} {column} is known: {shown}"
        )


@settings(max_examples=60, deadline=None)
@given(st.lists(COUNT, min_size=1, max_size=5))
def test_nobody_finds_a_hidden_count_of_a_column(counts: list[int]) -> None:
    rows, parents = with_total({f"r{at}": {"n": n} for at, n in enumerate(counts)})
    _nothing_found_out(rows, parents, {})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=4))
def test_nobody_finds_a_hidden_count_of_a_two_way_table(counts: list[tuple[int, int]]) -> None:
    rows, parents = with_total(
        {f"r{at}": {"x": x, "y": y, "all": x + y} for at, (x, y) in enumerate(counts)}
    )
    _nothing_found_out(rows, parents, {"all": ("x", "y")})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(COUNT, min_size=1, max_size=3), min_size=1, max_size=3))
def test_nobody_finds_a_hidden_count_of_nested_regions(towns: list[list[int]]) -> None:
    rows: dict[str, dict[str, int]] = {"all": {"n": sum(map(sum, towns))}}
    parents: dict[str, str] = {}
    for at, villages in enumerate(towns):
        rows[f"{at}"], parents[f"{at}"] = {"n": sum(villages)}, "all"
        for number, n in enumerate(villages):
            rows[f"{at}-{number}"], parents[f"{at}-{number}"] = {"n": n}, f"{at}"
    _nothing_found_out(rows, parents, {})
