"""The values of a clause, checked: every mistake is an error that names its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from segments import regions, vocabulary
from segments.errors import RuleError
from segments.fields import FIELDS, Kind, Operand, Parameter
from segments.person import HUKOU_TYPES, PHONE_KINDS, SEXES
from segments.retirement import JOB_KINDS

LIST_OPS = ("in", "has_any", "has_all")
_SEVERAL = ("between", "yearly", "within")
_CHOICES = {
    "sex": SEXES,
    "hukou_type": HUKOU_TYPES,
    "job_kind": JOB_KINDS,
    "phone_kind": PHONE_KINDS,
}
_MOST = {
    "age": 150,
    "household_size": 100,
    "members": 100,
    "paid_months": 1200,
    "paid_months_running": 1200,
    "retires_in": 1200,
}
_MOST_YUAN = (
    1_000_000_000  # below four bytes, so that every database compares it as a plain integer
)
_MOST_VALUES = 200  # databases limit how deep an expression may nest


def operands(field: str, op: str, raw: object, path: str) -> tuple[Operand, ...]:
    """Checked values of a clause from data. Raises RuleError that names the place."""
    listed = _listed(field, op, raw, path)
    if len(listed) > _MOST_VALUES:
        raise RuleError("segments.too_many_values", path, most=_MOST_VALUES)
    read = _season if op == "yearly" else _operand
    values: tuple[Operand, ...] = tuple(
        read(field, one, path if listed is not raw else f"{path}[{n}]")
        for n, one in enumerate(listed)
    )
    if op in ("between", "yearly"):
        _check_between(values, path)
    return values


def _listed(field: str, op: str, raw: object, path: str) -> list[object] | tuple[object, ...]:
    if not isinstance(raw, list | tuple):
        if op in LIST_OPS:
            raise RuleError("segments.value_not_list", path, value=raw)
        return [raw]
    if op not in (*LIST_OPS, *_SEVERAL) and len(raw) != 1 and FIELDS[field] != "policy":
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


def _season(field: str, raw: object, path: str) -> str:
    """A day of every year, MM-DD; the second may lie before the first: then the season goes over New Year."""
    text = raw if isinstance(raw, str) else ""
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError as error:
        raise RuleError("segments.bad_season", path, value=raw) from error
    return f"{day:%m-%d}"


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


def _policy(field: str, raw: object, path: str) -> str:
    """The name of a policy; whether there is one with this name only the catalogue knows."""
    if not isinstance(raw, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", raw):
        raise RuleError("segments.bad_policy", path, value=raw)
    return raw


_CHECKS: Mapping[Kind, Callable[[str, object, str], Operand]] = {
    "number": _number,
    "date": _date,
    "choice": _choice,
    "region": _region,
    "flags": _circumstance,
    "policy": _policy,
}
