"""An application over an empty installation, and people who use it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from outreach.access import passwords, service
from outreach.access.schemas import NewUser
from outreach.settings import Settings
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from outreach.web.app import create_app

PASSWORD = "correct horse battery"


@cache
def hashed() -> str:
    """The hash of PASSWORD."""
    return passwords.hash_password(PASSWORD)


@dataclass(frozen=True)
class Installation:
    """What bootstrap hands over, as far as these tests need it."""

    store: Store
    vault: Vault
    settings: Settings
    place: str = "示范县（演示）"
    demo: bool = False


class Browser(TestClient):
    """A client that fills in forms as a browser does."""

    def token(self, path: str = "/login") -> str:
        """The form token on a page."""
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', self.get(path).text)
        assert found, f"no form on {path}"
        return found.group(1)

    def log_in(self, name: str, password: str = PASSWORD, **fields: str) -> int:
        """Send the log-in form; the status of the answer."""
        data = {"name": name, "password": password, "form_token": self.token(), **fields}
        return self.post("/login", data=data).status_code


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy. The web has no SQL of its own, so one database is enough here."""
    path = tmp_path_factory.mktemp("web") / "migrated.db"
    opened = open_store(f"sqlite:///{path}")
    migrate(opened)
    opened.close()
    return path


@pytest.fixture
def installation(migrated: Path, vault: Vault, tmp_path: Path) -> Iterator[Installation]:
    """An empty installation."""
    path = tmp_path / "outreach.db"
    shutil.copy(migrated, path)
    store = open_store(f"sqlite:///{path}")
    yield Installation(store, vault, Settings(data_dir=tmp_path, secret_key=new_key()))
    store.close()


@pytest.fixture
def add_user(installation: Installation) -> Callable[..., None]:
    """Adds a user with PASSWORD: add_user(name, role, region='')."""

    def add(name: str, role: str, region: str = "") -> None:
        with installation.store.begin() as connection:
            service.add_user(
                connection, NewUser(name, role, region, f"{name}某"), hashed(), by="test"
            )

    return add


@pytest.fixture
def browser(installation: Installation) -> Iterator[Browser]:
    """Nobody is logged in yet; redirects are shown, not followed."""
    with Browser(create_app(installation), follow_redirects=False) as client:
        yield client
