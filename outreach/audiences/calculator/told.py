"""What somebody tells of themselves: facts of a person, of which a birth date may be known only as an age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from segments import vocabulary
from segments.errors import FactsError
from segments.person import Person, cutoff_birth

ELSEWHERE = "99"
"""A code that no region has: certainly not here."""

OLDEST = 130
"""Years: nobody is older."""

PLACES = {"hukou": "hukou_region", "residence": "region"}
"""A question that is answered with here or elsewhere → the fact that it fills."""

NUMBERS = ("income_month", "household_size", "paid_months", "paid_months_running")
CHOICES = ("sex", "hukou_type", "job_kind")
_OWN = ("age", *PLACES, "unsure")
_KEYS = (
    "birth", *CHOICES, "region", "hukou_region", *NUMBERS, "members", "circumstances", "not", *_OWN,
)  # fmt: skip
QUESTIONS = frozenset(
    {"birth", *PLACES, *CHOICES, *NUMBERS, "members", *(c.code for c in vocabulary.CIRCUMSTANCES)}
)
"""Everything that can be asked: a circumstance goes by its code."""


@dataclass(frozen=True)
class Told:
    """Facts; `born` holds the first and last possible birth date where only an age is known.

    `unsure`: questions that were answered with 不清楚. They stay unknown and are not asked again.
    """

    facts: Person = Person()  # noqa: RUF009 - frozen
    born: tuple[date, date] | None = None
    unsure: frozenset[str] = frozenset()

    def knows(self, question: str) -> bool:
        """Whether a question has its answer."""
        if question == "members":
            return self.facts.members is not None
        if question in _ATTRIBUTES:
            return getattr(self.facts, _ATTRIBUTES[question]) not in ("", None)
        return bool(self.facts.circumstances_known & vocabulary.mask([question]))

    def fact(self, question: str, value: Any) -> Told:
        """The same and one answer more; a circumstance takes a bool. FactsError when both cannot be true."""
        if question == "birth":
            return Told(replace(self.facts, birth=value), None, self.unsure)
        if question in _ATTRIBUTES:
            return replace(self, facts=replace(self.facts, **{_ATTRIBUTES[question]: value}))
        have = vocabulary.codes(self.facts.circumstances)
        absent = vocabulary.codes(self.facts.circumstances_known & ~self.facts.circumstances)
        more = ([*have, question], absent) if value else (have, [*absent, question])
        return replace(self, facts=concluded(with_circumstances(self.facts, *more)))


_ATTRIBUTES = {
    "birth": "birth",
    "members": "members",
    **PLACES,
    **{name: name for name in (*CHOICES, *NUMBERS)},
}


def told_of(facts: object, on: date, here: str = "") -> Told:
    """What JSON tells: the facts of a person, and besides them

    `age` (completed years on `on`) in place of `birth`, `hukou` and `residence` (`here`, `elsewhere`), and `unsure`
    (questions whose answer nobody knows). Raises FactsError that names the key.
    """
    if not isinstance(facts, Mapping):
        raise FactsError("segments.not_facts", "")
    for key in facts:
        if key not in _KEYS and key != "birth_date":
            raise FactsError("segments.unknown_fact", str(key), known="、".join(_KEYS))
    plain = {key: value for key, value in facts.items() if key not in _OWN}
    for key, name in PLACES.items():
        if facts.get(key) is not None:
            plain[name] = _place(facts, key, name, here)
    person = Person.from_facts(plain)
    _check_birth(person, on)
    return Told(concluded(person), _born(facts, person, on), _unsure(facts))


def _place(facts: Mapping[str, Any], key: str, name: str, here: str) -> str:
    """A more exact code under the other key counts, as long as both can be true."""
    if facts[key] not in ("here", "elsewhere"):
        raise FactsError("calculator.bad_place_fact", key, value=facts[key])
    if facts.get(name):
        raise FactsError("calculator.told_twice", key, other=name)
    return here if facts[key] == "here" else ELSEWHERE


def _check_birth(person: Person, on: date) -> None:
    if person.birth and not on.year - OLDEST <= person.birth.year <= on.year:
        raise FactsError("calculator.bad_birth", "birth", value=person.birth)
    if person.birth and person.birth > on:
        raise FactsError("calculator.bad_birth", "birth", value=person.birth)


def _born(facts: Mapping[str, Any], person: Person, on: date) -> tuple[date, date] | None:
    age = facts.get("age")
    if age is None:
        return None
    if isinstance(age, bool) or not isinstance(age, int) or not 0 <= age <= OLDEST:
        raise FactsError("calculator.bad_age", "age", value=age, most=OLDEST)
    first, last = cutoff_birth(age + 1, on) + timedelta(days=1), cutoff_birth(age, on)
    if person.birth is None:
        return first, last
    if not first <= person.birth <= last:
        raise FactsError("calculator.age_and_birth", "age", age=age, birth=person.birth)
    return None


def _unsure(facts: Mapping[str, Any]) -> frozenset[str]:
    listed = facts.get("unsure") or []
    if not isinstance(listed, list | tuple):
        raise FactsError("segments.bad_list_fact", "unsure", value=listed)
    for one in listed:
        if one not in QUESTIONS:
            raise FactsError("calculator.unknown_question", "unsure", value=one)
    return frozenset(listed)


def with_circumstances(person: Person, have: Any, absent: Any) -> Person:
    """The person with these circumstances, and what follows from them."""
    true, known = vocabulary.settle(have, absent)
    return replace(person, circumstances=true, circumstances_known=known)


def concluded(person: Person) -> Person:
    """Where one circumstance excludes what is true already, it is false: nobody has to be asked."""
    have = vocabulary.codes(person.circumstances)
    absent = vocabulary.codes(person.circumstances_known & ~person.circumstances)
    ruled_out = [
        code
        for code in _EXCLUSIVE
        if not person.circumstances_known & vocabulary.mask([code])
        and _cannot_be([*have, code], absent)
    ]
    known = person.circumstances_known | vocabulary.mask(ruled_out)
    return replace(person, circumstances_known=known) if ruled_out else person


def _cannot_be(have: list[str], absent: tuple[str, ...]) -> bool:
    try:
        vocabulary.settle(have, absent)
    except FactsError:
        return True
    return False


def _excludes(code: str) -> bool:
    implied = vocabulary.codes(vocabulary.settle([code])[0])
    return any(vocabulary.by_code(one).excludes for one in implied)


_EXCLUSIVE = tuple(one.code for one in vocabulary.CIRCUMSTANCES if _excludes(one.code))


def as_facts(told: Told, on: date) -> dict[str, Any]:
    """The same as JSON that `told_of` reads; what is not known is left out."""
    person = told.facts
    known = {name: getattr(person, name) for name in (*CHOICES, *NUMBERS, *PLACES.values())}
    plain: dict[str, Any] = {key: value for key, value in known.items() if value not in ("", None)}
    if person.birth:
        plain["birth"] = person.birth.isoformat()
    elif told.born:
        plain["age"] = (
            on.year
            - told.born[1].year
            - ((on.month, on.day) < (told.born[1].month, told.born[1].day))
        )
    if person.members is not None:
        plain["members"] = [born and born.isoformat() for born in person.members]
    lists = {
        "circumstances": vocabulary.codes(person.circumstances),
        "not": vocabulary.codes(person.circumstances_known & ~person.circumstances),
        "unsure": sorted(told.unsure),
    }
    return plain | {key: list(codes) for key, codes in lists.items() if codes}
