"""The one place where an installation is put together, by hand: settings, keys, database, senders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy import select

import channels
import outreach
import segments
from outreach import clock
from outreach.deliveries import leases
from outreach.errors import Misconfigured
from outreach.models.people import Region
from outreach.runtime.embedded import Embedded
from outreach.runtime.timetable import Timetable
from outreach.settings import Settings, load, write_missing_keys
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.upkeep.moving import refuse_moved
from outreach.vault import Vault

if TYPE_CHECKING:
    from outreach.runtime.distributed import Distributed


@dataclass(frozen=True)
class Part:
    """What a process does of the sending. accounts: these only (None: all); concurrency: accounts at once."""

    senders: bool = True
    accounts: Collection[int] | None = None
    concurrency: int = 8


@dataclass(frozen=True)
class Installation:
    """One office's Outreach. Commands and pages get this and nothing else.

    demo: everything here is invented, and every page and sheet says so.
    """

    settings: Settings
    store: Store
    demo: bool = False

    @cached_property
    def vault(self) -> Vault:
        """The keys; Misconfigured until `outreach migrate` has written them."""
        return self.settings.vault()

    @cached_property
    def place(self) -> str:
        """The name of the region that this installation serves, for the head of every page."""
        with self.store.read() as connection:
            name = connection.scalar(select(Region.name).where(Region.code == self.settings.region))
        return name or ""

    def using(self, settings: Settings) -> Installation:
        """The same database with other settings (the demo points its accounts at the sandbox)."""
        return replace(self, settings=settings)

    def close(self) -> None:
        """Give everything back."""
        self.store.close()


def refuse_foreign_packages() -> None:
    """`segments` and `channels` are common names: another distribution's package would be run as ours."""
    home = Path(outreach.__file__).parent.parent
    for package in (segments, channels):
        place = Path(str(package.__file__)).parent
        if place.parent != home:
            raise Misconfigured("settings.foreign_package", name=package.__name__, path=place)


def demo_mark(settings: Settings) -> Path:
    """The file by which an installation is known to be a demonstration."""
    return settings.data_dir / "demo"


def open_installation(
    data_dir: Path | None = None, settings: Settings | None = None
) -> Installation:
    """Open an installation whose tables exist already."""
    refuse_foreign_packages()
    chosen = settings or load(data_dir)
    clock.live_in(chosen.zone)
    chosen.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(chosen.url)
    refuse_moved(chosen.data_dir, store.dialect)
    return Installation(chosen, store, demo=demo_mark(chosen).exists())


def prepare(data_dir: Path | None = None) -> tuple[Installation, list[str]]:
    """Write missing keys and bring the tables up to date; returns the names of the keys that were written."""
    settings = load(data_dir)
    written = write_missing_keys(settings)
    installation = open_installation(settings=load(settings.data_dir))
    if installation.store.dialect == "sqlite":
        # Facts stand in it in clear: a new file is for nobody else, and so are those that the database puts beside it.
        Path(str(installation.store.writer.url.database)).touch(mode=0o600)
    migrate(installation.store)
    return installation, written


@contextmanager
def sole_sender(settings: Settings) -> Iterator[None]:
    """Hold the data folder: one process sends from it. The kernel lets go of a killed process's lock."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.data_dir / "outreach.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Misconfigured("settings.data_dir_busy", path=settings.data_dir) from error
    try:
        yield
    finally:
        lock.release()


def take_over(installation: Installation) -> None:
    """Whoever holds the folder's lock knows that no other sender of this SQLite file lives: old leases are void."""
    if installation.store.dialect == "sqlite":
        with installation.store.begin() as connection:
            leases.take_over(connection)


def is_distributed(installation: Installation) -> bool:
    """Whether several processes share the work here; Misconfigured engine.needs_postgresql when they cannot."""
    on_sqlite = installation.store.dialect == "sqlite"
    chosen = installation.settings.engine or ("embedded" if on_sqlite else "distributed")
    if chosen == "distributed" and on_sqlite:
        raise Misconfigured("engine.needs_postgresql")
    return chosen == "distributed"


def engine_for(installation: Installation, part: Part) -> Embedded | Distributed:
    """The engine of this process. Misconfigured when it cannot be had, or nobody would send."""
    store, vault, settings = installation.store, installation.vault, installation.settings
    if not is_distributed(installation):
        if not part.senders:
            raise Misconfigured("engine.nobody_sends")
        return Embedded(store, vault, settings)
    from outreach.runtime.distributed import Distributed

    return Distributed(
        store, vault, settings, senders=part.senders, accounts=part.accounts, concurrency=part.concurrency,
    )  # fmt: skip


@contextmanager
def sending(
    installation: Installation,
    *chores: Callable[[], object],
    part: Part = Part(),
) -> Iterator[Embedded | Distributed]:
    """Senders and timetable, running until the block ends; `chores` are done with each sweep."""
    engine = engine_for(installation, part)
    timetable = Timetable(installation.store, installation.settings, engine, chores=chores)
    engine.start()
    timetable.start()
    try:
        yield engine
    finally:
        engine.stop()  # first: what is in hand is finished while the sweep comes to its end
        timetable.stop()
