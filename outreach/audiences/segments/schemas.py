"""A segment as an officer writes it down, and as the rest of the house sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.errors import Invalid
from outreach.policies.documents import plain
from segments.fields import FIELDS
from segments.parse import parse_rule
from segments.rules import Rule

_KEYS = ("id", "name", "rule")
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_NAME = 60


@dataclass(frozen=True)
class SegmentView:
    """A saved segment: its rule as data and as read. `region`: of who made it, '' = the whole installation."""

    id: int
    ref: str
    name: str
    data: Mapping[str, Any]
    rule: Rule
    region: str
    by: str


@dataclass(frozen=True)
class SegmentOrder:
    """A checked document: `id` (its ref), `name`, `rule`."""

    ref: str
    name: str
    data: Mapping[str, Any]
    rule: Rule


@dataclass(frozen=True)
class Asked:
    """A question to the register: the day, the installation's region, whose region may be seen, and the parts.

    by: '' | region | age_band | language. depth: length of the codes by which regions are told apart.
    """

    on: date
    home: str = ""
    scope: str = ""
    by: str = ""
    depth: int = 9


def parse(document: object, file: str = "segment") -> SegmentOrder:
    """Check a document. Invalid names the file and the key; RuleError names the path inside the rule."""
    whole = _whole(document, file)
    ref, name = whole["id"], whole["name"]
    if not isinstance(ref, str) or not _REF.fullmatch(ref):
        raise Invalid("audiences.bad_ref", file=file, value=ref)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise Invalid("audiences.bad_name", file=file, value=name, most=_LONGEST_NAME)
    rule = parse_rule(whole["rule"], segment=True)
    if rule.parameters:
        raise Invalid("audiences.open_parameter", file=file, name=rule.parameters[0])
    return SegmentOrder(ref, name.strip(), plain(whole["rule"]), rule)


def _whole(document: object, file: str) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise Invalid("audiences.not_a_mapping", file=file)
    for key in document:
        if key not in _KEYS:
            raise Invalid("audiences.unknown_key", file=file, key=key)
    for key in _KEYS:
        if document.get(key) in (None, "", {}):
            raise Invalid("audiences.missing_key", file=file, key=key)
    return document


def named_policies(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, policy) of every policy that a checked rule reads something about."""
    for part in ("all", "none"):
        yield from _of_clauses(data.get(part), part)
    for number, way in enumerate(data.get("any") or ()):
        yield from _of_clauses(way["all"], f"any[{number}].all")


def _of_clauses(clauses: Any, path: str) -> Iterator[tuple[str, str]]:
    for number, clause in enumerate(clauses or ()):
        if FIELDS.get(clause["field"]) != "policy":
            continue
        value, where = clause["value"], f"{path}[{number}].value"
        if isinstance(value, list | tuple):
            yield from ((f"{where}[{place}]", one) for place, one in enumerate(value))
        else:
            yield where, value
