"""From an account to what sends for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channels.errors import Rejected
from channels.fake import FakeChannel
from channels.manual import ManualChannel
from channels.robots.dingtalk import DingTalkRobot
from channels.robots.feishu import FeishuRobot
from channels.robots.wecom import WeComRobot
from channels.twilio import TwilioChannel
from outreach.deliveries.orders import AccountView
from outreach.runtime.adapters import base_url, line_of, open_channel
from outreach.settings import Settings


def account(provider: str, channel: str = "sms", **options: Any) -> AccountView:
    return AccountView(1, "one", channel, provider, 1.0, "china", 5, options)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        twilio_account_sid="AC1",
        twilio_auth_token="t",
        twilio_from="+8610690001",
    )


@pytest.mark.parametrize(
    ("view", "url", "here"),
    [
        (account("twilio"), "https://api.twilio.com", False),
        (account("twilio", base_url="http://127.0.0.1:9"), "http://127.0.0.1:9", True),
        (account("wecom", "group"), "https://qyapi.weixin.qq.com", False),
        (account("dingtalk", "group"), "https://oapi.dingtalk.com", False),
        (account("feishu", "group"), "https://open.feishu.cn", False),
        (account("manual", "visit"), "http://127.0.0.1", True),
        (account("aliyun"), "", False),
        (
            account("aliyun", base_url="https://localhost.example.com"),
            "https://localhost.example.com",
            False,
        ),
    ],
    ids=[
        "twilio",
        "the sandbox",
        "wecom",
        "dingtalk",
        "feishu",
        "people",
        "a provider that does not say",
        "a name that pretends",
    ],
)
def test_only_what_stays_on_this_machine_may_get_invented_people(
    settings: Settings, view: AccountView, url: str, here: bool
) -> None:
    assert base_url(view, settings) == url
    assert line_of(view, settings).loopback is here


@pytest.mark.parametrize(
    ("view", "adapter"),
    [
        (account("twilio"), TwilioChannel),
        (account("wecom", "group"), WeComRobot),
        (account("dingtalk", "group"), DingTalkRobot),
        (account("feishu", "group"), FeishuRobot),
        (account("manual", "broadcast"), ManualChannel),
        (account("fake"), FakeChannel),
    ],
    ids=lambda value: getattr(value, "provider", ""),
)
def test_an_account_opens_its_adapter(settings: Settings, view: AccountView, adapter: type) -> None:
    assert isinstance(open_channel(view, settings), adapter)


@pytest.mark.parametrize(
    ("view", "without"),
    [(account("twilio"), {"twilio_auth_token": ""}), (account("aliyun"), {})],
    ids=["no token", "nobody has that adapter"],
)
def test_an_account_that_cannot_send_says_so(
    settings: Settings, view: AccountView, without: dict[str, str]
) -> None:
    with pytest.raises(Rejected):
        open_channel(view, settings.model_copy(update=without))
