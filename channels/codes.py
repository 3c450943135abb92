"""Tables of a carrier's error codes: what each means, how often and how far apart to try again. Data, not code.

A table is a TOML file beside its adapter; an office may lay a file of its own over it, because carriers change
their codes more often than we release.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from channels.base import Patience, Verdict
from channels.errors import Rejected

_KEYS = {"verdict", "again", "apart", "seen", "about"}
_SEEN = ("carrier", "lists")


@dataclass(frozen=True)
class Meaning:
    """What a code means. official: the carrier's own pages say so, and not only lists of third parties.

    verdict: None for a code that the table does not have. own: the office's own file says so.
    """

    verdict: Verdict | None
    patience: Patience
    about: str
    official: bool
    own: bool = False


@dataclass(frozen=True)
class Codes:
    """A carrier's table. `of` answers for every code there is."""

    known: Mapping[int, Meaning]
    default: Meaning

    def of(self, code: str | None) -> Meaning:
        """The meaning of a code as it came; an unlisted one, and none at all, get the default."""
        number = _number(code)
        return self.default if number is None else self.known.get(number, self.default)

    def verdict(self, code: str | None) -> Verdict | None:
        """The verdict for a code, or None when we have none."""
        return self.of(code).verdict


def shipped(carrier: str) -> Codes:
    """The table that ships for a carrier."""
    return load(carrier, None)


@lru_cache(maxsize=16)
def load(carrier: str, own: Path | None) -> Codes:
    """The shipped table with the office's own file over it, where there is one.

    Rejected names the file and the key when it cannot be read: a typing error must not let numbers be closed.
    """
    file = resources.files(__package__ or __name__).joinpath(f"{carrier}_codes.toml")
    rows = _rows(file.read_text("utf-8"), file.name, own=False)
    if own is not None and own.is_file():
        rows |= _rows(own.read_text("utf-8"), own.name, own=True)
    default = rows.pop("default")
    return Codes(MappingProxyType({int(code): row for code, row in rows.items()}), default)


def _rows(text: str, file: str, *, own: bool) -> dict[str, Meaning]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Rejected("channels.codes_file", file=file, key="", reason=str(error)) from error
    return {code: _meaning(code, row, file, own=own) for code, row in tables.items()}


def _meaning(code: str, row: Any, file: str, *, own: bool) -> Meaning:
    def wrong(reason: str) -> Rejected:
        return Rejected("channels.codes_file", file=file, key=code, reason=reason)

    if not isinstance(row, dict) or (code != "default" and _number(code) is None):
        raise wrong("[12345]")
    if strange := set(row) - _KEYS:
        raise wrong(", ".join(sorted(strange)))
    verdict, again, apart = row.get("verdict"), row.get("again", 0), row.get("apart", 1800)
    if (code == "default") != (verdict is None) or verdict not in (None, *Verdict):
        raise wrong("verdict = " + " | ".join(Verdict))
    if not (
        type(again) is int and type(apart) is int and 0 <= again <= 10 and 60 <= apart <= 86400
    ):
        raise wrong("again = 0…10, apart = 60…86400")
    if row.get("seen", "carrier") not in _SEEN:
        raise wrong("seen = " + " | ".join(_SEEN))
    return Meaning(
        verdict=None if verdict is None else Verdict(verdict),
        patience=Patience(again, float(apart)),
        about=str(row.get("about", "")),
        official=row.get("seen", "carrier") == "carrier",
        own=own,
    )


def _number(code: str | None) -> int | None:
    return int(code) if code is not None and code.isascii() and code.isdigit() else None
