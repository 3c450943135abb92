"""signing.toml: chains of signatures and the limits of the checks, as an office writes them down.

The file is shipped in `templates/`; a site's own lies in its content folder. What applied when a campaign was
submitted stands in its frozen document, so a file that changes later changes nothing that was signed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from outreach import content
from outreach.access.roles import Action
from outreach.errors import Invalid
from outreach.wording import Lang

FILE = "signing.toml"
SIGNERS = (Action.CAMPAIGNS_REVIEW, Action.CAMPAIGNS_APPROVE)
"""What somebody must be allowed to do to sign a level: a level names one of them."""

_NAME = r"[a-z0-9][a-z0-9-]{0,31}"


@dataclass(frozen=True)
class Level:
    """One place in a chain. from_people: audience from which it is asked for. within_hours: 0 = before anything is sent,
    else how long after the release it may be missing (补签)."""

    id: str
    zh: str
    en: str
    action: str = Action.CAMPAIGNS_APPROVE.value
    from_people: int = 0
    within_hours: int = 0

    @property
    def afterwards(self) -> bool:
        """Whether it is signed after sending has begun."""
        return self.within_hours > 0

    def name(self, lang: Lang = "zh") -> str:
        """Its name for people."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Chain:
    """Levels in the order in which they are signed."""

    id: str
    zh: str
    en: str
    levels: tuple[Level, ...]

    def of_size(self, people: int) -> Chain:
        """The chain for an audience: larger ones have more levels."""
        levels = tuple(one for one in self.levels if people >= one.from_people)
        return Chain(self.id, self.zh, self.en, levels)

    def name(self, lang: Lang = "zh") -> str:
        """Its name for people."""
        return self.zh if lang == "zh" else self.en

    def as_dict(self) -> dict[str, Any]:
        """For the frozen document."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Chain:
        """The chain behind `as_dict`."""
        levels = tuple(Level(**one) for one in data["levels"])
        return cls(data["id"], data["zh"], data["en"], levels)


@dataclass(frozen=True)
class Limits:
    """How many days old a list may be. register: who died and who moved; applied: who applied or received."""

    register_days: int = 92
    applied_days: int = 62


EARLIER = Chain(
    "two-people", "起草、签发", "written, signed", (Level("sign", "签发", "Signature"),)
)
"""What applied to campaigns that were submitted before chains stood in the frozen document."""


@dataclass(frozen=True)
class Rules:
    """The whole file."""

    default: str
    urgent: str
    chains: Mapping[str, Chain]
    limits: Limits

    def chain_for(self, campaign: Mapping[str, Any]) -> Chain:
        """The chain that a campaign asks for, of whatever size. Invalid names those that there are.

        An urgent campaign has the urgent one unless it names another.
        """
        usual = self.urgent if campaign["message_class"] == "urgent" else self.default
        wanted = str(campaign["options"].get("chain") or usual)
        if wanted not in self.chains:
            known = "、".join(f"{one.id}（{one.zh}）" for one in self.chains.values())
            raise Invalid("signing.no_chain", campaign=campaign["ref"], chain=wanted, known=known)
        chosen = self.chains[wanted]
        if campaign["message_class"] != "urgent" and any(one.afterwards for one in chosen.levels):
            raise Invalid("signing.afterwards", campaign=campaign["ref"], chain=wanted)
        return chosen


def read(overlay: Path | None = None) -> Rules:
    """The site's file, else the shipped one. Invalid with the place when it cannot be used."""
    path = content.find(FILE, overlay)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid("signing.unreadable", file=str(path), reason=str(error)) from error
    return _Reading(str(path)).rules(data)


@dataclass(frozen=True)
class _Reading:
    """Checks one file; everything that is wrong names the file and the key."""

    file: str

    def rules(self, data: Mapping[str, Any]) -> Rules:
        self._known(data, {"default", "urgent", "chain", "limits"}, "")
        chains = {one.id: one for one in map(self._chain, self._tables(data, "chain", ""))}
        for key in ("default", "urgent"):
            if data.get(key) not in chains:
                raise self._bad(key, data.get(key))
        if any(one.afterwards for one in chains[data["default"]].levels):
            raise self._bad("default", data["default"])
        return Rules(data["default"], data["urgent"], chains, self._limits(data.get("limits", {})))

    def _chain(self, data: Mapping[str, Any]) -> Chain:
        place = f"chain[{data.get('id')}]"
        self._known(data, {"id", "zh", "en", "level"}, place)
        every = self._tables(data, "level", place)
        levels = tuple(self._level(one, place) for one in every)
        first_later = [one.afterwards for one in levels]
        # Somebody has signed before anything is sent, whatever the size, and nobody signs "before" after "afterwards".
        always = [one for one in levels if not one.afterwards and not one.from_people]
        if not always or first_later != sorted(first_later):
            raise self._bad(f"{place}.level", [one.id for one in levels])
        if len({one.id for one in levels}) < len(levels):
            raise self._bad(f"{place}.level", [one.id for one in levels])
        return Chain(self._name(data, place), self._text(data, "zh", place), self._text(data, "en", place), levels)  # fmt: skip

    def _level(self, data: Mapping[str, Any], place: str) -> Level:
        place = f"{place}.level[{data.get('id')}]"
        self._known(data, {one.name for one in fields(Level)}, place)
        action = data.get("action", Action.CAMPAIGNS_APPROVE.value)
        if action not in [one.value for one in SIGNERS]:
            raise self._bad(f"{place}.action", action)
        return Level(
            self._name(data, place), self._text(data, "zh", place), self._text(data, "en", place), action,
            self._number(data, "from_people", place, 0), self._number(data, "within_hours", place, 0),
        )  # fmt: skip

    def _limits(self, data: object) -> Limits:
        if not isinstance(data, Mapping):
            raise self._bad("limits", data)
        names = [one.name for one in fields(Limits)]
        self._known(data, set(names), "limits")
        usual = Limits()
        return Limits(*(self._number(data, name, "limits", getattr(usual, name), 1) for name in names))  # fmt: skip

    def _known(self, data: Mapping[str, Any], allowed: set[str], place: str) -> None:
        for key in data:
            if key not in allowed:
                raise self._bad(f"{place}.{key}".lstrip("."), data[key])

    def _tables(self, data: Mapping[str, Any], key: str, place: str) -> list[Mapping[str, Any]]:
        value = data.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, Mapping) for one in value):  # fmt: skip
            raise self._bad(f"{place}.{key}".lstrip("."), value)
        return value

    def _name(self, data: Mapping[str, Any], place: str) -> str:
        if not re.fullmatch(_NAME, str(data.get("id"))):
            raise self._bad(f"{place}.id", data.get("id"))
        return str(data["id"])

    def _text(self, data: Mapping[str, Any], key: str, place: str) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(f"{place}.{key}", value)
        return value.strip()

    def _number(self, data: Mapping[str, Any], key: str, place: str, usual: int, least: int = 0) -> int:  # fmt: skip
        value = data.get(key, usual)
        if type(value) is not int or not least <= value < 10**9:
            raise self._bad(f"{place}.{key}", value)
        return value

    def _bad(self, key: str, value: object) -> Invalid:
        return Invalid("signing.bad_value", file=self.file, key=key, value=value)
