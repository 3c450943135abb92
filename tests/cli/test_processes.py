"""Real processes: the entry point, serving until told to stop, start.py and the Makefile."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.cli.conftest import TWILIO

HOME = Path(__file__).resolve().parents[2]
PYTHON = sys.executable


def start(*words: str, **settings: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
    return subprocess.Popen(
        [PYTHON, "-m", "outreach", *words],
        cwd=HOME,
        env={**clean, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_the_entry_point_starts_without_heavy_modules_and_speaks_utf_8() -> None:
    heavy = "import sys, outreach.cli; print({'sqlalchemy', 'twilio', 'fastapi', 'typst', 'pydantic'} & set(sys.modules))"
    done = subprocess.run(
        [PYTHON, "-c", heavy], cwd=HOME, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
    process = start("nonsense", "--json", PYTHONIOENCODING="ascii")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert json.loads(out)["error"]["message"].startswith("命令用法不对")
    assert "命令用法不对" in err


def test_serve_answers_holds_its_folder_and_stops_in_order(data: Path) -> None:
    settings = {"OUTREACH_DATA_DIR": str(data)}
    unset = start("serve", "--port", "0", "--json", **settings)
    out, _ = unset.communicate(timeout=60)
    assert (unset.returncode, json.loads(out)["error"]["code"]) == (2, "cli.twilio_settings")
    settings |= dict.fromkeys(TWILIO, "x") | {"OUTREACH_TWILIO_BASE_URL": "http://127.0.0.1:9"}
    process = start("serve", "--port", "0", "--json", **settings)
    assert process.stdout is not None
    try:
        url = json.loads(process.stdout.readline())["url"]
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310 - our own server
            assert json.load(answer) == {"status": "ready"}
        second = start("serve", "--port", "0", "--json", **settings)
        out, _ = second.communicate(timeout=60)
        assert (second.returncode, json.loads(out)["error"]["code"]) == (
            2,
            "settings.data_dir_busy",
        )
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_the_sandbox_says_the_settings_that_reach_it(tmp_path: Path) -> None:
    process = start("--data", str(tmp_path), "sandbox", "--port", "0", "--json")
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert told["settings"]["OUTREACH_TWILIO_BASE_URL"] == told["url"]


def test_start_and_make_know_the_same_commands() -> None:
    done = subprocess.run(
        [PYTHON, "start.py", "help"], cwd=HOME, capture_output=True, text=True, check=True
    )
    listed = set(re.findall(r"^  (\w+) ", done.stdout, re.M))
    targets = re.search(r"^\.PHONY: (.*)$", (HOME / "Makefile").read_text("utf-8"), re.M)
    assert targets is not None
    assert listed == set(targets[1].split())
    wrong = subprocess.run(
        [PYTHON, "start.py", "nonsense"], cwd=HOME, capture_output=True, check=False
    )
    assert wrong.returncode == 2


def test_locks_and_scripts_name_no_host() -> None:
    for name in (
        "requirements/app.lock",
        "requirements/dev.lock",
        "start.py",
        "Makefile",
        ".ci/run",
    ):
        assert not re.search(r"https?://|index-url|file:", (HOME / name).read_text("utf-8")), name


def test_every_command_is_described_in_the_docs() -> None:
    from tests.cli.test_commands import commands

    text = (HOME / "docs" / "commands.md").read_text("utf-8")
    missing = [" ".join(words) for words in commands() if f"outreach {' '.join(words)}" not in text]
    assert missing == []
