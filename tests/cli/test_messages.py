"""`outreach messages …`: a text from its first words to another installation, as a script would call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from outreach import content
from tests.cli.conftest import Call

SMS = "sms/zh-Hans/phys-65"
YUE = "broadcast/yue-Hans/phys-65"
AS = ("--as", "gan")
BODY = (
    "{{ signature }}满65岁的，可以申请{{ policy.plain_name }}，到{{ policy.where }}。{{ opt_out }}"
)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text(BODY, "utf-8-sig")
    return path


def save(call: Call, words: Path, place: str = SMS, *more: str) -> dict[str, Any]:
    told = call("messages", "save", place, "--from", words, *AS, *more, "--json")
    assert told.status == 0, told.err
    (one,) = told.data["texts"]
    return dict(one)


def texts(call: Call, *more: str) -> dict[str, dict[str, Any]]:
    return {one["place"]: one for one in call("messages", "list", *more, "--json").data["texts"]}


def test_the_list_says_what_is_there_and_what_is_missing(call: Call, data: Path) -> None:
    every = texts(call)
    assert every[SMS]["state"] == "ready"
    assert every["sms/zh-Hans/public-rental"]["state"] == "missing"
    assert set(texts(call, "--policy", "phys-65", "--channel", "sms", "--language", "zh-Hans")) >= {
        SMS
    }
    unread = texts(call, "--state", "unread")
    assert {one["language"] for one in unread.values()}.isdisjoint({"zh-Hans"})
    counts = call("messages", "list", "--json").data["counts"]
    assert sum(counts.values()) == len(every)
    assert call("messages", "list", "--state", "nosuch").status == 2


def test_a_text_is_saved_compared_and_taken_back(call: Call, data: Path, words: Path) -> None:
    assert call("messages", "diff", SMS, "--json").code == "messages.nothing_before_text"
    assert save(call, words, SMS, "--why", "写短了") == {"place": SMS, "version": 2, "new": True}
    assert save(call, words) == {"place": SMS, "version": 2, "new": False}
    shown = call("messages", "show", SMS, "--json").data
    assert (shown["body"], shown["version"], shown["by"]) == (BODY, 2, "gan")
    told = call("messages", "history", SMS, "--json").data["versions"]
    assert [(one["version"], one["by"], one["why"]) for one in told] == [
        (2, "gan", "写短了"),
        (1, "", ""),
    ]
    runs = call("messages", "diff", SMS, "--json").data["runs"]
    assert "".join(run["text"] for run in runs if run["kind"] != "gone") == BODY
    assert call("messages", "diff", SMS, 1, 9, "--json").code == "messages.no_version"
    words.write_text("别人先写的{{ policy.where }}", "utf-8")
    told = call("messages", "save", SMS, "--from", words, "--base", 1, *AS, "--json")
    assert (told.status, told.code) == (1, "messages.changed_since")


def test_what_the_checks_say_is_the_exit_status(
    call: Call, data: Path, words: Path, tmp_path: Path
) -> None:
    assert call("messages", "check", SMS, "--json").status == 0
    words.write_text("{{ signature }}{{ policy.plain_name }}一定能领。{{ opt_out }}", "utf-8")
    save(call, words)
    told = call("messages", "check", SMS, "--json")
    (one,) = told.data["texts"]
    assert (told.status, told.data["faulty"], one["place"]) == (1, 1, SMS)
    promise = next(f for f in one["findings"] if f["code"] == "messages.over_promise")
    assert promise["severity"] == "error"
    assert promise["message"]
    assert promise["fix_en"]
    assert "要改" in call("messages", "check", SMS).out


def test_files_are_checked_without_an_installation(call: Call, tmp_path: Path) -> None:
    good = content.shipped() / f"{SMS}.j2"
    nowhere = ("--data", tmp_path / "none", "messages", "check")
    assert call(*nowhere, good, "--json").status == 0
    bad = tmp_path / "templates" / f"{SMS}.j2"
    bad.parent.mkdir(parents=True)
    bad.write_text(good.read_text("utf-8").replace("{{ opt_out }}", "{{ opt }}"), "utf-8")
    told = call(*nowhere, bad, "--json")
    (finding,) = told.data["texts"][0]["findings"]
    assert (told.status, finding["code"]) == (1, "messages.unknown_variable")
    assert call(*nowhere, SMS, "--json").status == 2  # what lies in an installation needs one


def test_a_text_is_rendered_with_the_facts_of_a_region(
    call: Call, data: Path, tmp_path: Path, words: Path
) -> None:
    save(call, words)
    local = tmp_path / "local.yaml"
    local.write_text("facts: {where: 多福巷卫生站}\n", "utf-8")
    fill = ("policies", "fill", "phys-65", local, "--region", "110101001001", *AS)
    assert call(*fill).status == 0
    (there,) = call("messages", "render", SMS, "--region", "110101001001", "--json").data["texts"]
    assert "到多福巷卫生站" in there["text"]
    assert there["text"].startswith("【")
    assert (there["parts"], there["characters"]) == (1, len(there["text"]))
    (home,) = call("messages", "render", SMS, "--json").data["texts"]
    assert "多福巷卫生站" not in home["text"]
    outside = call("messages", "render", SMS, "--region", "310101", "--json")
    assert outside.code == "messages.region_outside"
    bundle = ("messages", "render", "sms/zh-Hans/bundle", "--policy", "phys-65", "--policy")
    seen = call(*bundle, "childcare-2025", "--json").data["texts"][0]["text"]
    assert "65" in seen
    assert "3" in seen


def test_a_dialect_needs_a_second_person(call: Call, data: Path, words: Path) -> None:
    words.write_text("各位街坊，{{ policy.one_line }}，问{{ policy.phone }}。", "utf-8")
    version = save(call, words, YUE)["version"]
    review = ("messages", "review", YUE, "--by", "黄婆婆", "--note", "念着顺", "--json")
    assert call(*review, *AS).code == "messages.writer_enters_review"
    assert call(*review, "--as", "zhang").code == "access.not_allowed"
    assert call(*review, "--as", "wai").code == "access.outside_region"
    assert call("users", "add", "li", "--role", "officer").status == 0
    told = call(*review, "--as", "li")
    assert told.data == {"place": YUE, "version": version, "reviewed_by": "黄婆婆"}
    old = ("messages", "review", SMS, "--by", "黄婆婆", "--as", "li", "--json")
    assert call(*old).code == "messages.review_not_needed"


def test_a_retired_text_is_gone_until_it_is_saved_again(
    call: Call, data: Path, words: Path
) -> None:
    told = call("messages", "retire", SMS, "--why", "改发群消息", *AS, "--json")
    assert told.data == {"place": SMS, "version": 2, "retired": True}
    assert texts(call)[SMS]["state"] == "missing"
    assert call("messages", "show", SMS, "--json").code == "messages.no_variant"
    assert call("policies", "load").status == 0
    assert texts(call)[SMS]["state"] == "missing"
    assert save(call, words)["version"] == 3


def test_texts_are_carried_to_another_installation(
    call: Call, data: Path, words: Path, tmp_path: Path
) -> None:
    save(call, words)
    out = tmp_path / "out"
    told = call("messages", "export", "--out", out, "--policy", "phys-65", "--json")
    assert SMS in told.data["texts"]
    again = call("messages", "export", "--out", out, "--json")
    assert again.code == "messages.export_occupied"
    save(call, words, SMS, "--title", "换了名字")
    kept = call("messages", "load", "--from", out, *AS, "--json").data
    assert (kept["kept"], kept["added"]) == ([SMS], [])
    assert SMS in call("messages", "load", "--from", out, *AS).out
    taken = call("messages", "load", "--from", out, "--over", *AS, "--json").data
    assert taken["added"] == [SMS]
    assert call("messages", "show", SMS, "--json").data["title"] != "换了名字"


def test_the_sites_own_folder_lies_over_the_shipped_texts(
    call: Call, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    path = own / f"{SMS}.j2"
    path.parent.mkdir(parents=True)
    shipped = (content.shipped() / f"{SMS}.j2").read_text("utf-8")
    path.write_text(shipped.replace("{{ opt_out }}", "本单位。{{ opt_out }}"), "utf-8")

    def looked() -> dict[str, Any]:
        checks = call("doctor", "--json").data["checks"]
        return next(one for one in checks if one["name"] == "content")

    assert looked()["message"] == "只用自带的"
    monkeypatch.setenv("OUTREACH_CONTENT_DIR", str(own))
    assert str(own) in looked()["message"]
    assert call("policies", "load", "--json").data["texts"] == 1
    assert "本单位。" in call("messages", "show", SMS, "--json").data["body"]
    path.write_text("没有开头", "utf-8")
    assert looked()["code"] == "messages.front_matter_missing"
    monkeypatch.setenv("OUTREACH_CONTENT_DIR", str(tmp_path / "gone"))
    told = call("messages", "list", "--json")
    assert (told.status, told.code) == (2, "settings.content_dir")


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("fax/zh-Hans/phys-65", "messages.file_misplaced"),
        ("sms/phys-65", "messages.file_misplaced"),
        ("sms/普通话/phys-65", "messages.language_tag"),
        ("sms/zh-Hans/phys-65.rhyme", "messages.form_of_channel"),
        ("sms/zh-Hans/phys-65.a.b.c", "messages.place_unreadable"),
        ("sms/zh-Hans/nosuch", "messages.no_variant"),
    ],
)
def test_a_place_that_cannot_be_read_says_how_it_is_written(
    place: str, code: str, call: Call, data: Path
) -> None:
    told = call("messages", "show", place, "--json")
    assert (told.status, told.code) == (1, code)
