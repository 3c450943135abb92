"""What a command is given: where the data lies, and the installation when the command needs one.

Heavy modules are imported inside, so that `outreach --help` and commands without a database start at once.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.errors import Misconfigured, Refused

if TYPE_CHECKING:
    from outreach.access.roles import Action
    from outreach.bootstrap import Installation
    from outreach.settings import Settings
    from outreach.store import Store


@dataclass(frozen=True)
class Here:
    """One call of `outreach`: the folder given with --data (None: the setting), and whether JSON is wanted."""

    data_dir: Path | None
    as_json: bool = False

    def settings(self) -> Settings:
        """The settings; Misconfigured when one cannot be read."""
        from outreach.settings import load

        return load(self.data_dir)

    def today(self) -> date:
        """The date in the business zone."""
        from outreach import clock

        return clock.today(self.settings().zone)

    @contextmanager
    def installation(self) -> Iterator[Installation]:
        """The opened installation; Misconfigured when its tables are not there or not of this version."""
        from sqlalchemy.exc import OperationalError

        from outreach.bootstrap import open_installation

        log_to_stderr()
        settings = self.settings()
        _require_file(settings)
        office = open_installation(settings=settings)
        try:
            try:
                require_tables(office.store)
            except OperationalError as error:
                raise Misconfigured("cli.database", reason=str(error.orig).strip()) from error
            yield office
        finally:
            office.close()

    def tell(self, line: str) -> None:
        """A line for people while the command goes on; nothing under --json."""
        if not self.as_json:
            print(line, flush=True)


def _require_file(settings: Settings) -> None:
    """SQLite would make an empty database in a folder that was only mistyped."""
    path = settings.data_dir / "outreach.db"
    if not settings.database_url and not path.exists():
        raise Misconfigured("cli.not_migrated", place=path)


def require_tables(store: Store) -> None:
    """Misconfigured unless the database has the tables of this version."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with store.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise Misconfigured("cli.not_migrated", place=store.reader.url.render_as_string())
    newest = ScriptDirectory(str(Path(__file__).parent.parent / "migrations")).get_current_head()
    if found != newest:
        raise Misconfigured("cli.other_tables", found=found, newest=newest)


def acting(
    office: Installation, user: str | None, action: Action, region: str | None = None
) -> str:
    """Who the log says it was: `--as USER` with the right to do it, else whoever is logged in on the machine.

    Refused when the installation does not let the command line act for its users, when the user's role does not
    allow the action, or `region` lies outside the user's; Missing when there is no such user.
    """
    from outreach.access import service

    if user is None:
        return machine_user()
    if not (office.demo or office.settings.cli_may_act):
        raise Refused("cli.may_not_act", user=user)
    with office.store.read() as connection:
        actor = service.actor_named(connection, user)
    service.require(actor, action)
    if region is not None:
        actor.scope.require(region)
    return actor.name


def acting_on(office: Installation, ref: str, user: str | None, action: Action) -> str:
    """The acting user, who must be responsible for the campaign's region; Missing for an unknown campaign."""
    from outreach.campaigns import service

    with office.store.read() as connection:
        region = service.get(connection, ref)["region"]
    return acting(office, user, action, region)


def machine_user() -> str:
    """`cli:name` of the account on the machine; a colon cannot stand in the name of a user of Outreach."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):  # a container without an entry for its user
        return "cli:"


def log_to_stderr() -> None:
    """Logs never mix with what a command answers."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
