from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.access.roles import Role
from outreach.store import open_store
from outreach.web import render, shell
from outreach.web.app import create_app
from outreach.web.headers import POLICY
from outreach.wording import catalogue
from tests.web.conftest import Browser, Installation

_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/login",
        "/healthz",
        "/readyz",
        "/account",
        "/nowhere",
        "/static/style.css",
        "/static/none",
    ],
)
def test_every_answer_carries_the_security_headers(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    for name, value in _HEADERS.items():
        assert answer.headers[name] == value
    assert "camera=()" in answer.headers["permissions-policy"]


def test_the_policy_allows_no_inline_code() -> None:
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'")


def test_no_template_needs_what_the_policy_forbids() -> None:
    templates = sorted((Path(render.__file__).parent / "pages").glob("**/*.html"))
    assert len(templates) > 5
    for template in templates:
        source = template.read_text("utf-8")
        assert not re.search(
            r"<[^>]*\sstyle=|<style|\son[a-z]+=|javascript:|\|\s*safe(?! if)", source
        ), template.name
        assert not re.search(r"https?://(?!www\.w3\.org)", source), template.name
        assert not re.search(r"<script(?![^>]*src=)", source), template.name
        forms = len(re.findall(r'<form[^>]*method="post"', source))
        given = ("m.secret(form_token)", "w.hidden(v.shell)", "{{ hidden() }}")
        secrets = sum(source.count(one) for one in given)
        assert secrets >= forms, template.name


def test_pages_are_never_kept_and_static_files_always(browser: Browser) -> None:
    assert browser.get("/login").headers["cache-control"] == "no-store"
    answer = browser.get(render.static_url("style.css"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_every_icon_that_is_named_exists() -> None:
    sprite = (render.STATIC / "icons.svg").read_text("utf-8")
    named = {entry.icon for entries in shell.NAVIGATION.values() for entry in entries}
    for template in (Path(render.__file__).parent / "pages").glob("**/*.html"):
        named |= set(re.findall(r'icon\("([a-z]+)"', template.read_text("utf-8")))
    assert len(named) > 10
    assert [name for name in sorted(named) if f'id="{name}"' not in sprite] == []


def test_healthy_and_ready(browser: Browser) -> None:
    assert browser.get("/healthz").json() == {"status": "ok"}
    assert browser.get("/readyz").json() == {"status": "ready"}


def test_not_ready_without_tables(installation: Installation, tmp_path: Path) -> None:
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    answer = Browser(create_app(replace(installation, store=empty))).get("/readyz")
    empty.close()
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "web.not_ready"


def test_a_missing_page_says_what_to_do_and_never_repeats_the_address(browser: Browser) -> None:
    answer = browser.get("/<script>alert(1)</script>/13812341234")
    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert "alert(1)" not in answer.text
    assert "13812341234" not in answer.text


def test_a_program_gets_problem_details_in_its_language(browser: Browser) -> None:
    answer = browser.get("/api/v1/nothing", headers={"accept-language": "en-GB"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["title"]) == (404, "web.not_found", "Not found")
    assert set(body) == {"type", "title", "status", "detail", "code"}


def test_a_wrong_method_is_told_every_method(browser: Browser) -> None:
    answer = browser.delete("/login")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_an_invented_place_says_so_and_opens_on_its_doors(
    installation: Installation, add_user: Callable[..., None]
) -> None:
    add_user("zhou", "officer")
    add_user("chen", "manager")
    demo = Browser(create_app(replace(installation, demo=True)), follow_redirects=False)
    doors = demo.get("/")
    assert doors.status_code == 200
    assert doors.text.count('class="card door"') == 2
    demo.log_in("zhou")
    for path in ("/login", "/account", "/nowhere"):
        assert "演示数据" in demo.get(path, follow_redirects=True).text


def test_a_real_place_never_says_that_it_is_invented(browser: Browser) -> None:
    assert browser.get("/").headers["location"] == "/login"
    assert "演示数据" not in browser.get("/login").text


def test_markup_in_a_name_stays_text(
    browser: Browser, add_user: Callable[..., None], installation: Installation
) -> None:
    add_user("zhou", "officer")
    with installation.store.begin() as connection:
        connection.execute(text("UPDATE user_account SET display = '<b>x</b>{{ 7*7 }}'"))
    browser.log_in("zhou")
    page = browser.get("/account").text
    assert "&lt;b&gt;x&lt;/b&gt;{{ 7*7 }}" in page


@pytest.mark.parametrize("role", list(Role))
def test_a_navigation_has_at_most_seven_entries_and_a_worker_four(role: Role) -> None:
    entries = shell.NAVIGATION[role]
    assert (
        len({entry.path for entry in entries}) == len(entries) <= (4 if role is Role.WORKER else 7)
    )


def test_an_officer_finds_every_page_of_the_results_in_a_row_over_each_of_them(
    installation: Installation, add_user: Callable[..., None]
) -> None:
    add_user("zhou", "officer")
    app = create_app(installation)
    browser = Browser(app)
    browser.log_in("zhou")
    pages = [entry.path for entry in shell.NAVIGATION[Role.OFFICER][-1].row]
    assert {"/overview", "/awareness", "/surveys", "/reports", "/opinions", "/signals", "/alerts"} < set(pages)  # fmt: skip
    for path in pages:
        html = browser.get(path).text
        row = html[html.index('class="row-nav"') :].split("</nav>")[0]
        assert re.findall(r'href="([^"]+)"', row) == pages
        assert f'href="{path}" aria-current="page"' in row
    assert 'class="row-nav"' not in browser.get("/opinions/say").text


def test_every_word_of_the_web_is_in_two_languages() -> None:
    words = {code: entry for code, entry in catalogue().items() if code.startswith("web.")}
    assert len(words) > 15
    assert all(entry["zh"] and entry["en"] for entry in words.values())
