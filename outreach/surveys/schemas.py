"""A survey as an evaluator writes it down, and what recording a filled sheet gave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.errors import Invalid
from outreach.people.schemas import Problem
from outreach.surveys.dispositions import Disposition
from outreach.surveys.instrument import Instrument, parse_instrument

BASES = ("likely",)
"""Who may be drawn. Likely: everybody of the register who certainly fits the rule, told or not."""

LARGEST = 100_000

_REQUIRED = ("id", "title", "policy", "mode", "size", "seed")
_KEYS = (*_REQUIRED, "campaign", "wave", "base", "instrument", "generated")
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class SurveyOrder:
    """The whole document. `instrument` is None for the standard questionnaire about the policy."""

    ref: str
    title: str
    policy: str
    campaign: str
    mode: str
    size: int
    seed: str
    wave: int
    base: str
    generated: bool
    instrument: Instrument | None


def parse(document: object, file: str = "") -> SurveyOrder:
    """Check a document (YAML or JSON, read). Invalid names the file and the key; nothing is guessed."""
    if not isinstance(document, Mapping):
        raise Invalid("fieldwork.not_a_mapping", file=file)
    for key in document:
        if key not in _KEYS:
            raise Invalid("fieldwork.unknown_key", file=file, key=key, choices="、".join(_KEYS))
    for key in _REQUIRED:
        if document.get(key) in (None, ""):
            raise Invalid("fieldwork.missing_key", file=file, key=key)
    read = _Reader(document, file)
    ref = read.text("id")
    if not _REF.fullmatch(ref):
        read.refuse("id")
    given = document.get("instrument")
    return SurveyOrder(
        ref=ref,
        title=read.text("title"),
        policy=read.text("policy"),
        campaign=read.text("campaign"),
        mode=read.text("mode"),
        size=read.whole("size", LARGEST),
        seed=read.seed(),
        wave=read.whole("wave", 1000, default=1),
        base=read.one_of("base", BASES),
        generated=read.switch("generated"),
        instrument=None if given is None else parse_instrument(given),
    )


@dataclass(frozen=True)
class _Reader:
    document: Mapping[str, Any]
    file: str

    def refuse(self, key: str) -> None:
        value = self.document.get(key)
        raise Invalid("fieldwork.bad_value", file=self.file, key=key, value=value)

    def text(self, key: str) -> str:
        value = self.document.get(key)
        if value is not None and not isinstance(value, str):
            self.refuse(key)
        text = (value or "").strip()
        if not text and key in _REQUIRED:
            self.refuse(key)
        return text

    def whole(self, key: str, largest: int, default: int = 0) -> int:
        value = self.document.get(key, default)
        if type(value) is not int or not 1 <= value <= largest:
            self.refuse(key)
        return int(value)

    def seed(self) -> str:
        """YAML reads 2026 as a number; both are the same text in the drawing."""
        value = self.document["seed"]
        if type(value) not in (int, str) or not str(value).strip():
            self.refuse("seed")
        return str(value).strip()

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.document.get(key, allowed[0])
        if value not in allowed:
            self.refuse(key)
        return str(value)

    def switch(self, key: str) -> bool:
        value = self.document.get(key, False)
        if type(value) is not bool:
            self.refuse(key)
        return bool(value)


@dataclass(frozen=True)
class Line:
    """One row of the sheet: a sampled person, and what an interviewer reported.

    `number` is the order of drawing; `answers` maps codes of questions to codes (or labels) of options, several of
    them separated by commas. Name, place, address and phone are only filled for interviewers.
    """

    number: int
    name: str = ""
    place: str = ""
    address: str = ""
    phone: str = ""
    note: str = ""
    disposition: Disposition = Disposition.PENDING
    answers: Mapping[str, str] = field(default_factory=dict)
    asked_on: date | None = None
    interviewer: str = ""


@dataclass(frozen=True)
class RecordReport:
    """What became of a filled sheet: rows = recorded + rejected + pending (nothing filled in yet).

    `changed` counts recorded rows that said something new: 0 when the same file is recorded again.
    """

    rows: int
    recorded: int
    rejected: int
    pending: int
    changed: int
    errors: list[Problem]

    @property
    def failed(self) -> bool:
        """Whether the command ends with exit status 1: rows were wrong and none was good."""
        return self.rejected > 0 and self.recorded == 0

    def as_dict(self) -> dict[str, object]:
        """Ready for JSON; each error has row (as an office worker counts it), column, code, message."""
        counts = ("rows", "recorded", "rejected", "pending", "changed")
        return {
            **{name: getattr(self, name) for name in counts},
            "errors": [problem.as_dict() for problem in self.errors],
        }
