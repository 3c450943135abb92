"""The rehearsal channel: keeps what it is given and answers as told. Ships with the product."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import UTC, datetime

from channels.base import Found, Message, Outcome


def _system_now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


class FakeChannel:
    """Accepts everything, except where `plan` says otherwise; `sent` holds every message given to it.

    Like a carrier it can have kept a message whose answer got lost: look_up lists what was kept.
    """

    can_look_up = True

    def __init__(
        self,
        name: str = "fake",
        *,
        sender: str = "fake",
        now: Callable[[], datetime] = _system_now,
    ) -> None:
        self.name = name
        self.sender = sender
        self.sent: list[Message] = []
        self._now = now
        self._plans: defaultdict[str, deque[tuple[Outcome, bool]]] = defaultdict(deque)
        self._kept: defaultdict[str, list[Found]] = defaultdict(list)
        self._number = 0

    def plan(self, to: str, outcome: Outcome, *, kept: bool = False) -> None:
        """The next answer for an address, in the order of planning; then everything is accepted.

        kept: the carrier has the message all the same (the answer to an accepted one was lost).
        """
        self._plans[to].append((outcome, kept or outcome.state == "accepted"))

    async def send(self, message: Message) -> Outcome:
        """Answer as planned for this address, else accept."""
        self.sent.append(message)
        plans = self._plans[message.to]
        outcome, kept = plans.popleft() if plans else (Outcome("accepted"), True)
        if not kept:
            return outcome
        self._number += 1
        provider_id = outcome.provider_id or f"FK{self._number:08d}"
        self._kept[message.to].insert(
            0, Found(provider_id, message.text, self.sender, self._now(), "delivered")
        )
        return Outcome("accepted", provider_id) if outcome.state == "accepted" else outcome

    async def look_up(self, to: str) -> list[Found]:
        """What was kept for an address, newest first."""
        return list(self._kept[to])

    async def aclose(self) -> None:
        """Nothing to close; what was kept stays readable."""
