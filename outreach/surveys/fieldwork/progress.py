"""How far a survey is: per stratum and per pack of paper. No times of day, no order of interviewers by what they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.surveys.dispositions import AGAIN, INTERVIEWED, TRIES, Disposition, Response, response
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.assigning import packs
from outreach.surveys.fieldwork.messengers import Messenger, messengers
from outreach.surveys.fieldwork.queries import EVERYWHERE
from outreach.surveys.service import get_drawn


@dataclass(frozen=True)
class Stretch:
    """A stratum or a pack: people to ask, interviewed, ended without an interview, still to be asked.

    `key` is the stratum, or the account whose pack it is ('' nobody's yet); `pack` its number, 0 for a stratum.
    `reserve`: people of a reserve that nobody has released.
    """

    key: str
    people: int
    interviewed: int
    ended: int
    left: int
    pack: int = 0
    reserve: int = 0


@dataclass(frozen=True)
class Aside:
    """An entry that contradicts an interview that stands; somebody must look."""

    number: int
    disposition: Disposition
    by: str


@dataclass(frozen=True)
class Progress:
    """Everything at once. `reserve`: people in reserve whom nobody has released."""

    whole: Stretch
    strata: tuple[Stretch, ...]
    packs: tuple[Stretch, ...]
    villages: tuple[Stretch, ...]
    response: Response
    reserve: int
    aside: tuple[Aside, ...]
    messengers: tuple[Messenger, ...]


def progress(connection: Connection, ref: str, scope: Scope = EVERYWHERE) -> Progress:
    """How far it is in a scope. Raises Missing, and Conflict before the drawing."""
    survey = get_drawn(connection, ref)
    rows = queries.sample(connection, survey["id"], scope)
    tried = queries.tries(connection, survey["id"])
    reserve = queries.waiting_reserve(connection, survey["id"], scope)
    numbers = packs(row["assigned"] for row in rows)

    def by(key: Callable[[Mapping[str, Any]], str]) -> dict[str, Stretch]:
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            found[key(row)].append(row)
        return {name: _stretch(name, some, tried) for name, some in sorted(found.items())}

    strata = {name: Stretch(name, 0, 0, 0, 0) for name in reserve} | by(lambda row: row["stratum"])
    there = {row["number"] for row in rows}
    aside = queries.entries(connection, survey["id"], state="set_aside")
    return Progress(
        whole=_stretch("", rows, tried),
        strata=tuple(_with(one, reserve=reserve.get(name, 0)) for name, one in sorted(strata.items())),
        packs=tuple(
            _with(one, pack=numbers.get(name, 0))
            for name, one in by(lambda row: row["assigned"]).items()
        ),
        villages=tuple(by(lambda row: row["region"][:12]).values()),
        response=response(Disposition(row["disposition"]) for row in rows),
        reserve=sum(reserve.values()),
        aside=tuple(
            Aside(one["number"], Disposition(one["disposition"]), one["by"])
            for one in aside
            if one["note"] != queries.CORRECTED and one["number"] in there
        ),
        messengers=messengers(connection, ref, scope),
    )  # fmt: skip


def is_left(disposition: str, tries: int) -> bool:
    """Whether somebody is still to be asked: not met yet, and tried on fewer than three days."""
    return disposition in AGAIN and tries < TRIES


def _stretch(key: str, rows: Iterable[Mapping[str, Any]], tried: Mapping[int, int]) -> Stretch:
    some = list(rows)
    interviewed = sum(row["disposition"] in INTERVIEWED for row in some)
    left = sum(is_left(row["disposition"], tried.get(row["number"], 0)) for row in some)
    return Stretch(key, len(some), interviewed, len(some) - interviewed - left, left)


def _with(one: Stretch, pack: int = 0, reserve: int = 0) -> Stretch:
    return Stretch(one.key, one.people, one.interviewed, one.ended, one.left, pack, reserve)
