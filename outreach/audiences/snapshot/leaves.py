"""One clause as two bitmaps: whose answer is yes, and whose is no; the rest is not known.

The same language as `segments.compile`, written a second time on purpose: the differential tests hold both, and the
plain oracle `segments.truth`, against each other.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap
from sqlalchemy import Connection

from outreach.audiences.snapshot.columns import NOT_KNOWN, load_homes
from outreach.audiences.snapshot.index import Births, Homes, Index, bitmap, positions, weight
from segments import vocabulary
from segments.person import Person, cutoff_birth
from segments.retirement import JOB_KINDS, cutoff_birth_for
from segments.rules import Clause
from segments.truth import truth_of

Outside = Callable[[Clause, date], "Leaf"]
"""A clause that bitmaps cannot answer, asked in SQL: facts about policies, and whose number is on record."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Leaf:
    """Whose answer is yes and no, and the rest of everybody beside each. Shared, never changed."""

    yes: BitMap
    no: BitMap
    not_yes: BitMap
    not_no: BitMap

    def weight(self) -> int:
        """Bytes."""
        return sum(weight(one) for one in (self.yes, self.no, self.not_yes, self.not_no))


@dataclass(frozen=True)
class Asked:
    """Where the facts are, the day, and what is asked elsewhere."""

    index: Index
    on: date
    homes: Callable[[], Homes]
    outside: Outside

    def leaf(self, yes: BitMap, no: BitMap) -> Leaf:
        """Answers that are disjoint."""
        everybody = self.index.everybody
        return Leaf(yes, no, everybody - yes, everybody - no)

    def settled(self, holds: BitMap) -> Leaf:
        """Everybody else does not."""
        rest = self.index.everybody - holds
        return Leaf(holds, rest, rest, holds)


def leaf(clause: Clause, asked: Asked) -> Leaf:
    """The answers to one clause. What is asked in SQL is asked every time: it changes without the register."""
    values = clause.operands
    if values is None:
        return asked.leaf(BitMap(), BitMap())
    if clause.field not in HERE:
        return asked.outside(clause, asked.on)
    key = (clause.field, clause.op, values, clause.in_days, clause.aged, asked.on)
    return asked.index.remembered(
        key, lambda: _LEAVES[clause.field](clause, values, asked), Leaf.weight
    )


def _exists(clause: Clause, known: BitMap, asked: Asked) -> Leaf:
    wanted = bool(clause.operands and clause.operands[0])
    return asked.settled(known if wanted else asked.index.everybody - known)


def _union(found: Iterable[BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *found)


def _flags(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    bits = [vocabulary.by_code(code).bit for code in values]
    true = [asked.index.bit(bit, known=False) for bit in bits]
    known = [asked.index.bit(bit, known=True) for bit in bits]
    everybody = asked.index.everybody
    if clause.op == "exists":
        return asked.settled(BitMap.intersection(everybody, *known))
    false = [knows - has for knows, has in zip(known, true, strict=True)]
    if clause.op == "has_all":
        return asked.leaf(BitMap.intersection(everybody, *true), _union(false))
    return asked.leaf(_union(true), BitMap.intersection(everybody, *false))


def _region(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    places = asked.index.places(clause.field)
    if clause.op == "exists":
        return _exists(clause, asked.index.everybody - places.exactly(""), asked)
    yes = _union(places.under(code) for code in values)
    maybe = _union(places.around(code) for code in values)
    return asked.leaf(yes, asked.index.everybody - (yes | maybe))


def _choice(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    known = asked.index.everybody - asked.index.word(clause.field, "")
    if clause.op == "exists":
        return _exists(clause, known, asked)
    yes = _union(asked.index.word(clause.field, word) for word in values)
    return asked.leaf(yes, known - yes)


def _figure(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    figures = asked.index.figures(clause.field)
    if clause.op == "exists":
        return _exists(clause, figures.known, asked)
    yes = _union(
        (figures.known if high is None else figures.at_most(high)) - figures.at_most(low - 1)
        for low, high in spans(clause.op, values)
    )
    return asked.leaf(yes, figures.known - yes)


def _birth_date(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    births = asked.index.births
    if clause.op == "exists":
        return _exists(clause, births.known, asked)
    days = spans(clause.op, tuple(day.toordinal() for day in values))
    yes = _union(
        (births.known if high is None else _until(births, high)) - _until(births, low - 1)
        for low, high in days
    )
    return asked.leaf(yes, births.known - yes)


def _until(births: Births, day: int) -> BitMap:
    return births.until(date.fromordinal(day)) if day >= 1 else BitMap()


def _age(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    births = asked.index.births
    if clause.op == "exists":
        return _exists(clause, births.known, asked)
    day = clause.day(asked.on)
    yes = _union(
        births.until(cutoff_birth(low, day))
        - (BitMap() if high is None else births.until(cutoff_birth(high + 1, day)))
        for low, high in spans(clause.op, values)
        if high is None or high >= low
    )
    return asked.leaf(yes, births.known - yes)


def _today(clause: Clause, _values: tuple[Any, ...], asked: Asked) -> Leaf:
    """The same for everybody."""
    holds = truth_of(clause, Person(), asked.on)
    return asked.settled(asked.index.everybody if holds else BitMap())


def _retires_in(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    """Whoever is born later retires later: a span of months is a span of births in each schedule."""
    index, day = asked.index, clause.day(asked.on)
    women = index.word("sex", "F")
    schedules = {("M", ""): index.word("sex", "M")} | {
        ("F", kind): women & index.word("job_kind", kind) for kind in JOB_KINDS
    }
    known = _union(schedules.values()) & index.births.known
    if clause.op == "exists":
        return _exists(clause, known, asked)
    yes = _union(
        who & _within_months(low, high, whose, day, index)
        for whose, who in schedules.items()
        for low, high in spans(clause.op, values)
        if high is None or high >= low
    )
    return asked.leaf(yes, known - yes)


def _within_months(
    low: int, high: int | None, whose: tuple[str, str], day: date, index: Index
) -> BitMap:
    births = index.births
    early = births.known if high is None else births.until(cutoff_birth_for(high, *whose, day))
    return early - (births.until(cutoff_birth_for(low - 1, *whose, day)) if low > 0 else BitMap())


def _members(clause: Clause, values: tuple[Any, ...], asked: Asked) -> Leaf:
    """How many of a household were born in a span: counted for all households at once."""
    index, homes, day = asked.index, asked.homes(), clause.day(asked.on)
    low, high = clause.aged
    birth = index.columns.birth
    living = homes.at >= 0
    living &= _mask(index.active, index.size)
    size = len(homes.ids)
    vague = np.bincount(homes.at[living & (birth == NOT_KNOWN)], minlength=size)
    after, until = (
        one.toordinal() for one in (cutoff_birth(high + 1, day), cutoff_birth(low, day))
    )
    inside = living & (birth > after) & (birth <= until)
    counts = np.bincount(homes.at[inside], minlength=size)
    known = homes.complete & (vague == 0)
    housed = homes.at >= 0
    mine = np.where(housed, homes.at, 0)
    knows = housed & (known[mine] if size else False)
    if clause.op == "exists":
        return _exists(clause, bitmap(np.flatnonzero(knows)), asked)
    holds = knows & _compared(counts[mine] if size else mine, clause.op, values)
    return asked.leaf(bitmap(np.flatnonzero(holds)), bitmap(np.flatnonzero(knows & ~holds)))


def _mask(found: BitMap, size: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[positions(found)] = True
    return mask


def homes_of(connection: Connection, index: Index) -> Homes:
    """The households of the register, loaded when a rule first asks for them."""
    if index.homes is None:
        home, person, complete = load_homes(connection)
        ids, number = np.unique(home, return_inverse=True)
        at = np.full(index.size, -1, dtype=np.int64)
        where, here = index.where(person)
        at[where] = number[here]
        index.homes = Homes(at, ids, np.isin(ids, complete))
    return index.homes


def _compared(facts: npt.NDArray[Any], op: str, values: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    if op == "between":
        return (facts >= values[0]) & (facts <= values[1])
    if op == "in":
        return np.isin(facts, values)
    found: npt.NDArray[np.bool_] = _COMPARE[op](facts, values[0])
    return found


def spans(op: str, values: tuple[int, ...]) -> list[tuple[int, int | None]]:
    """The whole numbers, 0 or more, that satisfy a comparison, as closed spans; None is no upper end."""
    if op in ("in", "="):
        return [(value, value) for value in values]
    first = values[0]
    whole: dict[str, tuple[int, int | None]] = {
        ">=": (first, None),
        ">": (first + 1, None),
        "<=": (0, first),
        "<": (0, first - 1),
        "between": (first, values[-1]),
    }
    return [whole[op]]


_LEAVES: Mapping[str, Callable[[Clause, tuple[Any, ...], Asked], Leaf]] = {
    "age": _age,
    "birth_date": _birth_date,
    "circumstances": _flags,
    "region": _region,
    "hukou_region": _region,
    "members": _members,
    "retires_in": _retires_in,
    "today": _today,
    **dict.fromkeys(("sex", "hukou_type", "job_kind"), _choice),
    **dict.fromkeys(
        ("income_month", "household_size", "paid_months", "paid_months_running"), _figure
    ),
}

HERE = frozenset(_LEAVES)
"""Fields that are answered from bitmaps."""
