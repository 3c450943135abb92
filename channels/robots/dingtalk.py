"""DingTalk's group robot (钉钉自定义机器人). Source: its developer document on custom robots and their codes."""

from __future__ import annotations

import base64
import hashlib
import hmac

from channels.robots.answers import Codes
from channels.robots.pace import Limits, Window
from channels.robots.robot import Address, Post, Robot, query_value

BLOCK = 600.0
"""Seconds for which a robot that posted too fast posts nothing at all."""

CODES = Codes(
    later={-1: 3.0, 130101: BLOCK, 410100: BLOCK, 90030: BLOCK},
    # no such token (three ways to say it), group dissolved, robot switched off, robot gone; the body too long
    permanent=frozenset({300001, 300005, 400101, 400013, 400102, 400106, 460101}),
    # signature, keyword or address of origin; parameters; content that DingTalk will not carry
    stop=frozenset({310000, 40035, 43004, 400105, 430101, 430102, 430103, 430104}),
)


def sign(secret: str, milliseconds: int) -> str:
    """The signature of a moment, in base64; in a query it is percent-encoded once, as every value is."""
    text = f"{milliseconds}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


class DingTalkRobot(Robot):
    """Signs in the query, with milliseconds that may differ from DingTalk's by an hour."""

    codes = CODES
    limits = Limits((Window(20, 60.0),))
    most_bytes = 20_000  # of the body

    @classmethod
    def key_in(cls, url: str) -> str:
        """…/robot/send?access_token=TOKEN"""
        return query_value(url, "access_token")

    def post(self, address: Address, text: str, now: float) -> Post:
        """A text."""
        params = {"access_token": address.key}
        if address.secret:
            milliseconds = int(now * 1000)
            signature = sign(address.secret, milliseconds)
            params |= {"timestamp": str(milliseconds), "sign": signature}
        return Post("/robot/send", {"msgtype": "text", "text": {"content": text}}, params)
