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
from outreach.surveys.questions import Kind, Option, Permit, Question
from outreach.wording import Lang, say


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A questionnaire; `headline` is the code of the question whose rate is shown."""

    ref: str
    version: int
    title: str
    headline: str
    questions: tuple[Question, ...]
    permit: Permit | None = None

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of questions and headline: what must not change once fieldwork has begun."""
        locked = {
            "headline": self.headline,
            "questions": [asdict(question) for question in self.questions],
        }
        text = json.dumps(locked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

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
        """Whether the answer to the headline question counts as aware; no answer does not.

        `answers` maps codes of questions to what was ticked. Raises Invalid for an unknown option.
        """
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
    name = policy_name.strip()
    if not name:
        raise Invalid("surveys.no_policy_name")
    text = resources.files(__package__).joinpath("awareness.toml").read_text("utf-8")
    return parse_instrument(_filled(tomllib.loads(text), name))


def _filled(data: Any, name: str) -> Any:
    if isinstance(data, str):
        return data.replace("{policy}", name)
    if isinstance(data, dict):
        return {key: _filled(value, name) for key, value in data.items()}
    return [_filled(value, name) for value in data] if isinstance(data, list) else data


def parse_instrument(data: object) -> Instrument:
    """An instrument from plain data (TOML, YAML, JSON).

    Raises Invalid naming the place ("questions[2].options[1]") and the key: unknown or missing keys, wrong types,
    codes given twice, a headline that is no question or that no answer can make aware, an option that counts as aware
    and as no opinion.
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
    headline = instrument.question(instrument.headline)
    if headline.several or not any(option.counts_as_aware for option in headline.options):
        raise Invalid("surveys.no_headline", question=headline.code)
    return instrument


def _question(data: object, place: str) -> Question:
    values = _keys(data, Question, place)
    if values["kind"] not in list(Kind):
        kinds = "、".join(Kind)
        raise Invalid("surveys.unknown_kind", place=place, value=values["kind"], choices=kinds)
    options = tuple(
        _option(item, f"{place}.options[{k}]")
        for k, item in enumerate(_items(values["options"], f"{place}.options"), 1)
    )
    _distinct([o.code for o in options], f"{place}.options")
    _distinct([o.label for o in options], f"{place}.options")
    return Question(**{**values, "kind": Kind(values["kind"]), "options": options})


def _option(data: object, place: str) -> Option:
    option = Option(**_keys(data, Option, place))
    if option.counts_as_aware and (option.no_opinion or option.heard_of):
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
        if key in data and wanted is not None and not _fits(data[key], wanted):
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
