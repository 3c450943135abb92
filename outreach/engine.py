"""What the rest of the house may ask of the machinery that sends: only to look for work sooner.

Truth is in the work lists; losing, doubling or delaying a wake-up changes no result.
"""

from __future__ import annotations

from typing import Protocol


class Engine(Protocol):
    """Implemented in runtime: threads of one process, or wake-ups between machines."""

    def wake(self) -> None:
        """There may be work: look now instead of at the next tick."""
        ...

    def tend(self) -> None:
        """Called with each sweep: make good what a lost wake-up, a killed worker or a new account left undone."""
        ...


class NoEngine:
    """Nobody sends in this process (a command beside a server); the senders find the work by themselves."""

    def wake(self) -> None:
        """Do nothing."""

    def tend(self) -> None:
        """Do nothing."""
