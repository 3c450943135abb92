"""Passwords: Argon2id (RFC 9106, second recommended option), two at a time because each takes 64 MiB."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from outreach.errors import Invalid

MIN_LENGTH = 10
MAX_LENGTH = 200  # longer ones would only cost time
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread on paper

_hasher = PasswordHasher()
_turn = threading.BoundedSemaphore(2)


def hash_password(text: str) -> str:
    """The Argon2id hash to keep; Invalid when too short or too long. Slow: never inside a write transaction."""
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
        raise Invalid("access.password_length", at_least=MIN_LENGTH, at_most=MAX_LENGTH)
    with _turn:
        return _hasher.hash(text)


def matches(hashed: str, text: str) -> bool:
    """Whether the password is the one of the hash. An absent hash takes as long as a wrong password."""
    if len(text) > MAX_LENGTH:
        return False
    with _turn:
        try:
            _hasher.verify(hashed or _nobody(), text)
        except (VerificationError, InvalidHashError):
            return False
    return bool(hashed)


def new_password() -> str:
    """A random one that can be read out and typed: four groups, 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
