"""Parts, characters and bytes."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages import measure
from outreach.messages.findings import Finding
from outreach.messages.lint.draft import Example
from outreach.messages.lint.limits import SMS_CHARACTERS, SMS_PARTS, robot_bytes


def _parts(text: Example) -> Iterator[Finding]:
    if text.draft.channel != "sms":
        return
    billing, limit = text.draft.billing, text.draft.most_parts
    parts = measure.count_parts(text.text, billing)
    if parts > SMS_PARTS or len(text.text) > SMS_CHARACTERS:
        yield text.whole(
            "messages.sms_too_long", length=len(text.text), limit=SMS_CHARACTERS, most_parts=SMS_PARTS
        )  # fmt: skip
    elif parts > limit:
        at = measure.last_part_begins(text.text, billing)
        yield text.at(
            "messages.too_many_parts", (at, len(text.text)), parts=parts, limit=limit, character=text.text[at],
            place=at + 1, cut=len(text.text) - at,
        )  # fmt: skip


def _forcing(text: Example) -> Iterator[Finding]:
    if text.draft.channel != "sms":
        return
    if forcing := measure.forcing_characters(text.text, text.draft.billing):
        at = text.text.index(forcing[0])
        yield text.at(
            "messages.forcing_character", (at, at + 1), characters=" ".join(forcing), place=at + 1
        )


def _bytes(text: Example) -> Iterator[Finding]:
    limit = robot_bytes(text.draft.providers)
    if text.draft.channel != "group" or (size := measure.utf8_bytes(text.text)) <= limit:
        return
    fitting = text.text.encode()[:limit].decode(errors="ignore")
    yield text.at(
        "messages.group_too_long", (len(fitting), len(text.text)), bytes=size, limit=limit, characters=limit // 3
    )  # fmt: skip


RULES = (_parts, _forcing, _bytes)
