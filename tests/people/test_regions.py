"""The country's regions, the installation's own below them, and what is spoken where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from outreach.errors import Invalid, Missing
from outreach.models.people import Household, Person, Region
from outreach.people import regions
from outreach.people.intake.importer import import_file
from outreach.people.languages import dialects, find_language
from outreach.people.queries.regions import all_regions
from outreach.store import Store
from outreach.vault import Vault
from segments.regions import level
from tests.people.office import TODAY, csv_file, id_number
from tests.people.registered import columns, household, register

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


def take(
    store: Store, folder: Path, rows: list[list[str]], region: str = ""
) -> regions.RegionReport:
    return regions.import_csv(csv_file(folder, rows, "regions.csv"), store.begin, region)


def test_an_official_list_with_titles_and_seventeen_digits(seeded: Store, tmp_path: Path) -> None:
    rows = [
        ["芙蓉区行政区划一览表", ""],
        ["统计用区划代码", "名称"],
        ["43010200100100000", "合计"],
        ["430102001000", "文艺路街道"],
        ["43010200100100111", "春明社区"],
        ["43010200120100220", "五里村"],
        ["", ""],
    ]
    report = take(seeded, tmp_path, [rows[0], rows[1], *rows[3:]])
    assert (report.rows, report.new, report.errors) == (3, 3, [])
    with seeded.read() as connection:
        assert [row.code for row in regions.children(connection, "430102001")] == [
            "430102001001",
            "430102001201",
        ]


def test_a_long_code_that_is_not_official_is_a_local_one(seeded: Store, tmp_path: Path) -> None:
    take(seeded, tmp_path, OWN[:3])
    report = take(seeded, tmp_path, [["代码", "名称"], ["43010200120100001", "一号楼"]])
    assert report.errors == []
    with seeded.read() as connection:
        assert regions.name_path(connection, "43010200120100001").endswith("春明村一号楼")


@pytest.mark.parametrize(
    ("code", "path", "below"),
    [
        pytest.param("110101001", "北京市东城区东华门街道", "110101", id="a municipality has no prefecture"),
        pytest.param("441900003", "广东省东莞市东城街道", "4419", id="a prefecture without counties"),
        pytest.param("442000001", "广东省中山市石岐街道", "4420", id="and another one"),
        pytest.param("460400100", "海南省儋州市那大镇", "4604", id="and one on the island"),
        pytest.param("620200101", "甘肃省嘉峪关市峪泉镇", "6202", id="and one in the desert"),
        pytest.param("429004001", "湖北省仙桃市沙嘴街道", "429004", id="a county directly below its province"),
        pytest.param("469001100", "海南省五指山市通什镇", "469001", id="and on the island"),
        pytest.param("659001001", "新疆维吾尔自治区石河子市新城街道", "659001", id="and a city of the corps"),
    ],
)  # fmt: skip
def test_a_town_lies_where_it_lies_in_the_odd_shapes(
    seeded: Store, tmp_path: Path, code: str, path: str, below: str
) -> None:
    county = regions_name(seeded, below)
    name = path[path.rindex(county) + len(county) :]
    report = take(
        seeded, tmp_path, [["区划代码", "名称"], [code + "000", name], [code + "201", "某村"]]
    )
    assert report.errors == []
    with seeded.read() as connection:
        assert regions.name_path(connection, code) == path
        assert regions.name_path(connection, code + "201") == path + "某村"
        assert [row.code for row in regions.children(connection, below)] == [code]


def regions_name(store: Store, code: str) -> str:
    with store.read() as connection:
        return str(connection.scalar(select(Region.name).where(Region.code == code)))


def test_rows_that_only_fill_a_level_are_no_places(seeded: Store, tmp_path: Path) -> None:
    rows = [
        ["区划代码", "名称"],
        ["110100000000", "市辖区"],
        ["429000000000", "省直辖县级行政区划"],
        ["110101001000", "东华门街道"],
    ]
    report = take(seeded, tmp_path, rows)
    assert (report.rows, report.new, report.skipped, report.errors) == (3, 1, 2, [])
    with seeded.read() as connection:
        assert regions.name_path(connection, "110101001") == "北京市东城区东华门街道"


def test_a_development_zone_is_a_county_of_its_own(seeded: Store, tmp_path: Path) -> None:
    rows = [["代码", "名称"], ["130171", "石家庄高新技术产业开发区"], ["130171100000", "宋营镇"]]
    assert take(seeded, tmp_path, rows).errors == []
    with seeded.read() as connection:
        assert (
            regions.name_path(connection, "130171100")
            == "河北省石家庄市石家庄高新技术产业开发区宋营镇"
        )


def test_grids_by_name_get_codes_below_their_village_and_keep_them(
    seeded: Store, tmp_path: Path
) -> None:
    take(seeded, tmp_path, [*OWN[:3], ["430102001202", "五里村", ""]])
    rows = [
        ["网格一览", "", "", ""],
        ["街道", "村（社区）", "网格", "楼栋"],
        ["文艺路街道", "春明村", "第一网格", ""],
        ["", "", "", "1栋"],
        ["", "", "", "2栋"],
        ["", "", "第二网格", ""],
        ["", "五里村", "第一网格", ""],
    ]
    report = take(seeded, tmp_path, rows, "430102")
    assert (report.errors, report.new) == ([], 5)
    with seeded.read() as connection:
        there = {row.code: row.name for row in all_regions(connection, "430102001")}
        assert regions.name_path(connection, "4301020012010102").endswith("春明村第一网格2栋")
    assert {code: name for code, name in there.items() if len(code) > 12} == {
        "43010200120101": "第一网格", "4301020012010101": "1栋", "4301020012010102": "2栋",
        "43010200120102": "第二网格", "43010200120201": "第一网格",
    }  # fmt: skip
    rows.insert(5, ["", "", "", "3栋"])
    again = take(seeded, tmp_path, rows, "430102")
    assert (again.new, again.changed, again.errors) == (1, 0, [])


def test_a_grid_may_name_its_village_by_code(seeded: Store, tmp_path: Path) -> None:
    take(seeded, tmp_path, OWN[:3])
    rows = [["所属村代码", "名称"], ["430102001201", "甲网格"], ["430102001201", "乙网格"]]
    assert take(seeded, tmp_path, rows).new == 2
    assert regions_name(seeded, "43010200120102") == "乙网格"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param([["镇", "村"], ["某镇", "某村"]], "people.region_local_only", id="a village without a code"),
        pytest.param([["村", "网格"], ["无名村", "一"]], "people.region_unknown", id="a village that is not listed"),
        pytest.param([["网格", "楼栋"], ["一", "1栋"]], "people.region_village_needed", id="a grid of no village"),
        pytest.param([["上级代码", "名称"], ["430102001", "一"]], "people.region_below_village", id="a grid below a town"),
        pytest.param([["上级代码", "名称"], ["430102009", "一"]], "people.region_unknown", id="a grid below nothing"),
    ],
)  # fmt: skip
def test_a_place_by_name_that_cannot_be_placed_is_said(
    seeded: Store, tmp_path: Path, rows: list[list[str]], code: str
) -> None:
    take(seeded, tmp_path, OWN[:3])
    report = take(seeded, tmp_path, rows, "430102")
    assert [(one.row, one.code) for one in report.errors] == [(2, code)]
    assert report.new == 0


def test_columns_that_a_list_lacks_stay_as_they_are(seeded: Store, tmp_path: Path) -> None:
    take(seeded, tmp_path, OWN)
    with seeded.begin() as connection:
        assert regions.set_dialect(connection, "430102001201", "客家话")
    report = take(seeded, tmp_path, [["代码", "名称"], ["430102001201", "春明新村"]])
    assert (report.changed, report.errors) == (1, [])
    with seeded.begin() as connection:
        assert regions.dialect_of(connection, "43010200120107").startswith("hak")
        assert regions.set_dialect(connection, "430102001201", "") == ""
        assert regions.dialect_of(connection, "43010200120107") == "hsn-Hans"
        with pytest.raises(Invalid, match=r"people\.language_unknown"):
            regions.set_dialect(connection, "430102001201", "火星话")
        with pytest.raises(Missing, match=r"people\.region_unknown"):
            regions.set_dialect(connection, "430102999", "粤语")


def chain(*links: tuple[str, str]) -> list[list[str]]:
    return [
        ["代码", "名称", "后继代码"],
        *([code, f"村{code[-1]}", after] for code, after in links),
    ]


V = "43010200120"


def test_people_follow_a_chain_of_successors_to_its_end(
    seeded: Store, vault: Vault, tmp_path: Path
) -> None:
    take(seeded, tmp_path, OWN[:2])
    take(seeded, tmp_path, chain((V + "1", ""), (V + "2", ""), (V + "3", ""), (V + "4", "")))
    for place in ("1", "2"):
        register(seeded, vault, place, birth=TODAY, phone=f"1380013800{place}", region=V + place)
    grid = register(
        seeded, vault, "g", birth=TODAY, phone="13800138009", region=V + "107", hukou_region=V + "1"
    )
    report = take(seeded, tmp_path, chain((V + "1", V + "2"), (V + "2", V + "3")))
    assert (report.errors, report.moved_people) == ([], 4)
    with seeded.read() as connection:
        assert set(connection.scalars(select(Person.region))) == {V + "3"}
    assert columns(seeded, grid, "hukou_region") == (V + "3",)
    assert take(seeded, tmp_path, chain((V + "3", V + "4"))).moved_people == 3
    assert take(seeded, tmp_path, chain((V + "3", V + "4"))).moved_people == 0


@pytest.mark.parametrize(
    "links",
    [
        pytest.param([(V + "1", V + "1")], id="itself"),
        pytest.param([(V + "1", V + "2"), (V + "2", V + "1")], id="one another"),
        pytest.param([(V + "1", V + "2"), (V + "2", V + "3"), (V + "3", V + "1")], id="three in a ring"),
    ],
)  # fmt: skip
def test_successors_in_a_circle_are_refused(
    seeded: Store, tmp_path: Path, links: list[tuple[str, str]]
) -> None:
    take(seeded, tmp_path, OWN[:2])
    take(seeded, tmp_path, chain((V + "1", ""), (V + "2", ""), (V + "3", "")))
    report = take(seeded, tmp_path, chain(*links))
    assert {one.code for one in report.errors} == {"people.region_circle"}
    assert len(report.errors) == len(links)


def test_a_county_that_was_renumbered_takes_its_villages_along_where_they_are_listed(
    seeded: Store, vault: Vault, tmp_path: Path
) -> None:
    """米林县 became 米林市: its towns kept their numbers behind the new one; one village was never listed again."""
    rows = [["代码", "名称"], ["540481100", "米林镇"], ["540481100201", "米林村"]]
    assert take(seeded, tmp_path, rows).errors == []
    listed = register(seeded, vault, "甲", birth=TODAY, phone="13800138001", region="540422100201")
    lost = register(seeded, vault, "乙", birth=TODAY, phone="13800138002", region="540422100999")
    far = register(seeded, vault, "丙", birth=TODAY, phone="13800138003", region="540422200201")
    home = household(seeded, "540422100201")
    with seeded.begin() as connection:
        assert regions.roll_up(connection) == 3
        assert regions.roll_up(connection) == 0
        assert (
            connection.scalar(select(Household.region).where(Household.id == home))
            == "540481100201"
        )
    assert columns(seeded, listed, "region") == ("540481100201",)
    assert columns(seeded, lost, "region") == ("540481100",)
    assert columns(seeded, far, "region") == ("540481",)


def test_what_is_valid_on_a_day_is_offered(seeded: Store, tmp_path: Path) -> None:
    rows = [
        ["代码", "名称", "启用日期", "停用日期"],
        ["430102001", "旧街道", "", "2026-07-01"],
        ["430102002", "新街道", "2026-07-01", ""],
    ]
    assert take(seeded, tmp_path, rows).errors == []

    def offered(on: date | None) -> list[str]:
        with seeded.read() as connection:
            return [row.name for row in regions.children(connection, "430102", on)]

    assert offered(date(2026, 6, 30)) == ["旧街道"]
    assert offered(date(2026, 7, 1)) == ["新街道"]
    assert offered(None) == ["旧街道", "新街道"]


def test_of_two_villages_that_became_one_each_family_keeps_its_household(
    seeded: Store, vault: Vault, tmp_path: Path
) -> None:
    """Both have a household 1; nobody is given a home with strangers."""
    regions.import_csv(
        csv_file(
            tmp_path,
            [["代码", "名称"], ["430102001", "某街道"], ["430102001201", "甲村"], ["430102001202", "乙村"]],
        ),
        seeded.begin,
    )  # fmt: skip
    header = ["姓名", "身份证号", "户号", "现住地区"]
    rows = [["甲", id_number(order=1), "1", "甲村"], ["乙", id_number(order=3), "1", "乙村"]]

    def take(*more: list[str]) -> tuple[int, int, int]:
        path = csv_file(tmp_path, [header, *rows, *more], "名单.csv")
        report = import_file(
            path, begin=seeded.begin, vault=vault, today=TODAY, region="430102", workers=1
        )
        assert report.errors == []
        return report.new, report.changed, report.unchanged

    assert take() == (2, 0, 0)
    regions.import_csv(
        csv_file(tmp_path, [["代码", "名称", "新代码"], ["430102001202", "乙村", "430102001201"]]),
        seeded.begin,
    )
    assert take() == (0, 0, 2)
    with seeded.read() as connection:
        homes = connection.scalars(select(Person.household_id)).all()
    assert len(set(homes)) == 2
