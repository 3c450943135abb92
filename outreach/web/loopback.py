"""A server in a thread of this process: the sandbox beside whatever uses it, the pages beside the demo."""

from __future__ import annotations

import socket
import threading
from typing import Any, Self

import uvicorn

_START = 10.0


class LoopbackServer:
    """A running app: `with LoopbackServer(app) as server: … server.base_url`.

    port 0 takes a free one. The socket is bound when the object is made, so a taken port raises OSError at
    once; `start` returns when the server answers.
    """

    def __init__(
        self, app: Any, *, host: str = "127.0.0.1", port: int = 0, http: Any = "auto"
    ) -> None:
        self._socket = _bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"http://{host}:{self.port}"
        config = uvicorn.Config(
            app,
            http=http,
            ws="none",
            log_config=None,
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="server", daemon=True)

    def start(self) -> Self:
        """Serve in a thread; RuntimeError when it does not come up."""
        self._thread.start()
        pause = threading.Event()
        for _ in range(int(_START / 0.01)):
            if self._server.started:
                return self
            if not self._thread.is_alive():
                break
            pause.wait(0.01)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()

    def wait(self) -> None:
        """Block until the server stops."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


def _bound(host: str, port: int) -> socket.socket:
    """A bound socket; a port that a killed predecessor left in TIME_WAIT is taken again."""
    # asyncio switches Nagle's delay off only where the protocol is named: else 40 ms per answer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
