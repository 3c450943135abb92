"""Who was in a file, in a few bytes: numbers of people, sorted, as differences, compressed."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable


def packed(people: Iterable[int]) -> bytes:
    """A million people who were added one after the other take some kilobytes."""
    numbers = sorted(set(people))
    steps = array("q", (now - before for before, now in zip([0, *numbers], numbers, strict=False)))
    return zlib.compress(steps.tobytes())


def unpacked(stored: bytes) -> array[int]:
    """What `packed` was given, sorted."""
    steps = array("q")
    steps.frombytes(zlib.decompress(stored) if stored else b"")
    total = 0
    for at, step in enumerate(steps):
        total += step
        steps[at] = total
    return steps
