"""What regions filled in is carried to the next version where it still fits; what is not carried is listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.errors import Invalid
from outreach.policies.schemas import LocalFacts, PolicyView
from segments import vocabulary
from segments.errors import RuleError
from segments.rules import Rule

CARRIED, GONE, UNFIT = "carried", "gone", "unfit"


@dataclass(frozen=True)
class Kept:
    """One thing that a region had filled in, and what became of it in the next version.

    kind: parameter | fact. fate: carried | gone (the new version has no such parameter) | unfit (its value does not
    fit any more). beneath: whether the document itself now says something else under what the region wrote.
    """

    region: str
    kind: str
    key: str
    value: Any
    fate: str
    beneath: bool = False


def check_parameter(policy: str, name: str, value: object, declared: object) -> None:
    """Whether a value is of the type that the document declares; Invalid names policy and parameter.

    None leaves a parameter open. What the rule itself asks of it is checked by binding.
    """
    kind = declared.get("type", "") if isinstance(declared, Mapping) else ""
    if value is None or kind not in _TYPES:
        return
    if not _TYPES[kind](value):
        raise Invalid("policies.bad_parameter", policy=policy, parameter=name, value=value, type=kind)  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_date(value: object) -> bool:
    if isinstance(value, date):
        return True
    try:
        return bool(date.fromisoformat(value if isinstance(value, str) else ""))
    except ValueError:
        return False


def _are_circumstances(value: object) -> bool:
    known = {one.code for one in vocabulary.CIRCUMSTANCES}
    return isinstance(value, list | tuple) and all(one in known for one in value)


_TYPES = {"number": _is_number, "date": _is_date, "circumstances": _are_circumstances}


def fits(name: str, value: object, facts: Mapping[str, Any], rule: Rule) -> str:
    """carried, gone or unfit: what becomes of a parameter under another document and rule."""
    declared = facts.get("parameters") or {}
    if name not in declared:
        return GONE
    try:
        check_parameter("", name, value, declared[name])
        rule.bind({name: value})
    except (Invalid, RuleError):
        return UNFIT
    return CARRIED


def carry(
    local: Mapping[str, Any], facts: Mapping[str, Any], rule: Rule
) -> dict[str, dict[str, Any]]:
    """The part of a region's row that goes into a version with these facts and this rule."""
    parameters = {
        name: value
        for name, value in local["parameters"].items()
        if fits(name, value, facts, rule) == CARRIED
    }
    return {"parameters": parameters, "facts": dict(local["facts"])}


def kept(old: PolicyView, new: PolicyView) -> list[Kept]:
    """What became of everything that regions had filled in for the old version, by region.

    The old version keeps all of it for ever, so nothing is lost.
    """
    return [one for local in old.locals for one in _of(local, old, new)]


def _of(local: LocalFacts, old: PolicyView, new: PolicyView) -> Iterator[Kept]:
    for name, value in local.parameters.items():
        fate = fits(name, value, new.facts, new.rule)
        yield Kept(local.region, "parameter", name, value, fate)
    for key, value in local.facts.items():
        beneath = old.facts.get(key) != new.facts.get(key)
        yield Kept(local.region, "fact", key, value, CARRIED, beneath)
