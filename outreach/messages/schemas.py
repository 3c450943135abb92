"""What the other rooms see of a text: a version of a variant, somebody who is to be written to, a text ready to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

SPOKEN = ("broadcast", "visit", "call")
"""Channels in which dialect lives without a switch."""

PUBLIC = frozenset(["group", "broadcast"])
"""Channels in which everybody reads or hears it: no text there speaks to one person."""

FACE_TO_FACE = ("visit",)
"""Channels in which nobody but the person hears it."""

WITHOUT_SCRIPT = ("visit",)
"""Channels in which a person goes all the same when no text stands in the reader's language: somebody may speak it."""

SEALED = ("letter",)
"""Forms that come folded or in an envelope and are handed over in person."""


def told_apart(channel: str, form: str) -> bool:
    """Whether only the person hears or reads it, whoever that is: face to face, or sealed."""
    return channel in FACE_TO_FACE or form in SEALED


class Place(NamedTuple):
    """Where a text stands among the others: one newest version for each place.

    `form` is the channel's own (its name) unless the text is something special: rhyme, letter, correction …
    """

    policy: str
    channel: str
    language: str
    form: str
    announce: str

    def __str__(self) -> str:
        """As its file is called: sms/zh-Hans/childcare-2025, broadcast/yue-Hans/phys-65.rhyme."""
        tags = [] if self.form == self.channel else [self.form]
        tags += ["personal"] if self.announce == "personal" else []
        return f"{self.channel}/{self.language}/{'.'.join([self.policy, *tags])}"


@dataclass(frozen=True)
class Text:
    """One version of a variant."""

    id: int
    policy: str
    channel: str
    language: str
    form: str
    announce: str
    version: int
    title: str
    body: str
    hash: str
    needs_review: bool
    follow_up: bool
    notes: str
    reviewed_by: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Text:
        """From a row of queries.newest and its kin."""
        columns = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**columns, "reviewed_by": row["reviewed_by"] or ""})

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.policy, self.channel, self.language, self.form, self.announce)

    @property
    def ready(self) -> bool:
        """Whether it may be sent: a text in a language other than the common one needs its reader."""
        return bool(self.reviewed_by) or not self.needs_review


@dataclass(frozen=True)
class Request:
    """Somebody who is to be written to: in which language, about which policies, where.

    certain: every one of these policies certainly fits. private: nobody else reads or hears it (face to face,
    sealed, or a number confirmed as the person's own). Only then a text may speak to a person about a sensitive policy.
    """

    language: str
    policies: tuple[str, ...]
    region: str
    village: str = ""
    name: str = ""
    certain: bool = False
    private: bool = False


@dataclass(frozen=True)
class Composed:
    """A text ready to go, and which version made it.

    language: of the text as its reader gets it. converted_from: the tag in which it was written, where its
    characters were changed for the reader; else ''.
    """

    text: str
    variant_id: int
    language: str
    converted_from: str = ""
