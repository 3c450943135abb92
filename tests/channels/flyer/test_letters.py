"""一封信: addressed for the window, as large as it fits, or named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from channels import flyer
from tests.channels.flyer import reading
from tests.channels.flyer.samples import META, PRESS

LETTER = flyer.LetterSheet(
    serial=str(flyer.Serial(41, 7, 4)),
    householder="李建国",
    address="示范县青石镇石桥村\n3组 17号",
    salutation="李建国老乡：您好！",
    paragraphs=(
        "天气转凉了，镇里惦记着您家老人和孩子。",
        "您家小孙女不满3岁，可以申请育儿补贴，每年3600元。带上户口簿、出生医学证明、银行卡，到便民服务中心办。",
        "要是已经办过了，这封信请不用管。",
    ),
    dated=date(2026, 11, 26),
)


@pytest.mark.parametrize("receipt", [False, True])
def test_a_letter_has_its_words_its_office_its_date_and_its_codes(receipt: bool) -> None:
    made = flyer.render_letters(
        [LETTER, replace(LETTER, office="石桥村委会")], META, PRESS, receipt=receipt
    )
    assert (made.pages, made.sheets, made.problems) == (2, 2, ())
    first, second = reading.words(made.pdf)
    for word in (LETTER.salutation, *LETTER.paragraphs, "2026年11月26日", "李建国收", "旧版作废"):
        assert word in first
    assert META.office in first
    assert "石桥村委会" in second
    assert ("回执" in first) is receipt
    assert ("工作人员扫" in first) is receipt
    codes = {META.url, f"R:{LETTER.serial}"} if receipt else {META.url}
    assert reading.codes(made.pdf) == [codes] * 2
    assert all(embedded for _, embedded in reading.fonts(made.pdf))


def test_name_and_address_lie_in_the_window_and_nothing_else_does() -> None:
    made = flyer.render_letters([LETTER], META, PRESS)
    document = pypdfium2.PdfDocument(made.pdf)
    text = document[0].get_textpage()
    x, y, wide, high = (mm / 25.4 * 72 for mm in (20, 45, 85, 40))
    top = document[0].get_height() - y
    seen = text.get_text_bounded(x, top - high, x + wide, top)
    assert "".join(seen.split()) == "示范县青石镇石桥村3组17号李建国收"
    document.close()


def test_a_long_letter_is_set_smaller_and_one_that_is_longer_still_is_named() -> None:
    long = replace(LETTER, serial=str(flyer.Serial(41, 7, 5)), paragraphs=LETTER.paragraphs * 4)
    endless = replace(long, serial=str(flyer.Serial(41, 7, 6)), paragraphs=LETTER.paragraphs * 12)
    made = flyer.render_letters([LETTER, endless, long], META, PRESS)
    assert made.sheets == 2
    assert [(p.serial, p.code) for p in made.problems] == [(endless.serial, "flyer.overflow")]


def heights(pdf: bytes) -> float:
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage()
    found = text.search(LETTER.salutation[:3] + "老乡").get_next()
    box = text.get_charbox(found[0])
    document.close()
    return float(box[3] - box[1])


def test_a_short_letter_is_larger_than_a_long_one() -> None:
    long = replace(LETTER, paragraphs=LETTER.paragraphs * 4)
    sizes = [heights(flyer.render_letters([one], META, PRESS).pdf) for one in (LETTER, long)]
    assert sizes[0] > 1.2 * sizes[1]


@pytest.mark.parametrize(
    ("letter", "code"),
    [
        (replace(LETTER, paragraphs=(" ", "")), "flyer.letter_empty"),
        (replace(LETTER, salutation="李𠮶国：您好！"), "flyer.glyph_missing"),
        (replace(LETTER, serial="41-07-004-0"), "flyer.serial_check"),
        (replace(LETTER, address="长" * 400), "flyer.head_overflow"),
    ],
    ids=["no text", "a missing glyph", "a wrong number", "an address that bursts the window"],
)
def test_a_letter_that_cannot_be_printed_is_named(letter: flyer.LetterSheet, code: str) -> None:
    other = replace(LETTER, serial=str(flyer.Serial(41, 7, 8)))
    made = flyer.render_letters([letter, other], META, PRESS)
    assert made.sheets == 1
    assert [problem.code for problem in made.problems] == [code]


def test_letters_come_grid_by_grid_on_front_sides() -> None:
    groups = [flyer.Group(grid=str(n), sheets=[LETTER]) for n in (1, 2)]
    parts = list(flyer.iter_letters(groups, META, replace(PRESS, duplex=True)))
    assert [(part.grid, part.pages, part.first_page) for part in parts] == [
        ("1", 2, 1),
        ("2", 2, 3),
    ]
    assert reading.words(parts[0].pdf)[1] == ""
