"""Rules of the texts: load them as versions, have them reviewed. What an officer writes goes through editing.py."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.queries import users
from outreach.access.roles import Action
from outreach.errors import Conflict, Invalid, Missing, Refused
from outreach.messages import languages, queries
from outreach.messages.schemas import Place, Text
from outreach.messages.syntax import refuse_unseen
from outreach.messages.variants import VariantFile, read_variants

BROUGHT = "随文稿文件带来的签名"
"""Note of a review whose reader stands in the file itself."""


@dataclass
class Loaded:
    """What became of files: new versions, places that were new, and places where the office's own words stay."""

    added: list[Place] = field(default_factory=list)
    new: list[Place] = field(default_factory=list)
    kept: list[Place] = field(default_factory=list)
    unchanged: int = 0


def load_files(connection: Connection, overlay: Path | None = None) -> int:
    """Take the shipped texts and the site's own in as variants; returns how many versions that made."""
    return len(load(connection, read_variants(overlay)).added)


def load(
    connection: Connection,
    files: Iterable[VariantFile],
    *,
    over: bool = False,
    by: str = "",
    on: date | None = None,
) -> Loaded:
    """Take texts from files in as versions.

    A file that was taken in before makes no version again, whatever was written since; and what somebody wrote here
    stays, unless `over` says that the files count. by, on: who takes them in and when; written down beside the name
    of a reader that stands in a file.
    """
    last = queries.last_versions(connection)
    before = _taken(connection)
    loaded = Loaded()
    for file in files:
        row = last.get(file.place)
        if row is not None and not row["retired"] and _content(row) == _content_of(file):
            loaded.unchanged += 1
            key = int(row["id"])
        elif row is not None and not over and _content_of(file) in before.get(file.place, ()):
            loaded.unchanged += 1
            continue
        elif row is not None and row["by"] and not over:
            loaded.kept.append(file.place)
            continue
        else:
            key = add_version(connection, file, row, by="")
            loaded.added.append(file.place)
            loaded.new += [file.place] if row is None else []
        if reader := file.reviewed_by.strip():
            values = queries.review_values(reader, on or clock.business_day(), BROUGHT, by)
            _sign_from_file(connection, key, file, values)
    return loaded


def _taken(connection: Connection) -> dict[Place, set[tuple[Any, ...]]]:
    """What files have ever said at each place."""
    taken: dict[Place, set[tuple[Any, ...]]] = {}
    for row in queries.from_files(connection):
        place = Place(*(row[name] for name in Place._fields))
        taken.setdefault(place, set()).add(_content(row))
    return taken


def _content(row: Any) -> tuple[Any, ...]:
    return row["hash"], row["title"], row["notes"], bool(row["follow_up"])


def _content_of(file: VariantFile) -> tuple[Any, ...]:
    return digest(file.source), file.title, file.notes, file.follow_up


def _sign_from_file(
    connection: Connection, key: int, file: VariantFile, values: Mapping[str, Any]
) -> None:
    if _needs_review(file):
        queries.review(connection, key, values)


def add_version(
    connection: Connection, file: VariantFile, before: Any | None, by: str, why: str = ""
) -> int:
    """Write a text as the version after `before` (its row); returns its id. by: who wrote it, '' for a file.

    A version that only changes the title or the notes keeps its reader: the words are those that were read.
    Conflict when somebody else wrote that version in the meantime.
    """
    values = {
        **file.place._asdict(), "title": file.title, "body": file.source, "hash": digest(file.source),
        "follow_up": file.follow_up, "notes": file.notes, "by": by, "why": why,
        "needs_review": _needs_review(file), "version": 1 if before is None else before["version"] + 1,
    }  # fmt: skip
    key = queries.add_if_next(connection, values)
    if key is None:
        raise changed_since(connection, queries.history(connection, file.place)[0])
    if before is not None and not before["retired"] and before["hash"] == values["hash"]:
        queries.carry_review(connection, before["id"], key)
    return key


def _needs_review(file: VariantFile) -> bool:
    return file.needs_review or languages.needs_reviewer(file.language)


def digest(source: str) -> str:
    """What tells two texts apart."""
    return hashlib.sha256(source.encode()).hexdigest()


def newest(connection: Connection, policies: Sequence[str] | None = None) -> list[Text]:
    """The newest version of every variant that is in use (of some policies)."""
    return [Text.of(row) for row in queries.newest(connection, policies)]


def frozen(connection: Connection, campaign: int) -> list[Text]:
    """The variants that a campaign signed."""
    return [Text.of(row) for row in queries.frozen(connection, campaign)]


def get(connection: Connection, place: Place) -> Text:
    """The newest version at a place; Missing when nothing stands there or it is retired."""
    for text in newest(connection, [place.policy]):
        if text.place == place:
            return text
    raise Missing(
        "messages.no_variant", policy=place.policy, channel=place.channel, language=place.language
    )


def review(
    connection: Connection,
    place: Place,
    by: str,
    on: date,
    note: str = "",
    *,
    entered_by: str = audit.SYSTEM,
    seen: int = 0,
) -> Text:
    """A named reader signs the newest version of a variant; `entered_by` is the user who writes the name down.

    Neither of the two is who wrote it (Refused). seen: the version that was read; Conflict when it is not the newest.
    A version that has its reader keeps the first one.
    """
    refuse_unseen(reader=by, note=note)
    reader = by.strip()
    if not reader:
        raise Invalid("messages.reviewer_needed", policy=place.policy, language=place.language)
    text = get(connection, place)
    if not text.needs_review:
        raise Invalid("messages.review_not_needed", language=languages.name(place.language))
    if seen not in (0, text.version):
        raise Conflict("messages.review_moved_on", seen=seen, version=text.version)
    _second_person(connection, text, reader, entered_by)
    values = queries.review_values(reader, on, note.strip(), entered_by)
    if queries.review(connection, text.id, values):
        detail = {"version": text.version, "reader": reader, "note": note.strip()}
        audit.record(connection, entered_by, Action.MESSAGES_REVIEW, f"text:{place}", detail)
    return text


def _second_person(connection: Connection, text: Text, reader: str, entered_by: str) -> None:
    writer = queries.history(connection, text.place)[0]["by"]
    if not writer:
        return
    if reader in (writer, name_of(connection, writer)):
        language = languages.name(text.language)
        raise Refused("messages.writer_reviews", reader=reader, language=language)
    if entered_by == writer:
        by = name_of(connection, writer)
        raise Refused("messages.writer_enters_review", by=by)


def name_of(connection: Connection, user: str) -> str:
    """What a user is called on pages; who came with a file has no name."""
    named = {one.name: one.display for one in users(connection)}
    return named.get(user) or user or "文稿文件"


def changed_since(connection: Connection, row: Any) -> Conflict:
    """Somebody was faster: who, and with which version."""
    by = name_of(connection, row["by"])
    return Conflict("messages.changed_since", by=by, version=row["version"])
