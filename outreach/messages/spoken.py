"""A script as it is spoken: what is read aloud, and what only tells the reader what to do.

A line that begins with （…） begins with an aside; brackets inside a sentence, such as 乡镇（街道）, are read with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outreach.messages.measure import reading_seconds

_ASIDE = re.compile(r"^(?:（[^（）\n]*）)+", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """A stretch of a script. `aloud` is False for an aside: it is for whoever reads."""

    text: str
    aloud: bool


def stretches(script: str) -> tuple[Said, ...]:
    """The script cut at its asides; joined again they are the script."""
    return tuple(said for said in _cut(script) if said.text)


def _cut(script: str) -> Iterator[Said]:
    at = 0
    for aside in _ASIDE.finditer(script):
        yield Said(script[at : aside.start()], aloud=True)
        yield Said(aside.group(), aloud=False)
        at = aside.end()
    yield Said(script[at:], aloud=True)


def spoken_seconds(said: Iterable[Said]) -> int:
    """Seconds to read what is read aloud."""
    return reading_seconds("".join(one.text for one in said if one.aloud))
