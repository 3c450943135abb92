"""Trying out a text that nobody has approved yet, in a process that can be ended: for the editor, while somebody types.

The allow-list of syntax.py already keeps a template from running away; this is the second wall, which does not trust
the first. One worker waits between two trials, so that an answer takes milliseconds; one that was ended is replaced.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import outreach
from outreach.errors import Invalid
from outreach.messages.render import Context

SECONDS = 2.0
MEGABYTES = 256
MOST_AT_ONCE = 2
"""Trials that run beside one another; who comes then waits, so that a flood cannot pile up processes."""
_WAIT_SECONDS = 10.0
_LONGEST_ANSWER = 2**20
"""Characters of an answer: far more than the longest texts of all examples."""
_START_SECONDS = 30.0
"""For a process to come up on a busy office computer."""
_KEPT = ("PATH", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR", "TEMP", "HOME")
"""What of the environment a worker gets: no keys, no addresses of databases."""


def try_out(
    source: str,
    contexts: Sequence[Context],
    *,
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
) -> list[str]:
    """The text for each context, in order, as render.render makes it.

    Raises what render.render raises, and Invalid `messages.trial_slow` for a text that takes longer than `seconds`,
    `messages.trial_big` for one that needs more than `megabytes`, `messages.trial_died` when the process ended
    otherwise, `messages.trial_busy` when others try out so much that none became free. Waits, besides, for a process
    to start when none is waiting.
    """
    made = []
    for one in _POOL.try_out(source, contexts, seconds, megabytes):
        if isinstance(one, Invalid):
            raise one
        made.append(one)
    return made


class Tried:
    """What a trial made of a text, to be asked in render.render's place: it answers and raises the same.

    Making it raises the codes messages.trial_… of `try_out`, and those alone.
    """

    def __init__(self, source: str, contexts: Sequence[Context]) -> None:
        made = _POOL.try_out(source, contexts, SECONDS, MEGABYTES)
        self._source = source
        self._made = list(zip(contexts, made, strict=True))

    def __call__(self, source: str, context: Context) -> str:
        """The text. Only of the source and the contexts that were tried out."""
        assert source == self._source  # noqa: S101 - another text was not tried out
        made = next(one for known, one in self._made if known is context)
        if isinstance(made, Invalid):
            raise made
        return made


def warm_up() -> None:
    """Start the worker that waits, for an editor that is being opened."""
    _POOL.warm_up()


class Worker:
    """One process that renders on order. Not for two threads at once."""

    def __init__(self, module: str = "outreach.messages.trial_worker") -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(outreach.__file__).parent.parent,
            env={**environment, "PYTHONUTF8": "1"},
            text=True,
            encoding="utf-8",
        )
        self._ready = False
        self._timed_out = False

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be given an order."""
        return self._process.poll() is None and not self._timed_out

    def order(
        self, source: str, contexts: Sequence[Context], seconds: float, megabytes: int
    ) -> list[str | Invalid]:
        """The texts, or why one cannot be made. Raises the codes messages.trial_…; after trial_slow and trial_died
        the worker has ended.
        """
        if not self.alive:
            raise Invalid("messages.trial_died", status=self._process.returncode)
        if not self._ready:
            self._ready = bool(self._line(_START_SECONDS).get("ready"))
        wanted = {
            "source": source, "contexts": list(contexts), "seconds": seconds, "megabytes": megabytes,
        }  # fmt: skip
        answer = self._line(seconds, json.dumps(wanted) + "\n")
        if "code" in answer:
            raise Invalid(str(answer["code"]), **answer["params"])
        return [
            str(one["text"]) if "text" in one else Invalid(str(one["code"]), **one["params"])
            for one in answer["made"]
        ]

    def end(self) -> None:
        """Kill it and clear up after it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError, OSError):
                    pipe.close()

    @property
    def _stdin(self) -> Any:
        return self._process.stdin

    def _line(self, seconds: float, order: str = "") -> dict[str, Any]:
        """The next answer. A timer and not a wait on the pipe, because Windows cannot wait on pipes."""
        timer = threading.Timer(seconds, self._too_late)
        timer.daemon = True
        timer.start()
        if order:  # a worker that does not read would hold a long order up: the timer runs
            with contextlib.suppress(BrokenPipeError, OSError):
                self._stdin.write(order)
                self._stdin.flush()
        stdout: Any = self._process.stdout
        line = stdout.readline(_LONGEST_ANSWER)
        timer.cancel()
        if self._timed_out:
            self.end()
            raise Invalid("messages.trial_slow", seconds=seconds)
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            self.end()
            raise Invalid("messages.trial_died", status=self._process.returncode) from None
        return answer

    def _too_late(self) -> None:
        self._timed_out = True
        self._process.kill()


class Pool:
    """At most one worker that waits; more only while several people try out at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._idle: Worker | None = None
        self._owner = os.getpid()

    def try_out(
        self, source: str, contexts: Sequence[Context], seconds: float, megabytes: int
    ) -> list[str | Invalid]:
        """As the function of the module; for a context of which no text can be made, why."""
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            raise Invalid("messages.trial_busy", seconds=round(_WAIT_SECONDS))
        try:
            worker = self._take() or Worker()
            try:
                return worker.order(source, contexts, seconds, megabytes)
            finally:
                # What was ended is replaced now and not by the next trial, which would have to wait for it.
                self._give_back(worker)
        finally:
            self._turns.release()

    def warm_up(self) -> None:
        """Have one waiting. Whoever tries out already brings one back."""
        if self._turns.acquire(blocking=False):
            try:
                self._give_back(self._take() or Worker())
            finally:
                self._turns.release()

    def close(self) -> None:
        """End the one that waits."""
        worker = self._take()
        if worker is not None:
            worker.end()

    def _take(self) -> Worker | None:
        with self._lock:
            worker, self._idle = self._idle, None
        if worker is None or self._owner != os.getpid():  # a fork must not read its parent's pipes
            self._owner = os.getpid()
            return None
        if worker.alive:
            return worker
        worker.end()
        return None

    def _give_back(self, worker: Worker) -> None:
        """Let it wait; one that has ended is replaced where none waits."""
        with self._lock:
            if self._idle is None:
                self._idle = worker if worker.alive else Worker()
        if self._idle is not worker:
            worker.end()


_POOL = Pool()
atexit.register(_POOL.close)
