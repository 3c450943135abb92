"""The outermost layer: security headers on every answer, and a plain page when a program error gets out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("outreach.web")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class Outermost:
    """ASGI layer around everything else; `fail` makes the answer to a program error from its log number."""

    def __init__(
        self, app: ASGIApp, *, https: bool, fail: Callable[[Request, str], Response]
    ) -> None:
        self._app = app
        self._fail = fail
        self._fixed = dict(_FIXED)
        if https:
            self._fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and when that fails before anything was sent, answer with the error page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            number = secrets.token_hex(4)
            # The route's pattern, not the address: an address may hold what somebody typed.
            log.exception("request failed", extra={"number": number, "route": _pattern(scope)})
            if started:
                raise
            await self._fail(Request(scope), number)(scope, receive, with_headers)

    def _add(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in self._fixed.items():
            headers[name] = value
        if scope["path"].startswith("/static/") and b"v=" in scope["query_string"]:
            headers["Cache-Control"] = _FOR_EVER
        elif "cache-control" not in headers:
            headers["Cache-Control"] = "no-store"  # pages hold people; office computers are shared


def _pattern(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "?")
