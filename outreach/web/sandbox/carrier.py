"""Twilio's Messages API as the sandbox speaks it: post, list, fetch, with Twilio's error bodies."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.parts import count_parts
from outreach import clock
from outreach.web.sandbox import contents
from outreach.web.sandbox.faults import Course, Effect, FaultDeck
from outreach.web.sandbox.store import Accepted, Store

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_CHINESE_MOBILE = re.compile(r"\+861[3-9]")
_PAGE = 50
_MOST = 1000
_EARLY = 5.0
"""Seconds for which an answer waits for receipts that are to come before it."""

ERRORS: dict[int, tuple[int, str]] = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}
_FAILURES = {Effect.UNREACHABLE: 30003, Effect.NO_SUCH_NUMBER: 30005}
"""Effects that a receipt tells of."""
_REFUSALS = {
    Effect.OPTED_OUT: 21610,
    Effect.NOT_MOBILE: 21614,
    Effect.ERROR500: 20500,
    Effect.THROTTLE: 20429,
}


@dataclass(frozen=True, slots=True)
class SandboxAccount:
    """The one account that the sandbox knows. robot_secret: with which every DingTalk and Feishu robot signs."""

    sid: str = "AC" + "0" * 31 + "1"
    token: str = "sandbox-token"  # noqa: S105 - opens nothing but the sandbox
    robot_secret: str = "SECsandbox"  # noqa: S105 - likewise


@dataclass(slots=True)
class Carrier:
    """What every route of the sandbox works with.

    receipt_delay: seconds between two statuses. robot_limit: posts of one robot in a minute. blocked: robots that
    were too fast, with the end of their block in seconds since 1970; forgotten with the process.
    """

    store: Store
    deck: FaultDeck
    account: SandboxAccount
    receipt_delay: float
    robot_limit: int | None
    blocked: dict[str, float] = field(default_factory=dict)


def carrier_of(request: Request) -> Carrier:
    """The carrier that this application serves."""
    carrier: Carrier = request.app.state.carrier
    return carrier


def error(code: int) -> JSONResponse:
    """Twilio's error body."""
    status, message = ERRORS[code]
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    headers = {"Retry-After": "1"} if status == 429 else None
    return JSONResponse(body, status, headers)


async def create_message(request: Request) -> Response:
    """POST Messages.json."""
    carrier = carrier_of(request)
    if not is_allowed(request, carrier.account):
        return error(20003)
    body = (await request.body()).decode("utf-8", "replace")
    form = dict(parse_qsl(body, keep_blank_values=True))
    form["Body"], wrong = contents.filled(carrier.store, form)
    code = wrong or _complaint(form)
    if code is not None:
        return error(code)
    effect = carrier.deck.draw(form["To"])
    if effect in _REFUSALS:
        return error(_REFUSALS[effect])
    message = await _take(carrier, form, effect)
    return await spoil(request, effect, JSONResponse(as_json(message, carrier.account), 201))


async def _take(carrier: Carrier, form: dict[str, str], effect: Effect | None) -> Accepted:
    """Keep a message; returns when it may be answered."""
    failure = _FAILURES.get(effect) if effect is not None else None
    course, faults = carrier.deck.draw_course(), carrier.deck.faults
    wait = {Course.LATE: carrier.receipt_delay + faults.late_seconds, Course.EARLY: 0.0}
    delay = wait.get(course, carrier.receipt_delay) if course else carrier.receipt_delay
    message = carrier.store.accept(
        form=form,
        ending="delivered" if failure is None else "undelivered",
        error=failure,
        created=clock.now().timestamp(),
        due=None if course is Course.NEVER else time.time() + delay,
    )
    carrier.deck.note(message.id, course)
    until = time.monotonic() + _EARLY
    while course is Course.EARLY and time.monotonic() < until and carrier.store.awaits(message.id):
        await asyncio.sleep(0.01)
    return message


async def list_messages(request: Request) -> Response:
    """GET Messages.json, newest first; To, From, PageSize, and the page that next_page_uri names."""
    carrier = carrier_of(request)
    if not is_allowed(request, carrier.account):
        return error(20003)
    query = request.query_params
    size = min(max(_whole(query.get("PageSize"), _PAGE), 1), _MOST)
    last = carrier.store.find(query.get("PageToken", "").removeprefix("PA"))
    rows = carrier.store.listed(
        to=query.get("To"),
        sender=query.get("From"),
        before=last.id if last else None,
        limit=size + 1,
    )
    more = len(rows) > size
    rows = rows[:size]
    page = _whole(query.get("Page"), 0)
    asked = {name: query[name] for name in ("To", "From") if name in query}
    after = {"Page": str(page + 1), "PageToken": f"PA{rows[-1].sid}"} if more else {}
    path = request.url.path

    def uri(extra: Mapping[str, str]) -> str:
        return f"{path}?{urlencode({**asked, 'PageSize': str(size), **extra})}"

    return JSONResponse(
        {
            "messages": [as_json(row, carrier.account) for row in rows],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(len(rows) - 1, 0),
            "uri": uri({"Page": str(page)}),
            "first_page_uri": uri({"Page": "0"}),
            "previous_page_uri": None,
            "next_page_uri": uri(after) if more else None,
        }
    )


async def fetch_message(request: Request) -> Response:
    """GET Messages/{sid}.json."""
    carrier = carrier_of(request)
    if not is_allowed(request, carrier.account):
        return error(20003)
    message = carrier.store.find(request.path_params["sid"])
    return JSONResponse(as_json(message, carrier.account)) if message else error(20404)


async def spoil(request: Request, effect: Effect | None, answer: Response) -> Response:
    """The answer to something accepted, after the fault has been at it."""
    faults = carrier_of(request).deck.faults
    if effect is Effect.SLOW:
        await asyncio.sleep(faults.slow_seconds)
    elif effect is Effect.HOLD:
        await _hold(request, faults.hold_seconds)
    elif effect is Effect.DROP_AFTER and hasattr(request.state, "drop"):
        request.state.drop()
    elif effect in (Effect.GARBAGE, Effect.DROP_AFTER):  # a foreign server gives no way to drop
        return Response(b'{"sid": "SM', answer.status_code, media_type="application/json")
    return answer


def as_json(message: Accepted, account: SandboxAccount) -> dict[str, object]:
    """A Message resource as Twilio shows it."""
    created = format_datetime(datetime.fromtimestamp(message.created, UTC))
    failed = message.shown_error
    return {
        "sid": message.sid,
        "account_sid": account.sid,
        "to": message.recipient,
        "from": message.sender or None,
        "messaging_service_sid": message.service,
        "body": message.body,
        "status": message.status,
        "num_segments": str(count_parts(message.body).parts),
        "num_media": "0",
        "direction": "outbound-api",
        "date_created": created,
        "date_updated": created,
        "date_sent": None if message.status == "queued" else created,
        "error_code": failed,
        "error_message": None if failed is None else "Unreachable destination handset",
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account.sid}/Messages/{message.sid}.json",
    }


async def _hold(request: Request, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not await request.is_disconnected():
        await asyncio.sleep(0.02)


def is_allowed(request: Request, account: SandboxAccount, *, by_path: bool = True) -> bool:
    """Whether a request is the account's. by_path: its address names the account too."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return False
    right = hmac.compare_digest(given, f"{account.sid}:{account.token}".encode())
    named = not by_path or request.path_params["account"] == account.sid
    return right and named and scheme.lower() == "basic"


def _complaint(form: dict[str, str]) -> int | None:
    """The code of the first thing that is wrong with a new message."""
    to, body = form.get("To", ""), form.get("Body", "")
    checks = [
        (not to, 21604),
        (not _NUMBER.fullmatch(to), 21211),
        (to.startswith("+86") and not _CHINESE_MOBILE.match(to), 21614),
        (to.startswith("+86") and len(to) != 14, 21211),
        (not (form.get("From") or form.get("MessagingServiceSid")), 21603),
        (not body, 21602),
        (len(body) > 1600, 21617),
    ]
    return next((code for wrong, code in checks if wrong), None)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else default
