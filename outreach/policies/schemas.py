"""What the rest of the house sees of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from segments.amounts import localised
from segments.rules import Rule


@dataclass(frozen=True)
class LocalFacts:
    """What one region fills in for one version."""

    region: str
    parameters: Mapping[str, Any]
    facts: Mapping[str, Any]
    verified_by: str = ""


@dataclass(frozen=True)
class PolicyView:
    """One version of a policy with its local facts: what it says at a place, and who may claim there."""

    id: int
    ref: str
    status: str
    version_id: int
    number: int
    hash: str
    facts: Mapping[str, Any]
    rule: Rule
    valid_from: date | None
    valid_to: date | None
    verified_by: str
    locals: tuple[LocalFacts, ...] = field(default=())

    @property
    def plain_name(self) -> str:
        """The name people understand."""
        return str(self.facts["plain_name"])

    def local_chain(self, region: str) -> list[LocalFacts]:
        """Local facts that hold at `region`, deepest region first."""
        fitting = [local for local in self.locals if region.startswith(local.region)]
        return sorted(fitting, key=lambda local: -len(local.region))

    def facts_at(self, region: str) -> dict[str, Any]:
        """National facts, overridden by what the regions above and at `region` filled in."""
        merged = dict(self.facts)
        for local in reversed(self.local_chain(region)):
            amount = local.facts.get("amount")
            merged |= local.facts
            if amount:
                merged["amount"] = localised(self.facts.get("amount") or {}, amount)
        return merged

    def rule_at(self, region: str) -> Rule:
        """The rule with the parameters of `region`; the deepest region wins, parameter by parameter."""
        parameters: dict[str, Any] = {}
        for local in reversed(self.local_chain(region)):
            parameters.update(local.parameters)
        return self.rule.bind(parameters)

    def rule_for(self, region: str, home: str) -> Rule:
        """The rule at `region`, for an installation that serves `home`: by hukou or by residence there."""
        basis = self.facts.get("region_basis")
        if not home or basis not in ("hukou", "residence"):
            return self.rule_at(region)
        return self.rule_at(region).located("hukou" if basis == "hukou" else "residence", home)

    def amount_filled(self, region: str) -> bool:
        """Whether the amount that a text would print is a figure that somebody stands for."""
        amount = self.facts_at(region).get("amount") or {}
        if amount.get("status") == "national":
            return True
        chain = self.local_chain(region)
        return amount.get("status") == "none" or any("amount" in local.facts for local in chain)
