"""Bring a database to the newest tables."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from outreach.store import Store


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "outreach:migrations")
    config.set_main_option("path_separator", "os")
    return config


def migrate(store: Store, revision: str = "head") -> None:
    """Upgrade in one transaction: on both databases a failed migration leaves nothing behind."""
    config = _config()
    with store.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(store: Store, revision: str = "base") -> None:
    """Go back (tests and emergencies)."""
    config = _config()
    with store.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
