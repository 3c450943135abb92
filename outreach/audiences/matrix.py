"""People × policies: whom several policies fit, whom none does, and whom no channel reaches.

What counts is the certain answer on a day: what a personal text may say. From the snapshot where it can be had, else
in SQL; both give the same figures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, false, func, not_, or_, select

from outreach.access.scope import under
from outreach.audiences import reaching, snapshot
from outreach.audiences.predicates import eligible
from outreach.audiences.segments.schemas import Asked
from outreach.models.people import Household, Person
from outreach.policies.schemas import PolicyView

if TYPE_CHECKING:
    from pyroaring import BitMap

    from outreach.audiences.snapshot.answers import Answers


@dataclass(frozen=True)
class Matrix:
    """Active people in scope. `by_number`: how many are fitted by exactly so many policies, 0 included.

    `pairs`: how many are fitted by both, only pairs that somebody has. `impossible`: people whom every policy
    certainly does not fit; the rest of by_number[0] waits for facts. `unreached`: reason → people whom no channel
    reaches; `lost`: those of them whom at least one policy fits.
    """

    people: int
    each: dict[str, int]
    by_number: dict[int, int]
    pairs: dict[tuple[str, str], int]
    impossible: int
    unreached: dict[str, int]
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """Plain data, lists in a fixed order."""
        return {
            "people": self.people,
            "policies": [{"policy": ref, "people": count} for ref, count in self.each.items()],
            "by_number": [
                {"policies": number, "people": count}
                for number, count in sorted(self.by_number.items())
            ],
            "pairs": [
                {"policies": list(pair), "people": count}
                for pair, count in sorted(self.pairs.items(), key=lambda one: (-one[1], one[0]))
            ],
            "no_policy": {"likely": self.by_number.get(0, 0), "certain": self.impossible},
            "no_channel": {
                "people": sum(self.unreached.values()),
                "by_reason": [{"reason": one, "people": n} for one, n in self.unreached.items()],
                "with_policy": self.lost,
            },
        }


@dataclass(frozen=True)
class Home:
    """A household (None: people who stand alone) with its members and the policies that fit each."""

    household: int | None
    region: str
    members: dict[int, tuple[str, ...]]

    @property
    def policies(self) -> tuple[str, ...]:
        """What one sheet for this household would be about, each once."""
        return tuple(dict.fromkeys(ref for refs in self.members.values() for ref in refs))


def survey(connection: Connection, views: Sequence[PolicyView], asked: Asked) -> Matrix:
    """The whole matrix in figures."""
    counts, served = figures(connection, views, asked)
    lost = reaching.unreached(connection, asked.on, asked.scope)
    reasons = Counter(reason for _, _, reason in lost)
    unreached = {one: reasons[one] for one in reaching.REASONS if reasons[one]}
    return Matrix(*counts, unreached, served([number for number, _, _ in lost]))


def figures(
    connection: Connection, views: Sequence[PolicyView], asked: Asked, *, use_snapshot: bool = True
) -> tuple[Figures, Served]:
    """What policies alone say, without a look at channels."""
    found = snapshot.current(connection) if use_snapshot else None
    if found is None:
        return _in_sql(connection, views, asked)
    return _in_snapshot(found, views, asked)


Figures = tuple[int, dict[str, int], dict[int, int], dict[tuple[str, str], int], int]
"""The first five fields of a Matrix."""

Served = Callable[[Sequence[int]], int]
"""How many of some people at least one policy fits."""


def _in_snapshot(
    found: Answers, views: Sequence[PolicyView], asked: Asked
) -> tuple[Figures, Served]:
    inside = found.everybody(asked.scope) & found.index.active
    fits: dict[str, BitMap] = {}
    possible = inside - inside
    for view in views:
        one = found.policy(view, asked.on, home=asked.home, inside=inside)
        fits[view.ref] = one.yes
        possible |= one.maybe
    pairs = {
        (one, other): fits[one].intersection_cardinality(fits[other])
        for one, other in combinations(fits, 2)
    }
    exactly = _exactly(inside, list(fits.values()))
    someone = inside - exactly[0]
    counts = (
        len(inside),
        {ref: len(who) for ref, who in fits.items()},
        {number: len(who) for number, who in enumerate(exactly) if who},
        {pair: count for pair, count in pairs.items() if count},
        len(inside - possible),
    )
    return counts, lambda people: len(found.index.of_people(people) & someone)


def _exactly(inside: BitMap, fits: Sequence[BitMap]) -> list[BitMap]:
    """At n: whom exactly n policies fit."""
    exactly = [inside]
    for who in fits:
        more = [one & who for one in exactly]
        less = [one - who for one in exactly]
        exactly = [
            less[0],
            *(one | two for one, two in zip(less[1:], more, strict=False)),
            more[-1],
        ]
    return exactly


def _in_sql(
    connection: Connection, views: Sequence[PolicyView], asked: Asked
) -> tuple[Figures, Served]:
    inside = [under(Person.region, asked.scope), Person.status == "active"]
    people = connection.scalar(select(func.count()).select_from(Person).where(*inside)) or 0
    fits = fitting(connection, views, asked)
    order = {view.ref: place for place, view in enumerate(views)}
    each: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for refs in fits.values():
        each.update(refs)
        pairs.update(combinations(sorted(refs, key=order.__getitem__), 2))
    by_number = Counter(len(refs) for refs in fits.values())
    by_number[0] = people - len(fits)
    possible = or_(false(), *(eligible(view, asked.on, asked.home)[1] for view in views))
    none = select(func.count()).select_from(Person).where(*inside, not_(possible))
    counts = (
        people,
        {view.ref: each[view.ref] for view in views},
        {number: count for number, count in by_number.items() if count},
        dict(pairs),
        connection.scalar(none) or 0,
    )
    return counts, lambda some: sum(number in fits for number in some)


def fitting(
    connection: Connection, views: Sequence[PolicyView], asked: Asked
) -> dict[int, tuple[str, ...]]:
    """Person → the policies that certainly fit, in the order given; active people in scope whom at least one fits."""
    found: dict[int, list[str]] = defaultdict(list)
    inside = [under(Person.region, asked.scope), Person.status == "active"]
    for view in views:
        certain, _ = eligible(view, asked.on, asked.home)
        for number in connection.scalars(select(Person.id).where(*inside, certain)):
            found[number].append(view.ref)
    return {number: tuple(refs) for number, refs in found.items()}


def homes(connection: Connection, views: Sequence[PolicyView], asked: Asked) -> list[Home]:
    """Households in scope with somebody whom a policy fits, by region: what household sheets would be about.

    All active members are listed, also those whom nothing fits; people without a household stand alone.
    """
    fits = fitting(connection, views, asked)
    rows = connection.execute(
        select(Person.id, Person.household_id, Person.region, Household.region)
        .outerjoin(Household, Household.id == Person.household_id)
        .where(under(Person.region, asked.scope), Person.status == "active")
        .order_by(Person.region, Person.household_id, Person.id)
    )
    found: dict[tuple[int | None, int], Home] = {}
    for person, household, region, of_household in rows:
        key = (household, 0 if household else person)
        home = found.setdefault(key, Home(household, of_household or region, {}))
        home.members[person] = fits.get(person, ())
    served = [home for home in found.values() if home.policies]
    return sorted(served, key=lambda home: (home.region, home.household or 0, min(home.members)))
