"""Who looks after which household: given by place or by list, taken over when a helper leaves, and what nobody has."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.queries import actor_by_name, users
from outreach.access.roles import Action, Role, allowed
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.people.addresses import matches_place, natural_key
from outreach.reach.helpers import queries
from outreach.reach.helpers.schemas import Assigned, Helper, Home, Released

Decrypt = Callable[[str, str], str]
"""(field, sealed) → clear: `Vault.decrypt`."""


@dataclass(frozen=True)
class Lot:
    """Some households: of a region or grid, of a building ('3栋2单元'), or by their numbers."""

    region: str = ""
    place: str = ""
    households: tuple[int, ...] = ()


@dataclass(frozen=True)
class Desk:
    """Who gives out households, within which region, on which day."""

    by: str
    scope: Scope
    today: date


def helpers(connection: Connection, scope: Scope) -> list[Helper]:
    """Everybody who visits in a scope or has households there, by name; whoever left and still has some stays."""
    sizes = queries.sizes(connection)
    return [
        Helper(one.name, one.display or one.name, one.region, one.active, sizes.get(one.name, 0))
        for one in users(connection)
        if scope.covers(one.region)
        and allowed(one.role, Action.VISITS_RECORD)
        and (one.name in sizes or (one.active and one.role is Role.WORKER))
    ]


def helper_of_scope(connection: Connection, name: str, region: str) -> Actor:
    """An active user who may visit at a place; Invalid helpers.not_able otherwise."""
    actor = actor_by_name(connection, name)
    if actor is None or not actor.may(Action.VISITS_RECORD) or not actor.scope.covers(region):
        raise Invalid("helpers.not_able", helper=name, region=region)
    return actor


def homes(connection: Connection, scope: Scope, lot: Lot, decrypt: Decrypt) -> list[Home]:
    """The lived-in households of a lot inside a scope, as one walks. Refused for a region outside."""
    inside = scope.narrowed(lot.region)
    wanted = set(lot.households)
    found = [
        Home(*row)
        for row in queries.households(connection, inside)
        if not wanted or row.id in wanted
    ]
    keyed = [(decrypt("address", one.address), one) for one in found]
    kept = [(text, one) for text, one in keyed if not lot.place or matches_place(text, lot.place)]
    kept.sort(key=lambda pair: (pair[1].region, natural_key(pair[0]), pair[1].id))
    return [one for _, one in kept]


def assign(connection: Connection, desk: Desk, helper: str, lot: Lot, decrypt: Decrypt) -> Assigned:
    """These households are a helper's from today on, also those that were somebody else's.

    Invalid helpers.not_able; Missing helpers.no_homes when the lot is empty; Refused outside the region.
    """
    found = homes(connection, desk.scope, lot, decrypt)
    if not found:
        raise Missing("helpers.no_homes", region=lot.region, place=lot.place)
    for region in {one.region for one in found}:
        helper_of_scope(connection, helper, region)
    taken = [one for one in found if one.helper not in ("", helper)]
    queries.assign(connection, helper, [one.id for one in found], desk.today, desk.by)
    total = queries.sizes(connection, [helper]).get(helper, 0)
    done = Assigned(helper, len(found), len(taken), total)
    detail = {"households": done.households, "taken": done.taken, "region": lot.region}
    audit.record(connection, desk.by, Action.WORK_ASSIGN, f"helper:{helper}", detail)
    return done


def release(connection: Connection, desk: Desk, helper: str, to: str = "") -> Released:
    """A helper leaves: their households in the scope, and open tasks there, go to another one, or to nobody.

    Invalid helpers.not_able; Missing helpers.has_none.
    """
    mine = [one for one in queries.households(connection, desk.scope) if one.helper == helper]
    if not mine:
        raise Missing("helpers.has_none", helper=helper)
    ids = [one.id for one in mine]
    if to:
        for region in {one.region for one in mine}:
            helper_of_scope(connection, to, region)
        queries.assign(connection, to, ids, desk.today, desk.by)
    else:
        queries.release(connection, ids)
    moved = queries.move_tasks(connection, helper, to, ids)
    detail = {"released": len(ids), "to": to, "tasks": moved}
    audit.record(connection, desk.by, Action.WORK_ASSIGN, f"helper:{helper}", detail)
    return Released(helper, to, len(ids), moved)


def unassigned(connection: Connection, scope: Scope) -> list[Home]:
    """Lived-in households of a scope that nobody looks after, by region."""
    return [Home(*row) for row in queries.households(connection, scope) if not row.helper]


def left_by_region(connection: Connection, scope: Scope) -> dict[str, int]:
    """Region → households that nobody looks after, 0 too, in the order of codes: what a page offers and counts."""
    return dict(sorted(queries.lived_in_regions(connection, scope).items()))


def households_of(connection: Connection, helper: str) -> set[int]:
    """The households of a helper: 我的户."""
    return queries.helped(connection, helper)


def names(found: Collection[Helper]) -> list[str]:
    """The names of helpers who are still there."""
    return [one.name for one in found if one.active]
