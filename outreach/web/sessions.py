"""Session cookies: signed, not stored. A cookie dies by idleness, by age, or when the account raises its number.

Everybody who sees a form gets a session, also before logging in, because the form's token is bound to it.
Logging in always begins a new one, so a cookie that somebody planted beforehand is worth nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.responses import Response

from outreach import clock
from outreach.access.schemas import Actor
from outreach.errors import Misconfigured

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
_TOUCH = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """What the cookie says. `user_id` 0 is somebody who has not logged in."""

    sid: str
    user_id: int
    session_no: int
    began: datetime
    seen: datetime


@dataclass
class Visitor:
    """Who sends a request: an actor, or nobody yet; and the session that their forms are bound to."""

    session: Session
    actor: Actor | None = None
    keep: bool = field(default=False)  # whether the cookie has to be written with the answer


class Sessions:
    """Signs and reads the cookie of one installation."""

    def __init__(self, secret: str, *, https: bool) -> None:
        if not secret:
            raise Misconfigured("settings.keys_missing")
        self.cookie = "__Host-outreach" if https else "outreach"
        self._https = https
        self._signer = URLSafeSerializer(
            secret,
            "session",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
        self._form_key = hashlib.sha256(b"form\x1f" + secret.encode()).digest()

    def begin(self, actor: Actor | None = None) -> Session:
        """A new session with a name of its own."""
        now = clock.now()
        user_id, number = (actor.id, actor.session_no) if actor else (0, 0)
        return Session(secrets.token_urlsafe(18), user_id, number, now, now)

    def read(self, value: str) -> Session | None:
        """The session of a cookie; None when it is forged, idle for too long, or too old."""
        try:
            sid, user_id, number, began, seen = self._signer.loads(value)
        except (BadSignature, ValueError, TypeError):
            return None
        session = Session(sid, user_id, number, _moment(began), _moment(seen))
        now = clock.now()
        alive = now - session.seen <= IDLE and now - session.began <= LONGEST
        return session if alive else None

    def write(self, response: Response, visitor: Visitor) -> None:
        """Put the cookie on an answer when it is new or a minute old."""
        now = clock.now()
        if now - visitor.session.seen >= _TOUCH:
            visitor.session, visitor.keep = replace(visitor.session, seen=now), True
        if not visitor.keep:
            return
        s = visitor.session
        value = self._signer.dumps(
            [s.sid, s.user_id, s.session_no, s.began.timestamp(), s.seen.timestamp()]
        )
        response.set_cookie(
            self.cookie, value, path="/", httponly=True, samesite="lax", secure=self._https, max_age=int(LONGEST.total_seconds())
        )  # fmt: skip

    def form_token(self, visitor: Visitor) -> str:
        """The token that every form of this session carries."""
        visitor.keep = visitor.keep or visitor.actor is None
        return hmac.new(self._form_key, visitor.session.sid.encode(), hashlib.sha256).hexdigest()

    def token_matches(self, visitor: Visitor, token: str) -> bool:
        """Whether a form was made for this session, compared in constant time."""
        return hmac.compare_digest(self.form_token(visitor).encode(), token.encode())


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
