"""The pages in a real browser: nothing overflows, nothing breaks the Content-Security-Policy, live progress runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from outreach.campaigns import schedule, service
from outreach.settings import Settings
from outreach.store import open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from outreach.web.loopback import LoopbackServer
from tests import town
from tests.web.conftest import PASSWORD, Installation
from tests.web.office import Office, open_office

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("OUTREACH_TEST_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
SIZES = {"desktop": (1366, 900), "phone": (360, 780)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium here: install one, or name it in OUTREACH_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def _served(folder: Path, vault: Vault) -> Iterator[tuple[Office, str]]:
    path = folder / "outreach.db"
    store = open_store(f"sqlite:///{path}")
    migrate(store)
    home = Installation(store, vault, Settings(data_dir=folder, secret_key=new_key()))
    with open_office(home) as office:
        with store.begin() as connection:
            town.released(connection, steps=[{"channel": "sms"}, {"channel": "flyer"}])
            service.create(connection, town.order(id="next", title="下一批"), "zhou")
            service.submit(connection, "next", "zhou", town.TODAY)
        schedule.tick(store.begin, town.ZONE)
        with LoopbackServer(office.app) as server:
            yield office, server.base_url
    store.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    vault = Vault.from_settings(new_key(), f"t1:{new_key()}")
    with _served(tmp_path_factory.mktemp("browser"), vault) as found:
        yield found


@contextmanager
def logged_in(
    browser: Browser, base: str, name: str, size: str
) -> Iterator[tuple[Page, list[str]]]:
    """A page of that size in which somebody is logged in, and what the console complained about."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)  # fmt: skip
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{base}/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    try:
        yield page, complaints
    finally:
        context.close()


_PAGES = {
    "zhou": ("/today", "/campaigns", "/campaigns/winter", "/people", "/people/1", "/people/import", "/lists", "/print", "/results?policy=check",
        "/policies", "/policies/check", "/segments", "/segments/new", "/proposals", "/visits", "/calculator", "/calculator/people/1",
        "/messages", "/messages/check", "/messages/check/sms/zh-Hans", "/campaigns/winter/preview", "/campaigns/winter/preview/changes",
        "/boards", "/unknown", "/campaigns/winter/resend", "/campaigns/winter/unknown"),
    "chen": ("/today", "/approvals", "/results", "/campaigns/winter/preview"),
    "wu": ("/today", "/print", "/boards", "/calculator", "/people", "/people/1"),
    "ke": ("/lists",),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", _PAGES)
def test_every_page_fits_its_screen_and_the_console_is_silent(
    browser: Browser, served: tuple[Office, str], name: str, size: str
) -> None:
    _, base = served
    with logged_in(browser, base, name, size) as (page, complaints):
        for path in _PAGES[name]:
            answer = page.goto(f"{base}{path}", wait_until="load")
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("h1").count() == 1, path
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert over <= 0, f"{path} is {over} px too wide at {size}"
        assert complaints == []


def test_the_public_page_works_on_a_phone_without_logging_in(
    browser: Browser, served: tuple[Office, str]
) -> None:
    _, base = served
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{base}/calculator")
    page.fill("[name=age]", "70")
    page.click("text=下一步")
    page.click("text=先看结果")
    assert "免费体检" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    context.close()


def test_progress_moves_on_the_open_page(browser: Browser, served: tuple[Office, str]) -> None:
    office, base = served
    with logged_in(browser, base, "zhou", "desktop") as (page, complaints):
        page.goto(f"{base}/campaigns/winter")
        handed_over = page.locator('[data-text="handed_over"]').first
        before = int(handed_over.inner_text())
        carrier = town.carrier(office.store, office.home.vault, "sms")
        with ThreadPoolExecutor(1) as elsewhere:  # Playwright keeps an event loop in this thread
            elsewhere.submit(carrier.send_all).result()
        page.wait_for_function(
            "before => +document.querySelector('[data-text=handed_over]').textContent > before",
            arg=before,
            timeout=8000,
        )
        assert complaints == []
