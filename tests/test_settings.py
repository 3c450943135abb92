"""Settings: where they come from, which wins, and what is said about wrong and missing ones."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest

from outreach import bootstrap
from outreach.errors import Misconfigured
from outreach.settings import Settings, is_loopback, load, write_missing_keys
from outreach.store import open_store
from outreach.vault import new_key
from outreach.wording import both

SECRETS = (
    "SECRET_KEY", "IDENTITY_KEY", "ENCRYPTION_KEYS", "TWILIO_AUTH_TOKEN", "DATABASE_URL",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OUTREACH_")]:
        monkeypatch.delenv(name)


def write(folder: Path, name: str, **values: str) -> None:
    lines = "".join(f"OUTREACH_{key}={value}\n" for key, value in values.items())
    (folder / name).write_text(lines, "utf-8")


def test_without_any_setting_it_is_an_office_computer(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.url == f"sqlite:///{tmp_path / 'outreach.db'}"
    assert settings.zone.key == "Asia/Shanghai"
    assert not settings.cli_may_act
    assert settings.twilio_base_url == "https://api.twilio.com"


def test_the_environment_wins_over_the_file_and_the_file_over_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "keys.env", SECRET_KEY="keys", REGION="11", TWILIO_FROM="+1")
    write(tmp_path, ".env", REGION="12", TWILIO_FROM="+2")
    monkeypatch.setenv("OUTREACH_TWILIO_FROM", "+3")
    settings = load(tmp_path)
    assert (settings.secret_key, settings.region, settings.twilio_from) == ("keys", "12", "+3")


def test_the_folder_is_the_argument_else_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_DATA_DIR", str(tmp_path / "a"))
    assert load().data_dir == tmp_path / "a"
    assert load(tmp_path / "b").data_dir == tmp_path / "b"


def test_postgresql_needs_no_word_about_its_driver(tmp_path: Path) -> None:
    settings = load(tmp_path, database_url="postgresql://u@h/d")
    assert settings.url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SEND_TIMEOUT", "soon", "settings.invalid"),
        ("SEND_TIMEOUT", "0", "settings.invalid"),
        ("SEND_TIMEOUT", "-1", "settings.invalid"),
        ("RECONCILE_AFTER", "-1", "settings.invalid"),
        ("CLI_MAY_ACT", "perhaps", "settings.invalid"),
        ("TIME_ZONE", "Asia/Atlantis", "settings.time_zone"),
        ("TIME_ZONE", "../etc/passwd", "settings.time_zone"),
        ("TIME_ZONE", "", "settings.time_zone"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str
) -> None:
    monkeypatch.setenv(f"OUTREACH_{name}", value)
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path)
    assert caught.value.code == code
    said = both(code, **caught.value.params)
    assert "{" not in said
    assert len(said.splitlines()) == 1
    assert name.lower() in said or value in said


def test_missing_keys_are_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path).vault()
    assert "outreach migrate" in both(caught.value.code)


def test_missing_keys_are_written_once_and_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert write_missing_keys(load(folder)) == ["SECRET_KEY", "IDENTITY_KEY", "ENCRYPTION_KEYS"]
    path = folder / "keys.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_text("utf-8")
    settings = load(folder)
    assert settings.vault().decrypt("name", settings.vault().encrypt("name", "张三")) == "张三"
    assert write_missing_keys(settings) == []
    assert path.read_text("utf-8") == first


def test_only_what_is_missing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key()
    monkeypatch.setenv("OUTREACH_IDENTITY_KEY", key)
    (tmp_path / "keys.env").write_text(
        "OUTREACH_SECRET_KEY=mine"
    )  # no line end, as editors leave it
    assert write_missing_keys(load(tmp_path)) == ["ENCRYPTION_KEYS"]
    settings = load(tmp_path)
    assert settings.secret_key == "mine"
    assert settings.identity_key == key
    assert settings.encryption_keys.startswith("k1:")
    assert key not in (tmp_path / "keys.env").read_text("utf-8")


def test_no_secret_shows_in_what_is_printed_or_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = {name: f"k1:{new_key()}" for name in SECRETS}
    for name, value in secrets.items():
        monkeypatch.setenv(f"OUTREACH_{name}", value)
    settings = load(tmp_path)
    logging.getLogger("test").warning("%s %r", settings, settings)
    installation = bootstrap.Installation(settings, open_store("sqlite://"))
    printed = f"{settings} {settings!r} {installation!r} {caplog.text} {settings.model_fields_set}"
    assert not any(value in printed or value[3:] in printed for value in secrets.values())
    installation.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8010", True), ("http://localhost", True), ("http://[::1]:1", True), ("http://127.9.9.9", True),
        ("https://api.twilio.com", False), ("http://10.0.0.1", False), ("http://localhost.example.com", False),
        ("", False), ("127.0.0.1", False), ("http://127.evil.example", False), ("http://127.0.0.1.evil.example", False),
    ],
)  # fmt: skip
def test_what_stays_on_this_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_how_long_an_unknown_attempt_waits(tmp_path: Path) -> None:
    settings = load(tmp_path, send_timeout=3)
    assert settings.reconcile_seconds("http://127.0.0.1:1") == 5
    assert settings.reconcile_seconds("https://api.twilio.com") == 300
    assert load(tmp_path, reconcile_after=7).reconcile_seconds("https://api.twilio.com") == 7


def test_one_process_sends_from_a_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ExitStack() as stack:
        stack.enter_context(bootstrap.sole_sender(settings))
        with pytest.raises(Misconfigured, match="data_dir_busy"):
            stack.enter_context(bootstrap.sole_sender(settings))
    with bootstrap.sole_sender(settings):
        assert (tmp_path / "outreach.lock").exists()


def test_segments_and_channels_are_ours() -> None:
    bootstrap.refuse_foreign_packages()
