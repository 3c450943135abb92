"""Complete lists: a list that holds everyone with a circumstance in a region turns "not on it" into no.

It speaks of those who are registered in the region when it is taken in, and who were born by its date; never of later
arrivals. When it expires, what it made known is not known any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Invalid
from outreach.models.people import CompleteList
from outreach.people.queries import consent as queries
from outreach.people.queries import handed_in as records
from outreach.store import Begin, chunks
from segments import vocabulary


@dataclass(frozen=True)
class ListFacts:
    """A list: what it is complete for, where, on which day, until when it holds, and on which legal ground."""

    circumstance: str
    region: str
    on: date
    expires_on: date | None
    source: str
    legal_basis: str = ""
    purpose: str = ""
    keep_until: date | None = None
    import_id: int | None = None


def complete_list(connection: Connection, scope: Scope, facts: ListFacts) -> int:
    """Set the circumstance known for those registered there; returns for how many it became known.

    Take the list itself in first: who is on it has the circumstance, and keeps it. Raises Invalid for an unknown
    circumstance or an expiry before the list's date, Refused outside the scope.
    """
    declare_list(connection, scope, facts)
    bit, closure = _masks(facts.circumstance)
    return queries.make_known(connection, facts.region, facts.on, bit, closure)


def declare_list(connection: Connection, scope: Scope, facts: ListFacts) -> None:
    """Write down that a list is complete, without what follows for people. Raises what `complete_list` raises."""
    scope.require(facts.region)
    if facts.expires_on is not None and facts.expires_on <= facts.on:
        raise Invalid(
            "people.list_dates", on=facts.on.isoformat(), expires_on=facts.expires_on.isoformat()
        )
    _masks(facts.circumstance)
    queries.add_list(connection, dict(vars(facts)))


def expire_lists(begin: Begin, today: date, read: Begin | None = None) -> int:
    """Clear what expired lists made known, where no other list still holds; right however often it runs.

    In transactions of a part each, so that nobody waits long; `read` is where people are looked for (default: `begin`).
    """
    read = read or begin
    with read() as connection:
        every = queries.lists(connection, Scope().condition(CompleteList.region))
    holding = [one for one in every if one.expires_on is None or one.expires_on > today]
    cleared = 0
    for code, region in dict.fromkeys((one.circumstance, one.region) for one in every if one not in holding):  # fmt: skip
        ending = queries.Ending(region, today, tuple(_bits_that_end(code, region, holding)))
        after: int | None = 0
        while ending.bits and after is not None:
            with read() as connection:
                upto, after = queries.next_ending(connection, ending, after)
            with begin() as connection:
                cleared += queries.forget_known(connection, ending, *upto)
    return cleared + expire_circumstances(begin, today, read)


def _bits_that_end(code: str, region: str, holding: Sequence[Row[Any]]) -> Iterator[queries.Bit]:
    """What a list's end leaves open, but where a list that holds still says no; and what else may say no to it."""
    for bit in vocabulary.codes(_masks(code)[1]):
        mask = vocabulary.by_code(bit).mask
        still = [one.region for one in holding if _masks(one.circumstance)[1] & mask]
        if any(region.startswith(other) for other in still):
            continue
        denying = [one.code for one in vocabulary.CIRCUMSTANCES if _masks(one.code)[1] & mask]
        ruling_out = 0
        for one in vocabulary.CIRCUMSTANCES:
            true, known = vocabulary.settle((one.code,))
            ruling_out |= one.mask if known & ~true & mask else 0
        yield queries.Bit(mask, tuple(still), tuple(denying), ruling_out)


def expire_circumstances(begin: Begin, today: date, read: Begin | None = None) -> int:
    """Clear circumstances whose records have all ended (a list that expired, a certificate): not known any more.

    What the circumstance had let one conclude goes with it, unless something else says so too.
    """
    bits = {one.code: one.mask for one in vocabulary.CIRCUMSTANCES}
    with (read or begin)() as connection:
        ended = records.expired_yes(connection, bits, today)
    cleared = 0
    for some in chunks(sorted(ended)):
        with begin() as connection:
            fresh = _fresh(connection, {person: ended[person] for person in some}, today)
            records.set_circumstances(connection, fresh, today, clock.now())
        cleared += len(fresh)
    return cleared


def _fresh(
    connection: Connection, ended: Mapping[int, set[str]], today: date
) -> dict[int, tuple[int, int]]:
    """Person → bits without what has ended."""
    said: dict[int, list[Row[Any]]] = {person: [] for person in ended}
    for one in records.records_of(
        connection, ended, [one.code for one in vocabulary.CIRCUMSTANCES]
    ):
        said[one.person_id].append(one)
    fresh = {}
    for person, now in records.bits_of(connection, ended).items():
        holding = _holding(said[person], today)
        has = set(vocabulary.codes(now[0]))
        if lost := (ended[person] & has) - holding:
            fresh[person] = _without(now, lost, holding, _noes(said[person], today))
    return fresh


def _ended(record: Row[Any], today: date) -> bool:
    return record.valid_to is not None and record.valid_to <= today


def _holding(said: Sequence[Row[Any]], today: date) -> set[str]:
    """Circumstances that a record which has not ended says, and no newer one denies."""
    denied = {one.code: one.listed_on or date.min for one in said if not one.value}
    return {
        one.code
        for one in said
        if one.value
        and not _ended(one, today)
        and (one.code not in denied or (one.listed_on or date.min) >= denied[one.code])
    }


def _noes(said: Sequence[Row[Any]], today: date) -> set[str]:
    return {one.code for one in said if not one.value and not _ended(one, today)}


def _without(
    now: tuple[int, int], lost: set[str], holding: set[str], noes: set[str]
) -> tuple[int, int]:
    true, known = now
    concluded = vocabulary.settle(lost)
    rest = set(vocabulary.codes(true & ~concluded[0]))
    rest |= {code for code in vocabulary.codes(true & concluded[0]) if code in holding}
    still_true, still_known = vocabulary.settle(rest)
    denied = vocabulary.settle((), noes)[1] & ~still_true
    return still_true, (known & ~concluded[1]) | still_known | denied


def lists_of(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """Every complete list inside a scope, the newest first."""
    return queries.lists(connection, scope.condition(CompleteList.region))


def _masks(code: str) -> tuple[int, int]:
    """The bit of a circumstance, and the bits that are false where it is false."""
    try:
        bit = vocabulary.by_code(code).mask
    except KeyError:
        raise Invalid("people.circumstance_unknown", value=code) from None
    _, closure = vocabulary.settle((), (code,))
    return bit, closure
