"""What a text may say of a policy, in words."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.messages.facts import documents_to_bring
from outreach.messages.lint import Draft, lint
from outreach.policies import service as policies
from tests.messages.sample_facts import context

CARD = {"name": "身份证", "who": "applicant"}
LOOKED_UP = {"name": "学籍信息", "who": "data-sharing"}


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ([CARD, {"name": "户口簿"}, LOOKED_UP], "身份证、户口簿"),
        ([LOOKED_UP], "不用带材料"),
        ([], "身份证"),
        (None, "身份证"),
    ],
)
def test_only_what_offices_cannot_look_up_is_brought(documents: Any, said: str) -> None:
    assert documents_to_bring({"documents": documents}) == said


def test_a_shipped_policy_whose_documents_offices_look_up_asks_for_none() -> None:
    said = {
        path.stem: documents_to_bring(policies.read_file(path))
        for path in policies.starter_catalogue()
    }
    free = {ref for ref, words in said.items() if words == "不用带材料"}
    assert free == {"preschool-free", "medical-aid", "yulu"}


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("带{{ policy.bring }}，到村委会办。", True),
        ("带上{{ policy.bring }}来。", True),
        ("凭{{ policy.bring }}办。", True),
        ("带什么：{{ policy.bring }}", False),
        ("{{ policy.bring }}，到村委会办。", False),
    ],
)
def test_nobody_is_told_to_bring_nothing(source: str, wrong: bool) -> None:
    facts = context()
    facts["policy"] = {**facts["policy"], "bring": "不用带材料"}
    found = {one.code for one in lint(Draft("flyer", "zh-Hans", source, examples=(facts,)))}
    assert ("messages.brings_nothing" in found) is wrong
