"""The image and the compose file say what the code knows: no engine is needed to find a renamed folder or setting."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from outreach.cli import app
from outreach.settings import Settings

ROOT = Path(__file__).parent.parent
IMAGE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def _copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.+)$", IMAGE, re.MULTILINE)
    return [name for line in lines for name in line.split()[:-1]]


def test_everything_that_the_image_copies_is_there_and_let_in() -> None:
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert set(_copied()) == let_in
    assert all((ROOT / name).exists() for name in _copied())


def test_what_the_package_is_made_of_is_copied() -> None:
    assert {"outreach", "segments", "channels", "templates", "pyproject.toml"} <= set(_copied())


def test_the_image_runs_as_nobody_special() -> None:
    last = IMAGE.rindex("\nFROM ")
    user = IMAGE.index("\nUSER outreach", last)
    assert "useradd" in IMAGE[last:user]
    assert user < IMAGE.index("\nENTRYPOINT")


def test_nothing_is_fetched_without_its_hash() -> None:
    installs = [line for line in IMAGE.splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)


def test_the_health_check_asks_a_page_that_is_there() -> None:
    from outreach.web.routes import health

    asked = re.search(r"127\.0\.0\.1:8000(/\w+)", IMAGE)
    assert asked is not None
    assert asked[1] in {getattr(route, "path", "") for route in health.router.routes}


@pytest.mark.parametrize("service", ["migrate", "web", "worker"])
def test_a_service_has_known_settings_and_a_known_command(service: str) -> None:
    given = COMPOSE["services"][service]
    names = {name.removeprefix("OUTREACH_").lower() for name in given["environment"]}
    assert names <= set(Settings.model_fields)
    commands = {one.name for one in app.registered_commands}
    assert given["command"][0] in commands


def test_two_workers_send_and_the_web_does_not() -> None:
    services = COMPOSE["services"]
    assert services["worker"]["deploy"]["replicas"] == 2
    assert "--no-senders" in services["web"]["command"]


def test_nobody_starts_before_the_tables_are_there() -> None:
    services = COMPOSE["services"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"


def test_no_password_stands_in_the_file() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "TOKEN" in name or "URL" in name:
                assert "${" in str(value), name


def test_machines_of_an_installation_share_their_keys() -> None:
    folders = {tuple(COMPOSE["services"][name]["volumes"]) for name in ("migrate", "web", "worker")}
    assert folders == {("data:/data",)}
