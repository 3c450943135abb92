"""一户一单: every household on its own sheet, or named."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import typst

from channels import flyer
from channels.flyer.codes import qr_code
from channels.flyer.data import dump, household_data, meta_data
from channels.flyer.fitting import SHORT_LINE, SHORT_LINES, SHORT_NAME, sheet_fits
from channels.flyer.fonts import coverage, font_file, missing, typst_fonts
from channels.flyer.sheets import Edition, HouseholdSize
from channels.flyer.typesetting import Job
from tests.channels.flyer import reading, samples
from tests.channels.flyer.samples import (
    AGED,
    CHILD,
    META,
    NURSERY,
    PENSION,
    PRESS,
    TWINS,
    household,
)

LONG = replace(PENSION, bring="身份证、户口簿、" * 40, where="便民服务中心" * 40)

LAYOUTS: dict[str, tuple[Edition, HouseholdSize, bool, int, tuple[int, int]]] = {
    "open": ("normal", "a4", False, 4, (210, 297)),
    "sealed": ("normal", "a4", True, 8, (210, 297)),
    "elderly": ("large", "a4", False, 8, (210, 297)),
    "elderly sealed": ("large", "a4", True, 8, (210, 297)),
    "two-up": ("normal", "a5x2", False, 2, (297, 210)),
}


def four() -> list[flyer.HouseholdSheet]:
    return [
        household(1),
        household(2, PENSION, TWINS, more=2),
        household(3, AGED, householder="赵一"),
        household(4, NURSERY, householder="买买提·阿不都热合曼江·吐尔逊"),
    ]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_household_has_its_pages_its_words_and_its_codes(
    layout: tuple[Edition, HouseholdSize, bool, int, tuple[int, int]],
) -> None:
    edition, size, sealed, pages, paper = layout
    made = flyer.render_households(four(), META, PRESS, edition=edition, size=size, sealed=sealed)
    assert (made.pages, made.sheets, made.problems) == (pages, 4, ())
    assert reading.paper(made.pdf) == {paper}
    text = reading.words(made.pdf)
    assert all(
        "旧版作废" in page and "2027年6月30日" in page and "演示数据" in page for page in text
    )
    whole = "".join(text)
    for sheet in four():
        assert f"单号{sheet.serial}" in whole
        assert sheet.householder in whole
    assert whole.count(META.neutral_line) == 4
    assert "小孙女不满3岁" in whole
    assert "还有2项，来问。" in whole
    found = set().union(*reading.codes(made.pdf))
    assert found == {META.url, *(f"R:{sheet.serial}" for sheet in four())}
    assert all(embedded for _, embedded in reading.fonts(made.pdf))
    assert all(reading.is_grey(picture) for picture in reading.pictures(made.pdf, 50))


def test_without_the_demo_no_sheet_says_so() -> None:
    made = flyer.render_households([household(1)], replace(META, demo=False), PRESS)
    assert "演示数据" not in reading.words(made.pdf)[0]


def test_certain_policies_come_before_possible_ones() -> None:
    made = flyer.render_households([household(1, NURSERY, AGED)], META, PRESS)
    page = reading.words(made.pdf)[0]
    assert page.index("高龄津贴") < page.index("托育补助")


def test_two_up_puts_the_first_half_of_the_pile_on_the_left() -> None:
    made = flyer.render_households(
        [household(i, AGED) for i in range(1, 6)], META, PRESS, size="a5x2"
    )
    assert made.pages == 3
    order = [re.findall(r"单号(41-07-00\d)", page) for page in reading.words(made.pdf)]
    assert [set(page) for page in order] == [
        {"41-07-001", "41-07-004"},
        {"41-07-002", "41-07-005"},
        {"41-07-003"},
    ]


def test_five_policies_all_stand_on_the_sheet_what_has_no_room_in_one_line() -> None:
    sheet = household(1, CHILD, AGED, PENSION, TWINS, NURSERY)
    for edition in ("normal", "large"):
        made = flyer.render_households([sheet], META, PRESS, edition=edition)
        whole = "".join(reading.words(made.pdf))
        assert made.problems == ()
        assert "打电话问怎么办" in whole
        assert all(policy.reason in whole for policy in sheet.policies)


def test_five_policies_on_half_a_page_are_at_least_listed() -> None:
    steps = replace(PENSION, when="满60岁前一个月起", check="")
    sheet = household(1, steps, replace(TWINS, when="全年都能办"), AGED, CHILD, NURSERY, more=3)
    made = flyer.render_households([sheet], META, PRESS, size="a5x2")
    (page,) = reading.words(made.pdf)
    assert made.problems == ()
    assert all(policy.name in page for policy in sheet.policies)
    assert "打电话问怎么办" in page


CODE = [
    '#read("/etc/passwd") *粗*',
    "$x$",
    "]",
    '#panic("no")',
    "\\#set page(width: 1cm)",
    "<fit>",
    "= 标题",
    "`raw`",
]


@pytest.mark.parametrize("source", CODE)
def test_data_that_looks_like_typst_is_printed_and_never_run(source: str) -> None:
    sheet = household(1, replace(CHILD, where=source), householder=source)
    made = flyer.render_households([sheet], META, PRESS)
    assert made.problems == ()
    assert reading.words(made.pdf)[0].count(source.replace(" ", "")) == 2


@pytest.mark.parametrize(
    "name",
    [
        "𰻞𬭛镕㙍堃",
        "Abdurahmanabdulkarimyusupjanmuhammad",
        "买买提·阿不都热合曼江·吐尔逊·依明江",
        "",
        "李\u202e建\x00国\ud800",
    ],
    ids=["rare", "one long Latin word", "long", "none", "control characters"],
)
def test_unusual_names_are_printed(name: str) -> None:
    made = flyer.render_households([household(1, householder=name)], META, PRESS)
    assert made.problems == ()
    shown = re.sub("[\u202e\x00\ud800]", "", name) or "住户"
    assert shown in reading.words(made.pdf)[0]


REPORTED = {
    "a glyph that the font lacks": (
        household(2, householder="李𠮶国"),
        "flyer.glyph_missing",
        {"characters": "𠮶"},
    ),
    "Tibetan": (household(2, householder="བཀྲ་ཤིས"), "flyer.glyph_missing", {}),
    "text that overflows at the floor": (household(2, LONG), "flyer.overflow", {}),
    "a name that bursts the window": (
        household(2, householder="长" * 200),
        "flyer.head_overflow",
        {},
    ),
    "more than five policies": (
        household(2, *[AGED] * 6),
        "flyer.too_many_policies",
        {"count": 6, "most": 5},
    ),
    "more than four steps": (
        household(2, replace(AGED, steps=("走",) * 5)),
        "flyer.too_many_steps",
        {"most": 4},
    ),
    "no policy": (replace(household(2), policies=()), "flyer.nothing_to_say", {}),
    "a serial with a wrong check": (household(2, serial="41-07-002-0"), "flyer.serial_check", {}),
}


@pytest.mark.parametrize("edition", ["normal", "large"])
@pytest.mark.parametrize(("sheet", "code", "params"), REPORTED.values(), ids=REPORTED.keys())
def test_a_household_that_cannot_be_printed_is_named_and_the_others_are_printed(
    sheet: flyer.HouseholdSheet, code: str, params: dict[str, object], edition: Edition
) -> None:
    made = flyer.render_households(
        [household(1), sheet, household(3)], META, PRESS, edition=edition
    )
    assert made.sheets == 2
    (problem,) = made.problems
    assert (problem.serial, problem.code, problem.printed) == (sheet.serial, code, False)
    assert problem.params.items() >= {**params, "householder": sheet.householder}.items()
    whole = "".join(reading.words(made.pdf))
    assert "41-07-001-9" in whole
    assert "41-07-002" not in whole
    assert "41-07-003-5" in whole


def test_a_missing_glyph_may_be_printed_as_geta_and_is_still_reported() -> None:
    press = replace(PRESS, allow_missing_glyphs=True)
    made = flyer.render_households([household(1, householder="李𠮶国")], META, press)
    assert [(p.code, p.printed) for p in made.problems] == [("flyer.glyph_replaced", True)]
    assert "李〓国收" in reading.words(made.pdf)[0]


@pytest.mark.parametrize("main", ["household.typ", "household-elder.typ", "household-a5.typ"])
@pytest.mark.parametrize(
    "address",
    ["长" * SHORT_LINE * SHORT_LINES, "长" * SHORT_LINE + "\n" + "组3" * (SHORT_LINE // 2)],
)
def test_a_short_name_and_address_need_no_measuring(main: str, address: str) -> None:
    sheet = household(1, AGED, householder="长" * SHORT_NAME, address=address)
    row = {**household_data(sheet), "qr": qr_code("R:" + sheet.serial)}
    data = dump(meta=meta_data(META), households=[row])
    (fit,) = sheet_fits(Job(PRESS.templates, main, {"mode": "fit", "data": data}).fits())
    assert fit["head"] == 1


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("serial", [flyer.Serial(41, 7, 1), flyer.Serial(999_999, 9_999, 999_999)])
def test_a_title_of_ten_characters_stands_beside_every_number(
    layout: tuple[Edition, HouseholdSize, bool, int, tuple[int, int]], serial: flyer.Serial
) -> None:
    edition, size, sealed, _, _ = layout
    meta = replace(META, title="您家能用上的惠民政策")
    sheet = household(1, AGED, serial=str(serial))
    made = flyer.render_households([sheet], meta, PRESS, edition=edition, size=size, sealed=sealed)
    assert made.problems == ()


def test_nobody_left_gives_no_pdf() -> None:
    made = flyer.render_households([household(1, LONG)], META, PRESS)
    assert (made.pdf, made.pages, made.sheets, len(made.problems)) == (b"", 0, 0, 1)


REFUSED = {
    "no issuer": (replace(META, issuer=" "), "flyer.meta_missing"),
    "no address behind the code": (replace(META, url=""), "flyer.meta_missing"),
    "a code too fine to scan": (
        replace(META, url="https://hm.example/" + "a" * 90),
        "flyer.code_too_long",
    ),
    "an endless code": (
        replace(META, url="https://hm.example/" + "a" * 9000),
        "flyer.code_too_long",
    ),
    "a title over several lines": (
        replace(META, title="惠民政策告知单" * 6),
        "flyer.frame_overflow",
    ),
    "a glyph on every sheet": (replace(META, helper_name="王𠮶"), "flyer.frame_glyph"),
}


@pytest.mark.parametrize(("meta", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_spoil_every_sheet_stops_the_job(meta: flyer.SheetMeta, code: str) -> None:
    with pytest.raises(flyer.FlyerError) as caught:
        flyer.render_households([household(1)], meta, PRESS)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("edition", "size", "sealed"), [("large", "a5x2", False), ("normal", "a5x2", True)]
)
def test_sheets_that_do_not_exist_are_refused(
    edition: Edition, size: HouseholdSize, sealed: bool
) -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.layout"):
        flyer.render_households([], META, PRESS, edition=edition, size=size, sealed=sealed)


def test_the_elderly_edition_uses_a_real_bold() -> None:
    made = flyer.render_households([household(1)], META, PRESS, edition="large")
    assert len(reading.fonts(made.pdf)) == 2  # one subset for each weight
    source = '#set page(width: 9cm, height: 3cm)\n#text(40pt, font: "Noto Sans CJK SC", weight: "%s")[高龄津贴]'
    regular, bold = (
        typst.compile(
            (source % weight).encode(),
            font_paths=typst_fonts(),
            ignore_system_fonts=True,
            format="pdf",
        )
        for weight in ("regular", "bold")
    )
    dark = [reading.ink(reading.pictures(pdf)[0]) for pdf in (regular, bold)]
    assert dark[1] > 1.25 * dark[0]


def test_every_character_of_the_sheets_themselves_is_in_the_font() -> None:
    for file in samples.PRESS.templates.glob("*.typ"):
        assert missing(file.read_text("utf-8")) == (), file.name
    assert font_file().suffix == ".ttc"
    assert len(coverage()) > 40_000
