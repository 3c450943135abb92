"""A small town with an office: accounts of each role, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from httpx2 import Response

from outreach import clock
from outreach.access import service as accounts
from outreach.access.schemas import NewUser
from outreach.campaigns import queries, schedule, service
from outreach.store import Store
from outreach.web.app import create_app
from tests import town
from tests.web import conftest
from tests.web.conftest import Browser, Installation

USERS: Mapping[str, tuple[str, str]] = {
    "zhou": ("officer", town.COUNTY),
    "dong": ("officer", town.EAST),
    "chen": ("manager", town.COUNTY),
    "wu": ("worker", town.EAST),
    "xi": ("worker", town.WEST),
    "he": ("evaluator", town.COUNTY),
    "ke": ("department", town.COUNTY),
}


@dataclass(frozen=True)
class Office:
    """An installation with people in it."""

    home: Installation
    app: Any

    @property
    def store(self) -> Store:
        """Its database."""
        return self.home.store

    def enter(self, name: str) -> Browser:
        """A browser in which somebody is logged in."""
        browser = Browser(self.app, follow_redirects=False)
        assert browser.log_in(name) == 303
        return browser

    def status(self, ref: str = "winter") -> str:
        """Where a campaign stands."""
        with self.store.read() as connection:
            return str(service.get(connection, ref)["status"])

    def hash(self, ref: str = "winter") -> str:
        """What its signatures are bound to."""
        with self.store.read() as connection:
            return str(service.get(connection, ref)["frozen_hash"])

    def write(self, by: str = "zhou", **changes: Any) -> None:
        """A draft."""
        with self.store.begin() as connection:
            service.create(connection, town.order(**changes), by)

    def fire(self) -> None:
        """Let steps that are due make their deliveries."""
        schedule.tick(self.store.begin, town.ZONE)

    def campaign_id(self, ref: str = "winter") -> int:
        """Its row number."""
        with self.store.read() as connection:
            found = queries.by_ref(connection, ref)
        assert found is not None
        return int(found["id"])


def send(browser: Browser, path: str, /, page: str = "/account", **fields: Any) -> Response:
    """Fill in a form and send it."""
    return browser.post(path, data={"form_token": browser.token(page), **fields})


@contextmanager
def open_office(installation: Installation) -> Iterator[Office]:
    """The town in an installation, at ten in the morning."""
    settings = installation.settings.model_copy(update={"region": town.COUNTY})
    home = replace(installation, settings=settings, demo=True)
    with ExitStack() as stack:
        stack.enter_context(clock.fixed(town.MORNING))
        with home.store.begin() as connection:
            town.build(connection, home.vault)
            for name, (role, region) in USERS.items():
                user = NewUser(name, role, region, f"{name}某")
                accounts.add_user(connection, user, conftest.hashed(), by="test")
        yield Office(home, create_app(home))
