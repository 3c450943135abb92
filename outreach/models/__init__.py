"""Tables only. Alembic compares the migrations with what is imported here."""

from outreach.models import (
    access,
    alerts,
    audiences,
    campaigns,
    counts,
    deliveries,
    messages,
    paper,
    people,
    policies,
    signals,
    surveys,
    work,
)
from outreach.models.base import Base

__all__ = [
    "Base",
    "access",
    "alerts",
    "audiences",
    "campaigns",
    "counts",
    "deliveries",
    "messages",
    "paper",
    "people",
    "policies",
    "signals",
    "surveys",
    "work",
]
