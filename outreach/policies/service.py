"""Rules of the catalogue: load, verify, fill in locally, and read what holds at a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from outreach.errors import Invalid, Missing
from outreach.policies import carrying, documents, windows
from outreach.policies.documents import (
    FACTS,
    LOCAL_FACTS,
    check_document,
    read_file,
    starter_catalogue,
)
from outreach.policies.queries import catalogue, life
from outreach.policies.schemas import LocalFacts, PolicyView, SignOff
from segments import regions
from segments.errors import RuleError
from segments.parse import parse_rule

__all__ = [
    "FACTS", "LOCAL_FACTS", "all_policies", "by_versions", "check_document", "fill_in", "get", "load", "read_file",
    "starter_catalogue", "verify",
]  # fmt: skip


def load(connection: Connection, document: Mapping[str, Any], file: str = "") -> tuple[str, bool]:
    """Write a checked document as a new version unless the newest says the same. Returns (ref, is new).

    What regions filled in goes with it where it still fits (`carrying.kept` lists what does not). Nobody has verified
    or signed a new version yet, and when its review is due is counted anew.
    """
    ref = str(document["id"])
    facts = documents.plain({key: value for key, value in document.items() if key != "rule"})
    rule = documents.plain(document["rule"])
    digest = documents.digest({"facts": facts, "rule": rule})
    policy = catalogue.add_policy(connection, ref)
    newest = catalogue.newest_version(connection, policy)
    if newest is not None and newest[2] == digest:
        return ref, False
    version = {
        "facts": facts,
        "rule": rule,
        "hash": digest,
        "valid_from": windows.day(document, "valid_from", file),
        "valid_to": windows.day(document, "valid_to", file),
    }
    number = 1 if newest is None else newest[1] + 1
    added = catalogue.add_version(connection, policy, number, version)
    if newest is not None:
        _carry(connection, newest[0], added, version)
        life.set_policy(connection, policy, review_due=None)
    return ref, True


def _carry(connection: Connection, old: int, new: int, version: Mapping[str, Any]) -> None:
    rule = parse_rule(version["rule"])
    for local in catalogue.locals_of(connection, [old]):
        values = carrying.carry(local, version["facts"], rule)
        if values["parameters"] or values["facts"]:
            given = {**values, "verified_by": local["verified_by"]}
            catalogue.set_local(connection, new, local["region"], given, local["verified_on"])


@dataclass(frozen=True)
class Read:
    """What stands about some versions: equal when nothing that a PolicyView tells has changed."""

    versions: list[Mapping[str, Any]]
    locals: list[Mapping[str, Any]]
    sign_offs: list[Mapping[str, Any]]


def _read(connection: Connection, rows: list[Any]) -> Read:
    ids = [row["id"] for row in rows]
    return Read(rows, catalogue.locals_of(connection, ids), life.sign_offs(connection, ids))


def views(read: Read) -> list[PolicyView]:
    """What was read, as policies."""
    locals_: dict[int, list[LocalFacts]] = {}
    for one in read.locals:
        facts = LocalFacts(
            one["region"], one["parameters"], one["facts"], one["verified_by"], one["verified_on"]
        )
        locals_.setdefault(one["version_id"], []).append(facts)
    signed: dict[int, list[SignOff]] = {}
    for one in read.sign_offs:
        sign_off = SignOff(one["department"], one["by"], one["at"], one["digest"])
        signed.setdefault(one["version_id"], []).append(sign_off)
    return [
        _view(row, locals_.get(row["id"], []), signed.get(row["id"], [])) for row in read.versions
    ]


def _view(
    row: Mapping[str, Any], locals_: Iterable[LocalFacts], signed: Iterable[SignOff]
) -> PolicyView:
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
        valid_to=_last_day(row),
        verified_by=row["verified_by"] or "",
        locals=tuple(locals_),
        created_at=row["created_at"],
        verified_at=row["verified_at"],
        sign_offs=tuple(signed),
        withdrawn_on=row["withdrawn_on"],
        exit_note=row["exit_note"],
        successor=row["successor"] or "",
        review_due=row["review_due"],
    )


def _last_day(row: Mapping[str, Any]) -> date | None:
    """The last day of the version, or the day before the policy ends, whichever comes first."""
    ends = row["withdrawn_on"] and row["withdrawn_on"] - timedelta(days=1)
    return min((day for day in (row["valid_to"], ends) if day), default=None)


def all_policies(connection: Connection, refs: list[str] | None = None) -> list[PolicyView]:
    """The newest version of every policy (or of `refs`), by name."""
    return views(_read(connection, catalogue.versions(connection, refs)))


def by_versions(connection: Connection, ids: list[int]) -> list[PolicyView]:
    """Exactly these versions: what a campaign froze."""
    return views(read_versions(connection, ids))


def read_versions(connection: Connection, ids: list[int]) -> Read:
    """The same before anything is made of it, for `views`: cheap to read again and to compare."""
    return _read(connection, catalogue.versions(connection, ids=ids))


def get(connection: Connection, ref: str) -> PolicyView:
    """One policy by name; Missing when nobody loaded it."""
    found = all_policies(connection, [ref])
    if not found:
        raise Missing("policies.unknown", policy=ref)
    return found[0]


def verify(connection: Connection, ref: str, by: str) -> PolicyView:
    """A named user has checked the newest version against its source.

    A policy that was in revision is in force again when what is verified differs from what the review looked at.
    """
    if not by.strip():
        raise Invalid("policies.verifier_needed", policy=ref)
    policy = get(connection, ref)
    catalogue.verify(connection, policy.version_id, by)
    if policy.status == "revising":
        last = next(iter(life.reviews(connection, policy.id)), None)
        if last is None or last["hash"] != policy.hash:
            life.set_policy(connection, policy.id, status="live")
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
    _check_local(policy, region, parameters or {}, facts or {})
    values = {
        "parameters": documents.plain(parameters or {}),
        "facts": documents.plain(facts or {}),
        "verified_by": by,
    }
    before = next((local for local in policy.locals if local.region == region), None)
    same = before is not None and (before.parameters, before.facts) == (
        values["parameters"],
        values["facts"],
    )
    version = policy.version_id
    if not same and catalogue.is_signed(connection, version):
        version = catalogue.copy_version(connection, version)
    catalogue.set_local(connection, version, region, values, on)


def _check_local(
    policy: PolicyView, region: str, parameters: Mapping[str, Any], facts: Mapping[str, Any]
) -> None:
    if not _is_region(region):
        raise Invalid("policies.bad_region", policy=policy.ref, region=region)
    declared = policy.facts.get("parameters") or {}
    for name in parameters:
        if name not in declared:
            raise Invalid("policies.unknown_parameter", policy=policy.ref, parameter=name)
    try:
        policy.rule.bind(parameters)
    except RuleError as error:
        raise documents.in_file(error, policy.ref) from error
    for name, value in parameters.items():
        carrying.check_parameter(policy.ref, name, value, declared[name])
    for name in facts:
        if name not in LOCAL_FACTS:
            raise Invalid("policies.unknown_key", file=policy.ref, key=name)
    documents.check_shapes(facts, policy.ref)
    windows.check_validity({**policy.facts, **facts}, policy.ref)


def _is_region(code: str) -> bool:
    """'' is the whole country; anything else is a code cut to its level."""
    try:
        return regions.cut(code) == code
    except ValueError:
        return False
