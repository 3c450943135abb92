"""Every problem that the source can raise has words, in both languages, with fields that are really given."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from outreach.access.roles import Action
from outreach.wording import both, catalogue, say

HOME = Path(__file__).resolve().parents[1]
PACKAGES = ("outreach", "segments", "channels")
BASES = {"OutreachError", "SegmentsError", "ChannelError", "FlyerError"}
NO_WORDS = {action.value for action in Action}
ALWAYS_GIVEN = {"RuleError": {"path"}, "FactsError": {"key"}}
"""What a class adds to the parameters by itself."""

IN_ENGLISH = {"circumstance": "code"}
"""A fact that has a Chinese name and, in English, its code."""


@dataclass(frozen=True)
class Raised:
    """A place in the source that makes a problem."""

    code: str
    place: str
    given: frozenset[str] | None  # None: also keywords that the source does not spell out


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    paths = sorted(path for package in PACKAGES for path in (HOME / package).rglob("*.py"))
    return [(path, ast.parse(path.read_text("utf-8"))) for path in paths]


@cache
def errors() -> frozenset[str]:
    """Names of all classes that descend from an error with a code."""
    classes = [
        (node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    known = set(BASES)
    while found := {name for name, bases in classes if bases & known} - known:
        known |= found
    return frozenset(known)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def raised() -> Iterator[Raised]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _name(node.func) not in errors() or not node.args:
                continue
            for code in _codes(node.args[0]):
                names = {keyword.arg for keyword in node.keywords}
                given = None if None in names else frozenset({name for name in names if name})
                if given is not None:
                    given |= ALWAYS_GIVEN.get(_name(node.func), set())
                place = f"{path.relative_to(HOME).as_posix()}:{node.lineno}"
                yield Raised(code, place, given)


def _codes(node: ast.expr) -> list[str]:
    """The literal, or both ends of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        return _codes(node.body) + _codes(node.orelse)
    literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return [node.value] if literal and isinstance(node, ast.Constant) else []  # type: ignore[list-item]


def fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_the_scan_finds_what_is_raised() -> None:
    assert {"Invalid", "Misconfigured", "InvalidIdCard", "BadDesign", "RuleError"} <= errors()
    codes = {one.code for one in raised()}
    assert {"campaigns.same_person", "segments.unknown_field", "settings.key_short"} <= codes
    assert len(codes) > 100


def test_whatever_is_raised_has_words() -> None:
    wordless = {one.code: one.place for one in raised() if one.code not in catalogue()}
    assert wordless == {}


def test_words_ask_for_nothing_that_is_not_given() -> None:
    unfilled = {
        (one.code, one.place, tuple(sorted(wanted - one.given)))
        for one in raised()
        if one.given is not None and one.code in catalogue()
        for wanted in [fields(catalogue()[one.code]["zh"]) | fields(catalogue()[one.code]["en"])]
        if wanted - one.given
    }
    assert unfilled == set()


def test_codes_that_travel_as_text_have_words_too() -> None:
    """Faults of a draft, problems of a row, findings of a text: codes that are not raised where they stand."""
    slices = {code.split(".")[0] for code in catalogue()}
    missing = set()
    for path, tree in sources():
        if path.name in ("roles.py", "command.py") or "migrations" in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in (
                "say",
                "both",
                "Problem",
                "Finding",
            ):
                for argument in node.args[:3]:
                    missing |= {
                        (code, path.name)
                        for code in _codes(argument)
                        if code.split(".")[0] in slices and "." in code and code not in catalogue()
                    }
    assert {one for one in missing if one[0] not in NO_WORDS} == set()


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_an_entry_is_whole(code: str) -> None:
    words = catalogue()[code]
    assert set(words) == {"zh", "en"}
    assert all(text.strip() == text and text for text in words.values())
    chinese = {IN_ENGLISH.get(name, name) for name in fields(words["zh"])}
    assert chinese == fields(words["en"])
    assert any("一" <= letter <= "鿿" for letter in words["zh"])


def test_nothing_is_hidden_when_words_are_missing() -> None:
    assert say("no.such_code", row=3) == "no.such_code（row: 3）"
    assert say("no.such_code") == "no.such_code"
    assert "{ref}" in say("campaigns.policy_unverified", policy="x")  # a field that nobody gave
    assert " / " in both("campaigns.unknown", campaign="x")


def test_where_a_campaign_stands_is_said_in_words_and_not_by_its_code() -> None:
    named = {"campaign": "winter", "status": "finished", "move": "cancel"}
    assert say("campaigns.wrong_state", **named).startswith(
        "任务 winter 现在是“已发完”，不能取消。"
    )
    assert "is finished; it cannot be cancelled" in say("campaigns.wrong_state", "en", **named)
