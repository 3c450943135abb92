"""What has to be counted person by person, beside the request: shown with the time at which it was counted.

A small register is counted while the page is made. Of a large one a page shows what was counted last and says when;
counting anew never keeps anybody waiting, and the first time the page says that it is being counted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection

from outreach import clock
from outreach.reports.counted import service as counted
from outreach.reports.reaching.schemas import Figures
from outreach.store import Store

AGAIN_AFTER = timedelta(minutes=5)
_MOST = 64

log = structlog.get_logger()

Count = Callable[[Connection], Figures]
Key = tuple[str, str, str]
"""Policy, region, day."""


@dataclass(frozen=True)
class Counted:
    """Figures, and when they were counted; None = just now."""

    figures: Figures
    at: datetime | None = None


class KeptLedger:
    """What was counted last, in one process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Counted] = OrderedDict()
        self._working: set[Key] = set()
        self._lock = Lock()

    def find(self, store: Store, connection: Connection, key: Key, count: Count) -> Counted | None:
        """The figures; None while a large register is counted for the first time."""
        if counted.small(connection):
            return Counted(count(connection))
        with self._lock:
            kept = self._kept.get(key)
            fresh = kept is not None and kept.at and clock.now() - kept.at < AGAIN_AFTER
            if fresh or key in self._working:
                return kept
            self._working.add(key)
        Thread(target=self._count, args=(store, key, count), name="ledger", daemon=True).start()
        return kept

    def _count(self, store: Store, key: Key, count: Count) -> None:
        try:
            with store.read() as connection:
                figures = count(connection)
            with self._lock:
                self._kept[key] = Counted(figures, clock.now())
                self._kept.move_to_end(key)
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
        except Exception:
            log.exception("the ledger could not be counted", policy=key[0])
        finally:
            with self._lock:
                self._working.discard(key)


_OF: WeakKeyDictionary[Store, KeptLedger] = WeakKeyDictionary()
_OF_LOCK = Lock()


def kept_ledger(store: Store) -> KeptLedger:
    """That of one database."""
    with _OF_LOCK:
        if store not in _OF:
            _OF[store] = KeptLedger()
        return _OF[store]
