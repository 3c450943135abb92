"""What a questionnaire is made of: kinds of question, options, the approval of a survey."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outreach.errors import Invalid

_SEVERAL = re.compile(r"[,，、;；\s]+")
_SATISFIED = ("very", "rather")


class Kind(StrEnum):
    """What a question measures."""

    UNPROMPTED = "unprompted"  # names the policy without being told its name
    PROMPTED = "prompted"
    KNOWLEDGE = "knowledge"  # who, how much, where: scored
    APPLIED = "applied"
    CHANNEL = "channel"  # heard from where
    SATISFACTION = "satisfaction"
    FICTIONAL = "fictional"  # a policy that does not exist measures over-claiming
    NEED = "need"  # what a household lacks
    GAIN = "gain"  # 获得感: each item by itself, never summed
    EXPERIENCE = "experience"  # steps, days, trips, problems of somebody who went through it
    QUIZ = "quiz"  # has a right answer; never counts as awareness
    OPEN = "open"  # the answer is text, and goes to the inbox of opinions


OF_AWARENESS = frozenset({Kind.UNPROMPTED, Kind.PROMPTED, Kind.KNOWLEDGE, Kind.FICTIONAL})
"""Where an option may count as aware."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer that can be ticked.

    `counts_as_aware` adds to the rate of its question; `heard_of` (听说过) is shown beside it and adds nothing;
    `no_opinion` (说不清, 拒答) counts as not aware, and is left out of the other base. `counts` adds to the rate of a
    question that is not about awareness: satisfied, has the need, right in a quiz.
    """

    code: str
    label: str
    counts_as_aware: bool = False
    heard_of: bool = False
    no_opinion: bool = False
    counts: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question; with `several`, more than one option may be ticked. An open one has no options."""

    code: str
    kind: Kind
    text: str
    options: tuple[Option, ...] = ()
    several: bool = False

    @property
    def counting(self) -> tuple[Option, ...]:
        """The options that add to the rate of this question; () where it has no rate, only a distribution.

        满意 and 比较满意 count also in questionnaires that were locked before options could say so.
        """
        if self.kind in OF_AWARENESS:
            return tuple(option for option in self.options if option.counts_as_aware)
        marked = tuple(option for option in self.options if option.counts)
        if self.kind == Kind.SATISFACTION and not marked:
            return tuple(option for option in self.options if option.code in _SATISFIED)
        return marked

    def chosen(self, value: str) -> tuple[Option, ...]:
        """The options of an answer, given as codes or labels; several are separated by commas or blanks.

        () for an open question, whose answer is text. Raises Invalid naming the question for an unknown option, or
        several where one is asked for.
        """
        if self.kind == Kind.OPEN:
            return ()
        names = [name for name in _SEVERAL.split(value.strip()) if name]
        if not self.several:
            names = [value.strip()] if value.strip() else []
        known = {o.label: o for o in self.options} | {o.code: o for o in self.options}
        for name in names:
            if name not in known:
                raise Invalid(
                    "surveys.unknown_option",
                    question=self.code,
                    value=name,
                    options="、".join(option.label for option in self.options),
                )
        return tuple(known[name] for name in names)


@dataclass(frozen=True, kw_only=True)
class Permit:
    """The approval of a statistical survey: 表号, 批准文号, 有效期至."""

    table: str
    approval: str
    valid_until: date
