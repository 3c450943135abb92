"""Rules of the catalogue: load, verify, fill in locally, and read what holds at a place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection

from outreach.errors import Invalid, Missing
from outreach.policies import queries
from outreach.policies.schemas import LocalFacts, PolicyView
from segments import amounts, regions
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


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(document, default=_jsonable, ensure_ascii=False))
    return plain


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _date(document: Mapping[str, Any], key: str, file: str) -> date | None:
    value = document.get(key)
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid("policies.bad_date", file=file, key=key, value=value) from error


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
    _check_shapes(document, file)
    for key in ("valid_from", "valid_to"):
        _date(document, key, file)
    _check_rule(document, file)
    return document


def _check_rule(document: Mapping[str, Any], file: str) -> None:
    try:
        rule = parse_rule(document["rule"])
    except RuleError as error:
        raise _in_file(error, file) from error
    for name in rule.parameters:
        if name not in (document.get("parameters") or {}):
            raise Invalid("policies.undeclared_parameter", file=file, parameter=name)


def _in_file(error: RuleError, file: str) -> Invalid:
    """A mistake in a rule, with the file in front of its place."""
    return Invalid(
        error.code, **{**error.params, "file": file, "path": f"{file}: {error.params['path']}"}
    )


def _check_shapes(facts: Mapping[str, Any], file: str) -> None:
    """The facts that are more than a text: texts and sheets read inside them."""
    for key in ("amount", "parameters"):
        if not isinstance(facts.get(key) or {}, Mapping):
            raise Invalid("policies.bad_value", file=file, key=key, value=facts[key])
    amount = facts.get("amount") or {}
    if key := amounts.mistake(amount):
        raise Invalid("policies.bad_value", file=file, key=f"amount.{key}", value=amount.get(key))
    for key in ("documents", "how_to_apply", "steps", "excludes", "history"):
        if not isinstance(facts.get(key) or [], list):
            raise Invalid("policies.bad_value", file=file, key=key, value=facts[key])
    for number, document in enumerate(facts.get("documents") or [], 1):
        if not isinstance(document, Mapping) or not isinstance(document.get("name"), str):
            raise Invalid(
                "policies.bad_value", file=file, key=f"documents[{number}]", value=document
            )


def load(connection: Connection, document: Mapping[str, Any], file: str = "") -> tuple[str, bool]:
    """Write a checked document as a new version unless the newest says the same. Returns (ref, is new)."""
    ref = str(document["id"])
    facts = _plain({key: value for key, value in document.items() if key != "rule"})
    rule = _plain(document["rule"])
    digest = _digest({"facts": facts, "rule": rule})
    policy = queries.add_policy(connection, ref)
    newest = queries.newest_version(connection, policy)
    if newest is not None and newest[2] == digest:
        return ref, False
    version = {
        "facts": facts,
        "rule": rule,
        "hash": digest,
        "valid_from": _date(document, "valid_from", file),
        "valid_to": _date(document, "valid_to", file),
    }
    queries.add_version(connection, policy, 1 if newest is None else newest[1] + 1, version)
    return ref, True


def _view(row: Mapping[str, Any], local_rows: Iterable[Mapping[str, Any]]) -> PolicyView:
    return PolicyView(
        id=row["policy_id"],
        ref=row["ref"],
        status=row["status"],
        version_id=row["id"],
        number=row["number"],
        hash=row["hash"],
        facts=row["facts"],
        rule=parse_rule(row["rule"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        verified_by=row["verified_by"] or "",
        locals=tuple(
            LocalFacts(local["region"], local["parameters"], local["facts"], local["verified_by"])
            for local in local_rows
            if local["version_id"] == row["id"]
        ),
    )


def all_policies(connection: Connection, refs: list[str] | None = None) -> list[PolicyView]:
    """The newest version of every policy (or of `refs`), by name."""
    rows = queries.versions(connection, refs)
    local_rows = queries.locals_of(connection, [row["id"] for row in rows])
    return [_view(row, local_rows) for row in rows]


def by_versions(connection: Connection, ids: list[int]) -> list[PolicyView]:
    """Exactly these versions: what a campaign froze."""
    rows = queries.versions(connection, ids=ids)
    local_rows = queries.locals_of(connection, ids)
    return [_view(row, local_rows) for row in rows]


def get(connection: Connection, ref: str) -> PolicyView:
    """One policy by name; Missing when nobody loaded it."""
    found = all_policies(connection, [ref])
    if not found:
        raise Missing("policies.unknown", policy=ref)
    return found[0]


def verify(connection: Connection, ref: str, by: str) -> PolicyView:
    """A named user has checked the newest version against its source."""
    if not by.strip():
        raise Invalid("policies.verifier_needed", policy=ref)
    policy = get(connection, ref)
    queries.verify(connection, policy.version_id, by)
    return get(connection, ref)


def fill_in(
    connection: Connection,
    ref: str,
    region: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    by: str = "",
    on: date | None = None,
) -> None:
    """Write what a region sets: rule parameters, amount, window, place, phone.

    Unknown names and values that do not fit are Invalid. What a campaign has signed stays as it was signed:
    a change of a version that one is bound to makes a new version.
    """
    policy = get(connection, ref)
    if not _is_region(region):
        raise Invalid("policies.bad_region", policy=ref, region=region)
    declared = policy.facts.get("parameters") or {}
    for name in parameters or {}:
        if name not in declared:
            raise Invalid("policies.unknown_parameter", policy=ref, parameter=name)
    try:
        policy.rule.bind(parameters or {})
    except RuleError as error:
        raise _in_file(error, ref) from error
    for name in facts or {}:
        if name not in LOCAL_FACTS:
            raise Invalid("policies.unknown_key", file=ref, key=name)
    _check_shapes(facts or {}, ref)
    values = {
        "parameters": _plain(parameters or {}),
        "facts": _plain(facts or {}),
        "verified_by": by,
    }
    before = next((local for local in policy.locals if local.region == region), None)
    same = before is not None and (before.parameters, before.facts) == (
        values["parameters"],
        values["facts"],
    )
    version = policy.version_id
    if not same and queries.is_signed(connection, version):
        version = queries.copy_version(connection, version)
    queries.set_local(connection, version, region, values, on)


def _is_region(code: str) -> bool:
    """'' is the whole country; anything else is a code cut to its level."""
    try:
        return regions.cut(code) == code
    except ValueError:
        return False
