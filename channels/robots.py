"""Group robots. WeCom (企业微信群机器人): a post to a group, never to a person.

The HTTP status is 200 even when nothing was posted: only `errcode` decides. Nobody can ask a robot
afterwards what it has posted; after an unknown outcome a person in the group has to look.
Source: WeCom developer document 91770.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from channels.base import Message, Outcome
from channels.transport import (
    FAILURES,
    Answer,
    Timeouts,
    Transport,
    blacken,
    outcome_of_failure,
    outcome_of_status,
)

WECOM_URL = "https://qyapi.weixin.qq.com"
WECOM_BYTES = 2048  # of UTF-8, about 682 Chinese characters
WECOM_PER_MINUTE = 20  # for one robot; the caller paces

# errcode → seconds after which it is worth trying again
_LATER: dict[int, float] = {-1: 3.0, 45009: 60.0}
_PERMANENT = frozenset({93000, 45002})  # the robot is gone, the text too long
_STOP = frozenset({40008, 40058})  # what we post has a form that no group will take


def robot_key(pasted: str) -> str:
    """The robot's key, from a key or from the whole webhook address that an officer pasted."""
    pasted = pasted.strip()
    keys = parse_qs(urlsplit(pasted).query).get("key", []) if "://" in pasted else []
    return keys[0] if keys else pasted


class WeComRobot:
    """Posts text to the group whose robot key is `message.to`."""

    name = "group"
    can_look_up = False

    def __init__(
        self,
        base_url: str = WECOM_URL,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        connections: int = 8,
    ) -> None:
        """Raises Rejected when the base URL is unusable."""
        self._transport = Transport(base_url, timeouts=timeouts, connections=connections)

    async def send(self, message: Message) -> Outcome:
        """Post it once; too long a text is refused before anything leaves."""
        size = len(message.text.encode("utf-8", "surrogatepass"))
        if size > WECOM_BYTES:
            detail = f"{size} > {WECOM_BYTES} bytes"
            return Outcome("refused", error_code="too_long", detail=detail, permanent=True)
        try:
            answer = await self._transport.request(
                "POST",
                f"{self._transport.base_url}/cgi-bin/webhook/send",
                params={"key": robot_key(message.to)},
                json={"msgtype": "text", "text": {"content": message.text}},
            )
        except FAILURES as error:
            return outcome_of_failure(error)
        return outcome_of_robot(answer)

    async def aclose(self) -> None:
        """Close the session."""
        await self._transport.aclose()


def outcome_of_robot(answer: Answer) -> Outcome:
    """What a robot's answer means: errcode 0 accepted, -1 and 45009 later, anything else refused."""
    if answer.status != 200:
        return outcome_of_status(answer)
    try:
        payload = json.loads(answer.text)
        code, detail = payload["errcode"], blacken(str(payload.get("errmsg", "")))
    except (ValueError, TypeError, KeyError, AttributeError):
        code, detail = None, blacken(answer.text)
    if not isinstance(code, int) or isinstance(code, bool):
        return Outcome("unknown", error_code="unreadable", detail=detail)
    if code == 0:
        return Outcome("accepted")
    if code in _LATER:
        return Outcome("deferred", error_code=str(code), detail=detail, retry_after=_LATER[code])
    return Outcome(
        "refused",
        error_code=str(code),
        detail=detail,
        permanent=code in _PERMANENT,
        stop_campaign=code in _STOP,
    )
