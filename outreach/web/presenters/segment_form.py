"""A segment's form: rows as somebody filled them in ↔ the rule as data. A mistake names its row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach.errors import Invalid
from outreach.web.presenters import segment_words as words
from outreach.wording import say
from segments import vocabulary
from segments.errors import RuleError
from segments.fields import FIELDS
from segments.parse import parse_rule

MOST_ROWS = 30
_SPLIT = re.compile(r"[、,，;；\s]+")
_SPAN = {"number": re.compile(r"\D+"), "date": re.compile(r"[^0-9-]+")}
"""What stands between the two ends of a span: 3至6, 3-6."""


@dataclass(frozen=True)
class Row:
    """One condition as it was filled in. part: all, none, any:LABEL. An empty field is an empty row."""

    part: str = words.ALL
    field: str = ""
    op: str = ""
    value: str = ""
    in_days: str = ""


@dataclass(frozen=True)
class Names:
    """What people call things: policy → plain name, region code → name."""

    policies: Mapping[str, str]
    regions: Mapping[str, str]


def read(columns: Sequence[Sequence[str]]) -> list[Row]:
    """Rows from the form's columns part, field, op, value, in_days. Invalid when they are not equally long."""
    if len({len(one) for one in columns}) > 1 or len(columns[0]) > MOST_ROWS:
        raise Invalid("web.bad_form", fields="part, field, op, value, in_days")
    rows = [Row(*(cell.strip() for cell in cells)) for cells in zip(*columns, strict=True)]
    return [_settled(row) for row in rows]


def _settled(row: Row) -> Row:
    """A row whose field was just chosen: the first comparison stands, where the old one does not fit."""
    if not words.offered(row.field):
        return Row(row.part)
    listed = [one.value for one in words.ops(row.field)]
    op = row.op if row.op in listed else listed[0]
    days = row.in_days if words.moves(row.field) else ""
    value = "" if words.control(row.field, op) == "none" else row.value
    return Row(row.part, row.field, op, value, days)


def data(rows: Sequence[Row], names: Names) -> tuple[dict[str, Any], dict[int, str]]:
    """(the rule as data, row number from 1 → what is wrong with it). A row with a mistake is left out of the rule."""
    rule: dict[str, Any] = {}
    problems: dict[int, str] = {}
    for number, row in enumerate(rows, 1):
        if not row.field:
            continue
        clause = _clause(row, names)
        problem = _mistake(clause)
        if problem:
            problems[number] = problem
        else:
            _put(rule, row.part, clause)
    return rule, problems


def _mistake(clause: Mapping[str, Any]) -> str:
    try:
        parse_rule({"all": [clause]}, segment=True)
    except RuleError as error:
        said = say(error.code, **{**error.params, "path": "这一条"})
        return said.removeprefix("规则的 这一条").lstrip(" ：，")
    return ""


def _put(rule: dict[str, Any], part: str, clause: dict[str, Any]) -> None:
    if not part.startswith(words.ANY):
        rule.setdefault(words.NONE if part == words.NONE else words.ALL, []).append(clause)
        return
    label = part.removeprefix(words.ANY) or "甲"
    ways = rule.setdefault("any", [])
    way = next((one for one in ways if one["label"] == label), None)
    if way is None:
        way = {"label": label, "all": []}
        ways.append(way)
    way["all"].append(clause)


def _clause(row: Row, names: Names) -> dict[str, Any]:
    clause: dict[str, Any] = {"field": row.field, "op": row.op}
    if row.op in (words.KNOWN, words.UNKNOWN):
        clause["op"] = "exists"
        clause["value"] = (
            _flags(row.value) if FIELDS[row.field] == "flags" else row.op == words.KNOWN
        )
    else:
        clause["value"] = _value(row, names)
    if row.op == "has_any" and len(clause["value"]) == 1:
        clause.update(op="has", value=clause["value"][0])
    days = _number(row.in_days) if row.in_days else 0
    return clause if days == 0 else {**clause, "in_days": days}


def _value(row: Row, names: Names) -> Any:
    kind = FIELDS[row.field]
    if kind == "flags":
        return _flags(row.value)
    if kind == "region":
        codes = [_region(one, names.regions) for one in _split(row.value)]
        return codes[0] if len(codes) == 1 else codes
    if kind in ("number", "date") and row.op == "between":
        return [_scalar(kind, one) for one in _SPAN[kind].split(row.value) if one]
    return _scalar(kind, row.value)


def _scalar(kind: str, text: str) -> Any:
    return _number(text) if kind == "number" else text


def _number(text: str) -> int | str:
    """A whole number, full-width digits too; anything else stays as it is and is a mistake of its row."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("岁").removesuffix("周")
    return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else text


def _split(text: str) -> list[str]:
    return [one for one in _SPLIT.split(text) if one]


def _flags(text: str) -> list[str]:
    """Codes of what offices call circumstances; an unknown word stays and is a mistake of its row."""
    found = [(vocabulary.find(one), one) for one in _split(text)]
    return [one.code if one else word for one, word in found]


def _region(text: str, regions: Mapping[str, str]) -> str:
    """The code of a place by code or name; a name that several places have, or none, is a mistake of its row."""
    codes = [code for code, name in regions.items() if name == text]
    return codes[0] if len(codes) == 1 else text


# -- back ------------------------------------------------------------------------------------------


def rows_of(rule: Mapping[str, Any], names: Names) -> list[Row] | None:
    """The form's rows of a rule; None when the rule says more than the form can show."""
    if rule.get("check"):
        return None
    listed = [(words.ALL, one) for one in rule.get("all") or ()]
    listed += [
        (f"{words.ANY}{way['label']}", one) for way in rule.get("any") or () for one in way["all"]
    ]
    listed += [(words.NONE, one) for one in rule.get("none") or ()]
    rows = [_row(part, clause, names) for part, clause in listed]
    found = [row for row in rows if row is not None]
    back, problems = data(found, names)
    same = parse_rule(_single(back), segment=True) == parse_rule(_single(rule), segment=True)
    return found if len(found) == len(rows) and not problems and same else None


def _single(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The same rule with `has_any` of one thing written as `has`, which means the same."""

    def one(clause: Mapping[str, Any]) -> dict[str, Any]:
        value = clause.get("value")
        if clause["op"] == "has_any" and isinstance(value, list) and len(value) == 1:
            return {**clause, "op": "has", "value": value[0]}
        return dict(clause)

    return {
        "all": [one(each) for each in rule.get("all") or ()],
        "any": [
            {"label": way["label"], "all": [one(each) for each in way["all"]]}
            for way in rule.get("any") or ()
        ],
        "none": [one(each) for each in rule.get("none") or ()],
    }


def _row(part: str, clause: Mapping[str, Any], names: Names) -> Row | None:
    field = str(clause["field"])
    if not words.offered(field):
        return None
    op, value = clause["op"], clause.get("value")
    if op == "exists":
        flags = FIELDS[field] == "flags"
        op = words.KNOWN if flags or value in (True, None) else words.UNKNOWN
        text = _text(field, value, names) if flags else ""
    else:
        op = "has_any" if op == "has" and FIELDS[field] == "flags" else op
        text = _text(field, value, names)
    return Row(part, field, op, text, str(clause.get("in_days") or ""))


def _text(field: str, value: Any, names: Names) -> str:
    listed = value if isinstance(value, list | tuple) else [value]
    if FIELDS[field] == "flags":
        return "、".join(vocabulary.by_code(one).zh for one in listed)
    if FIELDS[field] == "region":
        unique = list(names.regions.values())
        return "、".join(
            name if (name := names.regions.get(one, "")) and unique.count(name) == 1 else one
            for one in listed
        )
    return "、".join(str(one) for one in listed)
