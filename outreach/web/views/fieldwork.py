"""What the pages of fieldwork show: an interviewer's people and questions, an officer's progress."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Bar, Choice, Link


@dataclass(frozen=True)
class MySurveyView:
    """One survey of an interviewer. `why`: in words, when its people are not shown today."""

    ref: str
    title: str
    people: int
    interviewed: int
    left: int
    again: int
    until: str
    why: str


@dataclass(frozen=True)
class HomeView:
    """访问: my surveys; `all_`: every survey, for those who watch over the fieldwork."""

    account: str
    mine: tuple[MySurveyView, ...]
    all_: tuple[Link, ...]
    sends: tuple[str, ...]


@dataclass(frozen=True)
class OptionView:
    """One answer. `number` is the one on paper."""

    code: str
    label: str
    number: int
    chosen: bool


@dataclass(frozen=True)
class QuestionView:
    """One question. `kind`: one, several or words; `needed`: an interview has an answer to it."""

    code: str
    number: int
    text: str
    kind: str
    options: tuple[OptionView, ...]
    needed: bool
    words: str


@dataclass(frozen=True)
class ResultView:
    """One result of a visit; `asks`: with it go the answers."""

    code: str
    label: str
    asks: bool
    chosen: bool


@dataclass(frozen=True)
class FormView:
    """The questionnaire of one person. `key` makes that a form sent twice is taken once."""

    results: tuple[ResultView, ...]
    questions: tuple[QuestionView, ...]
    today: str
    earliest: str
    on: str
    key: str
    corrects: bool
    problem: str


@dataclass(frozen=True)
class PersonView:
    """One person to ask; `shade` and `word` say what has become of them."""

    number: int
    name: str
    place: str
    address: str
    phone: str
    note: str
    word: str
    shade: str
    left: bool
    done: bool


@dataclass(frozen=True)
class VillageView:
    """The people of one village in the order of doors."""

    place: str
    people: tuple[PersonView, ...]


@dataclass(frozen=True)
class ListView:
    """我的名单 of one survey."""

    ref: str
    title: str
    account: str
    marking: str
    until: str
    villages: tuple[VillageView, ...]
    bar: Bar
    interviewed: int
    left: int
    again: tuple[PersonView, ...]
    form: FormView
    saved: str
    alert: str


@dataclass(frozen=True)
class TryView:
    """One try as it was typed."""

    day: str
    word: str
    state: str


@dataclass(frozen=True)
class OnePersonView:
    """One person per screen, without a script."""

    ref: str
    title: str
    account: str
    marking: str
    person: PersonView
    tries: tuple[TryView, ...]
    form: FormView


@dataclass(frozen=True)
class AgainView:
    """复核 of one person."""

    ref: str
    title: str
    account: str
    person: PersonView
    results: tuple[Choice, ...]
    form: FormView
    note: str
