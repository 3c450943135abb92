"""The word lists of glossary.toml, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from segments import vocabulary


@dataclass(frozen=True)
class Question:
    """One of the six questions: answered by a fact that the text reads or by a pattern in the text."""

    name: str
    facts: frozenset[str]
    words: re.Pattern[str]


@dataclass(frozen=True)
class Glossary:
    """Everything that the checks look for. `patterns`: "promise.always" → what stands in that section."""

    plain: dict[str, str]
    jargon: re.Pattern[str]
    questions: tuple[Question, ...]
    disclosure: re.Pattern[str]
    patterns: dict[str, re.Pattern[str]]

    def __getitem__(self, name: str) -> re.Pattern[str]:
        return self.patterns[name]


@cache
def glossary() -> Glossary:
    """The shipped lists."""
    data: dict[str, Any] = tomllib.loads(
        resources.files("outreach.messages").joinpath("glossary.toml").read_text("utf-8")
    )
    plain: dict[str, str] = data.pop("plain")
    questions = data.pop("question")
    return Glossary(
        plain=plain,
        jargon=_any(plain),
        questions=tuple(
            Question(entry["name"], frozenset(entry["facts"]), re.compile(entry["words"]))
            for entry in questions
        ),
        disclosure=_sensitive(data["disclosure"]["words"]),
        patterns={
            f"{section}.{name}": _any(looked) if isinstance(looked, list) else re.compile(looked)
            for section, entries in data.items()
            for name, looked in entries.items()
        },
    )


def plainer(text: str) -> str:
    """`text` with every entry of the glossary said plainly; the longest entry wins."""
    known = glossary()
    return known.jargon.sub(lambda match: known.plain[match[0]], text)


def _sensitive(more: list[str]) -> re.Pattern[str]:
    """Names and office words of every sensitive circumstance of the vocabulary, and what people say beside them."""
    known = [
        word
        for one in vocabulary.CIRCUMSTANCES
        if one.sensitive
        for word in (one.zh, *one.synonyms)
    ]
    return _any({*known, *more})


def _any(words: Iterable[str]) -> re.Pattern[str]:
    listed = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, listed)))
