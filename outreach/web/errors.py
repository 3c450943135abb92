"""Errors → status and words: a page for people, RFC 9457 problem details for programs. Input is never echoed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match

from outreach.errors import Conflict, Invalid, Misconfigured, Missing, OutreachError, Refused
from outreach.web.guard import LoggedOut
from outreach.web.render import bare_page
from outreach.web.views.common import Problem
from outreach.wording import Lang, say

_STATUS: tuple[tuple[type[OutreachError], int], ...] = (
    (Invalid, 422),
    (Missing, 404),
    (Refused, 403),
    (Conflict, 409),
    (Misconfigured, 503),
)
_HTTP = {
    400: "web.bad_request", 401: "web.logged_out", 403: "web.forbidden", 404: "web.not_found",
    405: "web.method_not_allowed", 413: "web.too_large", 422: "web.bad_form",
}  # fmt: skip


def status_of(error: OutreachError) -> int:
    """The HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def add_handlers(app: FastAPI) -> None:
    """Let the application answer every error in words."""
    app.add_exception_handler(OutreachError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _bad_form)
    app.add_exception_handler(LoggedOut, _logged_out)


def program_error(request: Request, number: str) -> Response:
    """The answer when our own code broke; `number` finds the log entry."""
    return _answer(request, 500, "web.internal", {"number": number})


def wants_json(request: Request) -> bool:
    """Whether a program is asking."""
    return request.url.path.startswith(("/api/", "/callbacks/", "/healthz", "/readyz"))


async def _ours(request: Request, error: Exception) -> Response:
    ours = cast("OutreachError", error)  # registered for this class only; the same below
    return _answer(request, status_of(ours), ours.code, ours.params)


async def _http(request: Request, error: Exception) -> Response:
    status = cast("HTTPException", error).status_code
    response = _answer(request, status, _HTTP.get(status, "web.bad_request"), {})
    if status == 405:
        response.headers["Allow"] = ", ".join(_methods_of(request.app.routes, request))
    return response


async def _bad_form(request: Request, error: Exception) -> Response:
    problems = cast("RequestValidationError", error).errors()
    # `input` and `ctx` stay behind: they are what somebody typed, and cannot always be encoded again.
    found = [
        {"loc": [str(part) for part in e["loc"]], "type": e["type"], "msg": e["msg"]}
        for e in problems
    ]
    fields = "、".join(sorted({str(item["loc"][-1]) for item in found if item["loc"]}))
    return _answer(request, 422, "web.bad_form", {"fields": fields}, errors=found)


async def _logged_out(request: Request, _error: Exception) -> Response:
    if wants_json(request) or request.headers.get("accept", "").startswith("text/event-stream"):
        return _answer(request, 401, "web.logged_out", {})
    back = request.url.path if request.method == "GET" else ""
    query = f"?{urlencode({'next': back}, safe='/')}" if back and back != "/" else ""
    return RedirectResponse(f"/login{query}", 303)


def _answer(
    request: Request,
    status: int,
    code: str,
    params: dict[str, object],
    errors: Sequence[object] = (),
) -> Response:
    if wants_json(request):
        lang: Lang = (
            "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"
        )
        body: dict[str, object] = {
            "type": f"urn:outreach:{code}", "title": say(f"web.status_{status}", lang), "status": status,
            "detail": say(code, lang, **params), "code": code,
        }  # fmt: skip
        if errors:
            body["errors"] = errors
        return JSONResponse(body, status, media_type="application/problem+json")
    title = say(f"web.status_{status}", "zh")
    return bare_page(request, "error.html", Problem(title, say(code, "zh", **params), code), status)


def _methods_of(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """Every method that some route answers at this path."""
    methods: set[str] = set()
    for route in routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    return sorted(methods)
