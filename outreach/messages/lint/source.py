"""What the template leaves open, and what it types that a fact should say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from outreach.messages.facts import NOTHING_TO_BRING
from outreach.messages.findings import Finding
from outreach.messages.lint.draft import Example

_GAP = re.compile(r"[：:][，。；、]|[，、；（“][，。；、）”]|^[，。；、）]|[，、]$", re.M)
_BRINGS_NOTHING = re.compile(f"(带(上|好|起|着|埋|等|到)?|凭|拿着?){NOTHING_TO_BRING}")
_TYPED = re.compile(
    r"(?<![\d.,])\d[\d.,]*\s*(万|千|百)?(元|块|蚊|箍)|(?<![一二两三四五六七八九十百千万])[一二两三四五六七八九十百千万]+(元|块钱|蚊)"
)
_BRACES = re.compile(
    r"[{\uff5b][^\n]{0,30}?[}\uff5d]+|[{\uff5b}\uff5d]|(?<![A-Za-z_.])(policy|policies)\.[a-z_]+"
)
"""Of either width: a Chinese keyboard types \uff5b."""
_TAG = re.compile(r"\{[{%].*?[%}]\}", re.S)


def _gaps(text: Example) -> Iterator[Finding]:
    if match := _GAP.search(text.text):
        around = text.text[max(0, match.start() - 8) : match.end() + 4]
        yield text.at("messages.gap_in_text", match.span(), words=around)


def _nothing_to_bring(text: Example) -> Iterator[Finding]:
    """带 before the words that there is nothing to bring: the fact is a row of its own, or another sentence."""
    if match := _BRINGS_NOTHING.search(text.text):
        yield text.at("messages.brings_nothing", match.span(), words=match[0])


def _typed_amounts(text: Example) -> Iterator[Finding]:
    """Money that stands in the template itself stays when the policy's amount changes."""
    for match in _TYPED.finditer(_TAG.sub(lambda tag: " " * len(tag[0]), text.draft.source)):
        line = text.draft.source.count("\n", 0, match.start()) + 1
        at = text.text.find(match[0])
        finding = text.at("messages.typed_amount", (at, at + len(match[0])), words=match[0])
        yield replace(finding, line=line)


def _braces(text: Example) -> Iterator[Finding]:
    """A variable that was typed as text, with one brace or full-width ones, and reaches people as it is."""
    if match := _BRACES.search(text.text):
        yield text.at("messages.braces_left", match.span(), words=match[0])


RULES = (_gaps, _nothing_to_bring, _braces, _typed_amounts)
