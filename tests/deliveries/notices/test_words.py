"""From facts and texts to the words of a sheet."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.deliveries.notices import words
from outreach.messages.markup import parse_flyer
from outreach.policies import service as policies
from outreach.store import Store
from tests import town

CHILDREN: dict[str, Any] = {
    **town.CHECK, "id": "children", "official_name": "育儿补贴制度", "plain_name": "养娃补贴",
    "amount": {"status": "national", "text": "每孩每年3600元，发到满3周岁", "value": 3600, "unit": "元/孩/年"},
    "one_line": "孩子未满3岁，每年可领3600元", "how_to_apply": ["网上填报", "到镇上办"], "window": {"text": "全年可申请"},
    "documents": [{"name": "户口簿", "who": "applicant"}, {"name": "出生记录", "who": "office"}],
}  # fmt: skip
TEXT = """# 家里有3岁以下孩子的，看过来
> 每孩每年3600元，发到满3周岁
1. 网上填报
2. 到镇上办
谁能领：3岁以下孩子的家庭
去哪做：镇卫生院
带什么：户口簿
何时办：全年可申请
问谁：卫健局，电话12345

养娃补贴，正式的名字叫育儿补贴制度。
能不能领，以受理部门审核为准。
不收费，不要密码和验证码。
"""


@pytest.fixture
def view(store: Store) -> Any:
    with store.begin() as connection:
        town.load(connection, CHILDREN)
        return policies.get(connection, "children")


def test_the_number_comes_from_the_facts_and_the_words_from_the_text(view: Any) -> None:
    notice = words.notice_of(view, town.COUNTY, parse_flyer(TEXT))
    assert (notice.amount, notice.unit) == ("3600", "元\n每孩每年")
    assert notice.extent == "发到满3周岁。"  # not the number once more
    assert notice.who == "家里有3岁以下孩子的\n看过来"
    assert notice.official == "惠民政策　育儿补贴制度（养娃补贴）"
    assert notice.steps == ("网上填报", "到镇上办")
    assert [label for label, _ in notice.rows] == ["谁能领", "去哪做", "带什么", "何时办"]
    assert notice.paragraphs == ("能不能领，以受理部门审核为准。",)


def test_a_policy_without_a_text_speaks_in_its_facts(view: Any) -> None:
    notice = words.notice_of(view, town.COUNTY, None)
    assert notice.who == "孩子未满3岁\n每年可领3600元"
    assert notice.rows == (("去哪办", "卫生院"), ("带什么", "户口簿"), ("何时办", "全年可申请"))
    assert any("以受理部门审核为准" in one for one in notice.paragraphs)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ({"value": 3600, "unit": "元/孩/年"}, ("3600", "元\n每孩每年", "")),
        ({"value": 80.5, "unit": "元/月"}, ("80.5", "元\n每月", "")),
        ({"value": 2000.0, "unit": "元"}, ("2000", "元", "")),
        ({"value": 400, "unit": "元/人/年", "prefix": "交"}, ("400", "元\n每人每年", "交")),
        ({"value": 1, "unit": "次/年", "text": "每年一次"}, ("", "", "")),
        ({"text": "按本地标准按月发", "unit": "元/月"}, ("", "", "")),
        (None, ("", "", "")),
        ("免费", ("", "", "")),
    ],
)
def test_only_money_is_set_as_a_number(amount: object, expected: tuple[str, str, str]) -> None:
    assert words.amount_of({"amount": amount}) == expected


@pytest.mark.parametrize(
    ("lines", "number", "said", "extent"),
    [
        (("每孩每年3600元，发到满3周岁",), "3600", "", "发到满3周岁。"),
        (("每孩每年3600元",), "3600", "每孩每年3600元", ""),
        (("按月发",), "", "按月发", ""),
        (("按月发，金额看本地",), "", "按月发", "按月发，金额看本地"),
        (("每月3600元起，最高13600元",), "3600", "", ""),
    ],
)
def test_what_stands_beside_the_number_does_not_repeat_it(
    lines: tuple[str, ...], number: str, said: str, extent: str
) -> None:
    assert words.extent(lines, number, said) == extent


@pytest.mark.parametrize(
    ("heading", "lines"),
    [
        ("看过来", "看过来"),
        ("家里有老人的，看过来", "家里有老人的\n看过来"),
        ("没有逗号的一个很长的标题", "没有逗号的一个很长的标题"),
        ("这个逗号在最后面没有用，", "这个逗号在最后面没有用，"),
    ],
)
def test_a_long_heading_is_broken_at_its_mark(heading: str, lines: str) -> None:
    assert words.in_two_lines(heading) == lines


def test_the_second_language_is_read_row_by_row() -> None:
    second = words.second_of(
        "ug",
        "# ئۆيىدە\n> 3600 يۈەن\n> 3 ياشقا\n> 每孩每年3600元\n1. ئىزدەڭ\n2. بېرىڭ\n"
        "ئېلىۋېلىڭ：نوپۇس دەپتىرى\nۋاقتى：يىل بويى\nھەق ئېلىنمايدۇ.\n育儿补贴制度",  # noqa: RUF001
        "阿不都",
    )
    assert (second.who, second.unit, second.extent) == ("ئۆيىدە", "3600 يۈەن", "3 ياشقا")
    assert second.steps == ("ئىزدەڭ", "بېرىڭ")
    assert second.rows == (("ئېلىۋېلىڭ:", "نوپۇس دەپتىرى"), ("ۋاقتى:", "يىل بويى"))
    assert second.closing == ("ھەق ئېلىنمايدۇ.", "育儿补贴制度，每孩每年3600元")
    assert second.review == "维吾尔文：由阿不都审定"
