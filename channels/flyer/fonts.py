"""The one font family of the sheets, and whether it can print a text.

Noto Sans CJK by path (PyPI manimgx-fonts-cjk, OFL-1.1), system fonts off: the same sheet on every
machine, with a real bold. Typst prints nothing and warns of nothing when a glyph is missing, and
rare characters in names are certain, so every string is held against the font's character map.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import manimgx_fonts_cjk
import typst
from fontTools.ttLib import TTCollection

FAMILY = "Noto Sans CJK SC"
GETA = "〓"
"""What Chinese printers set where a character is missing: to be filled in with a pen."""
_UNSEEN = {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}


@cache
def font_file() -> Path:
    """The collection with Regular to Bold for SC, TC, HK, JP and KR."""
    return next(Path(manimgx_fonts_cjk.__file__).parent.glob("*.ttc"))


@cache
def typst_fonts() -> typst.Fonts:
    """The family as Typst wants it, parsed once in a process."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(font_file().parent)],
    )


@cache
def coverage() -> frozenset[int]:
    """All code points that the Simplified Chinese face can print (about 44,800)."""
    with TTCollection(str(font_file()), lazy=True) as collection:
        for face in collection.fonts:
            if face["name"].getDebugName(1) == FAMILY:
                return frozenset(face.getBestCmap())
    raise LookupError(FAMILY)


def missing(text: str) -> tuple[str, ...]:
    """The characters of `text` that cannot be printed, each once, in order."""
    lost = dict.fromkeys(
        character
        for character in text
        if ord(character) not in coverage() and unicodedata.category(character) not in _UNSEEN
    )
    return tuple(lost)


def missing_from(texts: Iterable[str]) -> tuple[str, ...]:
    """The same over many texts."""
    return missing("".join(texts))


def with_geta(text: str) -> str:
    """`text` with 〓 for what cannot be printed."""
    lost = set(missing(text))
    return "".join(GETA if character in lost else character for character in text)
