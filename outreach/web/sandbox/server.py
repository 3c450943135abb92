"""The sandbox as a server on loopback, in a thread beside whatever uses it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from outreach.web.loopback import LoopbackServer
from outreach.web.sandbox.app import create_sandbox
from outreach.web.sandbox.carrier import SandboxAccount
from outreach.web.sandbox.faults import Faults


class _Droppable(H11Protocol):
    """Gives each request a way to drop its connection without a word, as a failing network does."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called once per connection; `app_state` is copied into each request's state."""
        stream = cast("asyncio.Transport", transport)
        super().connection_made(stream)
        self.app_state = {**self.app_state, "drop": stream.abort}


class SandboxServer(LoopbackServer):
    """A running sandbox carrier: `with SandboxServer(path) as sandbox: … sandbox.base_url`.

    What was accepted and what receipts are pending stay in the file at `path` when it stops.
    """

    def __init__(
        self,
        path: Path,
        *,
        port: int = 0,
        faults: Faults = Faults(),  # noqa: B008 - frozen
        receipt_delay: float = 0.2,
        account: SandboxAccount = SandboxAccount(),  # noqa: B008 - frozen
        robot_limit: int | None = None,
    ) -> None:
        self.account = account
        app = create_sandbox(
            path,
            faults=faults,
            receipt_delay=receipt_delay,
            account=account,
            robot_limit=robot_limit,
        )
        super().__init__(app, port=port, http=_Droppable)
