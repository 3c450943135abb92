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

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from segments import regions, vocabulary
from segments.person import cutoff_birth
from segments.rules import FIELDS, Clause, Rule

Sql = ColumnElement[bool]


class Columns(Protocol):
    """Columns named as the facts of a Person: a mapped class, a table's `c`, or a mapping will do as well.

    birth date NULL · sex, hukou_type text, '' (or NULL) not known · region, hukou_region text NOT NULL, '' not
    known, compared byte by byte · circumstances ⊆ circumstances_known BIGINT NOT NULL · income_month,
    household_size integer NULL.
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


AnyColumns = Columns | type[Any] | Mapping[str, Any] | ReadOnlyColumnCollection[str, Any]


@dataclass(frozen=True)
class _Pair:
    certain: Sql
    possible: Sql

    def opposite(self) -> _Pair:
        return _Pair(not_(self.possible), not_(self.certain))


def compile_rule(rule: Rule, columns: AnyColumns, on: date) -> tuple[Sql, Sql]:
    """(certain, possible) for the answer on a day: certain ⇔ yes, possible ⇔ yes or unknown."""
    pairs = [_clause(clause, columns, on) for clause in rule.all]
    if rule.any:
        pairs.append(
            _either(_all(_clause(one, columns, on) for one in way.all) for way in rule.any)
        )
    pairs.extend(_clause(clause, columns, on).opposite() for clause in rule.none)
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


def _clause(clause: Clause, columns: AnyColumns, on: date) -> _Pair:
    values = clause.operands
    if values is None:
        return _Pair(false(), true())
    if FIELDS[clause.field] == "flags":
        return _flags(clause.op, vocabulary.mask(values), columns)
    column = _column(columns, "birth" if clause.field in ("age", "birth_date") else clause.field)
    if clause.op == "exists":
        known = _known(column, clause.field)
        return _settled(known if values[0] else not_(known))
    if FIELDS[clause.field] == "region":
        return _either(_within(column, code) for code in values)
    if clause.field == "age":
        holds = _born(column, _ages(clause.op, values), on)
    else:
        holds = _compared(column, clause.op, values)
    known = _known(column, clause.field)
    return _Pair(and_(known, holds), or_(not_(known), holds))


def _column(columns: AnyColumns, name: str) -> Any:
    return columns[name] if isinstance(columns, Mapping) else getattr(columns, name)


def _settled(holds: Sql) -> _Pair:
    return _Pair(holds, holds)


def _known(column: Any, field: str) -> Sql:
    """Never NULL itself, so that it guards the comparison beside it."""
    here: Sql = column.is_not(None)
    return and_(here, column != "") if FIELDS[field] in ("choice", "region") else here


def _within(column: Any, code: str) -> _Pair:
    inside = and_(column >= code, column < regions.next_code(code))
    return _Pair(inside, or_(inside, column.in_(regions.ancestors(code))))


def _flags(op: str, mask: int, columns: AnyColumns) -> _Pair:
    """Because circumstances ⊆ known, `true & mask = known & mask` says that nothing asked for is known absent."""
    true_ones = _column(columns, "circumstances").bitwise_and(mask)
    known_ones = _column(columns, "circumstances_known").bitwise_and(mask)
    if op == "exists":
        return _settled(known_ones == mask)
    if op == "has_all":
        return _Pair(true_ones == mask, true_ones == known_ones)
    return _Pair(true_ones != 0, or_(true_ones != 0, known_ones != mask))


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


def _ages(op: str, values: tuple[int, ...]) -> list[tuple[int, int | None]]:
    """The completed years that satisfy a comparison, as closed spans; None is no upper end."""
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
