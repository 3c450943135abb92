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
    otherwise. Waits, besides, for a process to start when none is waiting.
    """
    return _POOL.try_out(source, contexts, seconds, megabytes)


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
    ) -> list[str]:
        """The texts. Raises what try_out raises; after trial_slow and trial_died the worker has ended."""
        if not self.alive:
            raise Invalid("messages.trial_died", status=self._process.returncode)
        if not self._ready:
            self._ready = bool(self._line(_START_SECONDS).get("ready"))
        wanted = {
            "source": source, "contexts": list(contexts), "seconds": seconds, "megabytes": megabytes,
        }  # fmt: skip
        with contextlib.suppress(BrokenPipeError, OSError):
            self._stdin.write(json.dumps(wanted) + "\n")
            self._stdin.flush()
        answer = self._line(seconds)
        if "code" in answer:
            raise Invalid(str(answer["code"]), **answer["params"])
        return [str(text) for text in answer["texts"]]

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

    def _line(self, seconds: float) -> dict[str, Any]:
        """The next answer. A timer and not a wait on the pipe, because Windows cannot wait on pipes."""
        timer = threading.Timer(seconds, self._too_late)
        timer.daemon = True
        timer.start()
        stdout: Any = self._process.stdout
        line = stdout.readline()
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
        self._idle: Worker | None = None
        self._owner = os.getpid()

    def try_out(
        self, source: str, contexts: Sequence[Context], seconds: float, megabytes: int
    ) -> list[str]:
        """As the function of the module."""
        worker = self._take() or Worker()
        try:
            return worker.order(source, contexts, seconds, megabytes)
        finally:
            # A process that was ended is replaced now and not by the next trial, which would have to wait for it.
            self._give_back(worker if worker.alive else Worker())

    def warm_up(self) -> None:
        """Have one waiting."""
        self._give_back(self._take() or Worker())

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
        with self._lock:
            if self._idle is None:
                self._idle = worker
                return
        worker.end()


_POOL = Pool()
atexit.register(_POOL.close)
