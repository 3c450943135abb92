"""Texts as county offices write them pass; sentences as careless offices and thieves write them are seen."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.messages.findings import stops
from outreach.messages.lint import lint
from outreach.messages.variants import VariantFile
from tests.messages.test_drafts import draft, view

TRUST = "不收费，不要密码和验证码。"
DECENT: dict[str, tuple[str, str, str, str]] = {
    "allowance by SMS": (
        "elder-80", "sms", "",
        "满80岁的老人，可以申请{{ policy.plain_name }}，{{ policy.amount_text }}。带{{ policy.bring }}，到{{ policy.where }}办，{{ policy.window_text }}。",
    ),
    "free meals of words": (
        "hpv", "group", "",
        "上初中的女孩子，可以免费打HPV疫苗，不用花一分钱。\n到{{ policy.where }}打，1.带{{ policy.bring }}，2.HPV疫苗打两针。\n{{ policy.window_text }}。\n",
    ),
    "preschool without papers": (
        "preschool-free", "sms", "",
        "孩子今年上幼儿园大班的，保教费免了，公办民办都有。不用申请，什么都不用带，{{ policy.window_text }}。到幼儿园问。",
    ),
    "a lost job": (
        "unemp", "sms", "",
        "单位交过失业保险、不是自己辞职的，可以申请失业金。{{ policy.amount_text }}。到{{ policy.where }}办，带{{ policy.bring }}，{{ policy.window_text }}。",
    ),
    "a weak house": (
        "rural-house", "broadcast", "",
        "乡亲们，住危房的注意了。\n农村危房改造可以申请补助，{{ policy.amount_text }}。\n先到村委会说一声，村里会派人来看房。\n带{{ policy.bring }}，到{{ policy.where }}办。\n{{ policy.window_text }}。\n",
    ),
    "a home to rent": (
        "public-rental", "group", "",
        "没有房子住、收入不高的，可以申请公租房。\n{{ policy.amount_text }}。\n到{{ policy.where }}登记，带{{ policy.bring }}。\n{{ policy.window_text }}。\n排队看先后，结果贴在社区公告栏。\n",
    ),
    "a card with a disability, on paper": (
        "dis-living", "flyer", "",
        "# 有残疾人证的，看过来\n> {{ policy.amount_text }}\n1. 带好{{ policy.bring }}\n2. 到{{ policy.where }}申请\n何时办：{{ policy.window_text }}\n",
    ),
    "a need, on paper": (
        "dibao", "flyer", "",
        "# 家里收入低、日子难的，看过来\n> {{ policy.amount_text }}\n1. 到{{ policy.where }}申请\n2. 工作人员上门看一看\n带什么：{{ policy.bring }}\n何时办：{{ policy.window_text }}\n低保户、特困户您也可以来问。\n",
    ),
    "questions": (
        "veteran", "flyer", "qa",
        "问：什么人能领？\n答：当过兵、退下来的可以申请。\n问：能领多少？\n答：{{ policy.amount_text }}。\n问：要交手续费吗？\n答：不收费，也不要密码。\n问：人人都能领吗？\n答：不是，要看条件，带{{ policy.bring }}到{{ policy.where }}问，{{ policy.window_text }}。\n",
    ),
    "a story of invented people": (
        "dis-living", "broadcast", "story",
        "示例，人名是化名。\n王大爷家有残疾人，一直不知道有补贴。\n村里人上门说了，他就去申请了。\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("ref", "channel", "form", "words"), DECENT.values(), ids=DECENT)
def test_a_decent_text_has_no_error_and_says_who_it_is_for(
    ref: str, channel: str, form: str, words: str
) -> None:
    tail = "问{{ policy.phone }}。"
    whole = {
        "sms": "{{ signature }}" + words + TRUST + tail + "{{ opt_out }}",
        "flyer": words + ("" if form == "qa" else TRUST + tail),
    }.get(channel, words + TRUST + tail + "\n{{ office }}\n有效至{{ policy.valid_until }}。")
    found = lint(
        draft(VariantFile(channel, "zh-Hans", ref, form or channel, "题", whole), view(ref))
    )
    assert not stops(found), [f"{one.code} {one.params}" for one in found]
    open_ = [one.params["questions"] for one in found if one.code == "messages.questions_open"]
    assert not any("谁能领" in str(one) or "领多少" in str(one) for one in open_)


SEEN: list[tuple[str, str]] = [
    ("残疾人证号11010519491231002X42的，请来。", "identity_data"),
    ("身份证110105 19491231 002X。", "identity_data"),
    ("恭喜您获得高龄津贴资格！", "over_promise"),
    ("您符合高龄津贴的条件，请来办。", "over_promise"),
    ("您每月能拿一百多。", "over_promise"),
    ("只要来登记就给钱。", "over_promise"),
    ("低保户您好，请来办年审。", "disclosure"),
    ("尊敬的残疾人朋友，补贴已到。", "disclosure"),
    ("作为困难群众，您来办一下。", "disclosure"),
    ("贵户系低保家庭，请来办。", "disclosure"),
    ("知道你家里困难，来申请吧。", "disclosure"),
    ("您失去独生子女，请来办。", "disclosure"),
    ("王大爷家、李二家的低保批下来了。", "disclosure"),
    ("以下是本村低保户名单：王某、李某。", "disclosure"),
    ("您的申请未通过。", "told_not_eligible"),
    ("很遗憾，您没有通过审核。", "told_not_eligible"),
    ("不认证就停发。", "threat"),
    ("名额不多。", "absolute_word"),
    ("百分百到账。", "absolute_word"),
    ("全省领先，重磅好消息。", "absolute_word"),
    ("先交50元工本费。", "asks_money"),
    ("需缴纳保证金200元，之后返还。", "asks_money"),
    ("请点击链接办理。", "lure"),
    ("扫描二维码登记。", "lure"),
    ("请下载“惠民宝”APP登记。", "lure"),
    ("请转发到三个群。", "lure"),
    ("有事加V聊。", "private_number"),
    ("加工作人员企业微信。", "private_number"),
    ("微 信：abc123。", "private_number"),
    ("详询\uff11\uff13\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18。", "private_number"),
    ("打开\uff57\uff57\uff57\uff0e\uff41\uff42\uff43\uff0e\uff43\uff4f\uff4d查询。", "link"),
    ("打开huimin.work/a查询。", "link"),
    ("打开 惠民.中国 查询。", "link"),
    ("http://hm.gov.cn:80@evil.com/a", "link"),
    ("http://hm.gov.cn@evil.com", "link"),
    ("http://evil.com?x=.gov.cn", "link"),
    ("http://evil.com#.gov.cn", "link"),
    ("http://hm.gov.cn.evil.com", "link"),
    ("https://www.hm.gov.cn/a", "government_link"),
    ("🎉快来登记。", "pictograph"),
    ("快来\u202e登记。", "template_character"),
    ("快来\u200b登记。", "template_character"),
]  # fmt: skip


def found(words: str, channel: str = "sms", **more: Any) -> set[str]:
    file = VariantFile(channel, "zh-Hans", "elder-80", channel, "题", words, **more)
    return {one.code.removeprefix("messages.") for one in lint(draft(file, view("elder-80")))}


@pytest.mark.parametrize(("words", "code"), SEEN)
def test_what_should_not_stand_in_a_text_is_seen(words: str, code: str) -> None:
    assert code in found("{{ signature }}" + words + "{{ opt_out }}")


PLAIN = [
    "残疾人：全免。低保户：减半。", "残疾人、老人：请到村委会。", "作为家长，请给孩子打疫苗。", "您家有残疾人的，可以申请。",
    "您家里困难的话，可以申请。", "没有通过审核的，窗口会说明原因。", "不认证会暂停发，补认证后补发。", "您符合哪些条件，到窗口问。",
    "一年最高补{{ policy.amount_text }}。", "先付医药费，出院再报，押金不用交。", "有人说要先交手续费，那是骗子。", "不是人人都能领。",
    "“恭喜您”开头的短信多半是骗子发的。", "好领导带好头。", "微信：办事大厅小程序。", "1.HPV疫苗免费，2.记得带证。",
    "点“申请”按钮，填好资料。", "请转告家里的老人。", "要交手续费吗？不收费。",
]  # fmt: skip
CRIED = {
    "over_promise", "disclosure", "told_not_eligible", "threat", "absolute_word", "asks_money", "lure", "private_number", "link",
}  # fmt: skip


@pytest.mark.parametrize("words", PLAIN)
def test_what_may_be_said_is_not_cried_about(words: str) -> None:
    assert not found("{{ signature }}" + words + "{{ opt_out }}") & CRIED


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nan-Hans", "你来就会当领补贴。"),
        ("hak-Hans", "你来就做得领补贴。"),
        ("wuu-Hans-x-shanghai", "侬来就好领补贴。"),
        ("yue-Hans", "你可以攞补贴。"),
        ("zh-Hans-x-sichuan", "你来就领得到钱。"),
    ],
)
def test_a_promise_in_a_dialect_is_a_promise(language: str, words: str) -> None:
    def codes(said: str) -> set[str]:
        file = VariantFile("broadcast", language, "elder-80", "broadcast", "题", said)
        return {one.code for one in lint(draft(file, view("elder-80")))}

    assert "messages.over_promise" in codes(words)
    assert "messages.over_promise" not in codes("满80岁的，" + words)


@pytest.mark.parametrize(
    ("source", "span", "line"),
    [
        ("一\n二{{ village }}家有3岁以下孩子的都来看", "二清泉村家有3岁以下孩子的都来看", 2),
        ("{{ office }}说：\n这一句的开头是打的{{ village }}", "这一句的开头是打的清泉村", 2),
        ("一\n{{ village }}", "清泉村", 0),
    ],
)
def test_a_remark_names_the_line_where_a_stretch_of_the_words_stands(
    source: str, span: str, line: int
) -> None:
    from outreach.messages.lint.draft import Example

    file = VariantFile("group", "zh-Hans", "elder-80", "group", "题", source)
    made = draft(file, view("elder-80"))
    example = Example(made, 0, made.text(), made.examples[0], frozenset())
    start = example.text.index(span)
    assert example.at("messages.jargon", (start, start + len(span))).line == line
