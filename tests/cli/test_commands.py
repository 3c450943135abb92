"""What every command promises: groups, JSON on the last line, exit status, both languages."""

from __future__ import annotations

import io
import json
import re
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from outreach import cli
from outreach.wording import catalogue
from tests.cli.conftest import TWILIO, Call

GROUPS = {
    "people": {
        "cancel",
        "contact",
        "diff",
        "duplicates",
        "expire",
        "guardian",
        "import",
        "imports",
        "list",
        "merge",
        "template",
        "undo",
        "unguarded",
        "refuse",
        "refusals",
        "resubscribe",
    },
    "proposals": {"find", "list", "show", "accept", "dismiss", "newly"},
    "segments": {"save", "list", "show", "delete", "use", "count"},
    "regions": {"seed", "import", "list", "dialect"},
    "policies": {
        "load",
        "check",
        "list",
        "verify",
        "fill",
        "history",
        "diff",
        "sign",
        "review",
        "reviews",
        "withdraw",
        "told",
        "takedown",
        "contradictions",
        "settle",
    },
    "campaign": {
        "create",
        "preview",
        "coverage",
        "slip",
        "submit",
        "approve",
        "run",
        "pause",
        "resume",
        "cancel",
        "status",
        "list",
        "answer",
        "return",
        "paper",
        "preflight",
        "pass",
        "resend",
        "correct",
        "rehearse",
    },
    "deliveries": {
        "export",
        "handover",
        "reconcile",
        "replies",
        "settle",
        "tick",
        "untick",
        "words",
    },
    "helpers": {"assign", "release", "list", "unassigned", "trained", "untrained", "duty"},
    "records": {"add", "undo", "list"},
    "tasks": {"list", "close", "reassign"},
    "flyers": {
        "print",
        "letters",
        "lists",
        "jobs",
        "job",
        "resume",
        "cancel",
        "notice",
        "picture",
        "qa",
        "broadcast",
    },
    "boards": {"add", "list", "post", "down", "remove", "due"},
    "messages": {
        "load",
        "list",
        "show",
        "save",
        "check",
        "render",
        "history",
        "diff",
        "review",
        "retire",
        "export",
    },
    "survey": {
        "create",
        "size",
        "sample",
        "release",
        "close",
        "list",
        "show",
        "panel add",
        "panel list",
        "panel end",
        "record",
        "assign",
        "progress",
        "callback",
        "lists",
        "cards",
        "form",
        "estimate",
        "results",
        "towns",
        "compare",
        "trend",
    },
    "accounts": {
        "add",
        "list",
        "group",
        "groups",
        "set",
        "filing list",
        "filing set",
        "filing import",
        "filing sheet",
        "transfer list",
        "transfer record",
        "transfer end",
    },
    "users": {"add", "list"},
    "reach": {"show", "told", "untold", "coverage", "costs", "campaign"},
    "signals": {"import-hotline", "import-counts", "show"},
    "funnel": {"rebuild"},
    "opinions": {"list", "show", "take", "answer", "close", "import"},
    "alerts": {"list", "check", "seen", "to add", "to list", "to end"},
}
ALONE = {
    "migrate",
    "doctor",
    "demo",
    "serve",
    "sandbox",
    "work",
    "move",
    "match",
    "explain",
    "estimate",
    "report",
    "calculate",
    "gaps",
    "matrix",
}


def commands() -> Iterator[tuple[str, ...]]:
    """Every command as its words."""
    yield from _below(typer.main.get_group(cli.app))


def _below(group: Any) -> Iterator[tuple[str, ...]]:
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from ((name, *words) for words in _below(found))
        else:
            yield (name,)


def test_help_lists_every_group_and_command(call: Call) -> None:
    told = call("--help")
    assert told.status == 0
    assert set(re.findall(r"^  ([a-z]+) ", told.out, re.M)) == set(GROUPS) | ALONE
    assert set(commands()) == {(name,) for name in ALONE} | {
        (group, *name.split()) for group, names in GROUPS.items() for name in names
    }


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_takes_json_and_says_what_it_does(words: tuple[str, ...], call: Call) -> None:
    told = call(*words, "--help")
    assert told.status == 0
    assert "--json" in told.out
    assert re.search(r"[一-鿿]+ · [A-Z]", told.out)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["campaign"],
        ["match"],
        ["match", "--policy", "phys-65", "--on", "31.12.2026"],
        ["match", "--policy", "phys-65", "--by", "height"],
        ["explain", "--policy", "phys-65"],
        ["campaign", "submit", "winter"],
        ["flyers", "print", "winter"],
        ["users", "add", "gan"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_with_words_and_an_object(words: list[str], call: Call) -> None:
    told = call(*words, "--json")
    assert (told.status, told.code) == (2, "cli.usage")
    assert told.data["error"]["message"].startswith("命令用法不对")
    assert "Wrong usage" in told.err


def test_a_folder_without_tables_is_status_2_and_stays_untouched(
    call: Call, tmp_path: Path
) -> None:
    told = call("--data", tmp_path / "nowhere", "policies", "list", "--json")
    assert (told.status, told.code) == (2, "cli.not_migrated")
    assert "nowhere" in told.data["error"]["params"]["place"]
    assert not (tmp_path / "nowhere").exists()


def test_a_database_that_does_not_answer_is_status_2(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        url = f"postgresql://nobody:secret@127.0.0.1:{taken.getsockname()[1]}/none"
        monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
        told = call("policies", "list", "--json")
    assert (told.status, told.code) == (2, "cli.database")
    assert "secret" not in told.out + told.err


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SEND_TIMEOUT", "soon", "settings.invalid"),
        ("TIME_ZONE", "Mars/Olympus", "settings.time_zone"),
        ("ENCRYPTION_KEYS", "no-colon", "settings.encryption_keys_form"),
    ],
)
def test_a_wrong_setting_is_status_2_and_named(
    name: str,
    value: str,
    code: str,
    call: Call,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "people.csv").write_text("姓名,身份证号\n张三,110101195001010017\n", "utf-8")
    monkeypatch.setenv(f"OUTREACH_{name}", value)
    told = call("people", "import", tmp_path / "people.csv", "--json")
    assert (told.status, told.code) == (2, code)


def test_migrate_writes_missing_keys_once_and_all_files_for_their_owner_only(
    call: Call, tmp_path: Path
) -> None:
    first = call("--data", tmp_path / "new", "migrate", "--json")
    again = call("--data", tmp_path / "new", "migrate", "--json")
    assert first.data["keys_written"] == ["SECRET_KEY", "IDENTITY_KEY", "ENCRYPTION_KEYS"]
    assert (again.data["keys_written"], again.data["accounts"]) == ([], [])
    keys = tmp_path / "new" / "keys.env"
    for private in (keys, tmp_path / "new" / "outreach.db"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert "IDENTITY_KEY" in call("--data", tmp_path / "other", "migrate").out


def test_an_account_for_sms_comes_with_the_settings_that_it_needs(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "twilio" not in call("--data", tmp_path / "new", "migrate", "--json").data["accounts"]
    for name in TWILIO:
        monkeypatch.setenv(name, "x")
    assert call("--data", tmp_path / "new", "migrate", "--json").data["accounts"] == ["twilio"]
    told = call("--data", tmp_path / "new", "accounts", "list", "--json")
    assert {one["channel"] for one in told.data["accounts"]} == {
        "sms", "group", "flyer", "broadcast", "visit", "call",
    }  # fmt: skip


def test_json_is_one_line_and_people_get_words(call: Call, data: Path) -> None:
    told = call("policies", "list", "--json")
    assert len(told.out.splitlines()) == 1
    assert {one["id"] for one in told.data["policies"]} >= {"phys-65", "childcare-2025"}
    assert "未核验" in call("policies", "list").out


def test_every_code_of_the_command_line_has_words_in_both_languages() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(cli.__file__).parent.glob("*.py"))
    used = set(re.findall(r'"(cli\.[a-z_]+)"', source))
    worded = {code for code in catalogue() if code.startswith("cli.")}
    assert used == worded


def test_doctor_names_what_is_wrong_until_it_is_right(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = call("doctor", "--json")
    bad = {one["name"]: one["code"] for one in told.data["checks"] if not one["ok"]}
    assert (told.status, bad) == (
        1,
        {
            "key backup": "cli.keys_not_copied",
            "twilio": "cli.twilio_settings",
            "data twilio": "transfer.goes_abroad",
        },
    )
    (data / "keys.copied-to").write_text("保险柜", "utf-8")
    for name in TWILIO:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("OUTREACH_CLI_MAY_ACT", "1")
    assert call("users", "add", "guan", "--role", "admin").status == 0
    basis = ("--basis", "已通过数据出境安全评估", "--as", "guan", "--json")
    assert call("accounts", "transfer", "record", "twilio", *basis).status == 0
    told = call("doctor", "--json")
    assert (told.status, told.data["ok"]) == (0, True)
    assert call("--data", data.parent / "empty", "doctor").status == 1


@pytest.mark.parametrize(
    ("provider", "channel", "per_second"),
    [
        ("dingtalk", "group", 0.3),
        ("feishu", "group", 1.6),
        ("wecom", "group", 0.3),
        ("manual", "visit", 1.0),
    ],
)
def test_an_account_without_a_figure_keeps_to_what_a_robot_may_post(
    call: Call, data: Path, provider: str, channel: str, per_second: float
) -> None:
    words = ["accounts", "add", "new", "--provider", provider, "--channel", channel, "--json"]
    assert call(*words).data["per_second"] == per_second
    chosen = call("accounts", "add", "own", *words[3:], "--per-second", "2.5")
    assert chosen.data["per_second"] == 2.5


def test_a_robot_is_no_account_for_texts(call: Call, data: Path) -> None:
    told = call("accounts", "add", "x", "--provider", "feishu", "--channel", "sms", "--json")
    assert (told.status, told.code) == (1, "cli.robot_account")


def test_a_group_is_written_from_standard_input_and_the_doctor_reads_its_address(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("accounts", "add", "ding", "--provider", "dingtalk", "--channel", "group")
    words = ["accounts", "group", "村民群", "--account", "ding", "--region", "110101001", "--json"]
    monkeypatch.setattr("sys.stdin", io.StringIO("https://example.com/robot"))
    assert call(*words).code == "deliveries.group_address"
    monkeypatch.setattr("sys.stdin", io.StringIO("token-1\nSECx\n"))
    told = call(*words)
    assert (told.status, told.data["name"]) == (0, "村民群")
    assert "token-1" not in told.out + told.err
    listed = call("accounts", "groups", "--json").data["groups"]
    assert [(one["name"], one["account"], one["region"]) for one in listed] == [
        ("村民群", "ding", "110101001")
    ]

    def robots() -> dict[str, str]:
        checks = call("doctor", "--json").data["checks"]
        return {one["name"]: one["code"] for one in checks if one["name"].startswith("robots ")}

    assert robots() == {"robots wecom": "", "robots ding": ""}
    monkeypatch.setenv("OUTREACH_DINGTALK_BASE_URL", "ftp://nowhere")
    assert robots() == {"robots wecom": "", "robots ding": "channels.base_url"}


def test_a_password_is_shown_once_and_kept_nowhere(call: Call, data: Path) -> None:
    told = call("users", "add", "chen", "--role", "worker", "--region", "110101001", "--json")
    assert told.status == 0
    password = told.data["password"].encode()
    assert len(password) >= 12
    assert all(password not in path.read_bytes() for path in data.iterdir())
    assert call("users", "add", "chen", "--role", "worker", "--json").code == "access.name_taken"
    assert call("users", "add", "li", "--role", "boss", "--json").code == "access.role_unknown"


def test_match_counts_add_up_and_divide(call: Call, data: Path) -> None:
    told = call("match", "--policy", "phys-65", "--on", "2026-11-24", "--by", "age_band", "--json")
    found = told.data
    assert [found[key] for key in ("likely", "unknown", "not", "blocked")] == [3, 0, 0, 0]
    assert {part["group"]: part["likely"] for part in found["by"]} == {"60-79": 2, "80+": 1}
    assert (found["policy"], found["on"]) == ("phys-65", "2026-11-24")
    assert call("match", "--policy", "phys-65", "--on", "2004-12-31", "--json").data["not"] == 3


def test_explain_needs_nothing_but_facts(call: Call, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"birth": "1946-12-01"}', "utf-8")
    told = call("explain", "--policy", "elder-80", "--facts", facts, "--on", "2026-11-24", "--json")
    assert set(told.data) == {
        "answer",
        "met",
        "failed",
        "missing",
        "check",
        "becomes_true_on",
        "ends_on",
    }
    assert (told.data["answer"], told.data["becomes_true_on"]) == ("no", "2026-12-01")
    facts.write_text('{"birth": "1946-13-01"}', "utf-8")
    told = call("explain", "--policy", "elder-80", "--facts", facts, "--json")
    assert (told.status, told.code) == (1, "segments.bad_date_fact")


def test_facts_that_somebody_wrote_down_promise_nothing(call: Call, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"circumstances": ["低保"]}', "utf-8")
    told = call("explain", "--policy", "medical-aid", "--facts", facts)
    assert told.status == 0
    assert told.out.splitlines()[0] == "可能符合，请核实"


def test_a_birth_date_that_is_given_twice_is_not_chosen_from(call: Call, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"birth": "1940-01-01", "birth_date": "1990-01-01"}', "utf-8")
    told = call("explain", "--policy", "elder-80", "--facts", facts, "--json")
    assert (told.status, told.code) == (1, "segments.fact_twice")


def test_explain_reads_a_person_of_the_register(call: Call, data: Path) -> None:
    told = call("explain", "--policy", "phys-65", "--person", "1", "--json")
    assert told.data["answer"] == "yes"
    assert (
        call("explain", "--policy", "phys-65", "--person", "99", "--json").code == "people.person"
    )


def test_estimate_needs_nothing_but_a_file(call: Call, tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text("aware,town\n" + "1,A\n" * 30 + "0,B\n" * 20, "utf-8")
    told = call("estimate", answers, "--outcome", "aware", "--by", "town", "--json")
    assert told.status == 0
    assert (told.data["rate"], told.data["n"], told.data["method"]) == (0.6, 50, "wilson")
    assert round(told.data["low"], 4) == 0.4618
    assert [one["value"] for one in told.data["groups"]] == ["A", "B"]
    assert call("estimate", answers, "--outcome", "known", "--json").status == 1


def test_template_has_the_columns_that_a_policy_reads(call: Call, tmp_path: Path) -> None:
    from outreach.people.reading.spreadsheet import read_sheets

    told = call(
        "people", "template", "--policy", "phys-65", "--out", tmp_path / "blank.xlsx", "--json"
    )
    assert told.status == 0
    headers = read_sheets(tmp_path / "blank.xlsx")[0].rows[0]
    assert {"姓名", "身份证号"} <= set(headers)
    assert "人均月收入" not in headers


def test_out_into_a_folder_that_is_not_there_is_said(
    call: Call, signed: str, tmp_path: Path
) -> None:
    told = call("deliveries", "export", signed, "--out", tmp_path / "no" / "e.csv", "--json")
    assert (told.status, told.code) == (1, "cli.file")
    assert json.dumps(told.data["error"]["params"]["file"]).endswith('e.csv"')
