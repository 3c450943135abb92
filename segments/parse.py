"""A rule from data (YAML or JSON): every mistake is an error that names its place.

all:   [{field: age, op: ">=", value: 80, text: 年满80周岁, source: 第二条}]
       {field: age, op: ">=", value: 80, in_days: 30}, {field: members, aged: [0, 2], op: ">=", value: 1}
any:   [{label: 低保家庭, all: [{field: circumstances, op: has, value: income.dibao}]}]
none:  [{field: circumstances, op: has, value: pension.employee}]
check: [未享受其他同类津贴]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segments.errors import RuleError
from segments.fields import FIELDS, MOVING, OPS, SEGMENT_ONLY, Operand, Parameter
from segments.operands import operands, parameter
from segments.rules import Alternative, Clause, Rule

_ALIASES = {"tags": "circumstances"}
_MOST_CLAUSES = 100  # a database nests an expression about as deep as a rule is long
_MOST_DAYS = 3660
_KEYS = ("field", "op", "value", "text", "source", "in_days", "aged")


def parse_rule(data: object, *, segment: bool = False) -> Rule:
    """Read a rule; `segment` also allows `exists` (the quality of data) and facts about policies.

    An absent part and an empty one mean the same: no condition. Raises RuleError with the path of the mistake.
    """
    parts = _mapping(data, "", allowed=("all", "any", "none", "check"))
    rule = Rule(
        all=_clauses(parts.get("all"), "all", segment),
        any=tuple(
            _alternative(one, path, segment) for one, path in _items(parts.get("any"), "any")
        ),
        none=_clauses(parts.get("none"), "none", segment),
        check=tuple(_text(one, path) for one, path in _items(parts.get("check"), "check")),
    )
    if sum(1 for _ in rule.clauses()) > _MOST_CLAUSES:
        raise RuleError("segments.too_many_clauses", "", most=_MOST_CLAUSES)
    return rule


def _clauses(data: object, path: str, segment: bool) -> tuple[Clause, ...]:
    return tuple(_clause(one, where, segment) for one, where in _items(data, path))


def _alternative(data: object, path: str, segment: bool) -> Alternative:
    parts = _mapping(data, path, allowed=("label", "all"), required=("label", "all"))
    return Alternative(
        label=_text(parts["label"], f"{path}.label"),
        all=_clauses(parts["all"], f"{path}.all", segment),
    )


def _clause(data: object, path: str, segment: bool) -> Clause:
    parts = _mapping(data, path, allowed=_KEYS, required=("field", "op"))
    field = _field(parts["field"], f"{path}.field")
    if field in SEGMENT_ONLY and not segment:
        raise RuleError("segments.policy_fact_in_policy", f"{path}.field", value=field)
    op = _op(field, parts["op"], f"{path}.op", segment)
    return Clause(
        field=field,
        op=op,
        value=_exists(field, parts, path) if op == "exists" else _value(field, op, parts, path),
        text=_text(parts["text"], f"{path}.text") if "text" in parts else "",
        source=_text(parts["source"], f"{path}.source") if "source" in parts else "",
        in_days=_in_days(field, parts["in_days"], f"{path}.in_days") if "in_days" in parts else 0,
        aged=_aged(field, parts, path),
    )


def _in_days(field: str, raw: object, path: str) -> int:
    if field not in MOVING:
        raise RuleError(
            "segments.does_not_move", path, field=field, known="、".join(sorted(MOVING))
        )
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > _MOST_DAYS:
        raise RuleError("segments.bad_in_days", path, value=raw, most=_MOST_DAYS)
    return raw


def _aged(field: str, parts: Mapping[str, Any], path: str) -> tuple[int, int]:
    if "aged" not in parts:
        return (0, 150)
    if field != "members":
        raise RuleError("segments.aged_is_for_members", f"{path}.aged", field=field)
    low, high = operands("age", "between", parts["aged"], f"{path}.aged")
    if isinstance(low, int) and isinstance(high, int):
        return low, high
    raise RuleError("segments.bad_parameter", f"{path}.aged", value=parts["aged"])


def _field(raw: object, path: str) -> str:
    name = _ALIASES.get(raw, raw) if isinstance(raw, str) else ""
    if name not in FIELDS:
        raise RuleError("segments.unknown_field", path, value=raw, known="、".join(FIELDS))
    return name


def _op(field: str, raw: object, path: str, segment: bool) -> str:
    if raw == "exists" and not segment:
        raise RuleError("segments.exists_in_policy", path)
    allowed = OPS[FIELDS[field]]
    allowed += ("yearly",) if field == "today" else ()
    allowed += ("exists",) if segment and field != "today" and FIELDS[field] != "policy" else ()
    if not isinstance(raw, str) or raw not in allowed:
        raise RuleError(
            "segments.unknown_op", path, value=raw, field=field, known=" ".join(allowed)
        )
    return raw


def _value(
    field: str, op: str, parts: Mapping[str, Any], path: str
) -> tuple[Operand, ...] | Parameter:
    if "value" not in parts:
        raise RuleError("segments.missing_key", path, name="value")
    raw = parts["value"]
    if isinstance(raw, Mapping):
        return parameter(raw, f"{path}.value")
    if isinstance(raw, list | tuple) and not raw:
        raise RuleError("segments.empty_list", f"{path}.value")
    return operands(field, op, raw, f"{path}.value")


def _exists(field: str, parts: Mapping[str, Any], path: str) -> tuple[Operand, ...]:
    """Whether a fact is known: true or false; for circumstances the codes that must be known either way."""
    if FIELDS[field] == "flags":
        value = _value(field, "has_all", parts, path)
        if isinstance(value, Parameter) or any(isinstance(one, Parameter) for one in value):
            raise RuleError("segments.bad_parameter", f"{path}.value", value=parts["value"])
        return value
    raw = parts.get("value", True)
    if not isinstance(raw, bool):
        raise RuleError("segments.exists_value", f"{path}.value", value=raw)
    return (raw,)


def _mapping(
    data: object, path: str, allowed: Sequence[str], required: Sequence[str] = ()
) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise RuleError("segments.not_mapping", path)
    for key in data:
        if key not in allowed:
            raise RuleError(
                "segments.unknown_key", f"{path}.{key}".lstrip("."), known="、".join(allowed)
            )
    for key in required:
        if key not in data:
            raise RuleError("segments.missing_key", path, name=key)
    return data


def _items(data: object, path: str) -> list[tuple[object, str]]:
    if data is None:
        return []
    if not isinstance(data, list | tuple):
        raise RuleError("segments.not_list", path)
    return [(one, f"{path}[{number}]") for number, one in enumerate(data)]


def _text(raw: object, path: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise RuleError("segments.not_text", path)
    return raw.strip()
