"""WeCom's group robot as the sandbox speaks it: HTTP 200 always, errcode in the body."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from outreach import clock
from outreach.web.sandbox.carrier import Carrier, carrier_of, spoil
from outreach.web.sandbox.faults import Effect

_LONGEST = 2048
ERRORS: dict[int, str] = {
    0: "ok",
    40008: "invalid message type",
    40058: "invalid parameter",
    45002: "text.content exceed max length 2048",
    45009: "api freq out of limit",
    47001: "data format error",
    93000: "invalid webhook url",
}


async def post_to_group(request: Request) -> Response:
    """POST /cgi-bin/webhook/send?key=…"""
    carrier = carrier_of(request)
    robot = request.query_params.get("key", "")
    if not robot:
        return _answer(93000)
    code, content = _content(await request.body())
    if code:
        return _answer(code)
    effect = carrier.deck.draw(robot)
    if effect is Effect.ERROR500:
        return Response("Internal Server Error", 500)
    if effect in (Effect.OPTED_OUT, Effect.NOT_MOBILE):
        return _answer(93000)
    if effect is Effect.THROTTLE or _is_too_fast(carrier, robot):
        return _answer(45009)
    carrier.store.add_post(robot, content, clock.now().timestamp())
    return await spoil(request, effect, _answer(0))


def _answer(code: int) -> JSONResponse:
    return JSONResponse({"errcode": code, "errmsg": ERRORS[code]})


def _is_too_fast(carrier: Carrier, robot: str) -> bool:
    if carrier.robot_limit is None:
        return False
    return carrier.store.posts_since(robot, clock.now().timestamp() - 60) >= carrier.robot_limit


def _content(body: bytes) -> tuple[int, str]:
    """The errcode for a body, and its text where that is 0."""
    try:
        data = json.loads(body)
    except ValueError:
        return 47001, ""
    if not isinstance(data, dict) or data.get("msgtype") != "text":
        return 40008, ""
    part = data.get("text")
    content = part.get("content") if isinstance(part, dict) else None
    if not isinstance(content, str) or not content:
        return 40058, ""
    too_long = len(content.encode("utf-8", "surrogatepass")) > _LONGEST
    return (45002, "") if too_long else (0, content)
