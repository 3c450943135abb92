"""Whole rules and policies from the snapshot: whom they certainly and possibly fit, how many, and in which groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap
from sqlalchemy import Connection, case, not_, or_, select

from outreach.audiences.predicates import AGE_BANDS, members
from outreach.audiences.snapshot.index import Homes, Index, positions
from outreach.audiences.snapshot.leaves import Asked, Leaf, homes_of, leaf
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from segments.compile import About, compile_rule
from segments.person import cutoff_birth
from segments.rules import Clause, Rule

Row = tuple[str, int, int, int, int]
"""(group, likely, unknown, not, blocked)."""


@dataclass(frozen=True)
class Fitting:
    """Whom a rule fits: `yes` certainly, `maybe` certainly or possibly (yes ⊆ maybe). Row numbers in bitmaps."""

    yes: BitMap
    maybe: BitMap

    @property
    def unknown(self) -> BitMap:
        """Possibly, and not certainly."""
        return self.maybe - self.yes


class Answers:
    """One register, one transaction. Everything is about people who have neither died nor moved away."""

    def __init__(self, connection: Connection, index: Index, about: About | None = None) -> None:
        self.connection = connection
        self.index = index
        self._about = about

    def asked(self, on: date) -> Asked:
        """What `leaf` needs to answer a clause on a day."""
        return Asked(self.index, on, self._homes, self._outside)

    def _homes(self) -> Homes:
        return homes_of(self.connection, self.index)

    def _outside(self, clause: Clause, on: date) -> Leaf:
        """Only those for whom the clause is decided are fetched."""
        certain, possible = compile_rule(
            Rule((clause,)), Person, on, about=self._about, members=members
        )
        found = self.connection.execute(
            select(Person.id, case((certain, 1), else_=0)).where(or_(certain, not_(possible)))
        ).all()
        both = np.array([tuple(row) for row in found], dtype=np.int64).reshape(-1, 2)
        yes = both[:, 1] == 1
        pair = (self.index.of_ids(both[here, 0]) for here in (yes, ~yes))
        return self.asked(on).leaf(*pair)

    def everybody(self, scope: str = "") -> BitMap:
        """Everybody in the subtree of a region; '' is everywhere. The dead are among them."""
        return self.index.places("region").under(scope) if scope else self.index.everybody

    def rule(self, rule: Rule, on: date, inside: BitMap | None = None) -> Fitting:
        """Whom of `inside` (without it: of all active people) a rule fits on a day."""
        start = self.index.active if inside is None else inside
        return _all_hold(rule, self.asked(on), start)

    def policy(
        self, policy: PolicyView, on: date, *, home: str = "", inside: BitMap | None = None
    ) -> Fitting:
        """Whom a policy fits, with the parameters and times of each person's region."""
        left = self.index.active if inside is None else inside
        ruled = policy.ruled_regions
        if not ruled:
            return self.rule(policy.rule_for("", home), on, left)
        places = self.index.places(policy.basis)
        yes, maybe = BitMap(), BitMap()
        for region in [*ruled, ""]:
            here = left & places.under(region) if region else left
            if here:
                found = self._ruled(policy, region, on, home, here)
                yes |= found.yes
                maybe |= found.maybe
                left = left - here
        return Fitting(yes, maybe)

    def _ruled(self, policy: PolicyView, region: str, on: date, home: str, here: BitMap) -> Fitting:
        """Who is known only to a region around a place with its own rule is told only what both rules say."""
        found = self.rule(policy.rule_for(region, home), on, here)
        for deeper in policy.ruled_below(region):
            around = here & self.index.places(policy.basis).around(deeper)
            other = self.rule(policy.rule_for(deeper, home), on, around)
            found = Fitting(found.yes - (around - other.yes), found.maybe | other.maybe)
        return found

    def totals(
        self,
        policy: PolicyView,
        scope: str,
        on: date,
        by: str = "",
        *,
        home: str = "",
        depth: int = 9,
    ) -> list[Row]:
        """(group, likely, unknown, not, blocked) as `queries.totals` gives them."""
        found = self.policy(policy, on, home=home)
        return self.rows(found, self.everybody(scope), on, by, depth)

    def rows(
        self, found: Fitting, inside: BitMap, on: date, by: str = "", depth: int = 9
    ) -> list[Row]:
        """The same for whatever was found among all active people, of those who are `inside`."""
        yes, maybe, active = (one & inside for one in (found.yes, found.maybe, self.index.active))
        if by == "region":
            return self._by_region(inside, yes, maybe, active, depth)
        groups = {"": inside} if not by else dict(self._groups(by, on))
        return [
            _row(name, *(who & one for one in (inside, yes, maybe, active)))
            for name, who in sorted(groups.items())
            if not by or not who.isdisjoint(inside)
        ]

    def _groups(self, by: str, on: date) -> Iterator[tuple[str, BitMap]]:
        if by == "language":
            words = self.index.columns.texts["language"].words
            yield from ((word, self.index.word("language", word)) for word in words)
            return
        births = self.index.births
        yield "", self.index.everybody - births.known
        left = births.known
        for age, name in AGE_BANDS:
            older = births.until(cutoff_birth(age, on))
            yield name, left - older
            left = older
        yield "80+", left

    def _by_region(
        self, inside: BitMap, yes: BitMap, maybe: BitMap, active: BitMap, depth: int
    ) -> list[Row]:
        """Regions lie one behind the other, so a group is a piece of the positions."""
        names, edges = self._region_edges(depth)
        everybody, likely, possible, living = (
            np.diff(np.searchsorted(positions(one), edges)) for one in (inside, yes, maybe, active)
        )
        shown = np.flatnonzero(everybody).tolist()
        columns: tuple[npt.NDArray[Any], ...] = (
            likely, possible - likely, living - possible, everybody - living,
        )  # fmt: skip
        counts = [column[shown].tolist() for column in columns]
        return [
            (names[at], *numbers)
            for at, numbers in zip(shown, zip(*counts, strict=True), strict=True)
        ]

    def _region_edges(self, depth: int) -> tuple[list[str], npt.NDArray[Any]]:
        places = self.index.places("region")

        def build() -> tuple[list[str], npt.NDArray[Any]]:
            first: dict[str, int] = {}
            for number, code in enumerate(places.codes):
                first.setdefault(code[:depth], number)
            starts = places.starts[list(first.values())]
            return list(first), np.append(starts, self.index.size)

        return self.index.once(("edges", depth), build)


def _row(name: str, inside: BitMap, yes: BitMap, maybe: BitMap, active: BitMap) -> Row:
    likely, possible, living = len(yes), len(maybe), len(active)
    return name, likely, possible - likely, living - possible, len(inside) - living


def _all_hold(rule: Rule, asked: Asked, inside: BitMap) -> Fitting:
    every = [leaf(clause, asked) for clause in rule.all]
    no_one = [leaf(clause, asked) for clause in rule.none]
    yes = _together(inside, [one.yes for one in every] + [one.no for one in no_one])
    maybe = _together(inside, [one.not_no for one in every] + [one.not_yes for one in no_one])
    if not rule.any:
        return Fitting(yes, maybe)
    ways = [[leaf(clause, asked) for clause in way.all] for way in rule.any]
    return Fitting(
        BitMap.union(*(_together(yes, [one.yes for one in way]) for way in ways)),
        BitMap.union(*(_together(maybe, [one.not_no for one in way]) for way in ways)),
    )


def _together(inside: BitMap, parts: list[BitMap]) -> BitMap:
    """Who is in all of them; the smallest first, so that little is left for the others to look at."""
    first, *others = sorted([inside, *parts], key=len)
    found = first
    for one in others:
        found = found & one
    return found
