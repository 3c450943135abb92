"""A console's result file, applied to the batches that it is about. Settling the same file again changes nothing.

A row is known by its 单号, which only we can make; without one by its number, where the campaign's batches have
that number in one row only. What cannot be told apart is listed and never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from channels.base import Patience, Verdict
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries import pace, retry, settle
from outreach.deliveries.capping import ceilings
from outreach.deliveries.gateway import batches
from outreach.deliveries.gateway.batches import Ordered, Row
from outreach.deliveries.gateway.results import Result, read_results
from outreach.deliveries.outgoing import PHONE_FIELD, purse
from outreach.deliveries.receipts import read_token
from outreach.deliveries.states import RANK
from outreach.errors import Invalid, Missing, OutreachError, Refused
from outreach.people.phones import InvalidPhone, parse_mobile
from outreach.store import Store, chunks
from outreach.vault import Vault

_FAILED = ("refused", "undelivered")


@dataclass
class Settled:
    """What a file told. raised: outcomes that say more now; repeated: rows that told nothing new; waiting: rows of
    which the console knows nothing yet; absent: rows of these batches that the file does not have; unknown: of these
    batches, still. listed: rows that could not be used, each with its place.
    """

    batches: tuple[int, ...] = ()
    rows: int = 0
    raised: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    waiting: int = 0
    absent: int = 0
    unknown: int = 0
    listed: list[OutreachError] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """The rows that a file may be about."""

    vault: Vault
    rows: Sequence[Row]

    @cached_property
    def by_attempt(self) -> Mapping[tuple[int, int], Row]:
        return {row.attempt: row for row in self.rows}

    @cached_property
    def by_phone(self) -> Mapping[str, Sequence[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(self.phone(row), []).append(row)
        return found

    def phone(self, row: Row) -> str:
        return self.vault.decrypt(PHONE_FIELD, row.address)

    def find(self, one: Result) -> Row:
        """The row that a result is about; Invalid says why there is none."""
        place: dict[str, object] = {"sheet": one.sheet, "row": one.row}
        return self._named(one, place) if one.reference else self._dialled(one, place)

    def _named(self, one: Result, place: Mapping[str, object]) -> Row:
        try:
            attempt = read_token(self.vault, one.reference)
        except Refused:
            raise Invalid("gateway.reference_unknown", **place) from None
        row = self.by_attempt.get(attempt)
        if row is None:
            raise Invalid("gateway.other_batch", **place)
        dialled = _dialled(one.phone)
        if dialled is not None and dialled != self.phone(row):
            raise Invalid("gateway.phone_differs", **place)
        return row

    def _dialled(self, one: Result, place: Mapping[str, object]) -> Row:
        dialled = _dialled(one.phone)
        if dialled is None:
            raise Invalid("gateway.phone_unreadable", **place)
        found = self.by_phone.get(dialled, ())
        if not found:
            raise Invalid("gateway.phone_unknown", **place)
        if len(found) > 1:
            raise Invalid("gateway.phone_ambiguous", count=len(found), **place)
        return found[0]


def settle_file(
    store: Store, vault: Vault, ordered: Ordered, path: Path, by: str, *, batch: int | None = None
) -> Settled:
    """Read a console's result file whole, then raise the outcomes that it tells of.

    batch: only this one; None: all of the campaign. Missing when there is none, Invalid when the file has no results.
    """
    campaign = ordered.campaign_id
    with store.read() as connection:
        known = _Known(vault, batches.rows(connection, campaign, batch))
    if not known.rows:
        raise Missing("gateway.nothing_to_settle")
    told = read_results(path)
    done = Settled(rows=len(told.results) + len(told.bad), listed=list(told.bad))
    matched = _matched(known, told.results, done)
    news: set[tuple[int, int]] = set()
    changes = [_change(row, one) for row, one in matched if one.said not in (None, "waiting")]
    done.waiting = len(matched) - len(changes)
    for some in chunks(changes, 500):
        with store.begin() as connection:
            raised = settle.apply(connection, some)
            _refund(connection, campaign, known, raised)
        done.raised.update(change.state for change in raised)
        news |= {(change.delivery_id, change.no) for change in raised}
    done.repeated = sum((one.delivery_id, one.no) not in news for one in changes)
    _count(store, campaign, known, [row for row, _ in matched], done)
    _record(store, ordered.ref, by, done)
    return done


def _matched(known: _Known, results: Sequence[Result], done: Settled) -> list[tuple[Row, Result]]:
    matched = []
    for one in results:
        try:
            matched.append((known.find(one), one))
        except Invalid as error:
            done.listed.append(error)
    return matched


def _change(row: Row, one: Result) -> settle.Change:
    failed = one.said in _FAILED
    off = one.said == "undelivered" and one.verdict == Verdict.LATER
    patience = retry.PHONE_OFF if off else Patience()
    return settle.Change(
        delivery_id=row.delivery_id,
        no=row.no,
        state=str(one.said),
        error=one.code if failed else "",
        reason="" if failed else "console_result",
        follow=retry.after_undelivered(row.no, patience) if failed else None,
        wrong_number=failed and one.verdict == Verdict.PERMANENT,
        opted_out=one.verdict == Verdict.OPTED_OUT,
    )


def _refund(
    connection: Connection, campaign: int, known: _Known, raised: Sequence[settle.Change]
) -> None:
    """What the console did not take costs nothing."""
    refused = [(one.delivery_id, one.no) for one in raised if one.state == "refused"]
    money = {one[0]: known.by_attempt[one].cost_fen for one in refused}
    if money:
        pace.refund(connection, purse(campaign), sum(money.values()))
        ceilings.give_back(connection, money)


def _count(
    store: Store, campaign: int, known: _Known, matched: Sequence[Row], done: Settled
) -> None:
    """What these batches still wait for."""
    done.batches = tuple(sorted({row.batch for row in matched}))
    there = {row.attempt for row in matched}
    mine = [row for row in known.rows if row.batch in done.batches]
    done.absent = sum(row.attempt not in there for row in mine)
    with store.read() as connection:
        now = batches.summary(connection, campaign)
    done.unknown = sum(one.unknown for one in now if one.number in done.batches)


def _record(store: Store, ref: str, by: str, done: Settled) -> None:
    detail = {"batches": list(done.batches), "rows": done.rows, "raised": dict(done.raised)}
    with store.begin() as connection:
        audit.record(
            connection, by, Action.DELIVERIES_SETTLE, f"campaign:{ref}", {"results": detail}
        )


def _dialled(text: str) -> str | None:
    """A number as the books have it; None for one that is hidden in part or no mobile number."""
    try:
        return parse_mobile(text)
    except InvalidPhone:
        return None


def foresee(
    store: Store, vault: Vault, ordered: Ordered, path: Path, *, batch: int | None = None
) -> Settled:
    """What `settle_file` would do with a file; writes nothing. Raises as it does."""
    with store.read() as connection:
        known = _Known(vault, batches.rows(connection, ordered.campaign_id, batch))
    if not known.rows:
        raise Missing("gateway.nothing_to_settle")
    told = read_results(path)
    done = Settled(rows=len(told.results) + len(told.bad), listed=list(told.bad))
    matched = _matched(known, told.results, done)
    now = {row.attempt: row.state for row, _ in matched}
    for row, one in matched:
        if one.said in (None, "waiting"):
            done.waiting += 1
        elif RANK[str(one.said)] > RANK[now[row.attempt]]:
            now[row.attempt] = str(one.said)
            done.raised[str(one.said)] += 1
        else:
            done.repeated += 1
    _count(store, ordered.campaign_id, known, [row for row, _ in matched], done)
    settled = {row.attempt for row, _ in matched if row.state == "unknown" != now[row.attempt]}
    done.unknown -= len(settled)
    return done
