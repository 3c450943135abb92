"""What changed between two versions of a text, for people to read: whole words rather than scattered characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "gone", "new"]

_TOKEN = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|[0-9]+(?:[.,:：][0-9]+)*|[A-Za-z]+(?:['’-][A-Za-z]+)*|.",
    re.DOTALL,
)
"""What is never cut in two: a variable, a tag, a number, a word in letters; Chinese goes character by character."""

_MOST_PAIRS = 60_000
"""A text of a thousand characters and its next version have some ten thousand; a page of one letter has millions."""
_GLUE = 2
"""So few characters alike between two changes read as one change: 每孩每年 → 每人每月, not 每[孩→人]每[年→月]."""


@dataclass(frozen=True)
class Run:
    """A stretch that stayed, went or came."""

    kind: Kind
    text: str


def differences(before: str, after: str) -> tuple[Run, ...]:
    """The way from one text to the other.

    Without the new stretches it is `before`, without the gone ones it is `after`. Of a change, what went stands first.
    """
    old, new = _cut(before, after)
    blocks = _blocks(old, new)
    runs: list[Run] = []
    for gone, came, same in _changes(blocks, old, new):
        runs += [Run("gone", gone)] if gone else []
        runs += [Run("new", came)] if came else []
        runs += [Run("same", same)] if same else []
    return tuple(runs)


def _cut(before: str, after: str) -> tuple[list[str], list[str]]:
    """Both texts in pieces: words, or whole lines where the words are too many and too much alike to be compared."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if _pairs(old, new) <= _MOST_PAIRS:
        return old, new
    return before.splitlines(keepends=True), after.splitlines(keepends=True)


def _blocks(old: Sequence[str], new: Sequence[str]) -> Sequence[_Op]:
    if _pairs(old, new) > _MOST_PAIRS:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces of one text are equal to one of the other: what the comparison takes time for."""
    theirs = Counter(new)
    return sum(count * theirs[piece] for piece, count in Counter(old).items())


_Op = tuple[str, int, int, int, int]


def _changes(
    blocks: Sequence[_Op], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """(gone, new, the same after them), with short stretches between two changes taken into the change."""
    gone = came = ""
    for place, (tag, from_old, to_old, from_new, to_new) in enumerate(blocks):
        was, now = "".join(old[from_old:to_old]), "".join(new[from_new:to_new])
        between = 0 < place < len(blocks) - 1
        if tag == "equal" and not (between and _glued(was)):
            yield gone, came, was
            gone = came = ""
        else:
            gone, came = gone + was, came + now
    if gone or came:
        yield gone, came, ""


def _glued(same: str) -> bool:
    """A few characters of running text hold two changes together; a mark or a line's end keeps them apart."""
    return len(same) <= _GLUE and same.isalnum()
