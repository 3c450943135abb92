"""Who stands for what a policy says: the owning department, and each that works with it."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection

from outreach.errors import Invalid
from outreach.policies import service
from outreach.policies.queries import life
from outreach.policies.schemas import PolicyView

_SERVICE = ("where", "phone", "notes")
"""Where one applies and whom one asks is the region's own; the rest is what a department stands for."""


def departments(view: PolicyView, region: str = "") -> tuple[str, ...]:
    """The owning department and those that work with it, as they are at a region, each once."""
    facts = view.facts_at(region)
    every = [facts.get("office"), *(facts.get("co_offices") or [])]
    return tuple(dict.fromkeys(str(one) for one in every if one))


def digest(view: PolicyView) -> str:
    """What is signed: the document, and what regions filled in except place, phone and notes."""
    local = [
        (one.region, dict(one.parameters), _signed_part(dict(one.facts)))
        for one in sorted(view.locals, key=lambda one: one.region)
    ]
    local = [one for one in local if one[1] or one[2]]
    text = json.dumps([view.hash, local], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _signed_part(facts: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in facts.items() if key not in _SERVICE}


def missing_sign_offs(view: PolicyView, region: str = "") -> tuple[str, ...]:
    """Departments that have not signed what the policy says now, the owning one first.

    Who signed before a fact changed must sign again.
    """
    now = digest(view)
    signed = {one.department for one in view.sign_offs if one.digest == now}
    return tuple(one for one in departments(view, region) if one not in signed)


def lapsed(view: PolicyView) -> tuple[str, ...]:
    """Departments that signed something else than what the policy says now."""
    now = digest(view)
    return tuple(one.department for one in view.sign_offs if one.digest != now)


def sign(connection: Connection, ref: str, department: str, by: str) -> PolicyView:
    """A named user writes down that a department stands for the newest version as it is now.

    Invalid when the department has no part in the policy, or nobody is named.
    """
    if not by.strip():
        raise Invalid("policies.signer_needed", policy=ref)
    view = service.get(connection, ref)
    regions = ("", *(local.region for local in view.locals))
    known = tuple(dict.fromkeys(one for region in regions for one in departments(view, region)))
    if department not in known:
        raise Invalid(
            "policies.not_its_department",
            policy=ref,
            department=department,
            known="、".join(known),
        )
    now = digest(view)
    if not any(one.department == department and one.digest == now for one in view.sign_offs):
        life.sign(connection, view.version_id, department, now, by)
    return service.get(connection, ref)
