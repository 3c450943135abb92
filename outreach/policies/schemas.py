"""What the rest of the house sees of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from outreach.policies.timing import TIMES, in_force, localised_window
from segments import regions
from segments.amounts import Amount, amount_for, localised
from segments.person import Person
from segments.reading import sensitivity
from segments.rules import Rule


def parameter_names(document: Mapping[str, Any]) -> dict[str, str]:
    """Parameter of a policy document → what it is called there."""
    declared = document.get("parameters") or {}
    return {
        name: str(told["zh"])
        for name, told in declared.items()
        if isinstance(told, Mapping) and told.get("zh")
    }


@dataclass(frozen=True)
class LocalFacts:
    """What one region fills in for one version."""

    region: str
    parameters: Mapping[str, Any]
    facts: Mapping[str, Any]
    verified_by: str = ""
    verified_on: date | None = None


@dataclass(frozen=True)
class SignOff:
    """A department stood for a version; `digest` is what it said then."""

    department: str
    by: str
    at: datetime
    digest: str


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
    created_at: datetime | None = None
    verified_at: datetime | None = None
    sign_offs: tuple[SignOff, ...] = ()
    withdrawn_on: date | None = None
    """The first day on which nobody can claim any more."""
    exit_note: str = ""
    successor: str = ""
    review_due: date | None = None
    """What the last review set; None before the first one, and again for a new version."""

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
            amount, window = local.facts.get("amount"), local.facts.get("window")
            before = merged.get("window")
            merged |= local.facts
            if window:
                merged["window"] = localised_window(before, window)
            if amount:
                merged["amount"] = localised(self.facts.get("amount") or {}, amount)
        return merged

    def parameters_at(self, region: str) -> dict[str, Any]:
        """What the regions above and at `region` filled in; the deepest wins, parameter by parameter."""
        parameters: dict[str, Any] = {}
        for local in reversed(self.local_chain(region)):
            parameters.update(local.parameters)
        return parameters

    def rule_at(self, region: str) -> Rule:
        """The rule with the parameters of `region`."""
        return self.rule.bind(self.parameters_at(region))

    @property
    def parameter_names(self) -> dict[str, str]:
        """Parameter → what the document calls it."""
        return parameter_names(self.facts)

    def amount_of(self, person: Person, region: str, on: date) -> Amount | None:
        """What one person may claim by the policy's formula; None when it has none or a fact is not known.

        Whether the person may claim at all is the rule's matter, and whether the figure may be shown is that of
        `amount_filled`, of the verification and of the Amount's own mark.
        """
        return amount_for(self.facts_at(region), person, on, self.parameters_at(region))

    @property
    def basis(self) -> Literal["hukou_region", "region"]:
        """By which place of a person the policy goes: where the hukou is, else where the person lives."""
        return "hukou_region" if self.facts.get("region_basis") == "hukou" else "region"

    def rule_for(self, region: str, home: str) -> Rule:
        """Who may claim at `region`, and when, for an installation that serves `home`.

        By hukou or by residence there, within the validity and the window that hold at `region`.
        """
        rule = in_force(self.rule_at(region), self._until_end(self.facts_at(region)))
        basis = self.facts.get("region_basis")
        if not home or basis not in ("hukou", "residence"):
            return rule
        return rule.located("hukou" if basis == "hukou" else "residence", home)

    def ended(self, on: date) -> bool:
        """Whether nobody can claim any more on a day, because the policy was withdrawn by then."""
        return self.status == "withdrawn" or (
            self.withdrawn_on is not None and self.withdrawn_on <= on
        )

    def last_day(self, region: str) -> date | None:
        """The last day on which it holds at `region`, which may say so for itself; None = no end is known."""
        if not any("valid_to" in local.facts for local in self.local_chain(region)):
            return self.valid_to
        written = self._until_end(self.facts_at(region)).get("valid_to")
        return date.fromisoformat(str(written)) if written else None

    def _until_end(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Facts whose validity ends with the policy, when that is earlier than they say."""
        if self.withdrawn_on is None:
            return facts
        last = self.withdrawn_on - timedelta(days=1)
        written = facts.get("valid_to")
        if written and date.fromisoformat(str(written)) <= last:
            return facts
        return {**facts, "valid_to": last}

    def sensitivity(self, region: str = "") -> Literal["open", "sensitive"]:
        """As sensitive as the most sensitive fact that the rule reads at a region or anywhere below it.

        A list that a region has still to fill in counts as sensitive; one that it filled in counts for what it names.
        """
        places = [region, *(one.region for one in self.locals if one.region.startswith(region))]
        found = {sensitivity(self.rule_at(place)) for place in places}
        return "sensitive" if "sensitive" in found else "open"

    @property
    def ruled_regions(self) -> list[str]:
        """The regions that say for themselves who may claim or when, the deepest first."""
        own = {
            local.region for local in self.locals if local.parameters or TIMES & set(local.facts)
        }
        return sorted(own, key=lambda region: (-len(region), region))

    def ruled_below(self, region: str) -> list[str]:
        """Those of `ruled_regions` that lie inside `region`, which itself is not one of them."""
        return [one for one in self.ruled_regions if region in regions.ancestors(one)]

    def amount_filled(self, region: str) -> bool:
        """Whether the amount that a text would print is a figure that somebody stands for.

        A region stands for the words that it wrote, unless it says itself that nobody has verified them.
        """
        amount = self.facts_at(region).get("amount") or {}
        if amount.get("status") in ("national", "none"):
            return True
        written = amount.get("status") != "unverified" and bool(
            str(amount.get("text") or "").strip()
        )
        return written and any("amount" in local.facts for local in self.local_chain(region))
