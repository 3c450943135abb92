"""The starter catalogue: twelve national policies that parse, read well and claim no more than is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import segments.policies
from segments.match import match
from segments.parse import parse_rule
from segments.person import Person
from segments.reading import read, sensitivity
from segments.rules import Rule

FOLDER = Path(next(iter(segments.policies.__path__)))
CATALOGUE: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.yaml"))
}
TODAY = date(2026, 11, 23)
EACH = pytest.mark.parametrize("name", CATALOGUE)


def rule_of(name: str) -> Rule:
    return parse_rule(CATALOGUE[name]["rule"])


def test_the_catalogue() -> None:
    assert set(CATALOGUE) == {
        "childcare-2025", "preschool-free", "hpv", "resident-medical", "medical-aid", "resident-pension", "elder-80",
        "dis-living", "dis-care", "student-aid", "fp-reward", "phys-65",
    }  # fmt: skip


@EACH
def test_nobody_has_verified_it_yet(name: str) -> None:
    assert not CATALOGUE[name].get("verified_by")
    assert not CATALOGUE[name].get("verified_on")


@EACH
def test_every_fact_that_a_text_needs_is_there(name: str) -> None:
    policy = CATALOGUE[name]
    assert policy["id"] == name
    for key in ("official_name", "plain_name", "domain", "office", "where", "phone", "one_line"):
        assert isinstance(policy[key], str), key
        assert policy[key].strip(), key
    assert len(policy["one_line"]) <= 40
    assert policy["announce"] in ("general", "personal")
    assert policy["region_basis"] in ("hukou", "residence")
    assert {"title", "no", "date", "mark", "note"} == set(policy["source"])
    assert policy["window"]["text"]
    assert policy["amount"]["text"]
    assert policy["how_to_apply"]
    assert all(
        one["name"] and one["who"] in ("applicant", "data-sharing") for one in policy["documents"]
    )


@EACH
def test_what_is_not_certain_is_not_said_as_a_fact(name: str) -> None:
    policy = CATALOGUE[name]
    source, amount = policy["source"], policy["amount"]
    assert source["mark"] in ("S", "W", "M", "K", "?")
    assert amount["status"] in ("national", "local", "unverified")
    if source["mark"] in ("K", "?"):
        assert amount["status"] != "national"
    if amount["status"] != "national":
        assert "value" not in amount
        assert not any(sign.isdigit() for sign in amount["text"])


@EACH
def test_its_rule_reads_well_and_its_parameters_are_declared(name: str) -> None:
    policy, rule = CATALOGUE[name], rule_of(name)
    declared = policy.get("parameters") or {}
    assert set(rule.parameters) <= set(declared)
    assert all(
        one["zh"] and one["type"] in ("number", "circumstances") for one in declared.values()
    )
    line = read(rule, {key: one["zh"] for key, one in declared.items()})
    assert "\n" not in line
    assert not any("a" <= sign <= "z" for sign in line)
    assert all(clause.text and clause.source for clause in rule.clauses())


def test_sensitivity_is_that_of_the_rule() -> None:
    assert {name for name in CATALOGUE if sensitivity(rule_of(name)) == "sensitive"} == {
        "medical-aid", "dis-living", "dis-care", "student-aid", "fp-reward",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "facts", "answer"),
    [
        ("childcare-2025", {"birth": "2024-01-05"}, "yes"),
        ("childcare-2025", {"birth": "2021-12-31"}, "no"),
        ("hpv", {"birth": "2013-11-23", "sex": "F"}, "yes"),
        ("hpv", {"birth": "2011-11-09", "sex": "F"}, "no"),
        ("hpv", {"birth": "2013-11-24", "sex": "F"}, "no"),
        ("hpv", {"birth": "2012-01-01", "sex": "M"}, "no"),
        ("hpv", {"birth": "2012-01-01"}, "unknown"),
        ("resident-medical", {}, "unknown"),
        ("resident-medical", {"circumstances": ["职工医保"]}, "no"),
        ("resident-medical", {"not": ["职工医保"]}, "yes"),
        ("phys-65", {"birth": "1961-11-23"}, "yes"),
        ("elder-80", {"birth": "1946-11-24"}, "no"),
        ("resident-pension", {"birth": "1960-01-01", "not": ["pension.employee"]}, "yes"),
        ("resident-pension", {"birth": "1960-01-01"}, "unknown"),
        ("preschool-free", {"birth": "2021-03-01"}, "yes"),
        ("preschool-free", {"birth": "2021-09-01"}, "no"),
        ("medical-aid", {"circumstances": ["孤儿"]}, "yes"),
        ("student-aid", {"circumstances": ["大学生", "退役军人"]}, "yes"),
        (
            "student-aid",
            {"circumstances": ["大学生"], "not": ["贫困生", "退役军人", "高中生", "中职"]},
            "no",
        ),
        ("dis-living", {"circumstances": ["残疾二级", "低保"]}, "yes"),
        ("dis-living", {"circumstances": ["残疾二级"], "not": ["低保"]}, "unknown"),
        ("dis-care", {"circumstances": ["残疾二级"]}, "yes"),
        ("dis-care", {"circumstances": ["残疾三级"], "not": ["dis.mind"]}, "no"),
        (
            "fp-reward",
            {"birth": "1960-01-01", "hukou_type": "rural", "circumstances": ["双女户"]},
            "yes",
        ),
        (
            "fp-reward",
            {"birth": "1960-01-01", "hukou_type": "urban", "circumstances": ["双女户"]},
            "no",
        ),
    ],
)
def test_who_may_claim(name: str, facts: dict[str, Any], answer: str) -> None:
    assert match(rule_of(name), Person.from_facts(facts), TODAY).answer == answer


def test_an_empty_list_of_a_region_closes_the_open_alternative() -> None:
    person = Person.from_facts({"circumstances": ["残疾二级"], "not": ["低保", "低保边缘"]})
    rule = rule_of("dis-living")
    assert match(rule.bind({"also": []}), person, TODAY).answer == "no"
    assert match(rule.bind({"also": ["income.edge"]}), person, TODAY).answer == "no"
    assert match(rule.bind({"also": ["dis.severe"]}), person, TODAY).answer == "yes"
