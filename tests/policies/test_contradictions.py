"""Live policies that say different things: found, put before both offices, settled, and opened again by a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from outreach.errors import Invalid, Missing
from outreach.policies import contradictions, leaving, service
from outreach.policies.leaving import Exit
from outreach.store import Store
from tests import town
from tests.town import CHECK, COUNTY, EAST, TODAY

ONE: Mapping[str, Any] = {**CHECK, "id": "one", "office": "卫健局"}
OTHER: Mapping[str, Any] = {**CHECK, "id": "other", "plain_name": "老人体检", "office": "疾控局"}
LOCAL = {"status": "local", "text": "按本地标准"}


def found(store: Store, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    with store.begin() as connection:
        for document in (one, other):
            town.load(connection, document)
        return [each.key for each in contradictions.find(connection, COUNTY)]


PAIRS: list[Any] = [
    pytest.param({}, {}, [], id="the same said twice"),
    pytest.param({}, {"official_name": "体检（试行）"}, [], id="another benefit"),
    pytest.param({}, {"where": "县医院"}, ["where"], id="another place"),
    pytest.param({}, {"where": "卫生院。"}, [], id="the same place with a full stop"),
    pytest.param({"phone": "110"}, {"phone": "120"}, ["phone"], id="two numbers"),
    pytest.param({"phone": "110"}, {}, [], id="one says no number"),
    pytest.param({}, {"amount": {"status": "national", "text": "每年1次", "value": 1}}, [], id="one figure in two wordings"),
    pytest.param({}, {"amount": {"status": "national", "text": "每年一次", "value": 2}}, ["amount"], id="two figures"),
    pytest.param({"amount": LOCAL}, {}, [], id="one amount is still open"),
    pytest.param(
        {"window": {"from": "2026-01-01", "to": "2026-03-31"}}, {"window": {"from": "2026-04-01", "to": "2026-06-30"}},
        ["window"], id="windows without a day in common",
    ),
    pytest.param(
        {"window": {"text": "春天", "yearly": ["03-01", "05-31"]}},
        {"window": {"text": "三到五月", "yearly": ["03-01", "05-31"]}}, [], id="one season in two wordings",
    ),
    pytest.param({"window": {"text": "全年"}}, {"window": {"text": "年底前"}}, ["window"], id="windows in words"),
    pytest.param({"excludes": ["other"]}, {"official_name": "慰问"}, ["excludes"], id="one excludes the other"),
    pytest.param(
        {"excludes": ["other"]}, {"official_name": "慰问", "excludes": [{"policy": "one", "text": "二选一"}]}, [],
        id="both exclude each other",
    ),
    pytest.param({"excludes": ["nobody"]}, {}, [], id="excludes a policy that is not there"),
    pytest.param(
        {"plain_name": "体 检"}, {"official_name": "规范", "plain_name": "体检", "where": "县医院"}, ["where"],
        id="one plain name",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "keys"), PAIRS)
def test_what_contradicts(
    store: Store, one: dict[str, Any], other: dict[str, Any], keys: list[str]
) -> None:
    assert found(store, {**ONE, **one}, {**OTHER, **other}) == keys


def test_a_contradiction_names_both_sides_and_who_settles_it(store: Store) -> None:
    found(store, ONE, {**OTHER, "where": "县医院"})
    with store.read() as connection:
        (one,) = contradictions.find(connection, COUNTY)
    assert (one.one_says, one.other_says) == ("卫生院", "县医院")
    assert (one.offices, one.matter) == (("卫健局", "疾控局"), "到哪里办")
    assert (one.names("one"), one.names("check"), one.between(one.one).ref) == (
        True,
        False,
        "other",
    )


def test_a_region_contradicts_only_where_it_says_something_else(store: Store) -> None:
    assert found(store, ONE, OTHER) == []
    with store.begin() as connection:
        service.fill_in(connection, "one", COUNTY, facts={"where": "县医院"})
        service.fill_in(
            connection, "other", EAST, facts={"where": "村卫生室", "office": "镇卫健办"}
        )
        service.fill_in(connection, "other", "600102", facts={"where": "邻县医院"})
        at_home, east = contradictions.find(connection, COUNTY)
        assert (at_home.key, at_home.one_says, at_home.other_says) == ("where", "县医院", "卫生院")
        assert (east.key, east.other_says) == (f"where@{EAST}", "村卫生室")
        assert east.offices == ("卫健局", "镇卫健办")


@pytest.mark.parametrize(
    ("begins", "ends", "both"),
    [
        (None, 0, []),
        (None, 9, ["successor"]),
        (9, 9, []),
        (8, 9, ["successor"]),
    ],
    ids=["it has ended", "both for nine days", "one day after the other", "both on one day"],
)
def test_a_successor_beside_its_predecessor(
    store: Store, begins: int | None, ends: int, both: list[str]
) -> None:
    valid_from = None if begins is None else str(TODAY + timedelta(days=begins))
    with store.begin() as connection:
        town.load(connection, ONE)
        town.load(connection, {**OTHER, "official_name": "新办法", "valid_from": valid_from})
        order = Exit(TODAY + timedelta(days=ends), successor="other")
        leaving.withdraw(connection, "one", order, "甲", TODAY)
        assert [one.key for one in contradictions.find(connection, COUNTY)] == both


def test_what_has_ended_contradicts_nobody(store: Store) -> None:
    assert found(store, ONE, {**OTHER, "where": "县医院", "phone": "1"}) == ["where"]
    with store.begin() as connection:
        leaving.withdraw(connection, "other", Exit(TODAY), "甲", TODAY)
        assert contradictions.find(connection, COUNTY) == []


# -- settled ---------------------------------------------------------------------------------------------


def test_settled_by_a_named_user_until_one_of_them_says_something_else(store: Store) -> None:
    found(store, {**ONE, "phone": "110"}, {**OTHER, "where": "县医院", "phone": "120"})
    with store.begin() as connection:
        settled = contradictions.settle(
            connection,
            ("other", "one"),
            "城里去县医院，乡下去卫生院",
            "甲",
            about="where",
            home=COUNTY,
        )
        assert [one.key for one in settled] == ["where"]
        state = {one.key: (one.settled, one.by) for one in contradictions.find(connection, COUNTY)}
        assert state == {"where": ("城里去县医院，乡下去卫生院", "甲"), "phone": ("", "")}
        contradictions.settle(connection, ("one", "other"), "两个电话都对", "乙", home=COUNTY)
        assert all(one.settled for one in contradictions.find(connection, COUNTY))

        service.fill_in(connection, "other", COUNTY, facts={"where": "中医院"})  # the same version
        opened = {one.key: bool(one.settled) for one in contradictions.find(connection, COUNTY)}
        assert opened == {"where": False, "phone": True}
        town.load(connection, {**ONE, "phone": "110", "one_line": "满65岁"})
        assert not any(one.settled for one in contradictions.find(connection, COUNTY))
        contradictions.settle(connection, ("one", "other"), "再定一次", "丙", home=COUNTY)
        assert all(one.by == "丙" for one in contradictions.find(connection, COUNTY))


@pytest.mark.parametrize(
    ("words", "by", "about", "error"),
    [
        (" ", "甲", "", Invalid),
        ("都对", "", "", Invalid),
        ("都对", "甲", "phone", Missing),
    ],
    ids=["no words", "nobody", "nothing is open about it"],
)
def test_what_cannot_be_settled(
    store: Store, words: str, by: str, about: str, error: type[Exception]
) -> None:
    found(store, ONE, {**OTHER, "where": "县医院"})
    with store.begin() as connection:
        with pytest.raises(error):
            contradictions.settle(connection, ("one", "other"), words, by, about=about, home=COUNTY)
        assert not any(one.settled for one in contradictions.find(connection, COUNTY))


def test_the_shipped_policies_do_not_contradict_each_other(store: Store) -> None:
    with store.begin() as connection:
        for path in service.starter_catalogue():
            service.load(connection, service.read_file(path), path.name)
        assert contradictions.find(connection, "430102") == []
