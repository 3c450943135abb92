"""What a rule is: clauses that all hold, labelled alternatives of which one holds, exclusions, human checks.

One level of OR is all that real benefits need; there is no code and no SQL in a rule. A clause's value may be a
parameter that a region fills in; while it is open the clause is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from segments import regions, vocabulary
from segments.errors import RuleError
from segments.person import HUKOU_TYPES, SEXES

Kind = Literal["number", "date", "choice", "region", "flags"]

FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "age": "number",
        "birth_date": "date",
        "sex": "choice",
        "region": "region",
        "hukou_region": "region",
        "hukou_type": "choice",
        "circumstances": "flags",
        "income_month": "number",
        "household_size": "number",
    }
)
"""Field of a rule → kind of its values."""

_ORDERED = (">=", "<=", ">", "<", "=", "between", "in")
OPS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "number": _ORDERED,
        "date": _ORDERED,
        "choice": ("=", "in"),
        "region": ("within",),
        "flags": ("has", "has_any", "has_all"),
    }
)
"""Kind → operators; `exists` is added for saved segments only."""

LIST_OPS = ("in", "has_any", "has_all")
_CHOICES = {"sex": SEXES, "hukou_type": HUKOU_TYPES}
_MOST = {"age": 150, "household_size": 100}
_MOST_YUAN = (
    1_000_000_000  # below four bytes, so that every database compares it as a plain integer
)
_MOST_VALUES = 200  # databases limit how deep an expression may nest


@dataclass(frozen=True)
class Parameter:
    """A value that a region fills in."""

    name: str


Operand = int | date | str | Parameter


@dataclass(frozen=True)
class Clause:
    """One condition. `value` holds the operands: one for a comparison, two for `between`, any number in a list.

    `text` says the condition in the words of the policy ('' = derived by reading), `source` where it stands.
    """

    field: str
    op: str
    value: tuple[Operand, ...] | Parameter
    text: str = ""
    source: str = ""

    @property
    def operands(self) -> tuple[Any, ...] | None:
        """The values, or None while a parameter is open."""
        return None if self.parameters or isinstance(self.value, Parameter) else self.value

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that are still open."""
        listed = (self.value,) if isinstance(self.value, Parameter) else self.value
        return tuple(one.name for one in listed if isinstance(one, Parameter))

    def bind(self, given: Mapping[str, Any]) -> Clause:
        """The clause with the given parameters filled in; raises RuleError for a value that does not fit."""
        if not self.parameters:
            return self
        if isinstance(self.value, Parameter):
            name = self.value.name
            if given.get(name) is None:
                return self
            return replace(
                self, value=operands(self.field, self.op, given[name], f"parameters.{name}")
            )
        filled = [
            one
            if not isinstance(one, Parameter) or given.get(one.name) is None
            else given[one.name]
            for one in self.value
        ]
        return replace(
            self, value=operands(self.field, self.op, filled, f"parameters.{self.parameters[0]}")
        )


@dataclass(frozen=True)
class Alternative:
    """One of several ways to satisfy a rule: its clauses all hold."""

    label: str
    all: tuple[Clause, ...]


@dataclass(frozen=True)
class Rule:
    """Who may claim: every clause of `all`, one alternative of `any` (if there are any), no clause of `none`.

    `check` lists what only a person can verify; it is shown and never changes the answer.
    """

    all: tuple[Clause, ...] = ()
    any: tuple[Alternative, ...] = ()
    none: tuple[Clause, ...] = ()
    check: tuple[str, ...] = ()

    def clauses(self) -> Iterator[Clause]:
        """Every clause, wherever it stands."""
        yield from self.all
        for alternative in self.any:
            yield from alternative.all
        yield from self.none

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that are still open, each once, in order."""
        return tuple(dict.fromkeys(name for clause in self.clauses() for name in clause.parameters))

    def bind(self, parameters: Mapping[str, Any]) -> Rule:
        """The rule with parameters filled in; None and absent ones stay open, names it does not use are ignored.

        Raises RuleError (path `parameters.NAME`) for a value that does not fit its clause.
        """
        return replace(
            self,
            all=tuple(clause.bind(parameters) for clause in self.all),
            any=tuple(
                replace(
                    alternative, all=tuple(clause.bind(parameters) for clause in alternative.all)
                )
                for alternative in self.any
            ),
            none=tuple(clause.bind(parameters) for clause in self.none),
        )

    def located(self, basis: Literal["hukou", "residence"], region: str) -> Rule:
        """The rule for one region only: by hukou or by residence, as the policy's `region_basis` says."""
        field, text = (
            ("hukou_region", "户籍在本地") if basis == "hukou" else ("region", "居住在本地")
        )
        clause = Clause(field, "within", operands(field, "within", region, "region"), text)
        return replace(self, all=(*self.all, clause))


def operands(field: str, op: str, raw: object, path: str) -> tuple[Operand, ...]:
    """Checked values of a clause from data. Raises RuleError that names the place."""
    listed = _listed(op, raw, path)
    if len(listed) > _MOST_VALUES:
        raise RuleError("segments.too_many_values", path, most=_MOST_VALUES)
    values = tuple(
        _operand(field, one, path if listed is not raw else f"{path}[{n}]")
        for n, one in enumerate(listed)
    )
    if op == "between":
        _check_between(values, path)
    return values


def _listed(op: str, raw: object, path: str) -> list[object] | tuple[object, ...]:
    if not isinstance(raw, list | tuple):
        if op in LIST_OPS:
            raise RuleError("segments.value_not_list", path, value=raw)
        return [raw]
    if op not in (*LIST_OPS, "between", "within") and len(raw) != 1:
        raise RuleError("segments.one_value", path, value=list(raw))
    return raw


def _check_between(values: tuple[Operand, ...], path: str) -> None:
    if len(values) != 2:
        raise RuleError("segments.between_needs_two", path)
    low, high = values
    if isinstance(low, Parameter) or isinstance(high, Parameter):
        return
    if _later(low, high):
        raise RuleError("segments.between_backwards", path, low=low, high=high)


def _later(low: int | date | str, high: int | date | str) -> bool:
    """Both ends of a span are of the field's kind, so only equal kinds are compared."""
    if isinstance(low, date) and isinstance(high, date):
        return low > high
    return isinstance(low, int) and isinstance(high, int) and low > high


def _operand(field: str, raw: object, path: str) -> Operand:
    if isinstance(raw, Parameter):
        return raw
    if isinstance(raw, Mapping):
        return parameter(raw, path)
    return _CHECKS[FIELDS[field]](field, raw, path)


def parameter(raw: Mapping[Any, Any], path: str) -> Parameter:
    """`{param: name}` as a Parameter; RuleError for any other mapping."""
    name = raw.get("param")
    if set(raw) != {"param"} or not isinstance(name, str) or not name.isidentifier():
        raise RuleError("segments.bad_parameter", path, value=dict(raw))
    return Parameter(name)


def _number(field: str, raw: object, path: str) -> int:
    most = _MOST.get(field, _MOST_YUAN)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= most:
        raise RuleError("segments.bad_number", path, value=raw, most=most)
    return raw


def _date(field: str, raw: object, path: str) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(raw if isinstance(raw, str) else "")
    except ValueError as error:
        raise RuleError("segments.bad_date", path, value=raw) from error


def _choice(field: str, raw: object, path: str) -> str:
    if not isinstance(raw, str) or raw not in _CHOICES[field]:
        raise RuleError("segments.bad_choice", path, value=raw, allowed="、".join(_CHOICES[field]))
    return raw


def _region(field: str, raw: object, path: str) -> str:
    try:
        code = regions.cut(raw) if isinstance(raw, str) else ""
    except ValueError:
        code = ""
    if not code:
        raise RuleError("segments.bad_region", path, value=raw)
    return code


def _circumstance(field: str, raw: object, path: str) -> str:
    try:
        return vocabulary.by_code(raw if isinstance(raw, str) else "").code
    except KeyError as error:
        raise RuleError("segments.unknown_circumstance", path, value=raw) from error


_CHECKS: Mapping[Kind, Callable[[str, object, str], Operand]] = {
    "number": _number,
    "date": _date,
    "choice": _choice,
    "region": _region,
    "flags": _circumstance,
}
