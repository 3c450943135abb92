"""What carriers say later. Every event is kept; what says more than we knew is applied, in any order.

A receipt may come before the answer to the hand-over has been written, twice, late, or about a message
that a look-up gave to another delivery. The path of a signed callback names its attempt, so it settles at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from channels.base import Receipt as Said
from channels.base import Verdict
from channels.codes import Codes
from channels.twilio_codes import SHIPPED
from outreach import clock
from outreach.deliveries import retry, settle
from outreach.deliveries.states import RANK
from outreach.deliveries.stopping import pause_after
from outreach.errors import Refused
from outreach.models.deliveries import Attempt, Outcome, Receipt
from outreach.store import Begin, among, passes, upsert
from outreach.vault import Vault

INSIST = 5.0
"""Seconds for which reports wait for a database that is away: a carrier says most of them only once."""


def read_token(vault: Vault, token: str) -> tuple[int, int]:
    """(delivery, attempt) that a callback path names; Refused when we did not make it."""
    delivery, _, rest = token.partition(".")
    no, _, mark = rest.partition(".")
    if not (
        delivery.isdecimal()
        and no.isdecimal()
        and mark.isascii()
        and vault.token_matches("receipt", f"{delivery}.{no}", mark)
    ):
        raise Refused("deliveries.bad_receipt_token")
    return int(delivery), int(no)


@dataclass(frozen=True)
class Event:
    """A carrier's report, and the attempt that its callback path names."""

    said: Said
    named: tuple[int, int] | None = None


def record(connection: Connection, events: Sequence[Event], codes: Codes = SHIPPED) -> int:
    """Keep reports and apply those whose attempt is known; returns how many told something new.

    A repeat of a report that is kept already changes nothing. codes: how often an error deserves another try; the one
    carrier that reports by itself is Twilio.
    """
    fresh = _fresh(connection, events)
    if fresh:
        statement = upsert(connection, Receipt).on_conflict_do_nothing()
        connection.execute(statement, [_row(event) for event in fresh])
    return _apply(connection, fresh, codes)


def _row(event: Event) -> dict[str, object]:
    said = event.said
    delivery, no = event.named or (None, None)
    return {
        "provider_id": said.provider_id, "status": said.status, "error": said.error_code or "", "state": said.state,
        "verdict": said.verdict or "", "delivery_id": delivery, "no": no, "at": clock.now(), "applied": False,
    }  # fmt: skip


def _fresh(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """Reports that are not kept yet; applying one twice would change nothing, it is only not worth the work."""
    known = {
        (row.provider_id, row.status, row.error)
        for row in connection.execute(
            select(Receipt.provider_id, Receipt.status, Receipt.error).where(
                among(Receipt.provider_id, [event.said.provider_id for event in events])
            )
        )
    }
    found = {
        (event.said.provider_id, event.said.status, event.said.error_code or ""): event
        for event in events
    }
    # In one order everywhere: two machines that are told the same things at once must not wait for each other.
    return [event for key, event in sorted(found.items()) if key not in known]


def _apply(connection: Connection, events: Sequence[Event], codes: Codes) -> int:
    """Raise outcomes; what belongs to no attempt yet waits for the sweep, because its answer is still on its way."""
    if not events:
        return 0
    holders = _holders(connection, [event.said.provider_id for event in events])
    targets = [(event, event.named or holders.get(event.said.provider_id)) for event in events]
    ranks = _ranks(connection, [target for _, target in targets if target is not None])
    known = [
        (event.said, target) for event, target in targets if target in ranks and target is not None
    ]
    connection.execute(
        update(Receipt)
        .where(among(Receipt.provider_id, [said.provider_id for said, _ in known]))
        .values(applied=True)
    )
    # "sent" after the hand-over was accepted says nothing new; most reports are of this kind
    changes = [
        _change(said, target, codes) for said, target in known if RANK[said.state] > ranks[target]
    ]
    news = settle.apply(connection, changes)
    _stop(connection, [said for said, _ in known if said.verdict == Verdict.STOP], news)
    return len(news)


def _stop(connection: Connection, faults: Sequence[Said], news: Sequence[settle.Change]) -> None:
    """A fault of ours that the carrier finds only on the way (30007) pauses the campaign, as it does at hand-over."""
    codes = {said.error_code for said in faults}
    ids = {change.delivery_id for change in news if change.error in codes}
    if ids:
        pause_after(connection, ids, next(iter(faults)).error_code or "")


def _change(said: Said, target: tuple[int, int], codes: Codes) -> settle.Change:
    failed = said.state == "undelivered"
    follow = (
        retry.after_undelivered(target[1], codes.of(said.error_code).patience) if failed else None
    )
    return settle.Change(
        delivery_id=target[0],
        no=target[1],
        state=said.state,
        provider_id=said.provider_id,
        error=said.error_code or "",
        reason=said.status,
        follow=follow,
        wrong_number=failed and said.verdict == Verdict.PERMANENT and follow is None,
        opted_out=said.verdict == Verdict.OPTED_OUT,
    )


def _holders(connection: Connection, provider_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    rows = connection.execute(
        select(Outcome.provider_id, Outcome.delivery_id, Outcome.no).where(
            among(Outcome.provider_id, provider_ids)
        )
    )
    return {str(row.provider_id): (row.delivery_id, row.no) for row in rows}


def _ranks(
    connection: Connection, targets: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Attempts that exist, with the rank of their outcome (0 = none yet)."""
    rows = connection.execute(
        select(Attempt.delivery_id, Attempt.no, func.coalesce(Outcome.rank, 0))
        .outerjoin(
            Outcome, (Outcome.delivery_id == Attempt.delivery_id) & (Outcome.no == Attempt.no)
        )
        .where(among(Attempt.delivery_id, {delivery for delivery, _ in targets}))
    )
    return {(row[0], row[1]): row[2] for row in rows}


def sweep(connection: Connection, limit: int = 500, codes: Codes = SHIPPED) -> int:
    """Apply receipts that came before their attempt was known; returns how many told something new."""
    waiting = select(Receipt).where(~Receipt.applied).order_by(Receipt.id).limit(limit)
    if connection.dialect.name == "postgresql":  # another machine's sweep takes others
        waiting = waiting.with_for_update(skip_locked=True)
    rows = connection.execute(waiting).mappings()
    return _apply(connection, [_event(row) for row in rows], codes)


def _event(row: RowMapping) -> Event:
    verdict = Verdict(row["verdict"]) if row["verdict"] else None
    said = Said(row["provider_id"], row["state"], row["status"], row["error"] or None, verdict)
    return Event(said, None if row["delivery_id"] is None else (row["delivery_id"], row["no"]))


class Box:
    """Takes reports from many callers at once and writes them together: one transaction for all that wait.

    `put` returns when the report is on the disk, so a carrier that got its answer never has to repeat it, and
    raises when it could not be written, so that the carrier hears it.
    """

    def __init__(self, begin: Begin, codes: Codes = SHIPPED) -> None:
        self._begin = begin
        self._codes = codes
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[tuple[Event, threading.Event]] = []

    def put(self, event: Event) -> None:
        """Write one report, with whatever else has come meanwhile."""
        mine = (event, threading.Event())
        with self._lock:
            self._waiting.append(mine)
        with self._writing:  # whoever comes first writes for everybody who queued behind
            if mine[1].is_set():
                return
            with self._lock:
                batch, self._waiting = self._waiting, []
            try:
                self._write(batch)
            except Exception:
                if len(batch) == 1:
                    raise
                with (
                    self._lock
                ):  # one of them cannot be written; each of the others is tried by its own caller
                    self._waiting = [one for one in batch if one is not mine] + self._waiting
                self._write([mine])

    def _write(self, batch: Sequence[tuple[Event, threading.Event]]) -> None:
        give_up = time.monotonic() + INSIST
        while True:
            try:
                with self._begin() as connection:
                    record(connection, [one for one, _ in batch], self._codes)
                break
            except SQLAlchemyError as error:
                if not passes(error) or time.monotonic() > give_up:
                    raise
            time.sleep(0.2)
        for _, written in batch:
            written.set()
