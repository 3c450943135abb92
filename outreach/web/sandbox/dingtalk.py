"""DingTalk's group robot as the sandbox speaks it. Every robot has the sandbox's secret and must sign."""

from __future__ import annotations

import base64
import hmac

from starlette.requests import Request
from starlette.responses import Response

from outreach.web.sandbox.carrier import carrier_of
from outreach.web.sandbox.robots import Dialect, is_timely, json_object, take, text_in

_LONGEST = 20_000
DINGTALK = Dialect(
    {
        0: "ok",
        300005: "token is not exist",
        310000: "sign not match, or the timestamp is more than an hour away",
        40035: "missing parameter json",
        400105: "unsupported message type",
        410100: "send too fast, exceed 20 times per minute",
        460101: "message too long, exceed 20000 bytes",
    },
    gone=300005,
    too_fast=410100,
    block=600.0,
)


async def post_to_dingtalk(request: Request) -> Response:
    """POST /robot/send?access_token=…&timestamp=…&sign=…"""
    query = request.query_params
    robot, body = query.get("access_token", ""), await request.body()
    code, content = _text(body)
    if not robot:
        code = 300005
    elif not _is_signed(
        query.get("timestamp", ""), query.get("sign", ""), carrier_of(request).account.robot_secret
    ):
        code = 310000
    return DINGTALK.answer(code) if code else await take(request, DINGTALK, robot, content)


def _is_signed(timestamp: str, signature: str, secret: str) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and is_timely(int(timestamp) / 1000)):
        return False
    mac = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    return hmac.compare_digest(base64.b64encode(mac.digest()), signature.encode())


def _text(body: bytes) -> tuple[int, str]:
    data = json_object(body)
    content = text_in(data or {}, "text", "content")
    if len(body) > _LONGEST:
        return 460101, ""
    if data is not None and data.get("msgtype") != "text":
        return 400105, ""
    return (0, content) if content else (40035, "")
