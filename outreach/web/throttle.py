"""How often somebody may do something without logging in. Kept in memory: a restart forgives."""

from __future__ import annotations

import threading
import time
from collections import deque

_MOST_KEYS = 10_000


class Throttle:
    """At most `each` times for one key and `all_` times for everybody, within `seconds`."""

    def __init__(self, each: int, all_: int, seconds: float) -> None:
        self._each, self._all, self._seconds = each, all_, seconds
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}
        self._every: deque[float] = deque()

    def allow(self, key: str) -> bool:
        """Whether once more is allowed; counted when it is."""
        now = time.monotonic()
        with self._lock:
            _forget(self._every, now - self._seconds)
            if len(self._seen) > _MOST_KEYS:
                self._seen = {
                    one: times
                    for one, times in self._seen.items()
                    if times and times[-1] > now - self._seconds
                }
            mine = self._seen.setdefault(key, deque())
            _forget(mine, now - self._seconds)
            if len(mine) >= self._each or len(self._every) >= self._all:
                return False
            mine.append(now)
            self._every.append(now)
            return True


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] < before:
        times.popleft()
