"""The facts of a person that a rule may read, and completed years of age."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segments import regions, vocabulary
from segments.errors import FactsError
from segments.retirement import JOB_KINDS

SEXES = ("M", "F")
HUKOU_TYPES = ("rural", "urban", "resident")
PHONE_KINDS = ("own", "family", "clerk", "unknown", "landline")
"""Whose number is on record: the person's, the household's, a clerk's, somebody's, a fixed line."""
POLICY_FACTS = ("eligible", "told", "aware", "applied", "received")
"""What may be known of a person and a policy together."""

About = Callable[[str, str, date], bool | None]
"""(fact, policy, day) → whether it holds on that day, None where nobody knows."""


def nothing_known(_fact: str, _policy: str, _on: date) -> bool | None:
    """Nothing is known about any policy."""
    return None


_WORDS = {
    "sex": SEXES,
    "hukou_type": HUKOU_TYPES,
    "job_kind": JOB_KINDS,
    "phone_kind": PHONE_KINDS,
}
_ALL_BITS = (1 << (vocabulary.HIGHEST_BIT + 1)) - 1


@dataclass(frozen=True)
class Person:
    """Facts; what is not known is None, '' or a bit missing from `circumstances_known`, and never decides.

    `region` (residence) and `hukou_region` are codes cut to their level; `hukou_type` is rural, urban or resident;
    `income_month` is yuan per head of the household and month; `paid_months` are months of social insurance in all,
    `paid_months_running` without a gap; `job_kind` is worker (女工人) or cadre (女干部); `phone_kind` is one
    of PHONE_KINDS, '' where there is no number. `members`: birth dates of the
    whole household, the person included; None when the household is not known to be complete. `about` answers for
    the facts that join a person and a policy. Raises ValueError for facts that cannot be.
    """

    birth: date | None = None
    sex: str = ""
    region: str = ""
    hukou_region: str = ""
    hukou_type: str = ""
    circumstances: int = 0
    circumstances_known: int = 0
    income_month: int | None = None
    household_size: int | None = None
    paid_months: int | None = None
    paid_months_running: int | None = None
    job_kind: str = ""
    phone_kind: str = ""
    members: tuple[date | None, ...] | None = None
    about: About = nothing_known

    def __post_init__(self) -> None:
        if self.circumstances & ~self.circumstances_known:
            raise ValueError("a circumstance is true but not known")
        if self.circumstances_known & ~_ALL_BITS:
            raise ValueError("circumstances are bits 0 to 62")
        for name, words in _WORDS.items():
            if getattr(self, name) not in ("", *words):
                raise ValueError(f"{name} {getattr(self, name)!r} is none of the known ones")
        for code in (self.region, self.hukou_region):
            if regions.cut(code) != code:
                raise ValueError(f"region {code!r} is not cut to its level")

    @classmethod
    def from_facts(cls, facts: object) -> Person:
        """A person from JSON: ISO dates, circumstances as codes or office words, `not` for those known to be absent.

        A key that is absent or null is not known. Raises FactsError that names the key.
        """
        if not isinstance(facts, Mapping):
            raise FactsError("segments.not_facts", "")
        for key in facts:
            if key not in _READERS and key not in ("circumstances", "not"):
                raise FactsError("segments.unknown_fact", str(key), known=_KEYS)
        if facts.get("birth") is not None and facts.get("birth_date") is not None:
            raise FactsError("segments.fact_twice", "birth", other="birth_date")
        read = {
            name: _read(key, facts[key])
            for key, name in _NAMES.items()
            if facts.get(key) is not None
        }
        have, known = vocabulary.settle(_codes(facts, "circumstances"), _codes(facts, "not"))
        return cls(**read, circumstances=have, circumstances_known=known)


def age_on(birth: date, on: date) -> int:
    """Completed years of age (周岁) on a day; negative before birth.

    Convention of this program: a year of age is completed on the birthday itself, and someone born on 29 February
    completes it on 1 March in years without that day.
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def cutoff_birth(age: int, on: date) -> date:
    """The latest date of birth with which `age` years are completed on `on`: birth <= cutoff ⇔ age_on >= age."""
    year = on.year - age
    if year < date.min.year:
        return date.min
    if (on.month, on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return on.replace(year=year)


def birthday(birth: date, age: int) -> date | None:
    """The first day on which `age` years are completed; None beyond the calendar."""
    year = birth.year + age
    if year > date.max.year:
        return None
    if (birth.month, birth.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError
    return date.fromisoformat(value)


def _sex(value: object) -> str:
    return {"M": "M", "F": "F", "男": "M", "女": "F", "": ""}[str(value)]


def _word_of(words: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in ("", *words):
            raise ValueError
        return str(value)

    return read


def _births(value: object) -> tuple[date | None, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError
    return tuple(None if one is None else _date(one) for one in value)


def _region(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return regions.cut(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return value


_READERS: dict[str, tuple[str, Callable[[object], Any]]] = {
    "birth": ("segments.bad_date_fact", _date),
    "birth_date": ("segments.bad_date_fact", _date),
    "sex": ("segments.bad_sex_fact", _sex),
    "region": ("segments.bad_region_fact", _region),
    "hukou_region": ("segments.bad_region_fact", _region),
    "hukou_type": ("segments.bad_hukou_type_fact", _word_of(HUKOU_TYPES)),
    "income_month": ("segments.bad_number_fact", _whole),
    "household_size": ("segments.bad_number_fact", _whole),
    "paid_months": ("segments.bad_number_fact", _whole),
    "paid_months_running": ("segments.bad_number_fact", _whole),
    "job_kind": ("segments.bad_job_kind_fact", _word_of(JOB_KINDS)),
    "members": ("segments.bad_members_fact", _births),
}
_NAMES = {key: "birth" if key == "birth_date" else key for key in _READERS}
_KEYS = "、".join((*_READERS, "circumstances", "not"))


def _read(key: str, value: object) -> Any:
    code, reader = _READERS[key]
    try:
        return reader(value)
    except (ValueError, KeyError) as error:
        raise FactsError(code, key, value=value) from error


def _codes(facts: Mapping[str, Any], key: str) -> Iterable[str]:
    listed = facts.get(key) or []
    if not isinstance(listed, list | tuple):
        raise FactsError("segments.bad_list_fact", key, value=listed)
    for word in listed:
        found = vocabulary.find(word) if isinstance(word, str) else None
        if found is None:
            raise FactsError("segments.unknown_circumstance_fact", key, value=word)
        yield found.code
