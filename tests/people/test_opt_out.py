"""Which replies are a refusal, which a wish to come back, and which are neither."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.people.opt_out import Wish, read


def wide(text: str) -> str:
    """The same in full width, where a character has one."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


STOP = (
    "R", "r", " R ", "T", "td", "Td", "T D", "N", "R。", "r!!", "【R】", "[TD]", "退订", "退 订", "【退订】", "“退订”",
    "退订回T", "退訂", "退定", "退定回T", "退订回TD", "退订回 t", "拒收请回复R", "拒收回R", "回复R", "回R", "回复 TD", "回复TD退订", "TD退订",
    "发送T", "退订。", "我要退订", "请退订，谢谢", "麻烦退订", "退订短信", "退订了", "取消订阅", "我想取消订阅",
    "不要再发了", "不要再发", "别发了", "别再给我发短信了", "请不要再给我发短信", "不要再给我发送短信了！", "请勿再发",
    "停止发送", "以后不要再发了", "不想再收到短信", "不用再发了", "拒收", "STOP", "stop!", "Stop\n", "s t o p", "Unsubscribe",
    "退订\u200b", "\ufeffTD", "TD👍",
)  # fmt: skip
STOP_ALL = (
    "全部退订", "退订全部", "【全部退订】", "所有短信都不要发了", "所有短信都退订", "什么短信都不要发了", "一条都不要再发了",
    "STOPALL", "stop all", "我要全部退订",
)  # fmt: skip
AGAIN = (
    "恢复", "恢复订阅", "恢复接收", "重新订阅", "订阅", "我要订阅", "【订阅】", "start", "START", "Unstop", "DY", "dy", "回复DY",
    "d y", "订阅回DY", "取消退订", "恢复短信", "继续发", "恢复发送",
)  # fmt: skip
NEITHER = (
    "", " ", "。", "👍", "谢谢", "好的", "好的，T", "TO", "RR", "TT", "T恤", "T恤多少钱", "R语言", "3600元怎么领", "我要退订机票",
    "退订机票", "退定金", "帮我退订酒店", "我想问怎么退订", "怎么退订", "怎么退订？", "不退订", "不要退订", "退订了怎么恢复", "可以退订吗",
    "STOP怎么办", "Don't stop", "bus stop", "start work", "订阅报纸", "不要恢复", "不订阅", "恢复得怎么样", "身体恢复了没有",
    "别发错了", "不要发错人", "不要忘了", "不要再迟到了", "老人补贴还没发", "没发", "停发补贴怎么办", "补贴停发了", "YES", "是", "1",
    "HELP", "我是R", "TD是什么", "DYNAMIC", "ENDING", "老张说不要再发补贴", "请问补贴什么时候发", "退订" * 25, "全部",
    "不要了", "取消", "我不要低保了", "拒收快递",
)  # fmt: skip


@pytest.mark.parametrize("text", STOP)
def test_a_word_of_refusal_stops_publicity(text: str) -> None:
    assert read(text) is Wish.STOP_PUBLICITY
    assert read(wide(text)) is Wish.STOP_PUBLICITY


@pytest.mark.parametrize("text", STOP_ALL)
def test_only_who_says_all_refuses_more_than_publicity(text: str) -> None:
    assert read(text) is Wish.STOP_SMS


@pytest.mark.parametrize("text", AGAIN)
def test_a_wish_to_come_back(text: str) -> None:
    assert read(text) is Wish.RESUBSCRIBE
    assert read(wide(text)) is Wish.RESUBSCRIBE


@pytest.mark.parametrize("text", NEITHER)
def test_a_sentence_is_neither(text: str) -> None:
    assert read(text) is Wish.NONE


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_read_at_once_and_padding_changes_nothing(text: str) -> None:
    assert read(f" 【{text}】。\n") is read(text)


@settings(max_examples=100, deadline=None)
@given(
    word=st.sampled_from(["退订", "TD", "恢复", "不要再发了"]),
    tail=st.sampled_from(["机票", "补贴", "怎么办", "吗", "恤", "张三", "5元"]),
)
def test_a_word_with_something_else_behind_it_is_a_sentence(word: str, tail: str) -> None:
    assert read(word + tail) is Wish.NONE
