"""One bounded HTTP session per adapter, and what its failures mean for a message.

The line that matters: before a request could leave, sending again is safe (deferred); after, the
carrier may have the message (unknown). Nothing here ever repeats a request: aiohttp itself repeats
only idempotent methods on a stale connection, never a POST.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import aiohttp

from channels.base import Outcome
from channels.errors import Rejected
from channels.timely import Body

# An idle connection that the other side has closed turns a POST into an unknown; let go of it first
# (servers commonly wait 5 s or more).
_KEEP_ALIVE = 4.0
_FORM = "application/x-www-form-urlencoded"
_LONG_NUMBER = re.compile(r"\d{5,}(?=\d{2})")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `total` is for one request with its answer, `connect` for getting a connection."""

    total: float = 15.0
    connect: float = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer. `retry_after` in seconds, where the other side said so."""

    status: int
    text: str
    retry_after: float | None = None


class Transport:
    """A lazily opened session that never follows redirects, keeps no cookies and reads no proxy
    settings, so that a loopback address stays on this machine.
    """

    def __init__(self, base_url: str, *, timeouts: Timeouts, connections: int = 32) -> None:
        self.base_url = checked_base_url(base_url)
        self._timeout = aiohttp.ClientTimeout(total=timeouts.total, connect=timeouts.connect)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request, with a form or the bytes of a body. Raises aiohttp.ClientError, TimeoutError or UnicodeDecodeError."""
        if form:
            # encoded here: aiohttp's own way takes several times as long, once for every message
            headers = {"Content-Type": _FORM, **(headers or {})}
            body = urlencode(form).encode()
        data = None if body is None else Body(body)
        async with self._open().request(
            method, url, params=params, data=data, headers=headers, allow_redirects=False
        ) as response:
            text = await response.text("utf-8")
            return Answer(response.status, text, _seconds(response.headers.get("Retry-After")))

    async def aclose(self) -> None:
        """Close the session; a later request opens a new one."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=_KEEP_ALIVE
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        return self._session


FAILURES = (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError)


def outcome_of_failure(error: BaseException) -> Outcome:
    """What one of FAILURES means for the message that was being handed over."""
    detail = blacken(str(error) or type(error).__name__)
    # ConnectionTimeoutError also covers waiting for a free connection: nothing has left yet.
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
        return Outcome("deferred", error_code="connect", detail=detail)
    if isinstance(error, TimeoutError):
        return Outcome("unknown", error_code="timeout", detail=detail)
    if isinstance(error, UnicodeDecodeError | aiohttp.ClientPayloadError):
        return Outcome("unknown", error_code="unreadable", detail=detail)
    return Outcome("unknown", error_code="dropped", detail=detail)


def outcome_of_status(answer: Answer) -> Outcome:
    """What an HTTP status without a carrier's own code means; for anything but a clear success."""
    code, detail = f"http_{answer.status}", blacken(answer.text)
    if answer.status == 429:
        return Outcome("deferred", error_code=code, detail=detail, retry_after=answer.retry_after)
    if 400 <= answer.status < 500 and answer.status != 408:
        # No word from the carrier itself: wrong base URL, a proxy, a closed account.
        return Outcome("refused", error_code=code, detail=detail, stop_campaign=True)
    return Outcome("unknown", error_code=code, detail=detail)


def blacken(text: str) -> str:
    """A carrier's sentence fit for logs: short, and long numbers reduced to their last two digits."""
    return _LONG_NUMBER.sub("…", text)[:300]


def checked_base_url(base_url: str) -> str:
    """The URL without a trailing slash. Rejected when it is not http(s) with a host and no more."""
    try:
        parts = urlsplit(base_url)
        host = (parts.hostname or "").encode("idna")  # refuses empty and overlong labels
        usable = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
        usable = usable and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        usable = False
    usable = usable and not any(character.isspace() for character in base_url)
    if not usable:
        raise Rejected("channels.base_url", url=base_url)
    return base_url.rstrip("/")


def is_loopback(base_url: str) -> bool:
    """Whether requests to this URL stay on this machine: `localhost`, 127.0.0.0/8 or ::1, no more."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; the date form is not worth a clock here."""
    return float(header) if header is not None and header.isascii() and header.isdigit() else None
