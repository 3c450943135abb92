"""Words that people use, in sentences that are understood on first hearing."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.limits import LONGEST_CLAUSE, LONGEST_SENTENCE
from outreach.messages.lint.marks import clauses, sentences


def _jargon(text: Example) -> Iterator[Finding]:
    # The official name stands once beside the plain one, and there it is meant.
    named = _without(text.text, text.fact("policy.official_name"))
    seen: set[str] = set()
    for match in glossary().jargon.finditer(named):
        if match[0] not in seen:
            seen.add(match[0])
            yield text.at(
                "messages.jargon", match.span(), word=match[0], plain=glossary().plain[match[0]]
            )


def _without(text: str, words: str) -> str:
    return text.replace(words, "\0" * len(words)) if words else text


def _sentences(text: Example) -> Iterator[Finding]:
    if not text.draft.chinese:
        return
    for spans, limit in (
        (clauses(text.text), LONGEST_CLAUSE),
        (sentences(text.text), LONGEST_SENTENCE),
    ):
        for begun, ended in spans:
            if (size := ended - begun) > limit:
                words = f"{text.text[begun : begun + 12]}…"
                yield text.at(
                    "messages.long_sentence", (begun, ended), words=words, length=size, limit=limit
                )


RULES = (_jargon, _sentences)
