"""The only place that reads the wall clock. Every moment in Outreach is aware, in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _system_now() -> datetime:
    return datetime.now(UTC)


def machine_now() -> datetime:
    """The machine's own time, whatever clock a test holds: leases compare with nothing else."""
    return _system_now()


_now: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present moment, aware, UTC. It decides what is due; who owns a lease is the database's matter."""
    return _now()


def today(zone: ZoneInfo) -> date:
    """The calendar date at `zone` (the installation's business zone)."""
    return now().astimezone(zone).date()


_zone = ZoneInfo("Asia/Shanghai")


def live_in(zone: ZoneInfo) -> None:
    """From now on days are those of this zone: said once, where an installation is put together."""
    global _zone
    _zone = zone


def here(moment: datetime) -> datetime:
    """A moment on the clock of the installation: for lines of commands, written far from whoever knows its settings."""
    return moment.astimezone(_zone)


def business_day() -> date:
    """The calendar date where the installation is: for facts that are written far below whoever knows its settings."""
    return today(_zone)


class fixed:
    """Hold the clock at one moment (tests, rehearsals). Nested use restores the outer clock."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        self._moment = moment.astimezone(UTC)

    def __enter__(self) -> fixed:
        global _now
        self._before = _now
        _now = lambda: self._moment  # noqa: E731
        return self

    def advance(self, **delta: float) -> None:
        """Move the held clock on by a timedelta's keyword arguments."""
        from datetime import timedelta

        self._moment += timedelta(**delta)

    def __exit__(self, *_: object) -> None:
        global _now
        _now = self._before
