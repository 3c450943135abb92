"""A task, what is needed to open one, and the words with which each kind is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

RESULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "assist": ("done_for_them", "done_themselves", "not_eligible", "not_found", "other"),
        "visit": ("told", "relayed", "declined", "not_found", "other"),
        "call_back": ("told", "relayed", "declined", "not_found", "other"),
        "guardian": ("recorded", "not_found", "other"),
        "correct": ("corrected", "was_right", "other"),
    }
)
"""Kind → results: 已代办 本人已办 不符合 联系不上 其他; 已告知本人 家人转告 拒绝; 已补监护人; 已更正 没有错."""

DUE_DAYS: Mapping[str, int] = MappingProxyType(
    {"assist": 7, "visit": 3, "call_back": 1, "guardian": 14, "correct": 14}
)
"""Kind → days until it should be done, when nobody says otherwise."""


@dataclass(frozen=True)
class NewTask:
    """A task to be opened. helper: whose it is, '' = nobody's yet."""

    kind: str
    region: str
    due_on: date
    household_id: int | None = None
    person_id: int | None = None
    policy_id: int | None = None
    delivery_id: int | None = None
    note: str = ""
    helper: str = ""


@dataclass(frozen=True)
class TaskView:
    """A task as it stands. name and address are encrypted; begun_at: somebody works on it."""

    id: int
    kind: str
    region: str
    household_id: int | None
    person_id: int | None
    policy: str
    delivery_id: int | None
    note: str
    opened_by: str
    opened_at: datetime
    due_on: date | None
    helper: str
    begun_at: datetime | None
    state: str
    result: str
    closed_by: str
    closed_at: datetime | None
    name: str = ""
    address: str = ""
