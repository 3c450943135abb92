"""The sandbox's application. Its routes are plain Starlette handlers: the request path stays thin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from outreach.web.sandbox import carrier, content_api, dingtalk, feishu, page, robots
from outreach.web.sandbox.carrier import Carrier, SandboxAccount
from outreach.web.sandbox.faults import FaultDeck, Faults
from outreach.web.sandbox.receipts import Receipts
from outreach.web.sandbox.store import Store

_MESSAGES = "/2010-04-01/Accounts/{account}/Messages"
_ROUTES = [
    (f"{_MESSAGES}.json", carrier.create_message, "POST"),
    (f"{_MESSAGES}.json", carrier.list_messages, "GET"),
    (f"{_MESSAGES}/{{sid}}.json", carrier.fetch_message, "GET"),
    ("/v1/Content", content_api.create_content, "POST"),
    ("/cgi-bin/webhook/send", robots.post_to_wecom, "POST"),
    ("/robot/send", dingtalk.post_to_dingtalk, "POST"),
    ("/open-apis/bot/v2/hook/{robot}", feishu.post_to_feishu, "POST"),
    ("/", page.show, "GET"),
    ("/sandbox.css", page.style, "GET"),
]


def create_sandbox(
    path: Path,
    *,
    faults: Faults = Faults(),  # noqa: B008 - frozen
    receipt_delay: float = 0.2,
    account: SandboxAccount = SandboxAccount(),  # noqa: B008 - frozen
    robot_limit: int | None = None,
) -> FastAPI:
    """The sandbox carrier over one SQLite file (made when absent).

    receipt_delay: seconds from queued to sent and from sent to the end. robot_limit: texts that one
    robot may post in a minute (WeCom and DingTalk allow 20, Feishu 100); with it come Feishu's five a second and
    DingTalk's block of ten minutes. None: any number.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(path)
        deck = FaultDeck(faults)
        app.state.carrier = Carrier(store, deck, account, receipt_delay, robot_limit)
        pump = asyncio.create_task(Receipts(store, account, receipt_delay, deck).run())
        yield
        pump.cancel()
        with suppress(asyncio.CancelledError):
            await pump
        store.close()

    routes: list[BaseRoute] = [
        Route(place, handler, methods=[method]) for place, handler, method in _ROUTES
    ]
    return FastAPI(
        routes=routes, lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None
    )
