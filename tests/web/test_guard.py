from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import Request, Response, UploadFile
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from starlette.routing import Mount

from outreach.access.roles import Action
from outreach.web.app import create_app
from outreach.web.guard import BODY, GuardedRoute, TheActor, guarded_router, needs, public, rule_of
from tests.web.conftest import Browser, Installation

_PUBLIC = {
    "/",
    "/login",
    "/healthz",
    "/readyz",
    "/calculator",
    "/callbacks/twilio/status/{token}",
    "/callbacks/twilio/inbound",
    "/q/{token}",
    "/q/{token}/opt-out",
    "/q/{token}/ask",
    "/q/{token}/say",
}
"""Every page that opens without logging in. Whoever adds one adds it here, on purpose."""


def test_every_route_declares_who_may_call_it(installation: Installation) -> None:
    routes = create_app(installation).routes
    assert len(routes) > 5
    for route in routes:
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        assert isinstance(route, GuardedRoute), f"{route} goes past the guard"
        rule = rule_of(route.endpoint)
        assert rule is not None, f"{route.path} declares nothing"
        assert (rule.action is None) == (route.path in _PUBLIC), f"{route.path}: public or not?"


def test_a_router_refuses_an_endpoint_that_declares_nothing() -> None:
    def forgotten() -> Response:
        return PlainTextResponse("secret")

    with pytest.raises(RuntimeError, match="declares neither"):
        guarded_router().get("/forgotten")(forgotten)


def test_every_page_behind_the_guard_sends_a_stranger_to_the_log_in(
    browser: Browser, installation: Installation
) -> None:
    asked = 0
    for route in create_app(installation).routes:
        if isinstance(route, APIRoute) and route.path not in _PUBLIC and "{" not in route.path:
            for method in route.methods or ():
                answer = browser.request(method, route.path)
                assert answer.status_code == 303, f"{method} {route.path}"
                assert answer.headers["location"].startswith("/login")
                asked += 1
    assert asked >= 3


@pytest.fixture
def office(installation: Installation) -> Browser:
    """An application with pages of each kind added."""
    app = create_app(installation)
    router = guarded_router()

    @router.get("/signing")
    @needs(Action.CAMPAIGNS_APPROVE)
    def signing(actor: TheActor) -> Response:
        return PlainTextResponse(actor.name)

    @router.post("/stamp")
    @needs(Action.CAMPAIGNS_APPROVE)
    def stamp() -> Response:
        return PlainTextResponse("stamped")

    @router.post("/file")
    @public
    def file(file: UploadFile) -> Response:
        return PlainTextResponse(str(file.size))

    @router.post("/callbacks/carrier")
    @public
    async def carrier(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    @router.get("/broken")
    @public
    def broken() -> Response:
        raise ZeroDivisionError("张三 13812341234")

    app.router.routes.extend(router.routes)
    return Browser(app, follow_redirects=False)


def test_the_right_role_comes_in_and_another_one_does_not(
    office: Browser, add_user: Callable[..., None]
) -> None:
    add_user("chen", "manager")
    add_user("zhou", "officer")
    office.log_in("chen")
    assert office.get("/signing").text == "chen"
    office.post("/logout", data={"form_token": office.token("/account")})
    office.log_in("zhou")
    refused = office.get("/signing")
    assert refused.status_code == 403
    assert "不能做这件事" in refused.text


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="no token"),
        pytest.param("0" * 64, id="an invented token"),
        pytest.param("鬼", id="a token that is not even ASCII"),
    ],
)
def test_a_form_without_its_token_changes_nothing(
    office: Browser, add_user: Callable[..., None], token: str
) -> None:
    add_user("chen", "manager")
    office.log_in("chen")
    answer = office.post("/stamp", data={"form_token": token})
    assert answer.status_code == 403
    assert "刷新后再提交" in answer.text
    assert "stamped" not in answer.text


def test_a_token_is_bound_to_its_session_and_may_come_as_a_header(
    office: Browser, add_user: Callable[..., None]
) -> None:
    add_user("chen", "manager")
    stranger = office.token("/login")
    office.log_in("chen")
    assert office.post("/stamp", data={"form_token": stranger}).status_code == 403
    assert office.post("/stamp", data={"form_token": office.token("/account")}).text == "stamped"
    assert (
        office.post("/stamp", headers={"x-form-token": office.token("/account")}).text == "stamped"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/opinions/99999999999999999999", 404), ("/opinions/9223372036854775808", 404), ("/opinions/1", 404),
        ("/people/import/runs/9223372036854775808", 404), ("/print/jobs/99999999999999999999", 404),
        ("/people?after=9223372036854775808", 422), ("/people?q=%00", 404), ("/policies/%00", 404),
        ("/people?q=6222021234567890123", 200),
    ],
)  # fmt: skip
def test_an_address_that_no_database_can_be_asked_for_is_not_found(
    office: Browser, add_user: Callable[..., None], path: str, status: int
) -> None:
    add_user("zhou", "officer")
    office.log_in("zhou")
    assert office.get(path).status_code == status


@pytest.mark.parametrize("how", ["field", "header"])
def test_a_form_with_a_character_that_no_text_has_is_a_bad_form(
    office: Browser, add_user: Callable[..., None], how: str
) -> None:
    add_user("chen", "manager")
    office.log_in("chen")
    token = office.token("/account")
    given = {"form_token": token} if how == "field" else {}
    headers = {"x-form-token": token} if how == "header" else {}
    assert office.post("/stamp", data={**given, "a": "b\x00"}, headers=headers).status_code == 422
    assert office.post("/stamp", data={**given, "a": "b"}, headers=headers).text == "stamped"


def test_a_callback_needs_no_form_token(office: Browser) -> None:
    assert office.post("/callbacks/carrier", content=b"12345").text == "5"


def test_an_upload_beyond_the_limit_is_cut_off(office: Browser) -> None:
    token = office.token("/login")
    small = office.post("/file", data={"form_token": token}, files={"file": b"x" * 1000})
    large = office.post("/file", data={"form_token": token}, files={"file": b"x" * (BODY + 1)})
    callback = office.post("/callbacks/carrier", content=b"x" * (BODY + 1))
    assert (small.status_code, small.text) == (200, "1000")
    assert large.status_code == 413
    assert "32 MB" in large.text
    assert callback.status_code == 413
    assert callback.headers["content-type"] == "application/problem+json"


def test_a_program_error_shows_a_number_and_no_data(
    office: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    answer = office.get("/broken?secret=13812341234")
    assert answer.status_code == 500
    assert "编号" in answer.text
    assert "张三" not in answer.text
    assert "13812341234" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "ZeroDivisionError" in caplog.text
    assert "secret=" not in caplog.text
