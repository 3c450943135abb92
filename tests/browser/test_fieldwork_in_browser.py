"""An interview without a signal: typed once, kept in the phone without a name, arrived once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from outreach.settings import Settings
from outreach.store import Store, open_store
from outreach.surveys.fieldwork.assigning import assign
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from outreach.web.app import create_app
from outreach.web.loopback import LoopbackServer
from tests.surveys.county import VILLAGE
from tests.surveys.fieldwork.field import QIAN, REF, build, kept
from tests.web.conftest import PASSWORD, Installation, hashed

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("OUTREACH_TEST_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
PHONE: ViewportSize = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium here: install one, or name it in OUTREACH_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def served(tmp_path: Path, vault: Vault) -> Iterator[tuple[Store, str]]:
    store = open_store(f"sqlite:///{tmp_path / 'outreach.db'}")
    migrate(store)
    with store.begin() as connection:
        build(connection, vault, hashed())
        assign(connection, REF, QIAN, [VILLAGE])
    home = Installation(store, vault, Settings(data_dir=tmp_path, secret_key=new_key()), demo=True)
    with LoopbackServer(create_app(home)) as server:
        yield store, server.base_url
    store.close()


@pytest.fixture
def phone(browser: Browser, served: tuple[Store, str]) -> Iterator[tuple[BrowserContext, Page]]:
    """A phone on which qian is logged in and has the list before them; the console stays silent."""
    context = browser.new_context(viewport=PHONE, timezone_id="Asia/Shanghai")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{served[1]}/login")
    page.fill("[name=name]", QIAN)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{served[1]}/fieldwork/{REF}")
    yield context, page
    assert complaints == []
    context.close()


def kept_now(store: Store) -> list[Any]:
    def read() -> list[Any]:
        with store.read() as connection:
            return kept(connection)

    with ThreadPoolExecutor(1) as elsewhere:  # Playwright keeps an event loop in this thread
        return elsewhere.submit(read).result()


def ask(page: Page, number: int, result: str = "completed", answer: str = "aware") -> None:
    page.click(f"#n{number} a")
    page.check(f"[name=disposition][value={result}]")
    if result == "completed":
        page.check(f"[name=q_prompted][value={answer}]")
        page.check("[name=q_channel][value=sms]")
        page.check("[name=q_channel][value=family]")
    page.click("text=存这一人")


def test_what_was_typed_without_a_signal_arrives_once(
    served: tuple[Store, str], phone: tuple[BrowserContext, Page]
) -> None:
    store, _ = served
    context, page = phone
    context.set_offline(True)
    ask(page, 1)
    ask(page, 2, "not_home")
    page.wait_for_selector("text=待上传 2 条")
    assert "已记，待上传" in page.inner_text("#n1")
    assert kept_now(store) == []
    queue = page.evaluate("JSON.stringify(localStorage)")
    assert "老人" not in queue
    assert "13800000" not in queue
    assert '\\"family\\"' not in queue
    assert "sms,family" in queue
    context.set_offline(False)
    page.wait_for_selector("#n1 >> text=记好了")
    page.wait_for_selector("[data-fieldwork]", state="hidden")
    assert [one[:2] for one in kept_now(store)] == [("completed", "taken"), ("not_home", "taken")]
    assert page.evaluate("localStorage.length") == 0
    # the same queue once more, as after a crash between the server's word and the phone's memory
    page.evaluate("queue => Object.entries(JSON.parse(queue)).forEach(([k, v]) => localStorage.setItem(k, v))", queue)  # fmt: skip
    page.reload()
    page.wait_for_function("() => localStorage.length === 0")
    assert len(kept_now(store)) == 2


def test_the_queue_outlives_the_page(
    served: tuple[Store, str], phone: tuple[BrowserContext, Page]
) -> None:
    store, base = served
    context, page = phone
    context.set_offline(True)
    ask(page, 3)
    page.wait_for_selector("text=待上传 1 条")
    page.close()
    again = context.new_page()
    context.set_offline(False)
    again.goto(f"{base}/fieldwork")
    again.wait_for_function("() => localStorage.length === 0")
    assert [one[0] for one in kept_now(store)] == ["completed"]


def test_an_answer_that_still_waits_can_be_put_right(
    served: tuple[Store, str], phone: tuple[BrowserContext, Page]
) -> None:
    store, _ = served
    context, page = phone
    context.set_offline(True)
    ask(page, 1)
    ask(page, 1, answer="unaware")
    page.wait_for_selector("text=待上传 2 条")
    context.set_offline(False)
    page.wait_for_function("() => localStorage.length === 0")
    assert [one[1] for one in kept_now(store)] == ["set_aside", "taken"]


def test_what_is_missing_is_said_before_anything_is_kept(
    phone: tuple[BrowserContext, Page],
) -> None:
    _, page = phone
    page.click("#n1 a")
    page.click("text=存这一人")
    assert "请选这次访问的结果" in page.inner_text("[data-problem]")
    assert page.is_hidden("[data-questions]")
    page.check("[name=disposition][value=completed]")
    page.click("text=存这一人")
    assert "还没有答：2." in page.inner_text("[data-problem]")
    assert page.evaluate("localStorage.length") == 0
    page.click("text=回名单")
    assert page.is_visible("#n1")


def test_what_the_office_does_not_take_stays_until_it_was_read(
    served: tuple[Store, str], phone: tuple[BrowserContext, Page]
) -> None:
    store, _ = served
    context, page = phone
    context.set_offline(True)
    ask(page, 4)

    def elsewhere() -> None:
        with store.begin() as connection:
            assign(connection, REF, "sun", numbers=[4])

    with ThreadPoolExecutor(1) as other:
        other.submit(elsewhere).result()
    context.set_offline(False)
    page.wait_for_selector("text=4 号没有收下")
    assert kept_now(store) == []
    page.click("text=知道了，删掉")
    assert page.evaluate("localStorage.length") == 0


def test_every_screen_fits_a_phone_and_its_buttons_fit_a_thumb(
    served: tuple[Store, str], phone: tuple[BrowserContext, Page]
) -> None:
    _, base = served
    _, page = phone
    for path in ("/fieldwork", f"/fieldwork/{REF}", f"/fieldwork/{REF}/people/1"):
        page.goto(f"{base}{path}")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
    small = page.evaluate(
        "[...document.querySelectorAll('main label, main button, main a.btn')].filter(one => one.offsetParent && one.getBoundingClientRect().height < 44 && !one.matches('[for]')).map(one => one.textContent)"
    )
    assert small == []


def test_without_a_script_the_plain_form_does_the_same(
    browser: Browser, served: tuple[Store, str]
) -> None:
    store, base = served
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/login")
    page.fill("[name=name]", QIAN)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{base}/fieldwork/{REF}")
    page.click("#n1 a")
    page.check("[name=disposition][value=completed]")
    page.check("[name=q_prompted][value=heard]")
    page.click("text=存这一人")
    assert "1 号记好了" in page.inner_text("main")
    assert [one[:2] for one in kept_now(store)] == [("completed", "taken")]
    context.close()


def test_a_name_is_nowhere_in_the_memory_of_the_browser(phone: tuple[BrowserContext, Page]) -> None:
    context, page = phone
    page.click("#n1 a")
    assert "老人1" in page.inner_text("h1 >> nth=1")
    state = json.dumps(context.storage_state(), ensure_ascii=False)
    assert "老人" not in state
    assert page.evaluate("sessionStorage.length") == 0
