"""Sheets in two languages, and which fonts of the machine print them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from channels import flyer
from channels.flyer.single import scripts
from tests.channels.flyer import reading
from tests.channels.flyer.samples import META, NOTICE, PRESS

COMMON = replace(
    NOTICE,
    steps=("打开支付宝或微信，搜“育儿补贴”", "不会用手机的，到镇、街道办"),
    when="全年都能办",
)
UYGHUR = flyer.SecondLanguage(
    language="ug",
    who="ئۆيىدە 3 ياشتىن كىچىك\nبالىسى بارلارغا",  # noqa: RUF001
    unit="ھەر بىر بالىغا يىلىغا 3600 يۈەن",
    extent="3 ياشقا توشقۇچە بېرىلىدۇ.",
    steps=("ئالىپاي ياكى ئۈندىداردا «育儿补贴» نى ئىزدەڭ", "بازار ياكى كوچا باشقارمىسىغا بېرىڭ"),
    rows=(("ئېلىۋېلىڭ:", "نوپۇس دەپتىرى"), ("ۋاقتى:", "يىل بويى")),
    closing=("ھەق ئېلىنمايدۇ.",),
    review="维吾尔文：由阿不都审定",
)
KOREAN = replace(
    UYGHUR,
    language="ko",
    who="집에 3세 미만의 아이가 있는 분들께",
    unit="아이 한 명당 매년 3600원",
    extent="만 3세가 될 때까지 지급합니다.",
    steps=("알리페이나 위챗에서 “育儿补贴”를 검색합니다", "진이나 가두에서 신청합니다"),
    rows=(("지참물:", "호구부"), ("시간:", "일년 내내")),
    closing=("돈을 받지 않습니다.",),
    review="朝鲜文：由金顺姬审定",
)
ZHUANG = replace(
    KOREAN,
    language="za",
    who="Ranz miz lwgnyez 3 bi doxroengz",
    unit="Moix boux moix bi 3600 maenz",
    extent="",
    steps=("Hai soujgih, ra “育儿补贴”", "Bae yangh guh"),
    rows=(("Dawz:", "Bonj hukouj"), ("Seizgan:", "Baenz bi")),
    closing=("Mbouj sou cienz.",),
)
TIBETAN = replace(
    ZHUANG,
    language="bo",
    who="བྱིས་པ་ཡོད་མཁན།",
    unit="བྱིས་པ་རེར་ལོ་རེར་3600",
    steps=("ཁ་པར་ནང་དུ་“育儿补贴”འཚོལ།", "གྲོང་རྡལ་ལ་ཕྱིན་ནས་སྒྲུབ།"),
    rows=(("འཁྱེར་དགོས་པ།", "ཐེམ་ཐོ།"), ("དུས།", "ལོ་གཅིག་པོར།")),
    closing=("རིན་མི་ལེན།",),
)
YI = replace(
    TIBETAN,
    language="ii",
    who="ꀊꋨꌋꆀꏦꌠ",
    unit="ꈎꃀ 3600",
    steps=("ꀉꂿꆏ", "ꈜꐨꉜ"),
    rows=(("ꃅꄉ", "ꆏꊂ"), ("ꋍꆀ", "ꉪꊇ")),
    closing=("ꀋꉬ",),
)
ALL = {one.language: one for one in (UYGHUR, KOREAN, ZHUANG, TIBETAN, YI)}


def printed(other: flyer.SecondLanguage, common: flyer.Notice = COMMON) -> flyer.Printed:
    if scripts.absent([other.language]):
        pytest.skip(f"no font for {other.language} on this machine")
    return flyer.render_bilingual(flyer.Bilingual(notice=common, other=other), META, PRESS)


@pytest.mark.parametrize("language", ALL)
def test_both_languages_stand_on_one_page_with_every_font_embedded(language: str) -> None:
    made = printed(ALL[language])
    (text,) = reading.words(made.pdf)
    assert made.pages == 1
    assert reading.codes(made.pdf) == [{META.url}]
    assert all(
        part in text
        for part in ("家里有3岁以下", "带什么", "旧版作废", META.phone.replace(" ", ""))
    )
    assert all(embedded for _, embedded in reading.fonts(made.pdf))
    assert reading.is_grey(reading.pictures(made.pdf, 50)[0])
    assert printed(ALL[language]).pdf == made.pdf


@pytest.mark.parametrize(
    ("language", "face"),
    [("ug", "UKIJ|Naskh|Uighur"), ("bo", "Tibetan|Himalaya"), ("ii", "Yi|Nuosu")],
)
def test_a_script_of_its_own_is_set_in_a_face_that_has_it(language: str, face: str) -> None:
    names = {name for name, _ in reading.fonts(printed(ALL[language]).pdf)}
    assert any(re.search(face, name) for name in names), names


def test_the_number_stands_large_in_the_middle_and_again_in_the_chinese() -> None:
    (text,) = reading.words(printed(KOREAN).pdf)
    assert "每孩每年3600元" in text
    assert text.count("3600") == 3  # the middle, the Chinese, the second language


def test_a_policy_without_a_number_says_its_words_in_both_columns() -> None:
    free = replace(COMMON, amount="免费", unit="每年一次")
    (text,) = reading.words(printed(replace(ZHUANG, unit="Mbouj aeu cienz"), free).pdf)
    assert "免费" in text
    assert "Mboujaeucienz" in text


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (replace(ZHUANG, steps=ZHUANG.steps[:1]), "flyer.bilingual_steps"),
        (replace(ZHUANG, rows=()), "flyer.bilingual_rows"),
        (replace(ZHUANG, who="พี่น้อง"), "flyer.script_glyph"),
        (replace(ZHUANG, language="mn-Mong"), "flyer.script_vertical"),
        (replace(ZHUANG, language="th"), "flyer.script_unknown"),
        (replace(ZHUANG, steps=("Hai soujgih " * 60, "Bae")), "flyer.sheet_overflow"),
    ],
    ids=["a step less", "a row less", "no glyph", "written downwards", "unknown", "too long"],
)
def test_what_cannot_be_printed_is_refused_by_name(other: flyer.SecondLanguage, code: str) -> None:
    with pytest.raises(flyer.FlyerError) as caught:
        flyer.render_bilingual(flyer.Bilingual(notice=COMMON, other=other), META, PRESS)
    assert caught.value.code == code


def test_a_machine_without_the_font_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scripts, "_installed", dict)
    with pytest.raises(flyer.FlyerError) as caught:
        scripts.typeface("ug")
    assert caught.value.code == "flyer.script_font"
    assert "fonts-ukij-uyghur" in str(caught.value.params["packages"])
    assert [error.params["language"] for error in scripts.absent(["ko", "bo", "ug", "za"])] == [
        "bo",
        "ug",
    ]
    assert (
        scripts.missing("ئۆي", "ug") == ()
    )  # it cannot be judged here, and printing refuses it anyway


@pytest.mark.parametrize(
    ("tag", "code", "rtl"),
    [
        ("ug", "Arab", True),
        ("ug-CN", "Arab", True),
        ("kk-Arab", "Arab", True),
        ("bo", "Tibt", False),
        ("ii", "Yiii", False),
        ("za", "Latn", False),
        ("ko-CN", "Kore", False),
        ("mn-Mong-CN", "Mong", False),
    ],
)
def test_script_and_direction_come_from_the_tag(tag: str, code: str, rtl: bool) -> None:
    script = scripts.script_of(tag)
    assert (script.code, script.rtl) == (code, rtl)


def test_the_letters_of_a_language_are_held_against_its_own_font() -> None:
    assert scripts.missing("家里有3岁", "zh-Hans") == ()
    assert scripts.missing("ئۆي", "zh-Hans") != ()
    assert scripts.missing("집에 있는", "ko") == ()
    assert scripts.missing("พ", "za") == ("พ",)
    if not scripts.absent(["ug"]):
        assert scripts.missing("ئۆيىدە «育儿补贴»، 3600", "ug") == ()
