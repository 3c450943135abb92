"""What an officer does to a text: write it, take an old version back, give it up, start another from it.

Nothing is written over: each of these is a new version, with who, when and why, and a line in the audit log. Whoever
writes says which version lay before them; when another one stands by now, nothing is written (Conflict).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Conflict, Invalid, Missing
from outreach.messages import languages, queries, service
from outreach.messages.lint import VARIABLES
from outreach.messages.schemas import Place, Text
from outreach.messages.syntax import check_source, refuse_unseen
from outreach.messages.variants import VariantFile, tidy

LONGEST_TITLE = 60
LONGEST_NOTE = 500


@dataclass(frozen=True)
class Edit:
    """A text as somebody wants it. base: the version that it was written from, 0 = nothing stood there."""

    place: Place
    title: str
    body: str
    base: int = 0
    follow_up: bool = False
    notes: str = ""
    why: str = ""

    def tidied(self) -> Edit:
        """The same with clean line ends and edges."""
        return replace(
            self,
            title=" ".join(self.title.split())[:LONGEST_TITLE],
            body=tidy(self.body),
            notes=tidy(self.notes)[:LONGEST_NOTE],
            why=" ".join(self.why.split())[:LONGEST_NOTE],
        )

    def file(self, *, needs_review: bool = False) -> VariantFile:
        """As it would lie in a file."""
        policy, channel, language, form, announce = self.place
        return VariantFile(
            channel, language, policy, form, self.title, self.body,
            "personal" if announce == "personal" else "general",
            needs_review=needs_review or languages.needs_reviewer(language),
            follow_up=self.follow_up, notes=self.notes,
        )  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One version with its way: who wrote it (a user's name, '' = a file), when, why, and who read it."""

    text: Text
    by: str
    at: datetime
    why: str
    retired: bool
    reviewed_on: str = ""
    review_note: str = ""

    @classmethod
    def of(cls, row: Any) -> Version:
        """From a row of queries.history."""
        return cls(
            Text.of(row), row["by"], row["created_at"], row["why"], row["retired"],
            str(row["reviewed_on"] or ""), row["review_note"] or "",
        )  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """What became of it: the text that stands now; `new` is False when it was there already, word for word."""

    text: Text
    new: bool


def save(connection: Connection, edit: Edit, by: str) -> Saved:
    """Write a version. Invalid for what can be no text; Conflict names who saved another one meanwhile."""
    edit = edit.tidied()
    _check(edit)
    before = _standing(connection, edit.place)
    if before is not None and not before["retired"] and _same(before, edit):
        return Saved(Text.of(before), new=False)
    _check_base(connection, edit.place, before, edit.base)
    file = edit.file(needs_review=before is not None and before["needs_review"])
    service.add_version(connection, file, before, by, edit.why)
    saved = service.get(connection, edit.place)
    _note(connection, by, edit.place, "save", version=saved.version, why=edit.why)
    return Saved(saved, new=True)


def move(connection: Connection, edit: Edit, from_: Place, by: str) -> Saved:
    """Write a text that has become another form, or speaks to others: it takes its new place and leaves the old one."""
    if edit.place == from_:
        return save(connection, edit, by)
    _check_base(connection, from_, _standing(connection, from_), edit.base)
    taken = _standing(connection, edit.place)
    if taken is not None and not taken["retired"]:
        raise Conflict("messages.place_taken", place=edit.place, version=taken["version"])
    saved = save(connection, replace(edit, base=0), by)
    retire(connection, from_, by, f"改为 {edit.place}")
    return saved


def restore(connection: Connection, place: Place, number: int, base: int, by: str) -> Saved:
    """An old version as a new one."""
    old = version(connection, place, number).text
    why = f"恢复第 {number} 版"
    return save(
        connection, Edit(place, old.title, old.body, base, old.follow_up, old.notes, why), by
    )


def retire(connection: Connection, place: Place, by: str, why: str = "", base: int = 0) -> None:
    """Give a text up: no campaign takes it any more; one that signed it keeps what it signed. It can be restored."""
    refuse_unseen(why=why)
    standing = service.get(connection, place)
    row = queries.history(connection, place)[0]
    _check_base(connection, place, row, base or standing.version)
    names = (*Place._fields, "title", "body", "hash", "needs_review", "follow_up", "notes")
    values = {name: row[name] for name in names}
    values |= {"version": row["version"] + 1, "retired": True, "by": by, "why": why.strip()}
    if queries.add_if_next(connection, values) is None:
        raise service.changed_since(connection, queries.history(connection, place)[0])
    _note(connection, by, place, "retire", version=row["version"] + 1, why=why.strip())


def started(source: Text | None, target: Place, title: str, base: int = 0) -> Edit:
    """A text to begin with: another one's words, with the frame that the target's channel wants. Nothing is written."""
    body = "" if source is None else source.body
    if source is None or source.channel != target.channel:
        for frame in ("{{ signature }}", "{{ opt_out }}"):
            body = body.replace(frame, "")
        if target.channel == "sms":
            body = f"{{{{ signature }}}}{body}{{{{ opt_out }}}}"
    follow_up = source is not None and source.follow_up
    return Edit(target, title, body, base, follow_up)


def history(connection: Connection, place: Place) -> list[Version]:
    """Every version at a place, newest first; Missing when nobody ever wrote one."""
    found = [Version.of(row) for row in queries.history(connection, place)]
    if not found:
        raise Missing("messages.not_at_place", place=place)
    return found


def version(connection: Connection, place: Place, number: int) -> Version:
    """One version; Missing when there is none of that number."""
    for one in history(connection, place):
        if one.text.version == number:
            return one
    raise Missing("messages.no_version", place=place, version=number)


def _standing(connection: Connection, place: Place) -> Any | None:
    """The row of the last version at a place, retired or not."""
    return next(iter(queries.history(connection, place)), None)


def _check(edit: Edit) -> None:
    refuse_unseen(title=edit.title, notes=edit.notes, why=edit.why)
    if not edit.title:
        raise Invalid("messages.title_needed")
    if not edit.body.strip():
        raise Invalid("messages.body_needed")
    broken = check_source(edit.body, VARIABLES)
    if broken:
        raise Invalid("messages.broken_template", count=len(broken), first=broken[0].message())


def _check_base(connection: Connection, place: Place, row: Any | None, base: int) -> None:
    """A retired text counts as nothing for whoever begins anew."""
    stands = 0 if row is None else row["version"]
    if stands == base or (base == 0 and row is not None and row["retired"]):
        return
    if row is None:
        raise Missing("messages.no_version", place=place, version=base)
    raise service.changed_since(connection, row)


def _same(row: Any, edit: Edit) -> bool:
    stands = tuple(row[name] for name in ("body", "title", "follow_up", "notes"))
    return stands == (edit.body, edit.title, edit.follow_up, edit.notes)


def _note(connection: Connection, by: str, place: Place, move_: str, **detail: object) -> None:
    audit.record(connection, by, Action.MESSAGES_EDIT, f"text:{place}", {"move": move_, **detail})
