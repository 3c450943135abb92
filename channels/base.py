"""The contract of a channel: one message in, one truthful outcome out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

State = Literal["accepted", "refused", "deferred", "unknown"]
ReceiptState = Literal["accepted", "delivered", "undelivered"]


class Verdict(StrEnum):
    """What a carrier's error code means for what we do next."""

    PERMANENT = "permanent"  # this address will never work
    OPTED_OUT = "opted_out"  # this person said no: permanent, and belongs on the suppression list
    LATER = "later"  # nothing wrong with the address: try again later
    STOP = "stop"  # account, content or sender is wrong: every further message would fail too


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a message is tried again after an answer, and how many seconds lie between two tries at least."""

    again: int = 0
    apart: float = 1800.0


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message for one address.

    to: E.164 number for SMS, robot key for a group, any name for a hand-over to a person.
    reference: our token for this delivery; opaque to the carrier.
    callback_url: where the carrier may post its receipts; it should carry the reference.
    template_id, params: for carriers that only send filed templates; `text` is then what a reader
    will see, in `params` the ordered values. valid_for: seconds after which the carrier should give up, because the
    message would come too late; None leaves it to the carrier.
    """

    to: str
    text: str
    reference: str
    callback_url: str | None = None
    template_id: str | None = None
    params: tuple[str, ...] = ()
    valid_for: int | None = None

    def __post_init__(self) -> None:
        if not self.to:
            raise ValueError("a message needs an address")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The carrier's word at hand-over.

    accepted: the carrier has it. refused: the carrier does not have it and says why.
    deferred: the carrier certainly does not have it; sending again is safe (after `retry_after`
    seconds, where given). unknown: it may or may not have it; look up before sending again.
    permanent: this message to this address can never succeed. A refusal that is neither permanent nor `stop_campaign`
    is worth one more try at most. stop_campaign: the fault is ours; further messages would fail too.
    error_code: the carrier's code, or one of ours (`connect`, `timeout`, `dropped`, `unreadable`,
    `http_<status>`, …); the words are in the catalogue under `channels.<error_code>`.
    detail: the carrier's own sentence, long digit runs blackened, for the log and the officer.
    patience: how often a refusal that is not permanent may be tried again, as the carrier's table has it.
    """

    state: State
    provider_id: str | None = None
    error_code: str | None = None
    detail: str = ""
    retry_after: float | None = None
    permanent: bool = False
    opted_out: bool = False
    stop_campaign: bool = False
    patience: Patience = Patience()


@dataclass(frozen=True, slots=True)
class Found:
    """A message that the carrier says it has. `sender` is comparable with the channel's `sender`."""

    provider_id: str
    body: str
    sender: str
    created: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The carrier's later word on an accepted message. `status` is the carrier's own word."""

    provider_id: str
    state: ReceiptState
    status: str
    error_code: str | None = None
    verdict: Verdict | None = None


@runtime_checkable
class Channel(Protocol):
    """Hands one message over. Use with `contextlib.aclosing`; belongs to one event loop."""

    @property
    def name(self) -> str:
        """The word under which the channel is registered."""
        ...

    @property
    def can_look_up(self) -> bool:
        """Whether the carrier can be asked what it has: then the channel is also a LooksUp."""
        ...

    async def send(self, message: Message) -> Outcome:
        """Hand it over once. What a carrier can answer is returned; only our own mistakes raise."""
        ...

    async def aclose(self) -> None:
        """Let go of connections. Harmless when repeated."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A channel whose carrier can be asked after an unknown outcome."""

    @property
    def sender(self) -> str:
        """The sender under which our messages appear in the carrier's list."""
        ...

    async def look_up(self, to: str) -> list[Found]:
        """Everything that the carrier has for one address, newest first as it lists them.

        Raises Unavailable (nobody there: ask later), Rejected (the account may not ask) or Unknown
        (an answer that cannot be read, or more pages than we follow). Never a partial list.
        """
        ...
