"""Signatures, addresses and paces of group robots, without any network."""

from __future__ import annotations

import json
from urllib.parse import quote_plus

import pytest

from channels import registry
from channels.robots import dingtalk, feishu
from channels.robots.dingtalk import DingTalkRobot
from channels.robots.feishu import FeishuRobot
from channels.robots.pace import Limits, Pace, Window
from channels.robots.robot import Address, Robot, written
from channels.robots.wecom import WeComRobot
from outreach.messages.lint.limits import ROBOT_BYTES

MOMENT = 1599360473.123
SECRET = "SEC0123456789abcdef"


def test_dingtalk_signs_as_openssl_does() -> None:
    # printf '1599360473123\nSEC0123456789abcdef' | openssl dgst -sha256 -hmac SEC0123456789abcdef -binary | base64
    signature = dingtalk.sign(SECRET, 1599360473123)
    assert signature == "xMfqlbzeZae+zPIbgTbEwuCyPTmXPgH/WMqwBk0jhI0="
    assert quote_plus(signature) == "xMfqlbzeZae%2BzPIbgTbEwuCyPTmXPgH%2FWMqwBk0jhI0%3D"


def test_feishu_signs_as_openssl_does() -> None:
    # printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '1599360473\nSECdemo' | xxd -p) …
    assert feishu.sign("SECdemo", 1599360473) == "UNvK0aHeWrPUMl0ySOUpIoYdvBDU1mnjgkbX5JtMxkk="


def test_dingtalk_signs_in_the_query_in_milliseconds() -> None:
    post = DingTalkRobot("http://localhost").post(Address("t", SECRET), "会", MOMENT)
    assert post.path == "/robot/send"
    assert post.params == {
        "access_token": "t",
        "timestamp": "1599360473123",
        "sign": "xMfqlbzeZae+zPIbgTbEwuCyPTmXPgH/WMqwBk0jhI0=",
    }
    assert post.body == {"msgtype": "text", "text": {"content": "会"}}


def test_feishu_signs_in_the_body_in_seconds() -> None:
    post = FeishuRobot("http://localhost").post(Address("t", "SECdemo"), "会", MOMENT)
    assert post.path == "/open-apis/bot/v2/hook/t"
    assert post.params == {}
    assert post.body == {
        "msg_type": "text",
        "content": {"text": "会"},
        "timestamp": "1599360473",
        "sign": "UNvK0aHeWrPUMl0ySOUpIoYdvBDU1mnjgkbX5JtMxkk=",
    }


@pytest.mark.parametrize("robot", [DingTalkRobot, FeishuRobot])
def test_a_robot_without_a_secret_does_not_sign(robot: type[Robot]) -> None:
    post = robot("http://localhost").post(Address("t"), "会", MOMENT)
    assert "sign" not in {*post.params, *post.body}
    assert "timestamp" not in {*post.params, *post.body}


@pytest.mark.parametrize(
    ("robot", "pasted", "address"),
    [
        (WeComRobot, "k-1", Address("k-1")),
        (WeComRobot, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1", Address("k-1")),
        (DingTalkRobot, "https://oapi.dingtalk.com/robot/send?access_token=t1", Address("t1")),
        (DingTalkRobot, "  https://oapi.dingtalk.com/robot/send?access_token=t1\r\nSECx \n", Address("t1", "SECx")),
        (DingTalkRobot, "t1 SECx", Address("t1", "SECx")),
        (DingTalkRobot, "https://open.feishu.cn/open-apis/bot/v2/hook/t1", None),
        (FeishuRobot, "https://open.feishu.cn/open-apis/bot/v2/hook/t1/ s", Address("t1", "s")),
        (FeishuRobot, "https://open.feishu.cn/open-apis/bot/v2/hook/", None),
        (FeishuRobot, "https://oapi.dingtalk.com/robot/send?access_token=t1", None),
        (FeishuRobot, "t1 s more", None),
        (FeishuRobot, "", None),
    ],
)  # fmt: skip
def test_an_address_is_read_as_it_was_pasted(
    robot: type[Robot], pasted: str, address: Address | None
) -> None:
    assert robot.address(pasted) == address


def test_a_token_stays_one_part_of_the_path() -> None:
    post = FeishuRobot("http://localhost").post(Address("a/../b"), "会", MOMENT)
    assert post.path == "/open-apis/bot/v2/hook/a%2F..%2Fb"


def test_a_chinese_character_weighs_three_bytes_and_half_a_character_still_leaves() -> None:
    assert written({"a": "福"}) == '{"a":"福"}'.encode()
    assert json.loads(written({"a": "\ud83d"})) == {"a": "\ud83d"}


@pytest.mark.parametrize(
    ("provider", "windows", "per_second"),
    [
        ("wecom", {(20, 60.0)}, 0.3),
        ("dingtalk", {(20, 60.0)}, 0.3),
        ("feishu", {(100, 60.0), (5, 1.0)}, 1.6),
    ],
)
def test_a_robot_posts_as_often_as_its_provider_says(
    provider: str, windows: set[tuple[int, float]], per_second: float
) -> None:
    limits = registry.robot(provider).limits
    assert {(one.posts, one.seconds) for one in limits.windows} == windows
    assert limits.per_second == per_second


@pytest.mark.parametrize("provider", sorted(registry.ROBOTS))
def test_texts_are_checked_against_the_bytes_that_the_robot_takes(provider: str) -> None:
    assert ROBOT_BYTES[provider] == registry.robot(provider).most_bytes


def test_both_windows_hold_and_no_seconds_in_which_they_do_not() -> None:
    """Whoever asks every tenth of a second posts five in any second and no more than a hundred in any minute."""
    moment = [0.0]
    pace = Pace(FeishuRobot.limits, lambda: moment[0])
    posted = []
    for tenth in range(1300):
        moment[0] = tenth / 10
        if not pace.take("r"):
            posted.append(tenth)
    for window, most in ((10, 5), (600, 100)):
        assert max(sum(start <= one < start + window for one in posted) for start in posted) == most
    assert len(posted) > 200


def test_a_wait_is_exact_and_asking_costs_nothing() -> None:
    moment = [0.0]
    pace = Pace(Limits((Window(2, 10.0),)), lambda: moment[0])
    assert [pace.take("r") for _ in range(4)] == [0.0, 0.0, 10.0, 10.0]
    assert pace.take("another") == 0.0
    moment[0] = 10.0
    assert [pace.take("r") for _ in range(2)] == [0.0, 0.0]


def test_a_robot_that_was_asked_to_be_silent_is() -> None:
    moment = [0.0]
    pace = Pace(DingTalkRobot.limits, lambda: moment[0])
    pace.hold("r", 600.0)
    moment[0] = 599.0
    assert pace.take("r") == 1.0
    moment[0] = 600.0
    assert pace.take("r") == 0.0
