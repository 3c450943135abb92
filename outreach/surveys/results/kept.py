"""Figures of surveys that were worked out once, kept in the process as long as nothing was recorded since.

A survey of thousands takes a second to be estimated question by question; what was recorded of it is looked at each
time (`queries.fingerprint`), and only when that is the same does the kept figure stand.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from outreach.surveys.results import queries

T = TypeVar("T")
_Kept = OrderedDict[tuple[object, ...], tuple[object, object]]

_MOST = 256
_OF: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_LOCK = Lock()

_LOCKED = (
    "instrument_hash", "title", "kind", "mode", "panel", "base", "frame_hash", "generated", "closed_at", "campaign_id",
    "policy_id", "drawn_at", "frame", "design",
)  # fmt: skip


def kept(
    connection: Connection, name: str, surveys: Sequence[Mapping[str, Any]], make: Callable[[], T]
) -> T:
    """What `make` gives for these surveys, or what it gave before if all that it reads is the same.

    `name` tells apart what is worked out of the same surveys. The result is shared: nobody may change it.
    """
    key = (name, *(survey["id"] for survey in surveys))
    state = tuple(
        (*(survey[one] for one in _LOCKED), queries.fingerprint(connection, survey["id"]))
        for survey in surveys
    )
    with _LOCK:
        found = _OF.setdefault(connection.engine, OrderedDict())
        if key in found and found[key][0] == state:
            found.move_to_end(key)
            return found[key][1]  # type: ignore[return-value]
    made = make()
    with _LOCK:
        found[key] = (state, made)
        found.move_to_end(key)
        while len(found) > _MOST:
            found.popitem(last=False)
    return made
