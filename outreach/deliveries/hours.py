"""Quiet hours: a pure function of channel, settings and moment. This is the only place that knows them.

Defaults follow what carriers and offices keep (domain facts §6): no message to a person between
21:00 and 08:00, no text, call or loudspeaker at the midday rest either. An urgent campaign, or one with a
recorded reason, speaks at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Window = tuple[time, time]

_NIGHT: Window = (time(21), time(8))
_NOON: Window = (time(12), time(14))

QUIET: Mapping[str, tuple[Window, ...]] = {
    "sms": (_NIGHT, _NOON),
    "group": (_NIGHT,),
    "call": (_NIGHT, _NOON),
    "broadcast": (_NIGHT, _NOON),
    "visit": (_NIGHT,),
    "flyer": (),  # paper waits in a letterbox
}


def parse_window(text: str) -> Window:
    """`21:00-08:00` → (21:00, 08:00); equal ends are an error, because they mean nothing."""
    start, _, end = text.partition("-")
    window = (time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
    if window[0] == window[1]:
        raise ValueError(text)
    return window


def _ends(window: Window, local: datetime) -> datetime | None:
    """When the window that holds `local` ends, or None."""
    start, end = window
    now = local.time()
    inside = start <= now < end if start < end else (now >= start or now < end)
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if start > end and now >= start else local.date()
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def next_allowed(
    channel: str,
    moment: datetime,
    zone: ZoneInfo,
    quiet: Mapping[str, tuple[Window, ...]] = QUIET,
) -> datetime:
    """The first moment, not before `moment`, at which the channel may speak (aware, UTC)."""
    local = moment.astimezone(zone)
    # windows may touch each other; more than a few is a setting that never allows anything
    for _ in range(8):
        ends = [
            end for window in quiet.get(channel, ()) if (end := _ends(window, local)) is not None
        ]
        if not ends:
            return local.astimezone(UTC)
        local = max(ends)
    raise ValueError(f"quiet hours never end for {channel}")


def finished_at(
    channel: str,
    moment: datetime,
    seconds: float,
    zone: ZoneInfo,
    quiet: Mapping[str, tuple[Window, ...]] = QUIET,
) -> datetime:
    """When work of so many seconds that begins at `moment` is done, standing still in quiet hours (aware, UTC)."""
    at, left = next_allowed(channel, moment, zone, quiet), timedelta(seconds=seconds)
    for _ in range(_MOST_PAUSES):
        pause = _next_start(at.astimezone(zone), quiet.get(channel, ()))
        if pause is None or at + left <= pause:
            break
        left -= pause - at
        at = next_allowed(channel, pause, zone, quiet)
    return at + left


_MOST_PAUSES = 400
"""About half a year of nights and noons; whatever takes longer is said as if nothing paused it after that."""


def _next_start(local: datetime, windows: tuple[Window, ...]) -> datetime | None:
    """When the next quiet window begins, after a moment that lies in none; None = never."""
    starts = [
        datetime.combine(local.date() + timedelta(days=days), start, tzinfo=local.tzinfo)
        for start, _ in windows
        for days in (0, 1)
    ]
    return min((one.astimezone(UTC) for one in starts if one > local), default=None)
