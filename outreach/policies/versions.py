"""The versions of a policy: what each said, and what changed between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach.errors import Missing
from outreach.policies import names, service
from outreach.policies.queries import catalogue
from outreach.policies.schemas import PolicyView
from segments import reading
from segments.rules import Clause, Rule


@dataclass(frozen=True)
class Changed:
    """One fact that two versions say differently; '' where one says nothing."""

    key: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What changed from one version to another: lines of the rule that went and came, and facts."""

    before: int
    after: int
    gone: tuple[str, ...]
    come: tuple[str, ...]
    facts: tuple[Changed, ...]

    @property
    def nothing(self) -> bool:
        """Whether the documents say the same; then only what regions filled in may differ."""
        return not (self.gone or self.come or self.facts)


def history(connection: Connection, ref: str) -> list[PolicyView]:
    """Every version of a policy, newest first; Missing when nobody loaded it."""
    ids = catalogue.version_ids(connection, ref)
    if not ids:
        raise Missing("policies.unknown", policy=ref)
    views = service.by_versions(connection, ids)
    return sorted(views, key=lambda one: -one.number)


def previous_version(connection: Connection, ref: str) -> PolicyView | None:
    """The version before the newest one; None when there is only one."""
    return next(iter(history(connection, ref)[1:]), None)


def version(connection: Connection, ref: str, number: int) -> PolicyView:
    """One version by its number; Missing when there is none."""
    for view in history(connection, ref):
        if view.number == number:
            return view
    raise Missing("policies.no_version", policy=ref, version=number)


def difference(old: PolicyView, new: PolicyView) -> Difference:
    """What changed: the rule line by line in Chinese, and the facts field by field."""
    before, after = lines(old.rule, parameters(old)), lines(new.rule, parameters(new))
    return Difference(
        old.number,
        new.number,
        tuple(one for one in before if one not in after),
        tuple(one for one in after if one not in before),
        tuple(_changed(old.facts, new.facts)),
    )


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Changed]:
    known = [*names.FACTS, *sorted({*old, *new} - {*names.FACTS, "id"})]
    found = []
    for key in known:
        one, other = old.get(key), new.get(key)
        if one == other:
            continue
        before, after = names.said(key, one), names.said(key, other)
        if before == after:
            before, after = names.in_full(key, one), names.in_full(key, other)
        if before != after:
            found.append(Changed(key, names.name(key), before, after))
        else:  # the words do not tell them apart, so both are shown as they are written
            found.append(Changed(key, names.name(key), str(one), str(other)))
    return found


def parameters(view: PolicyView) -> dict[str, str]:
    """Parameter → its words, for reading a rule in which it is still open."""
    declared = view.facts.get("parameters") or {}
    return {
        name: str(one.get("zh", name)) if isinstance(one, Mapping) else name
        for name, one in declared.items()
    }


def lines(rule: Rule, words: Mapping[str, str]) -> tuple[str, ...]:
    """A rule as lines of Chinese: one for each condition, way, exclusion and human check.

    Made from what the machine does; `words` names parameters and regions.
    """
    found = [reading.read_clause(one, words) for one in rule.all]
    found += [f"或者{way.label}：{_joined(way.all, words)}" for way in rule.any]
    found += [f"不包括：{reading.read_clause(one, words)}" for one in rule.none]
    found += [f"要核实：{one}" for one in rule.check]
    return tuple(found) or ("所有人",)


def _joined(clauses: Sequence[Clause], words: Mapping[str, str]) -> str:
    return "，".join(reading.read_clause(one, words) for one in clauses) or "所有人"
