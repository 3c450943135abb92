"""The country's regions, the installation's own below them, and what is spoken where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from outreach.errors import Invalid
from outreach.models.people import Person, Region
from outreach.people import regions
from outreach.people.intake.importer import import_file
from outreach.people.languages import dialects, find_language
from outreach.store import Store
from outreach.vault import Vault
from segments.regions import level
from tests.people.office import TODAY, csv_file, id_number

OWN = [
    ["代码", "名称", "方言"],
    ["430102001000", "文艺路街道", ""],
    ["430102001201", "春明村", "湘语"],
    ["43010200120107", "七组网格", ""],
]


@pytest.fixture
def seeded(store: Store) -> Store:
    regions.seed(store.begin)
    return store


def test_seeding_twice_is_seeding_once(seeded: Store) -> None:
    with seeded.read() as connection:
        before = connection.execute(select(Region).order_by(Region.code)).all()
    assert regions.seed(seeded.begin) == len(before)
    with seeded.read() as connection:
        assert connection.execute(select(Region).order_by(Region.code)).all() == before


def test_the_whole_country_is_there_in_its_odd_shapes(seeded: Store) -> None:
    with seeded.read() as connection:
        rows = {row.code: row for row in connection.execute(select(Region.__table__))}
        provinces = regions.children(connection)
    assert len(provinces) == 34
    assert (rows["71"].name, rows["71"].level) == ("台湾省", "province")
    assert rows["110101"].parent == "11"  # a municipality has no prefectures
    assert rows["4419"].level == "prefecture"  # a prefecture without counties
    assert (rows["429004"].parent, rows["429004"].level) == ("42", "county")
    assert rows["500157"].name == "两江新区"
    assert (rows["500105"].successor, rows["540422"].successor) == ("500157", "540481")
    assert all(row.level == level(row.code) for row in rows.values())
    assert all(row.parent in rows for row in rows.values() if row.level != "province")
    assert all(row.successor in rows for row in rows.values() if row.successor)


def test_replaced_regions_are_not_offered(seeded: Store) -> None:
    with seeded.read() as connection:
        codes = [row.code for row in regions.children(connection, "50")]
    assert "500157" in codes
    assert "500105" not in codes


def test_towns_villages_and_grids_are_the_installation_s_own(seeded: Store, tmp_path: Path) -> None:
    report = regions.import_csv(csv_file(tmp_path, OWN), seeded.begin)
    assert (report.rows, report.new, report.changed, report.errors) == (3, 3, 0, [])
    with seeded.read() as connection:
        assert [row.name for row in regions.children(connection, "430102001")] == ["春明村"]
        assert [row.level for row in regions.children(connection, "430102001201")] == ["grid"]
        assert (
            regions.name_path(connection, "43010200120107")
            == "湖南省长沙市芙蓉区文艺路街道春明村七组网格"
        )
        assert regions.name_path(connection, "430102001", "/") == "湖南省/长沙市/芙蓉区/文艺路街道"
        assert regions.name_path(connection, "430102002") == "湖南省长沙市芙蓉区430102002"
        assert regions.name_path(connection, "") == ""
        assert set(regions.tree(connection, "430102")) == {"430102", "430102001", "430102001201"}
        assert regions.dialect_of(connection, "43010200120107") == "hsn-Hans"
    again = regions.import_csv(csv_file(tmp_path, OWN), seeded.begin)
    assert (again.new, again.changed) == (0, 0)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["4301", "长沙", "", ""], None),
        (["43010", "长沙", "", ""], "people.region_code"),
        (["", "长沙", "", ""], "people.region_code"),
        (["430102003", "", "", ""], "people.region_code"),
        (["430102003", "某镇", "村", ""], "people.region_level"),
        (["430102003", "某镇", "镇", ""], None),
        (["990102003", "某镇", "", ""], "people.region_parent"),
        (["430102003", "某镇", "", "430102999"], "people.region_successor"),
        (["430102001000", "重复", "", ""], "people.region_twice"),
    ],
)
def test_a_wrong_region_is_named_and_nothing_is_written(
    seeded: Store, tmp_path: Path, line: list[str], code: str | None
) -> None:
    rows = [["代码", "名称", "级别", "后继代码"], ["430102001", "文艺路街道", "", ""], line]
    report = regions.import_csv(csv_file(tmp_path, rows), seeded.begin)
    assert [(one.row, one.code) for one in report.errors] == ([(3, code)] if code else [])
    with seeded.read() as connection:
        there = connection.execute(
            select(func.count()).where(Region.code == "430102001")
        ).scalar_one()
    assert there == (0 if code else 1)


def test_a_list_without_codes_is_refused(seeded: Store, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"people\.region_columns"):
        regions.import_csv(csv_file(tmp_path, [["名称"], ["某村"]]), seeded.begin)


def test_people_move_to_the_successor_of_their_village(
    seeded: Store, vault: Vault, tmp_path: Path
) -> None:
    regions.import_csv(csv_file(tmp_path, OWN), seeded.begin)
    people = [["姓名", "身份证号", "所在村", "住址"], ["张三", id_number(), "春明村", "1号"]]
    import_file(
        csv_file(tmp_path, people), begin=seeded.begin, vault=vault, today=TODAY, region="430102"
    )
    merged = [
        ["code", "name", "successor", "valid_to"],
        ["430102001202", "新春明村", "", ""],
        ["430102001201", "春明村", "430102001202", "2026-10-01"],
    ]
    report = regions.import_csv(csv_file(tmp_path, merged), seeded.begin)
    assert (report.new, report.changed, report.moved_people) == (1, 1, 1)
    with seeded.read() as connection:
        assert connection.execute(select(Person.region)).scalar_one() == "430102001202"
        valid_to = connection.execute(
            select(Region.valid_to).where(Region.code == "430102001201")
        ).scalar_one()
    assert valid_to == date(2026, 10, 1)
    again = import_file(
        csv_file(tmp_path, people), begin=seeded.begin, vault=vault, today=TODAY, region="430102"
    )
    # Lists go on using the old name, and the old code.
    assert (again.errors, again.warnings, again.unchanged) == ([], [], 1)
    people[1][2] = "430102001201"
    third = import_file(
        csv_file(tmp_path, people), begin=seeded.begin, vault=vault, today=TODAY, region="430102"
    )
    assert (third.unchanged, third.changed + third.new) == (1, 0)


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("", "zh-Hans"),
        ("110101", "zh-Hans"),
        ("510104", "zh-Hans-x-sichuan"),
        ("513401001", "ii-Yiii"),
        ("440106", "yue-Hans"),
        ("440303", "zh-Hans"),
        ("430102", "hsn-Hans"),
        ("222401", "ko"),
        ("999999", "zh-Hans"),
    ],
)
def test_what_is_spoken_where(seeded: Store, code: str, tag: str) -> None:
    with seeded.read() as connection:
        assert regions.dialect_of(connection, code) == tag
        assert regions.dialects_below(connection, code[:2])(code) == tag


def test_every_default_dialect_is_of_a_region_and_has_a_name(seeded: Store) -> None:
    with seeded.read() as connection:
        codes = {code for (code,) in connection.execute(select(Region.code))}
    assert set(dialects()) <= codes
    assert all(find_language(tag) == tag for tag in dialects().values())


@pytest.mark.parametrize(
    ("word", "tag"),
    [("四川话", "zh-Hans-x-sichuan"), ("粤语", "yue-Hans"), ("zh-Hans", "zh-Hans"), ("ko", "ko"), ("火星话", None), ("", None)],
)  # fmt: skip
def test_a_word_for_a_language(word: str, tag: str | None) -> None:
    assert find_language(word) == tag
