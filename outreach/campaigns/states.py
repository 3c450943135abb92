"""The life of a campaign: one table of moves, each made by a compare-and-swap in the database."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"  # can be changed
    SUBMITTED = "submitted"  # frozen, waits for a signature
    APPROVED = "approved"  # signed, waits to be released
    SCHEDULED = "scheduled"  # released, its first step lies ahead
    RUNNING = "running"  # steps fire and senders send
    PAUSED = "paused"  # senders stop at the next chunk
    FINISHED = "finished"  # every planned person has an outcome or a reason
    CANCELLED = "cancelled"  # stopped for good; who had not been sent to is skipped


ALIVE = (Status.SCHEDULED, Status.RUNNING, Status.PAUSED)
"""Released and not over."""

MOVES: dict[str, tuple[tuple[Status, ...], Status]] = {
    "submit": ((Status.DRAFT,), Status.SUBMITTED),
    "return": ((Status.SUBMITTED, Status.APPROVED), Status.DRAFT),
    "approve": ((Status.SUBMITTED,), Status.APPROVED),
    "release": ((Status.APPROVED,), Status.RUNNING),
    "schedule": ((Status.APPROVED,), Status.SCHEDULED),
    "start": ((Status.SCHEDULED,), Status.RUNNING),
    "pause": ((Status.RUNNING,), Status.PAUSED),
    "resume": ((Status.PAUSED,), Status.RUNNING),
    "finish": ((Status.RUNNING,), Status.FINISHED),
    "reopen": ((Status.FINISHED,), Status.RUNNING),  # somebody is to be told once more
    "cancel": (
        (
            Status.DRAFT,
            Status.SUBMITTED,
            Status.APPROVED,
            Status.SCHEDULED,
            Status.RUNNING,
            Status.PAUSED,
        ),
        Status.CANCELLED,
    ),
}
"""Move → the states it may start from, and the one it leads to."""
