"""Words for people: code → Chinese and English, from catalogue/*.toml beside this file.

A catalogue entry is a table named by the code, with `zh` and `en`; `{name}` fields are filled from
the parameters of the problem. A test holds the codes raised in the source against the catalogues.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

Lang = Literal["zh", "en"]


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All entries of all catalogues; a code that stands in two files is a ValueError."""
    entries: dict[str, dict[str, str]] = {}
    for file in sorted(
        resources.files(__name__).joinpath("catalogue").iterdir(), key=lambda f: f.name
    ):
        if not file.name.endswith(".toml"):
            continue
        for code, words in tomllib.loads(file.read_text("utf-8")).items():
            if code in entries:
                raise ValueError(f"{code} is worded twice, again in {file.name}")
            entries[code] = words
    return entries


class _Fields(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def say(code: str, lang: Lang = "zh", /, **params: object) -> str:
    """The sentence for a code, filled in; an unknown code says itself, so nothing is ever hidden."""
    words = catalogue().get(code)
    if words is None:
        details = "，".join(f"{key}: {value}" for key, value in params.items())
        return f"{code}（{details}）" if details else code
    named = {key: _named(key, value, lang) for key, value in params.items()}
    return words[lang].format_map(_Fields(named))


def _named(key: str, value: object, lang: Lang) -> object:
    """What a person reads for a code inside a sentence, such as where a campaign stands; all else stays as it is."""
    entry = catalogue().get(f"named.{key}.{value}")
    return value if entry is None else entry[lang]


def both(code: str, /, **params: object) -> str:
    """Chinese, then English: for the command line and for logs."""
    return f"{say(code, 'zh', **params)} / {say(code, 'en', **params)}"
