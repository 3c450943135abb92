"""A carrier that answers every POST at once and keeps nothing: what is measured against it is the caller alone.

`python -m tests.quick_carrier` prints its port and ends when its standard input ends.
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Self

_HEAD = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    b"Connection: keep-alive\r\n\r\n"
)
_numbers = itertools.count(1)


class _Quick(asyncio.Protocol):
    def __init__(self) -> None:
        self._kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._kept += data
        while (end := self._kept.find(b"\r\n\r\n")) >= 0:
            length = _length(self._kept[:end])
            if len(self._kept) < end + 4 + length:
                return
            self._kept = self._kept[end + 4 + length :]
            body = b'{"sid": "SM%032x", "status": "queued", "error_code": null}' % next(_numbers)
            self._transport.write(_HEAD % len(body) + body)  # type: ignore[attr-defined]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Quick, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class QuickCarrier:
    """`with QuickCarrier() as base_url`: the carrier as a process of its own."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.quick_carrier"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.base_url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


if __name__ == "__main__":
    asyncio.run(_serve())
