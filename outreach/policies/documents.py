"""Policy files: reading one, and checking that it says what the rest of the house relies on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from outreach.errors import Invalid
from outreach.policies import windows
from segments import amounts
from segments.errors import RuleError
from segments.parse import parse_rule

FACTS = {
    "id", "official_name", "plain_name", "domain", "office", "co_offices", "source", "valid_from", "valid_to", "window",
    "amount", "documents", "how_to_apply", "where", "phone", "one_line", "announce", "region_basis", "rule",
    "parameters", "notes", "processing_days", "no_application", "review_due", "steps", "deep_link", "indicator",
    "excludes", "history",
}  # fmt: skip
LOCAL_FACTS = FACTS - {
    "id", "official_name", "plain_name", "domain", "announce", "region_basis", "rule", "parameters",
    "excludes", "history",
}  # fmt: skip
"""What a region may say differently; who may claim is changed by the rule's parameters only."""

_REQUIRED = ("id", "official_name", "plain_name", "domain", "office", "source", "rule")


def starter_catalogue() -> list[Path]:
    """The policy files that come with the product."""
    folder = Path(str(resources.files("segments").joinpath("policies")))
    return sorted(folder.glob("*.yaml"))


def _jsonable(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as JSON keeps it: dates as text."""
    found: dict[str, Any] = json.loads(json.dumps(document, default=_jsonable, ensure_ascii=False))
    return found


def digest(document: Mapping[str, Any]) -> str:
    """A hash of a document, whatever the order of its keys."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_file(path: Path) -> dict[str, Any]:
    """Read and check one policy file. Invalid names the file and the key; nothing is written."""
    name = path.name
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("policies.unreadable", file=name) from error
    except (yaml.YAMLError, ValueError) as error:  # a date like 2026-02-30 is a ValueError
        raise Invalid(
            "policies.not_yaml", file=name, reason=str(error).replace("\n", " ")
        ) from error
    if not isinstance(document, dict):
        raise Invalid("policies.not_a_mapping", file=name)
    return check_document(document, name)


def check_document(document: dict[str, Any], file: str) -> dict[str, Any]:
    """Unknown keys, missing keys, verification claims and rule errors are Invalid with their place."""
    if "verified_by" in document or "verified_on" in document:
        raise Invalid("policies.claims_verification", file=file)
    for key in document:
        if key not in FACTS:
            raise Invalid("policies.unknown_key", file=file, key=key)
    for key in _REQUIRED:
        if not document.get(key):
            raise Invalid("policies.missing_key", file=file, key=key)
    check_shapes(document, file)
    windows.check_validity(document, file)
    _check_rule(document, file)
    return document


def _check_rule(document: Mapping[str, Any], file: str) -> None:
    try:
        rule = parse_rule(document["rule"])
    except RuleError as error:
        raise in_file(error, file) from error
    for name in rule.parameters:
        if name not in (document.get("parameters") or {}):
            raise Invalid("policies.undeclared_parameter", file=file, parameter=name)


def in_file(error: RuleError, file: str) -> Invalid:
    """A mistake in a rule, with the file in front of its place."""
    return Invalid(
        error.code, **{**error.params, "file": file, "path": f"{file}: {error.params['path']}"}
    )


def check_shapes(facts: Mapping[str, Any], file: str) -> None:
    """The facts that are more than a text: texts and sheets read inside them."""
    for key in ("amount", "parameters"):
        if not isinstance(facts.get(key) or {}, Mapping):
            raise Invalid("policies.bad_value", file=file, key=key, value=facts[key])
    _check_amount(facts.get("amount") or {}, file)
    windows.check_window(facts, file)
    for key, is_good in _LISTS.items():
        listed = facts.get(key) or []
        if not isinstance(listed, list):
            raise Invalid("policies.bad_value", file=file, key=key, value=listed)
        for number, one in enumerate(listed, 1):
            if not is_good(one):
                raise Invalid("policies.bad_value", file=file, key=f"{key}[{number}]", value=one)


def _check_amount(amount: Mapping[str, Any], file: str) -> None:
    if key := amounts.mistake(amount):
        raise Invalid("policies.bad_value", file=file, key=f"amount.{key}", value=amount.get(key))
    if not _is_figure(amount.get("value")):
        raise Invalid("policies.bad_value", file=file, key="amount.value", value=amount["value"])


def _is_figure(one: object) -> bool:
    return one is None or (isinstance(one, int | float) and not isinstance(one, bool) and one >= 0)


def _is_text(one: object) -> bool:
    return isinstance(one, str) and bool(one.strip())


def _is_document(one: object) -> bool:
    return isinstance(one, Mapping) and _is_text(one.get("name"))


def _is_excluded(one: object) -> bool:
    return _is_text(one) or (isinstance(one, Mapping) and _is_text(one.get("policy")))


_LISTS: Mapping[str, Callable[[object], bool]] = {
    "documents": _is_document,
    "how_to_apply": _is_text,
    "steps": _is_text,
    "co_offices": _is_text,
    "excludes": _is_excluded,
    "history": lambda one: isinstance(one, Mapping),
}
"""List of a document → what each of its entries must be."""
