"""How it speaks: not louder than the facts, not like a red-header document, not with threats."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.marks import lines


def _absolute(text: Example) -> Iterator[Finding]:
    for match in glossary()["absolute.words"].finditer(text.text):
        yield text.at("messages.absolute_word", match.span(), word=match[0])


def _red_letter(text: Example) -> Iterator[Finding]:
    known = glossary()
    for name in ("words", "to_offices"):
        if match := known[f"red_letter.{name}"].search(text.text):
            yield text.at("messages.red_letter", match.span(), word=match[0])
            return
    for begun, ended in lines(text.text):
        number = known["red_letter.number"].search(text.text, begun, ended)
        source = known["red_letter.source_line"].match(text.text[begun:ended])
        if number and not (source and text.draft.channel == "flyer"):
            yield text.at("messages.red_letter", number.span(), word=number[0])
            return


def _threat(text: Example) -> Iterator[Finding]:
    known = glossary()
    for name in ("words", "or_else"):
        for match in known[f"threat.{name}"].finditer(text.text):
            yield text.at("messages.threat", match.span(), word=match[0])


RULES = (_absolute, _red_letter, _threat)
