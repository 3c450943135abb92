"""What every group robot does: read the address, sign, weigh, keep the pace, post once, read the answer."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from channels.base import Message, Outcome
from channels.robots.answers import Codes, outcome_of_robot
from channels.robots.pace import Limits, Pace
from channels.transport import FAILURES, Timeouts, Transport, outcome_of_failure


@dataclass(frozen=True, slots=True)
class Address:
    """One robot. secret: '' where the provider's page asks for no signature."""

    key: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A request to be made: path, query, and the JSON of its body."""

    path: str
    body: Mapping[str, object]
    params: Mapping[str, str] = field(default_factory=dict)


class Robot(ABC):
    """Posts text to the group whose robot's address is `message.to`. A provider is a subclass.

    codes: what it answers. limits: how often it may post. most_bytes: how much it takes at once (see `weigh`).
    """

    name = "group"
    can_look_up = False
    codes: ClassVar[Codes]
    limits: ClassVar[Limits]
    most_bytes: ClassVar[int]

    def __init__(
        self,
        base_url: str,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        connections: int = 8,
        now: Callable[[], float] = time.time,
        pace: Pace | None = None,
    ) -> None:
        """now: seconds since 1970, for signatures. Raises Rejected when the base URL is unusable."""
        self._transport = Transport(base_url, timeouts=timeouts, connections=connections)
        self._now = now
        self._pace = pace or Pace(self.limits)

    @classmethod
    @abstractmethod
    def key_in(cls, url: str) -> str:
        """The robot's key in its webhook address; '' when this is no such address."""

    @abstractmethod
    def post(self, address: Address, text: str, now: float) -> Post:
        """The request that posts a text, signed where there is a secret. now: seconds since 1970."""

    def weigh(self, text: str, body: bytes) -> int:
        """The bytes that `most_bytes` limits: of the whole body, where a provider does not say otherwise."""
        return len(body)

    @classmethod
    def address(cls, pasted: str) -> Address | None:
        """The robot in what an officer pasted: a webhook address or its key, then the secret, if there is one."""
        words = pasted.split()
        if not 1 <= len(words) <= 2:
            return None
        key = cls.key_in(words[0]) if "://" in words[0] else words[0]
        return Address(key, *words[1:]) if key else None

    async def send(self, message: Message) -> Outcome:
        """Post it once; what would be refused or come too fast is answered before anything leaves."""
        address = self.address(message.to)
        if address is None:  # the detail names nothing: the address is a secret
            return Outcome("refused", error_code="robot_address", permanent=True)
        post = self.post(address, message.text, self._now())
        body = written(post.body)
        size = self.weigh(message.text, body)
        if size > self.most_bytes:
            detail = f"{size} > {self.most_bytes} bytes"
            return Outcome("refused", error_code="too_long", detail=detail, permanent=True)
        wait = self._pace.take(address.key)
        if wait:
            return Outcome("deferred", error_code="robot_pace", retry_after=wait)
        outcome = await self._hand_over(post, body)
        if outcome.state == "deferred" and outcome.retry_after:
            self._pace.hold(address.key, outcome.retry_after)
        return outcome

    async def aclose(self) -> None:
        """Close the session."""
        await self._transport.aclose()

    async def _hand_over(self, post: Post, body: bytes) -> Outcome:
        try:
            answer = await self._transport.request(
                "POST",
                f"{self._transport.base_url}{post.path}",
                params=dict(post.params) or None,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
        except FAILURES as error:
            return outcome_of_failure(error)
        return outcome_of_robot(answer, self.codes)


def query_value(url: str, name: str) -> str:
    """One value of a pasted address's query, '' when it is not there."""
    return parse_qs(urlsplit(url).query).get(name, [""])[0]


def written(body: Mapping[str, object]) -> bytes:
    """JSON as it leaves. Not escaped, so that a Chinese character weighs three bytes and not six."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a character: only an escape can carry it
        return json.dumps(body, separators=(",", ":")).encode()
