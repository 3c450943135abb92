"""Whether who carries it, and for how much, is still what was signed.

People, texts and policy versions are bound to the campaign (what a region fills in later makes a new version); the
account of a step is read when it is sent. When somebody has changed it since, other money or another carrier would
stand behind the signatures: nobody lets that pass, it is put back or signed anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.campaigns import queries
from outreach.campaigns.preflight.schemas import Step, Stop
from outreach.campaigns.signing import document


def stops(
    connection: Connection, campaign: Mapping[str, Any], step: Step, on: date
) -> Iterator[Stop]:
    """Accounts that are not what they were; nothing of a draft, which nobody has signed."""
    steps = (campaign["frozen"] or {}).get("steps", ())
    signed = {one["number"]: one["account"] for one in steps if "account" in one}
    for one in [step] if step else queries.steps(connection, campaign["id"]):
        before = signed.get(str(queries.origin(connection, one)["number"]))
        if before is not None and before != document.account_part(connection, one):
            yield Stop(
                "preflight.account_changed", f"account:{before['name']}",
                params={"account": before["name"], "step": one["number"]}, passable=False,
            )  # fmt: skip
