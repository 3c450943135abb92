"""A notice for each village: its own where something else holds there, copies of one elsewhere, and nobody forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from outreach.deliveries import notices
from outreach.deliveries.notices import House, Order, Series
from outreach.errors import Invalid, Missing
from outreach.people import regions
from outreach.policies import service as policies
from outreach.policies import signing
from outreach.store import Store
from tests import factories, town
from tests.channels.flyer import reading
from tests.deliveries.notices.test_words import CHILDREN, TEXT

ON = date(2026, 11, 26)
HOUSE = House("http://127.0.0.1:8000", home=town.COUNTY, demo=True)
ORDER = Order("children", ON)
SOUTH, NORTH, OTHER = "600101101003", "600101101004", "600101102001"
LOCAL = TEXT.replace("去哪做：镇卫生院", "去哪办：{{ policy.where }}")


@pytest.fixture
def county(store: Store) -> Store:
    """Two towns with a village of the same name; the east village has its own hall, the south its own telephone."""
    with store.begin() as connection:
        for code, name in {
            town.COUNTY: "示范县", town.TOWN: "青石镇", town.EAST: "东村", town.WEST: "西村", SOUTH: "南村", NORTH: "北村",
            "600101102": "白沙镇", OTHER: "东村",
        }.items():  # fmt: skip
            factories.add_region(connection, code, name)
        town.load(connection, CHILDREN)
        town.write_text(connection, "flyer/zh-Hans/children", LOCAL)
        fill(connection, town.EAST, where="东村村委会")
        fill(connection, SOUTH, phone="0000-600 3333")
    return store


def fill(connection: Any, region: str, **facts: Any) -> None:
    """What a village says differently; whoever signed signs again."""
    policies.fill_in(connection, "children", region, facts=facts, by="gan", on=ON)
    for department in signing.departments(policies.get(connection, "children"), region):
        signing.sign(connection, "children", department, "gan")


def hung(made: Series) -> dict[str, tuple[str, ...]]:
    """Words of each notice → where it hangs."""
    return {
        reading.words(one.pdf)[0]: tuple(spot.name for spot in one.spots) for one in made.notices
    }


def test_a_village_with_its_own_place_gets_its_own_notice_and_the_others_copies_of_one(
    county: Store,
) -> None:
    with county.read() as connection:
        made = notices.series(connection, ORDER, HOUSE, "village")
    assert [tuple(spot.name for spot in one.spots) for one in made.notices] == [
        ("青石镇东村",),
        ("青石镇西村", "青石镇北村", "白沙镇东村"),
        ("青石镇南村",),
    ]
    assert [one.copies for one in made.notices] == [1, 3, 1]
    east, common, south = hung(made)
    assert "去哪办东村村委会" in east
    assert "12345" in east
    assert "去哪办卫生院" in common
    assert "0000-6003333" in south
    assert reading.words(made.pdf) == [east, common, south]
    assert [one.page for one in made.notices] == [1, 2, 3]
    assert made.left_out == ()


def test_each_is_what_a_single_notice_for_that_village_would_be(county: Store) -> None:
    with county.read() as connection:
        made = notices.series(connection, ORDER, HOUSE, "village", size="a5x2")
        for one in made.notices:
            order = replace(ORDER, region=one.spots[0].region)
            alone = notices.notice(connection, order, HOUSE, size="a5x2")
            (among,), (single,) = (reading.pictures(pdf, 50) for pdf in (one.pdf, alone.data))
            assert among.tobytes() == single.tobytes()
            assert (one.version, one.valid_until) == (alone.version, alone.valid_until)


def test_what_a_town_filled_in_goes_for_its_villages(county: Store) -> None:
    with county.begin() as connection:
        fill(connection, town.TOWN, where="青石镇便民中心")
        by_town = notices.series(connection, ORDER, HOUSE, "town")
        inside = notices.series(connection, replace(ORDER, region=town.TOWN), HOUSE, "village")
    assert [[spot.name for spot in one.spots] for one in by_town.notices] == [["青石镇"], ["白沙镇"]]  # fmt: skip
    assert sum(one.copies for one in inside.notices) == 4
    text = next(said for said, where in hung(inside).items() if "青石镇西村" in where)
    assert "去哪办青石镇便民中心" in text


def test_a_text_that_names_the_village_is_another_one_in_each(county: Store) -> None:
    with county.begin() as connection:
        body = LOCAL.replace("谁能领：", "谁能领：{{ village }}的")
        town.write_text(connection, "flyer/zh-Hans/children", body, version=2)
        made = notices.series(connection, ORDER, HOUSE, "village")
    assert [one.copies for one in made.notices] == [1] * 5
    for text, where in hung(made).items():
        assert all(name.removeprefix("青石镇").removeprefix("白沙镇") + "的" in text for name in where)  # fmt: skip


def test_a_place_about_which_nothing_may_be_said_is_named_and_stops_nobody(county: Store) -> None:
    with county.begin() as connection:
        fill(connection, NORTH, where="北村" * 400)
        fill(connection, SOUTH, where="𠀀村")
        made = notices.series(connection, ORDER, HOUSE, "village")
    assert {one.spot.name: one.code for one in made.left_out} == {
        "青石镇北村": "flyer.overflow",  # too long for the paper
        "青石镇南村": "notices.faulty",  # a character that the font lacks
    }
    assert [tuple(spot.name for spot in one.spots) for one in made.notices] == [
        ("青石镇东村",),
        ("青石镇西村", "白沙镇东村"),
    ]


def test_what_may_be_announced_nowhere_leaves_everybody_out(county: Store) -> None:
    with county.begin() as connection:
        policies.load(connection, policies.check_document({**CHILDREN, "amount": {**CHILDREN["amount"], "text": "每孩每年3600元"}}, "test.yaml"))  # fmt: skip
        made = notices.series(connection, ORDER, HOUSE, "village")
        draft = notices.series(connection, replace(ORDER, draft=True), HOUSE, "village")
    assert (made.pdf, made.notices, len(made.left_out)) == (b"", (), 5)
    assert {one.code for one in made.left_out} == {"campaigns.policy_unverified"}
    assert all(one.faults for one in draft.notices)
    assert all("草稿，不张贴" in text for text in reading.words(draft.pdf))


def test_where_nothing_is_registered_or_two_languages_stand_it_is_said(county: Store) -> None:
    with county.read() as connection:
        with pytest.raises(Missing, match=r"notices\.no_places"):
            notices.series(connection, replace(ORDER, region=town.EAST), HOUSE, "town")
        with pytest.raises(Invalid, match=r"notices\.series_language"):
            notices.series(connection, replace(ORDER, language="ko"), HOUSE, "village")
        one = notices.series(connection, replace(ORDER, region=town.EAST), HOUSE, "village")
    assert [spot.name for spot in one.notices[0].spots] == ["青石镇东村"]


def test_villages_in_use_on_a_day(store: Store) -> None:
    with store.begin() as connection:
        factories.add_region(connection, town.TOWN, "青石镇")
        factories.add_region(connection, town.EAST, "东村")
        factories.add_region(connection, town.WEST, "西村", valid_to=ON)
        factories.add_region(connection, SOUTH, "南村", successor=town.EAST)
        factories.add_region(connection, NORTH, "北村", valid_from=date(2026, 11, 27))
        assert regions.at_level(connection, town.TOWN, "village", ON) == {town.EAST: "青石镇东村"}
        assert list(regions.at_level(connection, "", "town", ON)) == [town.TOWN]
