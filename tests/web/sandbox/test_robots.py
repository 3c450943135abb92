"""The sandbox's DingTalk and Feishu, to anybody who posts to them; signatures are made here, by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from outreach import clock
from outreach.web.sandbox import SandboxAccount, create_sandbox

SECRET = SandboxAccount().robot_secret


def mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_sandbox(tmp_path / "s.db", robot_limit=20)) as client:
        yield client


def ding(
    client: TestClient,
    robot: str = "t1",
    body: Any = None,
    *,
    secret: str = SECRET,
    unit: int = 1000,
) -> int:
    stamp = int(clock.now().timestamp() * unit)
    query = {
        "access_token": robot, "timestamp": str(stamp), "sign": mac(secret, f"{stamp}\n{secret}"),
    }  # fmt: skip
    body = {"msgtype": "text", "text": {"content": "开会"}} if body is None else body
    answer = client.post("/robot/send", params=query, json=body)
    assert answer.status_code == 200
    return int(answer.json()["errcode"])


def lark(
    client: TestClient, body: Any = None, *, robot: str = "t1", secret: str = SECRET, unit: int = 1
) -> int:
    stamp = int(clock.now().timestamp() * unit)
    body = {"msg_type": "text", "content": {"text": "开会"}} if body is None else body
    signed = {**body, "timestamp": str(stamp), "sign": mac(f"{stamp}\n{secret}", "")}
    answer = client.post(f"/open-apis/bot/v2/hook/{robot}", json=signed)
    assert answer.status_code == 200
    return int(answer.json()["code"])


@pytest.mark.parametrize(
    ("token", "body", "code"),
    [
        pytest.param("t1", None, 0, id="a text"),
        pytest.param("", None, 300005, id="no token"),
        pytest.param("t-0002", None, 300005, id="a removed robot"),
        pytest.param("t-0005", None, 410100, id="too fast"),
        pytest.param("t1", {"msgtype": "poem"}, 400105, id="another type"),
        pytest.param("t1", {"msgtype": "text", "text": {"content": ""}}, 40035, id="empty"),
        pytest.param("t1", {"msgtype": "text", "text": {"content": "a" * 20_000}}, 460101, id="long"),
    ],
)  # fmt: skip
def test_dingtalk_answers_200_and_means_its_errcode(
    client: TestClient, token: str, body: Any, code: int
) -> None:
    assert ding(client, token, body) == code


@pytest.mark.parametrize(
    ("body", "token", "code"),
    [
        pytest.param(None, "t1", 0, id="a text"),
        pytest.param(None, "t-0002", 19001, id="a removed robot"),
        pytest.param(None, "t-0005", 11232, id="too fast"),
        pytest.param({"msg_type": "poem"}, "t1", 19002, id="another type"),
        pytest.param({"msg_type": "text", "content": "a"}, "t1", 9499, id="no text"),
        pytest.param(
            {"msg_type": "text", "content": {"text": "a" * 20_480}}, "t1", 9499, id="long"
        ),
    ],
)
def test_feishu_answers_200_and_means_its_code(
    client: TestClient, body: Any, token: str, code: int
) -> None:
    assert lark(client, body, robot=token) == code


def test_who_signs_wrongly_posts_nothing(client: TestClient) -> None:
    assert ding(client, secret="other") == 310000
    assert lark(client, secret="other") == 19021
    assert ding(client, unit=1) == 310000  # seconds where milliseconds are wanted
    assert lark(client, unit=1000) == 19021
    assert client.post("/robot/send?access_token=t1", json={}).json()["errcode"] == 310000
    assert client.post("/open-apis/bot/v2/hook/t1", json={}).json()["code"] == 19021
    assert client.post("/open-apis/bot/v2/hook/t1", content=b"{").json()["code"] == 9499
    assert "开会" not in client.get("/").text


def test_dingtalk_blocks_for_ten_minutes_and_another_robot_goes_on(client: TestClient) -> None:
    now = clock.now()
    with clock.fixed(now):
        assert [ding(client) for _ in range(21)] == [0] * 20 + [410100]
        assert ding(client, "t2") == 0
    with clock.fixed(now + timedelta(seconds=599)):
        assert ding(client) == 410100
    with clock.fixed(now + timedelta(seconds=601)):
        assert ding(client) == 0


def test_feishu_takes_five_in_a_second(client: TestClient) -> None:
    now = clock.now()
    with clock.fixed(now):
        assert [lark(client) for _ in range(6)] == [0] * 5 + [11232]
    with clock.fixed(now + timedelta(seconds=1.1)):
        assert lark(client) == 0
