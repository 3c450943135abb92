"""Feishu's group robot as the sandbox speaks it. Every robot has the sandbox's secret and must sign."""

from __future__ import annotations

import base64
import hmac

from starlette.requests import Request
from starlette.responses import Response

from outreach.web.sandbox.carrier import carrier_of
from outreach.web.sandbox.robots import Dialect, is_timely, json_object, take, text_in

_LONGEST = 20_480
FEISHU = Dialect(
    {
        0: "success",
        9499: "Bad Request",
        11232: "frequency limited psm",
        19001: "param invalid: incoming webhook access token invalid",
        19002: "params error, msg_type need",
        19021: "sign match fail or timestamp is not within one hour from current time",
    },
    gone=19001,
    too_fast=11232,
    code="code",
    words="msg",
    per_second=5,
    extra={"data": {}},
)


async def post_to_feishu(request: Request) -> Response:
    """POST /open-apis/bot/v2/hook/{robot}"""
    robot, body = request.path_params["robot"], await request.body()
    data = json_object(body)
    if data is None or len(body) > _LONGEST:
        return FEISHU.answer(9499)
    if not _is_signed(data, carrier_of(request).account.robot_secret):
        return FEISHU.answer(19021)
    if data.get("msg_type") != "text":
        return FEISHU.answer(19002)
    content = text_in(data, "content", "text")
    return await take(request, FEISHU, robot, content) if content else FEISHU.answer(9499)


def _is_signed(data: dict[str, object], secret: str) -> bool:
    timestamp, signature = str(data.get("timestamp", "")), str(data.get("sign", ""))
    if not (timestamp.isascii() and timestamp.isdigit() and is_timely(int(timestamp))):
        return False
    mac = hmac.new(f"{timestamp}\n{secret}".encode(), b"", "sha256")
    return hmac.compare_digest(base64.b64encode(mac.digest()), signature.encode())
