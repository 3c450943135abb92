"""What we know of each provider: where its data goes, what must be filed, from where nothing comes back. Data, not code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal
from urllib.parse import urlsplit

from channels.transport import is_loopback

Kind = Literal["signature", "template"]
HERE = "here"
"""The place of what stays on this machine."""

MAINLAND = "CN"
UNKNOWN = ""
"""The place of a host that nobody has told us about; it counts as abroad."""


@dataclass(frozen=True)
class Advised:
    """How long one text should be at most."""

    characters: int
    parts: int


@dataclass(frozen=True)
class Provider:
    """One provider. `one_way`, `advised`: by the number's country prefix (+86)."""

    name: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    place: str = UNKNOWN
    filing: tuple[Kind, ...] = ()
    one_way: tuple[str, ...] = ()
    advised: Mapping[str, Advised] = field(default_factory=dict)

    def destination(self, base_url: str) -> str:
        """Where data goes that is sent to a server: a country, HERE or UNKNOWN."""
        if is_loopback(base_url):
            return HERE
        if not base_url:
            return self.place
        try:
            host = urlsplit(base_url).hostname or ""
        except ValueError:
            return UNKNOWN
        return self.hosts.get(host, UNKNOWN)

    def answers_come_back(self, country: str) -> bool:
        """Whether a text from a phone of a country (+86) reaches us."""
        return country not in self.one_way


@cache
def provider(name: str) -> Provider:
    """What is known of a provider; of one that is not listed nothing, so that its data counts as going abroad."""
    row = _table().get(name, {})
    return Provider(
        name=name,
        hosts=row.get("hosts", {}),
        place=row.get("place", UNKNOWN),
        filing=tuple(row.get("filing", ())),
        one_way=tuple(row.get("one_way", ())),
        advised={prefix: Advised(**one) for prefix, one in row.get("advised", {}).items()},
    )


def is_abroad(place: str) -> bool:
    """Whether data that goes there leaves the mainland, or may."""
    return place not in (HERE, MAINLAND)


@cache
def _table() -> dict[str, Any]:
    file = resources.files(__package__ or __name__).joinpath("providers.toml")
    return tomllib.loads(file.read_text("utf-8"))
