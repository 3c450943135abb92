"""Resend only those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection


def unconfirmed(
    connection: Connection, campaign: Mapping[str, Any], step: Mapping[str, Any]
) -> bool:
    """Whether a step waits for the second person."""
    return False
