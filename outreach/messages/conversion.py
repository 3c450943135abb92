"""Simplified ↔ traditional characters by OpenCC: the script changes, the words do not (s2tw, not s2twp).

What is converted is the finished text. Facts stand in it as prose; conditions of the template were asked about the
facts as they are; and nothing of the template is there any more that could be damaged. Names stay as somebody wrote
them: a person's 范 is not 範, and a carrier knows a signature by its registered characters
(docs/decisions/0014-characters-are-changed-last.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache

from opencc import OpenCC

_TO_TRADITIONAL = {"HK": "s2hk", "MO": "s2hk", "TW": "s2tw"}
_TO_SIMPLIFIED = {"HK": "hk2s", "MO": "hk2s", "TW": "tw2s"}


def configuration(source: str, target: str) -> str:
    """The table of OpenCC from one tag to another: by the region of the traditional side.

    "zh-Hans" → "zh-Hant-HK" is s2hk, "zh-Hant" → "zh-Hans" is t2s.
    """
    if "-Hant" in target:
        return _TO_TRADITIONAL.get(_region(target), "s2t")
    return _TO_SIMPLIFIED.get(_region(source), "t2s")


def convert(text: str, source: str, target: str, keep: Collection[str] = ()) -> str:
    """`text`, written in `source`, in the characters of `target`; whatever is in `keep` stays as it is."""
    kept = tuple(sorted({one for one in keep if one}, key=lambda one: (-len(one), one)))
    return _convert(text, configuration(source, target), kept)


@lru_cache(maxsize=4_096)
def _convert(text: str, table: str, kept: tuple[str, ...]) -> str:
    if not kept:
        return str(_table(table).convert(text))
    pieces = re.split("(" + "|".join(map(re.escape, kept)) + ")", text)
    # what stands between two kept names is converted, the names themselves are at the odd places
    return "".join(
        piece if place % 2 else str(_table(table).convert(piece))
        for place, piece in enumerate(pieces)
    )


@cache
def _table(name: str) -> OpenCC:
    return OpenCC(name)


def _region(tag: str) -> str:
    return next((part for part in tag.split("-")[1:] if len(part) == 2), "")
