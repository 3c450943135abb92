"""What a form asks for: leaflet, letter, question card, rhyme, correction, clarification."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from outreach.errors import Invalid
from outreach.messages import markup
from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.limits import LEAFLET_ROWS, QA_ANSWER, QA_PAIRS
from outreach.messages.lint.marks import lines

_HALF_LINE = 5
"""Characters of the short fourth line of a 三句半."""
_UNEVEN = 3
"""Characters by which a verse may be longer or shorter than its neighbours."""
_LEAST_VERSES = 4


def _leaflet(text: Example) -> Iterator[Finding]:
    if text.draft.channel != "flyer" or text.draft.kind in ("letter", "qa"):
        return
    try:
        leaflet = markup.parse_flyer(text.text)
    except Invalid as problem:
        yield _marked(text, problem)
        return
    if (rows := len(leaflet.rows)) > LEAFLET_ROWS:
        yield text.whole("messages.leaflet_rows", rows=rows, limit=LEAFLET_ROWS)


def _letter(text: Example) -> Iterator[Finding]:
    if text.draft.kind != "letter":
        return
    try:
        letter = markup.parse_letter(text.text)
    except Invalid as problem:
        yield _marked(text, problem)
        return
    office = text.fact("office")
    if not any(office in line for line in letter.closing):
        yield text.whole("messages.letter_without_office", office=office)


def _questions_and_answers(text: Example) -> Iterator[Finding]:
    if text.draft.kind != "qa":
        return
    try:
        pairs = markup.parse_qa(text.text)
    except Invalid as problem:
        yield _marked(text, problem)
        return
    if not QA_PAIRS[0] <= len(pairs) <= QA_PAIRS[1]:
        yield text.whole("messages.qa_count", count=len(pairs), least=QA_PAIRS[0], most=QA_PAIRS[1])
    for question, answer in pairs:
        if len(answer) > QA_ANSWER:
            at = text.text.index(answer)
            yield text.at(
                "messages.qa_answer_long", (at, at + len(answer)), question=question, length=len(answer), limit=QA_ANSWER
            )  # fmt: skip


def _marked(text: Example, problem: Invalid) -> Finding:
    """What the marks of a printed text say about themselves, at the line that they name."""
    wrong: Any = problem.params.get("line", 1)
    begun = 0
    for number, line in enumerate(text.text.splitlines(keepends=True), 1):
        if number == wrong:
            break
        begun += len(line)
    ended = text.text.find("\n", begun)
    end = ended if ended >= 0 else len(text.text)
    return Finding(
        problem.code, "error", 0, dict(problem.params), begun, max(begun, end), text.number
    )


def _rhyme(text: Example) -> Iterator[Finding]:
    """Verses of a rhyme are nearly as long as one another. Lines with facts and the closing prose are not verses."""
    if text.draft.kind != "rhyme":
        return
    written = {line.strip() for line in text.draft.source.splitlines() if "{" not in line}
    verses = [
        (b, e)
        for b, e in lines(text.text)
        if text.text[b:e] in written and not _closing(text.text[b:e])
    ]
    sizes = [_spoken_length(text.text[b:e]) for b, e in verses]
    full = [size for size in sizes if size > _HALF_LINE]
    if len(full) < _LEAST_VERSES:
        return
    usual = median(full)
    for (begun, ended), size in zip(verses, sizes, strict=True):
        if size > _HALF_LINE and abs(size - usual) > _UNEVEN:
            yield text.at(
                "messages.rhyme_uneven", (begun, ended), words=text.text[begun:ended], length=size, usual=round(usual)
            )  # fmt: skip


def _closing(line: str) -> bool:
    known = glossary()
    return bool(known["trust.words"].search(line) or known["promise.proviso"].search(line))


def _spoken_length(line: str) -> int:
    """Of one verse; a line of two verses with a mark between counts half."""
    halves = [
        len(re.sub(r"\W", "", half)) for half in re.split(r"[，、；,;]", line) if half.strip()
    ]
    return max(halves, default=0)


def _correction(text: Example) -> Iterator[Finding]:
    """Whoever got the wrong text must see what in it was wrong, and what is right."""
    if text.draft.kind != "correction":
        return
    known = glossary()
    absent = [
        words
        for name, words in (("wrong", "哪里错了"), ("right", "对的是什么"))
        if not known[f"correction.{name}"].search(text.text)
    ]
    if absent:
        yield text.whole("messages.correction_incomplete", absent="、".join(absent))


def _clarification(text: Example) -> Iterator[Finding]:
    """The first line is what people remember: it says what is true, or at least that the rumour is false."""
    if text.draft.kind != "clarification":
        return
    known = glossary()
    begun, ended = next(lines(text.text), (0, 0))
    told = known["rumour.told"].search(text.text, begun, ended)
    if told and not known["rumour.denied"].search(text.text, begun, ended):
        yield text.at("messages.rumour_first", (begun, ended), words=text.text[begun:ended])


Rule = Callable[[Example], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    _leaflet, _letter, _questions_and_answers, _rhyme, _correction, _clarification,
)  # fmt: skip
