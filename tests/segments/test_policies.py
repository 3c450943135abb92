"""The starter catalogue: thirty national policies that parse, read well and claim no more than is known."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach.messages.glossary import glossary
from outreach.messages.lint import LONGEST_CLAUSE
from outreach.policies import service
from segments.amounts import FORMULAS
from segments.match import match
from segments.person import Person
from segments.reading import read, sensitive_circumstances, sensitivity
from tests.segments.catalogue import CATALOGUE, FILLED, FOLDER, rule_of

TODAY = date(2026, 11, 23)
EACH = pytest.mark.parametrize("name", CATALOGUE)
DOMAINS = {
    "教育", "医疗", "养老", "住房", "就业", "社会保障", "生育托育", "残疾人", "退役军人", "社会救助", "三农",
}  # fmt: skip
OPEN = {
    "childcare-2025", "preschool-free", "hpv", "resident-medical", "resident-pension", "elder-80", "unemp", "nursery",
    "veteran", "phys-65",
}  # fmt: skip
READINGS = dict(
    line.split("：", 1)
    for line in Path(__file__).with_name("policy_readings.txt").read_text("utf-8").splitlines()
)


def test_the_catalogue() -> None:
    assert set(CATALOGUE) == {
        "childcare-2025", "preschool-free", "hpv", "resident-medical", "medical-aid", "resident-pension", "elder-80",
        "elder-service", "ltc", "dis-living", "dis-care", "dibao", "dibao-edge", "rigid-exp", "tekun", "temp-relief",
        "orphan", "de-facto-orphan", "flex-si", "unemp", "startup", "rural-house", "public-rental", "student-aid",
        "yulu", "fp-reward", "fp-special", "nursery", "veteran", "phys-65",
    }  # fmt: skip
    assert {policy["domain"] for policy in CATALOGUE.values()} == DOMAINS


@EACH
def test_a_file_is_one_that_the_catalogue_takes(name: str) -> None:
    assert service.read_file(FOLDER / f"{name}.yaml")["id"] == name


@EACH
def test_nobody_has_verified_it_yet(name: str) -> None:
    assert not CATALOGUE[name].get("verified_by")
    assert not CATALOGUE[name].get("verified_on")


@EACH
def test_every_fact_that_a_text_needs_is_there(name: str) -> None:
    policy = CATALOGUE[name]
    for key in ("official_name", "plain_name", "domain", "office", "where", "phone", "one_line"):
        assert isinstance(policy[key], str), key
        assert policy[key].strip(), key
    assert policy["announce"] in ("general", "personal")
    assert policy["region_basis"] in ("hukou", "residence")
    assert {"title", "no", "date", "mark", "note"} == set(policy["source"])
    assert policy["window"]["text"]
    assert policy["amount"]["text"]
    assert len(policy["steps"]) >= 2
    assert all(
        isinstance(step, str) and step for step in [*policy["steps"], *policy["how_to_apply"]]
    )
    assert policy["documents"]
    assert all(
        one["name"] and one["who"] in ("applicant", "data-sharing") for one in policy["documents"]
    )


def test_who_need_not_apply_need_not_bring_anything() -> None:
    given = {name for name, policy in CATALOGUE.items() if policy.get("no_application")}
    assert given == {"preschool-free", "medical-aid"}
    for name in given:
        assert {one["who"] for one in CATALOGUE[name]["documents"]} == {"data-sharing"}


@EACH
def test_it_is_said_in_words_that_a_villager_understands(name: str) -> None:
    policy = CATALOGUE[name]
    jargon = glossary().jargon
    assert not jargon.search(policy["plain_name"])
    assert len(policy["plain_name"]) <= 16
    listed = [
        *policy["steps"],
        *policy["how_to_apply"],
        *(one["name"] for one in policy["documents"]),
    ]
    texts = [
        policy["one_line"],
        policy["where"],
        policy["amount"]["text"],
        policy["window"]["text"],
    ]
    assert [found[0] for text in [*texts, *listed] if (found := jargon.search(text))] == []
    assert len(policy["one_line"]) <= 40
    for clause in re.split("[，。；、：]", policy["one_line"]):
        assert len(clause) <= LONGEST_CLAUSE


@EACH
def test_what_is_not_certain_is_not_said_as_a_fact(name: str) -> None:
    policy = CATALOGUE[name]
    source, amount = policy["source"], policy["amount"]
    assert source["mark"] in ("S", "W", "M", "K", "?")
    assert amount["status"] in ("national", "local", "unverified", "none")
    if source["mark"] in ("K", "?"):
        assert amount["status"] != "national"
        assert f"[{source['mark']}]" in source["note"]
    if amount["status"] != "national":
        assert "value" not in amount
        assert not any(sign.isdigit() for sign in amount["text"])


def test_only_these_figures_are_national() -> None:
    assert {name: policy["amount"]["text"] for name, policy in CATALOGUE.items() if policy["amount"]["status"] == "national"} == {
        "childcare-2025": "每孩每年3600元，发到满3周岁",
        "preschool-free": "公办园大班免交保育教育费；民办园按当地公办园的标准减免",
        "hpv": "免费接种2剂次双价HPV疫苗",
        "student-aid": "大学生平均每年3700元，高中和中职生平均每年2300元",
    }  # fmt: skip


@EACH
def test_a_window_in_the_calendar_only_where_a_national_date_exists(name: str) -> None:
    window = dict(CATALOGUE[name]["window"])
    assert window.pop("text")
    assert window == ({"yearly": ["09-01", "09-30"]} if name == "student-aid" else {})


@EACH
def test_its_rule_reads_well_and_its_parameters_are_declared(name: str) -> None:
    policy, rule = CATALOGUE[name], rule_of(name)
    declared = policy.get("parameters") or {}
    assert set(rule.parameters) <= set(declared)
    assert set(FILLED.get(name, {})) == set(rule.parameters)
    assert all(
        one["zh"] and one["type"] in ("number", "circumstances") for one in declared.values()
    )
    bands = policy["amount"].get("bands") or []
    assert {one["param"] for one in bands} <= set(declared)
    assert policy["amount"].get("formula") in {None, *FORMULAS}
    assert all(clause.text and clause.source for clause in rule.clauses())


@EACH
def test_its_reading_is_the_one_that_was_looked_at(name: str) -> None:
    """The line is made from what the machine will do: whoever changes a rule reads it again."""
    declared = CATALOGUE[name].get("parameters") or {}
    line = read(rule_of(name), {key: one["zh"] for key, one in declared.items()})
    assert line == READINGS[name]
    assert not any("a" <= sign <= "z" for sign in line)


def test_there_is_no_reading_too_many() -> None:
    assert set(READINGS) == set(CATALOGUE)


@EACH
def test_sensitivity_is_that_of_the_rule(name: str) -> None:
    rule = rule_of(name)
    assert sensitivity(rule) == ("open" if name in OPEN else "sensitive")
    if name in OPEN:
        assert sensitive_circumstances(rule) == ()


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("dis-living", {"dis.any", "income.dibao"}),
        ("dis-care", {"dis.severe", "dis.mind"}),
        ("temp-relief", {"income.sudden"}),
        ("flex-si", {"emp.hard"}),
        ("yulu", {"rural.tuopin", "rural.monitor"}),
        ("public-rental", set()),
        ("fp-special", {"fp.special"}),
    ],
)
def test_what_is_sensitive_in_it(name: str, reads: set[str]) -> None:
    """Income alone makes a rule sensitive, as in public rental."""
    assert {one.code for one in sensitive_circumstances(rule_of(name))} == reads


def test_the_page_about_policies_lists_them_with_their_marks() -> None:
    page = (Path(__file__).parents[2] / "docs/policies.md").read_text("utf-8")
    listed = {
        row[1].strip(" `"): (row[2].strip(), row[3].strip(), row[4].strip(), row[6].strip())
        for line in page.splitlines()
        if len(row := line.split("|")) == 9 and row[1].strip(" `") in CATALOGUE
    }
    assert listed == {
        name: (policy["plain_name"], policy["domain"], policy["source"]["mark"], sensitivity(rule_of(name)))
        for name, policy in CATALOGUE.items()
    }  # fmt: skip


def test_what_excludes_another_is_said_by_both_with_its_mark() -> None:
    found = {
        (name, one["policy"]): one
        for name, policy in CATALOGUE.items()
        for one in policy.get("excludes") or []
    }
    assert set(found) == {("dis-care", "tekun"), ("tekun", "dis-care")}
    assert all(one["mark"] == "K" and one["text"] for one in found.values())


def test_an_empty_list_of_a_region_closes_the_open_alternative() -> None:
    facts: dict[str, Any] = {"circumstances": ["残疾二级"], "not": ["低保", "低保边缘"]}
    person, rule = Person.from_facts(facts), rule_of("dis-living")
    assert match(rule, person, TODAY).answer == "unknown"
    assert match(rule.bind({"also": []}), person, TODAY).answer == "no"
    assert match(rule.bind({"also": ["income.edge"]}), person, TODAY).answer == "no"
    assert match(rule.bind({"also": ["dis.severe"]}), person, TODAY).answer == "yes"
