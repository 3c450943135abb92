"""By what a chunk is counted, and what is left of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from outreach import clock
from outreach.deliveries.limits import Limits, Repeat
from outreach.deliveries.orders import AccountView

if TYPE_CHECKING:
    from outreach.deliveries.outgoing import Item


@dataclass(frozen=True)
class Counting:
    """The limits of the installation, the account, and the business day, which is one for the whole chunk."""

    limits: Limits
    account: AccountView
    zone: ZoneInfo

    @cached_property
    def today(self) -> date:
        """The day on which a message counts."""
        return clock.today(self.zone)

    @property
    def tomorrow(self) -> datetime:
        """When an account's next day begins."""
        return datetime.combine(self.today + timedelta(days=1), time(), self.zone)

    @property
    def repeat(self) -> Repeat | None:
        """The carrier's rule about equal and different texts to one number."""
        name = str(self.account.options.get("repeat", self.account.provider))
        return self.limits.repeat.get(name)

    @property
    def daily(self) -> int | None:
        """How many messages the account takes in a day (its option `daily`); None = as many as come."""
        most = self.account.options.get("daily")
        return None if most is None else int(most)

    @property
    def day(self) -> str:
        """The counter of the account's day."""
        return f"day:{self.account.id}:{self.today.isoformat()}"


@dataclass
class Taken:
    """What of a chunk may go now. later: delivery → from when on it may. counted: delivery → number and text."""

    items: Sequence[Item]
    skips: dict[int, str] = field(default_factory=dict)
    later: dict[int, datetime] = field(default_factory=dict)
    counted: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    publicity: bool = False

    @property
    def fresh(self) -> dict[int, Item]:
        """Those that are tried for the first time, by delivery: only they are counted."""
        return {item.addressee.delivery_id: item for item in self.items if item.no == 1}

    def skip(self, reasons: Mapping[int, str]) -> None:
        """These are not sent."""
        self.skips |= reasons
        self._leave(reasons)

    def put_off(self, later: Mapping[int, datetime]) -> None:
        """These are sent another time."""
        self.later |= later
        self._leave(later)

    def _leave(self, ids: Mapping[int, object]) -> None:
        self.items = [item for item in self.items if item.addressee.delivery_id not in ids]
