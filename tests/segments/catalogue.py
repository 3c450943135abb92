"""The shipped policies as the tests see them: documents, and rules as they hold in one invented county."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import segments.policies
from outreach.policies.timing import in_force
from segments.parse import parse_rule
from segments.person import Person
from segments.rules import Rule

FOLDER = Path(next(iter(segments.policies.__path__)))


def documents(folder: str = "") -> dict[str, dict[str, Any]]:
    """File name without its ending → document."""
    files = sorted((FOLDER / folder).glob("*.yaml"))
    return {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in files}


CATALOGUE = documents()
HOME = "431226"

FILLED: dict[str, dict[str, Any]] = {
    "dibao": {"dibao_line": 600},
    "dibao-edge": {"dibao_line": 600, "edge_line": 900},
    "rigid-exp": {"disposable_income": 2500},
    "tekun": {"dibao_line": 600},
    "dis-living": {"also": ["income.edge"]},
    "dis-care": {"grades": ["dis.g3"]},
    "flex-si": {"paid_at_least": 6},
    "public-rental": {"income_limit": 2000},
}
"""What the invented county fills in. Invented figures."""


def rule_of(name: str) -> Rule:
    """The rule as it stands in the file."""
    return parse_rule(CATALOGUE[name]["rule"])


def rule_here(name: str) -> Rule:
    """The rule with its validity and window, filled in and held to the county."""
    policy = CATALOGUE[name]
    rule = in_force(rule_of(name).bind(FILLED.get(name, {})), policy)
    return rule.located(policy["region_basis"], HOME)


def somebody(facts: dict[str, Any]) -> Person:
    """A person who lives here with hukou here, unless `facts` say otherwise."""
    return Person.from_facts({"region": f"{HOME}101", "hukou_region": f"{HOME}101", **facts})
