"""What is printed about a policy for everybody, and what never is."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection

from channels.flyer.single import scripts
from outreach.deliveries import notices
from outreach.deliveries.notices import House, Made, Order
from outreach.deliveries.notices.desk import lay_out
from outreach.errors import Invalid, Missing, Refused
from outreach.messages import service as texts
from outreach.messages.measure import reading_seconds
from outreach.messages.schemas import Place
from outreach.messages.spoken import spoken_seconds, stretches
from outreach.policies import reviews
from outreach.policies import service as policies
from outreach.store import Store
from tests import factories, town
from tests.channels.flyer import reading
from tests.deliveries.notices.test_words import CHILDREN, TEXT

ON = date(2026, 11, 26)
HOUSE = House("http://127.0.0.1:8000", home=town.COUNTY, demo=True)
ORDER = Order("children", ON)
KOREAN = """# 만 3세 미만의 아이가 있는 가정
> 아이 한 명당 매년 3600원
> {{ policy.amount_text }}
1. 인터넷에서 신청
2. 진에서 신청
대상：3세 미만 아이
신청처：진
지참물：호구부
시간：일년 내내
돈을 받지 않습니다.
{{ policy.official_name }}
"""
QA = "问：谁能申请？\n答：有3岁以下孩子的家庭。\n问：补多少？\n答：{{ policy.amount_text }}。\n" * 2
SCRIPT = "乡亲们，{{ village }}的乡亲们。\n国家有{{ policy.plain_name }}，{{ policy.amount_text }}。\n打{{ phone }}问，不收费，不要密码和验证码。"


@pytest.fixture
def office(store: Store) -> Store:
    """A county with a policy and its texts; the Korean one waits for its reader."""
    with store.begin() as connection:
        factories.add_region(connection, town.COUNTY, "示范县")
        factories.add_region(connection, town.EAST, "石桥村")
        town.load(connection, CHILDREN)
        town.write_text(connection, "flyer/zh-Hans/children", TEXT)
        town.write_text(connection, "flyer/ko/children", KOREAN, needs_review=True)
        town.write_text(connection, "flyer/zh-Hans/children", QA, form="qa")
        town.write_text(connection, "broadcast/zh-Hans/children", SCRIPT)
        town.write_text(connection, "broadcast/yue-Hans/children", SCRIPT, needs_review=True)
    return store


def read_by(connection: Connection, language: str, channel: str = "flyer") -> None:
    place = Place("children", channel, language, channel, "general")
    texts.review(connection, place, "金顺姬", ON, entered_by="officer")


SHEETS: dict[str, tuple[Callable[..., Made], dict[str, Any], tuple[str, ...]]] = {
    "board": (notices.notice, {"size": "a4"}, ("3600", "看过来", "谁能领")),
    "board A3": (notices.notice, {"size": "a3", "crop_marks": True}, ("3600", "看过来")),
    "leaflets": (notices.notice, {"size": "a5x2"}, ("3600", "看过来")),
    "明白纸": (notices.notice, {"size": "leaflet"}, ("怎么办", "以受理部门审核为准")),
    "questions": (notices.questions, {}, ("谁能申请", "每孩每年3600元")),
    "broadcast": (notices.broadcast, {"slots": "早7:00"}, ("播放时间：早7:00", "国家有养娃补贴")),
    "pinyin": (notices.broadcast, {"with_pinyin": True}, ("带拼音", "xiāng")),
}


@pytest.mark.parametrize(("make", "how", "said"), SHEETS.values(), ids=SHEETS)
def test_a_sheet_says_what_where_until_when_and_who_issues_it(
    office: Store, make: Callable[..., Made], how: dict[str, Any], said: tuple[str, ...]
) -> None:
    with office.read() as connection:
        made = make(connection, ORDER, HOUSE, **how)
    (text,) = reading.words(made.data)
    footer = ("示范县卫健局", "政策第1版·文字第1版·2026-11-26印", "旧版作废", "演示数据", "12345")
    assert all(part in text for part in (*said, *footer))
    assert made.valid_until == min(reviewed_again(office), date(2027, 11, 26))
    assert f"有效期至{made.valid_until.year}年{made.valid_until.month}月" in text
    assert (made.pages, made.kind, made.faults) == (1, "pdf", ())


def reviewed_again(office: Store) -> date:
    """Until when somebody stands for the policy."""
    with office.read() as connection:
        due = reviews.due_on(policies.get(connection, "children"))
    assert due is not None
    return due


def test_a_script_takes_as_long_on_paper_as_the_checks_and_the_preview_say(office: Store) -> None:
    aside = "（喇叭响两声）\n" + SCRIPT
    with office.begin() as connection:
        town.write_text(connection, "broadcast/zh-Hans/children", aside, version=2)
        made = notices.broadcast(connection, ORDER, HOUSE)
        wording = lay_out(connection, ORDER, HOUSE).wording("broadcast", "")
    (text,) = reading.words(made.data)
    seconds = spoken_seconds(stretches(wording.words))
    assert seconds < reading_seconds(wording.words)
    assert f"{seconds}秒" in text


def test_a_picture_for_the_group(office: Store) -> None:
    with office.read() as connection:
        made = notices.picture(connection, ORDER, HOUSE)
        with pytest.raises(Invalid, match=r"notices\.picture_language"):
            notices.picture(connection, replace(ORDER, language="ko"), HOUSE)
    assert made.kind == "png"
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.width == 1080


def test_a_text_that_waits_for_its_reader_is_not_printed(office: Store) -> None:
    asked = replace(ORDER, language="ko")
    with office.read() as connection:
        with pytest.raises(Refused) as caught:
            notices.notice(connection, asked, HOUSE)
        with pytest.raises(Refused, match=r"notices\.waits"):
            notices.broadcast(connection, replace(ORDER, language="yue-Hans"), HOUSE)
        draft = notices.notice(connection, replace(asked, draft=True), HOUSE)
    assert caught.value.code == "notices.waits"
    assert caught.value.params["place"] == "flyer/ko/children"
    (text,) = reading.words(draft.data)
    assert text.count("草稿，不张贴") >= 2
    with office.begin() as connection:
        read_by(connection, "ko")
        made = notices.notice(connection, asked, HOUSE)
    (text,) = reading.words(made.data)
    assert "朝鲜文：由金顺姬审定" in text
    assert "每孩每年3600元" in text
    assert "草稿" not in text


def test_a_script_in_a_dialect_is_read_and_then_played_in_its_village(office: Store) -> None:
    with office.begin() as connection:
        read_by(connection, "yue-Hans", "broadcast")
        asked = replace(ORDER, language="yue-Hans", region=town.EAST)
        made = notices.broadcast(connection, asked, HOUSE)
        with pytest.raises(Invalid, match=r"flyer\.pinyin_language"):
            notices.broadcast(connection, asked, HOUSE, with_pinyin=True)
    (text,) = reading.words(made.data)
    assert "大喇叭稿粤语" in text
    assert "石桥村的乡亲们" in text


def test_the_second_language_must_name_the_same_sum(office: Store) -> None:
    with office.begin() as connection:
        town.write_text(
            connection, "flyer/ko/children", KOREAN.replace("3600원", "3000원"), version=2
        )
        with pytest.raises(Invalid) as caught:
            notices.notice(connection, replace(ORDER, language="ko"), HOUSE)
    assert caught.value.code == "notices.other_amount"
    assert caught.value.params["amount"] == "3600"


def test_a_language_without_a_text_is_a_gap_and_never_another_language(office: Store) -> None:
    with office.read() as connection:
        for language in ("za", "mn-Mong", "yue-Hans"):
            with pytest.raises(Missing, match=r"messages\.no_variant"):
                notices.notice(connection, replace(ORDER, language=language), HOUSE)


def test_a_machine_without_the_font_says_what_to_install(
    office: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "_installed", dict)
    with office.begin() as connection:
        town.write_text(connection, "flyer/ug/children", KOREAN, needs_review=True)
        with pytest.raises(Invalid) as caught:
            notices.notice(connection, replace(ORDER, language="ug", draft=True), HOUSE)
    assert caught.value.code == "flyer.script_font"
    assert "fonts-ukij-uyghur" in str(caught.value.params["packages"])


@pytest.mark.parametrize(("size", "crop"), [("a3", False), ("leaflet", False), ("a4", True)])
def test_a_bilingual_sheet_is_an_a4(office: Store, size: Any, crop: bool) -> None:
    asked = replace(ORDER, language="ko", draft=True)
    with office.read() as connection, pytest.raises(Invalid, match=r"notices\.bilingual_size"):
        notices.notice(connection, asked, HOUSE, size=size, crop_marks=crop)


def test_an_unverified_policy_is_shown_as_a_draft_and_never_hung(store: Store) -> None:
    with store.begin() as connection:
        town.load(connection, CHILDREN, verified=False)
        with pytest.raises(Refused, match=r"campaigns\.policy_unverified"):
            notices.notice(connection, ORDER, HOUSE)
        draft = notices.notice(connection, replace(ORDER, draft=True), HOUSE)
    assert draft.from_facts
    assert "campaigns.policy_unverified" in {code for code, _ in draft.faults}
    assert "草稿，不张贴" in reading.words(draft.data)[0]


def test_a_text_that_the_checks_stop_is_not_printed(office: Store) -> None:
    with office.begin() as connection:
        wrong = TEXT.replace("看过来", "您一定能领，快来")
        town.write_text(connection, "flyer/zh-Hans/children", wrong, version=2)
        with pytest.raises(Refused) as caught:
            notices.notice(connection, ORDER, HOUSE)
    assert caught.value.code == "notices.faulty"
    assert caught.value.params["fault"]


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        (date(2027, 1, 31), date(2027, 1, 31)),
        (date(2031, 1, 1), date(2027, 6, 30)),  # the policy ends earlier
    ],
)
def test_a_sheet_never_outlives_its_policy(office: Store, asked: date, until: date) -> None:
    with office.begin() as connection:
        town.load(connection, {**CHILDREN, "valid_to": "2027-06-30"})
        made = notices.notice(connection, replace(ORDER, until=asked), HOUSE)
        with pytest.raises(Invalid, match=r"notices\.until_past"):
            notices.notice(connection, replace(ORDER, until=date(2026, 11, 25)), HOUSE)
    assert made.valid_until == until


def test_the_office_says_who_it_is(office: Store) -> None:
    house = replace(HOUSE, office="石桥镇便民服务中心", phone="0000-600 1234", demo=False)
    with office.read() as connection:
        (text,) = reading.words(notices.notice(connection, ORDER, house).data)
    assert "石桥镇便民服务中心" in text
    assert "0000-6001234" in text
    assert "演示数据" not in text
