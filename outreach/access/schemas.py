"""What access hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.access.roles import ROLE_NAMES, Action, Role, allowed
from outreach.access.scope import Scope


@dataclass(frozen=True)
class Actor:
    """A user who is at work: what `by` is written from, and what every permission is asked of."""

    id: int
    name: str
    display: str
    role: Role
    region: str
    session_no: int
    lists: tuple[str, ...] = ()  # what a department may hand in: income.dibao, applied:elder-80

    @property
    def scope(self) -> Scope:
        """The part of the register that this user sees."""
        return Scope(self.region)

    @property
    def shown(self) -> str:
        """The name on pages."""
        return self.display or self.name

    @property
    def role_name(self) -> str:
        """The role's name on pages."""
        return ROLE_NAMES[self.role]

    def may(self, action: Action) -> bool:
        """Whether this user's role allows the action."""
        return allowed(self.role, action)


@dataclass(frozen=True)
class Credentials:
    """What a log-in is compared with."""

    actor: Actor
    password: str  # the hash
    active: bool
    locked_until: datetime | None


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit log."""

    id: int
    at: datetime
    by: str
    action: str
    thing: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class UserRecord:
    """One row of the accounts page; the password is never part of it."""

    id: int
    name: str
    display: str
    role: Role
    region: str
    active: bool
    locked_until: datetime | None
    has_password: bool
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewUser:
    """An account to be added. `password` None makes a random one; '' makes an account that cannot log in."""

    name: str
    role: str
    region: str = ""
    display: str = ""
    password: str | None = None
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Login:
    """What became of a name and password: an actor, or the code of a refusal."""

    actor: Actor | None
    code: str = ""
    user_id: int | None = None
    minutes: int = 0  # how long the account is still locked
    name: str = ""  # of an existing account only: what strangers type is not kept
