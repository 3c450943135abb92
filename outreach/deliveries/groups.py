"""Residents' groups: which village's, and who posts there: an account's robot, or somebody who copies the text into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from channels import registry
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries.proofs import BY_HAND
from outreach.errors import Conflict, Invalid
from outreach.models.deliveries import Account, GroupChat
from outreach.models.people import Region
from outreach.store import upsert
from outreach.vault import Vault

FIELD = "group"
"""Under which the vault keeps a robot's address."""


@dataclass(frozen=True)
class NewGroup:
    """A group and, as the officer pasted it, its robot's address (see channels.robots); '' where people post."""

    account: str
    region: str
    name: str
    pasted: str


@dataclass(frozen=True)
class GroupView:
    """A group without its address."""

    region: str
    place: str
    name: str
    account: str


def keep(connection: Connection, vault: Vault, group: NewGroup, by: str) -> None:
    """Write a group, or the new account and address of the one with this region and name.

    Invalid: no such account for groups, no such region, an address that cannot be read. Conflict: another group
    has this robot already, which would post everything twice.
    """
    account = connection.execute(
        select(Account.id, Account.provider).where(
            Account.name == group.account, Account.channel == "group"
        )
    ).one_or_none()
    if account is None:
        raise Invalid("deliveries.group_account", account=group.account)
    if connection.scalar(select(Region.code).where(Region.code == group.region)) is None:
        raise Invalid("people.region_unknown", region=group.region)
    if account.provider != BY_HAND:
        _check_robot(connection, vault, account.provider, group)
    sealed = vault.encrypt(FIELD, " ".join(group.pasted.split()))
    changed = {"account_id": account.id, "address": sealed}
    row = {"region": group.region, "name": group.name, **changed}
    statement = upsert(connection, GroupChat).values(row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["region", "name"], set_=changed)
    )
    detail = {"region": group.region, "name": group.name}
    audit.record(
        connection, by, Action.CHANNELS_MANAGE, f"account:{group.account}", {"group": detail}
    )


def _check_robot(connection: Connection, vault: Vault, provider: str, group: NewGroup) -> None:
    key = robot_key(provider, group.pasted)
    if key is None:
        raise Invalid("deliveries.group_address", name=group.name)
    for there, other in _keys(connection, vault, provider):
        if other == key and (there.region, there.name) != (group.region, group.name):
            raise Conflict("deliveries.group_robot_taken", name=there.name, region=there.region)


def listed(connection: Connection) -> list[GroupView]:
    """Every group, by region and name."""
    statement = (
        select(GroupChat.region, Region.name, GroupChat.name, Account.name)
        .join(Account, Account.id == GroupChat.account_id)
        .outerjoin(Region, Region.code == GroupChat.region)
        .order_by(GroupChat.region, GroupChat.name)
    )
    return [
        GroupView(region, place or "", name, account)
        for region, place, name, account in connection.execute(statement)
    ]


def unreadable(connection: Connection, vault: Vault, account: int, provider: str) -> list[str]:
    """The names of an account's groups whose robot's address cannot be read."""
    if provider == BY_HAND:
        return []
    statement = select(GroupChat.name, GroupChat.address).where(GroupChat.account_id == account)
    return [
        name
        for name, sealed in connection.execute(statement.order_by(GroupChat.id))
        if robot_key(provider, vault.decrypt(FIELD, sealed)) is None
    ]


def robot_key(provider: str, pasted: str) -> str | None:
    """What tells one robot from another; None for an address that cannot be read."""
    if provider not in registry.ROBOTS:
        return pasted.strip() or None
    address = registry.robot(provider).address(pasted)
    return address.key if address else None


def _keys(
    connection: Connection, vault: Vault, provider: str
) -> Iterator[tuple[GroupView, str | None]]:
    """Every group of a provider's accounts with its robot's key."""
    statement = (
        select(GroupChat.region, GroupChat.name, Account.name, GroupChat.address)
        .join(Account, Account.id == GroupChat.account_id)
        .where(Account.provider == provider)
    )
    for region, name, account, sealed in connection.execute(statement).all():
        yield (
            GroupView(region, "", name, account),
            robot_key(provider, vault.decrypt(FIELD, sealed)),
        )
