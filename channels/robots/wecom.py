"""WeCom's group robot (企业微信群机器人). Source: WeCom developer document 91770."""

from __future__ import annotations

from channels.robots.answers import Codes
from channels.robots.pace import Limits, Window
from channels.robots.robot import Address, Post, Robot, query_value

CODES = Codes(
    later={-1: 3.0, 45009: 60.0},
    permanent=frozenset({93000, 45002}),  # the robot is gone, the text too long
    stop=frozenset({40008, 40058}),  # what we post has a form that no group will take
)


class WeComRobot(Robot):
    """Knows no signatures: whoever has the key may post."""

    codes = CODES
    limits = Limits((Window(20, 60.0),))
    most_bytes = 2_048  # of the text in UTF-8, about 682 Chinese characters

    @classmethod
    def key_in(cls, url: str) -> str:
        """…/cgi-bin/webhook/send?key=KEY"""
        return query_value(url, "key")

    def post(self, address: Address, text: str, now: float) -> Post:
        """A text."""
        body = {"msgtype": "text", "text": {"content": text}}
        return Post("/cgi-bin/webhook/send", body, {"key": address.key})

    def weigh(self, text: str, body: bytes) -> int:
        """Bytes of the text alone."""
        return len(text.encode("utf-8", "surrogatepass"))
