"""The parts of the frozen document that are compared with later: what each said when it was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from outreach.campaigns.preview.looking import account_of
from outreach.policies.schemas import PolicyView

_SIGNED_OF_STEP = (
    "number", "channel", "condition", "due_at", "after_step", "late_hours", "options",
)  # fmt: skip


def digest(document: Any) -> str:
    """The hash of a document, whatever the order of its keys."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def step_part(connection: Connection, step: Mapping[str, Any]) -> dict[str, Any]:
    """A step, and who carries it."""
    said = {key: str(step[key]) for key in _SIGNED_OF_STEP}
    return {**said, "account": account_part(connection, step)}


def account_part(connection: Connection, step: Mapping[str, Any]) -> dict[str, Any]:
    """Who will carry it and for how much: a step is not signed for one carrier and sent by another."""
    account = account_of(connection, step)
    return {name: getattr(account, name) for name in ("name", "provider", "billing", "part_fen")}


def policy_part(view: PolicyView) -> str:
    """The version and everything that regions filled in for it."""
    local = [
        (local.region, dict(local.parameters), dict(local.facts))
        for local in sorted(view.locals, key=lambda one: one.region)
    ]
    return digest([view.hash, local])
