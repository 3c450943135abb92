"""Notices, lists and slips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from channels import flyer
from channels.flyer.single import NoticeSize
from tests.channels.flyer import reading
from tests.channels.flyer.samples import (
    CARD,
    COVER,
    META,
    NOTICE,
    PRESS,
    SCRIPT,
    SLIP,
    calls,
    doors,
    household,
)

A4, A3, A4_ACROSS = (210, 297), (297, 420), (297, 210)

SHEETS: dict[str, tuple[Callable[[], flyer.Printed], tuple[int, int], str, str]] = {
    "board A4": (lambda: flyer.render_notice(NOTICE, META, PRESS), A4, META.url, "3600"),
    "board A3": (
        lambda: flyer.render_notice(NOTICE, META, PRESS, size="a3"),
        A3,
        META.url,
        "每孩每年",
    ),
    "leaflets": (
        lambda: flyer.render_notice(NOTICE, META, PRESS, size="a5x2"),
        A4_ACROSS,
        META.url,
        "看过来",
    ),
    "明白纸": (
        lambda: flyer.render_notice(NOTICE, META, PRESS, size="leaflet"),
        A4,
        META.url,
        "怎么办",
    ),
    "question cards A5": (
        lambda: flyer.render_questions(CARD, META, PRESS),
        A4_ACROSS,
        META.url,
        "要交钱吗",
    ),
    "question cards A6": (
        lambda: flyer.render_questions(CARD, META, PRESS, size="a6x4"),
        A4,
        META.url,
        "要交钱吗",
    ),
    "script with pinyin": (
        lambda: flyer.render_broadcast(SCRIPT, META, PRESS, with_pinyin=True),
        A4,
        META.url,
        "xiāng",
    ),
    "broadcast": (lambda: flyer.render_broadcast(SCRIPT, META, PRESS), A4, META.url, "播放记录"),
    "approval": (
        lambda: flyer.render_approval(SLIP, META, PRESS),
        A4,
        "A:C26-041:9F3A71C4D05B",
        "拒收回R",
    ),
    "cover": (lambda: flyer.render_cover(COVER, META, PRESS), A4, "B:P26-041-07", "126"),
}


@pytest.mark.parametrize(("render", "paper", "code", "word"), SHEETS.values(), ids=SHEETS.keys())
def test_a_sheet_is_one_page_with_its_words_code_fonts_and_footer(
    render: Callable[[], flyer.Printed], paper: tuple[int, int], code: str, word: str
) -> None:
    made = render()
    (text,) = reading.words(made.pdf)
    assert made.pages == 1
    assert reading.paper(made.pdf) == {paper}
    assert reading.codes(made.pdf) == [{code}]
    assert all(
        part in text
        for part in (word, "旧版作废", "有效期至2027年6月30日", META.issuer, "演示数据")
    )
    assert all(embedded for _, embedded in reading.fonts(made.pdf))
    assert reading.is_grey(reading.pictures(made.pdf, 50)[0])
    assert render().pdf == made.pdf


TOO_MUCH: dict[str, Callable[[], flyer.Printed]] = {
    "a notice": lambda: flyer.render_notice(replace(NOTICE, when="全年都能办，" * 60), META, PRESS),
    "a 明白纸": lambda: flyer.render_notice(
        replace(NOTICE, paragraphs=("还有一段话。" * 60,) * 3), META, PRESS, size="leaflet"
    ),
    "a leaflet": lambda: flyer.render_notice(
        replace(NOTICE, when="全年都能办，" * 30), META, PRESS, size="a5x2"
    ),
    "a script": lambda: flyer.render_broadcast(
        replace(SCRIPT, paragraphs=("大家好。" * 20,) * 20), META, PRESS
    ),
}


@pytest.mark.parametrize("render", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_a_text_that_runs_over_is_refused_and_never_cut(
    render: Callable[[], flyer.Printed],
) -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.sheet_overflow"):
        render()


def test_a_notice_shrinks_before_it_is_refused() -> None:
    long = replace(
        NOTICE,
        when="全年都能办，" * 12,
        where="石桥村便民服务点",
        rows=(("谁能领", "三岁以下孩子的家庭"),),
    )
    (text,) = reading.words(flyer.render_notice(long, META, PRESS).pdf)
    assert all(part in text for part in ("石桥村便民服务点", "谁能领", "全年都能办，" * 12))


def test_a_notice_can_be_kept_as_an_archive_copy() -> None:
    kept = flyer.render_notice(NOTICE, META, replace(PRESS, archive=True))
    assert b"pdfaid:part" in kept.pdf
    assert b"pdfaid:part" not in flyer.render_notice(NOTICE, META, PRESS).pdf


def test_a_print_shop_gets_an_a3_with_room_to_cut() -> None:
    made = flyer.render_notice(NOTICE, META, PRESS, size="a3", crop_marks=True)
    assert reading.paper(made.pdf) == {(317, 440)}
    picture = reading.pictures(made.pdf, 50)[0].convert("L")
    corner = picture.crop((0, 0, 40, 40))
    assert reading.ink(corner) > 0
    with pytest.raises(flyer.FlyerError, match=r"flyer\.crop_marks"):
        flyer.render_notice(NOTICE, META, PRESS, size="a4", crop_marks=True)


def test_where_the_policy_asks_for_money_no_sheet_says_that_it_is_free() -> None:
    pays = replace(NOTICE, prefix="交", amount="400", unit="元\n每人每年")
    meta = replace(META, fees=True)
    sheets = [
        flyer.render_notice(pays, meta, PRESS, size=size) for size in ("a4", "a5x2", "leaflet")
    ]
    sheets += [
        flyer.render_questions(replace(CARD, pairs=CARD.pairs[:1]), meta, PRESS),
        flyer.render_broadcast(SCRIPT, meta, PRESS),
    ]
    sheets.append(flyer.render_households([household(1)], meta, PRESS))
    for sheet in sheets:
        text = "".join(reading.words(sheet.pdf))
        assert "不收手续费，不要密码" in text
        assert "不收费" not in text


def _long(times: int) -> flyer.ApprovalSlip:
    (text,) = SLIP.texts
    return replace(SLIP, texts=(replace(text, text="很长的正文。" * times),))


def test_a_long_slip_takes_more_pages_and_each_carries_the_fingerprint() -> None:
    made = flyer.render_approval(_long(250), META, PRESS)
    pages = reading.words(made.pdf)
    assert made.pages == len(pages) == 2
    assert all(SLIP.fingerprint.replace(" ", "") in page for page in pages)
    assert ["第1页，共2页" in page for page in pages] == [True, False]
    assert ["五、签字" in page for page in pages] == [False, True]
    assert pages[0].count("很长的正文。") + pages[1].count("很长的正文。") == 250
    with pytest.raises(flyer.FlyerError, match=r"flyer\.too_many_pages"):
        flyer.render_approval(_long(1200), META, PRESS)


def test_a_long_script_is_read_from_one_side_and_logged_on_the_other() -> None:
    made = flyer.render_broadcast(replace(SCRIPT, paragraphs=SCRIPT.paragraphs * 3), META, PRESS)
    front, back = reading.words(made.pdf)
    assert "播放记录" not in front
    assert "播放记录" in back
    assert front.count("这里是石桥村广播") == 3


def test_a_longer_script_says_that_it_goes_on_behind() -> None:
    made = flyer.render_broadcast(replace(SCRIPT, paragraphs=SCRIPT.paragraphs * 5), META, PRESS)
    front, back = reading.words(made.pdf)
    assert "还没念完，翻到背面" in front
    counts = [page.count("这里是石桥村广播") for page in (front, back)]
    assert sum(counts) == 5
    assert min(counts) > 0
    assert "播放记录" in back


def test_a_script_in_a_dialect_gets_no_pinyin() -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.pinyin_language"):
        flyer.render_broadcast(replace(SCRIPT, language="粤语"), META, PRESS, with_pinyin=True)


def test_a_card_that_is_too_full_says_what_may_fit() -> None:
    full = replace(CARD, pairs=(("问什么？", "答得很长，" * 6),) * 8)
    assert flyer.render_questions(full, META, PRESS).pages == 1
    with pytest.raises(flyer.FlyerError, match=r"flyer\.card_overflow"):
        flyer.render_questions(full, META, PRESS, size="a6x4")


@pytest.mark.parametrize("pairs", [0, 9])
def test_a_card_has_one_to_eight_questions(pairs: int) -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.card_pairs"):
        flyer.render_questions(replace(CARD, pairs=(("问", "答"),) * pairs), META, PRESS)


def test_a_call_list_has_twenty_numbers_a_page_three_tries_and_six_outcomes() -> None:
    made = flyer.render_calls([calls(25), replace(calls(1), code="41-08")], META, PRESS)
    assert (made.pages, made.sheets) == (3, 26)
    assert reading.codes(made.pdf) == [{"T:41-07-1"}, {"T:41-07-2"}, {"T:41-08-1"}]
    pages = reading.words(made.pdf)
    assert [page.count("13800000") for page in pages] == [20, 5, 1]
    heads = (
        "已告知本人",
        "家人转告",
        "没接",
        "空号",
        "要求上门",
        "拒绝",
        "第1次",
        "第2次",
        "第3次",
    )
    assert all(head in page for page in pages for head in heads)
    assert all("旧版作废" in page and "不转发" in page for page in pages)


@pytest.mark.parametrize("size", ["a4", "a3", "a5x2", "leaflet"])
def test_a_notice_without_a_number_or_documents_is_printed(size: NoticeSize) -> None:
    notice = replace(NOTICE, amount="免费", unit="每年一次", bring="", when="")
    (text,) = reading.words(flyer.render_notice(notice, META, PRESS, size=size).pdf)
    assert "免费" in text
    assert "带什么" not in text


@pytest.mark.parametrize("groups", [1, 15, 16, 32])
def test_a_cover_has_room_for_a_grid_with_many_buildings(groups: int) -> None:
    row = COVER.rows[0]
    rows = tuple(replace(row, place=f"石桥花园 {n}栋", n=1) for n in range(1, groups + 1))
    made = flyer.render_cover(replace(COVER, rows=rows, sheets=groups + COVER.spare), META, PRESS)
    (text,) = reading.words(made.pdf)
    assert f"石桥花园{groups}栋" in text
    assert "剩余交回" in text


def test_a_fifth_step_and_a_wrong_sum_are_refused() -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.notice_steps"):
        flyer.render_notice(replace(NOTICE, steps=("走",) * 5), META, PRESS)
    with pytest.raises(flyer.FlyerError, match=r"flyer\.cover_sum"):
        flyer.render_cover(replace(COVER, sheets=125), META, PRESS)
    with pytest.raises(flyer.FlyerError, match=r"flyer\.frame_glyph"):
        flyer.render_broadcast(replace(SCRIPT, title="འདི"), META, PRESS)


def test_a_visit_list_has_twenty_doors_a_page_and_a_code_on_each() -> None:
    made = flyer.render_visits(
        [doors(45), replace(doors(3), code="41-08", grid="网格 08")], META, PRESS
    )
    assert (made.pages, made.sheets) == (4, 48)
    assert reading.codes(made.pdf) == [{"V:41-07-1"}, {"V:41-07-2"}, {"V:41-07-3"}, {"V:41-08-1"}]
    pages = reading.words(made.pdf)
    assert [page.count("李建国") for page in pages] == [20, 20, 5, 3]
    assert ["2/3" in page for page in pages] == [False, True, False, False]
    assert all("旧版作废" in page for page in pages)


def test_a_door_with_a_rare_or_long_name_stays_on_the_list() -> None:
    rows = (
        flyer.VisitRow(pack="41-07-001-9", door="石桥花园12栋甲单元负一层103室", name="李𠮶国"),
        flyer.VisitRow(pack="41-07-002-7", door="3组 2号", name="买买提·阿不都热合曼江"),
    )
    made = flyer.render_visits([replace(doors(0), rows=rows)], META, PRESS)
    assert [(p.serial, p.code, p.printed) for p in made.problems] == [
        ("41-07-001-9", "flyer.glyph_replaced", True)
    ]
    (text,) = reading.words(made.pdf)
    assert "李〓国" in text
    assert "买买提" in text
    assert "石桥花园" in text


def test_no_doors_give_no_pdf() -> None:
    assert flyer.render_visits([doors(0)], META, PRESS).pdf == b""
