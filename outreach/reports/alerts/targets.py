"""Who is told of alerts: an e-mail address, or the robot of an office group. Addresses stand encrypted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from channels import registry
from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.alerts import AlertTarget
from outreach.models.deliveries import Account
from outreach.people.queries import regions
from outreach.reports.alerts.schemas import TargetView
from outreach.store import upsert
from outreach.vault import Vault

FIELD = "alert_target"
"""Under which the vault keeps an address."""

_EMAIL = re.compile(r"[^@\s,;<>\"()]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_LONGEST = 40


@dataclass(frozen=True)
class NewTarget:
    """A target to be added. account: of group robots, '' for e-mail; address: in clear, as it was pasted."""

    name: str
    address: str
    account: str = ""
    region: str = ""

    @property
    def kind(self) -> str:
        """email or robot."""
        return "robot" if self.account else "email"


def add(connection: Connection, vault: Vault, new: NewTarget, by: str) -> int:
    """Add a target; its number. One of the same kind and name that has ended gets the new address.

    Invalid alerts.target_name, alerts.email, alerts.robot, alerts.robot_account, people.region_unknown; Conflict
    alerts.target_taken.
    """
    name, pasted = new.name.strip(), " ".join(new.address.split())
    if not 0 < len(name) <= _LONGEST:
        raise Invalid("alerts.target_name")
    if new.region and not regions.by_codes(connection, [new.region]):
        raise Invalid("people.region_unknown", region=new.region)
    values = {
        "address": vault.encrypt(FIELD, pasted), "account_id": _account(connection, new, pasted),
        "region": new.region, "by": by, "at": clock.now(), "ended_at": None,
    }  # fmt: skip
    statement = upsert(connection, AlertTarget).values(kind=new.kind, name=name, **values)
    ended = AlertTarget.ended_at.is_not(None)
    kept = statement.on_conflict_do_update(
        index_elements=["kind", "name"], set_=values, where=ended
    )
    key: int | None = connection.scalar(kept.returning(AlertTarget.id))
    if key is None:
        raise Conflict("alerts.target_taken", name=name)
    _note(connection, by, name, {"move": "add", "kind": new.kind, "region": new.region})
    return key


def _account(connection: Connection, new: NewTarget, pasted: str) -> int | None:
    if not new.account:
        if not _EMAIL.fullmatch(pasted):
            raise Invalid("alerts.email", value=pasted)
        return None
    row = connection.execute(
        select(Account.id, Account.provider).where(Account.name == new.account)
    ).one_or_none()
    if row is None or row.provider not in registry.ROBOTS:
        raise Invalid("alerts.robot_account", account=new.account)
    if registry.robot(row.provider).address(pasted) is None:
        raise Invalid("alerts.robot")
    return int(row.id)


def listed(connection: Connection, *, ended: bool = False) -> list[TargetView]:
    """Targets by kind and name; those that have ended only when asked for."""
    names = [name for name in TargetView.__dataclass_fields__ if name != "account"]
    statement = (
        select(*[getattr(AlertTarget, name) for name in names], Account.name.label("account"))
        .outerjoin(Account, Account.id == AlertTarget.account_id)
        .order_by(AlertTarget.kind, AlertTarget.name)
    )
    if not ended:
        statement = statement.where(AlertTarget.ended_at.is_(None))
    rows = connection.execute(statement).mappings()
    return [TargetView(**{**row, "account": row["account"] or ""}) for row in rows]


def end(connection: Connection, name: str, by: str) -> None:
    """Nobody is told there any more. Missing alerts.target_unknown."""
    mine = (AlertTarget.name == name) & AlertTarget.ended_at.is_(None)
    if not connection.execute(
        update(AlertTarget).where(mine).values(ended_at=clock.now())
    ).rowcount:
        known = "、".join(one.name for one in listed(connection)) or "–"
        raise Missing("alerts.target_unknown", name=name, known=known)
    _note(connection, by, name, {"move": "end"})


def masked(vault: Vault, target: TargetView) -> str:
    """z***@example.cn; of a robot the last four characters of its key."""
    address = vault.decrypt(FIELD, target.address)
    if target.kind == "email":
        name, _, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    return f"…{address.split()[0][-4:]}"


def covers(target: TargetView, region: str) -> bool:
    """Whether an alert about a region is said there: it lies inside the target's own."""
    return Scope(target.region).covers(region)


def _note(connection: Connection, by: str, name: str, detail: dict[str, object]) -> None:
    audit.record(connection, by, Action.ALERTS_MANAGE, f"alert_target:{name}", detail)
