"""How often one robot may post: the provider's own figures, kept for each robot by whoever posts.

An account's pace is for all its robots together and lasts over processes; this one is for a single robot
and lasts as long as the adapter, so that a group with several posts never brings a block on itself.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """At most `posts` within any `seconds`."""

    posts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider grants one robot; every window holds at once."""

    windows: tuple[Window, ...]

    @property
    def per_second(self) -> float:
        """Posts per second that can go on for ever, rounded down to a tenth."""
        rate = min(window.posts / window.seconds for window in self.windows)
        return math.floor(rate * 10) / 10


class Pace:
    """Counts the posts of each robot. now: seconds that never run backwards."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        most = max(window.posts for window in limits.windows)
        self._posts: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=most))
        self._silent_until: dict[str, float] = {}

    def take(self, robot: str) -> float:
        """0.0: a post may leave now, and is counted. Else the seconds until one may; nothing is counted."""
        now = self._now()
        posts = self._posts[robot]
        free = [self._silent_until.get(robot, now)]
        free += [
            posts[-window.posts] + window.seconds
            for window in self._limits.windows
            if len(posts) >= window.posts
        ]
        wait = max(free) - now
        if wait > 0:
            return wait
        posts.append(now)
        return 0.0

    def hold(self, robot: str, seconds: float) -> None:
        """The provider asked this robot to be silent for so long."""
        self._silent_until[robot] = self._now() + seconds
