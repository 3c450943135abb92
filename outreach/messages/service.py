"""Rules of the texts: load them as versions, have them reviewed."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from outreach.errors import Invalid, Missing
from outreach.messages import languages, queries
from outreach.messages.schemas import Place, Text
from outreach.messages.variants import VariantFile, read_variants


def load_files(connection: Connection, overlay: Path | None = None) -> int:
    """Take the texts in files in as variants; one that says the same as before makes no new version."""
    known = {text.place: text for text in newest(connection)}
    added = 0
    for file in read_variants(overlay):
        before = known.get(file.place)
        if before is None or before.hash != _digest(file.source):
            add_version(connection, file, before, by="")
            added += 1
    return added


def add_version(connection: Connection, file: VariantFile, before: Text | None, by: str) -> int:
    """Write a text as the version after `before`; returns its id. by: who wrote it, '' for a file."""
    values = {
        **file.place._asdict(), "title": file.title, "body": file.source, "hash": _digest(file.source),
        "follow_up": file.follow_up, "notes": file.notes, "by": by,
        "needs_review": file.needs_review or languages.needs_reviewer(file.language),
        "version": 1 if before is None else before.version + 1,
    }  # fmt: skip
    return queries.add(connection, values)


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def newest(connection: Connection, policies: list[str] | None = None) -> list[Text]:
    """The newest version of every variant (of some policies)."""
    return [Text.of(row) for row in queries.newest(connection, policies)]


def frozen(connection: Connection, campaign: int) -> list[Text]:
    """The variants that a campaign signed."""
    return [Text.of(row) for row in queries.frozen(connection, campaign)]


def get(connection: Connection, place: Place) -> Text:
    """The newest version at a place; Missing when nothing stands there."""
    for text in newest(connection, [place.policy]):
        if text.place == place:
            return text
    raise Missing(
        "messages.no_variant", policy=place.policy, channel=place.channel, language=place.language
    )


def review(connection: Connection, place: Place, by: str, on: date, note: str = "") -> Text:
    """A named reader signs the newest version of a variant."""
    if not by.strip():
        raise Invalid("messages.reviewer_needed", policy=place.policy, language=place.language)
    text = get(connection, place)
    queries.review(connection, text.id, by, on, note)
    return text
