"""A hundred million deliveries, simulated: the lease protocol over many machines, with measured times put in.

Not the engine itself but its rules, event by event: batches of 500 in partitions, one chunk of an account in hand,
a transaction before it and one after it at a database that does only so many at once, an account's pace, quiet
hours, machines that die with a chunk in hand. What comes out is how long it takes, what holds it up, and that every
chunk is handed over once or looked up. docs/scaling.md says what was put in and what came out.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass, field
from itertools import count

BATCH, CHUNK = 500, 100


@dataclass(frozen=True)
class Scale:
    """What is put in. Times in seconds; `transactions`: how many the database works on at once.

    before, after: what the database computes for the transaction before a chunk and after it. answer: how long a
    chunk's requests take at least. pace: messages per second of an account. a_kill: seconds between two kills on
    average, 0 = none. opens, closes: hours of the day in which may be sent.
    """

    deliveries: int
    accounts: int
    machines: int
    pace: float
    before: float
    after: float
    transactions: int
    answer: float = 0.5
    lease: float = 60.0
    reconcile: float = 315.0
    a_kill: float = 0.0
    restart: float = 30.0
    opens: float = 8.0
    closes: float = 22.0
    seed: int = 20261126


@dataclass
class Run:
    """What came out. hours: on the clock, nights included. waited: seconds that chunks stood in line at the database."""

    hours: float = 0.0
    chunks: int = 0
    handed_over: int = 0
    looked_up: int = 0
    kills: int = 0
    most_unknown: int = 0
    busy: float = 0.0
    waited: float = 0.0
    doubled: int = 0
    left: int = 0
    by_hour: list[int] = field(default_factory=list)


class Simulation:
    """One run; everything that happens is an entry of the heap, in time."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.random = random.Random(scale.seed)
        self.run = Run()
        self._heap: list[tuple[float, int, str, int, int]] = []
        self._number = count()
        share, more = divmod(-(-scale.deliveries // CHUNK), scale.accounts)
        # a chunk is the grain: those of one account in order, taken by whichever machine holds the lease
        self._left = [share + (account < more) for account in range(scale.accounts)]
        self._handed = [bytearray(left) for left in self._left]
        self._done = [0] * scale.accounts
        self._held_by = [account % scale.machines for account in range(scale.accounts)]
        self._claim = [0] * scale.accounts
        self._in_hand: dict[int, int] = {}
        self._alive = [True] * scale.machines
        self._free = [0.0] * scale.transactions
        self._unknown: deque[tuple[int, int]] = deque()
        self._now = scale.opens * 3600

    def go(self) -> Run:
        """Until everything is handed over and looked up."""
        for account in range(self.scale.accounts):
            self._at(self._now + self.random.random(), "take", account, 0)
        if self.scale.a_kill:
            self._at(self._next_kill(), "kill", 0, 0)
        while self._heap:
            self._now, _, what, one, two = heapq.heappop(self._heap)
            getattr(self, f"_{what}")(one, two)
            if not self._in_hand and not self._unknown and not any(self._left):
                break
        self._finish()
        return self.run

    def _at(self, moment: float, what: str, one: int, two: int) -> None:
        heapq.heappush(self._heap, (moment, next(self._number), what, one, two))

    def _next_kill(self) -> float:
        return self._now + self.random.expovariate(1 / self.scale.a_kill)

    def _open_at(self, moment: float) -> float:
        """Quiet hours are looked at before each chunk."""
        day, second = divmod(moment, 86400)
        if second < self.scale.opens * 3600:
            return day * 86400 + self.scale.opens * 3600
        return (
            moment
            if second < self.scale.closes * 3600
            else (day + 1) * 86400 + self.scale.opens * 3600
        )

    def _transaction(self, seconds: float) -> float:
        """When a transaction that starts now is through: the first place that is free."""
        begins = max(self._now, heapq.heappop(self._free))
        heapq.heappush(self._free, begins + seconds)
        self.run.busy += seconds
        self.run.waited += begins - self._now
        return begins + seconds

    def _take(self, account: int, claim: int) -> None:
        """The transaction before a chunk; void when somebody else has claimed meanwhile, or the machine is dead."""
        if claim != self._claim[account] or not self._left[account]:
            return
        if not self._alive[self._held_by[account]]:
            return
        opens = self._open_at(self._now)
        if opens > self._now:
            self._at(opens + self.random.random(), "take", account, claim)
            return
        chunk = self._done[account]
        self._done[account] += 1
        self._left[account] -= 1
        self._in_hand[account] = chunk
        self.run.chunks += 1
        written = self._transaction(self.scale.before)
        away = max(self.scale.answer, CHUNK / self.scale.pace)
        self._at(written + away, "answer", account, claim)

    def _answer(self, account: int, claim: int) -> None:
        """The carrier has answered: the transaction after it, and the next chunk."""
        if claim != self._claim[account]:
            return
        chunk = self._in_hand.pop(account)
        self._hand(account, chunk)
        hour = int(self._now // 3600)
        self.run.by_hour += [0] * (hour + 1 - len(self.run.by_hour))
        self.run.by_hour[hour] += CHUNK
        self._at(self._transaction(self.scale.after), "take", account, claim)

    def _hand(self, account: int, chunk: int) -> None:
        self.run.doubled += self._handed[account][chunk]
        self._handed[account][chunk] = 1
        self.run.handed_over += 1

    def _kill(self, _one: int, _two: int) -> None:
        """A machine dies: what its accounts had in hand is unknown, their leases run out, others claim."""
        machine = self.random.randrange(self.scale.machines)
        self._at(self._next_kill(), "kill", 0, 0)
        if not self._alive[machine] or sum(self._alive) == 1:
            return
        self.run.kills += 1
        self._alive[machine] = False
        self._at(self._now + self.scale.restart, "revive", machine, 0)
        for account in range(self.scale.accounts):
            if self._held_by[account] != machine:
                continue
            self._claim[account] += 1
            if account in self._in_hand:
                chunk = self._in_hand.pop(account)
                self._unknown.append((account, chunk))
                self._at(self._now + self.scale.reconcile, "look", account, chunk)
            self._held_by[account] = self.random.choice(
                [m for m in range(len(self._alive)) if self._alive[m]]
            )
            self._at(self._now + self.scale.lease, "take", account, self._claim[account])
        self.run.most_unknown = max(self.run.most_unknown, len(self._unknown) * CHUNK)

    def _revive(self, machine: int, _: int) -> None:
        self._alive[machine] = True

    def _look(self, account: int, chunk: int) -> None:
        """The carrier is asked: it has the message, or it has not and gets it once."""
        self._unknown.remove((account, chunk))
        self._hand(account, chunk)
        self.run.looked_up += 1
        self._transaction(self.scale.after)

    def _finish(self) -> None:
        self.run.hours = self._now / 3600 - self.scale.opens
        self.run.left = sum(len(one) - sum(one) for one in self._handed)


def simulate(scale: Scale) -> Run:
    """Run it; the same seed gives the same run."""
    return Simulation(scale).go()
