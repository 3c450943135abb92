"""Feishu's group robot (飞书自定义机器人). Source: its developer document on custom bots.

Feishu asks not to post at 10:00 and 17:30 sharp, when everybody does: it then answers "too fast" (11232) to
robots that are not, which comes back as deferred.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote, unquote, urlsplit

from channels.robots.answers import Codes
from channels.robots.pace import Limits, Window
from channels.robots.robot import Address, Post, Robot

_HOOK = "/open-apis/bot/v2/hook/"

CODES = Codes(
    later={11232: 60.0},
    permanent=frozenset({19001, 19007}),  # no such robot, robot switched off
    # signature or clock, address of origin, keyword, type of message, a body that cannot be read
    stop=frozenset({19021, 19022, 19024, 19002, 9499}),
    code=("code", "StatusCode"),  # the second alone in answers of old
    words=("msg", "StatusMessage"),
    same={(9499, "too many request"): 11232},
)


def sign(secret: str, seconds: int) -> str:
    """The signature of a moment, in base64. Moment and secret are the key here, and nothing is the message."""
    key = f"{seconds}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()


class FeishuRobot(Robot):
    """Signs in the body, with seconds that may differ from Feishu's by an hour."""

    codes = CODES
    limits = Limits((Window(100, 60.0), Window(5, 1.0)))
    most_bytes = 20_480  # of the body, with its signature

    @classmethod
    def key_in(cls, url: str) -> str:
        """…/open-apis/bot/v2/hook/TOKEN"""
        _, hook, token = urlsplit(url).path.partition(_HOOK)
        return unquote(token.strip("/")) if hook else ""

    def post(self, address: Address, text: str, now: float) -> Post:
        """A text."""
        body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
        if address.secret:
            seconds = int(now)
            body |= {"timestamp": str(seconds), "sign": sign(address.secret, seconds)}
        return Post(_HOOK + quote(address.key, safe=""), body)
