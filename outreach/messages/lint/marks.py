"""Where clauses, sentences and lines begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_CLAUSE = re.compile(r"[^，。！？；：、（）“”!?;,:\n]+")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Span of every sentence, without its mark."""
    return (match.span() for match in _SENTENCE.finditer(text))


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """Span of everything between two marks."""
    return (match.span() for match in _CLAUSE.finditer(text))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Span of the sentence in which start..end lies; of the words themselves when they cross a mark."""
    for begun, ended in sentences(text):
        if begun <= start and end <= ended:
            return begun, ended
    return start, end


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Span of every line that is not blank, without the blanks around it."""
    for match in re.finditer(r"[^\n]+", text):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped)
            yield start, start + len(stripped)
