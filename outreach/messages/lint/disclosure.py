"""Who learns what about whom. A personal text of a sensitive policy tells something about its reader, so it goes only
face to face, sealed, or to a number confirmed as the person's own; everybody else gets the general text, also people
who do not qualify. What is sensitive is derived from the policy's rule (PolicyView.sensitivity), never set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.marks import sentence_around
from outreach.messages.schemas import PUBLIC

FACE_TO_FACE = frozenset(["visit"])
_SIGNATURE = re.compile("^【[^】]*】")
CONFIRMED = frozenset(["sms", "call"])
"""Channels in which a personal text of a sensitive policy depends on the number."""


def _public(text: Example) -> Iterator[Finding]:
    """A text that speaks to one person has no place where everybody reads or hears it."""
    if text.draft.channel not in PUBLIC:
        return
    if "name" in text.uses:
        yield text.whole("messages.name_in_public")
    elif text.draft.announce == "personal":
        yield text.whole("messages.personal_in_public")


def _personal(text: Example) -> Iterator[Finding]:
    draft = text.draft
    if (
        not (text.personal and draft.sensitive)
        or draft.private
        or draft.channel in FACE_TO_FACE | PUBLIC
    ):
        return
    reads = "、".join(draft.circumstances) or "收入"
    if draft.announce != "personal":  # it goes to everybody, also to numbers that others read
        yield text.whole("messages.name_in_general", circumstances=reads)
    elif not draft.general_exists:
        yield text.whole("messages.disclosure_no_general", circumstances=reads)
    elif draft.channel in CONFIRMED:
        yield text.whole("messages.disclosure_confirmed", circumstances=reads)
    else:
        yield text.whole("messages.disclosure_sealed", circumstances=reads)


def _joined(text: Example) -> Iterator[Finding]:
    """A circumstance said of the reader: the policy's name is enough to claim it, and phones show texts to others."""
    if text.draft.channel in FACE_TO_FACE or text.draft.private:
        return
    known = glossary()
    harmless = [match.span() for match in known["disclosure.harmless"].finditer(text.text)]
    for match in known.disclosure.finditer(text.text):
        if any(start <= match.start() < end for start, end in harmless):
            continue
        begun, ended = sentence_around(text.text, *match.span())
        before, after = text.text[begun : match.start()], text.text[match.end() : ended]
        asked = known["disclosure.if"].search(before) or re.search("吗|的话|的[，,]", after)
        joined = known["disclosure.to_person"].search(before) and not asked
        if joined or _called(text, before, after):
            yield text.at("messages.disclosure", match.span(), word=match[0])


def _called(text: Example, before: str, after: str) -> bool:
    """Whether somebody is addressed by the word, or somebody with a name has it. A story's people are invented."""
    known = glossary()
    if known["disclosure.honoured"].search(before):
        return True
    if not _SIGNATURE.sub("", before).strip() and known["disclosure.addressed"].search(after):
        return True
    named = known["disclosure.named"].search(before) or known["disclosure.list_of"].search(after)
    return bool(named) and not known["disclosure.invented"].search(text.text)


RULES = (_public, _personal, _joined)
