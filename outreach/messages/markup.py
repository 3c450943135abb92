"""What the lines of a printed text mean. A text for paper stays plain lines, so that it can be written, checked and
read aloud like any other; the sheets get it from here in parts.

All three take a *rendered* text and raise Invalid, which names the line (from 1, blank lines counted) and says what
should stand there. How long, how many and which words is the business of lint, not of this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.errors import Invalid

MOST_STEPS = 4
"""Steps on a sheet: more are not followed by somebody who stands in front of it (look.md, Paper)."""
LONGEST_LABEL = 4
"""Chinese characters of a row's label: 带什么, 何时办. What is longer is the beginning of a sentence."""
LONGEST_OTHER_LABEL = 30
"""The same in another script, where a label is a few words and the wide colon alone makes it one."""

# People type these marks on a Chinese keyboard too: \uff03, \uff1e and \uff0e are their full-width forms.
_HEADING = re.compile(r"[#\uff03]+\s*(.*)")
_UNIT = re.compile(r"[>\uff1e]\s*(.*)")
_STEP = re.compile(r"(\d+)\s*(?:[.\uff0e](?!\d)|、)\s*(.*)")
_STOPS = "：:，。、；！？（）"
_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
_ROW = re.compile(
    rf"([^{_STOPS}\s]{{1,{LONGEST_LABEL}}})[：:]\s*(.*)"
    rf"|((?![\d{_HAN}])\w[^{_STOPS}{_HAN}]{{1,{LONGEST_OTHER_LABEL - 1}}})：\s*(.*)"
)
_QUESTION = re.compile(r"问\s*[：:]\s*(.*)")
_ANSWER = re.compile(r"答\s*[：:]\s*(.*)")
_SENTENCE_ENDS = ("。", "！", "？", "；", "…", "，", "：", "!", "?", ";", ":", ",")


@dataclass(frozen=True)
class Leaflet:
    """A 明白纸: who it is for; what is said beside the large number (which comes from the policy's amount, not from
    the text); at most four steps without their numbers; rows of (label, content); and everything else.
    """

    heading: str
    unit_lines: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A 一封信: whom it greets, its paragraphs, and who signs (the last lines, which end without a full stop)."""

    salutation: str
    paragraphs: tuple[str, ...]
    closing: tuple[str, ...]


def parse_flyer(text: str) -> Leaflet:
    """`# heading`, `> beside the number`, `1. step`, `标签：row`; anything else is a paragraph."""
    lines = list(_lines(text))
    heading = _heading(lines)
    units: list[str] = []
    steps: list[str] = []
    rows: list[tuple[str, str]] = []
    paragraphs: list[str] = []
    for number, line in lines[1:]:
        if _HEADING.fullmatch(line):
            raise Invalid("messages.markup_second_heading", line=number, text=line)
        if unit := _UNIT.fullmatch(line):
            units.append(_filled(unit[1], number, line))
        elif step := _STEP.fullmatch(line):
            steps.append(_step(step, number, len(steps) + 1))
        elif row := _ROW.fullmatch(line):
            rows.append((row[1] or row[3], _filled(row[2] or row[4], number, line)))
        else:
            paragraphs.append(line)
    return Leaflet(heading, tuple(units), tuple(steps), tuple(rows), tuple(paragraphs))


def parse_letter(text: str) -> Letter:
    """First line the salutation, with its colon; then paragraphs; the last lines say who writes."""
    lines = list(_lines(text))
    if not lines or not lines[0][1].endswith(("：", ":")):
        raise Invalid("messages.markup_salutation", line=lines[0][0] if lines else 1)
    body = [line for _, line in lines[1:]]
    split = len(body)
    while split and not body[split - 1].endswith(_SENTENCE_ENDS):
        split -= 1
    if not split:
        raise Invalid("messages.markup_letter_empty", line=lines[0][0] + 1)
    if split == len(body):
        raise Invalid("messages.markup_closing", line=lines[-1][0])
    return Letter(lines[0][1], tuple(body[:split]), tuple(body[split:]))


def parse_qa(text: str) -> list[tuple[str, str]]:
    """Pairs of lines `问：…` and `答：…`, in their order, without these words."""
    pairs: list[tuple[str, str]] = []
    asked = ""
    number = 0
    for number, line in _lines(text):
        pattern, code = (
            (_ANSWER, "messages.markup_answer")
            if asked
            else (_QUESTION, "messages.markup_question")
        )
        match = pattern.fullmatch(line)
        if match is None:
            raise Invalid(code, line=number, text=line)
        words = _filled(match[1], number, line)
        if asked:
            pairs.append((asked, words))
        asked = "" if asked else words
    if asked:
        raise Invalid("messages.markup_answer", line=number + 1, text="")
    if not pairs:
        raise Invalid("messages.markup_question", line=1, text="")
    return pairs


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if stripped := line.strip():
            yield number, stripped


def _heading(lines: list[tuple[int, str]]) -> str:
    heading = _HEADING.fullmatch(lines[0][1]) if lines else None
    if heading is None:
        raise Invalid("messages.markup_heading", line=lines[0][0] if lines else 1)
    return _filled(heading[1], *lines[0])


def _step(step: re.Match[str], number: int, expected: int) -> str:
    if expected > MOST_STEPS:
        raise Invalid("messages.markup_steps", line=number, most=MOST_STEPS)
    if int(step[1]) != expected:
        raise Invalid("messages.markup_step_order", line=number, given=step[1], expected=expected)
    return _filled(step[2], number, step[0])


def _filled(words: str, number: int, line: str) -> str:
    if not words:
        raise Invalid("messages.markup_empty", line=number, text=line)
    return words


__all__ = [
    "LONGEST_LABEL",
    "MOST_STEPS",
    "Leaflet",
    "Letter",
    "parse_flyer",
    "parse_letter",
    "parse_qa",
]
