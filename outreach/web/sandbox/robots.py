"""Group robots as the sandbox speaks them: HTTP 200 nearly always, the truth in a code of the body.

WeCom's stands here, with what all of them share; DingTalk's and Feishu's sign, and have files of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from outreach import clock
from outreach.web.sandbox.carrier import Carrier, carrier_of, spoil
from outreach.web.sandbox.faults import Effect


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one provider answers. errors: code → its sentence; gone, too_fast: two of these codes.

    code, words: the names of both in an answer. per_second: posts of one robot within a second, beside what the
    sandbox allows in a minute. block: seconds for which a robot that was too fast is refused everything.
    """

    errors: Mapping[int, str]
    gone: int
    too_fast: int
    code: str = "errcode"
    words: str = "errmsg"
    per_second: int | None = None
    block: float = 0.0
    extra: Mapping[str, object] = field(default_factory=dict)

    def answer(self, code: int) -> JSONResponse:
        """One answer."""
        return JSONResponse({self.code: code, self.words: self.errors[code], **self.extra})


_LONGEST = 2048
WECOM = Dialect(
    {
        0: "ok",
        40008: "invalid message type",
        40058: "invalid parameter",
        45002: "text.content exceed max length 2048",
        45009: "api freq out of limit",
        47001: "data format error",
        93000: "invalid webhook url",
    },
    gone=93000,
    too_fast=45009,
)


async def post_to_wecom(request: Request) -> Response:
    """POST /cgi-bin/webhook/send?key=…"""
    robot = request.query_params.get("key", "")
    if not robot:
        return WECOM.answer(93000)
    code, content = _wecom_text(json_object(await request.body()))
    return WECOM.answer(code) if code else await take(request, WECOM, robot, content)


async def take(request: Request, dialect: Dialect, robot: str, content: str) -> Response:
    """What becomes of a post in which nothing is wrong: it stands in the group, or a fault or a limit strikes."""
    carrier = carrier_of(request)
    effect = carrier.deck.draw(robot)
    if effect is Effect.ERROR500:
        return Response("Internal Server Error", 500)
    if effect in (Effect.OPTED_OUT, Effect.NOT_MOBILE):
        return dialect.answer(dialect.gone)
    if effect is Effect.THROTTLE or _is_too_fast(carrier, dialect, robot):
        return dialect.answer(dialect.too_fast)
    carrier.store.add_post(robot, content, clock.now().timestamp())
    return await spoil(request, effect, dialect.answer(0))


def json_object(body: bytes) -> dict[str, object] | None:
    """The JSON object of a body, {} for any other JSON; None where there is none to read."""
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else {}


def text_in(data: Mapping[str, object], part: str, name: str) -> str:
    """data[part][name] where that is a text, else ''."""
    inner = data.get(part)
    content = inner.get(name) if isinstance(inner, dict) else None
    return content if isinstance(content, str) else ""


def is_timely(moment: float) -> bool:
    """Whether a signed moment (seconds since 1970) is within an hour of now."""
    return abs(clock.now().timestamp() - moment) <= 3600


def _is_too_fast(carrier: Carrier, dialect: Dialect, robot: str) -> bool:
    """Limits hold where the sandbox has one for a minute."""
    if carrier.robot_limit is None:
        return False
    now = clock.now().timestamp()
    if carrier.blocked.get(robot, 0.0) > now:
        return True
    fast = carrier.store.posts_since(robot, now - 60) >= carrier.robot_limit
    if dialect.per_second is not None:
        fast = fast or carrier.store.posts_since(robot, now - 1) >= dialect.per_second
    if fast and dialect.block:
        carrier.blocked[robot] = now + dialect.block
    return fast


def _wecom_text(data: dict[str, object] | None) -> tuple[int, str]:
    """The errcode for a body, and its text where that is 0."""
    if data is None:
        return 47001, ""
    if data.get("msgtype") != "text":
        return 40008, ""
    content = text_in(data, "text", "content")
    if not content:
        return 40058, ""
    too_long = len(content.encode("utf-8", "surrogatepass")) > _LONGEST
    return (45002, "") if too_long else (0, content)
