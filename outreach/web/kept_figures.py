"""Reasons and money of large campaigns: counted beside the request, shown with the time at which they were.

The state of a campaign is read from the funnel counts at once. Why something was skipped, and what it has cost, stands
in the deliveries themselves; where there are many, a page shows what was counted last and says when, and counting
anew never keeps anybody waiting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from outreach import clock
from outreach.access.scope import Scope
from outreach.reports import service
from outreach.reports.schemas import Walked
from outreach.store import Store

AT_ONCE = 20_000
"""Deliveries up to which a page counts for itself."""

AGAIN_AFTER = timedelta(seconds=20)
_MOST = 32

log = structlog.get_logger()


@dataclass(frozen=True)
class Counted:
    """What was counted, and when; `of`: the funnel counts then, so that it is known whether it still holds."""

    walked: Walked
    at: datetime
    of: object


class KeptFigures:
    """What was counted last, by campaign and scope, in one process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], Counted] = OrderedDict()
        self._working: set[tuple[int, str]] = set()
        self._lock = Lock()

    def find(
        self, store: Store, scope: Scope, campaign: Mapping[str, Any], states: object
    ) -> Counted | None:
        """What was counted last; begins to count anew when it no longer holds. None before the first time."""
        key = (int(campaign["id"]), scope.region)
        with self._lock:
            kept = self._kept.get(key)
            fresh = kept is not None and (kept.of == states or clock.now() - kept.at < AGAIN_AFTER)
            if fresh or key in self._working:
                return kept
            self._working.add(key)
        work = (store, key, scope, campaign, states)
        Thread(target=self._count, args=work, name="figures", daemon=True).start()
        return kept

    def _count(
        self,
        store: Store,
        key: tuple[int, str],
        scope: Scope,
        campaign: Mapping[str, Any],
        states: object,
    ) -> None:
        try:
            with store.read() as connection:
                walked = service.walked(connection, scope, campaign)
            with self._lock:
                self._kept[key] = Counted(walked, clock.now(), states)
                self._kept.move_to_end(key)
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
        except Exception:
            log.exception("figures could not be counted", campaign=campaign["ref"])
        finally:
            with self._lock:
                self._working.discard(key)


_OF: WeakKeyDictionary[Store, KeptFigures] = WeakKeyDictionary()
"""What is kept goes with the database that it was counted from."""

_OF_LOCK = Lock()


def kept_figures(store: Store) -> KeptFigures:
    """Those of one database."""
    with _OF_LOCK:
        if store not in _OF:
            _OF[store] = KeptFigures()
        return _OF[store]
