"""A campaign as an officer writes it down: a checked YAML document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from outreach.campaigns.schemas_steps import CHANNELS, CONDITIONS, StepOrder, read_steps
from outreach.campaigns.schemas_values import names, one_of
from outreach.campaigns.staggering import schemas as staggering
from outreach.errors import Invalid
from segments import regions

__all__ = ["CHANNELS", "CLASSES", "CONDITIONS", "CampaignOrder", "StepOrder", "parse"]

CLASSES = ("publicity", "own-benefit", "urgent")
_KEYS = {
    "id", "title", "policies", "region", "announce", "class", "office", "phone", "opt_out", "valid_until", "budget",
    "written_dialects", "ignore_quiet_hours", "steps", "segment", "proposal", "correction",
    "chain", "urgent", "stagger",
}  # fmt: skip
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


@dataclass(frozen=True)
class CampaignOrder:
    """The whole document."""

    ref: str
    title: str
    policies: tuple[str, ...]
    region: str
    announce: str
    message_class: str
    budget_fen: int | None
    options: Mapping[str, Any]
    steps: tuple[StepOrder, ...] = field(default=())


def parse(document: object, zone: ZoneInfo, file: str) -> CampaignOrder:
    """Check a document. Invalid names the file and the key; nothing is guessed."""
    if not isinstance(document, dict):
        raise Invalid("campaigns.not_a_mapping", file=file)
    for key in document:
        if key not in _KEYS:
            raise Invalid("campaigns.unknown_key", file=file, key=key)
    for key in ("id", "title", "policies", "office", "valid_until", "steps"):
        if not document.get(key):
            raise Invalid("campaigns.missing_key", file=file, key=key)
    ref = str(document["id"])
    if not re.fullmatch(_NAME, ref):
        raise Invalid("campaigns.bad_value", file=file, key="id", value=ref)
    options = _options(document, file) | staggering.parse(document, zone, file)
    return CampaignOrder(
        ref=ref,
        title=str(document["title"]),
        policies=names(document["policies"], file, "policies"),
        region=_region(document.get("region"), file),
        announce=one_of(
            document.get("announce", "general"), ("general", "personal"), file, "announce"
        ),
        message_class=one_of(document.get("class", "publicity"), CLASSES, file, "class"),
        budget_fen=_fen(document.get("budget"), file),
        options=options,
        steps=read_steps(document["steps"], zone, file, date.fromisoformat(options["valid_until"])),
    )


def _region(value: object, file: str) -> str:
    """A code cut to its level, so that it is a subtree; '' is the installation's own region."""
    try:
        return regions.cut(str(value)) if value else ""
    except ValueError as error:
        raise Invalid("campaigns.bad_value", file=file, key="region", value=value) from error


def _fen(value: object, file: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 20_000_000:
        raise Invalid("campaigns.bad_value", file=file, key="budget", value=value)
    return round(value * 100)


def _options(document: Mapping[str, Any], file: str) -> dict[str, Any]:
    try:
        valid_until = date.fromisoformat(str(document["valid_until"]))
    except ValueError as error:
        raise Invalid(
            "campaigns.bad_value", file=file, key="valid_until", value=document["valid_until"]
        ) from error
    options: dict[str, Any] = {
        "office": str(document["office"]),
        "valid_until": valid_until.isoformat(),
    }
    options |= {key: str(document[key]) for key in ("phone", "opt_out") if key in document}
    options |= _among(document, file)
    options |= _signing(document, file)
    for key in ("written_dialects", "ignore_quiet_hours", "urgent"):
        switch = document.get(key)
        if switch is None:
            continue
        if not isinstance(switch, dict) or not str(switch.get("reason") or "").strip():
            raise Invalid("campaigns.switch_needs_reason", file=file, key=key)
        options[key] = str(switch["reason"])
    return options


def _signing(document: Mapping[str, Any], file: str) -> dict[str, str]:
    """`chain` names who signs (signing.toml); an urgent campaign says why it is, and nothing else is called urgent."""
    urgent = document.get("class") == "urgent"
    if urgent != (document.get("urgent") is not None):
        raise Invalid("signing.urgent_class" if not urgent else "signing.urgent_reason", file=file)
    chain = document.get("chain")
    if chain is None:
        return {}
    if not isinstance(chain, str) or not re.fullmatch(_NAME, chain):
        raise Invalid("campaigns.bad_value", file=file, key="chain", value=chain)
    return {"chain": chain}


def _among(document: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Only some people: `segment` names a saved segment, `proposal` is the number of a proposal."""
    found: dict[str, Any] = {}
    segment, proposal = document.get("segment"), document.get("proposal")
    if segment is not None:
        if not isinstance(segment, str) or not re.fullmatch(_NAME, segment):
            raise Invalid("campaigns.bad_value", file=file, key="segment", value=segment)
        found["segment"] = segment
    if document.get("correction") is not None:
        found["correction"] = _correction(document["correction"], file)
    if proposal is not None:
        if type(proposal) is not int or proposal < 1:
            raise Invalid("campaigns.bad_value", file=file, key="proposal", value=proposal)
        found["proposal"] = proposal
    return found


def _correction(value: object, file: str) -> dict[str, Any]:
    """Whose wrong texts are corrected: the campaign, and the versions by their row numbers."""
    if isinstance(value, dict) and set(value) == {"campaign", "texts"}:
        texts = value["texts"]
        listed = isinstance(texts, list) and texts and all(type(one) is int for one in texts)
        if listed and re.fullmatch(_NAME, str(value["campaign"])):
            return {"campaign": str(value["campaign"]), "texts": list(texts)}
    raise Invalid("campaigns.bad_value", file=file, key="correction", value=value)
