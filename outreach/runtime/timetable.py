"""The alarm clock: APScheduler in memory calls the sweep. Truth is in the tables, never in a job store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from outreach import clock
from outreach.engine import Engine
from outreach.people.lists import expire_lists
from outreach.runtime.sweep import sweep
from outreach.runtime.turns import brief
from outreach.settings import Settings
from outreach.store import Store, passes

log = structlog.get_logger(__name__)


class Timetable:
    """Sweeps every few seconds and wakes the senders when something became due."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        engine: Engine,
        *,
        seconds: float = 5.0,
        chores: Sequence[Callable[[], object]] = (),
    ) -> None:
        """`chores`: what the process around it wants done with each sweep."""
        self._store = store
        self._settings = settings
        self._engine = engine
        self._chores = chores
        self._facts_on: date | None = None
        # One job, never twice at once, never dropped for being late: the sweep itself asks what is due.
        self._scheduler = BackgroundScheduler(timezone=settings.zone)
        self._scheduler.add_job(
            self._sweep,
            IntervalTrigger(seconds=seconds),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin; the first sweep comes at once."""
        self._scheduler.start()
        self._sweep()

    def stop(self) -> None:
        """End after the sweep in hand."""
        self._scheduler.shutdown(wait=True)

    def _sweep(self) -> None:
        """A database that is away is waited for: the next sweep does what this one did not."""
        try:
            self._bring_to_today()
            for chore in self._chores:
                chore()
            if sweep(self._store, self._settings):
                self._engine.wake()
            self._engine.tend()
        except SQLAlchemyError as error:
            if not passes(error):
                raise
            log.warning("sweep waits for the database", error=brief(error))

    def _bring_to_today(self) -> None:
        """Once a day here: what lists and certificates said that have ended is not known any more."""
        today = clock.today(self._settings.zone)
        if today != self._facts_on:
            expire_lists(self._store.begin, today, self._store.read)
            self._facts_on = today
