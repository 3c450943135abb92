"""`outreach campaign preview`: texts, cost, one person, versions and the workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Call


@pytest.fixture
def draft(call: Call, data: Path, order: Callable[..., Path]) -> str:
    """A campaign that writes to three people and prints for three households."""
    assert call("campaign", "create", order(), "--as", "gan").status == 0
    return "winter"


def test_money_is_whole_fen_and_every_figure_has_its_key(call: Call, draft: str) -> None:
    told = call("campaign", "preview", draft, "--json")
    assert told.status == 0, told.err
    step, sheet = told.data["steps"]
    assert (step["cost_fen"], told.data["cost_fen"], told.data["cost"]) == (30, 30, 0.3)
    assert step["histogram"] == told.data["histogram"] == {"2": 3}
    assert step["parts"] == told.data["parts"] == {"min": 2, "median": 2, "max": 2, "total": 6}
    assert step["longest"]["count"] + 0 == step["shortest"]["count"] == 3
    assert step["by_language"] == {"zh-Hans": 3}
    assert (step["skipped"], step["gaps"], step["asked"]) == ({}, {}, {"zh-Hans": 3})
    assert (sheet["recipients"], sheet["texts"], sheet["cost_fen"]) == (3, [], 0)


def test_one_text_is_shown_as_the_phone_splits_it(call: Call, draft: str) -> None:
    told = call("campaign", "preview", draft, "--text", "1", "--json")
    assert "".join(told.data["split"]) == told.data["text"]["text"]
    assert len(told.data["split"]) == told.data["text"]["parts"] == 2
    assert "第 2 条" in call("campaign", "preview", draft, "--text", "1").out
    none = call("campaign", "preview", draft, "--text", "9", "--json")
    assert (none.status, none.code) == (1, "previewing.no_such_text")


def test_no_more_texts_than_asked_for(call: Call, draft: str) -> None:
    told = call("campaign", "preview", draft, "--limit", "0", "--json")
    assert [step["texts"] for step in told.data["steps"]] == [[], []]
    assert "--limit 1 全部列出" in call("campaign", "preview", draft, "--limit", "0").out


def test_one_person_masked_and_with_the_text_word_for_word(call: Call, draft: str) -> None:
    told = call("campaign", "preview", draft, "--person", "1", "--json")
    assert told.status == 0, told.err
    message, sheet = told.data["steps"]
    assert told.data["name"] == "张*"
    assert (message["place"], message["parts"], message["reason"]) == ("sms/zh-Hans/phys-65", 2, "")
    assert told.data["address"]["kind"] in ("own", "unknown")
    assert (sheet["kind"], sheet["reason"]) == ("household", "")
    words = call("campaign", "preview", draft, "--person", "1").out
    assert "张*" in words
    assert "张三" not in words + told.out
    none = call("campaign", "preview", draft, "--person", "99", "--json")
    assert (none.status, none.code) == (1, "people.person")


def test_versions_are_compared_in_words(call: Call, draft: str) -> None:
    told = call("campaign", "preview", draft, "--against", "", "--json")
    assert (told.status, told.data["changed"]) == (0, [])
    assert "文字没有变" in call("campaign", "preview", draft, "--against", "1").out
    none = call("campaign", "preview", draft, "--against", "nothing", "--json")
    assert (none.status, none.code) == (1, "previewing.unknown_version")


def test_the_texts_as_a_workbook(call: Call, draft: str, tmp_path: Path) -> None:
    told = call("campaign", "preview", draft, "--out", tmp_path / "texts.xlsx", "--json")
    assert told.status == 0, told.err
    rows = list(openpyxl.load_workbook(tmp_path / "texts.xlsx")["文字"].values)
    assert [row[-1] for row in rows[1:]] == [
        text["text"] for step in told.data["steps"] for text in step["texts"]
    ]
    nowhere = call("campaign", "preview", draft, "--out", tmp_path / "no" / "texts.xlsx", "--json")
    assert nowhere.status == 1
