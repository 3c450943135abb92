"""How the texts of a campaign differ from another version of them: what was signed and what stands there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach.campaigns import queries
from outreach.errors import Missing
from outreach.messages import queries as variants
from outreach.messages import service as messages
from outreach.messages.differences import Run, differences
from outreach.messages.schemas import Place, Text
from outreach.models.messages import BUNDLE


@dataclass(frozen=True)
class Changed:
    """One text in two versions. before or after is None where there is none at that place."""

    place: Place
    before: Text | None
    after: Text | None
    runs: tuple[Run, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "place": str(self.place),
            "before": self.before.version if self.before else None,
            "after": self.after.version if self.after else None,
            "runs": [{"kind": run.kind, "text": run.text} for run in self.runs],
        }


def against(connection: Connection, campaign: Mapping[str, Any], other: str = "") -> list[Changed]:
    """Where the texts of a campaign differ, place by place; the older one is `before`.

    other: '' = what was signed against the newest versions, of a draft the newest ones against those before them;
    a number = that version; else the name of another campaign. Missing when there is neither.
    """
    mine = texts_of(connection, campaign)
    if not other:
        if campaign["frozen_hash"]:
            refs = queries.policy_refs(connection, campaign["id"])
            newest = {text.place: text for text in messages.newest(connection, [*refs, BUNDLE])}
            return _compare(mine, {place: newest.get(place) for place in mine})
        return _compare(_earlier(connection, mine), mine)
    if other.isdecimal():
        return _compare(_version(connection, mine, int(other)), mine)
    theirs = queries.by_ref(connection, other)
    if theirs is None:
        raise Missing("previewing.unknown_version", version=other)
    return _compare(texts_of(connection, theirs), mine)


def texts_of(connection: Connection, campaign: Mapping[str, Any]) -> dict[Place, Text]:
    """The texts that a campaign signed, or the newest of its policies while it is a draft; for its channels."""
    channels = {step["channel"] for step in queries.steps(connection, campaign["id"])}
    if campaign["frozen_hash"]:
        found = messages.frozen(connection, campaign["id"])
    else:
        refs = queries.policy_refs(connection, campaign["id"])
        found = messages.newest(connection, [*refs, BUNDLE])
    return {text.place: text for text in found if text.channel in channels}


def latest_version(connection: Connection, campaign: Mapping[str, Any]) -> int:
    """The highest number that a text of the campaign's policies has for its channels; 0 without texts."""
    channels = {step["channel"] for step in queries.steps(connection, campaign["id"])}
    refs = queries.policy_refs(connection, campaign["id"])
    found = messages.newest(connection, [*refs, BUNDLE])
    return max((text.version for text in found if text.channel in channels), default=0)


_Texts = Mapping[Place, Text | None]


def _earlier(connection: Connection, texts: Mapping[Place, Text]) -> dict[Place, Text | None]:
    """The version before each text; a first version has nothing to be compared with and stands against itself."""
    found: dict[Place, Text | None] = {}
    for place, text in texts.items():
        older = _history(connection, place) if text.version > 1 else ()
        before = [one for one in older if one.version < text.version]
        found[place] = before[0] if before else text
    return found


def _version(
    connection: Connection, texts: Mapping[Place, Text], version: int
) -> dict[Place, Text | None]:
    found: dict[Place, Text | None] = {}
    for place in texts:
        same = [one for one in _history(connection, place) if one.version == version]
        if same:
            found[place] = same[0]
    if not found:
        raise Missing("previewing.unknown_version", version=version)
    return {place: found.get(place, text) for place, text in texts.items()}


def _history(connection: Connection, place: Place) -> Sequence[Text]:
    return [Text.of(row) for row in variants.history(connection, place)]


def _compare(before: _Texts, after: _Texts) -> list[Changed]:
    found = []
    for place in sorted({*before, *after}):
        old, new = before.get(place), after.get(place)
        was, now = old.body if old else "", new.body if new else ""
        if was != now:
            found.append(Changed(place, old, new, differences(was, now)))
    return found
