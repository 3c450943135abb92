"""Rules about accounts: adding, logging in with a lock-out, passwords, ending sessions.

Hashing is slow on purpose, so it never happens inside a write transaction: `check_login` and
`check_password` read, `settle_login` and `change_password` write what they found.
"""

from __future__ import annotations

import re
from datetime import timedelta
from math import ceil

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit, passwords, queries
from outreach.access.roles import Action, Role
from outreach.access.schemas import Actor, Login, NewUser
from outreach.errors import Conflict, Invalid, Missing, Refused
from segments import vocabulary

LOCK_AFTER = 5  # wrong passwords in a row
LOCK_MINUTES = 1  # doubled by every further one
LOCK_MINUTES_MOST = 60

_NAME = re.compile(r"[\w.\-]{1,40}")
_REGION = re.compile(r"[0-9A-Za-z\-]{0,40}")


def add_user(connection: Connection, user: NewUser, hashed: str, by: str) -> int:
    """Add an account with the password's hash (`prepare` makes it); returns its id.

    Invalid: a name, role, region or list that cannot be; Conflict: the name is taken.
    """
    if user.role not in {role.value for role in Role}:
        raise Invalid("access.role_unknown", roles="、".join(Role))
    if not _NAME.fullmatch(user.name):
        raise Invalid("access.name_form")
    if not _REGION.fullmatch(user.region):
        raise Invalid("access.region_form")
    for one in user.lists:
        _check_list(user.role, one)
    if queries.name_taken(connection, user.name):
        raise Conflict("access.name_taken", name=user.name)
    values = {
        "name": user.name, "display": user.display, "role": user.role, "region": user.region,
        "lists": list(user.lists), "password": hashed, "session_no": 0, "failures": 0, "active": True, "created_at": clock.now(),
    }  # fmt: skip
    user_id = queries.insert_user(connection, values)
    detail = {"role": user.role, "region": user.region, "lists": list(user.lists)}
    audit.record(connection, by, Action.ACCOUNTS_MANAGE, f"user:{user.name}", {"added": detail})
    return user_id


def _check_list(role: str, list_ref: str) -> None:
    """A circumstance, or who applied for or received a policy; whether that policy exists is asked at the hand-in."""
    if role != Role.DEPARTMENT:
        raise Invalid("access.lists_of_departments")
    fact, _, policy = list_ref.partition(":")
    known = {one.code for one in vocabulary.CIRCUMSTANCES}
    if list_ref not in known and not (fact in ("applied", "received") and policy):
        raise Invalid("access.list_unknown", value=list_ref)


def prepare(user: NewUser) -> tuple[str, str]:
    """The password of a new account (its own, or a random one) and the hash to keep; outside any transaction."""
    if user.password == "":
        return "", ""
    password = user.password or passwords.new_password()
    return password, passwords.hash_password(password)


def check_login(connection: Connection, name: str, password: str) -> Login:
    """Compare a name and password with the register. Reads only, and takes as long for a stranger."""
    found = queries.credentials(connection, name)
    if found is None:
        passwords.matches("", password)
        return Login(None, "access.login_wrong")
    actor, now = found.actor, clock.now()
    if found.locked_until is not None and found.locked_until > now:
        minutes = ceil((found.locked_until - now) / timedelta(minutes=1))
        return Login(None, "access.login_locked", actor.id, minutes, actor.name)
    if not passwords.matches(found.password, password) or not found.active:
        return Login(None, "access.login_wrong", actor.id, name=actor.name)
    return Login(actor, user_id=actor.id, name=actor.name)


def settle_login(connection: Connection, login: Login) -> Login:
    """Write what a log-in leaves behind: failures and a lock, or a fresh start. Returns what is true now.

    It does not raise, because a failure has to be kept; `admit` turns the answer into an error afterwards.
    """
    if login.actor is not None:
        if queries.open_session(connection, login.actor.id, clock.now()):
            audit.record(connection, login.name, Action.LOGIN)
            return login
        return Login(None, "access.login_wrong", login.user_id, name=login.name)
    if login.code == "access.login_wrong" and login.user_id is not None:
        return _count_failure(connection, login, login.user_id)
    return login


def _count_failure(connection: Connection, login: Login, user_id: int) -> Login:
    failures = queries.count_failure(connection, user_id)
    audit.record(connection, login.name, Action.LOGIN_FAILED, detail={"in_a_row": failures})
    if failures < LOCK_AFTER:
        return login
    minutes = min(LOCK_MINUTES * 2 ** min(failures - LOCK_AFTER, 16), LOCK_MINUTES_MOST)
    queries.lock(connection, user_id, clock.now() + timedelta(minutes=minutes))
    audit.record(connection, login.name, Action.LOCKED, detail={"minutes": minutes})
    return Login(None, "access.login_locked", user_id, minutes, login.name)


def admit(login: Login) -> Actor:
    """The actor of a settled log-in; Refused(access.login_wrong | access.login_locked) otherwise."""
    if login.actor is None:
        raise Refused(login.code, minutes=login.minutes)
    return login.actor


def actor_named(connection: Connection, name: str) -> Actor:
    """The active user of that name (`--as USER`); Missing otherwise."""
    actor = queries.actor_by_name(connection, name)
    if actor is None:
        raise Missing("access.no_such_user", name=name)
    return actor


def require(actor: Actor, action: Action) -> None:
    """Refused(access.not_allowed) unless the actor's role allows the action."""
    if not actor.may(action):
        raise Refused("access.not_allowed", role=actor.role_name)


def require_list(actor: Actor, list_ref: str) -> None:
    """Refused(access.list_not_yours) when a department hands in what is not its own; officers hand in any list."""
    require(actor, Action.LISTS_HAND_IN)
    if actor.role is Role.DEPARTMENT and list_ref not in actor.lists:
        raise Refused("access.list_not_yours", value=list_ref)


def check_password(connection: Connection, actor: Actor, password: str) -> None:
    """Refused unless this is the actor's present password. Reads only."""
    if not passwords.matches(queries.password_hash(connection, actor.id), password):
        raise Refused("access.password_wrong")


def change_password(connection: Connection, user: Actor, hashed: str, by: str) -> None:
    """Keep a new hash (`passwords.hash_password`); every session of the user ends."""
    queries.set_password(connection, user.id, hashed)
    audit.record(connection, by, Action.SELF if by == user.name else Action.ACCOUNTS_MANAGE, f"user:{user.name}",
                 {"changed": "password"})  # fmt: skip


def end_sessions(connection: Connection, user: Actor, by: str) -> None:
    """Log the user out everywhere."""
    queries.raise_session(connection, user.id)
    audit.record(connection, by, Action.LOGOUT, f"user:{user.name}")


def close_account(connection: Connection, user: Actor, by: str) -> None:
    """The user cannot log in any more; what they did keeps their name."""
    queries.set_active(connection, user.id, False)
    audit.record(connection, by, Action.ACCOUNTS_MANAGE, f"user:{user.name}", {"closed": True})
