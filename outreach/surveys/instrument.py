"""A survey instrument as versioned data: questions, options, and which answers count as aware."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from functools import cached_property
from importlib import resources
from typing import Any

from outreach.errors import Invalid
from outreach.surveys.questions import OF_AWARENESS, Kind, Option, Permit, Question
from outreach.wording import Lang, say

KINDS = ("awareness", "needs", "satisfaction", "experience", "quiz")
"""Kinds of survey, in the words of the table."""


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A questionnaire; `headline` is the code of the question whose rate is shown, '' where no rate stands for it all.

    `kind` is one of `surveys.kinds.SurveyKind`.
    """

    ref: str
    version: int
    title: str
    questions: tuple[Question, ...]
    headline: str = ""
    permit: Permit | None = None
    kind: str = "awareness"

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of questions and headline: what must not change once fieldwork has begun.

        What a questionnaire does not use is left out, so that one locked by an earlier edition keeps its hash.
        """
        locked: dict[str, Any] = {
            "headline": self.headline,
            "questions": [_locked(question) for question in self.questions],
        }
        if self.kind != "awareness":
            locked["kind"] = self.kind
        text = json.dumps(locked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def headline_question(self) -> Question | None:
        """The question whose rate is shown; None where no rate stands for the whole."""
        return self.question(self.headline) if self.headline else None

    def question(self, code: str) -> Question:
        """The question with this code. Raises Invalid when there is none."""
        for question in self.questions:
            if question.code == code:
                return question
        raise Invalid("surveys.unknown_question", question=code, instrument=self.ref)

    def of_kind(self, kind: Kind) -> tuple[Question, ...]:
        """All questions of a kind, in the order of asking."""
        return tuple(question for question in self.questions if question.kind == kind)

    def answer(self, answers: Mapping[str, str], code: str) -> tuple[Option, ...]:
        """What was ticked for a question; () when it was not answered. Raises Invalid for an unknown option."""
        return self.question(code).chosen(answers.get(code, ""))

    def is_aware(self, answers: Mapping[str, str]) -> bool:
        """Whether the answer to the headline question counts as aware; no answer does not, nor does any other kind.

        `answers` maps codes of questions to what was ticked. Raises Invalid for an unknown option.
        """
        if self.kind != "awareness" or not self.headline:
            return False
        return any(option.counts_as_aware for option in self.answer(answers, self.headline))

    def marking(self, on: date, lang: Lang = "zh") -> str:
        """The line that every questionnaire and figure bears: the permit if it is valid on this date, else 工作评估."""
        if self.permit is None or on > self.permit.valid_until:
            return say("surveys.marking.internal", lang)
        return say("surveys.marking.approved", lang, **asdict(self.permit))

    def as_data(self) -> dict[str, Any]:
        """Plain data for storing and for files; `parse_instrument` reads it back."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self), default=date.isoformat))
        return data


def awareness_instrument(policy_name: str) -> Instrument:
    """The standard questionnaire about one policy, under the plain name that people know.

    Unprompted, prompted (the headline: only 知道 counts, 听说过 is shown beside), a fictional policy, three scored
    knowledge questions, applied, channel, satisfaction. Raises Invalid for an empty name.
    """
    return standard_instrument("awareness", policy_name)


def standard_instrument(kind: str, policy_name: str = "") -> Instrument:
    """The shipped questionnaire of a kind (`instruments/<kind>.toml`) about a policy by its plain name.

    Raises Invalid where the questionnaire names the policy and none is given.
    """
    name = policy_name.strip()
    text = resources.files(__package__).joinpath("instruments", f"{kind}.toml").read_text("utf-8")
    if not name and "{policy}" in text:
        raise Invalid("surveys.no_policy_name")
    return parse_instrument(_filled(tomllib.loads(text), name))


def _locked(question: Question) -> dict[str, Any]:
    data = asdict(question)
    for option in data["options"]:
        if not option["counts"]:
            del option["counts"]
    return data


def _filled(data: Any, name: str) -> Any:
    if isinstance(data, str):
        return data.replace("{policy}", name)
    if isinstance(data, dict):
        return {key: _filled(value, name) for key, value in data.items()}
    return [_filled(value, name) for value in data] if isinstance(data, list) else data


def parse_instrument(data: object) -> Instrument:
    """An instrument from plain data (TOML, YAML, JSON).

    Raises Invalid naming the place ("questions[2].options[1]") and the key: unknown or missing keys, wrong types,
    codes given twice, a headline that is no question or that no answer can raise, an option that counts and is no
    opinion. What a kind of survey asks for beyond that: `surveys.kinds.check`.
    """
    values = _keys(data, Instrument, "instrument")
    values["questions"] = tuple(
        _question(item, f"questions[{k}]")
        for k, item in enumerate(_items(values["questions"], "questions"), 1)
    )
    _distinct([question.code for question in values["questions"]], "questions")
    if values.get("permit") is not None:
        values["permit"] = _permit(values["permit"])
    instrument = Instrument(**values)
    if instrument.kind not in KINDS:
        raise Invalid(
            "surveys.unknown_survey_kind", value=instrument.kind, choices="、".join(KINDS)
        )
    if not instrument.headline and instrument.kind == "awareness":
        raise Invalid("surveys.missing_key", place="instrument", key="headline")
    headline = instrument.headline_question
    if headline is not None and not _can_lead(headline, instrument.kind):
        raise Invalid("surveys.no_headline", question=headline.code)
    return instrument


def _can_lead(question: Question, kind: str) -> bool:
    """One answer, and some that count: in a survey about awareness as aware, else as what the question asks."""
    if kind == "awareness" and question.kind not in OF_AWARENESS:
        return False
    return bool(question.counting) and not question.several


def _question(data: object, place: str) -> Question:
    values = _keys(data, Question, place)
    if values["kind"] not in list(Kind):
        kinds = "、".join(Kind)
        raise Invalid("surveys.unknown_kind", place=place, value=values["kind"], choices=kinds)
    options = _options(values.get("options"), Kind(values["kind"]), place)
    _distinct([o.code for o in options], f"{place}.options")
    _distinct([o.label for o in options], f"{place}.options")
    return Question(**{**values, "kind": Kind(values["kind"]), "options": options})


def _options(given: object, kind: Kind, place: str) -> tuple[Option, ...]:
    """An open question takes text and has none."""
    if kind == Kind.OPEN:
        if given:
            raise Invalid("surveys.open_with_options", place=place)
        return ()
    named = f"{place}.options"
    return tuple(_option(one, f"{named}[{k}]") for k, one in enumerate(_items(given, named), 1))


def _option(data: object, place: str) -> Option:
    option = Option(**_keys(data, Option, place))
    if (option.counts_as_aware or option.counts) and (option.no_opinion or option.heard_of):
        raise Invalid("surveys.contradictory_option", place=place, label=option.label)
    return option


def _permit(data: object) -> Permit:
    values = _keys(data, Permit, "permit")
    until = values["valid_until"]
    try:
        values["valid_until"] = until if type(until) is date else date.fromisoformat(str(until))
    except ValueError:
        raise Invalid("surveys.bad_date", place="permit.valid_until", value=until) from None
    return Permit(**values)


_TYPES = {"str": str, "bool": bool, "int": int}


def _keys(
    data: object, shape: type[Instrument | Question | Option | Permit], place: str
) -> dict[str, Any]:
    """The mapping `data`, once its keys are those of the dataclass and its plain values have their types."""
    if not isinstance(data, Mapping):
        raise Invalid("surveys.not_a_mapping", place=place)
    known = {field.name: field for field in fields(shape)}
    for key in data:
        if key not in known:
            raise Invalid("surveys.unknown_key", place=place, key=key, choices="、".join(known))
    for key, field in known.items():
        if key not in data and field.default is MISSING:
            raise Invalid("surveys.missing_key", place=place, key=key)
        wanted = _TYPES.get(str(field.type))
        left_out = key not in data or data[key] == "" == field.default
        if not left_out and wanted is not None and not _fits(data[key], wanted):
            raise Invalid("surveys.wrong_type", place=place, key=key, value=data[key])
    return dict(data)


def _fits(value: object, wanted: type) -> bool:
    """A text must say something; a truth value is no number."""
    return type(value) is wanted and value != ""


def _items(data: object, place: str) -> list[object]:
    if not isinstance(data, list | tuple) or not data:
        raise Invalid("surveys.not_a_list", place=place)
    return list(data)


def _distinct(names: list[str], place: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Invalid("surveys.code_twice", place=place, code=name)
