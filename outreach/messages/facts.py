"""What a text may say about a policy at a place: the facts as words, in the names that templates use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from outreach.policies.schemas import PolicyView
from outreach.wording.figures import long_day

OPT_OUT = "拒收请回复R"
"""The tail that carriers know, for accounts to which an answer comes back."""

OPT_OUT_BY_PHONE = "拒收请打以上电话"
"""The tail where nothing comes back: the text names a telephone before it, which every text message must."""


NOTHING_TO_BRING = "不用带材料"
"""For a policy whose every document is looked up between offices."""


def words(value: object) -> str:
    """A fact that is written as text, or as a mapping with its `text`."""
    if isinstance(value, Mapping):
        return str(value.get("text") or "")
    return "" if value is None else str(value)


def documents_to_bring(facts: Mapping[str, Any]) -> str:
    """Only what the applicant must bring; what offices can look up for themselves is not asked for.

    A policy that lists no documents at all has not been filled in: then the identity card, which everybody has.
    """
    listed = facts.get("documents") or []
    names = [one["name"] for one in listed if one.get("who", "applicant") == "applicant"]
    return "、".join(names) or (NOTHING_TO_BRING if listed else "身份证")


def list_day(on: date) -> str:
    """2026-11-23 → 11月23日: the day of a list, as a follow-up says it (截至11月23日的名单)."""
    return f"{on.month}月{on.day}日"


def policy_words(policy: PolicyView, region: str, valid_until: date) -> dict[str, object]:
    """The variable `policy` of a template: the facts that hold at `region`.

    A text is valid until `valid_until`, or until the policy ends there, whichever comes first.
    """
    facts = policy.facts_at(region)
    last = policy.last_day(region) or valid_until
    return {
        "ref": policy.ref,
        "plain_name": words(facts.get("plain_name")),
        "official_name": words(facts.get("official_name")),
        "one_line": words(facts.get("one_line")) or words(facts.get("plain_name")),
        "amount_text": words(facts.get("amount")),
        "where": words(facts.get("where")),
        "bring": documents_to_bring(facts),
        "window_text": words(facts.get("window")),
        "phone": words(facts.get("phone")) or "12345",
        "valid_until": long_day(min(valid_until, last)),
    }


def signature(office: str) -> str:
    """【office】, which carriers want at the very front, once."""
    return f"【{office}】"
