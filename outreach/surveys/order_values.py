"""Reading the values of a survey's document; whatever is wrong names the file and the key. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from outreach.errors import Invalid


@dataclass(frozen=True)
class Values:
    """A document with the name of its file."""

    document: Mapping[str, Any]
    file: str
    required: Sequence[str] = ()

    def has(self, key: str) -> bool:
        """Whether something stands there."""
        return self.document.get(key) not in (None, "")

    def refuse(self, key: str) -> NoReturn:
        """Invalid: the value cannot be used."""
        raise Invalid("fieldwork.bad_value", file=self.file, key=key, value=self.document.get(key))

    def clash(self, code: str, key: str, **params: object) -> NoReturn:
        """Invalid: it does not go together with something else; `code` says with what."""
        raise Invalid(code, file=self.file, key=key, **params)

    def text(self, key: str) -> str:
        """A text, trimmed; '' where none is given."""
        value = self.document.get(key)
        if value is not None and not isinstance(value, str):
            self.refuse(key)
        text = (value or "").strip()
        if not text and key in self.required:
            self.refuse(key)
        return text

    def code(self, key: str) -> str:
        """A code of digits, which YAML may have read as a number."""
        value = self.document.get(key)
        if value is None:
            return ""
        text = str(value).strip()
        if type(value) not in (int, str) or not (text.isascii() and text.isalnum()):
            self.refuse(key)
        return text

    def whole(self, key: str, largest: int, default: int = 0, smallest: int = 1) -> int:
        """A whole number from `smallest` to `largest`."""
        value = self.document.get(key, default)
        if value is None or (key not in self.document and value == default):
            return default
        if type(value) is not int or not smallest <= value <= largest:
            self.refuse(key)
        return int(value)

    def share(self, key: str, default: float, *, most: float = 1.0, open_end: bool = True) -> float:
        """A share above 0 (0 is only the default) and below `most`, or up to it where the end is not open."""
        if not self.has(key):
            return default
        value = self.document[key]
        inside = type(value) in (int, float) and 0 < value <= most
        if not inside or (open_end and value == most):
            self.refuse(key)
        return float(value)

    def number(self, key: str, default: float, smallest: float, largest: float) -> float:
        """A number in a range."""
        if not self.has(key):
            return default
        value = self.document[key]
        if type(value) not in (int, float) or not smallest <= value <= largest:
            self.refuse(key)
        return float(value)

    def one_of(self, key: str, allowed: Sequence[str], default: str = "") -> str:
        """One of a few words; the first one (or `default`) where none is given."""
        value = self.document.get(key)
        if value is None:
            return default or allowed[0]
        if value not in allowed:
            self.clash("planning.one_of", key, value=value, choices="、".join(allowed))
        return str(value)

    def some_of(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """A list of words, each once."""
        value = self.document.get(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or len(set(map(str, value))) < len(value):
            self.refuse(key)
        for one in value:
            if one not in allowed:
                self.clash("planning.one_of", key, value=one, choices="、".join(allowed))
        return tuple(value)

    def switch(self, key: str) -> bool:
        """True or false."""
        value = self.document.get(key, False)
        if type(value) is not bool:
            self.refuse(key)
        return bool(value)

    def day(self, key: str) -> date | None:
        """A date, as YAML reads one or as ISO text."""
        value = self.document.get(key)
        if value is None or value == "":
            return None
        if type(value) is date:
            return value
        try:
            return date.fromisoformat(value) if isinstance(value, str) else self.refuse(key)
        except ValueError:
            self.refuse(key)

    def rates(self, key: str) -> dict[str, float]:
        """Expected rates above 0 and below 1 by the name of a stratum."""
        value = self.document.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not value:
            self.refuse(key)
        for name, rate in value.items():
            if type(rate) is not float or not 0 < rate < 1:
                self.clash("planning.bad_rate", key, stratum=name, value=rate)
        return {str(name): rate for name, rate in value.items()}

    def seed(self) -> str:
        """YAML reads 2026 as a number; both are the same text in the drawing."""
        value = self.document["seed"]
        if type(value) not in (int, str) or not str(value).strip():
            self.refuse("seed")
        return str(value).strip()
