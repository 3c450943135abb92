"""A rule as SQL, for a whole population: the same answers as `match`, on SQLite and PostgreSQL.

Each clause becomes two expressions, certain (yes) and possible (yes or unknown); neither is ever NULL, so
`NOT possible` is exactly the people whose answer is no. Not used: bitwise_xor, which SQLAlchemy 2.1 renders with a
wrong precedence on SQLite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, literal, not_, or_, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from segments import regions, vocabulary
from segments.fields import FIELDS
from segments.person import POLICY_FACTS, Person, cutoff_birth
from segments.retirement import JOB_KINDS, cutoff_birth_for
from segments.rules import Clause, Rule
from segments.truth import truth_of

Sql = ColumnElement[bool]

About = Callable[[str, str, date], tuple[Sql, Sql]]
"""(fact, policy, day) → (certain, possible) of a fact that joins a person and a policy."""

Members = Callable[[date, date], tuple[Sql, ColumnElement[int]]]
"""(after, until) → whether the household is known to the last birth date, and how many were born in (after, until]."""


class Columns(Protocol):
    """Columns named as the facts of a Person: a mapped class, a table's `c`, or a mapping will do as well.

    birth date NULL · sex, hukou_type text, '' (or NULL) not known · region, hukou_region text NOT NULL, '' not
    known, compared byte by byte · circumstances ⊆ circumstances_known BIGINT NOT NULL · income_month,
    household_size, paid_months, paid_months_running integer NULL · job_kind text, '' (or NULL) not known ·
    phone_kind text, '' (or NULL) no number; it is read by segments only, so a table without it serves policies.
    """

    @property
    def birth(self) -> Any: ...  # noqa: D102
    @property
    def sex(self) -> Any: ...  # noqa: D102
    @property
    def region(self) -> Any: ...  # noqa: D102
    @property
    def hukou_region(self) -> Any: ...  # noqa: D102
    @property
    def hukou_type(self) -> Any: ...  # noqa: D102
    @property
    def circumstances(self) -> Any: ...  # noqa: D102
    @property
    def circumstances_known(self) -> Any: ...  # noqa: D102
    @property
    def income_month(self) -> Any: ...  # noqa: D102
    @property
    def household_size(self) -> Any: ...  # noqa: D102
    @property
    def paid_months(self) -> Any: ...  # noqa: D102
    @property
    def paid_months_running(self) -> Any: ...  # noqa: D102
    @property
    def job_kind(self) -> Any: ...  # noqa: D102


AnyColumns = Columns | type[Any] | Mapping[str, Any] | ReadOnlyColumnCollection[str, Any]


@dataclass(frozen=True)
class _Pair:
    certain: Sql
    possible: Sql

    def opposite(self) -> _Pair:
        return _Pair(not_(self.possible), not_(self.certain))


@dataclass(frozen=True)
class _Asked:
    """Where the facts are, and the day of the question."""

    columns: AnyColumns
    on: date
    about: About | None
    members: Members | None

    def column(self, name: str) -> Any:
        return (
            self.columns[name] if isinstance(self.columns, Mapping) else getattr(self.columns, name)
        )


def compile_rule(
    rule: Rule,
    columns: AnyColumns,
    on: date,
    *,
    about: About | None = None,
    members: Members | None = None,
) -> tuple[Sql, Sql]:
    """(certain, possible) for the answer on a day: certain ⇔ yes, possible ⇔ yes or unknown.

    `about` and `members` give what lies outside the columns of a person; without them those clauses are unknown.
    """
    asked = _Asked(columns, on, about, members)
    pairs = [_clause(clause, asked) for clause in rule.all]
    if rule.any:
        pairs.append(_either(_all(_clause(one, asked) for one in way.all) for way in rule.any))
    pairs.extend(_clause(clause, asked).opposite() for clause in rule.none)
    whole = _all(pairs)
    return whole.certain, whole.possible


def _all(pairs: Iterable[_Pair]) -> _Pair:
    listed = list(pairs)
    return _Pair(
        and_(true(), *(one.certain for one in listed)),
        and_(true(), *(one.possible for one in listed)),
    )


def _either(pairs: Iterable[_Pair]) -> _Pair:
    listed = list(pairs)
    return _Pair(
        or_(false(), *(one.certain for one in listed)),
        or_(false(), *(one.possible for one in listed)),
    )


_UNKNOWN = _Pair(false(), true())


def _clause(clause: Clause, asked: _Asked) -> _Pair:
    values = clause.operands
    if values is None:
        return _UNKNOWN
    special = _SPECIAL.get(clause.field)
    if special is not None:
        return special(clause, values, asked)
    column = asked.column("birth" if clause.field == "birth_date" else clause.field)
    known = _known(column, clause.field)
    if clause.op == "exists":
        return _settled(known if values[0] else not_(known))
    if FIELDS[clause.field] == "region":
        return _either(_within(column, code) for code in values)
    return _guarded(known, _compared(column, clause.op, values))


def _guarded(known: Sql, holds: Sql) -> _Pair:
    return _Pair(and_(known, holds), or_(not_(known), holds))


def _settled(holds: Sql) -> _Pair:
    return _Pair(holds, holds)


def _known(column: Any, field: str) -> Sql:
    """Never NULL itself, so that it guards the comparison beside it."""
    here: Sql = column.is_not(None)
    return and_(here, column != "") if FIELDS[field] in ("choice", "region") else here


def _within(column: Any, code: str) -> _Pair:
    inside = and_(column >= code, column < regions.next_code(code))
    return _Pair(inside, or_(inside, column.in_(regions.ancestors(code))))


def _flags(clause: Clause, values: tuple[Any, ...], asked: _Asked) -> _Pair:
    """Because circumstances ⊆ known, `true & mask = known & mask` says that nothing asked for is known absent."""
    mask = vocabulary.mask(values)
    true_ones = asked.column("circumstances").bitwise_and(mask)
    known_ones = asked.column("circumstances_known").bitwise_and(mask)
    if clause.op == "exists":
        return _settled(known_ones == mask)
    if clause.op == "has_all":
        return _Pair(true_ones == mask, true_ones == known_ones)
    return _Pair(true_ones != 0, or_(true_ones != 0, known_ones != mask))


def _age(clause: Clause, values: tuple[Any, ...], asked: _Asked) -> _Pair:
    birth = asked.column("birth")
    known: Sql = birth.is_not(None)
    if clause.op == "exists":
        return _settled(known if values[0] else not_(known))
    return _guarded(known, _born(birth, _spans(clause.op, values), clause.day(asked.on)))


def _today(clause: Clause, _values: tuple[Any, ...], asked: _Asked) -> _Pair:
    """The day is the same for everybody, so the clause is settled before the database is asked."""
    return _settled(true() if truth_of(clause, Person(), asked.on) else false())


def _retires_in(clause: Clause, values: tuple[Any, ...], asked: _Asked) -> _Pair:
    """Whoever is born later retires later, so a span of months is a span of birth dates for each schedule."""
    sex, birth, job_kind = (asked.column(name) for name in ("sex", "birth", "job_kind"))
    schedules: dict[tuple[str, str], Sql] = {("M", ""): sex == "M"}
    said = job_kind.is_not(None)  # of a woman without one nothing may come out as NULL
    schedules.update({("F", kind): and_(sex == "F", said, job_kind == kind) for kind in JOB_KINDS})
    known = and_(birth.is_not(None), sex.is_not(None), or_(*schedules.values()))
    if clause.op == "exists":
        return _settled(known if values[0] else not_(known))
    spans, day = _spans(clause.op, values), clause.day(asked.on)
    holds = [
        and_(who, _within_months(birth, low, high, whose, day))
        for whose, who in schedules.items()
        for low, high in spans
    ]
    return _guarded(known, or_(false(), *holds))


def _within_months(
    birth: Any, low: int, high: int | None, whose: tuple[str, str], day: date
) -> Sql:
    if high is not None and high < low:
        return false()
    early = true() if high is None else birth <= cutoff_birth_for(high, *whose, day)
    late = true() if low <= 0 else birth > cutoff_birth_for(low - 1, *whose, day)
    return and_(early, late)


def _household(clause: Clause, values: tuple[Any, ...], asked: _Asked) -> _Pair:
    if asked.members is None:
        known: Sql = false()
        count: ColumnElement[int] = literal(0)
    else:
        low, high = clause.aged
        day = clause.day(asked.on)
        known, count = asked.members(cutoff_birth(high + 1, day), cutoff_birth(low, day))
    if clause.op == "exists":
        return _settled(known if values[0] else not_(known))
    return _guarded(known, _compared(count, clause.op, values))


def _policy(clause: Clause, values: tuple[Any, ...], asked: _Asked) -> _Pair:
    if asked.about is None:
        return _UNKNOWN
    day = clause.day(asked.on)
    return _either(_Pair(*asked.about(clause.field, policy, day)) for policy in values)


_SPECIAL: Mapping[str, Callable[[Clause, tuple[Any, ...], _Asked], _Pair]] = {
    "age": _age,
    "circumstances": _flags,
    "members": _household,
    "retires_in": _retires_in,
    "today": _today,
    **dict.fromkeys(POLICY_FACTS, _policy),
}
"""Fields that are more than one column to compare."""

_COMPARISONS: dict[str, Callable[[Any, Any], Sql]] = {
    ">=": lambda column, value: column >= value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    "<": lambda column, value: column < value,
    "=": lambda column, value: column == value,
}


def _compared(column: Any, op: str, values: tuple[Any, ...]) -> Sql:
    if op == "between":
        return and_(column >= values[0], column <= values[1])
    if op == "in":
        one_of: Sql = column.in_(values)
        return one_of if values else false()
    return _COMPARISONS[op](column, values[0])


def _spans(op: str, values: tuple[int, ...]) -> list[tuple[int, int | None]]:
    """The whole numbers, 0 or more, that satisfy a comparison, as closed spans; None is no upper end."""
    if op in ("in", "="):
        return [(value, value) for value in values]
    first = values[0]
    spans: dict[str, tuple[int, int | None]] = {
        ">=": (first, None),
        ">": (first + 1, None),
        "<=": (0, first),
        "<": (0, first - 1),
        "between": (first, values[-1]),
    }
    return [spans[op]]


def _born(birth: Any, spans: list[tuple[int, int | None]], on: date) -> Sql:
    """An age is a span of birth dates; the youngest are born on the day itself."""
    holds = []
    for low, high in spans:
        until = birth <= cutoff_birth(low, on)
        holds.append(until if high is None else and_(until, birth > cutoff_birth(high + 1, on)))
    return or_(false(), *holds)
