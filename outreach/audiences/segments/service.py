"""Rules of saved segments: write, read in one line of Chinese, count, take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope, under
from outreach.audiences import queries as counting
from outreach.audiences.predicates import eligible
from outreach.audiences.segments import queries
from outreach.audiences.segments.about import predicate, refs_of
from outreach.audiences.segments.schemas import Asked, SegmentOrder, SegmentView, named_policies
from outreach.audiences.service import Answer, summed
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.people import Person
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from segments import reading
from segments.fields import FIELDS
from segments.parse import parse_rule
from segments.rules import Rule

__all__ = ["answers", "check", "count", "delete", "everything", "get", "read", "save", "used_by"]


def get(connection: Connection, ref: str) -> SegmentView:
    """A segment by name or number; Missing otherwise."""
    row = queries.by_ref(connection, ref)
    if row is None:
        raise Missing("audiences.unknown_segment", segment=ref)
    return _view(row)


def everything(connection: Connection) -> list[SegmentView]:
    """All segments by name. A rule says nothing about anybody, so everyone who may use segments sees all."""
    return [_view(row) for row in queries.everything(connection)]


def _view(row: Mapping[str, Any]) -> SegmentView:
    rule = parse_rule(row["rule"], segment=True)
    return SegmentView(
        row["id"], row["ref"], row["name"], row["rule"], rule, row["region"], row["by"]
    )


def check(connection: Connection, order: SegmentOrder) -> None:
    """Invalid (with the path) for a policy that the catalogue does not have."""
    named = list(named_policies(order.data))
    known = {view.ref for view in policies.all_policies(connection, [ref for _, ref in named])}
    for path, ref in named:
        if ref not in known:
            raise Invalid("audiences.unknown_policy", path=path, policy=ref)


def save(
    connection: Connection, order: SegmentOrder, by: str, scope: Scope, *, new: bool = False
) -> bool:
    """Write a segment, or write over the one of that name; returns whether it is new.

    Refused when the one there belongs to a region outside the scope; Conflict with `new` when the name is taken;
    Invalid for an unknown policy.
    """
    check(connection, order)
    there = queries.by_ref(connection, order.ref)
    values = {"name": order.name, "rule": order.data, "by": by}
    if there is None or there["ref"] != order.ref:
        queries.add(connection, {**values, "ref": order.ref, "region": scope.region})
    elif new:
        raise Conflict("audiences.segment_exists", segment=order.ref)
    else:
        scope.require(there["region"])
        queries.change(connection, there["id"], values)
    fresh = there is None or there["ref"] != order.ref
    detail = {"move": "create" if fresh else "change"}
    audit.record(connection, by, Action.SEGMENTS_EDIT, f"segment:{order.ref}", detail)
    return fresh


def delete(connection: Connection, ref: str, by: str, scope: Scope) -> None:
    """Take a segment away. Conflict while a campaign that is not over uses it, Refused outside the scope."""
    segment = get(connection, ref)
    scope.require(segment.region)
    using = used_by(connection, segment)
    if using:
        raise Conflict("audiences.segment_in_use", segment=segment.ref, campaign=using[0])
    queries.remove(connection, segment.id)
    detail = {"move": "delete"}
    audit.record(connection, by, Action.SEGMENTS_EDIT, f"segment:{segment.ref}", detail)


def used_by(connection: Connection, segment: SegmentView) -> list[str]:
    """Campaigns that are not over and take only people of the segment."""
    return [
        name
        for name, options in queries.campaign_options(connection)
        if options.get("segment") in (segment.ref, str(segment.id))
    ]


def read(connection: Connection, rule: Rule) -> str:
    """The rule in one line of Chinese, with the names of regions and policies."""
    codes = [
        str(one)
        for clause in rule.clauses()
        if FIELDS[clause.field] == "region"
        for one in clause.operands or ()
    ]
    names = queries.region_names(connection, codes) if codes else {}
    refs = refs_of(rule)
    names |= (
        {one.ref: one.plain_name for one in policies.all_policies(connection, refs)} if refs else {}
    )
    return reading.read(rule, names)


def count(connection: Connection, rule: Rule, asked: Asked) -> tuple[Answer, list[Answer]]:
    """For how many a segment holds: likely = yes, unknown, not, blocked = not active; all of them = in scope."""
    pair = predicate(connection, rule, asked.on, asked.home)
    inside = under(Person.region, asked.scope)
    return _tallied(connection, pair, inside, asked)


def answers(
    connection: Connection, policy: PolicyView, rule: Rule, asked: Asked
) -> tuple[Answer, list[Answer]]:
    """A policy's answer among the people of a segment.

    In scope is whoever may belong to it: certainly, or for all that is known. Likely are only those who certainly
    belong and certainly fit; where one of the two is open the answer is unknown. The sum is people in scope.
    """
    sure, maybe = predicate(connection, rule, asked.on, asked.home)
    certain, possible = eligible(policy, asked.on, asked.home)
    inside = and_(under(Person.region, asked.scope), maybe)
    return _tallied(connection, (and_(certain, sure), possible), inside, asked)


def _tallied(
    connection: Connection,
    pair: tuple[ColumnElement[bool], ColumnElement[bool]],
    inside: ColumnElement[bool],
    asked: Asked,
) -> tuple[Answer, list[Answer]]:
    group = counting.group_of(asked.by, asked.on, asked.depth)
    rows = counting.tally(connection, pair, inside, group)
    parts = [Answer(*row) for row in rows]
    return summed(parts), parts if asked.by else []
