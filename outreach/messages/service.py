"""Rules of the texts: load them as versions, have them reviewed, and find the text for somebody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach.errors import Invalid, Missing
from outreach.messages import facts, languages, queries
from outreach.messages.render import render_groups
from outreach.messages.variants import BUNDLE, read_variants
from outreach.policies.schemas import PolicyView

SPOKEN = ("broadcast", "visit", "call")
"""Channels in which dialect lives without a switch."""


@dataclass(frozen=True)
class Text:
    """One version of a variant."""

    id: int
    policy: str
    channel: str
    language: str
    version: int
    title: str
    body: str
    hash: str
    announce: str
    needs_review: bool
    reviewed_by: str

    @property
    def ready(self) -> bool:
        """Whether it may be sent: a text in a language other than the common one needs its reader."""
        return bool(self.reviewed_by) or not self.needs_review


def _text(row: Mapping[str, Any]) -> Text:
    columns: dict[str, Any] = {name: row[name] for name in Text.__dataclass_fields__}
    return Text(**{**columns, "reviewed_by": row["reviewed_by"] or ""})


def load_files(connection: Connection, overlay: Path | None = None) -> int:
    """Take the texts in files in as variants; one that says the same as before makes no new version."""
    known = {
        (row["policy"], row["channel"], row["language"]): row for row in queries.newest(connection)
    }
    added = 0
    for file in read_variants(overlay):
        digest = hashlib.sha256(file.source.encode()).hexdigest()
        before = known.get((file.policy, file.channel, file.language))
        if before is not None and before["hash"] == digest:
            continue
        needs_review = file.needs_review or languages.needs_reviewer(file.language)
        values = {
            "policy": file.policy, "channel": file.channel, "language": file.language, "form": file.form,
            "title": file.title, "announce": file.announce, "body": file.source, "hash": digest,
            "needs_review": needs_review, "version": 1 if before is None else before["version"] + 1,
        }  # fmt: skip
        queries.add(connection, values)
        added += 1
    return added


def newest(connection: Connection, policies: list[str] | None = None) -> list[Text]:
    """The newest version of every variant (of some policies)."""
    return [_text(row) for row in queries.newest(connection, policies)]


def frozen(connection: Connection, campaign: int) -> list[Text]:
    """The variants that a campaign signed."""
    return [_text(row) for row in queries.frozen(connection, campaign)]


def review(
    connection: Connection,
    policy: str,
    channel: str,
    language: str,
    by: str,
    on: date,
    note: str = "",
) -> Text:
    """A named reader signs the newest version of a variant."""
    if not by.strip():
        raise Invalid("messages.reviewer_needed", policy=policy, language=language)
    for text in newest(connection, [policy]):
        if (text.channel, text.language) == (channel, language):
            queries.review(connection, text.id, by, on, note)
            return text
    raise Missing("messages.no_variant", policy=policy, channel=channel, language=language)


@dataclass(frozen=True)
class Request:
    """Somebody who is to be written to: in which language, about which policies, where."""

    language: str
    policies: tuple[str, ...]
    region: str
    village: str = ""
    name: str = ""


@dataclass(frozen=True)
class Composed:
    """A text ready to go, and which version made it."""

    text: str
    variant_id: int
    language: str


class Composer:
    """Finds and renders the texts of one campaign. Preview and sending use this same class.

    texts: the campaign's variants. policies: what may be told. office: the name in the signature.
    valid_until: the last day on which the texts hold.
    written_dialects: whether written dialect is switched on for the campaign.
    """

    def __init__(
        self,
        texts: Iterable[Text],
        policies: Sequence[PolicyView],
        *,
        office: str,
        valid_until: date,
        phone: str = "12345",
        opt_out: str = facts.OPT_OUT,
        written_dialects: bool = False,
    ) -> None:
        self._texts: dict[tuple[str, str], dict[str, Text]] = {}
        for text in texts:
            if text.ready:
                self._texts.setdefault((text.policy, text.channel), {})[text.language] = text
        self._policies = {policy.ref: policy for policy in policies}
        self._fixed = {
            "office": office, "phone": phone, "opt_out": opt_out, "signature": facts.signature(office),
        }  # fmt: skip
        self._written_dialects = written_dialects
        self._valid_until = valid_until
        self._words: dict[tuple[str, str], dict[str, object]] = {}

    def choose(self, channel: str, request: Request) -> Text | None:
        """The variant that `request` gets: the policy's own, or the bundle for several; None is a gap."""
        policy = request.policies[0] if len(request.policies) == 1 else BUNDLE
        available = self._texts.get((policy, channel), {})
        spoken = self._written_dialects or channel in SPOKEN
        choice = languages.choose(request.language, available.keys(), written_dialects=spoken)
        return None if choice.variant_tag is None else available[choice.variant_tag]

    def compose(self, channel: str, requests: Sequence[Request]) -> list[Composed | None]:
        """A text for each request, in order; None where there is no variant to give. Equal texts are made once."""
        chosen = [self.choose(channel, request) for request in requests]
        by_text: dict[int, list[int]] = {}
        for row, text in enumerate(chosen):
            if text is not None:
                by_text.setdefault(text.id, []).append(row)
        result: list[Composed | None] = [None] * len(requests)
        for rows in by_text.values():
            text = chosen[rows[0]]
            assert text is not None  # noqa: S101 - rows hold only requests with a text
            for group in render_groups(text.body, [self._context(requests[row]) for row in rows]):
                for position in group.rows:
                    result[rows[position]] = Composed(group.text, text.id, text.language)
        return result

    def _context(self, request: Request) -> dict[str, object]:
        listed = [self._policy(ref, request.region) for ref in request.policies]
        context: dict[str, object] = {
            **self._fixed,
            "policies": listed,
            "name": request.name,
            "village": request.village,
        }
        if listed:
            context["policy"] = listed[0]
        return context

    def _policy(self, ref: str, region: str) -> dict[str, object]:
        key = (ref, region)
        if key not in self._words:
            self._words[key] = facts.policy_words(self._policies[ref], region, self._valid_until)
        return self._words[key]
