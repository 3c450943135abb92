from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.responses import Response

from outreach import clock
from outreach.access import service
from outreach.errors import Misconfigured
from outreach.settings import Settings
from outreach.vault import new_key
from outreach.web import sessions
from outreach.web.app import create_app
from outreach.web.routes.auth import own_path
from tests.web.conftest import PASSWORD, Browser, Installation

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_somebody_logs_in_sees_their_name_and_logs_out(
    browser: Browser, add_user: Callable[..., None]
) -> None:
    add_user("zhou", "officer")
    assert browser.log_in("zhou") == 303
    page = browser.get("/account")
    assert "zhou某·宣传干事" in page.text
    assert (
        browser.post("/logout", data={"form_token": browser.token("/account")}).status_code == 303
    )
    assert browser.get("/account").headers["location"] == "/login?next=/account"


def test_a_wrong_password_is_refused_without_repeating_anything(
    browser: Browser, add_user: Callable[..., None]
) -> None:
    add_user("zhou", "officer")
    data = {"name": "zhou-typed", "password": "typed-secret", "form_token": browser.token()}
    answer = browser.post("/login", data=data)
    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.text
    assert "typed" not in answer.text
    assert browser.get("/account").status_code == 303


def test_five_wrong_passwords_lock_the_account_with_the_time_in_words(
    browser: Browser, add_user: Callable[..., None]
) -> None:
    add_user("zhou", "officer")
    with clock.fixed(NOON) as held:
        for _ in range(service.LOCK_AFTER - 1):
            assert browser.log_in("zhou", "wrong password") == 401
        data = {"name": "zhou", "password": "wrong password", "form_token": browser.token()}
        assert "先锁 1 分钟" in browser.post("/login", data=data).text
        assert browser.log_in("zhou") == 401
        held.advance(minutes=2)
        assert browser.log_in("zhou") == 303


def test_logging_in_needs_the_form(browser: Browser, add_user: Callable[..., None]) -> None:
    add_user("zhou", "officer")
    assert browser.post("/login", data={"name": "zhou", "password": PASSWORD}).status_code == 403


def test_a_planted_session_is_not_taken_over(
    browser: Browser, add_user: Callable[..., None], installation: Installation
) -> None:
    add_user("zhou", "officer")
    attacker = Browser(create_app(installation), follow_redirects=False)
    planted_token = attacker.token()
    planted = attacker.cookies["outreach"]
    browser.cookies.set("outreach", planted)
    data = {"name": "zhou", "password": PASSWORD, "form_token": planted_token}
    answer = browser.post("/login", data=data)
    assert answer.status_code == 303
    fresh = answer.cookies["outreach"]
    assert fresh != planted
    assert (
        attacker.get("/account").status_code == 303
    )  # the attacker still has only the planted one
    victim = Browser(create_app(installation), cookies={"outreach": fresh}, follow_redirects=False)
    assert victim.post("/logout", data={"form_token": planted_token}).status_code == 403


def test_logging_out_kills_a_copied_cookie(
    browser: Browser, add_user: Callable[..., None], installation: Installation
) -> None:
    add_user("zhou", "officer")
    browser.log_in("zhou")
    thief = Browser(
        create_app(installation),
        cookies={"outreach": browser.cookies["outreach"]},
        follow_redirects=False,
    )
    assert thief.get("/account").status_code == 200
    browser.post("/logout", data={"form_token": browser.token("/account")})
    assert thief.get("/account").status_code == 303


def test_the_cookie_cannot_be_read_by_script_and_is_secure_on_https(
    browser: Browser, add_user: Callable[..., None], installation: Installation
) -> None:
    add_user("zhou", "officer")
    cookie = browser.get("/login").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    settings = installation.settings.model_copy(update={"public_url": "https://outreach.example"})
    safe = Browser(
        create_app(replace(installation, settings=settings)), base_url="https://outreach.example"
    )
    answer = safe.get("/login")
    assert answer.headers["set-cookie"].startswith("__Host-outreach=")
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("minutes_between", "times", "alive"),
    [
        pytest.param(115, 1, True, id="somebody who is away for less than two hours goes on"),
        pytest.param(125, 1, False, id="two idle hours end a session"),
        pytest.param(90, 7, True, id="somebody at work goes on for half a day"),
        pytest.param(90, 9, False, id="twelve hours end every session"),
    ],
)
def test_how_long_a_session_lives(
    browser: Browser, add_user: Callable[..., None], minutes_between: int, times: int, alive: bool
) -> None:
    add_user("zhou", "officer")
    with clock.fixed(NOON) as held:
        browser.log_in("zhou")
        answer = browser.get("/account")
        for _ in range(times):
            held.advance(minutes=minutes_between)
            answer = browser.get("/account")
    assert (answer.status_code == 200) is alive


@pytest.mark.parametrize(
    "value", ["", "x", "eyJ.eyJ.eyJ", "é" * 10], ids=["empty", "short", "forged", "not ASCII"]
)
def test_a_forged_cookie_is_no_cookie(installation: Installation, value: str) -> None:
    assert sessions.Sessions(new_key(), https=False).read(value) is None


def test_a_cookie_of_another_installation_is_no_cookie() -> None:
    one, other = (
        sessions.Sessions(new_key(), https=False),
        sessions.Sessions(new_key(), https=False),
    )
    response = Response()
    one.write(response, sessions.Visitor(one.begin(), keep=True))
    value = response.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0]
    assert one.read(value) is not None
    assert other.read(value) is None


def test_no_secret_key_no_start(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"settings\.keys_missing"):
        create_app(replace(installation, settings=Settings(data_dir=tmp_path)))


@pytest.mark.parametrize(
    ("given", "used"),
    [
        pytest.param("/account", "/account", id="a page of ours"),
        pytest.param("//evil.example/", "", id="another host without a scheme"),
        pytest.param("https://evil.example/", "", id="another host"),
        pytest.param("/\\evil.example", "", id="a backslash that browsers read as a slash"),
        pytest.param("/\t/evil.example", "", id="a tab that browsers drop"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_after_logging_in_only_pages_of_ours(given: str, used: str) -> None:
    assert own_path(given) == used


def test_the_page_that_was_asked_for_comes_after_the_log_in(
    browser: Browser, add_user: Callable[..., None]
) -> None:
    add_user("zhou", "officer")
    assert "next=/account" in browser.get("/account").headers["location"]
    data = {
        "name": "zhou",
        "password": PASSWORD,
        "form_token": browser.token("/login?next=/account"),
        "next": "/account",
    }
    assert browser.post("/login", data=data).headers["location"] == "/account"


def test_a_new_password_keeps_this_session_and_ends_the_others(
    browser: Browser, add_user: Callable[..., None], installation: Installation
) -> None:
    add_user("zhou", "officer")
    elsewhere = Browser(create_app(installation), follow_redirects=False)
    elsewhere.log_in("zhou")
    browser.log_in("zhou")
    new = "a better sentence"
    data = {"old": PASSWORD, "new": new, "again": new, "form_token": browser.token("/account")}
    assert "密码改好了" in browser.post("/account/password", data=data).text
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    assert elsewhere.log_in("zhou") == 401
    assert elsewhere.log_in("zhou", new) == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        pytest.param(
            "wrong",
            "a better sentence",
            "a better sentence",
            "现在的密码不对",
            id="the old one is wrong",
        ),
        pytest.param(
            PASSWORD, "a better sentence", "another one", "不一样", id="the new ones differ"
        ),
        pytest.param(PASSWORD, "short", "short", "10 到 200 个字", id="the new one is short"),
    ],
)
def test_a_new_password_that_is_not_taken(
    browser: Browser, add_user: Callable[..., None], old: str, new: str, again: str, words: str
) -> None:
    add_user("zhou", "officer")
    browser.log_in("zhou")
    data = {"old": old, "new": new, "again": again, "form_token": browser.token("/account")}
    answer = browser.post("/account/password", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert browser.get("/account").status_code == 200


def test_a_closed_account_is_out_at_the_next_click(
    browser: Browser, add_user: Callable[..., None], installation: Installation
) -> None:
    add_user("zhou", "officer")
    browser.log_in("zhou")
    with installation.store.begin() as connection:
        service.close_account(connection, service.actor_named(connection, "zhou"), by="admin")
    assert browser.get("/account").status_code == 303


def test_the_idle_time_is_shorter_than_the_longest() -> None:
    assert timedelta(0) < sessions.IDLE < sessions.LONGEST
