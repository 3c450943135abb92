"""Readings above the characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.flyer.single.pinyin import annotate, number_words


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("银行", "yín háng"),
        ("行动", "xíng dòng"),
        ("还款", "huán kuǎn"),
        ("还有", "hái yǒu"),
        ("重要", "zhòng yào"),
        ("重新", "chóng xīn"),
        ("接种", "jiē zhòng"),
        ("长大", "zhǎng dà"),
        ("长期", "cháng qī"),
        ("觉得", "jué de"),
        ("都能", "dōu néng"),
        ("首都", "shǒu dū"),
        ("参加", "cān jiā"),
        ("供养", "gōng yǎng"),
        ("一卡通", "yì kǎ tōng"),
        ("女儿", "nǚ ér"),
    ],
)
def test_a_character_is_read_as_its_phrase_wants(text: str, reading: str) -> None:
    assert " ".join(said for _, said in annotate(text)) == reading


@pytest.mark.parametrize(
    ("digits", "following", "words"),
    [
        ("3600", "元", "三千六百"),
        ("10", "元", "十"),
        ("12", "月", "十二"),
        ("80", "岁", "八十"),
        ("105", "人", "一百零五"),
        ("1005", "元", "一千零五"),
        ("10500", "元", "一万零五百"),
        ("100000", "元", "十万"),
        ("110000", "元", "十一万"),
        ("300005", "元", "三十万零五"),
        ("0", "元", "零"),
        ("2.5", "万", "二点五"),
        ("2025", "年", "二零二五"),
        ("12345", "。", "幺二三四五"),
        ("12345", "元", "一万二千三百四十五"),
        ("0745", "", "零七四五"),
        ("13800138000", "", "幺三八零零幺三八零零零"),
    ],
)
def test_a_number_is_said_as_people_say_it(digits: str, following: str, words: str) -> None:
    assert number_words(digits, [following]) == words


def test_marks_hang_on_what_they_close_and_open_with_what_they_open() -> None:
    units = annotate("打12345，搜“育儿补贴”。App（手机）")
    assert [shown for shown, _ in units] == [
        "打", "12345，", "搜", "“育", "儿", "补", "贴”。", "App", "（手", "机）",
    ]  # fmt: skip
    assert dict(units)["12345，"] == "yāo èr sān sì wǔ"
    assert dict(units)["App"] == ""
    assert annotate("") == []
    assert annotate("“") == [("“", "")]


@given(st.text(alphabet="银行还款重要女0123456789，。“”（）Aa .-年元", max_size=40))
def test_nothing_is_lost_or_moved(text: str) -> None:
    assert "".join(shown for shown, _ in annotate(text)) == text
