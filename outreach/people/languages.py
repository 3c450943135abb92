"""Languages and dialects: the words for them, and what is spoken where unless a region says otherwise."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

MANDARIN = "zh-Hans"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?(-x-[a-z0-9]{2,8})?")


def _table(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _tags() -> dict[str, str]:
    return {word: row["tag"] for row in _table("languages.csv") for word in row["words"].split()}


@cache
def dialects() -> dict[str, str]:
    """Region code → language tag (BCP 47) spoken there by default; a deeper code wins. To be checked locally."""
    return {row["prefix"]: row["tag"] for row in _table("dialects.csv")}


def find_language(text: str) -> str | None:
    """The tag that a word such as 四川话 means; a tag means itself; None for anything else."""
    word = text.strip()
    return word if _TAG.fullmatch(word) else _tags().get(word)


@cache
def _names() -> dict[str, str]:
    return {row["tag"]: row["words"].split()[0] for row in reversed(_table("languages.csv"))}


def language_name(tag: str) -> str:
    """The word for a tag, as people say it; a tag without a word says itself."""
    return _names().get(tag, tag)
