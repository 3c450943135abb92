"""A request that leaves in time or not at all.

Between the decision to send and the bytes on the wire lie turns of the event loop: a connection is opened, aiohttp
writes headers and body in a task of its own. A process that sleeps just there wakes up with requests that are as good
as sent; meanwhile others have found them missing, and have sent them again. So the clock is looked at once more where
the bytes are written, and nothing is written when it is too late.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp
from aiohttp.abc import AbstractStreamWriter

_until: ContextVar[float] = ContextVar("until", default=math.inf)


class TooLate(OSError):
    """The last moment at which a request might leave had passed before its first byte was written."""


def uptime() -> float:
    """Seconds that also pass while the machine sleeps: a request after a nap must not be opened."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@contextmanager
def leaving_before(moment: float) -> Iterator[None]:
    """Requests made inside leave before this moment of `uptime`, or fail without a byte sent."""
    token = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(token)


class Body(aiohttp.BytesPayload):
    """Bytes that are written in time or not at all; aiohttp sends the headers with the first of them."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self._leave_by = _until.get()

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Raises TooLate instead of writing."""
        if uptime() > self._leave_by:
            raise TooLate("too late to be sent")
        await super().write_with_length(writer, content_length)
