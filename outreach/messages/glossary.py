"""The word lists of glossary.toml, read once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Question:
    """One of the six questions: answered by a fact that the text reads or by a pattern in the text."""

    name: str
    facts: frozenset[str]
    words: re.Pattern[str]


@dataclass(frozen=True)
class Glossary:
    """Everything that the checks look for."""

    plain: dict[str, str]
    jargon: re.Pattern[str]
    questions: tuple[Question, ...]
    disclosure: re.Pattern[str]
    promise_always: re.Pattern[str]
    promise_bare: re.Pattern[str]
    condition: re.Pattern[str]
    absolute: re.Pattern[str]
    red_letter: re.Pattern[str]
    trust: re.Pattern[str]
    follow_up: re.Pattern[str]
    follow_up_ignore: re.Pattern[str]
    follow_up_date: re.Pattern[str]


@cache
def glossary() -> Glossary:
    """The shipped lists."""
    data: dict[str, Any] = tomllib.loads(
        resources.files("outreach.messages").joinpath("glossary.toml").read_text("utf-8")
    )
    plain, promise, follow_up = data["plain"], data["promise"], data["follow_up"]
    return Glossary(
        plain=plain,
        jargon=_any(plain),
        questions=tuple(
            Question(entry["name"], frozenset(entry["facts"]), re.compile(entry["words"]))
            for entry in data["question"]
        ),
        disclosure=_any(data["disclosure"]["words"]),
        promise_always=_any(promise["always"]),
        promise_bare=_any(promise["bare"]),
        condition=re.compile(promise["condition"]),
        absolute=_any(data["absolute"]["words"]),
        red_letter=re.compile(
            f"{_any(data['red_letter']['words']).pattern}|{data['red_letter']['pattern']}"
        ),
        trust=re.compile(data["trust"]["words"]),
        follow_up=re.compile(follow_up["words"]),
        follow_up_ignore=re.compile(follow_up["ignore"]),
        follow_up_date=re.compile(follow_up["date"]),
    )


def plainer(text: str) -> str:
    """`text` with every entry of the glossary said plainly; the longest entry wins."""
    known = glossary()
    return known.jargon.sub(lambda match: known.plain[match[0]], text)


def _any(words: dict[str, str] | list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
