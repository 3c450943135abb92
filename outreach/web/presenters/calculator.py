"""查政策: what was answered so far travels with the form and is kept nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from outreach.audiences.calculator import Family, Place, as_facts, family_of, questions
from outreach.audiences.calculator.told import CHOICES, NUMBERS, PLACES, QUESTIONS, Told
from outreach.errors import Invalid
from outreach.policies.schemas import PolicyView
from outreach.wording import say
from segments.errors import FactsError, SegmentsError

RELATIONS = ("本人", "配偶", "孩子", "父母", "祖父母", "孙辈", "其他家人")
MOST_STATE = 40_000
"""Characters: twenty members who told everything take about half of it."""

SHARED = ("residence", "region", "income_month", "household_size")
"""What the next member of a household need not be asked again."""

Facts = dict[str, Any]
Step = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One member: facts given at once, and steps answered one after the other (None = 不清楚)."""

    relation: str
    facts: Facts = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    def told(self) -> Facts:
        """Everything together, as the library reads it."""
        facts = dict(self.facts)
        lists = {key: list(facts.get(key) or []) for key in ("circumstances", "not", "unsure")}
        for step in self.steps:
            for key, value in step.items():
                if value is None:
                    lists["unsure"].append(key)
                elif "." in key:
                    lists["circumstances" if value else "not"].append(key)
                else:
                    facts = {
                        name: one for name, one in facts.items() if name not in _SAME.get(key, ())
                    }
                    facts[key] = value
        return facts | {key: codes for key, codes in lists.items() if codes}


_SAME = {"hukou": ("hukou_region",), "residence": ("region",), "birth": ("age",), "age": ("birth",)}


@dataclass(frozen=True)
class State:
    """All members, which of them is asked, and whether nobody is left out."""

    people: tuple[Person, ...] = (Person(RELATIONS[0]),)
    now: int = 0
    complete: bool = False

    @property
    def person(self) -> Person:
        """The one who is asked."""
        return self.people[self.now]

    def with_person(self, person: Person) -> State:
        """The same with another member in the place of the one who is asked."""
        people = list(self.people)
        people[self.now] = person
        return replace(self, people=tuple(people))

    def dumps(self) -> str:
        """As text for a hidden field."""
        people = [
            {"relation": one.relation, "facts": one.facts, "steps": one.steps}
            for one in self.people
        ]
        plain = {"people": people, "now": self.now, "complete": self.complete}
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    def family(self, on: date, here: str) -> Family:
        """What the library reckons with. FactsError for answers that cannot be."""
        members = [{"relation": one.relation, "facts": one.told()} for one in self.people]
        return family_of({"members": members, "complete": self.complete}, on, here)


def loads(text: str, on: date, here: str) -> State:
    """The state that came back with a form; Invalid web.calculator_state when it is none of ours."""
    if not text:
        return State()
    try:
        if len(text) > MOST_STATE:
            raise ValueError
        state = _state(json.loads(text))
        state.family(on, here)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        SegmentsError,
    ) as error:
        raise Invalid("web.calculator_state") from error
    return state


def _state(data: Any) -> State:
    people = tuple(
        Person(str(one["relation"]), dict(one["facts"]), tuple(dict(step) for step in one["steps"]))
        for one in data["people"]
    )
    if not 0 <= int(data["now"]) < len(people):
        raise ValueError
    if any(key not in QUESTIONS and key != "age" for one in people for s in one.steps for key in s):
        raise ValueError
    return State(people, int(data["now"]), data["complete"] is True)


def shown(policies: Sequence[PolicyView]) -> list[PolicyView]:
    """What may be shown: live, and checked against its source by somebody."""
    return [one for one in policies if one.status == "live" and one.verified_by]


def answered(state: State, answer: Mapping[str, Sequence[str]], on: date, here: str) -> State:
    """One step more. Invalid in words when the answer cannot be read or contradicts what was said before."""
    step = read_step(answer)
    after = state.with_person(replace(state.person, steps=(*state.person.steps, step)))
    try:
        after.family(on, here)
    except FactsError as error:
        raise Invalid("web.calculator_answer", reason=say(error.code, **error.params)) from error
    return after


def back(state: State) -> State:
    """The last answer is taken back."""
    return state.with_person(replace(state.person, steps=state.person.steps[:-1]))


def another(state: State, relation: str) -> State:
    """A further member, who shares what a household shares."""
    known = state.person.told()
    facts = {key: known[key] for key in SHARED if key in known}
    name = relation if relation in RELATIONS else RELATIONS[-1]
    return replace(state, people=(*state.people, Person(name, facts)), now=len(state.people))


def read_step(answer: Mapping[str, Sequence[str]]) -> Step:
    """What a screen sent: its question, and the answer or `go=skip`."""

    def one(name: str) -> str:
        return next(iter(answer.get(name, ())), "").strip()

    key = one("question")
    codes = [code for code in answer.get("codes", ()) if code in QUESTIONS and "." in code]
    if codes:
        return _ticked(codes, set(answer.get("has", ())), skipped=one("go") == "skip")
    if key not in QUESTIONS:
        raise Invalid("web.calculator_state")
    if one("go") == "skip":
        return {key: None}
    if key == "birth":
        return read_birth(one("year"), one("month"), one("day"), one("age"))
    return {key: read_value(key, one("value"))}


def _ticked(codes: Sequence[str], has: set[str], *, skipped: bool) -> Step:
    """What is ticked is so, and what follows from it; the rest is not, or with 不清楚 stays unknown."""
    follows = questions.implied(code for code in codes if code in has)
    rest = None if skipped else False
    return {
        code: True if code in has else rest for code in codes if code in has or code not in follows
    }


def read_birth(year: str, month: str, day: str, age: str) -> Step:
    """A date from three inputs, or completed years."""
    if age and not (year or month or day):
        return {"age": _number(age, "周岁")}
    if not (year or month or day):
        raise Invalid("web.age_needed")
    try:
        return {"birth": date(int(year), int(month), int(day)).isoformat()}
    except ValueError as error:
        said = f"{year}-{month}-{day}"[:20]
        raise Invalid("web.calculator_birth", value=said) from error


def read_value(key: str, text: str) -> Any:
    """The value of a question that is neither a birth date nor a circumstance."""
    if key in NUMBERS:
        return _number(text, questions.question_words(key))
    if key == "members":
        return _births(text)
    if key in PLACES and text in ("here", "elsewhere"):
        return text
    if key in CHOICES and text in questions.OPTIONS[key]:
        return text
    raise Invalid("web.calculator_choose", field=questions.question_words(key))


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Invalid("web.calculator_number", field=name, value=text[:20])
    return int(text)


def _births(text: str) -> list[str]:
    days = text.split()
    try:
        return [date.fromisoformat(one).isoformat() for one in days[:50]]
    except ValueError as error:
        raise Invalid("web.calculator_birth", value=text[:20]) from error


def from_register(told: Told, relation: str, on: date) -> Person:
    """Somebody of the register as a member."""
    return Person(relation or RELATIONS[0], as_facts(told, on))


def place_of(home: str) -> Place:
    """Pages ask in the installation's own region."""
    return Place(home, home)
