"""What a channel raises. An outcome of sending is returned, never raised (see base.Outcome).

ChannelError         a problem with a stable code and parameters
├── Rejected         asked wrongly: bad signature, unknown channel, unusable setting, refused account
├── Unavailable      nobody there, or too busy: ask again later, nothing has happened
└── Unknown          an answer came that cannot be relied on
"""

from __future__ import annotations


class ChannelError(Exception):
    """A problem outside a send: `code` is stable, `params` name the place."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        details = ", ".join(f"{key}={value!r}" for key, value in params.items())
        super().__init__(f"{code}({details})")


class Rejected(ChannelError):
    """Asked wrongly; asking again the same way is pointless."""


class Unavailable(ChannelError):
    """Nobody there, or too busy; nothing has happened."""


class Unknown(ChannelError):
    """An answer came that cannot be relied on."""
