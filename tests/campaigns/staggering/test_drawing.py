"""The draw: everybody in exactly one wave, waves as equal as can be, and the same for whoever has the seed."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.campaigns.staggering.drawing import Member, cut, groups, order, units

UNITS = st.lists(st.text("0123456789", min_size=12, max_size=12), min_size=1, unique=True)


@given(units=UNITS, seed=st.integers(0, 2**31 - 1), waves=st.integers(1, 12))
def test_every_unit_is_of_one_wave_and_waves_differ_by_one_at_most(
    units: list[str], seed: int, waves: int
) -> None:
    wave = cut(order(seed, units), waves)
    assert set(wave) == set(units)
    sizes = Counter(wave.values())
    assert all(1 <= number <= waves for number in sizes)
    if len(units) >= waves:
        assert set(sizes) == set(range(1, waves + 1))
    assert max(sizes.values()) - min(sizes[number] for number in range(1, waves + 1)) <= 1


@given(units=UNITS, seed=st.integers(0, 2**31 - 1), shuffled=st.randoms())
def test_the_order_comes_from_the_seed_alone(units: list[str], seed: int, shuffled: object) -> None:
    mixed = list(units)
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]
    assert order(seed, units) == order(seed, mixed) == order(seed, [*units, *mixed])


def test_the_algorithm_as_it_is_written_down() -> None:
    villages = [f"11010100100{number}" for number in range(6)]
    marks = {hashlib.sha256(f"20261126:{one}".encode()).hexdigest(): one for one in villages}
    assert order(20261126, villages) == [marks[key] for key in sorted(marks)]
    # written out, so that another release draws the same
    assert order(7, ["a", "b", "c", "d"]) == ["c", "a", "d", "b"]


CUTS = [(4, 2, [1, 1, 2, 2]), (5, 2, [1, 1, 1, 2, 2]), (5, 3, [1, 1, 2, 2, 3]), (3, 3, [1, 2, 3])]


@pytest.mark.parametrize(("n", "waves", "expected"), CUTS)
def test_the_order_is_cut_into_runs(n: int, waves: int, expected: list[int]) -> None:
    drawn = [str(number) for number in range(n)]
    assert list(cut(drawn, waves).values()) == expected


TIES = st.lists(st.lists(st.integers(0, 8), max_size=3), max_size=20)


@given(ties=TIES)
def test_whoever_is_tied_through_others_is_of_one_group(ties: list[list[int]]) -> None:
    members = [Member(number, "", tuple(one)) for number, one in enumerate(ties)]
    found = groups(members)
    # an oracle that spreads the lowest number until nothing changes any more
    naive = {one.person: one.person for one in members}
    changed = True
    while changed:
        changed = False
        for one in members:
            for other in members:
                if set(one.ties) & set(other.ties) and naive[one.person] > naive[other.person]:
                    naive[one.person], changed = naive[other.person], True
    assert found == naive


def test_a_unit_is_a_village_or_a_household_with_its_phone() -> None:
    members = [
        Member(4, "110101001001", (("home", 1),)),
        Member(7, "11010100100102", (("phone", b"x"),)),
        Member(9, "110101001", (("home", 1), ("phone", b"x"))),
        Member(12, "110101001001"),
    ]
    assert units(members, "village") == {
        4: "110101001001",
        7: "110101001001",
        9: "110101001",
        12: "110101001001",
    }
    assert units(members, "person") == {
        4: "person-4",
        7: "person-4",
        9: "person-4",
        12: "person-12",
    }
