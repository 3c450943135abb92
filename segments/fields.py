"""What a rule may read, and how each kind of fact may be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from segments.person import POLICY_FACTS

Kind = Literal["number", "date", "choice", "region", "flags", "policy"]

FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "age": "number",
        "birth_date": "date",
        "sex": "choice",
        "region": "region",
        "hukou_region": "region",
        "hukou_type": "choice",
        "circumstances": "flags",
        "income_month": "number",
        "household_size": "number",
        "members": "number",
        "paid_months": "number",
        "paid_months_running": "number",
        "job_kind": "choice",
        "retires_in": "number",
        "phone_kind": "choice",
        "today": "date",
        **dict.fromkeys(POLICY_FACTS, "policy"),
    }
)
"""Field of a rule → kind of its values.

`today` is the day of the question; `members` counts people of the household whose age lies in the clause's span;
`retires_in` is months to the legal retirement age. Facts about a person and a policy, and whose number is on record,
are for saved segments only.
"""

SEGMENT_ONLY = frozenset({"phone_kind", *POLICY_FACTS})
"""Fields that say nothing of who may claim."""

MOVING = frozenset({"age", "members", "retires_in", "today", *POLICY_FACTS})
"""Fields whose truth moves with time, so that a clause may look some days ahead or back."""

_ORDERED = (">=", "<=", ">", "<", "=", "between", "in")
OPS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "number": _ORDERED,
        "date": _ORDERED,
        "choice": ("=", "in"),
        "region": ("within",),
        "flags": ("has", "has_any", "has_all"),
        "policy": ("has",),
    }
)
"""Kind → operators; `exists` is added for saved segments only."""


@dataclass(frozen=True)
class Parameter:
    """A value that a region fills in."""

    name: str


Operand = int | date | str | Parameter
