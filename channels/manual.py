"""Hand-over to people: the village loudspeaker, a visit, a call, a post in an ordinary group.

Accepted here means: it stands on somebody's list. What a person then did comes back later, as a tick
on the page or a row in a returned sheet, and plays the part that a receipt plays for an SMS. Handing
the same delivery over twice changes nothing, because the list is a view of our own deliveries.
"""

from __future__ import annotations

from typing import Literal

from channels.base import Message, Outcome

Kind = Literal["broadcast", "visit", "call", "group"]

HANDED_TO_A_PERSON = Outcome("accepted", detail="handed to a person")


class ManualChannel:
    """Puts a message into the hands of people; `name` is the kind of work."""

    can_look_up = False

    def __init__(self, kind: Kind) -> None:
        self.name: str = kind

    async def send(self, message: Message) -> Outcome:
        """Always accepted, without a provider's id: the person's tick names the delivery."""
        return HANDED_TO_A_PERSON

    async def aclose(self) -> None:
        """Nothing to close."""
