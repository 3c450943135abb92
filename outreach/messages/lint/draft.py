"""A text together with what its checks must know about it, and one example of it as it will be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from outreach.messages import languages, measure
from outreach.messages.findings import SEVERITY, Finding
from outreach.messages.render import Context, render
from outreach.messages.spoken import stretches

POLICY_FACTS = (
    "plain_name", "official_name", "one_line", "amount_text", "where", "bring", "window_text", "phone", "valid_until",
)  # fmt: skip
VARIABLES = frozenset(
    ["office", "signature", "phone", "opt_out", "village", "name", "list_date"]
    + [f"policy.{fact}" for fact in POLICY_FACTS]
    + [f"policies[].{fact}" for fact in POLICY_FACTS]
)
"""Every fact that a text may read. `name` stands in personal texts only, `list_date` in follow-ups."""


_STRETCH = 4
"""So many characters of the words tell where they stand."""
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.S)
_TYPED = re.compile(rf"[^\n]{{{_STRETCH},}}")
_NARROW = {0xFF01 + step: 0x21 + step for step in range(94) if chr(0xFF01 + step).isalnum()} | {
    0xFF0E: 0x2E, 0xFF0F: 0x2F, 0xFF0D: 0x2D,
}  # fmt: skip
"""Letters, figures and what stands between them in a link or a number; marks of a sentence stay marks."""


@dataclass(frozen=True)
class Draft:
    """A text with what the checks must know about it; `examples` are facts as in render.Context.

    form: '' = the channel's own. sensitive: the policy's rule reads a circumstance (or an income) that is nobody
    else's business; circumstances: the names of those that it reads, as pages say them. private: whoever sends it
    makes sure that only the person reads it (sealed, face to face, a confirmed own number). general_exists: beside a
    personal text there is a general one for those to whom it must not go. providers: of group robots; none named =
    the one with the least room. most_parts: SMS parts that an office is ready to pay for. make: how a text is made of
    the source and one of the examples; a trial's answers (trial.Tried) where nobody has saved the words yet.
    """

    channel: str
    language: str
    source: str
    announce: Literal["general", "personal"] = "general"
    sensitive: bool = False
    follow_up: bool = False
    needs_review: bool = False
    reviewed_by: str = ""
    examples: tuple[Context, ...] = ()
    billing: measure.Billing = "3gpp"
    most_parts: int = 2
    form: str = ""
    circumstances: tuple[str, ...] = ()
    private: bool = False
    general_exists: bool = True
    providers: tuple[str, ...] = ()
    make: Callable[[str, Context], str] = field(default=render, compare=False, repr=False)

    def text(self, number: int = 0) -> str:
        """The text for one of the examples. Raises what render.render raises."""
        return self.make(self.source, self.examples[number])

    @property
    def kind(self) -> str:
        """The form, with the channel's own by its name."""
        return self.form or self.channel

    @property
    def chinese(self) -> bool:
        """Whether it is in Chinese or one of its varieties: rules that know words know Chinese words.

        For every other language its reviewer stands.
        """
        return languages.falls_back(self.language)


@dataclass(frozen=True)
class Example:
    """One rendered example: its text, what went into it, which facts the template reads."""

    draft: Draft
    number: int
    text: str
    context: Context
    uses: frozenset[str]

    def fact(self, path: str) -> str:
        """A fact of the example as text, '' when it is not there."""
        value: object = self.context
        for key in path.split("."):
            value = value.get(key, "") if isinstance(value, Mapping) else ""
        return str(value)

    @property
    def bundle(self) -> bool:
        """Whether it speaks of several policies."""
        return any(path.startswith("policies[]") for path in self.uses)

    @property
    def personal(self) -> bool:
        """Whether it speaks to one person of that person's own."""
        return self.draft.announce == "personal" or "name" in self.uses

    @cached_property
    def aloud(self) -> str:
        """What is read aloud, with blanks for asides: as long as the text, so that places stay places."""
        return "".join(
            one.text if one.aloud else " " * len(one.text) for one in stretches(self.text)
        )

    @cached_property
    def narrow(self) -> str:
        """The text with full-width letters and figures in their usual width: as long as the text, to be searched."""
        return self.text.translate(_NARROW)

    def at(self, code: str, span: tuple[int, int], **params: object) -> Finding:
        """A finding about the words at `span`; it names the template's line where they, or a stretch of them, stand."""
        start, end = span
        place = self._place(self.text[start:end])
        line = self.draft.source.count("\n", 0, place) + 1 if place >= 0 else 0
        return Finding(code, SEVERITY[code], line, params, start, end, self.number)

    def _place(self, words: str) -> int:
        """Where the words begin in the template; -1 where all of them came out of variables."""
        source = self.draft.source
        if not words.strip() or (whole := source.find(words)) >= 0:
            return whole if words.strip() else -1
        bare = _TAG.sub(lambda tag: "\n" * len(tag[0]), source)
        for typed in _TYPED.finditer(bare):
            if typed[0] in words or words[:_STRETCH] in typed[0]:
                return typed.start()
        return -1

    def whole(self, code: str, **params: object) -> Finding:
        """A finding about the text as a whole, or about what is missing from it."""
        return Finding(code, SEVERITY[code], params=params, example=self.number)
