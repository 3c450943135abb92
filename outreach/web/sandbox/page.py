"""The page of phones and groups: what the sandbox carrier has put on which screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from channels.parts import count_parts, split
from outreach.web.sandbox.carrier import carrier_of
from outreach.web.sandbox.store import Accepted, Post

_ZONE = ZoneInfo("Asia/Shanghai")
_LAST = 300  # messages looked at for one page
_PER_SCREEN = 5
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STATUSES = {
    "queued": "排队中",
    "sent": "已发出",
    "delivered": "已送达",
    "undelivered": "未送达",
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a screen, as the phone splits it."""

    pieces: list[str]
    parts: int | None
    status: str
    status_words: str
    when: str


@dataclass(slots=True)
class Screen:
    """A phone or a group, with its last messages, newest first."""

    title: str
    bubbles: list[Bubble]


async def show(request: Request) -> Response:
    """GET /"""
    store = carrier_of(request).store
    messages = store.listed(to=None, sender=None, before=None, limit=_LAST)
    counts = store.count_by_status()
    html = _template().render(
        phones=_screens((mask(one.recipient), one.recipient, _sms(one)) for one in messages),
        groups=_screens(
            (f"群 …{one.robot[-4:]}", one.robot, _post(one)) for one in store.posts(_LAST)
        ),
        total=sum(counts.values()),
        counts=[(words, counts.get(status, 0), status) for status, words in STATUSES.items()],
        pending=store.pending_receipts(),
        last=_LAST,
    )
    return HTMLResponse(html, headers=_HEADERS)


async def style(_: Request) -> Response:
    """GET /sandbox.css"""
    return Response(_read("sandbox.css"), media_type="text/css", headers=_HEADERS)


def mask(number: str) -> str:
    """+8613800001234 → 138****1234; any other number keeps its last two digits."""
    local = number.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) == 11 else f"****{number[-2:]}"


def _screens(rows: Iterable[tuple[str, str, Bubble]]) -> list[Screen]:
    screens: dict[str, Screen] = {}
    for title, address, bubble in rows:
        screen = screens.setdefault(address, Screen(title, []))
        if len(screen.bubbles) < _PER_SCREEN:
            screen.bubbles.append(bubble)
    return list(screens.values())


def _sms(one: Accepted) -> Bubble:
    words = STATUSES.get(one.status, one.status)
    if one.shown_error is not None:
        words = f"{words}（{one.shown_error}）"
    parts = count_parts(one.body).parts
    return Bubble(split(one.body), parts, one.status, words, _when(one.created))


def _post(one: Post) -> Bubble:
    return Bubble([one.content], None, "delivered", "已发到群", _when(one.created))


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, _ZONE):%m-%d %H:%M:%S}"


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_read("page.html"))


def _read(name: str) -> str:
    return resources.files(__package__ or __name__).joinpath(name).read_text("utf-8")
